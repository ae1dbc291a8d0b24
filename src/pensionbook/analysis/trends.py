"""Section 1: how the number of contributors moved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import ceil

import numpy as np
import pandas as pd

from pensionbook.data.periods import end_in_years, years_between
from pensionbook.engine.results import Bound
from pensionbook.language.messages import mark
from pensionbook.language.numbers import commas
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import Report


@dataclass(frozen=True, slots=True)
class Step:
    """The movement between two successive reporting dates."""

    since: str
    period: str
    years: Fraction
    change: Measure
    growth: Measure
    yearly_change: Measure


CONFIDENCE = 0.95
EVENLY = mark("the change came about evenly over the interval")
# Growth known less well than this many points is left to the table.
WIDEST_DRAWN = 20


def dates(report: Report) -> list[str]:
    """Dates at which those counted are surely more than none, so that a pace can be told."""
    return [
        period
        for period in report.periods(report.counted)
        if report.level(report.counted, period=period).ends.low > 0
    ]


def widest_bounds(report: Report) -> Measure:
    """The width of the least closely known of the contributors' levels, in persons."""
    levels = [report.level(report.counted, period=p) for p in dates(report)]
    if not levels:
        return UNKNOWN
    width = Fraction(ceil(max(level.ends.high - level.ends.low for level in levels)))
    figures = tuple(dict.fromkeys(name for level in levels for name in level.bound.figures))
    bound = Bound(width, width, figures)
    return Measure(bound, "person", mark("largest of high - low over the dates, rounded up"))


def steps(report: Report) -> list[Step]:
    """Changes between successive dates, also put on a yearly basis (change divided by years)."""
    found, indicator = [], report.counted
    for since, period in pairwise(dates(report)):
        years = years_between(since, period)
        change = report.change(indicator, period=period, since=since)
        growth = report.growth(indicator, period=period, since=since)
        formula = report.tr("({change}) / {years} years", change=change.formula, years=years)
        yearly = change.times(1 / years, change.unit, formula)
        if years != 1:
            yearly = yearly.assuming(EVENLY)
        found.append(Step(since, period, years, change, growth, yearly))
    return found


def steps_table(report: Report, found: list[Step]) -> pd.DataFrame:
    """Steps as ``period, since, years, change, growth, yearly change``, formatted, with bounds."""
    return pd.DataFrame(
        {
            "since": [step.since for step in found],
            "period": [step.period for step in found],
            "months": [int(step.years * 12) for step in found],
            "change": [report.text(step.change) for step in found],
            "growth": [report.text(step.growth) for step in found],
            "yearly_change": [report.text(step.yearly_change) for step in found],
            "yearly_growth": [report.text(compounded(step.growth, step.years)) for step in found],
            "label": [report.span(step.since, step.period) for step in found],
            "value": [report.text(step.yearly_change) for step in found],
            "low": [step.yearly_change.low for step in found],
            "high": [step.yearly_change.high for step in found],
        }
    )


def yearly_change(found: list[Step], number: int) -> Measure:
    """The change a year of one step; unknown when there is no such step."""
    return found[number].yearly_change if found else UNKNOWN


def acceleration_factor(report: Report, found: list[Step]) -> Measure:
    """The last step's yearly change divided by the first's, bounded jointly.

    Unknown with fewer than two steps, or when the first change may have been nil.
    """
    if len(found) < 2:
        return UNKNOWN
    last, first = (_yearly(report, step) for step in (found[-1], found[0]))
    sign = -1 if (found[0].change.bound.high or 0) < 0 else 1
    factor = report.quotient(
        {quantity: sign * factor for quantity, factor in last.items()},
        {quantity: sign * factor for quantity, factor in first.items()},
    )
    even = all(step.years == 1 for step in (found[0], found[-1]))
    return factor if even else factor.assuming(EVENLY)


def pace_finding(report: Report, factor: Measure) -> str:
    """What became of the pace, in a short sentence, as far as the factor is sure of it."""
    low, high = factor.bound.low, factor.bound.high
    falls = (report.change(report.counted).bound.high or 0) < 0
    if low is not None and low > 1:
        faster = report.tr("The fall is speeding up.")
        return faster if falls else report.tr("The rise is speeding up.")
    if low is not None and high is not None and low >= 0 and high < 1:
        slower = report.tr("The fall is slowing down.")
        return slower if falls else report.tr("The rise is slowing down.")
    return report.tr("The pace changed.")


def _yearly(report: Report, step: Step) -> dict:
    end = report.quantity(report.counted, "all", step.period)
    return {end: 1 / step.years, end._replace(period=step.since): -1 / step.years}


@dataclass(frozen=True, slots=True)
class Trend:
    """A fitted constant rate of growth, percent a year, with its confidence interval."""

    rate: float
    low: float
    high: float
    points: int
    degrees_of_freedom: int
    residual_percent: float


def log_linear_trend(report: Report) -> Trend | None:
    """Ordinary least squares of the logarithm of the level on time in years (statsmodels).

    The interval is Student's t at 95 % with points - 2 degrees of freedom; it speaks of scatter
    round a constant rate, not of rounding, which the bounds cover. ``None`` below three points, or
    where a level may be nil.
    """
    periods = dates(report)
    levels = [report.level(report.counted, period=period) for period in periods]
    if len(periods) < 3:
        return None
    # statsmodels takes most of a second to import; only this function needs it.
    import statsmodels.api as sm

    middle = np.log([(level.low + level.high) / 2 for level in levels])
    time = np.array([float(end_in_years(period)) for period in periods])
    fit = sm.OLS(middle, sm.add_constant(time - time[0])).fit()
    low, high = fit.conf_int(alpha=1 - CONFIDENCE)[1]
    return Trend(
        rate=_percent(fit.params[1]),
        low=_percent(low),
        high=_percent(high),
        points=len(periods),
        degrees_of_freedom=int(fit.df_resid),
        residual_percent=_percent(float(np.sqrt(fit.mse_resid))),
    )


def trend_interval(trend: Trend | None) -> Measure:
    """The trend's confidence interval in percent a year, one decimal, rounded outward."""
    if trend is None:
        return UNKNOWN
    low = Fraction(int(np.floor(trend.low * 10)), 10)
    high = Fraction(int(np.ceil(trend.high * 10)), 10)
    formula = mark("least squares on the logarithm of the middles of the bounds, 95% interval")
    return Measure(Bound(low, high), "percent", formula)


def trend_points(trend: Trend | None) -> Measure:
    """Number of points the trend was fitted to."""
    return (
        UNKNOWN
        if trend is None
        else Measure.exact(trend.points, mark("dates with a bounded level"))
    )


def trend_freedom(trend: Trend | None) -> Measure:
    """Degrees of freedom left to the trend's residuals."""
    return UNKNOWN if trend is None else Measure.exact(trend.degrees_of_freedom, mark("points - 2"))


def trend_table(trend: Trend | None) -> pd.DataFrame:
    """The trend as one row of texts; empty without a trend."""
    columns = ["points", "degrees_of_freedom", "rate", "low", "high", "residual"]
    if trend is None:
        return pd.DataFrame(columns=columns)
    outward = [f"{np.floor(trend.low * 10) / 10:.1f}", f"{np.ceil(trend.high * 10) / 10:.1f}"]
    texts = [f"{trend.rate:.1f}", *outward, f"{trend.residual_percent:.1f}"]
    texts = [text.replace("-", "\u2212") for text in texts]
    return pd.DataFrame([[trend.points, trend.degrees_of_freedom, *texts]], columns=columns)


def year_with_areas(report: Report) -> tuple[str, str]:
    """The latest pair of dates between which the area's parts can be compared.

    That is the latest for which growth or change is printed of any part; where none is, the last
    two dates at which most parts have a bounded level.

    Returns:
        The period and the one before it; two empty texts when there is no such pair.
    """
    areas = report.package.areas
    pairs = [
        (figure.period, figure.base_period)
        for figure in report.package.figures
        if figure.indicator == report.counted
        and figure.base_period
        and areas[figure.area].parent == report.area
    ]
    if pairs:
        return max(pairs)
    parts = [area for area, row in areas.items() if row.parent == report.area]
    common = Counter(
        (period, since)
        for area in parts
        for since, period in pairwise(report.periods(report.counted, area=area))
    )
    return max(common, key=lambda pair: (common[pair], pair), default=("", ""))


def drawn(areas: pd.DataFrame, what: str = "growth") -> pd.DataFrame:
    """The rows of an area table that are closely bounded in ``growth``, ready for a chart."""
    table = areas.rename(columns={f"{what}_low": "low", f"{what}_high": "high"})
    table["value"] = areas[what]
    table = table[(table["high"] - table["low"]) < WIDEST_DRAWN]
    return table.sort_values("high", kind="stable", ignore_index=True)


def by_area(report: Report, period: str, since: str) -> pd.DataFrame:
    """Growth or change of contributors by area: ``area, label, growth_low, growth_high,
    change_low, change_high`` with NaN where the package bounds nothing."""
    rows = []
    for area, row in report.package.areas.items():
        if row.parent != report.area or not report.mentioned_periods(report.counted, area=area):
            continue
        growth = report.growth(report.counted, period=period, since=since, area=area)
        change = report.change(report.counted, period=period, since=since, area=area)
        if not (growth.known or change.known):
            continue
        rows.append(
            {
                "area": area,
                "label": report.label("areas", area),
                "growth_low": growth.low,
                "growth_high": growth.high,
                "growth": report.text(growth) if growth.known else "",
                "change_low": change.low,
                "change_high": change.high,
                "change": report.text(change) if change.known else "",
            }
        )
    columns = [
        "area", "label", "growth_low", "growth_high", "growth",
        "change_low", "change_high", "change",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def extremes(report: Report, drawn_areas: pd.DataFrame) -> str:
    """The finding of an area chart: who grew most and who least."""
    if drawn_areas.empty:
        return ""
    least, most = drawn_areas.iloc[0], drawn_areas.iloc[-1]
    pair = (f"{place['label']} {place['value']}" for place in (most, least))
    return commas(pair, report.language)


def compounded(growth: Measure, years: Fraction) -> Measure:
    """A growth rate over part of a year as a compound yearly rate, widened past rounding error."""
    if not growth.known or years == 1:
        return replace(growth, unit="percent")
    ends = [Fraction(((1 + float(end) / 100) ** float(1 / years) - 1) * 100) for end in growth.ends]
    slack = Fraction(1, 10**9)
    bound = replace(growth.bound, low=min(ends) - slack, high=max(ends) + slack)
    return Measure(bound, "percent", f"(1 + {growth.formula}) ^ (1 / {years}) - 1")


def _percent(log_points: float) -> float:
    return float(np.expm1(log_points) * 100)
