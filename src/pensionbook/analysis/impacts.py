"""Section 3: spending, subsidy, dependency, and Tianjin beside others."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pandas as pd

from pensionbook.analysis.trends import compounded
from pensionbook.data.package import Figure
from pensionbook.data.periods import end_in_years, years_between
from pensionbook.language.numbers import commas
from pensionbook.report.figures_in_words import measure_in_words, printed_with_unit
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import Report

MONEY = ("pension_payments", "fund_expenditure", "fund_revenue", "fiscal_subsidy")


def money_years(report: Report) -> list[str]:
    """Years from the baseline on in which spending or subsidy is mentioned."""
    years = {
        period
        for indicator in MONEY
        for period in report.mentioned_periods(indicator)
        if len(period) == 4 and report.baseline <= period <= report.as_of
    }
    return sorted(years)


def growth_table(report: Report, indicators: Sequence[str], periods: Sequence[str]) -> pd.DataFrame:
    """Growth on the period before (the paper's Table 5): ``indicator, label, since, period, low,
    high, value`` in percent, for the cells the package bounds."""
    rows = []
    for indicator in indicators:
        for before, period in itertools.pairwise(periods):
            growth = report.growth(indicator, period=period, since=before)
            # A fall to nothing is no finding: it says that the level is hardly known.
            if growth.known and growth.ends.low > -100:
                rows.append(_row(report, indicator, period, growth) | {"since": before})
    return _frame(rows, "since")


def index_table(report: Report, indicators: Sequence[str], periods: Sequence[str]) -> pd.DataFrame:
    """Levels relative to the first period = 100, bounded jointly, same columns."""
    rows: list[dict[str, object]] = []
    if len(periods) < 2:
        return _frame(rows)
    base = periods[0]
    for indicator in indicators:
        start = report.quantity(indicator, period=base)
        if not any(report.growth(indicator, period=p, since=base).known for p in periods[1:]):
            continue
        for period in periods:
            ratio = report.quotient({start._replace(period=period): 1}, {start: 1})
            index = ratio.times(100, "one", f"100 * {ratio.formula}")
            if index.known:
                rows.append(_row(report, indicator, period, index))
    return _frame(rows)


def reached(report: Report, indicators: Sequence[str], years: Sequence[str]) -> str:
    """How the last year's index is spoken of: as reached, or as forecast."""
    forecast = any(
        figure.qualifier == "forecast" and figure.period == years[-1]
        for figure in report.package.figures
        if years and figure.indicator in indicators
    )
    return report.tr("are forecast to reach") if forecast else report.tr("reached")


def money_finding(payments: Measure, subsidy: Measure, report: Report) -> str:
    """Which of payments and subsidy grew faster, in a short sentence, where it is sure."""
    if not (payments.known and subsidy.known):
        return ""
    if subsidy.ends.low > payments.ends.high:
        return report.tr("The subsidy grows faster than the pensions it supports.")
    if subsidy.ends.high < payments.ends.low:
        return report.tr("Pension payments grow faster than the subsidy.")
    return report.tr("Subsidy and pension payments grow at about one pace.")


def index_finding(report: Report, index: pd.DataFrame) -> str:
    """Where each series of an index stands in its last period, the highest first."""
    last = index.groupby("indicator", sort=False).tail(1).sort_values("high", ascending=False)
    return commas(
        [f"{row.label} {row.value}" for row in last.itertuples(index=False)], report.language
    )


def last_index(report: Report, indicator: str, years: Sequence[str]) -> Measure:
    """The index of the last year, first year = 100."""
    if len(years) < 2:
        return UNKNOWN
    start = report.quantity(indicator, period=years[0])
    return report.quotient({start._replace(period=years[-1]): 100}, {start: 1})


def dependency_ratio(report: Report) -> Measure:
    """Retirees divided by contributors at the reporting date."""
    return report.ratio(report.quantity("retirees"), report.quantity(report.counted))


def dependency_table(report: Report) -> pd.DataFrame:
    """Printed figures on retirees and the dependency ratio beside the city's bounds.

    Columns ``measure, period, printed, bound``.
    """
    rows = [
        {
            "measure": measure_in_words(verdict.figure, report.package, report.language),
            "period": verdict.figure.period,
            "printed": printed_with_unit(verdict.figure, report.package, report.language),
            "bound": "",
        }
        for verdict in report.result.verdicts.values()
        if _speaks_of_dependency(report, verdict.figure)
    ]
    if rows:
        rows.append(
            {
                "measure": commas(
                    (
                        report.tr("Retirees to {counted}", counted=report.noun(report.counted)),
                        report.label("areas", report.area),
                    ),
                    report.language,
                ),
                "period": report.as_of,
                "printed": "",
                "bound": report.text(dependency_ratio(report)),
            }
        )
    return pd.DataFrame(rows, columns=["measure", "period", "printed", "bound"])


def _speaks_of_dependency(report: Report, figure: Figure) -> bool:
    """Whether a figure is of the area's retirees, or of the ratio there or in one of its parts."""
    if figure.indicator == "dependency_ratio":
        return report.area in (figure.area, report.package.areas[figure.area].parent)
    return figure.area == report.area and "retirees" in (figure.indicator, figure.of_indicator)


def peers_table(report: Report) -> pd.DataFrame:
    """Each place's last interval with a bounded change, this report's place first.

    Places are the report's area and every area that is neither one of its parts nor holds it.
    Columns ``area, label, since, period, level, change, growth`` and, in percent a year,
    ``low, high, value``; NaN and empty where the growth is not bounded.
    """
    own, indicator, end = report.area, report.counted, end_in_years(report.as_of)
    areas = report.package.areas
    places = [own] + [
        area
        for area, row in areas.items()
        if area not in (own, areas[own].parent) and row.parent != own
    ]
    rows = []
    for area in places:
        periods = [
            p for p in report.mentioned_periods(indicator, area=area) if end_in_years(p) <= end
        ]
        for since, period in list(itertools.pairwise(periods))[-1:]:
            level = report.level(indicator, period=period, area=area)
            change = report.change(indicator, period=period, since=since, area=area)
            growth = report.growth(indicator, period=period, since=since, area=area)
            if not change.known:
                continue
            yearly = compounded(growth, years_between(since, period))
            rows.append(
                {
                    "area": area,
                    "label": report.label("areas", area),
                    "since": since,
                    "period": period,
                    "level": report.text(level) if level.known else "",
                    "change": report.text(change),
                    "growth": report.text(growth) if growth.known else "",
                    "low": yearly.low,
                    "high": yearly.high,
                    "value": report.text(yearly) if growth.known else "",
                }
            )
    return pd.DataFrame(rows if len(rows) > 1 else [])


def extremes(report: Report, peers: pd.DataFrame) -> str:
    """The finding of the comparison: this place's pace beside the best one."""
    if peers.empty or not peers["value"].any():
        return ""
    own, best = peers.iloc[0], peers.iloc[int(peers["high"].argmax())]
    pair = (f"{place['label']} {place['value']}" for place in (own, best))
    return commas(pair, report.language)


def drawn(report: Report, peers: pd.DataFrame) -> pd.DataFrame:
    """The places with a bounded growth, ready for a chart: labels with their interval, least
    growth first."""
    if peers.empty:
        return peers.reindex(columns=["label", "low", "high", "value"])
    peers = peers[peers["value"] != ""]
    labels = [
        commas((label, report.span(since, period)), report.language)
        for label, since, period in zip(
            peers["label"], peers["since"], peers["period"], strict=True
        )
    ]
    return peers.assign(label=labels).sort_values("high", kind="stable", ignore_index=True)


def _row(report: Report, indicator: str, period: str, measure: Measure) -> dict[str, object]:
    return {
        "indicator": indicator,
        "label": report.label("indicators", indicator),
        "period": period,
        "low": measure.low,
        "high": measure.high,
        "value": report.text(measure),
    }


def _frame(rows: list[dict[str, object]], *further: str) -> pd.DataFrame:
    columns = ["indicator", "label", "period", "low", "high", "value", *further]
    return pd.DataFrame(rows, columns=columns)
