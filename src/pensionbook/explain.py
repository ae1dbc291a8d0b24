"""One sentence for each verdict, with the numbers, and numbers that never claim too much."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from pensionbook.figures import Interval, decimals_printed, read_figure
from pensionbook.package import Package
from pensionbook.verdicts import Verdict

_SYMBOLS = {"percent": " %", "percentage_point": " percentage points", "one": "", "": ""}


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


def interval_text(interval: Interval, decimals: int, unit: str) -> str:
    """An interval in words, rounded outward: ``19.65 to 19.67 %``."""
    symbol = _SYMBOLS.get(unit, f" {unit}")
    low = high = None
    if interval.low is not None:
        low = decimal_outward(interval.low, decimals, up=False, grouped=True)
    if interval.high is not None:
        high = decimal_outward(interval.high, decimals, up=True, grouped=True)
    if low is None and high is None:
        return "anything"
    if low is None:
        return f"at most {high}{symbol}"
    if high is None:
        return f"at least {low}{symbol}"
    return f"{low}{symbol}" if low == high else f"{low} to {high}{symbol}"


def because(verdict: Verdict, package: Package, *, brief: bool = False) -> str:
    """The verdict's reason in one sentence.

    Args:
        brief: leave out the figures and identities it rests on, but not the assumptions.
    """
    figure = verdict.figure
    decimals = _telling_decimals(verdict)
    unit = _unit_in_words(figure.unit or package.indicators[figure.indicator].unit, package)
    allowed = interval_text(verdict.implied.interval, decimals, unit)
    printed = _printed(figure.printed, figure.qualifier, unit)
    basis = _assumptions(verdict) if brief else _basis(verdict)
    if verdict.implied.unproved:
        return f"printed {printed}; no exact proof was found of what the others allow"
    if verdict.verdict == "untested":
        return f"printed {printed}; nothing else in the package constrains it"
    if verdict.verdict == "consistent":
        return f"printed {printed}, the others allow {allowed}{basis}"
    if verdict.verdict == "truncated":
        return (
            f"printed {printed}, the others allow {allowed}: it agrees only if its last digits "
            f"were cut off instead of rounded{basis}"
        )
    if verdict.verdict == "inconsistent":
        return f"printed {printed}, the others allow {allowed}{basis}"
    return f"printed {printed}, without it the others allow {allowed}{basis}; {_rivals(verdict)}"


def _telling_decimals(verdict: Verdict) -> int:
    """As many decimals as printed, or more where the printed figure would seem to fit."""
    figure, implied = verdict.figure, verdict.implied.interval
    decimals = 3 if "/" in figure.printed else decimals_printed(figure.printed)
    if verdict.verdict not in ("inconsistent", "disputed") or figure.statistic == "direction":
        return decimals
    printed = read_figure(figure.printed, figure.qualifier).widest
    for more in range(decimals, decimals + 4):
        if not printed.meets(_outward(implied, more)):
            return more
    return decimals


def _outward(interval: Interval, decimals: int) -> Interval:
    ends = (interval.low, interval.high)
    texts = (
        None if end is None else decimal_outward(end, decimals, up=up)
        for end, up in zip(ends, (False, True), strict=True)
    )
    return Interval(*(None if text is None else Fraction(text) for text in texts))


def _unit_in_words(unit: str, package: Package) -> str:
    if unit in _SYMBOLS:
        return unit
    name = package.units[unit].name_en
    return f"× {name}" if name[:1].isdigit() else name


def _printed(printed: str, qualifier: str, unit: str) -> str:
    words = {"exact": "", "at_least": "at least ", "forecast": "as a forecast "}
    return f"{words.get(qualifier, qualifier + ' ')}{printed}{_SYMBOLS.get(unit, f' {unit}')}"


def _basis(verdict: Verdict) -> str:
    figures, identities = verdict.implied.figures, verdict.implied.identities
    if not figures:
        return ""
    text = f" (from {_listed(figures)}"
    if identities:
        text += f"; by {_listed(identities)}"
    if verdict.implied.assumptions:
        text += f"; assuming that {_listed(verdict.implied.assumptions, '; and that ')}"
    return text + ")"


def _listed(items: tuple[str, ...], glue: str = ", ", most: int = 6) -> str:
    shown = glue.join(item.rstrip(".") for item in items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"


def _assumptions(verdict: Verdict) -> str:
    named = verdict.implied.assumptions
    return f", assuming that {_listed(named, '; and that ')}" if named else ""


def _rivals(verdict: Verdict) -> str:
    """Who else could be the wrong one."""
    own = [set(r) for r in verdict.repairs if verdict.figure.figure_id in r]
    rest = [r for r in verdict.repairs if verdict.figure.figure_id not in r]
    common = set.intersection(*own, *map(set, rest)) if rest else set()
    names = dict.fromkeys(" with ".join(n for n in r if n not in common) for r in rest)
    text = f"either this or {_listed(tuple(names), ' or ')} is wrong"
    if not verdict.all_repairs_checked:
        text += " (too many combinations of repairs to check each one)"
    return text
