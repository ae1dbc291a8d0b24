"""Brute force for small systems: every subset of claims, exact elimination of variables.

Shares no code with the engine: rows are (coefficients, right-hand side) meaning ``a . x >= b``,
feasibility and bounds come from Fourier-Motzkin elimination in fractions.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations


def eliminate(rows, variable):
    """Project the solution set of the rows along one variable."""
    lower, upper, free = [], [], set()
    for a, b in rows:
        if a[variable] > 0:
            lower.append((a, b))
        elif a[variable] < 0:
            upper.append((a, b))
        else:
            free.add((a, b))
    for a, b in lower:
        for c, d in upper:
            p, q = a[variable], -c[variable]
            combined = tuple(q * x + p * y for x, y in zip(a, c, strict=True))
            free.add(_normalised(combined, q * b + p * d))
    return _strongest(free)


def _normalised(a, b):
    size = max((abs(x) for x in a), default=0) or Fraction(1)
    return tuple(x / size for x in a), b / size


def _strongest(rows):
    best = {}
    for a, b in rows:
        best[a] = max(b, best.get(a, b))
    return list(best.items())


def feasible(rows, count):
    """Whether some x satisfies all rows."""
    rows = _strongest(_normalised(a, b) for a, b in rows)
    for variable in range(count):
        rows = eliminate(rows, variable)
    return all(b <= 0 for _, b in rows)


def extent(rows, count, variable):
    """Exact minimum and maximum of one variable (None where unbounded)."""
    rows = _strongest(_normalised(a, b) for a, b in rows)
    for other in range(count):
        if other != variable:
            rows = eliminate(rows, other)
    lows = [b / a[variable] for a, b in rows if a[variable] > 0]
    highs = [b / a[variable] for a, b in rows if a[variable] < 0]
    return max(lows, default=None), min(highs, default=None)


def smallest_repairs(rows_of_claim, hard, count):
    """All (removed, truncated) pairs of least cost: fewest removed, then fewest truncated.

    ``rows_of_claim[i]`` is (rows if rounded, rows if rounded or truncated).
    """
    claims = range(len(rows_of_claim))
    for removals in range(len(rows_of_claim) + 1):
        for truncations in range(len(rows_of_claim) + 1 - removals):
            found = set()
            for removed in combinations(claims, removals):
                left = [i for i in claims if i not in removed]
                for truncated in combinations(left, truncations):
                    rows = list(hard)
                    for i in left:
                        rows += rows_of_claim[i][i in truncated]
                    if feasible(rows, count):
                        found.add((frozenset(removed), frozenset(truncated)))
            if found:
                return found
    raise AssertionError("the hard rows are infeasible")
