"""What the audit of the real package, data/tianjin-2002, must find.

CONTRIBUTING.md says how a change of these results is accepted.
"""

import csv
import re
from pathlib import Path

import pytest

from pensionbook.data.load import load_package
from pensionbook.engine.results import VERDICTS, NamedRepair
from pensionbook.engine.system import Quantity
from pensionbook.report.audit import AUDIT_COLUMNS, BOUNDS_COLUMNS, write_audit

PACKAGE = Path(__file__).parents[2] / "data" / "tianjin-2002"
# Other programs read these files.
AUDIT = "figure_id,locator,printed,unit,verdict,implied_low,implied_high,because"
BOUNDS = "indicator,group,area,period,low,high,unit,figures,low_any_repair,high_any_repair"
WORDS = {"consistent", "truncated", "untested", "inconsistent", "disputed"}


@pytest.fixture(scope="module")
def audit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit")
    result = write_audit(load_package(PACKAGE), folder)
    rows = {}
    for name in ("audit", "bounds"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows[name] = list(csv.DictReader(file))
    return result, rows


def test_every_printed_figure_has_one_verdict(audit):
    result, rows = audit
    printed = [figure.figure_id for figure in result.package.figures]
    assert [row["figure_id"] for row in rows["audit"]] == printed
    assert len(set(printed)) == len(printed) >= 150
    assert {row["verdict"] for row in rows["audit"]} <= set(VERDICTS) == WORDS
    assert all(row["because"] for row in rows["audit"])


def test_the_files_have_the_columns_of_the_contract(audit):
    _, rows = audit
    assert ",".join(rows["audit"][0]) == ",".join(AUDIT_COLUMNS) == AUDIT
    assert ",".join(rows["bounds"][0]) == ",".join(BOUNDS_COLUMNS) == BOUNDS


def test_no_line_of_the_files_is_longer_or_shorter_than_its_head(audit):
    for rows in audit[1].values():
        assert not any(None in row or None in row.values() for row in rows)


def test_every_bound_has_its_ends_in_order_and_rests_on_known_figures(audit):
    result, rows = audit
    known = {figure.figure_id for figure in result.package.figures}
    for row in rows["bounds"]:
        if row["low"] and row["high"]:
            assert float(row["low"]) <= float(row["high"]), row
        assert set(filter(None, row["figures"].split(";"))) <= known
    cells = [
        tuple(row[c] for c in ("indicator", "group", "area", "period")) for row in rows["bounds"]
    ]
    assert len(set(cells)) == len(cells)


@pytest.mark.parametrize("period", ["1999", "2000", "2001", "2002-09"])
def test_the_levels_of_figure_1_are_known_to_250_persons(audit, period):
    bound = audit[0].bounds[Quantity("contributors", "all", "tianjin", period)]
    assert 0 < bound.high - bound.low <= 250


@pytest.mark.parametrize("period", ["1999", "2001"])
@pytest.mark.parametrize(
    "group", ["all", "public", "non_public", "foreign", "private_individual", "other"]
)
def test_table_2_comes_back_as_close_bounds(audit, group, period):
    cells = [
        row
        for row in audit[1]["bounds"]
        if (row["indicator"], row["group"], row["area"], row["period"])
        == ("employees", group, "tianjin", period)
    ]
    assert len(cells) == 1
    low, high = float(cells[0]["low"]), float(cells[0]["high"])
    assert 0 < low <= high <= low * 1.001


def test_the_share_of_the_non_public_group_must_be_wrong(audit):
    verdict = audit[0].verdicts["non_public_contributors_2002_09_share"]
    assert verdict.verdict == "inconsistent"
    (row,) = [r for r in audit[1]["audit"] if r["figure_id"] == verdict.figure.figure_id]
    assert row["because"].startswith("printed 18.66 %, the others allow 19.65 to 19.67 %")


def alternatives(*names):
    """One repair for each figure or, where the name has spaces, for each assumption."""
    return {NamedRepair((), (name,)) if " " in name else NamedRepair((name,), ()) for name in names}


@pytest.mark.parametrize(
    "names",
    [
        ("migrants_five_years", "resident_population_five_years"),
        (
            "six_districts_2001_change", "six_districts_share_of_gross_decrease",
            "gains and losses are summed over areas, so that they net to the change of the city",
            "each of the six urban districts lost contributors",
        ),
        (
            "off_post_public_share",
            "the staff of state and collective enterprises are all urban public staff",
        ),
        (
            "uncovered_non_state", "uncovered_foreign", "covered_private_individual",
            "rural_private_employees", "rural_individual_employees", "township_employees",
            "the five groups listed are all of the non-state enterprises",
            "practically nobody enrolled means nobody",
            "nobody is enrolled where the rules do not reach",
        ),
    ],
)  # fmt: skip
def test_what_may_be_wrong_instead_is_named_with_each_disputed_figure(audit, names):
    for name in names:
        if " " not in name:
            verdict = audit[0].verdicts[name]
            assert verdict.verdict == "disputed"
            assert set(verdict.repairs) == alternatives(*names)


def test_staff_with_unsettled_relations_are_not_the_staff_off_post(audit):
    text = "the staff with unsettled labour relations are the staff off post at the end of 2001"
    # A sixth is wide enough for their share, so that the total off post may be wrong instead.
    assert audit[0].doubted[text] is False
    verdicts = audit[0].verdicts
    for name in ("unsettled", "unsettled_other", "unsettled_share"):
        assert verdicts[name].verdict in ("consistent", "untested")
    rival = verdicts["off_post_public_and_other_2001"]
    assert rival.verdict == "disputed"
    assert {repair.assumptions for repair in rival.repairs} == {(), (text,)}
    assert "either this or the assumption that the staff with unsettled" in next(
        row["because"]
        for row in audit[1]["audit"]
        if row["figure_id"] == "off_post_public_and_other_2001"
    )
    assert verdicts["off_post_public_share"].contradicted == ()


def test_what_holds_under_any_repair_lies_within_the_strict_bounds(audit):
    said_more = 0
    for row in audit[1]["bounds"]:
        low, high = row["low"], row["high"]
        low_any, high_any = row["low_any_repair"], row["high_any_repair"]
        assert not low or float(low) <= float(low_any)
        assert not high or float(high_any) <= float(high)
        said_more += (low, high) != (low_any, high_any)
    assert said_more >= 3


def test_one_growth_rate_was_cut_off_instead_of_rounded(audit):
    assert audit[0].verdicts["foreign_employees_2001_growth"].verdict == "truncated"


def test_all_smallest_repairs_were_checked_and_every_bound_proved(audit):
    result, rows = audit
    assert all(verdict.all_repairs_checked for verdict in result.verdicts.values())
    assert not any(bound.unproved for bound in result.bounds.values())
    assert not any("unproved" in row.values() for row in rows["bounds"])


# -- what the list of what is reproduced must hold ------------------------------------------------

REPRODUCTION = (PACKAGE.parents[1] / "book" / "reproduction.md").read_text(encoding="utf-8")
DEGREES = ("exact", "bounded", "not recoverable", "as data", "words")


def rows_of_reproduction() -> dict[str, list[str]]:
    """The rows of both tables by their first cell."""
    lines = [line for line in REPRODUCTION.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row for row in rows if row[0] not in ("In the source", "---")}


@pytest.mark.parametrize(
    "name",
    [
        *("Figure 1", "Figure 2", "Figure 3", "Figure 4", "Figure 6"),
        *("Table 2", "Table 5", "Table 11"),
        *("一", "二", "三(一)1", "三(一)2", "三(一)3"),
        *("三(二)1", "三(二)2", "三(二)3", "三(二)4"),
        *("四1", "四2", "四3", "四4", "四5"),
        *(f"五({number})" for number in "一二三四五六七"),
        *("六", "七(一)", "七(二)", "八", "九"),
    ],
)
def test_every_section_figure_and_table_of_the_paper_is_accounted_for(name):
    rows = rows_of_reproduction()
    degree = rows[name][3]
    assert degree.startswith((*DEGREES, "every measure as data")), degree


def test_every_part_of_the_paper_that_has_a_printed_figure_is_in_the_list():
    parts = "|".join(sorted(map(re.escape, rows_of_reproduction()), key=len, reverse=True))
    package = load_package(PACKAGE, check=False)
    for figure in package.figures:
        assert re.match(parts, figure.locator), figure.locator
