"""The projection: its formulas, its ranges, exact and drawn, and what it is held to."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pensionbook import projection as model
from pensionbook.errors import ParameterError
from pensionbook.projection import YEARS, NoStartError, exact
from pensionbook.projection.calibration import Calibration, possible
from pensionbook.projection.projection import NON_PUBLIC
from pensionbook.report.measure import Measure
from pensionbook.report.report import Report
from tianjin_model import HAND, paper, paper_ranges


def test_two_years_worked_by_hand():
    found = model.project(HAND, (2002, 2003))
    # 2002: public 1000 * 0.9 * 0.8 = 720; foreign 220 * 0.5 * 0.5 = 55; private 15; other 10.
    assert found["contributors_persons"] == pytest.approx([800, 648 + 60.5 + 25])
    # 0.27 * 10 000 * 0.9 * 0.8 * (1000 + 800) / 2
    assert found["revenue_yuan"][0] == pytest.approx(1_749_600)
    # a wage of 11 000, and the mean of 800 and 733.5
    assert found["revenue_yuan"][1] == pytest.approx(0.27 * 11_000 * 0.9 * 0.8 * 766.75)
    assert found["retirees_persons"] == pytest.approx([520, 540.8])
    assert found["spending_yuan"] == pytest.approx([12 * 500 * 510, 12 * 525 * 530.4])
    assert found["gap_yuan"][0] == pytest.approx(3_060_000 - 1_749_600)
    assert found["subsidy_yuan"] == pytest.approx(found["gap_yuan"])
    assert found["dependency_ratio"] == pytest.approx([0.65, 540.8 / 733.5])
    for output in ("cost_yuan", "surcharge_yuan"):
        assert found[output] == pytest.approx([0, 0])


def test_levers_worked_by_hand():
    levers = {
        "paying_interrupted": 0.1,
        "paying_older": 0.6,
        "covered_migrants": 0.2,
        "bonus_share": 0.1,
        "surcharge": 50,
        "late_recovered": 0.5,
    }
    found = model.project(HAND | levers, (2002, 2003))
    # interrupted 400: 300 resume at 0.1, 100 older at 0.6; migrants 500 * 0.2
    assert found["contributors_persons"][0] == pytest.approx(800 + 30 + 60 + 100)
    # the levers already stood in the base year, so that the mean of joiners is 190
    assert found["revenue_yuan"][0] == pytest.approx(0.27 * 10_000 * 0.95 * (0.8 * 900 + 0.6 * 190))
    first, second = 10_000 * 0.05 * 0.1 * 510 / 2, 11_000 * 0.05 * 0.1 * (510 + 530.4 / 2)
    topup = 0.09 * 0.95 * 0.6 * 60 * np.array([10_000, 11_000])
    assert found["cost_yuan"] == pytest.approx(np.array([first, second]) + topup)
    assert found["spending_yuan"][0] == pytest.approx(3_060_000 + first)
    # uncovered: foreign 220 * 0.5, private 300 * 0.9, other 100 * 0.8
    assert found["surcharge_yuan"][0] == pytest.approx(12 * 50 * 0.5 * (110 + 270 + 80))
    net = found["subsidy_yuan"] + topup - found["surcharge_yuan"]
    assert found["treasury_yuan"] == pytest.approx(net)


def test_a_surplus_leaves_no_subsidy_and_a_negative_gap():
    found = model.project(HAND | {"dependency_start": 0.1})
    assert (found["subsidy_yuan"] == 0).any()
    assert (found["gap_yuan"] < 0).any()
    assert (found["net_gap_yuan"] <= found["treasury_yuan"]).all()


def test_draws_are_projected_as_each_alone():
    draws = model.sample(paper_ranges(), 7, 3)
    together = model.project(draws.values)
    for i in range(draws.count):
        alone = model.project({name: v[i] if np.ndim(v) else v for name, v in draws.values.items()})
        for output in model.OUTPUTS:
            assert together[output].shape == (len(YEARS), 7)
            np.testing.assert_allclose(together[output][:, i], alone[output], rtol=1e-12)
    assert alone.at(2005, "revenue_yuan") == alone["revenue_yuan"][3]


@pytest.mark.parametrize(
    ("change", "years", "said"),
    [
        ({"collection": "<script>"}, YEARS, "collection is no number"),
        ({"collection": [[0.9], [0.9]]}, YEARS, "shape"),
        ({"collection": [0.9, 0.8], "base_ratio": [0.6, 0.7, 0.8]}, YEARS, "draws, others have"),
        ({}, (2002, 2004), "not consecutive"),
        ({}, (), "not consecutive"),
    ],
)
def test_what_cannot_be_projected_is_said(change, years, said):
    with pytest.raises(ParameterError, match=said):
        model.project(HAND | change, years)


def test_a_missing_parameter_is_named():
    with pytest.raises(ParameterError, match="growth_wage is missing"):
        model.project({k: v for k, v in HAND.items() if k != "growth_wage"})


# -- what it starts from ----------------------------------------------------------------------


def test_starting_levels_are_the_proved_bounds():
    ranges, report = paper_ranges(), paper()
    for name, place in {
        "employed_public": ("employees", "public", "2001"),
        "employed_foreign": ("employees", "foreign", "2001"),
        "employed_private_individual": ("employees", "private_individual", "2001"),
        "employed_other": ("employees", "other", "2001"),
        "contributors_start": ("contributors", "all", "2001"),
        "contributors_public": ("contributors", "public", "2002-09"),
        "contributors_non_public": ("contributors", "non_public", "2002-09"),
        "interrupted": ("interrupted_contributors", "all", "2002-09"),
    }.items():
        bound = report.level(*place).bound
        assert (ranges[name].low, ranges[name].high) == (bound.low, bound.high), name
        assert not ranges[name].assumption
    assert (ranges.base_year, ranges.elapsed) == (2001, Fraction(3, 4))


def test_the_covered_come_from_the_disputed_counts():
    ranges, report = paper_ranges(), paper()
    staff = report.level("employees", "foreign", "2001").bound
    outside = report.level_under_any_repair("uncovered", "foreign_all", "2001").bound
    assert ranges["covered_foreign"].low == 1 - outside.high / staff.low
    assert ranges["covered_foreign"].high == 1 - outside.low / staff.high
    private = ranges["covered_private_individual"]
    assert 0 < private.low < Fraction(1, 40)
    assert private.high < Fraction(3, 10)


def test_the_pace_of_employment_is_that_of_the_paper():
    ranges, report = paper_ranges(), paper()
    for group in ("public", *NON_PUBLIC):
        bound = report.growth("employees", group, "2001").bound
        pace = ranges[f"growth_{group}"]
        end, fast = (pace.low, bound.low) if group == "public" else (pace.high, bound.high)
        other = pace.high if group == "public" else pace.low
        assert other == 0
        assert (1 + float(end)) ** 2 == pytest.approx(1 + float(fast) / 100, abs=1e-3) or (
            1 + float(end)
        ) ** 2 == pytest.approx(1 + float(fast), abs=1e-3)


def test_nothing_of_the_years_held_out_enters(monkeypatch):
    def refuse(*_args: object) -> None:
        raise AssertionError("the projection read another package")

    monkeypatch.setattr("pensionbook.report.report.load_evidence", refuse)
    ranges = model.read_ranges(paper())
    pages = ("W2340e", "W2339e", "W2242e", "V2140e")
    assert not [r.id for r in ranges.values() if any(page in r.source for page in pages)]


def test_every_parameter_says_where_it_comes_from():
    for r in paper_ranges().values():
        assert r.source
        assert r.name_en
        assert r.name_zh
        assert r.low <= r.high
        assert not r.assumption or r.source.startswith("Authors"), r.id
        assert r.assumption or r.low == r.high or "proved" in r.source, r.id


def test_the_rule_of_its_time_is_taken():
    package = paper().package
    assert model.rules(package, 2002)["self_employed_rate"].low == Fraction(18, 100)
    assert model.rules(package, 2006)["self_employed_rate"].low == Fraction(20, 100)


def test_a_package_without_parameters_is_refused_by_name():
    report = paper()
    bare = replace(report.package, tables={**report.package.tables, "parameters": ()})
    original, report.package = report.package, bare
    try:
        with pytest.raises(ParameterError, match=r"lacks .*combined_rate.*parameters\.csv"):
            model.read_ranges(report)
    finally:
        report.package = original


class Counted(Report):
    """The paper's package, each level known: a thousand persons, or what is said of the employed.

    ``employed`` is the number at the baseline and later.
    """

    employed = 1000, 1000

    def level(self, indicator, group="all", period="", area=""):
        persons = self.employed[period != self.baseline] if indicator == "employees" else 1000
        return Measure.exact(persons, indicator, "person")

    level_under_any_repair = level


def counted(baseline: str, as_of: str, employed: tuple[int, int]) -> Counted:
    report = Counted(paper().result, area="tianjin", baseline=baseline, as_of=as_of)
    report.employed = employed
    return report


def test_the_pace_from_a_month_is_that_of_the_years_since():
    pace = model.read_ranges(counted("2000-06", "2002-09", (1000, 1500)))["growth_public"]
    assert pace.low == 0
    # 1.5 ** (1 / 1.5) - 1
    assert float(pace.high) == pytest.approx(0.310371, abs=1e-6)


@pytest.mark.parametrize("baseline", ["2001", "2001-12", "2002-06"])
def test_without_time_before_the_base_year_nothing_is_projected(baseline):
    with pytest.raises(NoStartError, match="choose an earlier") as caught:
        model.read_ranges(counted(baseline, "2002-09", (1000, 1000)))
    assert f"the baseline {baseline} does not lie before it" in caught.value.missing


def test_a_group_in_which_nobody_is_has_no_pace():
    ranges = model.read_ranges(counted("1999", "2002-09", (0, 0)))
    assert ranges["growth_public"].low == ranges["growth_public"].high == 0
    assert (ranges["covered_foreign"].low, ranges["covered_foreign"].high) == (0, 1)
    with pytest.raises(NoStartError, match="employees of public may be none at 1999"):
        model.read_ranges(counted("1999", "2002-09", (0, 1)))
    # All of them gone.
    assert model.read_ranges(counted("1999", "2002-09", (1, 0)))["growth_public"].low == -1


def test_other_ends_can_be_given():
    ranges = paper_ranges().with_range("collection", 0.9, "0.95")
    assert (ranges["collection"].low, ranges["collection"].high) == (
        Fraction(9, 10),
        Fraction(19, 20),
    )
    assert paper_ranges()["collection"].low != Fraction(9, 10)
    with pytest.raises(ParameterError, match="no parameter 'colection'"):
        ranges.with_range("colection", 0, 1)
    with pytest.raises(ParameterError, match="exchange"):
        ranges.with_range("collection", 1, 0)


# -- what it is held to -----------------------------------------------------------------------


def test_draws_meet_the_contributors_of_the_paper():
    ranges = paper_ranges()
    values = model.sample(ranges, 500, 5).values
    e = float(ranges.elapsed)
    reached = {
        group: values[f"employed_{group}"]
        * (1 + values[f"growth_{group}"]) ** e
        * values[f"covered_{group}"]
        * values["paying_public" if group == "public" else "paying_non_public"]
        for group in ("public", *NON_PUBLIC)
    }
    total = sum(reached.values())
    bound = paper().level("contributors", "all", "2002-09").bound
    assert (total > float(bound.low) - 200).all()
    assert (total < float(bound.high) + 200).all()
    np.testing.assert_allclose(reached["public"], values["contributors_public"], rtol=1e-12)
    assert (values["paying_public"] <= 1).all()
    assert (values["paying_non_public"] <= 1).all()
    # The paper says that the non-public groups rose until then.
    before = values["paying_non_public"] * sum(
        values[f"employed_{g}"] * values[f"covered_{g}"] for g in NON_PUBLIC
    )
    assert (before <= values["contributors_non_public"]).all()


def test_the_subsidy_is_a_small_share_of_payments_by_the_papers_own_growth():
    ranges = paper_ranges()
    assert ranges.payments_growth[0] == (Fraction(55, 10_000), Fraction(65, 10_000))
    assert ranges.subsidy_growth[1] == (Fraction(85, 1000), Fraction(95, 1000))
    found = model.subsidy_share_bounds(ranges.payments_growth, ranges.subsidy_growth)
    assert found[0] == Fraction(65, 10_000) / Fraction(60_865, 100_000)
    assert float(found[0]) == pytest.approx(0.0107, abs=1e-4)
    assert float(found[-1]) == pytest.approx(0.0212, abs=1e-4)
    for year, bound in enumerate(found):
        assert bound == max(
            _greatest_share(p, s, year)
            for p in product(*ranges.payments_growth)
            for s in product(*ranges.subsidy_growth)
        )


def _greatest_share(payments, subsidy, year: int) -> Fraction:
    """By definition: payments and subsidy as series, contributions rising in each year."""
    paid, aid = [Fraction(1)], [Fraction(1)]
    for p, s in zip(payments, subsidy, strict=True):
        paid.append(paid[-1] * (1 + p))
        aid.append(aid[-1] * (1 + s))
    # With x of the first year's payments: (paid - x aid) rises, so x (aid' - aid) <= paid' - paid.
    limits = [1 / a * p for a, p in zip(aid, paid, strict=True)]
    for i in range(len(payments)):
        if aid[i + 1] > aid[i]:
            limits.append((paid[i + 1] - paid[i]) / (aid[i + 1] - aid[i]))
    return min(limits) * aid[year] / paid[year]


_rate = st.fractions(Fraction(0), Fraction(1), max_denominator=40)
_ends = st.tuples(_rate, _rate).map(lambda pair: tuple(sorted(pair)))


@given(st.lists(st.tuples(_ends, _ends), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_no_rates_within_the_intervals_pass_the_bound(rates):
    payments, subsidy = zip(*rates, strict=True)
    found = model.subsidy_share_bounds(payments, subsidy)

    def grid(ends):
        return sorted({*ends, (ends[0] + ends[1]) / 2})

    best = [
        max(
            _greatest_share(p, s, year)
            for p in product(*map(grid, payments))
            for s in product(*map(grid, subsidy))
        )
        for year in range(len(rates) + 1)
    ]
    assert all(bound >= reached for bound, reached in zip(found, best, strict=True))
    if len(rates) == 1:
        assert found[0] == best[0]


@pytest.mark.parametrize(
    ("payments", "subsidy", "said"),
    [
        ([], [], "for each year"),
        ([(0, 1)], [], "for each year"),
        ([(1, 0)], [(0, 1)], "lower end first"),
        ([(-2, 0)], [(0, 1)], "above -1"),
        ([(Fraction(-1, 2), Fraction(-1, 4))], [(Fraction(1, 2), Fraction(1))], "no share fits"),
    ],
)
def test_growth_that_sets_no_bound_is_refused(payments, subsidy, said):
    with pytest.raises(ParameterError, match=said):
        model.subsidy_share_bounds(payments, subsidy)


def test_calibrated_draws_keep_the_condition():
    ranges = paper_ranges()
    draws = model.sample(ranges, 2000, 4, calibrated=True)
    assert Calibration.of(ranges).holds(draws.values, ranges).all()
    assert possible(draws.values).all()
    assert 0.0015 < draws.kept < 0.0035
    first = model.project(draws.values, (2002,))
    assert (first["subsidy_yuan"] > 0).all()
    low, high = (
        float(end) for end in (ranges["dependency_start"].low, ranges["dependency_start"].high)
    )
    start = draws.values["dependency_start"]
    assert (start >= low).all()
    assert (start <= high).all()


def test_calibrated_draws_are_what_blind_rejection_leaves():
    # A looser condition, so that blind draws meet it often.
    wide = replace(
        paper_ranges(),
        payments_growth=((Fraction(1, 4), Fraction(1, 4)),),
        subsidy_growth=((Fraction(1, 2), Fraction(1, 2)),),
    )
    condition = Calibration.of(wide)
    blind = model.sample(wide, 60_000, 1)
    good = condition.holds(blind.values, wide)
    solved = model.sample(wide, 20_000, 2, calibrated=True)
    assert condition.holds(solved.values, wide).all()
    assert solved.kept == pytest.approx(good.mean(), abs=0.01)
    for name in ("dependency_start", "average_wage", "base_ratio", "average_pension"):
        left = blind.values[name][good]
        for level in (10, 50, 90):
            spread = float(wide[name].high - wide[name].low)
            gap = np.percentile(left, level) - np.percentile(solved.values[name], level)
            assert abs(gap) < 0.02 * spread, (name, level)


def test_calibrating_needs_the_printed_growth_and_an_unknown_ratio():
    with pytest.raises(ParameterError, match="without calibrating"):
        model.sample(replace(paper_ranges(), subsidy_growth=()), 10, calibrated=True)
    fixed = paper_ranges().with_range("dependency_start", 1, 1)
    with pytest.raises(ParameterError, match="dependency_start is fixed"):
        model.sample(fixed, 10, calibrated=True)
    never = (
        paper_ranges()
        .with_range("dependency_start", "0.99", 1)
        .with_range("average_pension", 900, 901)
    )
    with pytest.raises(ParameterError, match="widen the ranges"):
        model.sample(never, 10, calibrated=True)


# -- ranges of the outputs --------------------------------------------------------------------


def test_outputs_move_one_way_as_declared():
    ranges = paper_ranges()
    rng = np.random.default_rng(8)
    corners = _random_corners(ranges, rng, 60)
    moved = {name for names in (*exact.RISING.values(), *exact.FALLING.values()) for name in names}
    for name in ranges.unknown:
        if name in exact._MIXED:
            continue
        steps = np.linspace(float(ranges[name].low), float(ranges[name].high), 5)
        path = [
            model.project(model.complete(corners | {name: np.full(60, step)}, ranges))
            for step in steps
        ]
        for output in exact.RISING:
            change = np.diff([p[output] for p in path], axis=0)
            slack = 1e-9 * np.abs(path[0][output]).max()
            if name in exact.RISING[output]:
                assert (change >= -slack).all(), (name, output)
                assert (change > 0).any() or output == "treasury_yuan", (name, output)
            elif name in exact.FALLING.get(output, ()):
                assert (change <= slack).all(), (name, output)
            else:
                assert (np.abs(change) <= slack).all(), (name, output)
    assert moved <= set(ranges)


def _random_corners(ranges, rng, n):
    return {
        name: np.where(rng.random(n) < 0.5, float(r.low), float(r.high))
        for name, r in ranges.items()
    }


def test_no_draw_and_no_corner_passes_the_exact_bounds():
    ranges = paper_ranges()
    table = model.bounds(ranges).set_index(["output", "year"])
    rng = np.random.default_rng(9)
    corners = model.complete(_random_corners(ranges, rng, 50_000), ranges)
    good = possible(corners)
    corners = {name: v[good] for name, v in corners.items()}
    for values in (model.sample(ranges, 20_000, 6).values, corners):
        found = model.project(values)
        for output in exact.RISING:
            for year in YEARS:
                row, ends = found.at(year, output), table.loc[(output, year)]
                slack = 1e-9 * max(abs(ends["low"]), abs(ends["high"]))
                assert row.min() >= ends["low"] - slack, (output, year)
                assert row.max() <= ends["high"] + slack, (output, year)


def _loose() -> model.Ranges:
    """Ranges whose extremes lie where as many are covered as pay, on an edge of the ranges."""
    ranges = paper_ranges()
    for group, high in (("foreign", 0.9), ("private_individual", 0.3), ("other", 1)):
        ranges = ranges.with_range(f"covered_{group}", 0, high)
    return ranges


@pytest.mark.parametrize("output", ["contributors_persons", "gap_yuan", "dependency_ratio"])
@pytest.mark.parametrize(("ranges", "near"), [(paper_ranges(), 2e-3), (_loose(), 2e-2)])
def test_exact_bounds_are_those_of_a_grid_over_the_mix(output, ranges, near):
    """Everything at its declared end, the mix of the non-public groups tried out in steps."""
    table = model.bounds(ranges).set_index(["output", "year"])
    names = [name for name in exact._MIXED if name in ranges.unknown]
    share = [name for name in names if name.startswith("covered")]
    others = [name for name in names if name not in share and not name.startswith("employed")]
    axes = [np.linspace(float(ranges[n].low), float(ranges[n].high), 15) for n in share]
    axes += [np.array([float(ranges[n].low), float(ranges[n].high)]) for n in others]
    grid = dict(
        zip(share + others, [a.ravel() for a in np.meshgrid(*axes, indexing="ij")], strict=True)
    )
    for end, up in (("low", False), ("high", True)):
        ends = {
            name: float(r.high if (name in exact.FALLING.get(output, ())) != up else r.low)
            for name, r in ranges.items()
        }
        ends |= {n: float(ranges[n].high) for n in ("covered_public", "employed_public")}
        values = model.complete(ends | grid, ranges)
        good = possible(values)
        assert good.any()
        assert not good.all()
        values = {name: v[good] if np.ndim(v) else v for name, v in values.items()}
        found = model.project(values)[output]
        best = found.max(axis=1) if up else found.min(axis=1)
        exactly = table.loc[output][end].to_numpy()
        beyond = best - exactly if up else exactly - best
        assert (beyond <= 1e-9 * np.abs(exactly)).all()
        np.testing.assert_allclose(best, exactly, rtol=near)


def test_exact_bounds_are_of_the_projection_without_reforms():
    with pytest.raises(ParameterError, match="surcharge is not zero"):
        model.bounds(paper_ranges().with_range("surcharge", 0, 50))


def test_too_few_covered_for_the_payers_is_said():
    ranges = paper_ranges()
    for group in NON_PUBLIC:
        ranges = ranges.with_range(f"covered_{group}", 0, 0.01)
    with pytest.raises(ParameterError, match="covered"):
        model.bounds(ranges)
    with pytest.raises(ParameterError, match="widen the ranges"):
        model.sample(ranges, 10)
    with pytest.raises(ParameterError, match="more would pay"):
        model.tornado(ranges, 2005, "gap_yuan")


def test_draws_fill_each_range_evenly_and_are_repeatable():
    # With the covered shares in the middle nothing is impossible, so one hypercube is enough.
    ranges = (
        paper_ranges().with_range("covered_foreign", 0.7, 0.8).with_range("covered_other", 0.5, 1)
    )
    draws = model.sample(ranges, 1000, 11)
    assert draws.proposed == draws.possible == 1000
    assert draws.kept == 1
    for name in ranges.unknown:
        low, high = float(ranges[name].low), float(ranges[name].high)
        strata = np.floor((draws.values[name] - low) / (high - low) * 1000).astype(int)
        assert len(np.unique(np.clip(strata, 0, 999))) >= 990, name
    again, other = model.sample(ranges, 1000, 11), model.sample(ranges, 1000, 12)
    np.testing.assert_array_equal(draws.values["collection"], again.values["collection"])
    assert (draws.values["collection"] != other.values["collection"]).any()


@pytest.mark.parametrize("n", [0, -1, 10**9, 1.5, True, "10"])
def test_a_number_of_draws_that_makes_no_sense_is_refused(n):
    with pytest.raises(ParameterError, match="draws; write a whole number"):
        model.sample(paper_ranges(), n)


def test_ten_thousand_draws_take_well_under_a_second():
    start = time.perf_counter()
    draws = model.sample(paper_ranges(), 10_000)
    found = model.percentiles(model.project(draws.values))
    assert time.perf_counter() - start < 1
    assert set(found["output"]) == set(model.OUTPUTS)
    assert set(found["year"]) == set(YEARS)
    assert (found["p5"] <= found["p50"]).all()
    assert (found["p50"] <= found["p95"]).all()


def test_percentiles_are_those_of_the_draws():
    found = model.project(model.sample(paper_ranges(), 300, 2).values, (2002, 2003))
    table = model.percentiles(found, (25, 75)).set_index(["output", "year"])
    row = np.sort(found.at(2003, "revenue_yuan"))
    assert table.loc[("revenue_yuan", 2003), "p25"] == pytest.approx(np.percentile(row, 25))
    assert list(table.columns) == ["unit", "p25", "p75"]


def test_the_tornado_moves_one_unknown_at_a_time():
    ranges = paper_ranges()
    table = model.tornado(ranges, 2010, "gap_yuan")
    assert table["swing"].is_monotonic_decreasing
    assert set(table["parameter"]) == set(ranges.unknown)
    for row in table.head(8).itertuples():
        for end, value in (("low", row.at_low), ("high", row.at_high)):
            one = ranges.middle() | {row.parameter: float(getattr(ranges[row.parameter], end))}
            found = model.project(model.complete(one, ranges)).at(2010, "gap_yuan")
            assert found == pytest.approx(value)
        assert row.swing == pytest.approx(abs(row.at_high - row.at_low))
        assert row.low <= row.high
    middle = model.medians(model.sample(ranges, 500, calibrated=True))
    elsewhere = model.tornado(ranges, 2010, "gap_yuan", middle=middle)
    assert elsewhere["swing"].iloc[0] != table["swing"].iloc[0]


@pytest.mark.parametrize(("year", "output"), [(2010, "profit"), (2050, "gap_yuan")])
def test_a_tornado_of_something_else_is_refused(year, output):
    with pytest.raises(ParameterError, match="write one of"):
        model.tornado(paper_ranges(), year, output)


# -- the model as data ------------------------------------------------------------------------


def _twin(data: dict, values: dict, chosen: str = "") -> dict[str, list[float]]:
    """The projection again from its description, with plain numbers and loops."""
    v = dict(values)
    e, t0 = data["elapsed"], data["base_year"]
    years = [t0, *data["years"]]

    def reach(g):
        return v[f"employed_{g}"] * (1 + v[f"growth_{g}"]) ** e * v[f"covered_{g}"]

    v["paying_public"] = v["contributors_public"] / reach("public")
    v["paying_non_public"] = v["contributors_non_public"] / sum(map(reach, data["non_public"]))
    by_year = [dict(v) for _ in years]
    files = {s["id"]: s for s in data["scenarios"]}
    parts = [*files[chosen]["includes"], chosen] if chosen else []
    for part in (files[name] for name in parts):
        first = part["first"] or years[1]
        last = part["last"] or first
        for change in part["changes"]:
            name = change["parameter"]
            for i, year in enumerate(years):
                grown = min(max((year - first + 1) / (last - first + 1), 0), 1) if i else 0
                old, mid = by_year[i][name], change["mid"]
                new = {"set": mid, "add": old + mid, "scale": old * mid}[change["kind"]]
                top = float("inf") if name == "surcharge" else max(1, old)
                by_year[i][name] = min(max(old + grown * (new - old), 0), top)
    regular, joined, older, retirees = [], [], [], []
    for n, w in enumerate(by_year):
        pay = {
            g: w["paying_public" if g == "public" else "paying_non_public"] for g in data["groups"]
        }
        regular.append(
            sum(
                w[f"employed_{g}"] * (1 + w[f"growth_{g}"]) ** n * w[f"covered_{g}"] * pay[g]
                for g in data["groups"]
            )
            if n
            else w["contributors_start"]
        )
        a, b, share = w["paying_interrupted"], w["paying_older"], w["older_share"]
        older.append(w["interrupted"] * share * b)
        joined.append(
            w["interrupted"] * ((1 - share) * a + share * max(a, b))
            + w["migrants"] * w["covered_migrants"]
        )
        retirees.append(
            w["dependency_start"] * w["contributors_start"] * (1 + w["growth_retirees"]) ** n
        )
    out = {name: [] for name in data["outputs"]}
    gained_before = 0.0
    for n in range(1, len(years)):
        w = by_year[n]
        wage = w["average_wage"] * (1 + w["growth_wage"]) ** (n - 1)
        collected = min(1, w["collection"] + w["late_share"] * w["late_recovered"])
        due = (
            by_year[n - 1]["base_ratio"] * regular[n - 1] + w["base_ratio"] * regular[n]
        ) / 2 + w["base_ratio_joining"] * (joined[n - 1] + joined[n]) / 2
        revenue = w["combined_rate"] * wage * collected * due
        over = max(0, w["combined_rate"] - w["self_employed_rate"])
        topup = over * wage * collected * w["base_ratio_joining"] * (older[n - 1] + older[n]) / 2
        mean = (retirees[n - 1] + retirees[n]) / 2
        gained = w["bonus_share"] * mean
        bonus = wage * w["new_retirees_share"] * (gained_before + gained / 2)
        gained_before += gained
        spending = 12 * w["average_pension"] * (1 + w["growth_pension"]) ** (n - 1) * mean + bonus
        open_to_fine = sum(
            w[f"employed_{g}"] * (1 + w[f"growth_{g}"]) ** n * (1 - w[f"covered_{g}"])
            for g in data["non_public"]
        )
        fine = 12 * w["surcharge"] * w["surcharge_collected"] * open_to_fine
        gap = spending - revenue
        contributors = regular[n] + joined[n]
        row = [contributors, retirees[n], retirees[n] / contributors, revenue, spending, gap]
        row += [max(0, gap), bonus + topup, fine, max(0, gap) + topup - fine, gap + topup - fine]
        for name, value in zip(out, row, strict=True):
            out[name].append(value)
    return out


@pytest.mark.parametrize("chosen", ["", *paper().package.scenarios])
def test_the_model_can_be_computed_again_from_its_description(chosen):
    ranges, scenarios = paper_ranges(), paper().package.scenarios
    start = model.medians(model.sample(ranges, 200, calibrated=True))
    data = json.loads(json.dumps(model.model_json(ranges, scenarios, start=start)))
    values = {p["id"]: p["start"] for p in data["parameters"]}
    mine = model.complete(values, ranges)
    if chosen:
        mine = model.apply_scenario(mine, scenarios[chosen], scenarios)
    found, again = model.project(mine), _twin(data, values, chosen)
    for output in model.OUTPUTS:
        np.testing.assert_allclose(found[output], again[output], rtol=1e-10, atol=1e-6)
