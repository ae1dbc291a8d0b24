"""Section 2: where the staff went, and how much of the fall employment and coverage explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd

from pensionbook.reconcile import Bound
from pensionbook.report import Measure, Report

OWNERSHIP = ("public", "state", "collective", "non_public", "foreign", "private_individual",
             "other", "all")  # fmt: skip


def employment_table(report: Report, periods: Sequence[str]) -> pd.DataFrame:
    """Urban employment by ownership (the paper's Table 2), one row a group.

    Columns ``group, label`` and for each period ``low_P, high_P, value_P``, then the change and
    the growth between the first and the last period as ``change, growth`` texts.
    """
    first, last = periods[0], periods[-1]
    rows = []
    for group in OWNERSHIP:
        if group not in report.package.groups or not report.mentioned_periods("employees", group):
            continue
        row: dict[str, object] = {"group": group, "label": report.label("groups", group)}
        for period in periods:
            level = report.level("employees", group, period)
            row |= {
                f"low_{period}": level.low,
                f"high_{period}": level.high,
                f"value_{period}": report.text(level),
            }
        row["change"] = report.text(report.change("employees", group, last, first))
        row["growth"] = report.text(report.growth("employees", group, last, first))
        rows.append(row)
    return pd.DataFrame(rows)


def shares_table(report: Report, wanted: Sequence[tuple[str, str, str]]) -> pd.DataFrame:
    """Non-public shares: ``indicator, period, group, label, low, high, value`` in percent.

    Args:
        wanted: (indicator, group, period); those the package does not bound are left out.
    """
    rows = []
    for indicator, group, period in wanted:
        part = report.quantity(indicator, group, period)
        share = report.share(part, part._replace(group="all"))
        if share.known:
            rows.append(
                {
                    "indicator": indicator,
                    "period": period,
                    "group": group,
                    "label": report.label("indicators", indicator),
                    "low": share.low,
                    "high": share.high,
                    "value": report.text(share),
                }
            )
    columns = ["indicator", "period", "group", "label", "low", "high", "value"]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change of contributors as the sum of an employment and a coverage effect, in persons.

    ``employment`` and ``coverage`` are by group; ``employment_total`` and ``coverage_total`` are
    bounded jointly and so are narrower than the sums of the groups' bounds.
    """

    since: str
    period: str
    change: Measure
    employment: dict[str, Measure]
    coverage: dict[str, Measure]
    employment_total: Measure
    coverage_total: Measure


def kitagawa(
    report: Report, groups: Sequence[str], period: str, since: str
) -> Decomposition | None:
    """Kitagawa's decomposition of the change in contributors, as proved intervals.

    Contributors C = sum over groups of employment E times coverage c. With the two-date averages
    as weights (Kitagawa 1955) the employment effect of a group is (E1 - E0)(c1 + c0)/2, which is
    (C1 - C1/r + C0 r - C0)/2 with r = E1/E0. It rises with r, so its bounds are linear programs
    in C at the ends of r; they are exact as long as no printed figure ties C to E. The coverage
    effect is the rest of the change. ``None`` when a group's employment is not bounded.
    """
    ratios: dict[str, Bound] = {}
    for group in groups:
        end = report.quantity("employees", group, period)
        ratio = report.ratio(end, end._replace(period=since))
        if not ratio.known or not ratio.bound.low or ratio.bound.low <= 0:
            return None
        ratios[group] = ratio.bound
    change = report.change("contributors", "all", period, since)
    if not change.known:
        return None

    def effect(members: Sequence[str], *, of_coverage: bool) -> Measure:
        ends = [
            _effect_end(report, members, ratios, period, since, low=low, of_coverage=of_coverage)
            for low in (True, False)
        ]
        name = "coverage" if of_coverage else "employment"
        figures = tuple(dict.fromkeys(f for end in ends for f in end.figures))
        bound = replace(
            ends[0],
            low=ends[0].low,
            high=ends[1].high,
            figures=tuple(
                dict.fromkeys((*figures, *(f for r in ratios.values() for f in r.figures)))
            ),
        )
        formula = f"Kitagawa {name} effect, {'+'.join(members)}, {since} to {period}"
        return Measure(bound, change.unit, formula)

    return Decomposition(
        since,
        period,
        change,
        {g: effect([g], of_coverage=False) for g in groups},
        {g: effect([g], of_coverage=True) for g in groups},
        effect(groups, of_coverage=False),
        effect(groups, of_coverage=True),
    )


def _effect_end(
    report: Report,
    groups: Sequence[str],
    ratios: dict[str, Bound],
    period: str,
    since: str,
    *,
    low: bool,
    of_coverage: bool,
) -> Bound:
    """The linear form of contributors that gives one end of an effect."""
    half = Fraction(1, 2)
    terms: dict = {}
    for group in groups:
        bound = ratios[group]
        # The coverage effect falls where the employment effect rises.
        r = bound.low if low != of_coverage else bound.high
        now, then = half * (1 - 1 / r), half * (r - 1)
        if of_coverage:
            now, then = 1 - now, -1 - then
        quantity = report.quantity("contributors", group, period)
        terms[quantity] = now
        terms[quantity._replace(period=since)] = then
    return report.result.bound(terms)


def decomposition_table(report: Report, parts: Decomposition) -> pd.DataFrame:
    """The decomposition as rows ``effect, group, label, low, high, value``."""
    rows = []
    for effect, measures in (("employment", parts.employment), ("coverage", parts.coverage)):
        rows += [(effect, group, measure) for group, measure in measures.items()]
    rows += [
        ("employment", "all", parts.employment_total),
        ("coverage", "all", parts.coverage_total),
        ("change", "all", parts.change),
    ]
    return pd.DataFrame(
        {
            "effect": [effect for effect, _, _ in rows],
            "group": [group for _, group, _ in rows],
            "label": [report.label("groups", group) for _, group, _ in rows],
            "low": [measure.low for _, _, measure in rows],
            "high": [measure.high for _, _, measure in rows],
            "value": [report.text(measure) for _, _, measure in rows],
        }
    )
