"""All smallest repairs of an infeasible component.

Conflicts (minimal sets of claims that exclude each other, each certified by an exact infeasibility
proof) are collected until every smallest way to hit them all is feasible: the minimal-diagnosis
scheme of Reiter (1987), as in implicit hitting-set solvers for MaxSAT. A conflict is hit by
removing one of its claims or, at a lower cost, by reading one as truncated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from math import prod

from gmpy2 import mpq

from pensionbook.engine.problem import Cluster, Part, Repair, RowOf
from pensionbook.engine.proved_lp import ExactLP, Row
from pensionbook.engine.system import ONE
from pensionbook.errors import UnprovedError

COMBINATIONS_CHECKED = 512
MOST_CONFLICTS = 2_000


# A conflict: claim -> whether reading it as truncated already settles the conflict.
Conflict = dict[int, bool]


def smallest_repairs(
    problem: Part, rows: Sequence[RowOf], scales: Sequence[float]
) -> tuple[tuple[Cluster, ...], bool]:
    """All smallest repairs, as clusters whose choices combine freely.

    Returns:
        The clusters (none if the component is feasible after all) and whether every combination
        of choices was checked; beyond 512 combinations each choice is checked with the first
        choice of the other clusters.

    Raises:
        UnprovedError: no exact proof was found, there are too many conflicts, or the equations
            alone exclude each other.
    """
    tester = _Tester(problem, rows, scales)
    conflicts = list(_disjoint_conflicts(tester))
    settled: set[Repair] = set()
    while True:
        clusters = _clusters(conflicts)
        complete = prod(len(c.repairs) for c in clusters) <= COMBINATIONS_CHECKED
        for repair in _combinations(clusters, complete):
            if repair in settled:
                continue
            conflict = tester.conflict(repair.removed, repair.truncated)
            if conflict is not None:
                conflicts.append(conflict)
                if len(conflicts) > MOST_CONFLICTS:
                    raise UnprovedError("too many conflicts to find all smallest repairs")
                break
            settled.add(repair)
        else:
            return clusters, complete


class _Tester:
    """Feasibility with an exact proof either way: rows may give, the least total give is sought."""

    def __init__(self, problem: Part, rows: Sequence[RowOf], scales: Sequence[float]) -> None:
        self._rows = rows
        self._open = [claim.open for claim in problem.claims]
        columns = problem.columns + 1
        elastic: list[Row] = []
        scales = list(scales)
        self._cost: dict[int, mpq] = {}
        for row in rows:
            coefficients = dict(row.row.coefficients)
            if self._gives(row):
                size = max(abs(a) * mpq(scales[j]) for j, a in coefficients.items())
                for sign in (1, -1) if row.row.equal else (1,):
                    coefficients[columns] = size * sign
                    self._cost[columns] = mpq(1)
                    scales.append(1.0)
                    columns += 1
            elastic.append(Row(coefficients, row.row.equal))
        self._lp = ExactLP(columns, elastic, scales)
        self._of_claim: dict[int, list[int]] = {}
        for index, row in enumerate(rows):
            if self._gives(row):
                self._of_claim.setdefault(row.claim, []).append(index)
        self._soft = [index for index, row in enumerate(rows) if self._gives(row)]

    def conflict(
        self, removed: Iterable[int] = (), truncated: Iterable[int] = ()
    ) -> Conflict | None:
        """A minimal conflict among the claims that are left, or ``None``: proved feasible."""
        removed, truncated = set(removed), set(truncated)
        active = [
            i
            for i in self._soft
            if self._rows[i].claim not in removed
            and not (self._rows[i].narrow and self._rows[i].claim in truncated)
        ]
        core = self._infeasible_rows(active)
        if core is None:
            return None
        # Narrow rows are tried first: a conflict that holds for every reading says more.
        for index in sorted(core, key=lambda i: (not self._rows[i].narrow, i)):
            if index in core:
                smaller = self._infeasible_rows([i for i in core if i != index])
                core = core if smaller is None else smaller
        if not core:
            raise UnprovedError(
                "the identities (or the figures taken for granted) contradict each other; "
                "look for a wrong sign or coefficient in identities.csv"
            )
        conflict: Conflict = {}
        for index in core:
            claim = self._rows[index].claim
            conflict[claim] = conflict.get(claim, False) or self._rows[index].narrow
        return conflict

    def _infeasible_rows(self, active: Sequence[int]) -> list[int] | None:
        self._lp.set_active(self._soft, False)
        self._lp.set_active(active, True)
        optimum = self._lp.minimise(self._cost, {ONE: mpq(1)})
        if optimum.value == 0:
            return None
        wanted = set(active)
        return [i for i, y in sorted(optimum.multipliers.items()) if y and i in wanted]

    def _gives(self, row: RowOf) -> bool:
        return row.claim is not None and self._open[row.claim]


def _disjoint_conflicts(tester: _Tester) -> Iterator[Conflict]:
    """Conflicts that share no claim: a quick first collection."""
    used: set[int] = set()
    while (conflict := tester.conflict(used)) is not None:
        yield conflict
        used |= conflict.keys()


def _clusters(conflicts: Sequence[Conflict]) -> tuple[Cluster, ...]:
    groups: list[tuple[set[int], list[Conflict]]] = []
    for conflict in conflicts:
        members, joined = set(conflict), [conflict]
        apart = []
        for group in groups:
            if group[0] & members:
                members |= group[0]
                joined = group[1] + joined
            else:
                apart.append(group)
        groups = [*apart, (members, joined)]
    found = (smallest_hitting_sets(group[1]) for group in groups)
    return tuple(Cluster(tuple(factor)) for repairs in found for factor in factors(repairs))


def smallest_hitting_sets(conflicts: Sequence[Conflict]) -> list[Repair]:
    """All cheapest ways to settle every conflict: fewest removals, then fewest truncations.

    A conflict that some truncation settles costs no removal, so the removals are the smallest
    hitting sets of the other conflicts, and the truncations those of what the removals leave.
    """
    strict = [set(c) for c in conflicts if not any(c.values())]
    best: list[Repair] = []
    fewest = None
    for removed in _hitting_sets(strict):
        left = [
            {claim for claim, cut in c.items() if cut} for c in conflicts if not removed & set(c)
        ]
        for truncated in _hitting_sets(left, fewest):
            if fewest is None or len(truncated) < fewest:
                fewest, best = len(truncated), []
            best.append(Repair(removed, truncated))
    return sorted(best, key=lambda r: (sorted(r.removed), sorted(r.truncated)))


def _hitting_sets(sets: Sequence[set[int]], most: int | None = None) -> list[frozenset[int]]:
    """All hitting sets of the smallest size, if that size is at most ``most``."""
    size = 0
    while most is None or size <= most:
        found = list(_hitting_sets_of_size(list(sets), size, frozenset(), frozenset()))
        if found:
            return found
        size += 1
    return []


def _hitting_sets_of_size(
    sets: list[set[int]], size: int, chosen: frozenset[int], barred: frozenset[int]
) -> Iterator[frozenset[int]]:
    """Depth-first; each branch bars the elements tried before it, so that none comes twice."""
    unhit = [s for s in sets if not s & chosen]
    if not unhit:
        yield chosen
        return
    if len(chosen) + _disjoint(unhit) > size:
        return
    for element in sorted(min(unhit, key=lambda s: len(s - barred)) - barred):
        yield from _hitting_sets_of_size(unhit, size, chosen | {element}, barred)
        barred |= {element}


def _disjoint(sets: Sequence[set[int]]) -> int:
    """How many of the sets are disjoint, taken greedily: each needs an element of its own."""
    used: set[int] = set()
    count = 0
    for members in sorted(sets, key=len):
        if not members & used:
            used |= members
            count += 1
    return count


def factors(repairs: Sequence[Repair]) -> list[list[Repair]]:
    """Split a list of repairs into independent choices whose product it is, as far as possible.

    Items of different factors are statistically independent over the list, which gives the
    split; it is kept only if the product has as many members as the list.
    """
    items = sorted({item for repair in repairs for item in _items(repair)})
    holders = {item: {n for n, r in enumerate(repairs) if item in _items(r)} for item in items}
    blocks: list[set[tuple[int, bool]]] = []
    for item in items:
        tied = [
            block
            for block in blocks
            if any(
                len(holders[item] & holders[other]) * len(repairs)
                != len(holders[item]) * len(holders[other])
                for other in block
            )
        ]
        blocks = [b for b in blocks if b not in tied] + [{item}.union(*tied)]
    projections = [
        sorted({_repair(_items(r) & block) for r in repairs}, key=lambda r: sorted(_items(r)))
        for block in blocks
    ]
    if prod(map(len, projections)) != len(repairs):
        return [list(repairs)]
    return projections


def _items(repair: Repair) -> set[tuple[int, bool]]:
    return {(c, False) for c in repair.removed} | {(c, True) for c in repair.truncated}


def _repair(items: set[tuple[int, bool]]) -> Repair:
    return Repair(
        frozenset(claim for claim, cut in items if not cut),
        frozenset(claim for claim, cut in items if cut),
    )


def _combinations(clusters: Sequence[Cluster], complete: bool) -> Iterator[Repair]:
    if complete:
        choices: Iterable[tuple[Repair, ...]] = product(*(c.repairs for c in clusters))
    else:
        first = [c.repairs[0] for c in clusters]
        choices = (
            (*first[:i], repair, *first[i + 1 :])
            for i, cluster in enumerate(clusters)
            for repair in cluster.repairs
        )
    for choice in islice(choices, None):
        yield Repair(
            frozenset().union(*(r.removed for r in choice)),
            frozenset().union(*(r.truncated for r in choice)),
        )
