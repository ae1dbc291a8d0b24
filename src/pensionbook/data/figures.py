"""Printed numerals as exact intervals.

A printed figure is not a number but the set of true values that somebody would have printed that
way. Everything here is exact: text in, :class:`fractions.Fraction` out, no floats.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log10

_NUMERAL = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]+)(?:\.(?P<decimals>[0-9]+))?")
_FRACTION = re.compile(r"(?P<sign>[+-]?)(?P<numerator>[0-9]+)/(?P<denominator>[0-9]+)")
_PLAIN = r"[+-]?[0-9]+(?:\.[0-9]+)?"
_RANGE = re.compile(rf"(?P<low>{_PLAIN})\.\.(?P<high>{_PLAIN})")
_ESTIMATE = re.compile(rf"(?P<value>{_PLAIN}) \((?P<low>{_PLAIN})\.\.(?P<high>{_PLAIN})\)")

QUALIFIERS = (
    *("exact", "about", "nearly", "over", "at_least", "forecast"),
    *("at_most", "less_than", "more_than", "rounded_up"),
)
# What a sentence can lose: the words that stand before a numeral.
HEDGES = ("about", "nearly", "over", "at_least")
DIRECTIONS = ("rising", "falling")
VINTAGES = ("preliminary", "final", "revised")
# Of the width of an interval as many digits are shown, and of a number at most so many decimals.
_DIGITS_OF_WIDTH = 4
_MOST_DECIMALS = 9
# A yearbook's sign for something, but less than half of the smallest unit it prints.
LESS_THAN_HALF_A_UNIT = "..."
# Cells without a number: they are listed and constrain nothing.
WITHOUT_NUMBER = ("not_available", "confidential")


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval; ``None`` is an end that is not bounded, an open end does not belong to it."""

    low: Fraction | None
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: Fraction) -> bool:
        return self.meets(Interval(value, value))

    def scaled(self, factor: Fraction) -> Interval:
        """The interval in another unit; ``factor`` must be positive."""
        return Interval(
            None if self.low is None else self.low * factor,
            None if self.high is None else self.high * factor,
            self.low_open,
            self.high_open,
        )

    def mirrored(self) -> Interval:
        """The interval of the opposite values."""
        return Interval(
            None if self.high is None else -self.high,
            None if self.low is None else -self.low,
            self.high_open,
            self.low_open,
        )

    def meets(self, other: Interval) -> bool:
        """Whether the two intervals have a point in common."""
        return _reaches(self, other) and _reaches(other, self)

    def __str__(self) -> str:
        """The ends in decimals, rounded outward: ``1,835,583.8 to 1,835,765``."""
        decimals = self._telling_decimals()
        low, high = (
            None
            if end is None
            else _without_zeros(decimal_outward(end, decimals, up=up, grouped=True))
            for end, up in ((self.low, False), (self.high, True))
        )
        if low is None:
            return "anything" if high is None else f"at most {high}"
        if high is None:
            return f"at least {low}"
        return low if low == high else f"{low} to {high}"

    def _telling_decimals(self) -> int:
        """Decimals that show how wide it is; of a single number all that it has."""
        ends = [end for end in (self.low, self.high) if end is not None]
        width = float(max(ends) - min(ends)) if len(ends) == 2 else 0.0
        if not width:
            return _MOST_DECIMALS
        return max(0, min(_MOST_DECIMALS, _DIGITS_OF_WIDTH - 1 - floor(log10(width))))


def _reaches(lower: Interval, upper: Interval) -> bool:
    """Whether the low end of one interval lies within reach of the high end of the other."""
    if lower.low is None or upper.high is None or lower.low < upper.high:
        return True
    return lower.low == upper.high and not (lower.low_open or upper.high_open)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a printed numeral can stand for, in the unit it was read in.

    ``rounded`` is the usual reading; ``widest`` also holds the values that would be printed so by
    somebody who cut digits off instead of rounding. They are equal where cutting makes no sense.
    """

    rounded: Interval
    widest: Interval


def decimal_outward(value: Fraction, decimals: int, *, up: bool, grouped: bool = False) -> str:
    """A decimal numeral rounded away from the interval it ends: a high end up, a low end down.

    >>> decimal_outward(Fraction(1, 3), 2, up=True)
    '0.34'
    """
    steps = (ceil if up else floor)(value * 10**decimals)
    sign, steps = ("-" if steps < 0 else ""), abs(steps)
    whole, part = divmod(steps, 10**decimals)
    digits = f"{whole:,}" if grouped else str(whole)
    return f"{sign}{digits}.{part:0{decimals}d}" if decimals else f"{sign}{digits}"


def _without_zeros(numeral: str) -> str:
    return numeral.rstrip("0").rstrip(".") if "." in numeral else numeral


def decimals_printed(printed: str) -> int:
    """Number of decimals of a printed numeral; 0 for whole numbers, fractions and directions.

    Of a range and of an estimate with its interval, the most that one of their numerals has.
    """
    return max((_decimals(numeral) for numeral in numerals_in(printed)), default=0)


def _decimals(numeral: str) -> int:
    match = _NUMERAL.fullmatch(numeral)
    return len(match["decimals"] or "") if match else 0


def numerals_in(printed: str) -> tuple[str, ...]:
    """The numerals of a cell: one, the two ends of ``10..15``, or three of ``5.2 (4.6..5.8)``.

    None for a direction, ``...`` and a cell without a number.
    """
    if match := _RANGE.fullmatch(printed) or _ESTIMATE.fullmatch(printed):
        return match.groups()
    if _NUMERAL.fullmatch(printed) or _FRACTION.fullmatch(printed):
        return (printed,)
    return ()


def number_of(printed: str) -> Fraction | None:
    """The one number that a cell prints; None for a direction, a range and what has no number.

    Of an estimate with its interval, the estimate.
    """
    numerals = numerals_in(printed)
    return Fraction(numerals[0]) if len(numerals) in (1, 3) else None


def parse_numeral(printed: str) -> Fraction:
    """The printed numeral as a number, in its printed unit.

    Raises:
        ValueError: the text is neither a plain numeral (``-63629``, ``4.50``) nor a fraction
            (``1/3``).
    """
    if match := _NUMERAL.fullmatch(printed):
        return Fraction(printed)
    if (match := _FRACTION.fullmatch(printed)) and int(match["denominator"]):
        return Fraction(printed)
    raise ValueError(
        f"{printed!r} is not a numeral; write digits with at most one decimal point, "
        "for example -63629 or 4.50, or a fraction such as 1/3"
    )


def read_direction(printed: str) -> Interval:
    """The sign of a change stated in words: ``rising`` is at least 0, ``falling`` at most 0."""
    if printed == "rising":
        return Interval(Fraction(0), None)
    if printed == "falling":
        return Interval(None, Fraction(0))
    raise ValueError(f"{printed!r} is not a direction; write rising or falling")


def read_figure(
    printed: str, qualifier: str, *, whole: bool = False, rounded_to: Fraction | None = None
) -> Reading:
    """Exact interval of a printed figure, in its printed unit.

    Rounding is half a unit of the last printed digit either way, truncation one such unit away
    from zero; the qualifiers count from the last digit that is not zero ("over 130" ends at 140).
    What lies halfway is rounded away from zero, so that the end away from zero is open: no number
    is printed both as 28390 and as 28391. "Over" and "nearly" are open at the numeral itself.
    A fraction in words stands for all that is nearer to it than to the fractions beside it, by
    value or by denominator: a sixth is anything from 2/13 to 11/60.

    Args:
        printed: the numeral as printed, sign as meant; or a range ``10..15``, an estimate with its
            interval ``5.2 (4.6..5.8)``, ``...`` for less than half a unit, or one of
            :data:`WITHOUT_NUMBER`.
        qualifier: one of :data:`QUALIFIERS`.
        whole: nothing was rounded (persons counted one by one, the number in a rule), so an
            unqualified numeral is exact.
        rounded_to: what the source rounded to, where its digits do not say it (100: to hundreds).

    Raises:
        ValueError: the numeral or the qualifier cannot be read.
    """
    if qualifier not in QUALIFIERS:
        raise ValueError(f"{qualifier!r} is not a qualifier; write one of {', '.join(QUALIFIERS)}")
    if printed in WITHOUT_NUMBER:
        return _only(None, None)
    if printed == LESS_THAN_HALF_A_UNIT:
        half = (rounded_to or Fraction(1)) / 2
        return _only(Fraction(0), half, low_open=True, high_open=True)
    if match := _RANGE.fullmatch(printed) or _ESTIMATE.fullmatch(printed):
        low, high = match["low"], match["high"]
        return _only(
            Fraction(low) - _half(low, whole, rounded_to),
            Fraction(high) + _half(high, whole, rounded_to),
        )
    value = parse_numeral(printed)
    if printed.startswith("-"):
        reading = _read_magnitude(printed[1:], -value, qualifier, whole, rounded_to)
        return Reading(reading.rounded.mirrored(), reading.widest.mirrored())
    return _read_magnitude(printed.lstrip("+"), value, qualifier, whole, rounded_to)


def _half(printed: str, whole: bool, rounded_to: Fraction | None) -> Fraction:
    """How far rounding can have moved a numeral."""
    if rounded_to is not None:
        return rounded_to / 2
    return Fraction(0) if whole else Fraction(1, 2 * 10 ** _decimals(printed))


def _read_magnitude(
    printed: str, value: Fraction, qualifier: str, whole: bool, rounded_to: Fraction | None
) -> Reading:
    if qualifier in ("at_least", "more_than"):
        return _only(value, None, low_open=qualifier == "more_than")
    if qualifier in ("at_most", "less_than"):
        return _only(None, value, high_open=qualifier == "less_than")
    if match := _FRACTION.fullmatch(printed):
        return _read_fraction(match, value, qualifier)
    last_digit = rounded_to or Fraction(1, 10 ** decimals_printed(printed))
    last_nonzero = max(last_digit, _place_of_last_nonzero_digit(printed))
    half = last_digit / 2
    if qualifier in ("exact", "forecast"):
        if whole and rounded_to is None:
            return _only(value, value)
        if not value:
            return Reading(
                Interval(-half, half, low_open=True, high_open=True),
                Interval(-last_digit, last_digit, low_open=True, high_open=True),
            )
        return Reading(
            Interval(value - half, value + half, high_open=True),
            Interval(value - half, value + last_digit, high_open=True),
        )
    if qualifier == "rounded_up":
        return _only(value - last_digit, value, low_open=True)
    if qualifier == "about":
        # Never read more strictly than the same numeral without the word, cut off or rounded.
        cut_off = Fraction(0) if whole and rounded_to is None else last_digit
        above = max(last_nonzero / 2, cut_off)
        return _only(value - (last_nonzero / 2 if value else above), value + above)
    if qualifier == "over":
        return _only(value, value + last_nonzero, low_open=True)
    return _only(value - last_nonzero / 2, value, high_open=True)


def _read_fraction(match: re.Match[str], value: Fraction, qualifier: str) -> Reading:
    numerator, denominator = int(match["numerator"]), int(match["denominator"])
    # The fractions beside it have a denominator one more and one less.
    below = Fraction(numerator, denominator + 1)
    low = min((below + value) / 2, Fraction(2 * numerator, 2 * denominator + 1))
    # Beside a number without a denominator (3/1) stands nothing.
    above = Fraction(numerator, denominator - 1) if denominator > 1 else 2 * value
    high = max((above + value) / 2, Fraction(2 * numerator, 2 * denominator - 1))
    if qualifier in ("exact", "about", "forecast"):
        return _only(low, high)
    if qualifier == "over":
        # "Over half" goes up to the whole, "over a third" up to a half.
        return _only(value, above, low_open=True)
    if qualifier == "rounded_up":
        return _only(below, value, low_open=True)
    return _only(low, value, high_open=True)


def _place_of_last_nonzero_digit(printed: str) -> Fraction:
    digits = printed.replace(".", "")
    trailing_zeros = len(digits) - len(digits.rstrip("0")) if digits.strip("0") else 0
    return Fraction(10) ** (trailing_zeros - decimals_printed(printed))


def _only(
    low: Fraction | None,
    high: Fraction | None,
    *,
    low_open: bool = False,
    high_open: bool = False,
) -> Reading:
    interval = Interval(low, high, low_open, high_open)
    return Reading(interval, interval)
