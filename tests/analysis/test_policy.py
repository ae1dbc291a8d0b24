"""The chapter on later figures: claims, provinces, and the projection held against the years."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pensionbook.analysis import claims, outlook, provinces, reforms
from pensionbook.report.report import Report, open_report
from projects import ROOT
from small import level, report_of


@pytest.fixture(scope="module")
def tianjin() -> Report:
    """The real first edition."""
    path = ROOT / "data" / "tianjin-2002"
    return open_report(path, area="tianjin", baseline="1999", as_of="2002-09")


@pytest.fixture(scope="module")
def official(tianjin: Report) -> Report:
    """The yearbooks on the same area."""
    return provinces.official(tianjin)


@pytest.fixture(scope="module")
def found(tianjin: Report) -> outlook.Outlook:
    """The projection with fewer draws than the chapter has."""
    projection, missing = outlook.outlook(tianjin, 2_000, 1)
    assert projection is not None
    assert missing is None
    return projection


# -- claims ---------------------------------------------------------------------------------------


def test_the_claims_of_the_paper_and_what_became_of_them(tianjin: Report, official: Report) -> None:
    told = {claim.name: claim.finding for claim in claims.claims(tianjin, official)}
    assert told == {
        "Two-digit growth of output": claims.CONTRADICTED,
        "Urban employment at the end of 2001": claims.COMPATIBLE,
        "Private firms and the self-employed grow": claims.COMPATIBLE,
        "Past mending within a few years": claims.NOT_BORNE_OUT,
        "Rank among the provinces by the speed of the fall": claims.OPEN,
        "Hunan falls faster": claims.COMPATIBLE,
        "Guangdong's part of the national increase in 2000": claims.OPEN,
        "Revenue forecast to pass a mark in 2002": claims.CONTRADICTED,
    }


def test_every_claim_rests_on_official_figures_alone(tianjin: Report, official: Report) -> None:
    for claim in claims.claims(tianjin, official):
        named = [name for measure in claim.rests_on for name in measure.bound.figures]
        assert all(name.startswith("nbs-yearbooks:") for name in named), claim.name


def altered(official: Report, figure_id: str, printed: str) -> Report:
    """The official report with another numeral in one figure."""
    package = official.package
    figures = tuple(
        replace(f, printed=printed) if f.figure_id == figure_id else f for f in package.figures
    )
    assert figures != package.figures
    from pensionbook.engine.cited import Cited
    from pensionbook.engine.reconcile import reconcile

    result = Cited(reconcile(replace(package, figures=figures)))
    return Report(result, area="tianjin", baseline="2004", as_of="2010", counted="insured_staff")


@pytest.mark.parametrize(
    ("name", "figure_id", "printed", "finding"),
    [
        ("Two-digit growth of output", "gdp_index_tianjin_1998", "110.3", claims.COMPATIBLE),
        (
            "Revenue forecast to pass a mark in 2002",
            "fiscal_revenue_tianjin_2001_preliminary",
            "294.5",
            claims.COMPATIBLE,
        ),
        ("Past mending within a few years", "fund_balance_tianjin_2010", "20.3", claims.OPEN),
    ],
)
def test_a_finding_follows_its_figure(
    tianjin: Report, official: Report, name: str, figure_id: str, printed: str, finding: str
) -> None:
    told = {
        c.name: c.finding for c in claims.claims(tianjin, altered(official, figure_id, printed))
    }
    assert told[name] == finding


def test_without_official_figures_nothing_is_claimed() -> None:
    report = report_of(level("a", "100", "person"))
    assert provinces.official(report) is None
    assert claims.claims(report, None) == []
    assert claims.claims(report, report) == []
    assert claims.claims_table(report, []).empty
    assert not claims.number_of([]).known
    assert not claims.official_growth(None).known


# -- provinces ------------------------------------------------------------------------------------


def places(ratios: list[float], growth: list[float]) -> pd.DataFrame:
    """A table of invented places."""
    names = [f"p{n}" for n in range(len(ratios))]
    return pd.DataFrame(
        {
            "id": names, "label": names, "x_low": ratios, "x_high": ratios, "low": growth,
            "high": growth, "value": "", "start_ratio": "", "end_ratio": "",
        }
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(10, 60), st.floats(-5, 20)), min_size=8, max_size=25, unique=True
    ).filter(lambda pairs: np.std([x for x, _ in pairs]) > 1)
)
def test_the_line_and_its_robust_error_agree_with_the_matrix_formulas(pairs) -> None:
    x, y = (np.array(side) for side in zip(*pairs, strict=True))
    found = provinces.fit(places(list(x), list(y)), "p0")
    design = np.column_stack([np.ones_like(x), x])
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ y
    hat = np.einsum("ij,jk,ik->i", design, inverse, design)
    residual = y - design @ beta
    # MacKinnon and White's third estimator.
    meat = design.T @ (design * (residual**2 / (1 - hat) ** 2)[:, None])
    error = np.sqrt((inverse @ meat @ inverse)[1, 1])
    assert found.slope == pytest.approx(beta[1], rel=1e-6, abs=1e-9)
    assert found.slope_error == pytest.approx(error, rel=1e-6, abs=1e-9)
    reach = stats.t.ppf(0.975, len(x) - 2) * error
    assert found.slope_interval[1] == pytest.approx(beta[1] + reach, rel=1e-6, abs=1e-9)
    assert found.degrees_of_freedom == len(x) - 2


def test_too_few_places_make_no_line() -> None:
    few = places([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert provinces.fit(few, "p0") is None
    assert provinces.line(few, None).empty
    assert not provinces.slope(None).known


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=8))
def test_the_rank_is_that_of_every_value_within_the_intervals(pairs) -> None:
    table = places([1.0] * len(pairs), [float(low) for low, _ in pairs])
    table["high"] = [float(low + width) for low, width in pairs]
    bound = provinces.rank(table, "p0").bound
    ranks = set()
    for value in np.linspace(table["low"][0], table["high"][0], 7):
        above = sum(table["low"][1:] > value)
        perhaps = sum(table["high"][1:] >= value)
        ranks |= set(range(above + 1, perhaps + 2))
    assert (bound.low, bound.high) == (min(ranks), max(ranks))


def test_tianjin_among_the_provinces(official: Report) -> None:
    table = provinces.provinces_table(official)
    assert len(table) == 21
    assert "hunan" not in set(table["id"])  # its 2010 figures contradict one another
    row = table.set_index("id").loc["tianjin"]
    assert row["start_ratio"] == "52.7"
    assert row["value"] == "6.7%"
    assert provinces.rank(table, "tianjin").bound.low == 11
    low, high = provinces.fit(table, "tianjin").slope_interval
    assert low < 0 < high


# -- projection and reforms -----------------------------------------------------------------------


def test_the_draws_lie_within_the_ends(found: outlook.Outlook) -> None:
    merged = found.exact.merge(found.drawn, on=["year", "output"])
    assert len(merged) > 50
    assert (merged["p5"] >= merged["low"] * (1 - 1e-12) - 1).all()
    assert (merged["p95"] <= merged["high"] * (1 + 1e-12) + 1).all()


def test_the_insured_of_the_years_held_out_are_missed_and_the_retirees_met(
    found: outlook.Outlook, official: Report
) -> None:
    table = outlook.held_out_table(found, official)
    told = table.groupby("what")["met"].agg(set)
    assert told["Contributors"] == {"missed"}
    assert told["Retirees"] == {"within the draws"}
    number, missed = outlook.missed(found, official)
    assert (number.bound.low, missed.bound.low) == (20, 7)


def test_the_subsidy_was_a_small_part_if_the_rates_are_right(found: outlook.Outlook) -> None:
    share = outlook.subsidy_share(found)
    assert share.bound.high == F(22, 10)
    assert "payments are met by" in share.bound.assumptions[0]


def test_the_number_of_retirees_matters_most(found: outlook.Outlook) -> None:
    table = outlook.tornado_table(found, outlook.GAP)
    assert outlook.first_name(table) == "Retirees for each contributor at the end of 2001"
    swings = (table["high"] - table["low"]).tolist()
    assert swings == sorted(swings, reverse=True)


def test_reforms_are_ranked_by_what_the_treasury_saves(found: outlook.Outlook) -> None:
    table = reforms.reforms_table(found)
    assert list(table["rank"]) == list(range(1, 9))
    assert table["id"].iloc[0] == "all_together"
    assert table["id"].iloc[-1] == "liaoning_bonus"


def test_what_is_shown_is_rounded_outward(found: outlook.Outlook) -> None:
    measure = found.measure(1_234_567.0, 2_345_678.0, "person", "x")
    assert (measure.bound.low, measure.bound.high) == (1_230_000, 2_350_000)
    assert found.measure(0.0, 0.0, "person", "x").bound.high == 0
    negative = found.measure(-0.01234, -0.00456, "one", "x")
    assert (negative.bound.low, negative.bound.high) == (F(-124, 10_000), F(-45, 10_000))


def test_paying_alone_is_cheaper_above_two_thirds_of_the_average(found: outlook.Outlook) -> None:
    assert reforms.break_even(found.report).bound.low == F(667, 10)
    # 27 % of twelve wages against 11 % of twelve wages over 120 months: 3.24 / 0.011 months.
    assert reforms.payback_years(found.report, "rule_1997").bound.low == F(245, 10)
    # The account takes 8 %, and half a point of base pension comes each year: 3.24 / 0.013.
    assert reforms.payback_years(found.report, "liaoning").bound.low == F(208, 10)


@pytest.mark.parametrize(
    ("baseline", "said"),
    [
        ("2001", "start at the end of 2001 .* the baseline 2001 does not lie before it"),
        ("2002-06", "start at the end of 2001 .* the baseline 2002-06 does not lie before it"),
        (
            "2000",
            "does not bound what the projection starts from: Urban employed persons, public, 2000",
        ),
    ],
)
def test_a_projection_that_is_left_out_says_why(tianjin: Report, baseline: str, said: str) -> None:
    report = open_report(tianjin.result, baseline=baseline)
    none, missing = outlook.outlook(report, 10, 1)
    assert none is None
    assert re.search(said, str(missing)), missing
    # What needs no projection stays, and what does says the same.
    assert reforms.lacking(report, missing) is missing
    assert str(report.table(pd.DataFrame(), {}, lacking=missing)) == str(missing)
    assert reforms.break_even(report).bound.low == F(667, 10)
    assert len(reforms.incentives(report)) == 9


def test_a_projection_begins_after_its_own_base_year(found: outlook.Outlook) -> None:
    assert found.years == tuple(range(2002, 2011))
    later = replace(found, ranges=replace(found.ranges, base_year=2005))
    assert later.last == 2014
    assert set(later.exact["year"]) == set(later.drawn["year"]) == set(range(2006, 2015))
    assert outlook.browser_model(later)["years"] == list(range(2006, 2015))


def test_payers_that_nobody_covers_leave_the_projection_out(
    tianjin: Report, found: outlook.Outlook, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = found.ranges.with_range("contributors_public", 10**9, 10**9)
    monkeypatch.setattr(outlook, "read_ranges", lambda _report: many)
    none, missing = outlook.outlook(tianjin, 10, 1)
    assert none is None
    assert "more persons would pay than are covered" in str(missing)


def test_without_parameters_there_is_no_projection(official: Report) -> None:
    none, missing = outlook.outlook(official, 10, 1)
    assert none is None
    assert str(missing) == (
        "The package nbs-yearbooks has no parameters of a projection; this part is left out."
    )
    assert reforms.lacking(official, missing) == "reforms to try out"
    assert outlook.parameters_table(None).empty
    assert outlook.held_out_table(None, official).empty
    assert reforms.reforms_table(None).empty
    assert reforms.incentives(official).empty
    for measure in (
        outlook.at(None, outlook.PAYERS, 2010),
        outlook.subsidy_share(None),
        outlook.kept_share(None),
        reforms.reform(None, "reconnect", outlook.PAYERS),
        reforms.payback_years(official, "rule_1997"),
        reforms.break_even(official),
        *outlook.missed(None, official),
    ):
        assert not measure.known
