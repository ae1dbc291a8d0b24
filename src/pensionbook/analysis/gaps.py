"""Section 4: who stands outside the scheme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from pensionbook.engine.results import Bound
from pensionbook.language.numbers import commas, enumerated, semicolons
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import Report

SHIFTS = (
    ("employees", "public"),
    ("employees", "non_public"),
    ("employees", "all"),
    ("social_employment", "all"),
    ("labour_resources", "all"),
    ("resident_population", "all"),
    ("registered_population", "all"),
    ("migrants", "all"),
)
# What a district needs for the lost Table 11, beside those whom the report counts.
DISTRICT_SERIES = ("employees", "uncovered", "retirees")
OUTSIDE, MIGRANTS = "uncovered", "migrants_employed"
# Notes on these figures say how far the rules reach a group.
STATUS_NOTES = (OUTSIDE, "covered", "rural_employment", MIGRANTS)


def shift_dates(report: Report) -> tuple[str, str]:
    """The longest interval over which a change of employment or population is printed."""
    wanted = {indicator for indicator, _ in SHIFTS}
    pairs = [
        (int(figure.period[:4]) - int(figure.base_period[:4]), figure.base_period, figure.period)
        for figure in report.package.figures
        if figure.base_period and figure.indicator in wanted and figure.area == report.area
    ]
    _, since, until = max(pairs, default=(0, "", ""))
    return since, until


def shifts_table(report: Report, since: str, until: str) -> pd.DataFrame:
    """Changes over the interval: ``label, low, high, value, audit``, in persons."""
    doubted = {
        (v.figure.indicator, v.figure.group): v.figure.printed
        for v in report.result.verdicts.values()
        if v.verdict in ("inconsistent", "disputed")
        and v.figure.statistic == "change"
        and v.figure.base_period == since
    }
    rows, audit = [], []
    for indicator, group in SHIFTS:
        if indicator not in report.package.indicators or not since:
            continue
        change = report.change(indicator, group, until, since)
        if change.known:
            rows.append((_label(report, indicator, group), change))
            audit.append(doubted.get((indicator, group), ""))
    return report.measures_table(rows).assign(audit=audit)


def gap_date(report: Report) -> str:
    """The date at which most groups outside the scheme are counted; empty if never."""
    counts = Counter(
        quantity.period
        for quantity in report.result.bounds
        if quantity.indicator == OUTSIDE and quantity.area == report.area
    )
    return max(counts, key=lambda period: (counts[period], period), default="")


def outside_groups(report: Report) -> list[str]:
    """Groups with a bounded number of persons outside, without those that contain others."""
    date = gap_date(report)
    found = [
        group
        for group in report.package.groups
        if date in report.mentioned_periods(OUTSIDE, group) and _level(report, group, date).known
    ]
    parents = {report.package.groups[group].parent for group in found}
    return [group for group in found if group not in parents]


def _level(report: Report, group: str, date: str) -> Measure:
    """Persons outside of one group, whichever of the disputed figures is the wrong one."""
    return report.level_under_any_repair(OUTSIDE, group, date)


def groups_table(report: Report) -> pd.DataFrame:
    """Groups outside the scheme, the largest last.

    Columns ``group, label, low, high, value, status, assumption``; ``status`` says how far the
    rules reach the group, from the note of its printed figures.
    """
    date = gap_date(report)
    rows = []
    for group in outside_groups(report):
        level = _level(report, group, date)
        rows.append(
            {
                "group": group,
                "label": report.label("groups", group),
                "low": level.low,
                "high": level.high,
                "value": report.text(level),
                "status": _status(report, group),
                "assumption": semicolons(
                    map(report.said, level.bound.assumptions), report.language
                ),
            }
        )
    columns = ["group", "label", "low", "high", "value", "status", "assumption"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("high", kind="stable", ignore_index=True)


def largest(report: Report, groups: pd.DataFrame) -> str:
    """The finding of the group chart: the group that may be the largest."""
    if groups.empty:
        return ""
    top = groups.iloc[-1]
    return report.tr(
        "Outside the scheme: {group} may be the largest group, {number}",
        group=top["label"],
        number=top["value"],
    )


def overlap_range(report: Report) -> Measure:
    """Persons in at least one group outside, when nothing is known of their overlap.

    At least the largest single group, or the largest sum of groups that are known not to overlap
    (all others inside it); at most the sum of the groups that are bounded above (no overlap).
    """
    groups, date = outside_groups(report), gap_date(report)
    if not groups:
        return UNKNOWN
    levels = [_level(report, group, date) for group in groups]
    basis = [*levels, *_sums(report, groups, date)]
    bound = Bound(
        max(level.ends.low for level in basis),
        sum((level.ends.high for level in levels), Fraction(0)),
        _all_of([level.bound.figures for level in basis]),
        _all_of([level.bound.identities for level in basis]),
        _all_of([level.bound.assumptions for level in basis]),
    )
    formula = report.tr(
        "largest group or sum of separate groups, to sum of {groups}",
        groups=commas((report.label("groups", group) for group in groups), report.language),
    )
    return Measure(bound, levels[0].unit, formula)


def _sums(report: Report, groups: Sequence[str], date: str) -> list[Measure]:
    """Totals of groups that an identity adds up, so that nobody is counted twice."""
    parents = dict.fromkeys(report.package.groups[group].parent for group in groups)
    totals = (_level(report, parent, date) for parent in parents if parent)
    return [total for total in totals if total.known]


def non_state_total(report: Report) -> Measure:
    """The sum over the non-state groups, where the package has an identity for it."""
    for group in ("non_state", "non_public"):
        if group in report.package.groups:
            level = _level(report, group, gap_date(report))
            if level.known:
                return level
    return UNKNOWN


def overlap_table(report: Report) -> pd.DataFrame:
    """The readings of "how many in all": ``label, value``."""
    total = overlap_range(report)
    if not total.known:
        return report.measures_table([])
    return report.measures_table(
        [
            (
                report.tr("All other groups inside the largest"),
                total.at_least(),
            ),
            (report.tr("No overlap at all"), total.at_most()),
        ]
    )


def migrants_table(report: Report) -> pd.DataFrame:
    """Migrants at work by group, the widest group last: ``label, low, high, value``."""
    if MIGRANTS not in report.package.indicators:
        return report.measures_table([])
    rows = []
    for group in report.package.groups:
        for period in report.mentioned_periods(MIGRANTS, group):
            level = report.level(MIGRANTS, group, period)
            if level.known:
                label = commas((report.label("groups", group), period), report.language)
                rows.append((label, level))
    return report.measures_table(rows)


def district_needs(report: Report) -> pd.DataFrame:
    """The series Table 11 needs and the parts of the area that have them: ``label, held``."""
    rows = []
    for indicator in (report.counted, *DISTRICT_SERIES):
        if indicator not in report.package.indicators:
            continue
        held = [
            report.label("areas", area)
            for area, row in report.package.areas.items()
            if row.parent == report.area and report.knows(indicator, area=area)
        ]
        rows.append(
            {
                "label": report.label("indicators", indicator),
                "held": enumerated(held, report.language) or report.tr("none"),
            }
        )
    return pd.DataFrame(rows, columns=["label", "held"])


def _status(report: Report, group: str) -> str:
    notes = [
        figure.note
        for figure in report.package.figures
        if figure.group == group and figure.indicator in STATUS_NOTES and figure.note
    ]
    return report.said(notes[0]) if notes else ""


def _label(report: Report, indicator: str, group: str) -> str:
    name = report.label("indicators", indicator)
    if group == "all":
        return name
    return report.tr("{name}: {group}", name=name, group=report.label("groups", group))


def _all_of(groups: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
