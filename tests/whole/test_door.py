"""What `import pensionbook` gives to somebody who works in Python."""

from __future__ import annotations

import ast
import doctest
import re
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pensionbook as pb
from pensionbook.data.figures import Interval
from pensionbook.data.package import Package
from pensionbook.editions.releases.compare import Comparison
from pensionbook.engine.reconcile import Reconciliation
from pensionbook.errors import PackageError, ParameterError, ReleaseError
from pensionbook.notebooks.source import read_notebooks
from pensionbook.projection import project
from pensionbook.report.audit import write_audit
from pensionbook.report.audited import Audit
from projects import ROOT, Project
from tianjin_model import HAND

NAMES = (
    *("load", "check", "reconcile", "open_report", "build", "diff"),
    *("Quantity", "Bound", "Report", "PensionbookError"),
)
MODULES = ("charts", "analysis", "projection")
TIANJIN, COUNTY = ROOT / "data" / "tianjin-2002", ROOT / "data" / "example-county-2004"
PAGE = ROOT / "book" / "python.md"
README = ROOT / "README.md"
DOUBTED = "contributors_2001_change"


@cache
def audit(path: Path = TIANJIN) -> Audit:
    return pb.reconcile(pb.load(path))


@cache
def doubted() -> Comparison:
    return pb.diff(audit(), pb.reconcile(audit().package.without(DOUBTED)))


def fresh(program: str) -> str:
    """What a program prints in a Python of its own, in the project's folder."""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- the names ------------------------------------------------------------------------------------


def test_the_names_are_stated_and_resolve() -> None:
    assert set(pb.__all__) == {*NAMES, *MODULES}
    for name in pb.__all__:
        assert getattr(pb, name) is not None
        assert name in dir(pb)
    with pytest.raises(AttributeError, match="has no attribute 'lode'"):
        _ = pb.lode


def test_a_type_checker_sees_what_resolves() -> None:
    tree = ast.parse(Path(pb.__file__).read_text(encoding="utf-8"))
    (seen,) = (
        node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name)
    )
    told = {
        alias.asname or alias.name: (statement.module, alias.name)
        for statement in seen.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert told.keys() == {*NAMES, *MODULES}
    for name in NAMES:
        module, attribute = told[name]
        assert getattr(import_module(module), attribute) is getattr(pb, name)
    assert Path(pb.__file__).with_name("py.typed").is_file()


def test_the_import_alone_imports_nothing_else_of_the_library() -> None:
    program = "import pensionbook, sys; print([m for m in sys.modules if 'pensionbook.' in m])"
    assert fresh(program) == "[]\n"


def test_the_engine_needs_neither_jupyter_nor_sphinx_nor_matplotlib() -> None:
    told = fresh(
        f"""
import sys
import pensionbook as pb
slow = ("matplotlib", "IPython", "ipykernel", "jupyter_client", "nbformat", "sphinx", "docutils",
        "distributed", "typer")
audit = pb.reconcile(pb.load({str(COUNTY)!r}))
audit.bound(pb.Quantity("contributors", "all", "example_county", "2000"))
pb.open_report(audit).change("contributors")
print("pandas" in sys.modules, [name for name in slow if name in sys.modules])
print(len(audit.table()), "pandas" in sys.modules, [name for name in slow if name in sys.modules])
"""
    )
    assert told == "False []\n12 True []\n"


# -- examples -------------------------------------------------------------------------------------


def run_examples(test: doctest.DocTest) -> None:
    heard: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=heard.append)
    assert not runner.failures, "".join(heard)


@pytest.mark.parametrize("name", [*NAMES, "Package", "Audit"])
def test_the_examples_of_the_docstrings_are_right(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    held = {"Package": Package, "Audit": Audit}.get(name) or getattr(pb, name)
    tests = doctest.DocTestFinder().find(held, name, globs={"pb": pb})
    assert sum(len(test.examples) for test in tests) >= 1
    for test in tests:
        run_examples(test)


@pytest.mark.parametrize(("page", "at_least"), [(README, 4), (PAGE, 3)])
def test_the_examples_of_the_pages_are_right(
    page: Path, at_least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"^```pycon\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= at_least
    parsed = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page.name, str(page), 0)
    run_examples(parsed)


def test_the_page_describes_every_name() -> None:
    described = re.findall(r"auto\w+:: pensionbook\.(\w+)\b(?:\(\))?$", PAGE.read_text(), re.M)
    assert set(described) == set(NAMES)


@pytest.mark.slow
def test_the_built_page_describes_every_name_once(built_edition: Path) -> None:
    for language in ("en", "zh_CN"):
        html = (built_edition / language / "html" / "python.html").read_text(encoding="utf-8")
        for name in NAMES:
            assert html.count(f'id="pensionbook.{name}"') == 1, (language, name)
        assert '</span></span><span class="o"><span class="pre">=' in html


def test_the_examples_are_no_chapters() -> None:
    assert (ROOT / "notebooks" / "examples" / "doubt_a_figure.ipynb").is_file()
    assert "doubt_a_figure" not in {book.name for book in read_notebooks(ROOT / "notebooks")}


# -- what objects say -----------------------------------------------------------------------------


def shown_objects() -> list[Any]:
    report = pb.open_report(audit())
    return [
        *(audit().package, *audit().package.figures, *audit().package.identities),
        *(audit(), audit().result, *audit().verdicts.values(), *audit().bounds.values()),
        *(report, report.change("contributors"), doubted(), *doubted().moves),
        project(HAND),
    ]


def test_each_object_says_in_one_line_what_it_is() -> None:
    for shown in shown_objects():
        text = repr(shown)
        assert "\n" not in text
        assert 5 < len(text) < 400, text
        assert "object at" not in text


def test_a_verdict_says_what_is_printed_and_what_the_others_allow() -> None:
    verdict = audit(COUNTY).verdicts["staff_2004"]
    assert (verdict.printed, verdict.verdict) == ("6.13 10k_person", "inconsistent")
    assert "the others allow 6.31 to 6.32" in verdict.why
    assert verdict.implied.low == audit(COUNTY).result.verdicts["staff_2004"].implied.low


def test_a_reconciliation_counts_its_verdicts() -> None:
    assert isinstance(audit(COUNTY).result, Reconciliation)
    assert repr(audit(COUNTY).result) == (
        "Reconciliation of example-county-2004: 1 inconsistent, 9 consistent, 2 untested; 15 bounds"
    )


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (None, None, "anything"),
        (None, Fraction(1, 3), "at most 0.333333334"),
        (Fraction(0), None, "at least 0"),
        (Fraction(10), Fraction(10), "10"),
        (Fraction("1835583.8001"), Fraction(1835765), "1,835,583.8 to 1,835,765"),
        (Fraction(1, 3), Fraction(2, 3), "0.3333 to 0.6667"),
        (Fraction(-1, 3), Fraction(-1, 4), "-0.33334 to -0.25"),
        (Fraction(0), Fraction(10**15), "0 to 1,000,000,000,000,000"),
        (Fraction(0), Fraction(1, 10**400), "0 to 0.000000001"),
    ],
)
def test_a_bound_shows_as_many_digits_as_its_width_needs(
    low: Fraction | None, high: Fraction | None, said: str
) -> None:
    assert repr(pb.Bound(low, high)) == f"{said} (rests on no figures)"


@given(st.fractions(), st.fractions(min_value=0))
def test_a_bound_is_never_shown_narrower_than_it_is(low: Fraction, width: Fraction) -> None:
    told = [Fraction(end.replace(",", "")) for end in str(Interval(low, low + width)).split(" to ")]
    assert told[0] <= low
    assert told[-1] >= low + width


def test_a_bound_says_what_it_rests_on_and_keeps_its_fractions() -> None:
    bound = pb.Bound(Fraction(1, 3), Fraction(2), ("a",), ("i",), ("x", "y"), unproved=True)
    assert repr(bound) == "0.333 to 2 (rests on 1 figure, 2 assumptions, an end not proved)"
    assert bound.low == Fraction(1, 3)


# -- tables ---------------------------------------------------------------------------------------


def test_the_tables_are_the_files_with_numbers_as_numbers(tmp_path: Path) -> None:
    audit().write(tmp_path / "own")
    write_audit(audit().package, tmp_path)
    ends = {"audit.csv": ["implied_low", "implied_high"], "bounds.csv": ["low", "high"]}
    for name, table in (("audit.csv", audit().table()), ("bounds.csv", audit().bounds_table())):
        file = pd.read_csv(tmp_path / name, dtype=str, keep_default_na=False)
        assert list(table.columns) == list(file.columns)
        assert (tmp_path / "own" / name).read_bytes() == (tmp_path / name).read_bytes()
        for column in file.columns:
            if column in ends[name]:
                wanted = pd.to_numeric(file[column].replace("unproved", ""))
                assert table[column].dtype == np.float64
                assert table[column].notna().sum() > 20
                pd.testing.assert_series_equal(table[column], wanted)
            else:
                assert list(table[column]) == list(file[column]), column


def test_a_notebook_shows_the_troubled_figures_as_a_table() -> None:
    html = audit(COUNTY)._repr_html_()
    assert html.startswith("<p>Audit of example-county-2004:")
    assert html.count("<tr") == 2
    assert "staff_2004" in html
    assert "<p>" in doubted()._repr_html_()
    assert doubted()._repr_html_().count("<table") == 2


def test_problems_show_themselves_one_a_line_and_as_a_table(tmp_path: Path) -> None:
    (tmp_path / "datapackage.yaml").write_text("name: <b>\ntitle: 5\n", encoding="utf-8")
    problems = pb.check(tmp_path)
    assert len(problems) == len(repr(problems).splitlines()) >= 3
    table = problems.table()
    assert list(table.columns) == ["file", "row", "column", "found", "mend"]
    assert len(table) == len(problems)
    assert "&lt;b&gt;" in problems._repr_html_()
    with pytest.raises(PackageError) as caught:
        pb.load(tmp_path)
    assert caught.value.problems == problems
    assert repr(pb.check(COUNTY)) == "example-county-2004: no problems: 12 figures, 2 identities"
    assert "no problems" in pb.check(COUNTY)._repr_html_()


# -- questions ------------------------------------------------------------------------------------


def test_a_bound_is_asked_for_by_quantity_sum_and_quotient() -> None:
    start, end = (
        pb.Quantity("contributors", "all", "example_county", year) for year in ("2002", "2004")
    )
    county = audit(COUNTY)
    assert county.bound(start) == county.bounds[start]
    assert county.bound({end: 1, start: -1}).interval == Interval(Fraction(-3293), Fraction(-3293))
    growth = county.bound({end: 1, start: -1}, per=start)
    assert growth.low == growth.high == Fraction(-3293, 45930)
    nobody = county.bound(start._replace(period="1950"))
    assert nobody == pb.Bound(None, None)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("contributers", "all", "example_county", "2000"), "nearest: 'contributors'"),
        (("contributors", "al", "example_county", "2000"), "nearest: 'all'"),
        (("contributors", "all", "tianjin", "2000"), "area 'tianjin' is not in areas.csv"),
        (("contributors", "all", "example_county", 2000), "write it as text, '2000'"),
        (("contributors", "all", "example_county", "00"), "not written YYYY or YYYY-MM"),
    ],
)
def test_a_quantity_that_cannot_be_is_refused(asked: tuple, told: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(told)):
        audit(COUNTY).bound(pb.Quantity(*asked))


def test_what_is_no_quantity_is_refused() -> None:
    with pytest.raises(ParameterError, match="write Quantity"):
        audit(COUNTY).bound({"contributors": 1})


# -- doubts ---------------------------------------------------------------------------------------


def test_a_doubted_figure_moves_what_rests_on_it_and_says_how() -> None:
    moved = doubted()
    verdicts = moved.verdicts_table().set_index("figure_id")
    assert verdicts["new"].to_dict() == {"contributors_2001_growth": "disputed", DOUBTED: ""}
    bounds = moved.bounds_table()
    assert set(bounds["relation"]) == {"wider"}
    assert set(bounds["figures"]) == {DOUBTED}
    row = bounds[(bounds.area == "tianjin") & (bounds.group == "all") & (bounds.period == "2000")]
    low = audit().bound(pb.Quantity("contributors", "all", "tianjin", "2000")).low
    assert 0 <= float(low) - row["old_low"].iloc[0] < 0.001
    assert row["new_low"].iloc[0] < row["old_low"].iloc[0]
    assert len(moved.values_table()) == 0


def test_nothing_moves_between_an_audit_and_itself() -> None:
    same = pb.diff(audit(COUNTY), audit(COUNTY).result)
    assert not same.moves
    assert repr(same).endswith("nothing moved")


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="edition of tianjin-2002, not of example-county-2004"):
        pb.diff(audit(COUNTY), audit())
    with pytest.raises(ReleaseError, match="Audit and PosixPath cannot be compared"):
        pb.diff(audit(COUNTY), tmp_path)
    with pytest.raises(ReleaseError, match="neither a release nor a built edition"):
        pb.diff(tmp_path, str(tmp_path))


# -- reports and builds ---------------------------------------------------------------------------


def test_a_report_opens_with_the_parameters_of_its_package() -> None:
    opened = [
        pb.open_report(given)
        for given in (COUNTY, str(COUNTY), pb.load(COUNTY), audit(COUNTY), audit(COUNTY).result)
    ]
    assert {repr(report) for report in opened} == {
        "Report on example_county, 2000 to 2004, of example-county-2004, in en"
    }
    assert pb.open_report(audit(COUNTY), baseline=2002).baseline == "2002"


def test_a_report_of_a_doubted_package_is_not_that_of_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSIONBOOK_RECONCILED", str(tmp_path))
    package = audit(COUNTY).package
    spread = [
        pb.open_report(wanted).change("contributors").bound.high
        for wanted in (package, package.without("contributors_2002_growth"), package)
    ]
    assert spread[0] == spread[2] != spread[1]


def test_a_parameter_that_nobody_names_is_asked_for() -> None:
    silent = replace(audit(COUNTY).package, parameters={})
    with pytest.raises(
        ParameterError, match=r"^area: .* none .*; write open_report\(\.\.\., area="
    ):
        pb.open_report(silent, baseline="2000", as_of="2004")
    assert pb.open_report(silent, area="example_county", baseline="2000", as_of="2004").area


def test_a_package_that_was_changed_is_not_built() -> None:
    with pytest.raises(ParameterError, match="without staff_2004: a build reads the files of"):
        pb.build(audit(COUNTY).package.without("staff_2004"))


@pytest.mark.slow
def test_a_build_in_python_is_that_of_the_command_line(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    built = pb.build(
        project.package,
        languages="en",
        formats=["html"],
        notebooks=str(project.notebooks),
        book=project.book,
    )
    assert built.changed
    assert [path.name for report in built.reports for path in report] == ["index.html"]
    run = project.build("--language", "en", "--format", "html")
    assert run.stdout.startswith("nothing changed"), run.stdout + run.stderr
