# Everything a fresh machine needs is python3 (3.11 or newer), make and git.

PYTHON ?= python3
EDITION ?= data/tianjin-2002
PORT ?= 8000

BIN := .venv/bin
STAMP := .venv/.set-up
# Settings of the user's shell must not reach into the environment.
export PYTHONNOUSERSITE = 1
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help report test lint lab serve notebooks messages bench lock clean

help: ## list the commands
	@echo "make report     build the report: _build/$(notdir $(EDITION))/en/html/index.html"
	@echo "make test       run every check"
	@echo "make lab        open the notebooks in JupyterLab"
	@echo "make serve      build the report and serve it at http://localhost:$(PORT)"
	@echo "make notebooks  run the notebooks in place, for those who change them"
	@echo "make messages   put new texts into the catalogues, for those who translate"
	@echo "make bench      measure the engine and the build"
	@echo "make lock       pin anew what requirements.in names"
	@echo "make clean      remove all that was built or set up"
	@echo
	@echo "EDITION=FOLDER chooses another data package, PYTHON=PROGRAM another python3, PORT=NUMBER another port."

report: $(STAMP)
	@$(BIN)/pensionbook build $(EDITION)

test: $(STAMP) lint
	@$(BIN)/python -m pytest -n auto --dist loadfile --nbval --nbval-current-env tests notebooks

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

lab: $(STAMP)
	@$(BIN)/jupyter lab notebooks

serve: report
	@cd "_build/$(notdir $(EDITION))/en/html" && $(CURDIR)/$(BIN)/python -m http.server --bind localhost $(PORT)

notebooks: $(STAMP)
	@$(BIN)/python -m pensionbook.refresh notebooks/*.ipynb

messages: $(STAMP)
	@$(BIN)/python -m pensionbook.messages
	@$(BIN)/python -m pensionbook.translations

bench: $(STAMP)
	@for program in benchmarks/bench_*.py; do echo "== $$program"; $(BIN)/python $$program || exit 1; done

lock: $(STAMP)
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-emit-index-url \
		--custom-compile-command "make lock" requirements.in --output-file requirements.txt

clean:
	@rm -rf .venv _build .pytest_cache .ruff_cache .hypothesis
	@find src tests benchmarks notebooks -name __pycache__ -type d -prune -exec rm -rf {} +

# uv installs several times faster than pip; where it cannot be had, pip does the same.
$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "error: $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing); Python 3.11 or newer is needed." >&2; \
		echo "If it is there under another name, say so: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "error: $(PYTHON) lacks its modules venv and ensurepip." >&2; \
		echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "setting up .venv"
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@uv="$$(sed -n 's/^\(uv==[^ ;]*\).*/\1/p' requirements.txt)"; \
	if $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile "$$uv" \
		&& $(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.txt \
		&& $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	then :; else \
		echo "uv is not to be had here; installing with pip"; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt \
		&& $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@
