"""Numbers for readers: formatted for the language, never more digits than the bounds carry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor

from babel.dates import format_date
from babel.numbers import format_decimal

from pensionbook.data.figures import Interval
from pensionbook.data.periods import end_date, months_of, period_of
from pensionbook.language.messages import available, translate

LANGUAGES = available()
THIN_SPACE = "\u2009"

# Wider than this (relative to its middle), a bounded value is shown as a range.
NARROW = Fraction(1, 50)
# From here on a numeral may end in zeros that stand for rounding.
_ROUND_FROM = 1000

# Words for large numbers; languages that are not named here use those of English.
_LARGE = {
    "en": ((10**9, " billion"), (10**6, " million"), (1, "")),
    "zh_CN": ((10**8, THIN_SPACE + "亿"), (10**4, THIN_SPACE + "万"), (1, "")),
}


def value_text(interval: Interval, unit: str, language: str = "en") -> str:
    """A bounded value as text, without its unit's name except for percent and points.

    Args:
        interval: bounds in the unit.
        unit: ``percent``, ``percentage_point``, ``one`` or a base unit (``person``, ``yuan``).
        language: one of :data:`LANGUAGES`.

    >>> value_text(Interval(Fraction(1604200), Fraction(1604400)), "person")
    '1.6043 million'
    >>> value_text(Interval(Fraction(1965, 100), Fraction(1967, 100)), "percent")
    '19.66%'
    """
    low, high = interval.low, interval.high
    if (low is None or low == 0) and high is None:
        return translate("not recoverable", language)
    scale, word = _scale(interval, unit, language)
    suffix = "%" if unit == "percent" else word
    known = [end / scale for end in (low, high) if end is not None]
    if len(known) == 1 or low == high:
        whole = unit in ("person", "yuan") and scale == 1
        decimals = 0 if whole else _decimals_of_point(known[0])
        if low == high:
            return _decimal(_rounded(known[0], decimals), decimals, language) + suffix
        # One end alone is rounded outward, as the ends of a range are.
        step = Fraction(10) ** -decimals
        end = floor(known[0] / step) * step if high is None else ceil(known[0] / step) * step
        text = _decimal(end, decimals, language) + suffix
        if low is None:
            return translate("at most {end}", language, end=text)
        return translate("at least {end}", language, end=text)
    low, high = known
    common = _common_decimals(low, high)
    # 260 would be read as known to its last digit.
    if common is not None and (common >= 0 or abs(high) >= _ROUND_FROM):
        return _decimal(_rounded((low + high) / 2, common), common, language) + suffix
    decimals = _decimals_of_range(low, high)
    if unit in ("person", "yuan") and scale == 1:
        decimals = min(decimals, 0)
    step = Fraction(10) ** -decimals
    ends = (floor(low / step) * step, ceil(high / step) * step)
    first, second = (_decimal(end, decimals, language) for end in ends)
    first += "%" if suffix == "%" else ""
    return translate("{low} to {high}", language, low=first, high=second + suffix)


def end_text(value: Fraction | None, language: str = "en", *, up: bool) -> str:
    """One end of a bound as a whole number with separators, rounded outward; a dash if open."""
    if value is None:
        return "—"
    return _decimal(Fraction(ceil(value) if up else floor(value)), 0, language)


def period_text(period: str, language: str = "en") -> str:
    """A period in words.

    >>> period_text("2002-09")
    'September 2002'
    """
    if "/" in period:
        first, end = months_of(period)
        parts = (period_of(first, first + 1), period_of(end - 1, end))
        if len(period) == 9:
            low, high = period.split("/")
        else:
            low, high = (period_text(month, language) for month in parts)
        return translate("{low} to {high}", language, low=low, high=high)
    if len(period) == 4:
        return translate("the end of {year}", language, year=period)
    # The pattern of a date is a message too; babel knows what its letters mean.
    return format_date(end_date(period), translate("MMMM y", language), locale=language)


def commas(parts: Iterable[str], language: str = "en") -> str:
    """Parts one after the other, with the language's comma."""
    return _joined(parts, translate("{one}, {other}", language))


def enumerated(names: Iterable[str], language: str = "en") -> str:
    """Names one after the other; some languages have a comma of their own for these."""
    return _joined(names, translate("{one}, {another}", language))


def semicolons(parts: Iterable[str], language: str = "en") -> str:
    """Clauses one after the other, with the language's semicolon."""
    return _joined(parts, translate("{one}; {other}", language))


def full_stops(sentences: Iterable[str], language: str = "en") -> str:
    """Sentences one after the other, with the language's full stop between them."""
    return _joined(sentences, translate("{one}. {other}", language))


def grouped(printed: str) -> str:
    """A printed numeral with its digits in threes and a true minus; no digit added or lost.

    >>> grouped("-63629"), grouped("4.50"), grouped("1/6")
    ('\u221263,629', '4.50', '1/6')
    """
    digits = re.match(r"-?(\d+)", printed)
    if digits is None or "/" in printed:
        return printed
    start, end = digits.span(1)
    return typeset(f"{printed[:start]}{int(printed[start:end]):,}{printed[end:]}")


_HAN = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_TYPESETTING = (
    (re.compile(r"(?<![\w,.])\d{5,}(?![\w-])"), lambda found: f"{int(found[0]):,}"),
    (re.compile(r"(?<![\w-])-(?=\d)"), "\u2212"),
    (re.compile(r"(?<=\d) %"), "%"),
    # Chinese words need no space between them, but one before a number.
    (re.compile(rf"(?<=[{_HAN}]) +(?=[{_HAN}])"), ""),
    (re.compile("(?<=[\u4e00-\u9fff])(?=[\u22120-9])"), " "),
)


def typeset(text: str) -> str:
    """A sentence written for a terminal, as a page prints it: minus signs, percent, spaces.

    >>> typeset("printed -63629 persons, in 2002-09 by -3.35 %")
    'printed \u221263,629 persons, in 2002-09 by \u22123.35%'
    """
    for pattern, put in _TYPESETTING:
        text = pattern.sub(put, text)
    return text


def _joined(parts: Iterable[str], pattern: str) -> str:
    glue = pattern.removeprefix("{one}").removesuffix("{other}").removesuffix("{another}")
    return glue.join(parts)


def _scale(interval: Interval, unit: str, language: str) -> tuple[int, str]:
    if unit in ("percent", "percentage_point", "one", "year", "age", "month"):
        return 1, ""
    known = [end for end in (interval.low, interval.high) if end is not None]
    size = max(map(abs, known))
    whole = interval.low == interval.high and known[0].denominator == 1
    words = _LARGE.get(language, _LARGE["en"])
    for scale, word in words:
        # A count known to the last person is shown to the last person.
        if size >= scale and not (whole and unit == "person" and words is _LARGE["en"]):
            return scale, word
    return 1, ""


def _common_decimals(low: Fraction, high: Fraction) -> int | None:
    """Most decimals of a numeral that stands for the whole interval, if the ends are close.

    Either everything in the interval rounds to the numeral, or the numeral lies in the interval
    and is right to one unit of its last digit.
    """
    middle, width = (low + high) / 2, high - low
    if not middle or width / abs(middle) > NARROW:
        return None
    for decimals in range(6, -10, -1):
        value, unit = _rounded(middle, decimals), Fraction(10) ** -decimals
        if unit > 10 * width:
            return None
        # A numeral far outside the bounds would mislead, even if it is how they round.
        near = abs(value - middle) <= NARROW * abs(middle)
        rounds = near and value - unit / 2 <= low and high <= value + unit / 2
        inside = low <= value <= high and value - unit <= low and high <= value + unit
        if value and (rounds or inside):
            return decimals
    return None


def _rounded(value: Fraction, decimals: int) -> Fraction:
    step = Fraction(10) ** -decimals
    return round(value / step) * step


def _decimals_of_range(low: Fraction, high: Fraction) -> int:
    """Fewest decimals at which rounding outward widens the range by less than a twentieth."""
    for decimals in range(-9, 6):
        step = Fraction(10) ** -decimals
        if (ceil(high / step) - floor(low / step)) * step <= (high - low) * Fraction(21, 20):
            return decimals
    return 6


def _decimals_of_point(value: Fraction) -> int:
    for decimals in range(0, 4):
        if (value * 10**decimals).denominator == 1:
            return decimals
    return 2


def _decimal(value: Fraction, decimals: int, language: str) -> str:
    shown = max(decimals, 0)
    pattern = "#,##0" + ("." + "0" * shown if shown else "")
    text = format_decimal(float(value), format=pattern, locale=language)
    return text.replace("-", "\u2212")


def is_whole(text: str) -> bool:
    """Whether a cell is never broken: a date or a number, at its hyphen or sign; not a text."""
    return " " not in text and not any("\u3400" <= letter <= "\u9fff" for letter in text)
