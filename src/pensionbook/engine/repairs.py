"""All smallest repairs of an infeasible component.

Conflicts (minimal sets of claims and assumptions that exclude each other, each certified by an
exact infeasibility proof) are collected until every smallest way to hit them all is feasible: the
minimal-diagnosis scheme of Reiter (1987), as in implicit hitting-set solvers for MaxSAT. A conflict
is hit by removing one of its claims, by giving up one of its assumptions, or by reading a claim as
truncated. Fewest removed decides, an assumption counting like a claim; truncated readings do not:
for each set of what is removed, the fewest that it needs are found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import NamedTuple

from gmpy2 import mpq

from pensionbook.engine.problem import Cluster, Part, Repair, RowOf, combined
from pensionbook.engine.proved_lp import ExactLP, Infeasible, Row
from pensionbook.errors import UnprovedError

COMBINATIONS_CHECKED = 512
MOST_CONFLICTS = 2_000


# A conflict: item -> whether reading it as truncated already settles the conflict. Items are the
# claims, and after them the assumptions. So are the members of ``removed`` in this module.
Conflict = dict[int, bool]
# A point that satisfies what a repair leaves; None if none is quickly found.
PointUnder = Callable[[Repair], Mapping[int, mpq] | None]


class _Proved(NamedTuple):
    """A conflict, and multipliers of rows that exclude each other."""

    conflict: Conflict
    proof: Mapping[int, mpq]


class Diagnosis(NamedTuple):
    """The smallest repairs and what proves them.

    Attributes:
        clusters: of repairs, whose choices combine freely; none if the component is feasible.
        all_checked: whether every combination of choices was checked; beyond 512 combinations
            each choice is checked with the first choice of the other clusters.
        conflicts: for each conflict, multipliers of rows that exclude each other.
        witnesses: the repairs that were checked, each with a point that satisfies the other rows;
            empty unless asked for.
    """

    clusters: tuple[Cluster, ...]
    all_checked: bool
    conflicts: tuple[Mapping[int, mpq], ...]
    witnesses: tuple[tuple[Repair, Mapping[int, mpq]], ...]


def smallest_repairs(
    problem: Part,
    rows: Sequence[RowOf],
    scales: Sequence[float],
    point_under: PointUnder | None = None,
    *,
    prove: bool = False,
) -> Diagnosis:
    """All smallest repairs, as clusters whose choices combine freely.

    Args:
        point_under: for a large component, a point that satisfies what a repair leaves, if one is
            quickly found; then conflicts too are looked for among few rows first.
        prove: keep a point for each repair.

    Raises:
        UnprovedError: no exact proof was found, there are too many conflicts, or what is taken
            for granted contradicts itself.
    """
    tester = _Tester(problem, rows, scales, point_under)
    proved = list(_disjoint_conflicts(tester))
    settled: dict[Repair, Mapping[int, mpq] | None] = {}
    while True:
        conflicts = [each.conflict for each in proved]
        clusters = _clusters(conflicts)
        complete = prod(len(c.repairs) for c in clusters) <= COMBINATIONS_CHECKED
        for repair in _combinations(clusters, complete):
            if repair in settled:
                continue
            found = tester.conflicts(repair.removed, repair.truncated)
            if found:
                proved += found
                if len(proved) > MOST_CONFLICTS:
                    raise UnprovedError("too many conflicts to find all smallest repairs")
                break
            settled[repair] = tester.point if prove else None
        else:
            suspects = frozenset().union(*(c.suspects for c in clusters))
            certain = [c for c in conflicts if len(suspects & c.keys()) == 1]
            claims = len(problem.claims)
            points = [
                (_apart(repair.removed, repair.truncated, claims), point)
                for repair, point in settled.items()
                if point is not None
            ]
            return Diagnosis(
                tuple(_told_apart(c, claims, certain) for c in clusters),
                complete,
                tuple(each.proof for each in proved),
                tuple(points),
            )


def _told_apart(cluster: Cluster, claims: int, certain: Sequence[Conflict]) -> Cluster:
    """Claims and assumptions apart, each by its own number.

    Args:
        certain: the conflicts of which one item alone is removed in some repair.
    """
    repairs = tuple(_apart(r.removed, r.truncated, claims) for r in cluster.repairs)
    always = frozenset.intersection(*(repair.assumptions for repair in repairs))
    excluding = {
        assumption: frozenset(
            item
            for conflict in certain
            if claims + assumption in conflict
            for item in conflict
            if item < claims
        )
        for assumption in sorted(always)
    }
    return Cluster(repairs, excluding)


def _apart(removed: Iterable[int], truncated: Iterable[int], claims: int) -> Repair:
    """A repair told by items as one of claims and assumptions."""
    removed = frozenset(removed)
    return Repair(
        frozenset(item for item in removed if item < claims),
        frozenset(truncated),
        frozenset(item - claims for item in removed if item >= claims),
    )


class _Tester:
    """Feasibility with an exact proof either way: rows may give, the least total give is sought.

    Attributes:
        point: of the last question without a conflict, what satisfies its rows.
    """

    def __init__(
        self,
        problem: Part,
        rows: Sequence[RowOf],
        scales: Sequence[float],
        point_under: PointUnder | None = None,
    ) -> None:
        self.point: Mapping[int, mpq] = {}
        self._problem = problem
        self._point_under = point_under
        self._scales = scales
        self._rows = rows
        self._items = [_item_of(row, problem) for row in rows]
        columns = problem.columns + 1
        elastic: list[Row] = []
        scales = list(scales)
        self._cost: dict[int, mpq] = {}
        for row, item in zip(rows, self._items, strict=True):
            coefficients = dict(row.row.coefficients)
            if item is not None:
                size = max((abs(a) * mpq(scales[j]) for j, a in coefficients.items()), default=1)
                for sign in (1, -1) if row.row.equal else (1,):
                    coefficients[columns] = mpq(size) * sign
                    self._cost[columns] = mpq(1)
                    scales.append(1.0)
                    columns += 1
            elastic.append(Row(coefficients, row.row.equal, row.row.strict))
        self._lp = ExactLP(columns, elastic, scales)
        self._soft = [index for index, item in enumerate(self._items) if item is not None]

    def conflicts(
        self, removed: Iterable[int] = (), truncated: Iterable[int] = ()
    ) -> list[_Proved]:
        """Conflicts among the items that are left; none: proved feasible."""
        removed, truncated = frozenset(removed), frozenset(truncated)
        if self._point_under is not None:
            found = list(self._conflicts_nearby(removed, truncated))
            if found:
                return found
            point = self._point_under(_apart(removed, truncated, len(self._problem.claims)))
            if point is not None:
                self.point = point
                return []
        conflict = self._conflict(self._left(removed, truncated))
        return [] if conflict is None else [conflict]

    def _left(self, removed: frozenset[int], truncated: frozenset[int]) -> list[int]:
        return [
            i
            for i in self._soft
            if self._items[i] not in removed
            and not (self._rows[i].narrow and self._rows[i].claim in truncated)
        ]

    def _conflicts_nearby(
        self, removed: frozenset[int], truncated: frozenset[int]
    ) -> Iterator[_Proved]:
        """Conflicts proved from the rows around those that the floating-point solver blames."""
        active = [
            i
            for i in self._left(removed, truncated)
            if not self._rows[i].spare or self._rows[i].claim in truncated
        ]
        self._lp.set_active(self._soft, False)
        self._lp.set_active(active, True)
        for columns in _joined(self._rows[i].row for i in self._lp.blamed(self._cost)):
            near, numbers = self._around(columns)
            found = near._conflict(near._left(removed, truncated))
            if found is not None:
                yield found._replace(proof={numbers[i]: y for i, y in found.proof.items()})

    def _around(self, columns: set[int]) -> tuple[_Tester, list[int]]:
        """A tester of the rows that stand in some columns alone, and the numbers of these."""
        local = {j: n for n, j in enumerate(sorted(columns | {0}))}
        numbers, rows = list[int](), list[RowOf]()
        for number, row in enumerate(self._rows):
            coefficients = row.row.coefficients
            if coefficients and coefficients.keys() <= local.keys():
                renamed = {local[j]: a for j, a in coefficients.items()}
                numbers.append(number)
                rows.append(replace(row, row=replace(row.row, coefficients=renamed)))
        problem = replace(self._problem, columns=len(local) - 1)
        return _Tester(problem, rows, [self._scales[j] for j in local]), numbers

    def _conflict(self, active: Sequence[int]) -> _Proved | None:
        """A minimal conflict among some rows, or ``None``: proved feasible."""
        proof = self._excluding(active)
        if proof is None:
            return None
        core = self._soft_rows(proof)
        # Narrow rows are tried first: a conflict that holds for every reading says more.
        for index in sorted(core, key=lambda i: (not self._rows[i].narrow, i)):
            if index in core:
                smaller = self._excluding([i for i in core if i != index])
                if smaller is not None:
                    proof, core = smaller, self._soft_rows(smaller)
        conflict: Conflict = {}
        for index in core:
            item = self._items[index]
            if item is not None:
                conflict[item] = conflict.get(item, False) or self._rows[index].narrow
        if not conflict:
            raise UnprovedError("what is taken for granted contradicts itself")
        return _Proved(conflict, proof)

    def _excluding(self, active: Sequence[int]) -> Mapping[int, mpq] | None:
        """Multipliers of rows that exclude each other, or ``None`` and a point for all."""
        self._lp.set_active(self._soft, False)
        self._lp.set_active(active, True)
        try:
            optimum = self._lp.minimise_within(self._cost)
        except Infeasible as error:
            raise UnprovedError("what is taken for granted contradicts itself") from error
        if optimum.value == 0:
            self.point = optimum.point
            return None
        return {i: y for i, y in optimum.multipliers.items() if y}

    def _soft_rows(self, proof: Mapping[int, mpq]) -> list[int]:
        return [i for i in sorted(proof) if self._items[i] is not None]


def _item_of(row: RowOf, problem: Part) -> int | None:
    """The claim or assumption that a row falls with; none of what is taken for granted."""
    if row.assumption is not None:
        return len(problem.claims) + row.assumption
    return row.claim if row.claim is not None and problem.claims[row.claim].open else None


def _disjoint_conflicts(tester: _Tester) -> Iterator[_Proved]:
    """Conflicts that share no claim: a quick first collection."""
    used: set[int] = set()
    while found := tester.conflicts(used):
        for each in found:
            if not used & each.conflict.keys():
                yield each
                used |= each.conflict.keys()


def _joined(rows: Iterable[Row]) -> list[set[int]]:
    """The columns of rows, those together that some rows join."""
    groups: list[set[int]] = []
    for row in rows:
        joined = set(row.coefficients) - {0}
        apart = []
        for group in groups:
            if group & joined:
                joined |= group
            else:
                apart.append(group)
        groups = [*apart, joined]
    return groups


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
    return tuple(
        Cluster(tuple(factor))
        for _, joined in groups
        for factor in factors(smallest_hitting_sets(joined))
    )


def smallest_hitting_sets(conflicts: Sequence[Conflict]) -> list[Repair]:
    """All ways to settle every conflict with the fewest removals, each with its fewest truncations.

    A conflict that some truncation settles costs no removal, so the removals are the smallest
    hitting sets of the other conflicts, and the truncations those of what the removals leave. Ways
    with fewer truncations come first.
    """
    strict = [set(c) for c in conflicts if not any(c.values())]
    found = [
        Repair(removed, truncated)
        for removed in _hitting_sets(strict)
        for truncated in _hitting_sets(
            [{item for item, cut in c.items() if cut} for c in conflicts if not removed & set(c)]
        )
    ]
    return sorted(found, key=_rank)


def _rank(repair: Repair) -> tuple[int, list[int], list[int]]:
    return len(repair.truncated), sorted(repair.removed), sorted(repair.truncated)


def _hitting_sets(sets: Sequence[set[int]]) -> list[frozenset[int]]:
    """All hitting sets of the smallest size."""
    size = 0
    while True:
        found = list(_hitting_sets_of_size(list(sets), size, frozenset(), frozenset()))
        if found:
            return found
        size += 1


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
        sorted({_repair(_items(r) & block) for r in repairs}, key=_rank) for block in blocks
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
    yield from map(combined, choices)
