"""A figure doubted: a package without it, or reading it otherwise, is what edited files say."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pensionbook.data.load import check_package, load_package
from pensionbook.engine.kept import reconciled
from pensionbook.engine.reconcile import reconcile
from pensionbook.errors import PackageError, ParameterError
from small import OWNERSHIP, level, package_of

COUNTY = Path(__file__).parents[2] / "data" / "example-county-2004"


@pytest.fixture
def edited(tmp_path: Path):
    """The county with some cells of a figure written anew; with none, without the figure."""

    def edit(figure_id: str, **cells: str) -> Path:
        folder = Path(shutil.copytree(COUNTY, tmp_path / COUNTY.name))
        with (folder / "figures.csv").open(encoding="utf-8", newline="") as file:
            head, *rows = list(csv.reader(file))
        kept = [row for row in rows if row[0] != figure_id or cells]
        for row in kept:
            if row[0] == figure_id:
                for column, cell in cells.items():
                    row[head.index(column)] = cell
        with (folder / "figures.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *kept])
        return folder

    return edit


def findings(package) -> tuple:
    result = reconcile(package)
    verdicts = {name: (v.verdict, v.implied) for name, v in result.verdicts.items()}
    return verdicts, result.bounds


def test_without_a_figure_all_is_as_if_its_row_were_deleted(edited) -> None:
    package = load_package(COUNTY)
    doubted = package.without("staff_growth")
    assert findings(doubted) == findings(load_package(edited("staff_growth")))
    assert findings(doubted) != findings(package)
    assert [f.figure_id for f in package.figures] == [
        f.figure_id for f in load_package(COUNTY).figures
    ]


@pytest.mark.parametrize(
    ("figure_id", "cells"),
    [
        ("staff_2004", {"printed": "6.31"}),
        ("staff_2004", {"printed": "63.1", "unit": "person", "qualifier": "about"}),
        ("staff_growth", {"qualifier": "nearly"}),
        ("staff_2004", {"printed": "6,31"}),
        ("staff_2004", {"printed": "-6.31"}),
        ("staff_2004", {"printed": "631人"}),
        ("staff_2004", {"printed": ""}),
        ("staff_2004", {"unit": "persons"}),
        ("staff_2004", {"unit": "percent", "qualifier": "abuot"}),
        ("non_public_share_2004", {"printed": "0,314", "unit": "person"}),
    ],
)
def test_a_figure_read_otherwise_passes_the_check_of_the_files(edited, figure_id, cells) -> None:
    package, folder = load_package(COUNTY), edited(figure_id, **cells)
    problems = check_package(folder)
    if problems:
        with pytest.raises(PackageError) as caught:
            package.reading(figure_id, **cells)
        assert sorted(map(str, caught.value.problems)) == sorted(map(str, problems))
    else:
        assert findings(package.reading(figure_id, **cells)) == findings(load_package(folder))


def test_an_unknown_figure_is_told_with_the_nearest() -> None:
    package = load_package(COUNTY)
    for ask in (package.without, package.figure, lambda name: package.reading(name, printed="1")):
        with pytest.raises(
            ParameterError, match=r"no figure 'staff_204' \(nearest: 'staff_2004'\)"
        ):
            ask("staff_204")


def test_a_reading_must_say_something_and_say_it_as_text() -> None:
    package = load_package(COUNTY)
    with pytest.raises(ParameterError, match="write printed=, qualifier= or unit="):
        package.reading("staff_2004")
    with pytest.raises(ParameterError, match=r"write printed=.6\.3. as it would be printed"):
        package.reading("staff_2004", printed=6.3)


def test_without_a_later_figure_the_latest_of_the_superseded_is_in_force() -> None:
    first = level("first", "100", vintage="preliminary")
    second, other = level("second", "101", vintage="final"), level("other", "9", period="2000")
    third = level("third", "102", vintage="revised")
    package = replace(package_of((third, other), (OWNERSHIP,), {}), superseded=(first, second))
    doubted = package.without("third")
    assert {f.figure_id for f in doubted.figures} == {"second", "other"}
    assert [f.figure_id for f in doubted.superseded] == ["first"]
    assert {f.figure_id for f in package.without("first").figures} == {"third", "other"}
    assert package.without("third", "second", "first").figures == (other,)


@pytest.mark.parametrize(
    "doubt",
    [
        lambda package: package.without("staff_growth"),
        lambda package: package.reading("staff_2004", printed="6.31"),
    ],
)
def test_a_kept_reconciliation_is_not_taken_for_a_changed_package(tmp_path: Path, doubt) -> None:
    package = load_package(COUNTY)
    for wanted in (package, doubt(package), package, doubt(package)):
        found = reconciled(wanted, tmp_path)
        assert found.package == wanted
        assert {n: v.verdict for n, v in found.verdicts.items()} == {
            n: v.verdict for n, v in reconcile(wanted).verdicts.items()
        }
    assert len(list(tmp_path.glob("*.pickle"))) == 2


def test_figures_of_another_vintage_are_kept_by_themselves() -> None:
    assert load_package(COUNTY).changes == ()
    assert load_package(COUNTY, vintage="preliminary").changes == ("as of preliminary figures",)


def test_the_package_says_what_was_changed_in_it() -> None:
    package = load_package(COUNTY).without("staff_growth").reading("staff_2004", printed="6.31")
    assert repr(package) == (
        "Package example-county-2004, without staff_growth, staff_2004 read as 6.31 10k_person: "
        "11 figures, 2 identities"
    )
    assert list(package.table()["figure_id"]) == [f.figure_id for f in package.figures]
