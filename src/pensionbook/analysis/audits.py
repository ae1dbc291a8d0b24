"""The audit: verdicts, what troubled figures may have been, and how far lost ones come back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pandas as pd

from pensionbook.data.addresses import short_address
from pensionbook.data.figures import Interval, read_figure
from pensionbook.engine.misprints import Explained, Slip, explain_by_slips
from pensionbook.engine.results import Verdict
from pensionbook.engine.system import Quantity
from pensionbook.errors import UnprovedError
from pensionbook.language.messages import mark
from pensionbook.language.numbers import enumerated, semicolons
from pensionbook.report.audit import troubled_first, verdict_counts
from pensionbook.report.figures_in_words import (
    measure_in_words,
    printed_in_words,
    printed_with_unit,
    verdict_word,
)
from pensionbook.report.measure import Measure
from pensionbook.report.reasons import interval_text, telling_decimals
from pensionbook.report.report import Report

TROUBLED = ("inconsistent", "disputed", "truncated")
# A bound so narrow, relative to its middle, counts as giving the figure back.
CLOSE = Fraction(1, 100)
# A slip is named where at most this many of those tried would do; else their number is told.
_TOLD = 3
_NEAR = Fraction(1, 50)
_NARROW = Fraction(1, 20)


def troubled(report: Report) -> list[Verdict]:
    """Figures that are inconsistent, disputed or cut off, the worst first."""
    found = troubled_first(report.result.verdicts.values())
    return [verdict for verdict in found if verdict.verdict in TROUBLED]


def count(report: Report, verdict: str) -> Measure:
    """Number of figures with a verdict."""
    number = verdict_counts(report.result)[verdict]
    word = verdict_word(verdict, report.language)
    return Measure.exact(number, report.tr("figures whose verdict is {verdict}", verdict=word))


def figures(report: Report) -> Measure:
    """Number of printed figures."""
    return Measure.exact(len(report.package.figures), mark("rows of figures.csv"))


def identities(report: Report) -> Measure:
    """Number of identities between quantities."""
    return Measure.exact(len(report.package.identities), mark("identities of identities.csv"))


def counts_table(report: Report) -> pd.DataFrame:
    """Verdicts: ``label, meaning, low, high, value``, the worst first."""
    meanings = {
        "inconsistent": report.tr("set aside in every smallest repair: must be wrong"),
        "disputed": report.tr("this figure or another must be wrong"),
        "truncated": report.tr("agrees only if digits were cut off"),
        "consistent": report.tr("others constrain it and agree"),
        "untested": report.tr("nothing else constrains it"),
    }
    counts = verdict_counts(report.result)
    rows = [
        (verdict_word(name, report.language), meanings[name], counts[name]) for name in meanings
    ]
    table = pd.DataFrame(rows, columns=["label", "meaning", "low"])
    return table.assign(high=table["low"], value=table["low"].astype(str))


def troubled_table(report: Report) -> pd.DataFrame:
    """Troubled figures and what one slip could have made of them.

    Columns ``measure, printed, allowed, slip, tried, assuming``; ``tried`` says how many of the
    single slips tried would do.
    """
    rows = [
        {
            "measure": report.tr(
                "{measure} ({place})",
                measure=_measure(report, verdict),
                place=short_address(report.said(verdict.figure.locator)),
            ),
            "printed": _printed(report, verdict),
            "allowed": _allowed(report, verdict),
            "slip": _slip_in_words(report, verdict, (found := explained(report, verdict))),
            "tried": f"{len(found.fitting)} / {found.tried}",
            "assuming": semicolons(map(report.said, verdict.implied.assumptions), report.language),
        }
        for verdict in troubled(report)
        if verdict.implied.figures
    ]
    columns = ["measure", "printed", "allowed", "slip", "tried", "assuming"]
    return pd.DataFrame(rows, columns=columns)


def explained(report: Report, verdict: Verdict) -> Explained:
    """The single slips that would explain a troubled figure."""
    figure = verdict.figure
    unit = report.package.units.get(figure.unit)
    return explain_by_slips(
        figure.printed,
        figure.qualifier,
        verdict.implied.interval,
        whole=bool(unit and unit.whole),
    )


def left_out_of_sum(report: Report, verdict: Verdict) -> list[str]:
    """Groups without which a printed total would fit: names, where an identity makes it a sum."""
    figure = verdict.figure
    if figure.statistic != "level":
        return []
    total = Quantity(figure.indicator, figure.group, figure.area, figure.period)
    scale = report.package.units[figure.unit].scale
    printed = read_figure(figure.printed, figure.qualifier).widest.scaled(scale)
    found = []
    for parts in _sums_to(report, total):
        for left_out in parts:
            rest = {part: factor for part, factor in parts.items() if part != left_out}
            try:
                bound = report.result.bound_under_any_repair(rest, wrong=figure.figure_id)
            except UnprovedError:
                continue
            if bound.low is not None and bound.high is not None and printed.meets(bound.interval):
                found.append(report.label("groups", left_out.group))
    return found


def _sums_to(report: Report, total: Quantity) -> Iterator[dict[Quantity, Fraction]]:
    """The parts of a total in each identity of levels that makes it a sum."""
    for identity in report.package.identities:
        terms = {
            Quantity(
                term.indicator,
                term.group,
                term.area,
                total.period if term.period == "*" else term.period,
            ): term.coefficient
            for term in identity.terms
            if not term.base_period
        }
        own = terms.pop(total, None)
        if own is None or len(terms) < 3 or len(terms) + 1 != len(identity.terms):
            continue
        parts = {quantity: -factor / own for quantity, factor in terms.items()}
        if all(factor > 0 for factor in parts.values()):
            yield parts


def other_whole(report: Report, verdict: Verdict) -> list[str]:
    """Wholes of which a printed share would be right, narrowly enough to mean something."""
    figure = verdict.figure
    if figure.statistic != "share" or figure.base_period or "/" in figure.printed:
        return []
    part = Quantity(figure.indicator, figure.group, figure.area, figure.period)
    indicator, group, area = figure.of
    printed = read_figure(figure.printed, figure.qualifier).rounded
    found = []
    for whole in report.result.bounds:
        named = (whole.indicator, whole.group, whole.area)
        if named in ((indicator, group, area), tuple(part)[:3]) or whole.area != figure.area:
            continue
        if whole.period != figure.period or not _same_unit(report, whole, part):
            continue
        share = report.share(part, whole).bound
        if share.low is None or share.high is None or not printed.meets(share.interval):
            continue
        if share.high - share.low <= _NEAR * share.high:
            name = report.label("indicators", whole.indicator)
            group = report.label("groups", whole.group)
            found.append(report.tr("{indicator} ({group})", indicator=name, group=group))
    return found


def _same_unit(report: Report, one: Quantity, other: Quantity) -> bool:
    indicators = report.package.indicators
    return indicators[one.indicator].unit == indicators[other.indicator].unit


def intervals_table(report: Report) -> pd.DataFrame:
    """Printed and implied interval of each troubled figure, in its printed unit.

    Columns ``label, low, high, value, other_low, other_high, other``.
    """
    rows = []
    for verdict in troubled(report):
        allowed = verdict.implied
        if allowed.low is None or allowed.high is None:
            continue
        figure = verdict.figure
        printed = read_figure(figure.printed, figure.qualifier).rounded
        rows.append(
            {
                "label": _measure(report, verdict),
                "low": _float(printed.low),
                "high": _float(printed.high),
                "value": _printed(report, verdict),
                "other_low": float(allowed.low),
                "other_high": float(allowed.high),
                "other": _allowed(report, verdict),
            }
        )
    columns = ["label", "low", "high", "value", "other_low", "other_high", "other"]
    return pd.DataFrame(rows, columns=columns)


def _float(end: Fraction | None) -> float:
    """An end for a chart: NaN where it is open."""
    return float("nan") if end is None else float(end)


def choices_table(report: Report) -> pd.DataFrame:
    """The independent choices between figures: ``number, either``, a row for each alternative."""
    rows = []
    clusters = dict.fromkeys(
        verdict.repairs for verdict in troubled(report) if verdict.verdict == "disputed"
    )
    for number, repairs in enumerate(clusters, 1):
        for repair in repairs:
            names = [_short(report, figure) for figure in repair.figures]
            names += [
                report.tr("the assumption that {text}", text=report.said(text))
                for text in repair.assumptions
            ]
            glue = report.tr(" together with ")
            rows.append({"number": str(number), "either": glue.join(names)})
    return pd.DataFrame(rows, columns=["number", "either"])


def choices(report: Report) -> Measure:
    """Number of independent choices between disputed figures."""
    number = choices_table(report)["number"].nunique()
    return Measure.exact(int(number), mark("groups of figures of which one must be wrong"))


def rebuilt_table(report: Report) -> pd.DataFrame:
    """How closely each indicator's levels come back.

    Columns ``label, exact, close, wide, one_side, none``: numbers of levels (a group, an area and
    a date each) known exactly, within :data:`CLOSE`, less closely, on one side only, and not.
    Indicators with a single level are counted together in the last row.
    """
    degrees = ("exact", "close", "wide", "one_side", "none")
    counts: dict[str, Counter[str]] = {}
    for quantity, bound in report.result.bounds.items():
        counts.setdefault(quantity.indicator, Counter())[_degree(bound.interval)] += 1
    several = {name: found for name, found in counts.items() if found.total() > 1}
    rest = sum((found for name, found in counts.items() if name not in several), Counter())
    rows = [
        {"label": report.label("indicators", name)} | {d: found[d] for d in degrees}
        for name, found in sorted(several.items(), key=lambda item: -item[1].total())
    ]
    if rest:
        label = report.tr("Indicators with a single level")
        rows.append({"label": label} | {degree: rest[degree] for degree in degrees})
    return pd.DataFrame(rows, columns=["label", *degrees])


def _degree(interval: Interval) -> str:
    low, high = interval.low, interval.high
    if low is None or low == 0:
        return "none" if high is None else "one_side"
    if high is None:
        return "one_side"
    if low == high:
        return "exact"
    return "close" if high - low <= CLOSE * abs(high + low) / 2 else "wide"


def levels_given_back(report: Report) -> Measure:
    """Number of levels that come back exactly or within :data:`CLOSE`."""
    table = rebuilt_table(report)
    number = int(table["exact"].sum() + table["close"].sum())
    return Measure.exact(number, mark("levels with bounds within one percent of each other"))


def levels_mentioned(report: Report) -> Measure:
    """Number of levels that a figure or an identity speaks of."""
    number = len(report.result.bounds)
    return Measure.exact(number, mark("levels mentioned by a figure or an identity"))


def _slip_in_words(report: Report, verdict: Verdict, found: Explained) -> str:
    if verdict.verdict == "truncated":
        return report.tr("last digits cut off")
    allowed = verdict.implied.interval
    narrow = _is_narrow(allowed, read_figure(verdict.figure.printed, "exact").rounded)
    # Where the others allow much, a wrong digit explains nothing; a wrong word still may.
    slips = [slip for slip in found.fitting if narrow or slip.kind == "qualifier"]
    told = [_slip_text(report, verdict, slip) for slip in slips] if len(slips) <= _TOLD else []
    sums, wholes = left_out_of_sum(report, verdict), other_whole(report, verdict)
    if 0 < len(sums) <= _TOLD:
        told.append(report.tr("a sum without: {parts}", parts=enumerated(sums, report.language)))
    if 0 < len(wholes) <= _TOLD:
        told.append(report.tr("a share of: {wholes}", wholes=enumerated(wholes, report.language)))
    if told:
        return semicolons(told, report.language)
    if not narrow:
        return report.tr("the others allow too much to tell")
    return report.tr("many would do") if slips else report.tr("no single slip does")


def _is_narrow(allowed: Interval, printed: Interval) -> bool:
    """Whether the others pin a figure down to within :data:`_NARROW` of its size."""
    if allowed.low is None or allowed.high is None:
        return False
    size = max(abs(end) for end in (printed.low, printed.high) if end is not None)
    return allowed.high - allowed.low <= _NARROW * size


def _slip_text(report: Report, verdict: Verdict, slip: Slip) -> str:
    words = {
        "digit": mark("one digit"),
        "swapped": mark("two digits exchanged"),
        "left_out": mark("a digit left out"),
        "doubled": mark("a digit doubled"),
        "point": mark("decimal point"),
        "sign": mark("sign"),
        "qualifier": mark("another word"),
    }
    meant = replace(verdict.figure, printed=slip.printed, qualifier=slip.qualifier)
    number = printed_in_words(meant, report.language)
    text = report.tr("{number} ({slip})", number=number, slip=report.tr(words[slip.kind]))
    return text.replace("-", "\u2212")


def _measure(report: Report, verdict: Verdict) -> str:
    return measure_in_words(verdict.figure, report.package, report.language)


def _printed(report: Report, verdict: Verdict) -> str:
    return printed_with_unit(verdict.figure, report.package, report.language)


def _allowed(report: Report, verdict: Verdict) -> str:
    decimals = telling_decimals(verdict) + (verdict.verdict == "truncated")
    text = interval_text(verdict.implied.interval, decimals, "one", report.language)
    return text.replace("-", "\u2212")


def _short(report: Report, figure_id: str) -> str:
    verdict = report.result.verdicts[figure_id]
    return report.tr(
        "{measure}: {printed}",
        measure=_measure(report, verdict),
        printed=_printed(report, verdict),
    )
