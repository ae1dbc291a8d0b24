"""A printed figure in a reader's words: the numeral, its unit, and what it measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from pensionbook.data.figures import (
    LESS_THAN_HALF_A_UNIT,
    decimals_printed,
    numerals_in,
)
from pensionbook.data.package import Figure, Package
from pensionbook.language.messages import mark, translate
from pensionbook.language.numbers import commas, grouped, typeset

_STATISTICS = {
    "level": mark("level"),
    "change": mark("change"),
    "growth": mark("growth"),
    "growth_change": mark("change of growth"),
    "mean_growth": mark("mean annual growth"),
    "multiple": mark("multiple of the earlier amount"),
    "index": mark("index, earlier amount = 100"),
    "contribution": mark("contribution to growth"),
    "share": mark("share"),
    "ratio": mark("ratio"),
    "direction": mark("direction"),
    "rank": mark("rank"),
    "count": mark("count"),
    "parameter": mark("rule"),
}
_WORDS = {
    "rising": mark("rising"),
    "falling": mark("falling"),
    "not_available": mark("not available"),
    "confidential": mark("confidential"),
}
_QUALIFIERS = {
    "about": mark("about {number}"),
    "nearly": mark("nearly {number}"),
    "over": mark("over {number}"),
    "at_least": mark("at least {number}"),
    "more_than": mark("more than {number}"),
    "at_most": mark("at most {number}"),
    "less_than": mark("less than {number}"),
    "rounded_up": mark("{number} (rounded up)"),
    "forecast": mark("{number} (forecast)"),
}


def _decimals_told(figure: Figure) -> int:
    """As many as printed; a fraction prints none, but its interval needs some."""
    return 3 if "/" in figure.printed else decimals_printed(figure.printed)


def unit_printed(figure: Figure, package: Package, language: str = "en") -> str:
    """The unit that follows the numeral; a fraction, a plain number and a direction have none."""
    if figure.statistic == "multiple" and figure.unit == "one":
        return translate("times", language)
    if figure.unit in ("", "one") or "/" in figure.printed or figure.statistic == "index":
        return ""
    if changes_by_points(figure, package):
        return translate("percentage points", language)
    name = package.name_of(package.units[figure.unit], language)
    return f"× {name}" if name[:1].isdigit() else name


def changes_by_points(figure: Figure, package: Package) -> bool:
    """Whether a number in percent is the difference of two: points, and no per cent of anything."""
    is_rate = package.indicators[figure.indicator].kind == "rate"
    differs = figure.statistic == "contribution" or (figure.statistic == "change" and is_rate)
    return differs and figure.unit == "percent"


def has_no_number(figure: Figure) -> bool:
    """Whether the source prints a word or a sign in the place of a numeral."""
    return not numerals_in(figure.printed)


def numeral_in_words(
    figure: Figure, language: str, told: Callable[[str], str] = str, unit: str = ""
) -> str:
    """What is printed, with its unit and its qualifier; the numerals as ``told`` writes them.

    A direction and a cell without a number are words.
    """
    numerals = [told(numeral) for numeral in numerals_in(figure.printed)]
    if figure.printed == LESS_THAN_HALF_A_UNIT:
        half = Fraction(figure.rounded_to or 1) / 2
        number = f"{told(f'{float(half):.6f}'.rstrip('0').rstrip('.'))}{unit}"
        return translate("less than {number}", language, number=number)
    if not numerals:
        return translate(_WORDS.get(figure.printed, figure.printed), language)
    number = numerals[-1]
    if len(numerals) > 1:
        number = translate("{low} to {high}", language, low=numerals[-2], high=numerals[-1])
    number += unit if len(numerals) < 3 else ""
    if len(numerals) > 2:
        estimate = numerals[0] + unit
        number = translate("{number} ({interval})", language, number=estimate, interval=number)
    word = _QUALIFIERS.get(figure.qualifier, "")
    if word:
        number = translate(word, language, number=number)
    if figure.rounded_to:
        base = told(figure.rounded_to)
        number = translate("{number}, rounded to {base}", language, number=number, base=base)
    return number


def figure_in_prose(figure: Figure, package: Package, language: str = "en") -> str:
    """The numeral as a sentence says it: in its base unit, with the language's separators.

    ``43`` in units of ten thousand persons is 430,000 in English and 43 万 in Chinese.
    """
    from babel.numbers import format_decimal

    numerals = numerals_in(figure.printed)
    if len(numerals) != 1 or "/" in figure.printed:
        # Words, a fraction and two numbers in one are told as they are printed.
        plain = replace(figure, qualifier="exact", rounded_to="" if numerals else figure.rounded_to)
        sign = "%" if len(numerals) > 1 and figure.unit == "percent" else ""
        return numeral_in_words(plain, language, unit=sign)
    printed = Fraction(figure.printed)
    unit = package.units.get(figure.unit)
    scale = unit.scale if unit else Fraction(1)
    decimals = decimals_printed(figure.printed)
    word = "%" if figure.unit == "percent" and figure.statistic != "index" else ""
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


def printed_in_words(figure: Figure, language: str = "en", unit: str = "") -> str:
    """The numeral as printed, its digits grouped, with its unit and its qualifier."""
    if figure.statistic == "rank" and unit and not has_no_number(figure):
        return translate("number {number}", language, number=grouped(figure.printed))
    if unit:
        unit = unit if unit == "%" else f" {unit}"
    text = numeral_in_words(figure, language, grouped, unit)
    return text if text == grouped(figure.printed) + unit else typeset(text)


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
    statistic = translate(_STATISTICS[figure.statistic], language)
    if figure.prices:
        statistic = translate("{statistic} at constant prices", language, statistic=statistic)
    parts += [span, statistic]
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
    if figure.statistic == "contribution":
        return translate("{part}, in {whole}", language, part=text, whole=whole)
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
