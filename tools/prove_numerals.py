"""What printed numerals and periods mean, in exact arithmetic; written anew for prove_check.py."""

import re
from fractions import Fraction

ZERO = Fraction(0)
NUMERAL = r"[+-]?[0-9]+(?:\.[0-9]+)?"


def unknown(why):
    raise NotImplementedError(why)


def readings(row, units):
    """What a numeral stands for, rounded and at most: (low, high, low is open, high is open)."""
    printed, kind, statistic = row["printed"], row["qualifier"], row["statistic"]
    unit = units.get(row["unit"], {"scale": "1", "whole": "no"})
    counted = unit["whole"] == "yes" or statistic in ("count", "parameter", "rank")
    to, scale = row.get("rounded_to") and Fraction(row["rounded_to"]), Fraction(unit["scale"])
    range_of = re.fullmatch(rf"(?:{NUMERAL} \()?({NUMERAL})\.\.({NUMERAL})\)?", printed)
    match = re.fullmatch(r"([+-]?)([0-9]+)(?:\.([0-9]+)|/([0-9]+))?", printed)
    if printed in ("not_available", "confidential") or statistic == "rank":
        rounded = widest = (None, None, False, False)
    elif statistic == "direction":
        ends = {"rising": (ZERO, None), "falling": (None, ZERO)}[printed]
        rounded = widest = (*ends, False, False)
    elif printed == "...":
        rounded = widest = (ZERO, (to or 1) * scale / 2, True, True)
    elif range_of:
        halves = [(to or ZERO if counted else to or digit_of(end)) / 2 for end in range_of.groups()]
        low, high = map(Fraction, range_of.groups())
        rounded = widest = ((low - halves[0]) * scale, (high + halves[1]) * scale, False, False)
    elif match:
        both = magnitudes(match, kind, to, counted and not to)
        scale = -scale if match[1] == "-" else scale
        rounded, widest = (turned(interval, scale) for interval in both)
    else:
        unknown("a numeral of another kind")
    if statistic == "mean_growth":
        years = int(row["period"]) - int(row["base_period"])
        rounded, widest = (
            (*(None if e is None else max(1 + e, ZERO) ** years for e in i[:2]), *i[2:])
            for i in (rounded, widest)
        )
    return rounded, widest


def digit_of(numeral):
    """The place of the last digit."""
    return Fraction(1, 10 ** len(numeral.partition(".")[2]))


def turned(interval, scale):
    low, high = (None if end is None else end * scale for end in interval[:2])
    return (low, high, *interval[2:]) if scale > 0 else (high, low, *interval[:1:-1])


def magnitudes(match, kind, to, counted):
    """The readings of a numeral without its sign."""
    _, whole, decimals, denominator = match.groups()
    value = Fraction(match[0].lstrip("+-"))
    digit = to or Fraction(1, 10 ** len(decimals or ""))
    places = (digit_of(match[0]) * 10**n for n in range(99))
    last = next(place for place in places if not value or value % (10 * place))
    last = max(last, digit)
    if kind in ("exact", "forecast"):
        kind = "counted" if counted else "rounded" if value else "zero"
    near = max(last / 2, ZERO if counted else digit)
    known = {
        "at_least": (value, None, False, False),
        "more_than": (value, None, True, False),
        "at_most": (None, value, False, False),
        "less_than": (None, value, False, True),
        "about": (value - (last / 2 if value else near), value + near, False, False),
        "over": (value, value + last, True, False),
        "nearly": (value - last / 2, value, False, True),
        "rounded_up": (value - digit, value, True, False),
        "counted": (value, value, False, False),
        "rounded": (value - digit / 2, value + digit / 2, False, True),
        "zero": (-digit / 2, digit / 2, True, True),
        "rounded cut": (value - digit / 2, value + digit, False, True),
        "zero cut": (-digit, digit, True, True),
    }
    if denominator and kind not in ("at_least", "more_than", "at_most", "less_than"):
        # Up to the middle between it and the fractions beside it, by value or by denominator.
        n, d = int(whole), int(denominator)
        below, above = Fraction(n, d + 1), Fraction(n, d - 1) if d > 1 else 2 * value
        low = min((below + value) / 2, Fraction(2 * n, 2 * d + 1))
        high = max((above + value) / 2, Fraction(2 * n, 2 * d - 1))
        known = dict.fromkeys(("about", "counted", "rounded", "zero"), (low, high, False, False))
        known["over"], known["nearly"] = (value, above, True, False), (low, value, False, True)
        known["rounded_up"] = (below, value, True, False)
    if kind not in known:
        unknown(f"the qualifier {kind}")
    return known[kind], known.get(f"{kind} cut", known[kind])


def in_forms(row, scale, value):
    """A number in the printed unit as what the figure's forms are bounded by."""
    if row["statistic"] == "mean_growth":
        return max(1 + value * scale, ZERO) ** (int(row["period"]) - int(row["base_period"]))
    return value * scale


def moved(period, years):
    return re.sub(r"[0-9]{4}", lambda year: f"{int(year[0]) + years:04}", period)


def months(period):
    """The months of a period as a half-open interval."""
    first, _, last = period.partition("/")
    last = f"{first[:4]}-{last}" if len(last) == 2 else last or first
    start = int(first[:4]) * 12 + int(first[5:] or 1) - 1
    return start, int(last[:4]) * 12 + int(last[5:] or 12)
