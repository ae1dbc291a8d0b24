"""Packages that a package is held against: named, found, cited, never mixed in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pensionbook.book.handed import data_files
from pensionbook.data.load import check_package, load_evidence, load_package
from pensionbook.engine.cited import Cited
from pensionbook.engine.reconcile import reconcile
from pensionbook.errors import ParameterError
from pensionbook.report.report import open_report
from projects import ROOT

COUNTY = ROOT / "data" / "example-county-2004"


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A package and a second one beside it."""
    for name in ("county", "witness"):
        shutil.copytree(COUNTY, tmp_path / name)
    return tmp_path / "county"


def name_evidence(package: Path, text: str) -> None:
    """Write the entry into the descriptor."""
    path = package / "datapackage.yaml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("pensionbook:")]
    kept = [line for line in lines if not line.startswith("  parameters:")]
    path.write_text("\n".join([*kept, f"pensionbook: {{evidence: {text}}}"]) + "\n")


def test_the_named_package_counts_for_the_digest_and_keeps_its_figures_apart(pair: Path) -> None:
    before = load_package(pair)
    name_evidence(pair, "[witness]")
    assert check_package(pair) == []
    package = load_package(pair)
    assert package.evidence == ("witness",)
    assert package.figures == before.figures
    assert "witness/figures.csv" in package.sha256
    figures = pair.parent / "witness" / "figures.csv"
    figures.write_text(figures.read_text() + "# a remark\n")
    assert load_package(pair).sha256 != package.sha256


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("[nowhere]", "there is no package nowhere beside county"),
        ("['../witness']", "write the name of a folder beside this one"),
        ("['/etc']", "write the name of a folder beside this one"),
        ("['<script>']", "write the name of a folder beside this one"),
        ("[3]", "write the name of a folder beside this one"),
        ("[county]", "the package itself or named twice"),
        ("[witness, witness]", "the package itself or named twice"),
        ("witness2", "there is no package witness2"),
    ],
)
def test_a_wrong_entry_is_told_with_its_mend(pair: Path, entry: str, told: str) -> None:
    name_evidence(pair, entry)
    problems = check_package(pair)
    assert any(told in str(problem) for problem in problems), [str(p) for p in problems]
    assert all(problem.file == "datapackage.yaml" for problem in problems)


def test_a_damaged_package_is_told(pair: Path) -> None:
    name_evidence(pair, "[witness]")
    (pair.parent / "witness" / "figures.csv").write_text("nonsense\n")
    (problem,) = check_package(pair)
    assert "witness cannot be read" in str(problem)


def test_only_a_named_package_can_be_asked(pair: Path) -> None:
    with pytest.raises(ParameterError, match="names no evidence 'witness'"):
        load_evidence(load_package(pair), "witness")


def test_what_rests_on_it_carries_its_name() -> None:
    package = load_package(COUNTY)
    plain, cited = reconcile(package), Cited(reconcile(package))
    for quantity, bound in plain.bounds.items():
        marked = cited.bounds[quantity]
        assert (marked.low, marked.high) == (bound.low, bound.high)
        assert marked.figures == tuple(f"{package.name}:{name}" for name in bound.figures)
        assert cited.bound({quantity: 1}).figures == tuple(
            f"{package.name}:{name}" for name in plain.bound({quantity: 1}).figures
        )


@pytest.mark.slow
def test_a_report_beside_another_speaks_of_the_same_area() -> None:
    path = ROOT / "data" / "tianjin-2002"
    report = open_report(
        path, area="tianjin", baseline="1999", as_of="2002-09", language="zh_CN", notebook="x"
    )
    other = report.beside("nbs-yearbooks", counted="insured_staff", baseline="2004", as_of="2010")
    assert (other.area, other.language, other.notebook) == ("tianjin", "zh_CN", "x")
    assert other.level("insured_staff").bound.figures == (
        "nbs-yearbooks:insured_staff_tianjin_2010",
    )
    # Contributors and insured staff never meet in one system.
    assert "insured_staff" not in {f.indicator for f in report.package.figures}
    assert "participants" not in {f.indicator for f in report.package.figures}


def test_the_register_shows_the_cited_figures_and_no_others() -> None:
    import json

    register = {
        "evidence": {
            "w": {"title": "W", "figures": [{"id": "a", "verdict": "x"}, {"id": "b"}]},
            "v": {"title": "V", "figures": [{"id": "c"}]},
        }
    }
    value = {"id": "n", "figures": ["w:b", "own"], "notebook": "one"}
    content = {"cells": [], "metadata": {}}
    (data,) = data_files({"one": content}, register, [value]).values()
    assert json.loads(data)["evidence"] == {"w": {"title": "W", "figures": [{"id": "w:b"}]}}
