"""One independent part of the system: its smallest repairs, its bounds, what each figure's
neighbours imply for it.

Pure functions over plain records, so that parts can be solved in separate processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gmpy2 import mpq

from pensionbook.engine.problem import (
    UNPROVED,
    Answer,
    Cluster,
    End,
    Part,
    Span,
    rows_of,
    scales_of,
)
from pensionbook.engine.proved_lp import ExactLP, Infeasible, Optimum, Unbounded
from pensionbook.engine.repairs import smallest_repairs
from pensionbook.engine.system import ONE, Form
from pensionbook.errors import UnprovedError


class PartSolver:
    """The linear programs over the rows of a component, with claims switched on and off."""

    def __init__(self, problem: Part) -> None:
        self.rows = rows_of(problem)
        self._lp = ExactLP(problem.columns + 1, [r.row for r in self.rows], scales_of(problem))
        self._of_claim: dict[int, list[int]] = {}
        for index, row in enumerate(self.rows):
            if row.claim is not None:
                self._of_claim.setdefault(row.claim, []).append(index)
        self._off: frozenset[int] = frozenset()
        self._wide: frozenset[int] = frozenset()

    def leave_out(self, claims: Iterable[int], *, truncated: Iterable[int] = ()) -> None:
        """Switch exactly these claims off, and read exactly these as truncated."""
        off, wide = frozenset(claims), frozenset(truncated)
        for claim in (off ^ self._off) | (wide ^ self._wide):
            for index in self._of_claim.get(claim, ()):
                active = claim not in off and not (claim in wide and self.rows[index].narrow)
                self._lp.set_active([index], active)
        self._off, self._wide = off, wide

    def is_feasible(self) -> bool:
        """Whether some point satisfies all rows; a yes is proved, a no is only HiGHS's word."""
        try:
            self._lp.minimise({}, {ONE: mpq(1)})
        except (Infeasible, UnprovedError):
            return False
        return True

    def span(self, form: Form) -> Span:
        """Minimum and maximum of a quotient of linear forms over all points, proved."""
        return Span(self._end(form, 1), self._end(form, -1))

    def _end(self, form: Form, sign: int) -> End:
        cost = {column: a * sign for column, a in form.numerator.items()}
        try:
            optimum = self._lp.minimise(cost, form.denominator)
        except (Unbounded, Infeasible):
            return End(None)
        except UnprovedError:
            return End(UNPROVED)
        return self._rests_on(optimum, sign)

    def _rests_on(self, optimum: Optimum, sign: int) -> End:
        used = [self.rows[index] for index, y in optimum.multipliers.items() if y]
        return End(
            optimum.value * sign,
            frozenset(r.claim for r in used if r.claim is not None),
            frozenset(r.equation for r in used if r.equation is not None),
        )


def solve_component(problem: Part) -> Answer:
    """Smallest repairs, proved bounds of every column, and what the others imply for each claim."""
    model = PartSolver(problem)
    clusters: tuple[Cluster, ...] = ()
    all_checked = True
    if not model.is_feasible():
        try:
            clusters, all_checked = smallest_repairs(problem, model.rows, scales_of(problem))
        except UnprovedError:
            return _unproved(problem)
    suspects = frozenset(claim for cluster in clusters for claim in cluster.suspects)
    truncated = frozenset(claim for cluster in clusters for claim in cluster.truncated)
    model.leave_out(suspects, truncated=truncated)
    one = {ONE: mpq(1)}
    bounds = {
        column: model.span(Form({column: mpq(1)}, one)) for column in range(1, problem.columns + 1)
    }
    implied = {}
    for number, claim in enumerate(problem.claims):
        if not claim.open:
            continue
        spans = []
        for off in _what_to_leave_out(number, clusters, suspects):
            model.leave_out(off, truncated=truncated)
            spans.append(_intersection([model.span(form) for form in claim.forms]))
        implied[number] = _hull(spans)
    return Answer(clusters, all_checked, bounds, implied)


def _unproved(problem: Part) -> Answer:
    """Without proved repairs nothing else can be proved either."""
    nothing = Span(End(UNPROVED), End(UNPROVED))
    bounds = dict.fromkeys(range(1, problem.columns + 1), nothing)
    implied = {n: nothing for n, claim in enumerate(problem.claims) if claim.open}
    return Answer((), False, bounds, implied)


def _what_to_leave_out(
    claim: int, clusters: Sequence[Cluster], suspects: frozenset[int]
) -> list[frozenset[int]]:
    """For a sound claim: itself and all suspects. For a suspect: each repair that drops it."""
    for cluster in clusters:
        if claim in cluster.suspects:
            elsewhere = suspects - cluster.suspects
            return [elsewhere | r.removed for r in cluster.repairs if claim in r.removed]
    return [suspects | {claim}]


def _hull(spans: Sequence[Span]) -> Span:
    return Span(_outermost([s.low for s in spans], -1), _outermost([s.high for s in spans], 1))


def _outermost(ends: Sequence[End], sign: int) -> End:
    for end in ends:
        if end.value is None or end.value == UNPROVED:
            return end
    return max(ends, key=lambda end: end.value * sign)


def _intersection(spans: Sequence[Span]) -> Span:
    return Span(_innermost([s.low for s in spans], 1), _innermost([s.high for s in spans], -1))


def _innermost(ends: Sequence[End], sign: int) -> End:
    known = [end for end in ends if end.value is not None and end.value != UNPROVED]
    return max(known, key=lambda end: end.value * sign) if known else ends[0]
