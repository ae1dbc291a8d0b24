"""Sparse linear systems in exact rational arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gmpy2 import mpq

from pensionbook.engine.clock import check_time

_ZERO = mpq(0)


def solve_sparse(
    system: Sequence[Mapping[int, mpq]], right: Sequence[mpq]
) -> dict[int, mpq] | None:
    """Solve a sparse linear system exactly; ``None`` unless it has exactly one solution.

    Gaussian elimination that always takes the sparsest row next (Markowitz), so that the
    nearly triangular systems of accounting identities are solved by substitution alone.

    Args:
        system: one mapping a row, from unknown to nonzero coefficient; rows may outnumber unknowns.
        right: the right-hand sides.
    """
    rows = [dict(row) for row in system]
    right = list(right)
    done = _eliminate(rows, right)
    if len(done.order) < done.unknowns or any(right[index] for index in done.empty):
        return None
    order = done.order
    solution: dict[int, mpq] = {}
    for pivot_row, unknown in reversed(order):
        row = rows[pivot_row]
        total = right[pivot_row]
        for other, a in row.items():
            if other != unknown and solution[other]:
                total -= a * solution[other]
        solution[unknown] = total / row[unknown] if total else _ZERO
    return solution


def independent(system: Sequence[Mapping[int, mpq]]) -> list[tuple[int, int]]:
    """Rows and unknowns, paired, of a largest part of a system that has one solution."""
    return _eliminate([dict(row) for row in system], [_ZERO] * len(system)).order


class _Eliminated(NamedTuple):
    """The pivots as pairs of row and unknown, in the order taken, and the rows left empty."""

    order: list[tuple[int, int]]
    unknowns: int
    empty: set[int]


def _eliminate(rows: list[dict[int, mpq]], right: list[mpq]) -> _Eliminated:
    """Gaussian elimination in place."""
    holders: dict[int, set[int]] = {}
    for index, row in enumerate(rows):
        for unknown in row:
            holders.setdefault(unknown, set()).add(index)
    by_length: list[set[int]] = [set() for _ in range(len(holders) + 1)]
    for index, row in enumerate(rows):
        by_length[len(row)].add(index)
    shortest = 1
    order: list[tuple[int, int]] = []
    for count in range(len(holders)):
        if count % 64 == 63:
            check_time()
        while shortest <= len(holders) and not by_length[shortest]:
            shortest += 1
        if shortest > len(holders):
            break
        pivot_row = by_length[shortest].pop()
        row = rows[pivot_row]
        unknown = min(row, key=lambda u: (len(holders[u]), u))
        pivot = row[unknown]
        order.append((pivot_row, unknown))
        for other in row:
            holders[other].discard(pivot_row)
        for index in tuple(holders[unknown]):
            target = rows[index]
            before = len(target)
            factor = target.pop(unknown) / pivot
            for other, a in row.items():
                if other == unknown:
                    continue
                value = target.get(other, _ZERO) - factor * a
                if value:
                    if other not in target:
                        holders[other].add(index)
                    target[other] = value
                else:
                    del target[other]
                    holders[other].discard(index)
            if right[pivot_row]:
                right[index] -= factor * right[pivot_row]
            if len(target) != before:
                by_length[before].discard(index)
                by_length[len(target)].add(index)
                shortest = max(1, min(shortest, len(target)))
        holders[unknown] = set()
    return _Eliminated(order, len(holders), by_length[0])
