"""Section 1: how the number of contributors moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd

from pensionbook.periods import end_in_years, years_between
from pensionbook.report import Measure, Report

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Step:
    """The movement between two successive reporting dates."""

    since: str
    period: str
    years: Fraction
    change: Measure
    growth: Measure
    yearly_change: Measure


def steps(report: Report, indicator: str = "contributors", group: str = "all") -> list[Step]:
    """Changes between successive dates, also put on a yearly basis (change divided by years)."""
    found = []
    for since, period in pairwise(report.periods(indicator, group)):
        years = years_between(since, period)
        change = report.change(indicator, group, period, since)
        growth = report.growth(indicator, group, period, since)
        yearly = change.times(1 / years, change.unit, f"({change.formula}) / {years} years")
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
            "low": [step.yearly_change.low for step in found],
            "high": [step.yearly_change.high for step in found],
        }
    )


def acceleration(report: Report, found: list[Step]) -> Measure | None:
    """How much faster the last step is than the first, per year: a joint bound, not a difference
    of bounds. ``None`` with fewer than two steps."""
    if len(found) < 2:
        return None
    terms: dict = {}
    for step, sign in ((found[-1], 1), (found[0], -1)):
        for period, direction in ((step.period, 1), (step.since, -1)):
            quantity = report.quantity("contributors", "all", period)
            terms[quantity] = terms.get(quantity, 0) + Fraction(sign * direction) / step.years
    return report.total(terms)


@dataclass(frozen=True, slots=True)
class Trend:
    """A fitted constant rate of growth, percent a year, with its confidence interval."""

    rate: float
    low: float
    high: float
    points: int
    degrees_of_freedom: int
    residual_percent: float


def log_linear_trend(report: Report, indicator: str = "contributors") -> Trend | None:
    """Ordinary least squares of the logarithm of the level on time in years (statsmodels).

    The interval is Student's t at 95 % with points - 2 degrees of freedom; it speaks of scatter
    round a constant rate, not of rounding, which the bounds cover. ``None`` below three points.
    """
    periods = report.periods(indicator)
    if len(periods) < 3:
        return None
    # statsmodels takes most of a second to import; only this function needs it.
    import statsmodels.api as sm

    levels = [report.level(indicator, period=period) for period in periods]
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


def trend_measure(trend: Trend) -> Measure:
    """The trend's confidence interval as a measure in percent a year, one decimal outward."""
    from pensionbook.reconcile import Bound

    low = Fraction(int(np.floor(trend.low * 10)), 10)
    high = Fraction(int(np.ceil(trend.high * 10)), 10)
    formula = (
        f"least squares on the logarithm, {trend.points} points, "
        f"{trend.degrees_of_freedom} degrees of freedom, 95 % interval"
    )
    return Measure(Bound(low, high), "percent", formula)


def by_area(report: Report, period: str, since: str) -> pd.DataFrame:
    """Growth or change of contributors by area: ``area, label, growth_low, growth_high,
    change_low, change_high`` with NaN where the package bounds nothing."""
    rows = []
    for area, row in report.package.areas.items():
        if row.parent != report.area or not report.mentioned_periods("contributors", area=area):
            continue
        growth = report.growth("contributors", period=period, since=since, area=area)
        change = report.change("contributors", period=period, since=since, area=area)
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


def compounded(growth: Measure, years: Fraction) -> Measure:
    """A growth rate over part of a year as a compound yearly rate, widened past rounding error."""
    if not growth.known:
        return replace(growth, unit="percent")
    ends = [
        Fraction(((1 + float(end) / 100) ** float(1 / years) - 1) * 100)
        for end in (growth.bound.low, growth.bound.high)
    ]
    slack = Fraction(1, 10**9)
    bound = replace(growth.bound, low=min(ends) - slack, high=max(ends) + slack)
    return Measure(bound, "percent", f"(1 + {growth.formula}) ^ (1 / {years}) - 1")


def _percent(log_points: float) -> float:
    return float(np.expm1(log_points) * 100)
