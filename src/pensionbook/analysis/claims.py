"""Section 5, part one: what the source claims, beside later or other official figures.

A claim stands in the table only where the package prints it and the official figures speak of the
same matter. The finding is chosen by the bounds; where the two count different things, the table
says in what they differ, and the finding says no more than that allows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd

from pensionbook.analysis.provinces import INSURED, dependency, provinces_table, rank
from pensionbook.data.package import Figure
from pensionbook.engine.results import Bound
from pensionbook.language.messages import mark
from pensionbook.language.numbers import semicolons
from pensionbook.report.figures_in_words import figure_in_prose
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import Report

# What a finding can be, from the worst for the claim to the best.
CONTRADICTED = mark("contradicted")
NOT_BORNE_OUT = mark("not borne out")
OPEN = mark("cannot be decided")
COMPATIBLE = mark("compatible")
TWO_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: what was printed, what is official, how they differ, and what follows.

    ``rests_on`` are the measures that the official side was computed from.
    """

    name: str
    printed: str
    official: str
    concept: str
    finding: str
    because: str
    rests_on: tuple[Measure, ...] = ()


def claims(report: Report, official: Report | None) -> list[Claim]:
    """All claims that can be held against the official figures, in the source's order."""
    if official is None or official is report:
        return []
    found = (one(report, official) for one in _CLAIMS)
    return [claim for claim in found if claim is not None]


def claims_table(report: Report, found: list[Claim]) -> pd.DataFrame:
    """The claims as texts: ``name, printed, official, concept, finding`` with its reason."""
    columns = ["name", "printed", "official", "concept", "finding"]
    rows = [
        [
            c.name,
            c.printed,
            c.official,
            c.concept,
            report.tr("{finding}: {reason}", finding=report.tr(c.finding), reason=c.because),
        ]
        for c in found
    ]
    return pd.DataFrame(rows, columns=columns)


def number_of(found: list[Claim], *findings: str) -> Measure:
    """How many claims have one of the findings, or are there at all."""
    if not found:
        return UNKNOWN
    chosen = [c for c in found if not findings or c.finding in findings]
    names = tuple(dict.fromkeys(n for c in chosen for m in c.rests_on for n in m.bound.figures))
    count = Fraction(len(chosen))
    what = f" found {' or '.join(findings)}" if findings else ""
    return Measure(Bound(count, count, names), "one", f"number of claims{what}")


def ratio_then_and_later(official: Report | None) -> tuple[Measure, Measure]:
    """Retirees to a hundred insured staff at the first and the last official date."""
    if official is None:
        return UNKNOWN, UNKNOWN
    first, last = official.baseline, official.as_of
    return dependency(official, official.area, first), dependency(official, official.area, last)


def official_growth(official: Report | None) -> Measure:
    """Growth of insured staff between the first and the last official date, percent."""
    return UNKNOWN if official is None else official.growth(INSURED)


def official_balance(official: Report | None, *, first: bool = False) -> Measure:
    """The fund's balance at the first or the last official date, yuan."""
    if official is None:
        return UNKNOWN
    return official.level("fund_balance", period=official.baseline if first else "")


# -- one function a claim -------------------------------------------------------------------------


def _two_digit_growth(report: Report, official: Report) -> Claim | None:
    tr, printed = report.tr, report.package_figure("double_digit_growth_years")
    if printed is None:
        return None
    last = int(report.as_of[:4])
    first = last - int(printed.printed) + 1
    rates: dict[int, Measure] = {}
    for year in range(first, last + 1):
        index = official.level("gdp_index", period=str(year))
        growth = official.level("gdp_real_growth", period=str(year))
        if index.known:
            rates[year] = _growth_of(index)
        elif growth.known:
            rates[year] = growth.times(100, "percent", growth.formula)
    if not rates:
        return None
    worst = min(rates, key=lambda year: rates[year].ends.high)
    below = rates[worst].ends.high < TWO_DIGITS
    return Claim(
        tr("Two-digit growth of output"),
        tr("{years} years in a row", years=_in_prose(report, printed)),
        tr(
            "{years} of these years seen; the lowest {rate} in {year}",
            years=len(rates),
            rate=official.text(rates[worst]),
            year=worst,
        ),
        tr("Official growth as it was first published; later editions revise it."),
        CONTRADICTED if below else COMPATIBLE,
        tr("One year in the row falls short of ten percent in the yearbook.")
        if below
        else tr("No year that was seen falls short; the others are not at hand."),
        tuple(rates.values()),
    )


def _growth_of(index: Measure) -> Measure:
    """Growth in percent from an index with the year before as one."""
    low, high = (end * 100 - 100 for end in index.ends)
    bound = replace(index.bound, low=low, high=high)
    return Measure(bound, "percent", f"100 * {index.formula} - 100")


def _revenue_mark(report: Report, official: Report) -> Claim | None:
    threshold = report.package_figure("fiscal_revenue_2002")
    before = official.level("fiscal_revenue", period="2001")
    if threshold is None or not before.known:
        return None
    scale = report.package.units[threshold.unit].scale
    passed = before.ends.low > Fraction(threshold.printed) * scale
    return Claim(
        report.tr("Revenue forecast to pass a mark in 2002"),
        report.tr("over {number}", number=_in_prose(report, threshold)),
        report.tr("{number} in {year}", number=official.text(before), year="2001"),
        report.tr("Both speak of the city's public revenue; neither says what it counts."),
        CONTRADICTED if passed else COMPATIBLE,
        report.tr("By the city's own communiqué the mark had been passed the year before.")
        if passed
        else report.tr("The year before was still below the mark."),
        (before,),
    )


def _speed_rank(report: Report, official: Report) -> Claim | None:
    printed = _printed(report, "rank_of_fall")
    table = provinces_table(official)
    place = rank(table, official.area)
    if printed is None or not place.known:
        return None
    return Claim(
        report.tr("Rank among the provinces by the speed of the fall"),
        report.tr("number {rank} from below, to {date}", rank=printed, date=report.as_of),
        report.tr(
            "number {rank} of {all} from above by growth, {span}",
            rank=report.text(place),
            all=len(table),
            span=report.span(official.baseline, official.as_of),
        ),
        report.tr("Contributors then, insured staff in other years later."),
        OPEN,
        report.tr("The rank of those years cannot be tested; it did not last."),
        (place,),
    )


def _out_of_hand(report: Report, official: Report) -> Claim | None:
    low = _printed(report, "horizon_low")
    high = _printed(report, "horizon_high")
    then, later = ratio_then_and_later(official)
    start, end = official_balance(official, first=True), official_balance(official)
    if None in (low, high) or not (then.known and later.known and start.known and end.known):
        return None
    eased = later.ends.high < then.ends.low and end.ends.low > start.ends.high
    facts = [
        report.tr(
            "retirees to a hundred insured {first} in {start}, {last} in {end}",
            first=official.text(then),
            last=official.text(later),
            start=official.baseline,
            end=official.as_of,
        ),
        report.tr(
            "balance of the fund {first}, then {last} yuan",
            first=official.text(start),
            last=official.text(end),
        ),
    ]
    return Claim(
        report.tr("Past mending within a few years"),
        report.tr("{low} to {high} years", low=low, high=high),
        semicolons(facts, report.language),
        report.tr(
            "Insured staff, with those of government schemes, not contributors; "
            "receipts hold the subsidy."
        ),
        NOT_BORNE_OUT if eased else OPEN,
        report.tr(
            "The ratio fell and the fund saved. What would have come without subsidy and reform "
            "is not known."
        )
        if eased
        else report.tr("The figures point both ways."),
        (then, later, start, end),
    )


def _jobs(report: Report, official: Report) -> Claim | None:
    printed = report.level("employees", period="2001")
    later = official.level("employees", period="2002")
    if not (printed.known and later.known):
        return None
    change = (later.ends.low / printed.ends.high - 1, later.ends.high / printed.ends.low - 1)
    near = max(abs(end) for end in change) < Fraction(5, 100)
    return Claim(
        report.tr("Urban employment at the end of 2001"),
        report.tr("{number} (own bounds)", number=report.text(printed)),
        report.tr("{number} in {year}", number=official.text(later), year="2002"),
        report.tr("The same count a year later."),
        COMPATIBLE if near else OPEN,
        report.tr("The levels rebuilt from the paper join the official one without a step.")
        if near
        else report.tr("A step lies between the two."),
        (later,),
    )


def _private_jobs(report: Report, official: Report) -> Claim | None:
    printed = report.level("employees", "private_individual", "2001")
    parts = [
        official.level("employees", group, "1998")
        for group in ("private_enterprises", "self_employed")
    ]
    if not printed.known or not all(part.known for part in parts):
        return None
    low = sum((part.ends.low for part in parts), Fraction(0))
    high = sum((part.ends.high for part in parts), Fraction(0))
    names = tuple(name for part in parts for name in part.bound.figures)
    total = Measure(Bound(low, high, names), "person", "private enterprises + self-employed")
    rising = total.ends.high < printed.ends.low
    return Claim(
        report.tr("Private firms and the self-employed grow"),
        report.tr("{number} in {year}", number=report.text(printed), year="2001"),
        report.tr("{number} in {year}", number=official.text(total), year="1998"),
        report.tr("Urban private enterprises and the urban self-employed in both."),
        COMPATIBLE if rising else OPEN,
        report.tr("The official level three years earlier lies below, as the paper's growth wants.")
        if rising
        else report.tr("The official level is no lower than the paper's."),
        (total,),
    )


def _neighbour(report: Report, official: Report) -> Claim | None:
    if _printed(report, "rank_of_fall") is None:
        return None
    start = official.level("insured_enterprise_staff", period="2000", area="hunan")
    end = official.level("insured_enterprise_staff", period="2002", area="hunan")
    if not (start.known and end.known):
        return None
    falls = end.ends.high < start.ends.low
    return Claim(
        report.tr("Hunan falls faster"),
        report.tr("before it in the rank of the fall"),
        report.tr(
            "{first} in {start}, {last} in {end}",
            first=official.text(start),
            last=official.text(end),
            start="2000",
            end="2002",
        ),
        report.tr("Insured enterprise staff of Hunan's own yearbook, not contributors."),
        COMPATIBLE if falls else CONTRADICTED,
        report.tr("Those insured fell too, though slowly; how many of them paid is not printed.")
        if falls
        else report.tr("Those insured did not fall."),
        (start, end),
    )


def _guangdong(report: Report, official: Report) -> Claim | None:
    share = _printed(report, "guangdong_share_of_increase")
    if share is None:
        return None
    implied = report.change("contributors", period="2000", since="1999", area="china")
    end = official.level(INSURED, period="2001", area="china")
    start = official.level(INSURED, period="1999-09", area="china")
    if not (implied.known and end.known and start.known):
        return None
    total = Measure(
        Bound(
            end.ends.low - start.ends.high,
            end.ends.high - start.ends.low,
            (*start.bound.figures, *end.bound.figures),
        ),
        "person",
        "insured staff, China, 2001 - September 1999",
    )
    fits = implied.ends.low <= total.ends.high
    return Claim(
        report.tr("Guangdong's part of the national increase in 2000"),
        report.tr(
            "{share}, so that the nation gained {number}", share=share, number=report.text(implied)
        ),
        report.tr("{number} from September 1999 to the end of 2001", number=official.text(total)),
        report.tr("Insured staff over more than two years, not contributors over one."),
        OPEN if fits else CONTRADICTED,
        report.tr("One year's gain fits into that of two; the share cannot be tested.")
        if fits
        else report.tr("One year's gain is larger than that of two."),
        (total,),
    )


_CLAIMS: tuple[Callable[[Report, Report], Claim | None], ...] = (
    _two_digit_growth,
    _jobs,
    _private_jobs,
    _out_of_hand,
    _speed_rank,
    _neighbour,
    _guangdong,
    _revenue_mark,
)


def _printed(report: Report, figure_id: str) -> str | None:
    """A printed figure as a sentence says it; None where the package does not print it."""
    figure = report.package_figure(figure_id)
    return None if figure is None else _in_prose(report, figure)


def _in_prose(report: Report, figure: Figure) -> str:
    return figure_in_prose(figure, report.package, report.language)
