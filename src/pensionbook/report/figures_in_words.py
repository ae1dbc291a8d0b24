"""A printed figure in a reader's words: the numeral, its unit, and what it measures."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pensionbook.data.figures import decimals_printed
from pensionbook.data.package import Figure, Package
from pensionbook.language.messages import mark, translate
from pensionbook.language.numbers import commas, grouped, typeset

_STATISTICS = {
    "level": mark("level"),
    "change": mark("change"),
    "growth": mark("growth"),
    "share": mark("share"),
    "ratio": mark("ratio"),
    "direction": mark("direction"),
    "rank": mark("rank"),
    "count": mark("count"),
    "parameter": mark("rule"),
}
_DIRECTIONS = {"rising": mark("rising"), "falling": mark("falling")}
_QUALIFIERS = {
    "about": mark("about {number}"),
    "nearly": mark("nearly {number}"),
    "over": mark("over {number}"),
    "at_least": mark("at least {number}"),
    "forecast": mark("{number} (forecast)"),
}


def _decimals_told(figure: Figure) -> int:
    """As many as printed; a fraction prints none, but its interval needs some."""
    return 3 if "/" in figure.printed else decimals_printed(figure.printed)


def unit_printed(figure: Figure, package: Package, language: str = "en") -> str:
    """The unit that follows the numeral; a fraction, a plain number and a direction have none."""
    if figure.unit in ("", "one") or "/" in figure.printed:
        return ""
    name = package.name_of(package.units[figure.unit], language)
    return f"× {name}" if name[:1].isdigit() else name


def figure_in_prose(figure: Figure, package: Package, language: str = "en") -> str:
    """The numeral as a sentence says it: in its base unit, with the language's separators.

    ``43`` in units of ten thousand persons is 430,000 in English and 43 万 in Chinese.
    """
    from babel.numbers import format_decimal

    try:
        printed = Fraction(figure.printed)
    except ValueError:
        return _direction(figure.printed, language)
    if "/" in figure.printed:
        return figure.printed
    unit = package.units.get(figure.unit)
    scale = unit.scale if unit else Fraction(1)
    decimals = decimals_printed(figure.printed)
    word = "%" if figure.unit == "percent" else ""
    if scale > 1:
        power, word = _large_unit(printed * scale, scale, language)
        printed, decimals = printed * scale / power, decimals + _zeros(power) - _zeros(scale)
    pattern = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
    text = format_decimal(
        Decimal(printed.numerator) / printed.denominator, pattern, locale=language
    )
    return text.replace("-", "\u2212") + word


def _large_unit(value: Fraction, scale: Fraction, language: str) -> tuple[Fraction, str]:
    """The power of ten that a large number is told in, and its word."""
    if language.startswith("zh"):
        return scale, "\u2009" + {4: "万", 8: "亿"}.get(_zeros(scale), "")
    return (Fraction(10**9), " billion") if abs(value) >= 10**9 else (Fraction(1), "")


def _zeros(power: Fraction) -> int:
    return len(str(power.numerator)) - 1


def _direction(word: str, language: str) -> str:
    return translate(_DIRECTIONS.get(word, word), language)


def printed_in_words(figure: Figure, language: str = "en", unit: str = "") -> str:
    """The numeral as printed, its digits grouped, with its unit and its qualifier."""
    if figure.statistic == "direction":
        return _direction(figure.printed, language)
    number = grouped(figure.printed)
    if figure.statistic == "rank" and unit:
        number = translate("number {number}", language, number=number)
    elif unit:
        number += unit if unit == "%" else f" {unit}"
    word = _QUALIFIERS.get(figure.qualifier, "")
    return typeset(translate(word, language, number=number)) if word else number


def printed_with_unit(figure: Figure, package: Package, language: str = "en") -> str:
    """The numeral as printed with its unit: ``nearly 40%``, ``−148,672 persons``."""
    return printed_in_words(figure, language, unit_printed(figure, package, language))


def measure_in_words(figure: Figure, package: Package, language: str = "en") -> str:
    """What a figure measures, in one phrase: indicator, of whom, where, when and how."""

    def name(table: str, identifier: str) -> str:
        return package.name_of(getattr(package, table)[identifier], language)

    parts = [name("indicators", figure.indicator)]
    if figure.group != "all":
        parts.append(name("groups", figure.group))
    parts.append(name("areas", figure.area))
    span = f"{figure.base_period}–{figure.period}" if figure.base_period else figure.period
    parts += [span, translate(_STATISTICS[figure.statistic], language)]
    text = commas(parts, language)
    if not figure.has_of:
        return text
    indicator, group, area = figure.of
    whole, of_whom = name("indicators", indicator), []
    if group != figure.group or group != "all":
        of_whom.append(name("groups", group))
    if area != figure.area:
        of_whom.append(name("areas", area))
    if of_whom:
        names = " ".join(of_whom)
        whole = translate("{indicator} {names}", language, indicator=whole, names=names)
    return translate("{part} of {whole}", language, part=text, whole=whole)


VERDICT_WORDS = {
    "inconsistent": mark("inconsistent"),
    "disputed": mark("disputed"),
    "truncated": mark("truncated"),
    "consistent": mark("consistent"),
    "untested": mark("untested"),
    "superseded": mark("superseded"),
}


def verdict_word(verdict: str, language: str) -> str:
    """The name of a verdict in a language."""
    return translate(VERDICT_WORDS[verdict], language)
