"""The package of official statistics, data/nbs-yearbooks: what it holds and what its audit finds.

The numbers of the spot checks were read from the pages by hand, not from the package.
"""

import csv
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from pensionbook.data.addresses import is_address
from pensionbook.data.load import check_package, load_package
from pensionbook.engine.reconcile import superseded_verdicts
from pensionbook.engine.system import Quantity
from pensionbook.report.audit import all_verdicts, verdict_counts, write_audit

PACKAGE = Path(__file__).parents[2] / "data" / "nbs-yearbooks"
SCHEME = ("participants", "insured_staff", "retirees")
# The account of the fund from 2004 to 2005 closes in the other provinces to the last digit.
OPEN_ACCOUNTS = {
    "china", "shanxi", "inner_mongolia", "liaoning", "jiangsu", "anhui", "fujian", "henan",
    "guangdong", "guangxi", "hainan",
}  # fmt: skip


@pytest.fixture(scope="module")
def package():
    return load_package(PACKAGE)


@pytest.fixture(scope="module")
def result(package, tmp_path_factory):
    return write_audit(package, tmp_path_factory.mktemp("audit"))


def test_the_package_passes_the_check():
    assert check_package(PACKAGE) == []


def test_every_figure_has_a_page_as_its_place(package):
    for figure in (*package.figures, *package.superseded):
        named = "Yearbook" in figure.locator or figure.locator.startswith("citypopulation.de")
        assert is_address(figure.locator) or named, figure
        if not is_address(figure.locator):
            assert package.said(figure.locator, "zh_CN") != figure.locator or not named


@pytest.mark.parametrize(
    ("indicator", "group", "area", "period", "printed", "unit"),
    [
        ("participants", "all", "china", "2010", "25707.3", "10k_person"),
        ("participants", "all", "china", "1998", "1.12", "100m_person"),
        ("insured_staff", "all", "tianjin", "2004", "195.2", "10k_person"),
        ("retirees", "all", "guangdong", "2008", "273.0", "10k_person"),
        ("insured_enterprise_staff", "all", "hunan", "2005", "369.2", "10k_person"),
        ("fund_balance", "all", "tibet", "2008", "1.1", "100m_yuan"),
        ("fund_balance", "all", "tianjin", "2004", "321760", "10k_yuan"),
        ("fund_revenue", "all", "china", "2004", "42583805", "10k_yuan"),
        ("contributors", "all", "china", "2001", "9996.59", "10k_person"),
        ("levy_revenue", "all", "china", "2011", "13956", "100m_yuan"),
        ("central_fiscal_subsidy", "all", "china", "2003", "474", "100m_yuan"),
        ("average_wage", "other_units", "china", "2006", "20755", "yuan_per_person_year"),
        ("average_pension", "all", "china", "2004", "705", "yuan_per_person_month"),
        ("employees", "self_employed", "china", "1999", "2414", "10k_person"),
        ("staff_and_workers", "limited_liability", "china", "2005", "1666", "10k_person"),
        ("government_expenditure", "all", "china", "1997", "9233.56", "100m_yuan"),
        ("medical_insured_retirees", "all", "china", "2000", "924.2", "10k_person"),
        ("gdp", "all", "tianjin", "2001", "1840.1", "100m_yuan"),
        ("census_population", "all", "tianjin", "2000-11", "9848731", "person"),
    ],
)
def test_figures_read_by_hand_stand_in_the_package(
    package, indicator, group, area, period, printed, unit
):
    key = (indicator, group, area, period, "level", printed, unit)
    found = [
        f
        for f in package.figures
        if (f.indicator, f.group, f.area, f.period, f.statistic, f.printed, f.unit) == key
    ]
    assert len(found) == 1


def test_contributors_are_known_for_the_nation_in_2001_only(package):
    found = [f for f in package.figures if f.indicator == "contributors"]
    assert {(f.area, f.period) for f in found} == {("china", "2001")}
    pages = {f.locator for f in found}
    yearbooks = {f.locator for f in package.figures if "stats.gov.cn" in f.locator}
    assert pages.isdisjoint(yearbooks)


def test_no_identity_makes_participants_of_contributors(package):
    mixed = {
        identity.identity_id: identity.assumption
        for identity in package.identities
        if {"contributors"} < {term.indicator for term in identity.terms}
    }
    assert set(mixed) == {"insured_paying_or_not", "insured_paying_or_not_enterprises"}
    assert all(mixed.values())
    assert not any(
        {"contributors", "participants"} <= {term.indicator for term in identity.terms}
        for identity in package.identities
    )


def test_no_series_crosses_the_break_of_1998(package):
    for name in ("average_wage", "staff_and_workers"):
        years = {
            side: {f.period for f in package.figures if f.indicator == f"{name}{side}"}
            for side in ("", "_before_1998")
        }
        assert max(years["_before_1998"]) < "1998" <= min(years[""])


def test_provinces_whose_names_were_inferred_say_so_in_each_row(package):
    rows = [
        f
        for f in package.figures
        if f.period == "2005" and f.locator.endswith("W2339e.htm") and f.area != "china"
    ]
    silent = {f.area for f in rows if "row label lost" not in f.note}
    assert len(rows) == 22 * 7
    assert silent == {"guangxi"}


def test_every_note_and_every_assumption_is_said_in_chinese(package):
    said = {f.note for f in (*package.figures, *package.superseded)}
    said |= {text for i in package.identities for text in (i.assumption, i.why)}
    assert [t for t in said - {""} if package.said(t, "zh_CN") == t] == []


def test_the_verdicts_are_counted(result):
    assert verdict_counts(result) == {
        "inconsistent": 0, "disputed": 53, "truncated": 1, "consistent": 686, "untested": 469,
    }  # fmt: skip
    assert len(all_verdicts(result)) == 1216


def test_the_troubled_figures_are_these(result):
    troubled = {
        verdict.figure.figure_id: verdict.verdict
        for verdict in result.verdicts.values()
        if verdict.verdict in ("inconsistent", "disputed", "truncated")
    }
    account = {
        f"fund_{name}_{area}_{year}"
        for area in OPEN_ACCOUNTS
        for name, year in (
            ("balance", 2004), ("revenue", 2005), ("expenditure", 2005), ("balance", 2005)
        )
    } - {"fund_expenditure_china_2005"}  # fmt: skip
    nation = {f"{name}_china_2005" for name in SCHEME}
    hunan = {f"{name}_hunan_2010" for name in SCHEME} | {
        f"{name}_hunan_2010_hunan_yearbook"
        for name in ("participants", "insured_agency_staff", "insured_enterprise_staff", "retirees")
    }
    disputed = account | nation | hunan
    assert troubled == dict.fromkeys(disputed, "disputed") | {
        "retirees_china_2003_rounded": "truncated"
    }


def test_the_insured_of_2001_are_not_those_who_paid_and_those_who_did_not(result):
    # Both for all and for the enterprises alone: one assumption explains what two figures would.
    text = (
        "every insured person either contributed or was interrupted, and nobody is counted as both"
    )
    assert [name for name, always in result.doubted.items() if always] == [text]
    for name in ("contributors_china_2001", "contributors_enterprises_china_2001"):
        # All that still constrains them is that those of enterprises are a part of all.
        assert result.verdicts[name].verdict == "consistent"
        assert result.verdicts[name].implied.identities == ("part_of_whole",)
        assert result.verdicts[name].contradicted == (text,)
    bound = result.bounds[Quantity("contributors", "all", "china", "2001")]
    assert (bound.low, bound.high) == (99_965_850, 99_965_950)


def test_what_disputed_balances_leave_is_known_whichever_is_wrong(result):
    quantity = Quantity("fund_balance", "all", "china", "2005")
    assert result.bounds[quantity].high is None
    bound = result.bounds_under_any_repair[quantity]
    assert (bound.low, bound.high) == (402_801_385_000, 404_102_515_000)


def test_the_lost_names_of_2005_are_borne_out_by_the_accounts_that_close(package, result):
    inferred = {f.area for f in package.figures if f.note.startswith("row label lost")}
    # What Chongqing had in 2004 is not known.
    inferred -= {"chongqing"}
    closed = {
        area
        for area in inferred
        if result.verdicts[f"fund_balance_{area}_2005"].verdict == "consistent"
    }
    assert closed == inferred - OPEN_ACCOUNTS
    assert len(closed) == 11


def test_the_lost_balance_of_chongqing_comes_back(result):
    bound = result.bounds[Quantity("fund_balance", "all", "chongqing", "2004")]
    spoken = Fraction(319855 - 790803 + 672952) * 10_000
    assert bound.low <= spoken <= bound.high
    assert bound.high - bound.low <= 30_000


@pytest.mark.parametrize("area", ["china", "tianjin", "guangdong", "tibet"])
def test_the_parts_of_2008_bound_the_whole_to_a_thousand_persons(result, area):
    bound = result.bounds[Quantity("participants", "all", area, "2008")]
    assert 0 < bound.high - bound.low <= 1_000


def test_preliminary_figures_are_superseded_and_agree_among_themselves(package):
    verdicts = {i: v.verdict for i, v in superseded_verdicts(package).items()}
    gdp = ("gdp_tianjin_2001", "gdp_per_capita_tianjin_2001", "gdp_tianjin_2002",
           "gdp_tianjin_2003")  # fmt: skip
    assert verdicts == {f"{name}_china_2005_preliminary": "consistent" for name in SCHEME} | {
        f"{name}_preliminary": "untested" for name in gdp
    }


def test_the_first_release_can_be_taken_instead():
    first = load_package(PACKAGE, vintage="preliminary")
    assert Counter(f.vintage for f in first.superseded) == {"final": 5, "revised": 4}
    assert "participants_china_2005_preliminary" in {f.figure_id for f in first.figures}


@pytest.mark.slow
def test_audit_csv_says_which_figure_is_in_force(package, tmp_path):
    write_audit(package, tmp_path)
    with (tmp_path / "audit.csv").open(encoding="utf-8", newline="") as file:
        because = {row["figure_id"]: row["because"] for row in csv.DictReader(file)}
    assert because["participants_china_2005_preliminary"].startswith(
        "preliminary, superseded by participants_china_2005 (final), revised upward by 43 × "
        "10,000 persons (+0.25 %); among the superseded figures: "
    )
