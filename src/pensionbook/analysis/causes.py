"""Section 2: where the staff went, and how much of the fall employment and coverage explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from pensionbook.engine.results import Bound, union
from pensionbook.language.messages import mark
from pensionbook.language.numbers import commas, enumerated, semicolons
from pensionbook.report.figures_in_words import (
    measure_in_words,
    printed_in_words,
    unit_printed,
    verdict_word,
)
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import Report

# Levels within a tenth of themselves count as known.
CLOSE = 0.1
# A share less certain than this many points is not called a share.
WIDEST_SHARE = 2
OWNERSHIP = ("public", "state", "collective", "non_public", "foreign", "private_individual",
             "other", "all")  # fmt: skip


BROKEN_RELATIONS = (
    "reconnected",
    "interrupted_contributors",
    "transfers_not_in_place",
    "transfers",
    "unemployed",
)


def employment_dates(report: Report) -> tuple[str, str]:
    """The latest pair of dates at which employment by ownership is closely bounded.

    The earlier one is the report's baseline where that is possible. Two empty texts when there are
    no two dates.
    """
    group = "public" if report.knows("employees", "public") else "all"
    periods = [
        period
        for period in report.periods("employees", group, everywhen=True)
        if _is_close(report.level("employees", group, period))
    ]
    within = [period for period in periods if report.baseline <= period <= report.as_of]
    chosen = within if len(within) > 1 else periods
    return (chosen[0], chosen[-1]) if len(chosen) > 1 else ("", "")


def _is_close(level: Measure) -> bool:
    return level.known and level.high - level.low < CLOSE * level.high


def employment_table(report: Report, first: str, last: str) -> pd.DataFrame:
    """Urban employment by ownership (the paper's Table 2), one row a group, the total last.

    Columns ``group, label, first, last, change, growth`` as texts and ``first_low, first_high,
    last_low, last_high`` in persons.
    """
    rows = []
    for group in OWNERSHIP:
        if group not in report.package.groups or not report.mentioned_periods("employees", group):
            continue
        levels = [report.level("employees", group, period) for period in (first, last)]
        growth = report.growth("employees", group, last, first)
        rows.append(
            {
                "group": group,
                "label": report.label("groups", group),
                "first": report.text(levels[0]),
                "last": report.text(levels[1]),
                "first_low": levels[0].low,
                "first_high": levels[0].high,
                "last_low": levels[1].low,
                "last_high": levels[1].high,
                "change": report.text(report.change("employees", group, last, first)),
                "growth": report.text(growth) if growth.known else "",
            }
        )
    return pd.DataFrame(rows if first else [])


def before_after(employment: pd.DataFrame) -> pd.DataFrame:
    """The rows of the employment table that are known at both dates, without the total."""
    if employment.empty:
        return employment
    known = employment[["first_low", "first_high", "last_low", "last_high"]].notna().all(axis=1)
    width = employment["last_high"] - employment["last_low"]
    narrow = width < CLOSE * employment["last_high"]
    return employment[known & narrow & (employment["group"] != "all")].reset_index(drop=True)


def two_dates_alt(report: Report, employment: pd.DataFrame, first: str, last: str) -> str:
    """Alternative text of the two-date chart: every group with both levels."""
    return semicolons(
        (
            report.tr(
                "{group}: {start} in {first}, {end} in {last}",
                group=row.label,
                start=row.first,
                end=row.last,
                first=first,
                last=last,
            )
            for row in employment.itertuples(index=False)
        ),
        report.language,
    )


def shedding_table(report: Report, first: str, last: str) -> pd.DataFrame:
    """Public staff: change on the books, staff off post, change of staff at work.

    Columns ``label, low, high, value``, in persons.
    """
    return _known_rows(
        report,
        [
            (
                report.tr("Change of staff on the books"),
                report.change("employees", "public", last, first),
            ),
            (
                report.tr("Staff off post at the later date"),
                report.level("off_post", "public", last).negated(),
            ),
            (
                report.tr("Change counting only staff at work"),
                report.change("on_post", "public", last, first),
            ),
        ],
    )


def off_post_share(report: Report, period: str) -> Measure:
    """Staff off post as a share of public staff, from the levels (not from a printed share)."""
    part = report.quantity("off_post", "public", period)
    return report.share(part, part._replace(indicator="employees"))


def shares_table(report: Report) -> pd.DataFrame:
    """Non-public shares, each at its dates: ``label, period, low, high, value`` in percent."""
    rows = []
    for indicator in ("gdp", "gdp_enterprises", "fiscal_revenue", "employees", report.counted):
        if indicator not in report.package.indicators:
            continue
        for period in report.mentioned_periods(indicator, "non_public"):
            share = _share(report, indicator, period)
            if _pinned(share):
                rows.append((_dated(report, indicator, period), period, share))
    table = _known_rows(report, [(label, share) for label, _, share in rows])
    table["period"] = [period for _, period, _ in rows]
    return table


def latest_share(report: Report, indicator: str) -> Measure:
    """The non-public share of an indicator at the latest date that pins it down."""
    if indicator in report.package.indicators:
        for period in reversed(report.mentioned_periods(indicator, "non_public")):
            share = _share(report, indicator, period)
            if _pinned(share):
                return share
    return UNKNOWN


def jobs_and_contributors(report: Report) -> pd.DataFrame:
    """The non-public share of staff and of contributors: ``label, low, high, value``, percent."""
    shares = ((name, latest_share(report, name)) for name in ("employees", report.counted))
    known = [(name, share) for name, share in shares if share.known]
    return report.measures_table(
        [(report.label("indicators", name), share) for name, share in known], "%"
    )


def parts_table(report: Report) -> pd.DataFrame:
    """Public and non-public parts of revenue, output, employment and contributors, latest dates.

    Columns ``bar, group, label, low, high, value``, in percent; an indicator whose parts are not
    pinned down at any date is left out.
    """
    rows = []
    for indicator in ("fiscal_revenue", "gdp", "employees", report.counted):
        if not latest_share(report, indicator).known:
            continue
        period = max(
            period
            for period in report.mentioned_periods(indicator, "non_public")
            if _pinned(_share(report, indicator, period))
        )
        for group in ("public", "non_public"):
            part = report.quantity(indicator, group, period)
            share = report.share(part, part._replace(group="all"))
            rows.append(
                {
                    "bar": _dated(report, indicator, period),
                    "group": group,
                    "label": report.label("groups", group),
                    "low": share.low,
                    "high": share.high,
                    "value": report.text(share),
                }
            )
    return pd.DataFrame(rows, columns=["bar", "group", "label", "low", "high", "value"])


def _dated(report: Report, indicator: str, period: str) -> str:
    return commas((report.label("indicators", indicator), period), report.language)


def _pinned(share: Measure) -> bool:
    return share.known and share.high - share.low <= WIDEST_SHARE


def _share(report: Report, indicator: str, period: str) -> Measure:
    part = report.quantity(indicator, "non_public", period)
    return report.share(part, part._replace(group="all"))


def printed_table(report: Report, indicators: Sequence[str]) -> pd.DataFrame:
    """Printed figures on some indicators: ``measure, printed, unit, verdict``."""
    language = report.language
    rows = [
        {
            "measure": measure_in_words(verdict.figure, report.package, language),
            "printed": printed_in_words(verdict.figure, language),
            "unit": unit_printed(verdict.figure, report.package, language).removeprefix("× "),
            "verdict": verdict_word(verdict.verdict, language),
        }
        for verdict in report.result.verdicts.values()
        if verdict.figure.indicator in indicators
    ]
    return pd.DataFrame(rows, columns=["measure", "printed", "unit", "verdict"])


def _known_rows(report: Report, rows: Sequence[tuple[str, Measure]]) -> pd.DataFrame:
    return report.measures_table([row for row in rows if row[1].known])


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
    in C at the ends of r. They always hold; they are attained as long as nothing ties C to E or,
    in the totals, the r of one group to that of another. The coverage effect is the rest of the
    change. ``None`` when a group's employment is not bounded.
    """
    if not period:
        return None
    ratios: dict[str, Measure] = {}
    for group in groups:
        end = report.quantity("employees", group, period)
        ratio = report.ratio(end, end._replace(period=since))
        if not ratio.known or ratio.ends.low <= 0:
            return None
        ratios[group] = ratio
    change = report.change(report.counted, "all", period, since)
    if not change.known:
        return None

    def effect(members: Sequence[str], *, of_coverage: bool) -> Measure:
        ends = [
            _effect_end(report, members, ratios, period, since, low=low, of_coverage=of_coverage)
            for low in (True, False)
        ]
        basis = (*ends, *(ratio.bound for ratio in ratios.values()))
        bound = Bound(
            ends[0].low,
            ends[1].high,
            union(*(part.figures for part in basis)),
            union(*(part.identities for part in basis)),
            union(*(part.assumptions for part in basis)),
            any(part.unproved for part in basis),
        )
        formula = report.tr(
            mark("Kitagawa's coverage effect, {groups}, {span}")
            if of_coverage
            else mark("Kitagawa's employment effect, {groups}, {span}"),
            groups=enumerated((report.label("groups", g) for g in members), report.language),
            span=report.span(since, period),
        )
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
    ratios: dict[str, Measure],
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
        ends = ratios[group].ends
        # The coverage effect falls where the employment effect rises.
        r = ends.low if low != of_coverage else ends.high
        now, then = half * (1 - 1 / r), half * (r - 1)
        if of_coverage:
            now, then = 1 - now, -1 - then
        quantity = report.quantity(report.counted, group, period)
        terms[quantity] = now
        terms[quantity._replace(period=since)] = then
    return report.result.bound(terms)


def effect(parts: Decomposition | None, name: str) -> Measure:
    """One of ``employment``, ``coverage`` and ``change`` in total; unknown without the parts."""
    if parts is None:
        return UNKNOWN
    return {
        "employment": parts.employment_total,
        "coverage": parts.coverage_total,
        "change": parts.change,
    }[name]


def decomposition_table(report: Report, parts: Decomposition | None) -> pd.DataFrame:
    """The decomposition as rows ``label, low, high, value``, the whole change last."""
    if parts is None:
        return report.measures_table([])
    employment = report.tr("Employment effect")
    coverage = report.tr("Coverage effect")
    rows = [
        (commas((name, report.label("groups", group)), report.language), measure)
        for name, measures in ((employment, parts.employment), (coverage, parts.coverage))
        for group, measure in measures.items()
    ]
    whole = report.label("groups", "all")
    rows += [
        (commas((employment, whole), report.language), parts.employment_total),
        (commas((coverage, whole), report.language), parts.coverage_total),
        (report.tr("Change of {counted}", counted=report.noun(report.counted)), parts.change),
    ]
    return report.measures_table(rows)
