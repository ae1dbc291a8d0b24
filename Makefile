# Everything a fresh machine needs is python3 (3.11 or newer), make and git.

PYTHON ?= python3
EDITION ?= data/tianjin-2002
PORT ?= 8000
COUNT ?= 10000

BIN := .venv/bin
# What the report needs is in .venv; and what checks and JupyterLab add.
REPORT := .venv/.set-up
DEV := .venv/.set-up-dev
# Settings of the user's shell must not reach into the environment.
export PYTHONNOUSERSITE = 1
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help report test unit lint lab serve notebooks messages bench campaign lock upgrade browser clean

help: ## list the commands
	@echo "make report     build the report: _build/$(notdir $(EDITION))/en/html/index.html"
	@echo "make test       run every check"
	@echo "make unit       run what a change of the engine, the data rules or the language needs (half a minute)"
	@echo "make lint       run the checks that only read the code"
	@echo "make lab        open the notebooks in JupyterLab"
	@echo "make serve      build the report and serve it at http://localhost:$(PORT)"
	@echo "make notebooks  run the notebooks in place, for those who change them"
	@echo "make messages   put new texts into the catalogues, for those who translate"
	@echo "make bench      measure the engine and the build"
	@echo "make campaign   check proofs of PACKAGES=$(PACKAGES) random packages and audit COUNT=$(COUNT) typing errors: hours"
	@echo "make lock       pin what pyproject.toml and the two requirements*.in name, and keep the other pins"
	@echo "make upgrade    pin the newest of all"
	@echo "make clean      remove all that was built or set up"
	@echo
	@echo "EDITION=FOLDER chooses another data package, PYTHON=PROGRAM another python3, PORT=NUMBER another port."

report: $(REPORT)
	@$(BIN)/pensionbook build $(EDITION)

# tests/conftest.py states the order of the files; xdist would leave those with few tests, the long builds, for the end.
test: browser $(DEV) lint
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --nbval --nbval-current-env tests notebooks

unit: $(DEV)
	@$(BIN)/python -m pytest -p no:nbval -n auto --dist loadfile -m "not slow" tests/data tests/engine tests/language

PACKAGES ?= 20000

campaign: $(DEV)
	@RANDOM_PACKAGES=$(PACKAGES) $(BIN)/python -m pytest -n auto tests/engine/test_proofs.py -k random
	@$(BIN)/python benchmarks/campaign.py --count $(COUNT)

lint: $(DEV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

# Installs Chromium where that may be done without a question, and else says how.
browser: $(REPORT)
	@$(BIN)/python tools/provide.py browser

lab: $(DEV)
	@$(BIN)/jupyter lab notebooks

serve: report
	@cd "_build/$(notdir $(EDITION))/en/html" && $(CURDIR)/$(BIN)/python -m http.server --bind localhost $(PORT)

notebooks: $(REPORT)
	@$(BIN)/python -m pensionbook.notebooks.refresh notebooks/*.ipynb

messages: $(REPORT)
	@$(BIN)/python -m pensionbook.cli.catalogues

bench: $(DEV)
	@for program in benchmarks/bench_*.py; do echo "== $$program"; $(BIN)/python $$program || exit 1; done

lock upgrade: $(DEV)
	@$(PIN) pyproject.toml requirements.in --output-file requirements.txt
	@$(PIN) requirements-dev.in --output-file requirements-dev.txt

PIN = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
	--custom-compile-command "make lock" $(if $(filter upgrade,$@),--upgrade)

clean:
	@rm -rf .venv _build .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	@find src tests tools benchmarks notebooks -name __pycache__ -type d -prune -exec rm -rf {} +

# uv installs several times faster than pip; where it cannot be had, pip does the same.
# A report does not need it, and it is not small.
define install
	@if $(BIN)/uv --version >/dev/null 2>&1 \
		|| $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile \
			"$$(sed -n 's/^\(uv==[^ ;]*\).*/\1/p' requirements-dev.txt)" \
		&& $(BIN)/uv pip install --quiet --python $(BIN)/python $(1); \
	then :; else \
		echo "uv is not to be had here; installing with pip"; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check $(1); \
	fi
endef

$(REPORT): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "error: $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing); Python 3.11 or newer is needed." >&2; \
		echo "If it is there under another name, say so: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) tools/provide.py venv
	@echo "setting up .venv"
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	$(call install,-r requirements.txt)
	$(call install,--no-deps --no-build-isolation -e .)
	@$(BIN)/python -m pip uninstall -qq --yes uv
	@touch $@

$(DEV): requirements-dev.txt $(REPORT)
	@echo "adding to .venv what the checks and JupyterLab need"
	$(call install,-r requirements-dev.txt)
	@touch $@
