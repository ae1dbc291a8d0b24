"""The proofs of audits, checked by a program that shares nothing with the engine."""

from __future__ import annotations

import ast
import csv
import hashlib
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_cases_forms import FORMS

import prove_check
from pensionbook.data.figures import Interval, Reading
from pensionbook.data.load import load_package
from pensionbook.data.package import Figure, Unit
from pensionbook.data.readings import reading_of
from pensionbook.engine import component, forms
from pensionbook.engine.reconcile import Reconciliation, reconcile
from pensionbook.engine.system import Quantity
from pensionbook.report.audit import write_audit
from projects import ROOT
from random_packages import write_random_package
from typed import row, sums_to_zero, typed

MEANS = {
    "mean_wage_with_its_weights",
    "rate_between_those_of_its_parts",
    "rate_just_outside_its_parts",
}
COUNTY = ROOT / "data" / "example-county-2004"
TOOLS = ROOT / "tools"
# More of them in `make campaign`.
RANDOM_PACKAGES = int(os.environ.get("RANDOM_PACKAGES", "500"))
AT_ONCE = 50
A_FEW = 12


def proved(package: Path, folder: Path) -> Counter[str]:
    """Audit a package into a folder and check the proofs: how many verdicts of each kind.

    Adds what the checker counted, and under "left" what it could not check.
    """
    result = write_audit(load_package(package, check=False), folder, prove=True)
    tally = prove_check.main(package, folder)
    assert tally.wrong == []
    verdicts = Counter(verdict.verdict for verdict in result.verdicts.values())
    return verdicts + tally.holds + Counter(left=len(tally.left))


@pytest.mark.parametrize("name", ["example-county-2004", "tianjin-2002", "nbs-yearbooks"])
def test_all_that_is_said_of_a_package_is_proved(name: str, tmp_path: Path) -> None:
    package = ROOT / "data" / name
    found = proved(package, tmp_path)
    with (tmp_path / "audit.csv").open(encoding="utf-8") as audit:
        figures = len(list(csv.DictReader(audit)))
    with (tmp_path / "bounds.csv").open(encoding="utf-8") as bounds:
        quantities = len(list(csv.DictReader(bounds)))
    assert found["verdicts"] == found["rows of figures"] == figures
    assert found["ends of bounds"] == found["ends under any repair"] == 2 * quantities
    assert found["implied ends"] == 2 * figures
    # What the proofs do not tell is which vintage is in force.
    superseded = len(load_package(package, check=False).superseded)
    assert found["left"] == superseded


def test_what_is_asked_from_few_rows_at_a_time_is_the_same_and_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = [COUNTY]
    for seed in range(A_FEW):
        packages.append(tmp_path / f"package-{seed}")
        write_random_package(packages[-1], seed)
    found: Counter[str] = Counter()
    for package in packages:
        whole = reconcile(load_package(package, check=False))
        with monkeypatch.context() as patch:
            patch.setattr(component, "NEARBY_FROM", 1)
            nearby = reconcile(load_package(package, check=False))
            found += proved(package, tmp_path / f"audit-{package.name}")
        assert verdicts_of(nearby) == verdicts_of(whole)
        assert ends_of(nearby) == ends_of(whole)
    assert found["left"] == 0
    assert found["conflicts"] > A_FEW / 4
    assert found["disputed"] > A_FEW / 4


def verdicts_of(result: Reconciliation) -> dict[str, tuple[str, Interval]]:
    # Whether an end that needs no figure rests on some is up to the proof that is found first.
    return {
        i: (v.verdict.replace("untested", "consistent"), v.implied.interval)
        for i, v in result.verdicts.items()
    }


def ends_of(result: Reconciliation) -> list[dict[Quantity, Interval]]:
    return [
        {quantity: bound.interval for quantity, bound in bounds.items()}
        for bounds in (result.bounds, result.bounds_under_any_repair)
    ]


def test_what_is_not_proved_in_time_is_told_so_in_the_proofs_too(tmp_path: Path) -> None:
    package = load_package(COUNTY)
    result = write_audit(package, tmp_path, prove=True, time_limit=0)
    assert all(bound.out_of_time for bound in result.bounds.values())
    assert {v.verdict for v in result.verdicts.values()} == {"untested"}
    tally = prove_check.main(COUNTY, tmp_path)
    assert tally.wrong == []
    assert tally.holds["ends of bounds"] == tally.holds["implied ends"] == 0


@pytest.mark.parametrize("first", range(0, RANDOM_PACKAGES, AT_ONCE))
def test_random_packages_are_proved(first: int, tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for seed in range(first, first + AT_ONCE):
        package = tmp_path / f"package-{seed}"
        write_random_package(package, seed)
        found += proved(package, tmp_path / f"audit-{seed}")
    assert found["left"] == 0
    # Else there would have been little to prove.
    assert found["conflicts"] > AT_ONCE / 4
    assert found["disputed"] > AT_ONCE / 4
    assert found["consistent"] > AT_ONCE
    assert found["inconsistent"]


def test_an_end_that_figures_bound_under_some_repairs_alone_may_be_left_out(tmp_path: Path) -> None:
    write_random_package(tmp_path / "package", 2099)
    assert proved(tmp_path / "package", tmp_path / "audit")["disputed"]


@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
@pytest.mark.parametrize("name", FORMS)
def test_each_form_in_which_figures_are_printed_is_proved(
    name: str, right: bool, tmp_path: Path
) -> None:
    found = proved(typed(tmp_path, FORMS[name][not right], FORMS[name][2]), tmp_path / "audit")
    # That a rate of a whole is a mean of its parts' is taken from the proofs.
    assert bool(found["left"]) == (name in MEANS)


def test_more_repairs_than_each_can_be_tried_are_proved_one_by_one(tmp_path: Path) -> None:
    """Twelve levels of one component, each printed twice: 4,096 repairs."""
    years = [str(year) for year in range(1990, 2002)]
    rows = [
        row(f"{which}_{year}", "level", printed, "person", period=year)
        for year in years
        for which, printed in (("a", "100"), ("b", "200"))
    ]
    terms = [("1", "contributors", "all", year) for year in years]
    sums = sums_to_zero("all_years", *terms, ("-1", "employees", "all", "2002"))
    found = proved(typed(tmp_path, rows, sums), tmp_path / "audit")
    assert found["conflicts"] == len(years)
    assert found["disputed"] == len(rows)
    # Each figure in a repair of its own, and the bounds of all thirteen under any repair.
    assert found["witnesses"] >= 13
    assert found["left"] == 26


def test_the_checker_is_small_and_knows_nothing_of_the_engine() -> None:
    parts = ("prove_check", "prove_rows", "prove_numerals")
    for name in parts:
        text = (TOOLS / f"{name}.py").read_text(encoding="utf-8")
        assert len(text.splitlines()) < 300
        imported = {
            module.partition(".")[0]
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for module in (
                [node.module or ""] if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
            )
        }  # fmt: skip
        assert imported <= sys.stdlib_module_names | set(parts)


# -- tampering ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example's package and its audit."""
    folder = tmp_path_factory.mktemp("proofs")
    shutil.copytree(COUNTY, folder / "package")
    proved(folder / "package", folder / "audit")
    return folder


@pytest.fixture
def tampered(county: Path, tmp_path: Path) -> Callable[[Callable[[Any, Path], None]], list[str]]:
    """Change the proofs, or the files beside them, and say what the checker finds wrong."""

    def check(change: Callable[[Any, Path], None]) -> list[str]:
        shutil.copytree(county, tmp_path, dirs_exist_ok=True)
        path = tmp_path / "audit" / "proofs.json"
        proofs = json.loads(path.read_text(encoding="utf-8"))
        change(proofs, tmp_path)
        path.write_text(json.dumps(proofs), encoding="utf-8")
        return prove_check.main(tmp_path / "package", tmp_path / "audit").wrong

    return check


def with_conflicts(proofs: Any) -> Any:
    return next(each for each in proofs["systems"][0]["passes"] if each["conflicts"])


def a_bound(proofs: Any, name: str) -> Any:
    columns = proofs["systems"][0]["columns"]
    return next(
        bound
        for each in proofs["systems"][0]["passes"]
        for bound in each["bounds"]
        if columns[bound["column"]] == name
    )


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


TOWN = "contributors all example_county 2000"


def a_multiplier(proofs: Any, folder: Path) -> None:
    (proof,) = a_bound(proofs, TOWN)["low"]["proofs"]
    row = next(name for name in proof["multipliers"] if not name.startswith("="))
    proof["multipliers"][row] = "1/7"


def a_sign(proofs: Any, folder: Path) -> None:
    """A row of at least used as one of at most."""
    (proof,) = a_bound(proofs, TOWN)["low"]["proofs"]
    row = next(name for name in proof["multipliers"] if name.endswith(("low", "high")))
    proof["multipliers"][row] = f"-{proof['multipliers'][row]}"


def a_bound_everywhere(proofs: Any, folder: Path) -> None:
    bound = a_bound(proofs, TOWN)["low"]
    bound["value"] = bound["proofs"][0]["value"] = "48208"
    path = folder / "audit" / "bounds.csv"
    rows = path.read_text(encoding="utf-8").replace("48207.819", "48208")
    path.write_text(rows, encoding="utf-8")


def a_bound_in_the_table(proofs: Any, folder: Path) -> None:
    path = folder / "audit" / "bounds.csv"
    rows = path.read_text(encoding="utf-8").replace("48207.819", "48210")
    path.write_text(rows, encoding="utf-8")


def a_bound_rests_on_what_is_wrong(proofs: Any, folder: Path) -> None:
    bound = a_bound(proofs, "employees all example_county 2004")["low"]
    bound["proofs"] = [{"value": bound["value"], "multipliers": {"staff_2004/0/low": "1"}}]


def dropped_conflicts(proofs: Any, folder: Path) -> None:
    del with_conflicts(proofs)["conflicts"][1:]


def a_conflict_that_is_none(proofs: Any, folder: Path) -> None:
    conflict = with_conflicts(proofs)["conflicts"][0]
    conflict.pop("staff_2004/0/high")


def a_larger_repair(proofs: Any, folder: Path) -> None:
    with_conflicts(proofs)["clusters"][0][0][0].append("staff_growth")


def another_repair(proofs: Any, folder: Path) -> None:
    each = with_conflicts(proofs)
    each["clusters"] = [[[["staff_growth"], []]]]
    each["witnesses"][0][0] = ["staff_growth"]


def no_witness(proofs: Any, folder: Path) -> None:
    with_conflicts(proofs)["witnesses"].clear()


def a_moved_witness(proofs: Any, folder: Path) -> None:
    point = with_conflicts(proofs)["witnesses"][0][2]
    point[next(iter(point))] += "0"


def a_verdict(proofs: Any, folder: Path) -> None:
    replaced(folder / "audit" / "audit.csv", "inconsistent", "disputed")


def an_implied_end(proofs: Any, folder: Path) -> None:
    replaced(folder / "audit" / "audit.csv", ",42602.47,", ",42609.47,")


def a_digit_of_the_package(proofs: Any, folder: Path) -> None:
    """Typed after the audit, with the digest made to fit."""
    path = folder / "package" / "figures.csv"
    replaced(path, ",42637,", ",42638,")
    proofs["tables"]["figures"]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()


def a_file(proofs: Any, folder: Path) -> None:
    path = folder / "package" / "groups.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")


def a_closed_end(proofs: Any, folder: Path) -> None:
    figure = proofs["systems"][0]["figures"]["staff_growth"]
    assert figure["rounded"][2:] == [False, True]
    figure["rounded"][3] = False


def a_form(proofs: Any, folder: Path) -> None:
    numerator, _ = proofs["systems"][0]["figures"]["staff_growth"]["forms"][0]
    numerator[next(iter(numerator))] = "2"


def an_equation(proofs: Any, folder: Path) -> None:
    coefficients = proofs["systems"][0]["equations"][3][2]
    coefficients[next(iter(coefficients))] = "2"


def a_left_out_equation(proofs: Any, folder: Path) -> None:
    """The witness need not satisfy it then."""
    each = next(each for each in proofs["systems"][0]["passes"] if each["equations"])
    each["equations"].pop()


def a_left_out_figure(proofs: Any, folder: Path) -> None:
    with_conflicts(proofs)["figures"].remove("staff_2004")


def a_column(proofs: Any, folder: Path) -> None:
    columns = proofs["systems"][0]["columns"]
    columns[1], columns[2] = columns[2], columns[1]


TAMPERINGS = {
    a_multiplier: f"the low end of {TOWN}",
    a_sign: f"the low end of {TOWN}",
    a_bound_everywhere: f"the low end of {TOWN}",
    a_bound_in_the_table: f"the low end of {TOWN}",
    a_bound_rests_on_what_is_wrong: "the low end of employees all example_county 2004",
    dropped_conflicts: "the repairs about non_public_staff_2004",
    a_conflict_that_is_none: "a conflict about non_public_staff_2004",
    a_larger_repair: "the repairs about non_public_staff_2004",
    another_repair: "the witness for staff_growth",
    no_witness: "the repairs about non_public_staff_2004",
    a_moved_witness: "the witness for staff_2004",
    a_verdict: "the verdict on staff_2004",
    an_implied_end: "the implied low end of contributors_2004",
    a_digit_of_the_package: "rows of contributors_2004",
    a_file: "groups.csv",
    a_closed_end: "rows of staff_growth",
    a_form: "rows of staff_growth",
    an_equation: "equation 3 (",
    a_left_out_equation: "the components",
    a_left_out_figure: "the components",
    a_column: "rows of contributors_2004",
}


@pytest.mark.parametrize("change", TAMPERINGS, ids=lambda change: change.__name__)
def test_tampering_is_caught_and_the_place_is_named(
    change: Callable[[Any, Path], None],
    tampered: Callable[[Callable[[Any, Path], None]], list[str]],
) -> None:
    wrong = tampered(change)
    assert any(text.startswith(TAMPERINGS[change]) for text in wrong), wrong


def test_proofs_that_nobody_touched_pass(
    tampered: Callable[[Callable[[Any, Path], None]], list[str]],
) -> None:
    assert tampered(lambda proofs, folder: None) == []


def test_rows_that_the_engine_reads_wrongly_are_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half-open intervals taken as closed, as they once were."""

    def closed(interval: Interval) -> Interval:
        return replace(interval, low_open=False, high_open=False)

    def read(figure: Figure, units: Mapping[str, Unit]) -> Reading:
        reading = reading_of(figure, units)
        return Reading(closed(reading.rounded), closed(reading.widest))

    monkeypatch.setattr(forms, "reading_of", read)
    write_audit(load_package(COUNTY), tmp_path, prove=True)
    wrong = prove_check.main(COUNTY, tmp_path).wrong
    assert {text.partition(":")[0] for text in wrong} >= {
        "rows of staff_2004",
        "rows of staff_growth",
        "rows of non_public_share_2004",
    }
