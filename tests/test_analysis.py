"""The computations behind the sections, on synthetic packages with known answers."""

import json
from fractions import Fraction as F

import numpy as np
import pytest
from scipy import stats

from pensionbook.analysis import causes, gaps, impacts, trends
from pensionbook.display import Sentence, shown
from pensionbook.errors import ParameterError
from pensionbook.report import Report
from pensionbook.system import Quantity
from test_reconcile import audited, figure, identity, level

OWNERSHIP = identity("ownership", (1, "all", "*"), (-1, "public", "*"), (-1, "private", "*"))


def report_of(*figures, baseline="1999", as_of="2002-09", identities=(), **more):
    result = audited(*figures, identities=identities)
    return Report(result, area="town", baseline=baseline, as_of=as_of, **more)


def falling():
    return report_of(
        level("a", "1000000", "person", period="1999"),
        level("b", "950000", "person", period="2000"),
        level("c", "880000", "person", period="2001"),
        level("d", "790000", "person", period="2002-09"),
    )


def test_nine_months_are_put_on_a_yearly_basis():
    steps = trends.steps(falling())
    assert [step.years for step in steps] == [1, 1, F(3, 4)]
    assert steps[-1].change.bound.low == -90_000
    assert steps[-1].yearly_change.bound.low == -120_000


def test_the_acceleration_is_the_quotient_of_yearly_changes():
    report = falling()
    factor = trends.acceleration_factor(report, trends.steps(report))
    assert factor.bound.low == factor.bound.high == F(120, 50)


def test_the_trend_is_least_squares_with_a_t_interval():
    report = falling()
    trend = trends.log_linear_trend(report)
    x = np.array([0, 1, 2, 2.75])
    y = np.log([1_000_000, 950_000, 880_000, 790_000])
    line = stats.linregress(x, y)
    half = stats.t.ppf(0.975, 2) * line.stderr
    assert (trend.points, trend.degrees_of_freedom) == (4, 2)
    expected = [np.expm1(line.slope + shift) * 100 for shift in (-half, 0, half)]
    assert [trend.low, trend.rate, trend.high] == pytest.approx(expected, rel=1e-9)


def test_two_points_make_no_trend():
    report = report_of(
        level("a", "10", "person", period="1999"), level("b", "9", "person", period="2000")
    )
    assert trends.log_linear_trend(report) is None
    assert not trends.trend_interval(None).known
    assert trends.trend_table(None).empty


def two_sectors():
    """Totals and employment known, the split of contributors bounded at both dates."""

    def staff(name, printed, group, period):
        return level(name, printed, "person", indicator="employees", group=group, period=period)

    return report_of(
        level("all_0", "1000", "person", period="1999"),
        level("all_1", "900", "person", period="2001"),
        figure(
            "rise", "direction", "rising", "", group="private", period="2001", base_period="1999"
        ),
        level("part_1", "200", "person", group="private", period="2001"),
        staff("s00", "1200", "public", "1999"),
        staff("s01", "900", "public", "2001"),
        staff("s10", "400", "private", "1999"),
        staff("s11", "600", "private", "2001"),
        identities=(OWNERSHIP,),
        as_of="2001",
    )


def test_kitagawa_bounds_hold_for_every_split_and_are_attained():
    report = two_sectors()
    parts = causes.kitagawa(report, ("public", "private"), "2001", "1999")
    staff = {"public": (1200, 900), "private": (400, 600)}
    seen = []
    for private_before in range(0, 201):
        paid = {"public": (1000 - private_before, 700), "private": (private_before, 200)}
        effect = {
            group: F(e1 - e0) * (F(paid[group][1], e1) + F(paid[group][0], e0)) / 2
            for group, (e0, e1) in staff.items()
        }
        seen.append(sum(effect.values()))
        for group, value in effect.items():
            bound = parts.employment[group].bound
            assert bound.low <= value <= bound.high
    total = parts.employment_total.bound
    assert (total.low, total.high) == (min(seen), max(seen))
    change = parts.change.bound.low
    coverage = parts.coverage_total.bound
    assert (coverage.low, coverage.high) == (change - total.high, change - total.low)


def test_kitagawa_needs_employment_at_both_dates():
    assert causes.kitagawa(falling(), ("public", "private"), "2001", "1999") is None
    assert not causes.effect(None, "employment").known


@pytest.mark.parametrize(
    "table",
    [
        lambda r: causes.employment_table(r, *causes.employment_dates(r)),
        lambda r: causes.before_after(causes.employment_table(r, "", "")),
        lambda r: causes.shedding_table(r, "1999", "2001"),
        lambda r: causes.shares_table(r),
        lambda r: causes.parts_table(r),
        lambda r: causes.decomposition_table(r, None),
        lambda r: causes.printed_table(r, causes.BROKEN_RELATIONS),
        lambda r: impacts.growth_table(r, impacts.MONEY, impacts.money_years(r)),
        lambda r: impacts.index_table(r, impacts.MONEY, impacts.money_years(r)),
        lambda r: impacts.dependency_table(r),
        lambda r: impacts.peers_table(r),
        lambda r: gaps.shifts_table(r, *gaps.shift_dates(r)),
        lambda r: gaps.groups_table(r),
        lambda r: gaps.overlap_table(r),
        lambda r: gaps.migrants_table(r),
        lambda r: trends.by_area(r, *trends.year_with_areas(r)),
    ],
)
def test_what_a_package_lacks_is_an_empty_table_and_a_sentence(table):
    report = falling()
    lacking = table(report)
    assert lacking.empty
    said = report.table(lacking, {}, lacking="such figures")
    assert said == Sentence("The package synthetic has no such figures; this part is left out.")


def test_bounds_whichever_repair_is_right_are_the_hull_over_the_repairs():
    report = report_of(level("one", "10.0"), level("other", "11.0"), as_of="2001")
    quantity = Quantity("contributors", "all", "town", "2001")
    assert report.result.bound({quantity: 1}).high is None
    hull = report.result.bound_under_any_repair({quantity: 1})
    assert (hull.low, hull.high) == (99_500, 110_500)


def test_changes_and_growth_are_bounded_jointly():
    report = report_of(
        level("then", "100.0", period="1999"),
        figure("change", "change", "-500", "person", period="2001", base_period="1999"),
        as_of="2001",
    )
    assert report.change("contributors").bound.low == -500
    growth = report.growth("contributors").bound
    assert (growth.low, growth.high) == (F(-50_000, 999_500), F(-50_000, 1_000_500))


def test_named_values_are_records_with_outward_bounds():
    report = falling()
    report.value("change", report.change("contributors"))
    report.value("growth", report.growth("contributors", period="2000"))
    report.value("nothing", report.level("contributors", "public"))
    report.say("place", "Town")
    records = {r["id"]: r for r in json.loads(json.dumps(report.named_values()))}
    assert records["change"]["value"] == -210_000
    assert records["growth"]["value"] == -5
    assert records["nothing"]["low"] is records["nothing"]["high"] is None
    assert records["nothing"]["text"] == "not recoverable"
    assert records["place"]["unit"] == "text"
    assert records["change"]["figures"] == ["a", "d"]


def test_a_value_is_named_once():
    report = falling()
    report.value("change", report.change("contributors"))
    with pytest.raises(ParameterError, match="value 'change' is named twice; choose another id"):
        report.value("change", report.change("contributors"))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"area": "nowhere"}, "area 'nowhere' is not in areas.csv; write one of: town"),
        ({"language": "fr"}, "language 'fr' is not one of en, zh_CN"),
        ({"baseline": "2003"}, "baseline '2003' must lie before as_of '2002-09'"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(parameters, message):
    result = audited(level("a", "10"), identities=())
    wanted = {"area": "town", "baseline": "1999", "as_of": "2002-09"} | parameters
    with pytest.raises(ParameterError, match=message):
        Report(result, **wanted)


def test_shown_tables_escape_texts_and_put_numbers_right():
    import pandas as pd

    table = shown(
        pd.DataFrame({"a": ["<b>x</b>", "y"], "b": ["−1 to 2", ""], "c": [1, 2]}),
        {"a": "Name", "b": "Value"},
    )
    html = table._repr_html_()
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert '<td class="text whole">y</td><td class="number whole">—</td>' in html
    assert "Value" in repr(table)
