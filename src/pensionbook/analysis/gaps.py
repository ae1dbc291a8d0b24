"""Section 4: who stands outside the scheme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pandas as pd

from pensionbook.reconcile import Bound
from pensionbook.report import Measure, Report


def changes_table(report: Report, wanted: Sequence[tuple[str, str]], since: str, period: str):
    """Changes between two dates: ``indicator, group, label, low, high, value``.

    Args:
        wanted: (indicator, group); those the package does not bound are left out.
    """
    rows = []
    for indicator, group in wanted:
        change = report.change(indicator, group, period, since)
        if change.known:
            rows.append(
                {
                    "indicator": indicator,
                    "group": group,
                    "label": _label(report, indicator, group),
                    "low": change.low,
                    "high": change.high,
                    "value": report.text(change),
                }
            )
    columns = ["indicator", "group", "label", "low", "high", "value"]
    return pd.DataFrame(rows, columns=columns)


def groups_table(
    report: Report, indicator: str, period: str, groups: Sequence[str] = ()
) -> pd.DataFrame:
    """Bounds of an indicator for each group that the package mentions, largest last.

    Columns ``group, label, low, high, value``; one-sided bounds have NaN at the open end.
    """
    rows = []
    for group in groups or report.package.groups:
        if period not in report.mentioned_periods(indicator, group):
            continue
        level = report.level(indicator, group, period)
        if level.bound.low is None and level.bound.high is None:
            continue
        rows.append(
            {
                "group": group,
                "label": report.label("groups", group),
                "low": level.low,
                "high": level.high,
                "value": report.text(level),
            }
        )
    return pd.DataFrame(rows, columns=["group", "label", "low", "high", "value"])


def overlap_range(report: Report, indicator: str, groups: Sequence[str], period: str) -> Measure:
    """Persons in at least one of several groups whose overlap is not known.

    At least the largest single group (all others inside it), at most the sum (no overlap).
    """
    levels = [report.level(indicator, group, period) for group in groups]
    lows = [level.bound.low for level in levels if level.bound.low is not None]
    highs = [level.bound.high for level in levels]
    high = None if None in highs or not highs else sum(highs, Fraction(0))
    bound = Bound(
        max(lows, default=None),
        high,
        tuple(dict.fromkeys(f for level in levels for f in level.bound.figures)),
        tuple(dict.fromkeys(i for level in levels for i in level.bound.identities)),
        tuple(dict.fromkeys(a for level in levels for a in level.bound.assumptions)),
    )
    formula = f"largest single group to sum of {', '.join(groups)}"
    return Measure(replace(bound), levels[0].unit if levels else "person", formula)


def _label(report: Report, indicator: str, group: str) -> str:
    name = report.label("indicators", indicator)
    return name if group == "all" else f"{name}: {report.label('groups', group)}"
