"""One sentence for each verdict, with the numbers, and numbers that never claim too much."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

from pensionbook.data.figures import (
    WITHOUT_NUMBER,
    Interval,
    decimal_outward,
    decimals_printed,
    number_of,
    read_figure,
)
from pensionbook.data.package import Figure, Package
from pensionbook.data.readings import reading_of
from pensionbook.data.vintages import is_later, revision, successor
from pensionbook.engine.implicit import MEAN_OF_PARTS
from pensionbook.engine.results import NamedRepair, Verdict
from pensionbook.language.messages import mark, translate
from pensionbook.language.numbers import commas
from pensionbook.report.figures_in_words import (
    changes_by_points,
    has_no_number,
    numeral_in_words,
)

_SYMBOLS = {"percent": " %", "one": "", "": ""}
_VINTAGES = {
    "preliminary": mark("preliminary"),
    "final": mark("final"),
    "revised": mark("revised"),
}


def interval_text(interval: Interval, decimals: int, unit: str, language: str = "en") -> str:
    """An interval in words, rounded outward: ``19.65 to 19.67 %``."""
    symbol = _SYMBOLS.get(unit, f" {unit}")
    low = high = None
    if interval.low is not None:
        low = decimal_outward(interval.low, decimals, up=False, grouped=True)
    if interval.high is not None:
        high = decimal_outward(interval.high, decimals, up=True, grouped=True)
    if low is None and high is None:
        return translate("anything", language)
    if low is None:
        return translate("at most {end}", language, end=f"{high}{symbol}")
    if high is None:
        return translate("at least {end}", language, end=f"{low}{symbol}")
    if low == high:
        return f"{low}{symbol}"
    return translate("{low} to {high}", language, low=low, high=f"{high}{symbol}")


def because(
    verdict: Verdict, package: Package, language: str = "en", *, brief: bool = False
) -> str:
    """The verdict's reason in one sentence.

    Of a superseded figure it first says which figure is in force, and what that says more or less.

    Args:
        brief: leave out the figures and identities it rests on, but not the assumptions.
    """
    reason = _reason(verdict, package, language, brief)
    if verdict.contradicted:
        said = tuple(package.said(text, language) for text in verdict.contradicted)
        reason = translate(
            "{reason}; together with others it excludes {assumptions}",
            language,
            reason=reason,
            assumptions=_assumptions_named(said, language),
        )
    if verdict.figure not in package.superseded:
        return reason
    return translate(
        "{superseded}; among the superseded figures: {reason}",
        language,
        superseded=superseded_in_words(verdict.figure, package, language),
        reason=reason,
    )


def superseded_in_words(figure: Figure, package: Package, language: str = "en") -> str:
    """Which vintage a figure is of, which figure is in force, and by how much it was revised.

    Raises:
        ValueError: the figure is not superseded.
    """
    other = successor(figure, package)
    text = translate(
        mark("{vintage}, superseded by {other} ({its_vintage})")
        if is_later(other, figure)
        else mark("{vintage}, set aside for {other} ({its_vintage})"),
        language,
        vintage=_publication(figure, language),
        other=other.figure_id,
        its_vintage=_publication(other, language),
    )
    if other.cell != figure.cell:
        text = translate("{text}, which it speaks of", language, text=text)
    difference = revision(figure, package)
    if difference is None:
        return text
    if not difference:
        return translate("{text}, which says the same", language, text=text)
    unit = _unit_in_words(figure.unit, package, language)
    amount = f"{_plain(abs(difference))}{_SYMBOLS.get(unit, f' {unit}')}"
    before = number_of(figure.printed)
    if figure.unit not in _SYMBOLS and before:
        relative = 100 * difference / abs(before)
        amount += f" ({float(relative):+.2f} %)".replace("-", "\u2212")
    return translate(
        mark("{text}, revised upward by {amount}")
        if difference > 0
        else mark("{text}, revised downward by {amount}"),
        language,
        text=text,
        amount=amount,
    )


def _publication(figure: Figure, language: str) -> str:
    """The vintage of a figure and when it was published, as far as it says so."""
    parts = [translate(_VINTAGES[figure.vintage], language)] if figure.vintage else []
    if figure.published:
        parts.append(translate("published {day}", language, day=figure.published))
    return commas(parts, language)


def _plain(value: Fraction) -> str:
    """A number in digits: all that it has, or six decimals."""
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def _reason(verdict: Verdict, package: Package, language: str, brief: bool) -> str:
    figure = verdict.figure
    decimals = telling_decimals(verdict)
    unit = _unit_in_words(
        figure.unit or package.indicators[figure.indicator].unit, package, language
    )
    if changes_by_points(figure, package):
        unit = translate("percentage points", language)
    elif figure.statistic == "index":
        unit = ""
    elif figure.statistic == "multiple" and unit == "one":
        unit = translate("times", language)
    allowed = interval_text(verdict.implied.interval, decimals, unit, language)
    printed = _printed(figure, unit, language)
    assumed = tuple(package.said(text, language) for text in verdict.implied.assumptions)
    basis = _assuming(assumed, language) if brief else _basis(verdict, assumed, language)
    if verdict.implied.out_of_time:
        return translate(
            "printed {printed}; what the others allow was not proved within the time given",
            language,
            printed=printed,
        )
    if verdict.implied.unproved:
        return translate(
            "printed {printed}; no exact proof was found of what the others allow",
            language,
            printed=printed,
        )
    if figure.statistic == "rank":
        return translate(
            "printed {printed}; a place in an order says nothing about the amount",
            language,
            printed=printed,
        )
    if figure.printed in WITHOUT_NUMBER and verdict.implied.figures:
        return translate(
            "no number is printed ({printed}); the others allow {allowed}{basis}",
            language,
            printed=printed,
            allowed=allowed,
            basis=basis,
        )
    if figure.printed in WITHOUT_NUMBER:
        return translate("no number is printed ({printed})", language, printed=printed)
    if verdict.verdict == "untested":
        return translate(
            "printed {printed}; nothing else in the package constrains it",
            language,
            printed=printed,
        )
    if verdict.verdict == "truncated":
        return translate(
            "printed {printed}, the others allow {allowed}: it agrees only if its last digits "
            "were cut off instead of rounded{basis}",
            language,
            printed=printed,
            allowed=allowed,
            basis=basis,
        )
    if verdict.verdict == "disputed":
        reason = translate(
            "printed {printed}, without it the others allow {allowed}{basis}; {rivals}",
            language,
            printed=printed,
            allowed=allowed,
            basis=basis,
            rivals=_rivals(verdict, package, language),
        )
    else:
        reason = translate(
            "printed {printed}, the others allow {allowed}{basis}",
            language,
            printed=printed,
            allowed=allowed,
            basis=basis,
        )
    if _agrees_if_rounded_up(verdict, package):
        reason = translate("{reason}; it agrees if it was rounded up", language, reason=reason)
    if is_relaxed(verdict):
        reason = translate(
            "{reason}; the range is at least as wide as the tightest one, as a product of "
            "unknowns is not bounded exactly",
            language,
            reason=reason,
        )
    return reason


def is_relaxed(verdict: Verdict) -> bool:
    """Whether the implied interval may be wider than need be.

    Shares and growths whose difference is printed, and the mean of rates with its weights, are
    products of unknowns, which the system holds less firmly than they are.
    """
    figure = verdict.figure
    if (figure.statistic == "change" and figure.has_of) or figure.statistic == "growth_change":
        return True
    return MEAN_OF_PARTS.identity_id in verdict.implied.identities


def _agrees_if_rounded_up(verdict: Verdict, package: Package) -> bool:
    figure = verdict.figure
    if verdict.verdict not in ("inconsistent", "disputed") or figure.qualifier != "exact":
        return False
    if number_of(figure.printed) is None or "/" in figure.printed or not verdict.implied.figures:
        return False
    if package.units[figure.unit].whole and not figure.rounded_to:
        return False
    reading = reading_of(replace(figure, qualifier="rounded_up"), package.units)
    return reading.rounded.meets(verdict.implied.interval)


def telling_decimals(verdict: Verdict) -> int:
    """As many decimals as printed, or more where the printed figure would seem to fit."""
    figure, implied = verdict.figure, verdict.implied.interval
    decimals = 3 if "/" in figure.printed else decimals_printed(figure.printed)
    if verdict.verdict not in ("inconsistent", "disputed") or figure.statistic == "direction":
        return decimals
    rounded_to = Fraction(figure.rounded_to) if figure.rounded_to else None
    printed = read_figure(figure.printed, figure.qualifier, rounded_to=rounded_to).widest
    for more in range(decimals, decimals + 4):
        if not printed.meets(_outward(implied, more)):
            return more
    return decimals


def _outward(interval: Interval, decimals: int) -> Interval:
    ends = (interval.low, interval.high)
    low, high = (
        None if end is None else Fraction(decimal_outward(end, decimals, up=up))
        for end, up in zip(ends, (False, True), strict=True)
    )
    return Interval(low, high)


def _unit_in_words(unit: str, package: Package, language: str) -> str:
    if unit in _SYMBOLS:
        return unit
    name = package.name_of(package.units[unit], language)
    return f"× {name}" if name[:1].isdigit() else name


def _printed(figure: Figure, unit: str, language: str) -> str:
    unit = _SYMBOLS.get(unit, f" {unit}")
    if figure.statistic == "rank" and not has_no_number(figure):
        number = translate("number {number}", language, number=figure.printed)
    elif figure.qualifier == "forecast":
        number = numeral_in_words(replace(figure, qualifier="exact"), language, unit=unit)
        number = translate("as a forecast {number}", language, number=number)
    else:
        number = numeral_in_words(figure, language, unit=unit)
    if figure.source:
        number = translate("{number} in {source}", language, number=number, source=figure.source)
    return number


def _basis(verdict: Verdict, assumed: tuple[str, ...], language: str) -> str:
    """The figures and identities by their ids, and what is assumed."""
    figures, identities = verdict.implied.figures, verdict.implied.identities
    if not figures:
        return ""
    comma = translate("{one}, {another}", language)
    parts = [translate("from {figures}", language, figures=_listed(figures, comma, language))]
    if identities:
        names = _listed(identities, comma, language)
        parts.append(translate("by {identities}", language, identities=names))
    if assumed:
        parts.append(_assumptions(assumed, language))
    inside = parts[0]
    for part in parts[1:]:
        inside = translate("{one}; {other}", language, one=inside, other=part)
    return translate(" ({basis})", language, basis=inside)


def _listed(items: tuple[str, ...], pair: str, language: str, most: int = 6) -> str:
    """At most so many items, joined by a message of ``one`` and ``other``."""
    glue = pair.removeprefix("{one}").removesuffix("{other}").removesuffix("{another}")
    shown = glue.join(item.rstrip(".。") for item in items[:most])
    if len(items) <= most:
        return shown
    return translate("{items} and {number} more", language, items=shown, number=len(items) - most)


def _assumptions(assumed: tuple[str, ...], language: str) -> str:
    named = _listed(assumed, translate("{one}; and that {other}", language), language)
    return translate("assuming that {assumptions}", language, assumptions=named)


def _assuming(assumed: tuple[str, ...], language: str) -> str:
    if not assumed:
        return ""
    return translate(", {clause}", language, clause=_assumptions(assumed, language))


def _assumptions_named(assumed: tuple[str, ...], language: str) -> str:
    return _listed(
        tuple(translate("the assumption that {text}", language, text=text) for text in assumed),
        translate("{one}, {another}", language),
        language,
    )


def _rivals(verdict: Verdict, package: Package, language: str) -> str:
    """Who else could be the wrong one: figures, or an assumption."""
    figure_id = verdict.figure.figure_id
    own = [r for r in verdict.repairs if figure_id in r.figures]
    rest = [r for r in verdict.repairs if figure_id not in r.figures]
    everywhere = [{*r.figures, *r.assumptions} for r in verdict.repairs]
    common = set.intersection(*everywhere) if rest else set()
    names: dict[str, str] = {}
    for repair in rest:
        name = repair_in_words(repair, package, language, without=common)
        # The repairs are ranked, so the fewest truncated readings are told.
        names.setdefault(name, name + _cut_off(repair.truncated, language))
    others = _listed(tuple(names.values()), translate("{one} or {other}", language), language)
    text = translate("either this or {others} is wrong", language, others=others)
    if own[0].truncated:
        text += translate(
            mark("; if it is this, one other figure was cut off")
            if own[0].truncated == 1
            else mark("; if it is this, {number} other figures were cut off"),
            language,
            number=own[0].truncated,
        )
    if not verdict.all_repairs_checked:
        text += translate(" (too many combinations of repairs to check each one)", language)
    return text


def repair_in_words(
    repair: NamedRepair, package: Package, language: str, *, without: Collection[str] = ()
) -> str:
    """The figures that a repair sets aside, by their ids, and the assumptions that it gives up."""
    assumed = [text for text in repair.assumptions if text not in without]
    said = [
        translate("the assumption that {text}", language, text=package.said(text, language))
        for text in assumed
    ]
    glue = translate("{one} with {other}", language)[len("{one}") : -len("{other}")]
    sources = {figure.figure_id: figure.source for figure in package.figures if figure.source}
    named = [
        translate("{number} in {source}", language, number=name, source=sources[name])
        if name in sources
        else name
        for name in repair.figures
        if name not in without
    ]
    return glue.join(named + said)


def _cut_off(number: int, language: str) -> str:
    """How many others a repair reads as cut off, in brackets."""
    if not number:
        return ""
    return translate(
        mark(" (with one other figure cut off)")
        if number == 1
        else mark(" (with {number} other figures cut off)"),
        language,
        number=number,
    )
