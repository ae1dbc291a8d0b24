"""What an audit must find, by brute force, from the definitions alone.

Shares no code with the package and nothing it takes for granted: it reads printed numerals itself,
writes the inequalities of each statement out, tries every set of statements and assumptions, and
decides by Fourier-Motzkin elimination with strict inequalities. Only for very small systems.

An inequality is ``(coefficients, constant, strict)``: their product with the unknowns, plus the
constant, is at least zero, or more than zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

Inequality = tuple[tuple[Fraction, ...], Fraction, bool]
Ends = tuple[Fraction | None, Fraction | None]
NONE, ONE = Fraction(0), Fraction(1)


# -- what a printed numeral stands for ------------------------------------------------------------


@dataclass(frozen=True)
class Values:
    """From ``low`` to ``high``; an end that is ``None`` is not bounded."""

    low: Fraction | None
    low_belongs: bool
    high: Fraction | None
    high_belongs: bool

    def times(self, factor: Fraction) -> Values:
        low, high = self.low, self.high
        return Values(
            None if low is None else low * factor, self.low_belongs,
            None if high is None else high * factor, self.high_belongs,
        )  # fmt: skip


def values_of(printed: str, qualifier: str, *, counted: bool, cut_off: bool) -> Values:
    """All numbers that would be printed so.

    Args:
        counted: single persons, nothing is rounded.
        cut_off: digits may have been cut off instead of rounded.
    """
    digits = printed.lstrip("+-")
    number = Fraction(digits)
    decimals = len(digits.partition(".")[2])
    unit = Fraction(1, 10**decimals)
    place = unit
    while number and (number / place).denominator == 1 and not (number / place) % 10:
        place *= 10
    if qualifier == "exact" and counted:
        found = Values(number, True, number, True)
    elif qualifier == "exact" and not number:
        far = unit if cut_off else unit / 2
        found = Values(-far, False, far, False)
    elif qualifier == "exact":
        # Halves are rounded up in size: 2.5 is printed as 3.
        far = number + (unit if cut_off else unit / 2)
        found = Values(number - unit / 2, True, far, False)
    elif qualifier == "about":
        # As wide at least as the numeral by itself, rounded or cut off.
        far = place / 2 if counted else max(place / 2, unit)
        found = Values(number - (place / 2 if number else far), True, number + far, True)
    elif qualifier == "over":
        found = Values(number, False, number + place, True)
    elif qualifier == "nearly":
        found = Values(number - place / 2, True, number, False)
    else:
        found = Values(number, True, None, False)
    if not printed.startswith("-"):
        return found
    low = None if found.high is None else -found.high
    high = None if found.low is None else -found.low
    return Values(low, found.high_belongs, high, found.low_belongs)


# -- what a statement says of the unknowns --------------------------------------------------------


@dataclass(frozen=True)
class Statement:
    """A level, or a change of one, or such a thing as so many times a base.

    Attributes:
        over: the quantity as coefficients of the unknowns.
        base: coefficients of what it is measured against; ``None`` for a level or a change.
        rounded: what the numeral stands for; ``cut_off`` what it may stand for at most.
    """

    over: tuple[Fraction, ...]
    base: tuple[Fraction, ...] | None
    rounded: Values
    cut_off: Values

    def inequalities(self, *, cut_off: bool) -> list[Inequality]:
        """Over the base, the base being more than nothing, or over one."""
        values = self.cut_off if cut_off else self.rounded
        nothing = (NONE,) * len(self.over)
        base, one = (self.base, NONE) if self.base else (nothing, ONE)
        found: list[Inequality] = [(self.base, NONE, True)] if self.base else []
        for sign, end, belongs in (
            (1, values.low, values.low_belongs), (-1, values.high, values.high_belongs)
        ):  # fmt: skip
            if end is not None:
                row = tuple(sign * (a - end * b) for a, b in zip(self.over, base, strict=True))
                found.append((row, -sign * end * one, not belongs))
        return found


@dataclass(frozen=True)
class Equation:
    """Coefficients whose product with the unknowns is zero; a definition, or by an assumption."""

    coefficients: tuple[Fraction, ...]
    assumption: str = ""

    def inequalities(self) -> list[Inequality]:
        return [(tuple(s * a for a in self.coefficients), NONE, False) for s in (1, -1)]


# -- elimination ----------------------------------------------------------------------------------


def _plain(row: Inequality) -> Inequality:
    coefficients, constant, strict = row
    size = max(map(abs, coefficients), default=NONE)
    if not size:
        return row
    return tuple(a / size for a in coefficients), constant / size, strict


def _strongest(rows: Iterable[Inequality]) -> list[Inequality]:
    best: dict[tuple[Fraction, ...], tuple[Fraction, bool]] = {}
    for coefficients, constant, strict in map(_plain, rows):
        # A smaller constant asks for more; of two equal ones the strict does.
        said = (constant, not strict)
        best[coefficients] = min(said, best.get(coefficients, said))
    return [(a, constant, not lax) for a, (constant, lax) in best.items()]


def without(rows: Sequence[Inequality], unknown: int) -> list[Inequality]:
    """What the inequalities say of the other unknowns."""
    lower = [row for row in rows if row[0][unknown] > 0]
    upper = [row for row in rows if row[0][unknown] < 0]
    found = [row for row in rows if not row[0][unknown]]
    for a, b, strict in lower:
        for c, d, strict_too in upper:
            p, q = -c[unknown], a[unknown]
            mixed = tuple(p * x + q * y for x, y in zip(a, c, strict=True))
            found.append((mixed, p * b + q * d, strict or strict_too))
    return _strongest(found)


def possible(rows: Sequence[Inequality], count: int) -> bool:
    """Whether some numbers satisfy all."""
    rows = _strongest(rows)
    for unknown in range(count):
        rows = without(rows, unknown)
    return all(constant > 0 or (constant == 0 and not strict) for _, constant, strict in rows)


def extent(rows: Sequence[Inequality], count: int, unknown: int) -> Ends:
    """The greatest lower and the least upper bound of an unknown, of a system that is possible."""
    rows = _strongest(rows)
    for other in range(count):
        if other != unknown:
            rows = without(rows, other)
    lows = [-b / a[unknown] for a, b, _ in rows if a[unknown] > 0]
    highs = [-b / a[unknown] for a, b, _ in rows if a[unknown] < 0]
    return max(lows, default=None), min(highs, default=None)


def extent_of_rate(
    rows: Sequence[Inequality], count: int, over: Sequence[Fraction], base: Sequence[Fraction]
) -> Ends:
    """Greatest lower and least upper bound of a quotient, where its base is more than nothing.

    The unknowns are measured in the base: they, one, and the quotient become the new unknowns.
    """
    wider: list[Inequality] = [((*a, b, NONE), NONE, strict) for a, b, strict in rows]
    wider.append(((NONE,) * count + (ONE, NONE), NONE, True))
    for coefficients, constant in (((*base, NONE, NONE), -ONE), ((*over, NONE, -ONE), NONE)):
        for sign in (1, -1):
            wider.append((tuple(sign * a for a in coefficients), sign * constant, False))
    if not possible(wider, count + 2):
        return None, None
    return extent(wider, count + 2, count + 1)


# -- the audit ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Repair:
    """Numbers of statements set aside and of others read as cut off, assumptions given up."""

    aside: frozenset[int]
    given_up: frozenset[str]
    cut_off: frozenset[int]


def rows_under(
    repair: Repair, statements: Sequence[Statement], equations: Sequence[Equation], count: int
) -> list[Inequality]:
    """All that holds under a repair; no unknown is less than nothing."""
    rows: list[Inequality] = [
        (tuple(ONE if i == n else NONE for i in range(count)), NONE, False) for n in range(count)
    ]
    for equation in equations:
        if not equation.assumption or equation.assumption not in repair.given_up:
            rows += equation.inequalities()
    for n, statement in enumerate(statements):
        if n not in repair.aside:
            rows += statement.inequalities(cut_off=n in repair.cut_off)
    return rows


def smallest_repairs(
    statements: Sequence[Statement], equations: Sequence[Equation], count: int
) -> set[Repair]:
    """All with the fewest set aside or given up; each with the fewest that must be cut off."""
    numbers = range(len(statements))
    assumptions = sorted({e.assumption for e in equations if e.assumption})

    def holds(repair: Repair) -> bool:
        return possible(rows_under(repair, statements, equations, count), count)

    everything: list[int | str] = [*numbers, *assumptions]
    for size in range(len(everything) + 1):
        found: set[Repair] = set()
        for chosen in combinations(everything, size):
            aside = frozenset(n for n in chosen if isinstance(n, int))
            given_up = frozenset(text for text in chosen if isinstance(text, str))
            left = [n for n in numbers if n not in aside]
            if not holds(Repair(aside, given_up, frozenset(left))):
                continue
            for cuts in range(len(left) + 1):
                least = {
                    repair
                    for cut in combinations(left, cuts)
                    if holds(repair := Repair(aside, given_up, frozenset(cut)))
                }
                if least:
                    found |= least
                    break
        if found:
            return found
    raise AssertionError("definitions contradict each other")


def all_in_doubt(repairs: Iterable[Repair]) -> Repair:
    """All that some repair sets aside, gives up or reads as cut off."""
    repairs = list(repairs)
    return Repair(
        frozenset().union(*(r.aside for r in repairs)),
        frozenset().union(*(r.given_up for r in repairs)),
        frozenset().union(*(r.cut_off for r in repairs)),
    )


def verdict(number: int, repairs: Iterable[Repair]) -> str:
    """Of a statement; those that others say nothing of are not told from those that stand."""
    repairs = list(repairs)
    aside = [number in repair.aside for repair in repairs]
    if all(aside):
        return "inconsistent"
    if any(aside):
        return "disputed"
    return "truncated" if all(number in repair.cut_off for repair in repairs) else "stands"


def hull(all_ends: Iterable[Ends]) -> Ends:
    """The least and the greatest of several pairs of ends."""
    lows, highs = zip(*all_ends, strict=True)
    return None if None in lows else min(lows), None if None in highs else max(highs)
