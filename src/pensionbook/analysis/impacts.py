"""Section 3: spending, subsidy, dependency, and Tianjin beside others."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pandas as pd

from pensionbook.report import Measure, Report


def growth_table(report: Report, indicators: Sequence[str], periods: Sequence[str]) -> pd.DataFrame:
    """Growth on the year before (the paper's Table 5): ``indicator, label, period, low, high,
    value`` in percent, for the cells the package bounds."""
    rows = []
    for indicator in indicators:
        for before, period in itertools.pairwise(periods):
            growth = report.growth(indicator, period=period, since=before)
            if growth.known:
                rows.append(_row(report, indicator, period, growth))
    return _frame(rows)


def index_table(report: Report, indicators: Sequence[str], periods: Sequence[str]) -> pd.DataFrame:
    """Levels relative to the first period = 100, bounded jointly, same columns."""
    base = periods[0]
    rows = []
    for indicator in indicators:
        start = report.quantity(indicator, period=base)
        for period in periods:
            ratio = report.quotient({start._replace(period=period): 1}, {start: 1})
            index = ratio.times(100, "one", f"100 * {ratio.formula}")
            if index.known:
                rows.append(_row(report, indicator, period, index))
    return _frame(rows)


def peers_table(report: Report, areas: Sequence[str], indicator: str) -> pd.DataFrame:
    """The last known level of each area and its change since the date before it.

    Columns ``area, label, period, since, level, change, change_low, change_high, growth,
    growth_low, growth_high``.
    """
    rows = []
    for area in areas:
        if area not in report.package.areas:
            continue
        periods = report.mentioned_periods(indicator, area=area)
        for since, period in zip(periods[-2:], periods[-1:], strict=False):
            level = report.level(indicator, period=period, area=area)
            change = report.change(indicator, period=period, since=since, area=area)
            growth = report.growth(indicator, period=period, since=since, area=area)
            rows.append(
                {
                    "area": area,
                    "label": report.label("areas", area),
                    "since": since,
                    "period": period,
                    "level": report.text(level) if level.known else "",
                    "change": report.text(change) if change.known else "",
                    "change_low": change.low,
                    "change_high": change.high,
                    "growth": report.text(growth) if growth.known else "",
                    "growth_low": growth.low,
                    "growth_high": growth.high,
                }
            )
    return pd.DataFrame(rows)


def _row(report: Report, indicator: str, period: str, measure: Measure) -> dict[str, object]:
    return {
        "indicator": indicator,
        "label": report.label("indicators", indicator),
        "period": period,
        "low": measure.low,
        "high": measure.high,
        "value": report.text(measure),
    }


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["indicator", "label", "period", "low", "high", "value"])
