"""One independent part of the system: its smallest repairs, its bounds, what each figure's
neighbours imply for it.

Pure functions over plain records, so that parts can be solved in separate processes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import inf, prod

from gmpy2 import mpq

from pensionbook.engine.clock import check_time, until
from pensionbook.engine.nearby import NearbyLP
from pensionbook.engine.problem import (
    OUT_OF_TIME,
    UNPROVED,
    Answer,
    Cluster,
    End,
    Part,
    Proof,
    Repair,
    Span,
    all_of,
    combined,
    rows_of,
    scales_of,
)
from pensionbook.engine.proved_lp import ExactLP, Infeasible, Optimum, Unbounded
from pensionbook.engine.repairs import Diagnosis, smallest_repairs
from pensionbook.engine.system import Form
from pensionbook.errors import OutOfTimeError, UnprovedError

# Beyond so many combinations of repairs, what holds under each of them is not looked for.
COMBINATIONS_TRIED = 256
# Components with so many columns are asked from few of their rows at a time; below, all rows at
# once are quicker.
NEARBY_FROM = 150
_FINAL = frozenset({None, UNPROVED, OUT_OF_TIME})
_NOTHING = Repair(frozenset(), frozenset())


class PartSolver:
    """The linear programs over the rows of a component, with some of them switched on and off.

    Args:
        prove: whether ends keep their proofs.
    """

    def __init__(self, problem: Part, *, prove: bool = False) -> None:
        self._proves = prove
        self.rows = rows_of(problem)
        family = NearbyLP if problem.columns >= NEARBY_FROM else ExactLP
        self._lp = family(problem.columns + 1, [r.row for r in self.rows], scales_of(problem))
        self._of_claim: dict[int, list[int]] = {}
        self._of_assumption: dict[int, list[int]] = {}
        for index, row in enumerate(self.rows):
            if row.claim is not None:
                self._of_claim.setdefault(row.claim, []).append(index)
            if row.assumption is not None:
                self._of_assumption.setdefault(row.assumption, []).append(index)
        if self.is_large:
            self._lp.set_active([n for n, row in enumerate(self.rows) if row.spare], False)
        self._left_out = _NOTHING

    def leave_out(self, repair: Repair) -> None:
        """Leave out and read as truncated exactly what a repair says."""
        before, self._left_out = self._left_out, repair
        claims = (repair.removed ^ before.removed) | (repair.truncated ^ before.truncated)
        for claim in claims:
            for index in self._of_claim.get(claim, ()):
                self._lp.set_active([index], self._stays(index, repair))
        for assumption in repair.assumptions ^ before.assumptions:
            for index in self._of_assumption[assumption]:
                self._lp.set_active([index], self._stays(index, repair))

    def _stays(self, index: int, repair: Repair) -> bool:
        row = self.rows[index]
        if row.claim in repair.removed or row.assumption in repair.assumptions:
            return False
        if row.claim in repair.truncated:
            return not row.narrow
        return not (row.spare and self.is_large)

    @property
    def is_large(self) -> bool:
        """Whether it is asked from few of its rows at a time."""
        return isinstance(self._lp, NearbyLP)

    def point_under(self, repair: Repair) -> Mapping[int, mpq] | None:
        """A point that satisfies the rows that a repair leaves, as :meth:`feasible_point`."""
        self.leave_out(repair)
        return self.feasible_point()

    def feasible_point(self) -> Mapping[int, mpq] | None:
        """A point that satisfies all rows, strict ones strictly.

        None where there is none, or no proof was found.
        """
        if isinstance(self._lp, NearbyLP):
            return self._lp.feasible_point()
        try:
            return self._lp.minimise_within({}).point
        except OutOfTimeError:
            raise
        except (Infeasible, UnprovedError):
            return None

    def span(self, form: Form) -> Span:
        """Minimum and maximum of a quotient of linear forms over all points, proved.

        They are those of the closure: the least number that no value is below.
        """
        return Span(self.end(form, 1)[0], self.end(form, -1)[0])

    def end(self, form: Form, sign: int) -> tuple[End, Mapping[int, mpq] | None]:
        """The minimum (the maximum if the sign is negative), and a point that attains it."""
        cost = {column: a * sign for column, a in form.numerator.items()}
        try:
            check_time()
            optimum = self._lp.minimise(cost, form.denominator)
        except (Unbounded, Infeasible):
            return End(None), None
        except UnprovedError as error:
            return End(_missing(error)), None
        return self._rests_on(optimum, sign), optimum.point

    def broken_by(self, point: Mapping[int, mpq], indices: Sequence[int]) -> list[int]:
        """Those of some rows whose closure a point does not lie in."""
        found = []
        for index in indices:
            row = self.rows[index].row
            total = sum((a * point[j] for j, a in row.coefficients.items() if j in point), mpq(0))
            if total < 0 or (row.equal and total):
                found.append(index)
        return found

    def rows_at_stake(self, repair: Repair) -> list[int]:
        """The rows that a repair does away with."""
        of_claims = (
            index
            for claim in sorted(repair.removed | repair.truncated)
            for index in self._of_claim.get(claim, ())
        )
        of_assumptions = (
            index for n in sorted(repair.assumptions) for index in self._of_assumption[n]
        )
        found = {*of_claims, *of_assumptions}
        return [index for index in sorted(found) if not self._stays(index, repair)]

    def breaks(self, indices: Sequence[int], repair: Repair) -> bool:
        """Whether some of these rows stay in force under a repair."""
        return any(self._stays(index, repair) for index in indices)

    def _rests_on(self, optimum: Optimum, sign: int) -> End:
        multipliers = {index: y for index, y in optimum.multipliers.items() if y}
        used = [self.rows[index] for index in multipliers]
        return End(
            optimum.value * sign,
            frozenset(r.claim for r in used if r.claim is not None),
            frozenset(r.equation for r in used if r.equation is not None),
            (Proof(optimum.value * sign, multipliers),) if self._proves else (),
        )


def solve_component(problem: Part, moment: float = inf, *, prove: bool = False) -> Answer:
    """Smallest repairs, proved bounds of every column, and what the others imply for each claim.

    Args:
        moment: until when proofs are looked for, as :func:`pensionbook.engine.clock.deadline`.
        prove: keep the proofs of all that is said.
    """
    with until(moment):
        try:
            check_time()
            return _solved(problem, prove)
        except UnprovedError as error:
            return unproved(problem, _missing(error))


def _solved(problem: Part, prove: bool) -> Answer:
    """The answer.

    Raises:
        UnprovedError: the repairs are not proved.
    """
    model = PartSolver(problem, prove=prove)
    point = model.feasible_point()
    if point is not None:
        found = Diagnosis((), True, (), ((_NOTHING, point),))
    else:
        point_under = model.point_under if model.is_large else None
        found = smallest_repairs(problem, model.rows, scales_of(problem), point_under, prove=prove)
    clusters, all_checked = found.clusters, found.all_checked
    bounds, under_any = _bounds(model, problem.asked, clusters, all_checked)
    implied = {}
    for number, claim in enumerate(problem.claims):
        if not claim.open:
            continue
        spans = []
        for repair in _what_to_leave_out(number, clusters):
            model.leave_out(repair)
            spans.append(_intersection([model.span(form) for form in claim.forms]))
        implied[number] = _hull(spans)
    answer = Answer(clusters, all_checked, bounds, under_any, implied)
    if prove:
        answer = replace(answer, conflicts=found.conflicts, witnesses=found.witnesses)
    return answer


def _missing(error: UnprovedError) -> str:
    return OUT_OF_TIME if isinstance(error, OutOfTimeError) else UNPROVED


def unproved(problem: Part, why: str = UNPROVED) -> Answer:
    """Without proved repairs nothing else can be proved either."""
    nothing = Span(End(why), End(why))
    bounds = dict.fromkeys(problem.asked, nothing)
    implied = {n: nothing for n, claim in enumerate(problem.claims) if claim.open}
    return Answer((), False, bounds, bounds, implied, proved=False)


def _bounds(
    model: PartSolver, levels: Mapping[int, Form], clusters: Sequence[Cluster], all_checked: bool
) -> tuple[dict[int, Span], dict[int, Span]]:
    """Bounds of every level without all that is in some repair, and under any repair."""
    stakes = [
        (cluster, model.rows_at_stake(all_of((cluster,))))
        for cluster in clusters
        if len(cluster.repairs) > 1
    ]
    model.leave_out(all_of(clusters))
    strict: dict[tuple[int, int], End] = {}
    open_ends: list[tuple[int, int]] = []
    for column, level in levels.items():
        for sign in (1, -1):
            end, point = model.end(level, sign)
            strict[column, sign] = end
            if stakes and not (point and _is_reached(model, point, stakes)):
                open_ends.append((column, sign))
    under_any = strict | _under_any_repair(model, levels, open_ends, strict, clusters, all_checked)
    return (
        {column: Span(strict[column, 1], strict[column, -1]) for column in levels},
        {column: Span(under_any[column, 1], under_any[column, -1]) for column in levels},
    )


def _is_reached(
    model: PartSolver, point: Mapping[int, mpq], stakes: Sequence[tuple[Cluster, list[int]]]
) -> bool:
    """Whether a point stays possible under some repair, so that its end does too."""
    return all(
        any(not model.breaks(broken, repair) for repair in cluster.repairs)
        for cluster, stake in stakes
        if (broken := model.broken_by(point, stake))
    )


def _under_any_repair(
    model: PartSolver,
    levels: Mapping[int, Form],
    ends: Sequence[tuple[int, int]],
    strict: Mapping[tuple[int, int], End],
    clusters: Sequence[Cluster],
    all_checked: bool,
) -> dict[tuple[int, int], End]:
    """The outermost of each end over all repairs."""
    if not ends:
        return {}
    if not all_checked or prod(len(c.repairs) for c in clusters) > COMBINATIONS_TRIED:
        return dict.fromkeys(ends, End(UNPROVED))
    found: dict[tuple[int, int], list[End]] = {key: [] for key in ends}
    for choice in product(*(c.repairs for c in clusters)):
        model.leave_out(combined(choice))
        for (column, sign), so_far in found.items():
            # Nothing lies outside what holds without all that is in some repair.
            if so_far and so_far[-1].value in _FINAL | {strict[column, sign].value}:
                continue
            so_far.append(model.end(levels[column], sign)[0])
    return {(column, sign): _outermost(all_, -sign) for (column, sign), all_ in found.items()}


def _what_to_leave_out(claim: int, clusters: Sequence[Cluster]) -> Iterator[Repair]:
    """For a sound claim: itself and all suspects. For a suspect: each repair that drops it."""
    for cluster in clusters:
        if claim in cluster.suspects:
            elsewhere = all_of(other for other in clusters if other is not cluster)
            yield from (combined((elsewhere, r)) for r in cluster.repairs if claim in r.removed)
            return
    yield combined((all_of(clusters), Repair(frozenset({claim}), frozenset())))


def _hull(spans: Sequence[Span]) -> Span:
    return Span(_outermost([s.low for s in spans], -1), _outermost([s.high for s in spans], 1))


def _outermost(ends: Sequence[End], sign: int) -> End:
    unknown = [end for end in ends if _number(end) is None]
    if unknown:
        return unknown[0]
    end = _greatest(ends, sign)
    return replace(end, proofs=tuple(proof for each in ends for proof in each.proofs))


def _intersection(spans: Sequence[Span]) -> Span:
    return Span(_innermost([s.low for s in spans], 1), _innermost([s.high for s in spans], -1))


def _innermost(ends: Sequence[End], sign: int) -> End:
    known = [end for end in ends if _number(end) is not None]
    return _greatest(known, sign) if known else ends[0]


def _greatest(ends: Sequence[End], sign: int) -> End:
    return max(ends, key=lambda end: (_number(end) or mpq(0)) * sign)


def _number(end: End) -> mpq | None:
    return None if isinstance(end.value, str) else end.value
