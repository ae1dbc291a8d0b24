"""The computations behind the sections, on synthetic packages with known answers."""

import inspect
import itertools
from fractions import Fraction as F

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pensionbook.analysis import causes, gaps, impacts, trends
from pensionbook.engine.results import Bound
from pensionbook.report.measure import Measure
from pensionbook.report.tables import Sentence
from small import OWNERSHIP, falling, figure, identity, level, report_of


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


def test_the_effects_of_kitagawa_sum_to_the_change_where_all_is_known():
    def at(name, printed, group, period, indicator="contributors"):
        return level(name, printed, "person", indicator=indicator, group=group, period=period)

    numbers = {
        ("contributors", "public"): (800, 600), ("contributors", "private"): (150, 210),
        ("employees", "public"): (1000, 820), ("employees", "private"): (500, 640),
    }  # fmt: skip
    report = report_of(
        *(
            at(f"{indicator}_{group}_{period}", str(number), group, period, indicator)
            for (indicator, group), pair in numbers.items()
            for period, number in zip(("1999", "2001"), pair, strict=True)
        ),
        identities=(OWNERSHIP,),
        as_of="2001",
    )
    parts = causes.kitagawa(report, ("public", "private"), "2001", "1999")
    for group in ("public", "private"):
        (c0, c1), (e0, e1) = numbers["contributors", group], numbers["employees", group]
        employment = F(e1 - e0) * (F(c1, e1) + F(c0, e0)) / 2
        coverage = (F(c1, e1) - F(c0, e0)) * F(e1 + e0) / 2
        assert only(parts.employment[group]) == employment
        assert only(parts.coverage[group]) == coverage
        assert employment + coverage == c1 - c0
    total = only(parts.employment_total) + only(parts.coverage_total)
    assert total == only(parts.change) == -140
    table = causes.decomposition_table(report, parts)
    assert list(table["label"])[-1] == "Change of contributors"
    assert table["low"].iloc[:4].sum() == pytest.approx(-140)


def only(measure):
    """The value of a measure known exactly."""
    assert measure.bound.low == measure.bound.high
    return measure.bound.low


def test_kitagawa_bounds_hold_and_are_attained_when_employment_is_rounded_too():
    staff = {"public": ("12.0", "9.0"), "private": ("4.0", "6.0")}  # 10,000 persons
    report = report_of(
        level("all_0", "100000", "person", period="1999"),
        level("all_1", "90000", "person", period="2001"),
        level("part_0", "1.5", group="private", period="1999"),
        level("part_1", "2.0", group="private", period="2001"),
        *(
            level(f"{group}_{n}", printed, indicator="employees", group=group, period=period)
            for group, pair in staff.items()
            for n, (printed, period) in enumerate(zip(pair, ("1999", "2001"), strict=True))
        ),
        identities=(OWNERSHIP,),
        as_of="2001",
    )
    parts = causes.kitagawa(report, ("public", "private"), "2001", "1999")
    # An effect is monotone in each number, so its extremes lie at the corners.
    half = 500
    seen = {"public": [], "private": [], "all": [], "coverage": []}
    corners = itertools.product((-half, 0, half), repeat=6)
    for a, b, c, d, e, f in corners:
        paid = {"private": (15_000 + a, 20_000 + b)}
        paid["public"] = (100_000 - paid["private"][0], 90_000 - paid["private"][1])
        at_work = {"public": (120_000 + c, 90_000 + d), "private": (40_000 + e, 60_000 + f)}
        effects = {}
        for group, (e0, e1) in at_work.items():
            effects[group] = F(e1 - e0) * (F(paid[group][1], e1) + F(paid[group][0], e0)) / 2
            seen[group].append(effects[group])
        seen["all"].append(sum(effects.values()))
        seen["coverage"].append(-10_000 - seen["all"][-1])
    found = {**parts.employment, "all": parts.employment_total, "coverage": parts.coverage_total}
    for name, values in seen.items():
        assert (found[name].bound.low, found[name].bound.high) == (min(values), max(values)), name


def test_kitagawa_bounds_hold_where_employment_of_the_groups_adds_up_to_a_known_total():
    """The totals may then be wider than need be, for they take the groups' ratios apart."""

    def at(name, printed, group, period, unit="person", indicator="contributors"):
        return level(name, printed, unit, indicator=indicator, group=group, period=period)

    staff = {"1999": ("16.0", "12.0", "4.0"), "2001": ("15.0", "9.0", "6.0")}
    report = report_of(
        at("p0", "85000", "public", "1999"),
        at("p1", "70000", "public", "2001"),
        at("q0", "15000", "private", "1999"),
        at("q1", "20000", "private", "2001"),
        *(
            at(f"{group}_{period}", printed, group, period, "10k_person", "employees")
            for period, row in staff.items()
            for group, printed in zip(("all", "public", "private"), row, strict=True)
        ),
        identities=(
            OWNERSHIP,
            identity(
                "staff",
                (1, "all", "*"),
                (-1, "public", "*"),
                (-1, "private", "*"),
                indicator="employees",
            ),
        ),
        as_of="2001",
    )
    parts = causes.kitagawa(report, ("public", "private"), "2001", "1999")
    paid = {"public": (85_000, 70_000), "private": (15_000, 20_000)}
    for a, b, c, d in itertools.product((-500, 0, 500), repeat=4):
        at_work = {"public": (120_000 + a, 90_000 + b), "private": (40_000 + c, 60_000 + d)}
        if max(abs(a + c), abs(b + d)) > 500:
            continue  # the total would not be what is printed
        total = 0
        for group, (e0, e1) in at_work.items():
            effect = F(e1 - e0) * (F(paid[group][1], e1) + F(paid[group][0], e0)) / 2
            assert parts.employment[group].bound.low <= effect <= parts.employment[group].bound.high
            total += effect
        assert parts.employment_total.bound.low <= total <= parts.employment_total.bound.high
        coverage = parts.coverage_total.bound
        assert coverage.low <= -10_000 - total <= coverage.high


def test_steps_of_lost_levels_are_bounded_jointly():
    report = report_of(
        level("a", "100.0", period="2001"),
        figure("c", "change", "-9000", "person", period="2002-09", base_period="2001"),
    )
    (step,) = trends.steps(report)
    assert (only(step.change), only(step.yearly_change)) == (-9_000, -12_000)
    assert trends.steps_table(report, [step])["months"].tolist() == [9]
    table = trends.steps_table(report, trends.steps(falling()))
    assert table["yearly_change"].tolist() == ["−50,000", "−70,000", "−120,000"]


def test_a_rate_over_nine_months_is_compounded():
    growth = Measure(Bound(F(-10), F(-10)), "percent", "g")
    yearly = trends.compounded(growth, F(3, 4))
    exact = (0.9 ** (4 / 3) - 1) * 100
    assert yearly.low <= exact <= yearly.high
    assert yearly.high - yearly.low < 1e-8


def test_there_is_no_acceleration_from_a_change_that_may_have_been_nil():
    report = report_of(
        level("a", "100.0", period="1999"),
        level("b", "100.0", period="2000"),
        level("c", "90.0", period="2001"),
    )
    assert not trends.acceleration_factor(report, trends.steps(report)).known


def test_a_level_of_nil_makes_no_trend():
    report = report_of(
        level("a", "0", "person", period="1999"),
        level("b", "9", "person", period="2000"),
        level("c", "12", "person", period="2001"),
    )
    assert trends.log_linear_trend(report) is None


def test_the_trend_is_printed_outward():
    trend = trends.Trend(-7.25, -12.31, -1.98, 4, 2, 1.5)
    bound = trends.trend_interval(trend).bound
    assert (bound.low, bound.high) == (F(-124, 10), F(-19, 10))
    (row,) = trends.trend_table(trend).to_dict("records")
    assert (row["low"], row["high"]) == ("−12.4", "−1.9")
    assert only(trends.trend_freedom(trend)) == 2


def outside(name, printed, group):
    return level(name, printed, indicator="uncovered", group=group, period="2002-09")


def test_an_unknown_overlap_runs_from_the_largest_group_to_the_sum():
    report = report_of(
        outside("a", "30.0", "farmers"),
        outside("b", "20.0", "migrants"),
        outside("w", "25.0", "villagers"),
        parents={"villagers": "farmers"},
    )
    # Farmers hold villagers and so are not counted beside them.
    total = gaps.overlap_range(report).bound
    assert (total.low, total.high) == (299_500, 451_000)
    assert set(total.figures) == {"a", "b", "w"}
    assert gaps.groups_table(report)["group"].tolist() == ["migrants", "villagers"]
    assert gaps.overlap_table(report)["value"].tolist() == ["299,500", "451,000"]
    assert gaps.largest(report, gaps.groups_table(report)).endswith(
        "villagers may be the largest group, 250,000"
    )


def test_a_place_with_one_date_has_no_change_and_is_left_out():
    report = report_of(
        level("a", "100000", "person", period="2000"),
        level("b", "90000", "person", period="2001"),
        level("c", "70000", "person", period="2001", area="city"),
        level("d", "50000", "person", period="2000", area="port"),
        level("e", "56000", "person", period="2001", area="port"),
    )
    peers = impacts.peers_table(report)
    assert peers[["area", "change", "growth"]].values.tolist() == [
        ["town", "−10,000", "−10%"],
        ["port", "6,000", "12%"],
    ]
    assert impacts.extremes(report, peers) == "Town −10%, Port 12%"


def test_places_with_intervals_of_different_length_are_compared_a_year():
    report = report_of(
        level("a", "100", "person", period="2000"),
        level("b", "110", "person", period="2001"),
        level("d", "100", "person", period="1999", area="port"),
        level("e", "121", "person", period="2001", area="port"),
    )
    peers = impacts.peers_table(report).set_index("area")
    assert peers.loc["port", "low"] == pytest.approx(10, abs=1e-6)
    assert peers.loc["town", "low"] == 10


def test_parts_that_have_levels_alone_are_compared_between_their_last_two_dates():
    report = report_of(
        level("a", "100", "person", period="2000", area="port"),
        level("b", "110", "person", period="2001", area="port"),
        level("c", "90", "person", period="1999", area="city"),
        parents={"port": "town", "city": "town"},
    )
    assert trends.year_with_areas(report) == ("2001", "2000")


def test_an_index_is_tighter_than_a_quotient_of_bounds():
    report = report_of(
        level("a", "10.0", indicator="pension_payments", period="1999"),
        figure("g", "growth", "5.0", "percent", indicator="pension_payments", period="2000",
               base_period="1999"),
    )  # fmt: skip
    table = impacts.index_table(report, ("pension_payments",), impacts.money_years(report))
    assert table[["low", "high"]].values.tolist() == [[100, 100], [104.95, 105.05]]


# -- what a package lacks -------------------------------------------------------------------------

LACKING = {
    "impacts.money_finding": lambda r: impacts.money_finding(
        impacts.last_index(r, "a", ()), impacts.last_index(r, "b", ()), r
    ),
    "trends.widest_bounds": trends.widest_bounds,
    "causes.jobs_and_contributors": causes.jobs_and_contributors,
    "trends.steps": trends.steps,
    "trends.steps_table": lambda r: trends.steps_table(r, trends.steps(r)),
    "trends.dates": trends.dates,
    "trends.yearly_change": lambda r: trends.yearly_change(trends.steps(r), -1),
    "trends.acceleration_factor": lambda r: trends.acceleration_factor(r, trends.steps(r)),
    "trends.log_linear_trend": trends.log_linear_trend,
    "trends.trend_interval": lambda r: trends.trend_interval(trends.log_linear_trend(r)),
    "trends.trend_points": lambda r: trends.trend_points(trends.log_linear_trend(r)),
    "trends.trend_freedom": lambda r: trends.trend_freedom(trends.log_linear_trend(r)),
    "trends.trend_table": lambda r: trends.trend_table(trends.log_linear_trend(r)),
    "trends.year_with_areas": trends.year_with_areas,
    "trends.by_area": lambda r: trends.by_area(r, *trends.year_with_areas(r)),
    "trends.drawn": lambda r: trends.drawn(trends.by_area(r, "", "")),
    "trends.extremes": lambda r: trends.extremes(r, trends.drawn(trends.by_area(r, "", ""))),
    "trends.compounded": lambda r: trends.compounded(r.growth("contributors"), F(1)),
    "causes.employment_dates": causes.employment_dates,
    "causes.employment_table": lambda r: causes.employment_table(r, "", ""),
    "causes.before_after": lambda r: causes.before_after(causes.employment_table(r, "", "")),
    "causes.two_dates_alt": lambda r: causes.two_dates_alt(
        r, causes.employment_table(r, "", ""), "", ""
    ),
    "causes.shedding_table": lambda r: causes.shedding_table(r, "", ""),
    "causes.off_post_share": lambda r: causes.off_post_share(r, "2001"),
    "causes.shares_table": causes.shares_table,
    "causes.latest_share": lambda r: causes.latest_share(r, "gdp"),
    "causes.parts_table": causes.parts_table,
    "causes.printed_table": lambda r: causes.printed_table(r, causes.BROKEN_RELATIONS),
    "causes.kitagawa": lambda r: causes.kitagawa(r, ("public", "private"), "2001", "1999"),
    "causes.effect": lambda r: causes.effect(causes.kitagawa(r, ("public",), "", ""), "change"),
    "causes.decomposition_table": lambda r: causes.decomposition_table(r, None),
    "impacts.money_years": impacts.money_years,
    "impacts.growth_table": lambda r: impacts.growth_table(r, impacts.MONEY, ["1999", "2000"]),
    "impacts.index_table": lambda r: impacts.index_table(r, impacts.MONEY, ["1999", "2000"]),
    "impacts.index_finding": lambda r: impacts.index_finding(
        r, impacts.index_table(r, impacts.MONEY, ["1999", "2000"])
    ),
    "impacts.last_index": lambda r: impacts.last_index(r, impacts.MONEY[0], ["1999", "2000"]),
    "impacts.dependency_ratio": impacts.dependency_ratio,
    "impacts.dependency_table": impacts.dependency_table,
    "impacts.peers_table": impacts.peers_table,
    "impacts.extremes": lambda r: impacts.extremes(r, impacts.peers_table(r)),
    "impacts.drawn": lambda r: impacts.drawn(r, impacts.peers_table(r)),
    "gaps.shift_dates": gaps.shift_dates,
    "gaps.shifts_table": lambda r: gaps.shifts_table(r, *gaps.shift_dates(r)),
    "gaps.gap_date": gaps.gap_date,
    "gaps.outside_groups": gaps.outside_groups,
    "gaps.groups_table": gaps.groups_table,
    "gaps.largest": lambda r: gaps.largest(r, gaps.groups_table(r)),
    "gaps.overlap_range": gaps.overlap_range,
    "gaps.non_state_total": gaps.non_state_total,
    "gaps.overlap_table": gaps.overlap_table,
    "gaps.migrants_table": gaps.migrants_table,
}
# Says of each series which districts hold it, and "none" is an answer.
ANSWERED = {"gaps.district_needs", "impacts.reached", "trends.pace_finding"}


def test_the_list_of_what_may_lack_names_every_analysis():
    modules = {"trends": trends, "causes": causes, "impacts": impacts, "gaps": gaps}
    public = {
        f"{name}.{function}"
        for name, module in modules.items()
        for function, value in inspect.getmembers(module, inspect.isfunction)
        if value.__module__ == module.__name__ and not function.startswith("_")
    }
    assert public == set(LACKING) | ANSWERED


def is_nothing(result):
    if isinstance(result, pd.DataFrame):
        return result.empty
    if isinstance(result, Measure):
        return not result.known
    return not any(result) if isinstance(result, tuple) else not result


@pytest.mark.parametrize("name", LACKING)
def test_what_a_package_lacks_comes_back_as_nothing_and_raises_nothing(name):
    only_rent = report_of(level("rent", "5", indicator="rent"), as_of="2001")
    assert is_nothing(LACKING[name](only_rent))


@pytest.mark.parametrize(
    "name", [name for name in LACKING if not name.startswith("trends.") or "area" in name]
)
def test_contributors_alone_do_not_make_up_the_rest(name):
    assert is_nothing(LACKING[name](falling()))


def test_districts_that_hold_nothing_are_said_to_hold_nothing():
    assert gaps.district_needs(falling())["held"].tolist() == ["none"]


def test_an_empty_table_is_told_in_a_sentence():
    report = falling()
    said = report.table(causes.shares_table(report), {}, lacking="such figures")
    assert said == Sentence("The package synthetic has no such figures; this part is left out.")
