"""Single slips: the enumeration against brute force, and that a planted slip is found."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import pairwise, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pensionbook.analysis import audits
from pensionbook.data.figures import Interval, read_figure
from pensionbook.engine.misprints import explain_by_slips, slips
from pensionbook.report.report import open_report
from projects import ROOT

numerals = st.from_regex(r"-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,2})?", fullmatch=True)


def is_numeral(text: str) -> bool:
    """Whether it could be printed: digits, one point within them, no needless zero before."""
    body = text.removeprefix("-")
    whole, point, decimals = body.partition(".")
    fine = whole.isdigit() and (decimals.isdigit() if point else True)
    return fine and (whole == "0" or whole[0] != "0")


def brute_force(printed: str, kind: str) -> set[str]:
    """All numerals one slip of a kind away, found by trying every text of about that length."""
    sign, body = ("-", printed[1:]) if printed.startswith("-") else ("", printed)
    alphabet = "0123456789."
    if kind == "digit":
        found = {
            body[:n] + other + body[n + 1 :]
            for n, other in product(range(len(body)), alphabet)
            if body[n] != "." and other != "."
        }
    elif kind == "left_out":
        found = {
            text
            for n, more in product(range(len(body) + 1), alphabet)
            if (text := body[:n] + more + body[n:]) and more != "."
        }
    elif kind == "swapped":
        spots = [n for n, letter in enumerate(body) if letter != "."]
        found = set()
        for n, m in pairwise(spots):
            letters = list(body)
            letters[n], letters[m] = letters[m], letters[n]
            found.add("".join(letters))
    else:
        found = {
            body[:n] + body[n + 1 :]
            for n in range(len(body) - 1)
            if body[n] == body[n + 1] and body[n] != "."
        }
    return {sign + text for text in found if is_numeral(text)} - {printed}


@pytest.mark.parametrize("kind", ["digit", "left_out", "swapped", "doubled"])
@settings(deadline=None)
@given(printed=numerals)
def test_the_slips_of_a_kind_are_those_that_brute_force_finds(kind: str, printed: str) -> None:
    found = {slip.printed for slip in slips(printed, "exact") if slip.kind == kind}
    assert found == brute_force(printed, kind)


@settings(deadline=None)
@given(printed=numerals, place=st.integers(0, 6), digit=st.sampled_from("0123456789"))
def test_a_planted_wrong_digit_is_among_what_fits(printed: str, place: int, digit: str) -> None:
    spots = [n for n, letter in enumerate(printed) if letter.isdigit()]
    spot = spots[place % len(spots)]
    wrong = printed[:spot] + digit + printed[spot + 1 :]
    assume(wrong != printed and is_numeral(wrong))
    truth = read_figure(printed, "exact").rounded
    fitting = explain_by_slips(wrong, "exact", truth).fitting
    assert printed in {slip.printed for slip in fitting}


@settings(deadline=None)
@given(printed=numerals)
def test_every_slip_can_be_read_and_what_fits_was_tried(printed: str) -> None:
    for slip in slips(printed, "exact"):
        read_figure(slip.printed, slip.qualifier)
    everything = explain_by_slips(printed, "exact", Interval(None, None))
    assert len(everything.fitting) == everything.tried
    assert explain_by_slips(printed, "exact", Interval(F(10**9), None)).fitting == ()


def test_what_says_much_less_than_the_figure_is_not_tried() -> None:
    found = explain_by_slips("130", "over", Interval(F(141), F(143))).fitting
    assert ("140", "over") in {(slip.printed, slip.qualifier) for slip in found}
    assert "100" not in {slip.printed for slip in found}
    assert "at_least" not in {slip.qualifier for slip in found}


def test_a_fraction_changes_by_its_digits_alone() -> None:
    found = {slip.printed for slip in slips("1/6", "exact") if slip.kind != "qualifier"}
    assert found == {f"{n}/6" for n in range(10) if n != 1} | {
        f"1/{n}" for n in range(1, 10) if n != 6
    }


# -- the paper ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report():
    """The paper's figures, audited."""
    return open_report(
        ROOT / "data" / "tianjin-2002", area="tianjin", baseline="1999", as_of="2002-09"
    )


def slip_of(report, figure_id: str) -> str:
    """What the audit suggests for a figure."""
    table = audits.troubled_table(report)
    ids = [v.figure.figure_id for v in audits.troubled(report) if v.implied.figures]
    return table["slip"].iloc[ids.index(figure_id)]


@pytest.mark.parametrize(
    ("figure_id", "suggested"),
    [
        ("non_public_contributors_2002_09_share", "19.66 (one digit)"),
        ("off_post_public_share", "no single slip does"),
        ("migrants_five_years", "nearly 44 (one digit); over 43 (another word)"),
        (
            "township_employees",
            "52 (another word); about 52 (another word); nearly 52 (another word)",
        ),
        ("resident_population_five_years", "62.23 (one digit)"),
        ("foreign_employees_2001_growth", "last digits cut off"),
        ("six_districts_share_of_gross_decrease", "the others allow too much to tell"),
    ],
)
def test_what_troubled_figures_of_the_paper_may_have_been(report, figure_id, suggested) -> None:
    assert slip_of(report, figure_id) == suggested


def test_a_total_that_left_a_part_out_is_recognised(report) -> None:
    assert "a sum without: " in slip_of(report, "uncovered_non_state")
    assert "Rural self-employed" in slip_of(report, "uncovered_non_state")


def test_verdicts_add_up_and_the_choices_are_the_disputed_figures(report) -> None:
    table = audits.counts_table(report)
    assert table["low"].sum() == len(report.package.figures)
    told = audits.choices_table(report)
    disputed = [v for v in audits.troubled(report) if v.verdict == "disputed"]
    assert told["number"].nunique() == len({v.repairs for v in disputed})
    assert len(told) == sum(len(repairs) for repairs in {v.repairs for v in disputed})


def test_every_level_has_one_degree_of_rebuilding(report) -> None:
    table = audits.rebuilt_table(report)
    degrees = table[["exact", "close", "wide", "one_side", "none"]]
    assert degrees.to_numpy().sum() == len(report.result.bounds)
    assert audits.levels_given_back(report).low == degrees[["exact", "close"]].to_numpy().sum()
