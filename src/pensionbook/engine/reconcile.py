"""Verdicts on printed figures, and proved bounds on every quantity, printed or lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from itertools import product
from math import prod

from gmpy2 import mpq

from pensionbook.data.figures import Reading
from pensionbook.data.package import Package
from pensionbook.data.vintages import packages_of_superseded
from pensionbook.engine.clock import deadline
from pensionbook.engine.component import (
    COMBINATIONS_TRIED,
    NEARBY_FROM,
    PartSolver,
    solve_component,
    unproved,
)
from pensionbook.engine.problem import Answer, Claim, Part, all_of, combined
from pensionbook.engine.results import (
    VERDICTS,
    Bound,
    Verdict,
    bound_of,
    contradicted,
    hull,
    in_printed_unit,
    named_repairs,
    takes_part,
    union,
    verdict_of,
)
from pensionbook.engine.system import (
    ONE,
    Coefficients,
    Form,
    Quantity,
    Share,
    Statement,
    System,
    build_system,
)
from pensionbook.errors import UnprovedError

PARALLEL_FROM = 200
_UNPROVED = Bound(None, None, unproved=True)


# A solver with its local columns, and the numbers of its statements and equations.
_Model = tuple[PartSolver, dict[int, int], list[int], list[int]]


@dataclass(slots=True)
class _Part:
    """A component with its local numbering and its answers.

    The forecasts are solved after what was observed, without the equations whose assumption is in
    doubt by then.
    """

    columns: list[int]
    observed: list[int]
    forecast: list[int]
    equations: list[int]
    assumptions: list[str]
    problem: Part
    answer: Answer
    forecast_equations: list[int] = field(default_factory=list)
    forecast_assumptions: list[str] = field(default_factory=list)
    forecast_answer: Answer | None = None

    def is_proved(self, *, forecast: bool) -> bool:
        """Whether the repairs were proved, those of the forecasts too if they matter."""
        answers = (self.answer, self.forecast_answer if forecast else None)
        return all(answer.proved for answer in answers if answer)

    @property
    def kept_equations(self) -> list[int]:
        """The equations that rest on no assumption in doubt."""
        doubted = all_of(self.answer.clusters).assumptions
        dropped = {e for n in doubted for e in self.problem.assumptions[n]}
        return [number for n, number in enumerate(self.equations) if n not in dropped]


@dataclass(frozen=True, slots=True)
class Pass:
    """A component as it was solved: all that was observed, or the forecasts beside it.

    Attributes:
        columns: of the system, in the order of the local ones.
        statements: numbers of the statements behind the claims.
        equations: numbers of the equations.
        assumptions: texts, in the order of the problem's.
        bounded: columns whose bounds are told by this pass.
    """

    columns: list[int]
    statements: list[int]
    equations: list[int]
    assumptions: list[str]
    bounded: list[int]
    problem: Part
    answer: Answer


@dataclass(slots=True)
class Reconciliation:
    """The reconciled system of a package."""

    package: Package
    system: System
    verdicts: dict[str, Verdict]
    bounds: dict[Quantity, Bound]
    bounds_under_any_repair: dict[Quantity, Bound]
    time_limit: float | None = None
    _parts: list[_Part] = field(repr=False, default_factory=list)
    _part_of: dict[int, int] = field(repr=False, default_factory=dict)
    _models: dict[tuple[tuple[int, ...], bool], _Model] = field(repr=False, default_factory=dict)

    @property
    def doubted(self) -> dict[str, bool]:
        """Assumptions that some smallest repair gives up, and whether every one does."""
        found: dict[str, bool] = {}
        for part in self._parts:
            for answer, names in (
                (part.answer, part.assumptions),
                (part.forecast_answer, part.forecast_assumptions),
            ):
                for cluster in answer.clusters if answer else ():
                    for n in sorted(cluster.doubted):
                        always = all(n in repair.assumptions for repair in cluster.repairs)
                        found[names[n]] = found.get(names[n], False) or always
        return found

    def passes(self) -> Iterator[Pass]:
        """All components as they were solved, those with forecasts twice."""
        for part in self._parts:
            quantities = [c for c in part.columns if isinstance(self.system.columns[c], Quantity)]
            late = _forecast_only(self.system, part) if part.forecast_answer else set()
            early = [column for column in quantities if column not in late]
            yield Pass(
                part.columns,
                part.observed,
                part.equations,
                part.assumptions,
                early,
                part.problem,
                part.answer,
            )
            if part.forecast_answer:
                problem, kept = _forecast_problem(self.system, part)
                yield Pass(
                    part.columns,
                    [*part.forecast, *kept],
                    part.forecast_equations,
                    part.forecast_assumptions,
                    [column for column in quantities if column in late],
                    problem,
                    part.forecast_answer,
                )

    def without_models(self) -> Reconciliation:
        """The same without the solvers that its questions have left behind, to be kept."""
        return replace(self, _models={})

    def __repr__(self) -> str:
        counts = Counter(verdict.verdict for verdict in self.verdicts.values())
        told = ", ".join(f"{counts[name]} {name}" for name in VERDICTS if counts[name])
        return f"Reconciliation of {self.package.label}: {told}; {len(self.bounds)} bounds"

    def knows(self, quantity: Quantity) -> bool:
        """Whether any figure or identity mentions the quantity."""
        return quantity in self.system.index

    def bound(
        self,
        numerator: Mapping[Quantity, int | Fraction],
        denominator: Mapping[Quantity, int | Fraction] | None = None,
    ) -> Bound:
        """Proved bounds of a linear form of quantities, or of a quotient of two.

        The bounds are over all levels that satisfy every figure and every assumption not in a
        smallest repair, jointly, so they are tighter than interval arithmetic on separate bounds.
        A quantity that nothing mentions is unbounded.
        """
        wanted = {*numerator, *(denominator or {})}
        if not all(self.knows(quantity) for quantity in wanted):
            return Bound(None, None)
        if any(q.indicator in self.system.signed for q in denominator or {}):
            # Dividing by what may be negative bounds nothing.
            return Bound(None, None)
        columns = [self.system.index[q] for q in wanted]
        numbers = tuple(sorted({self._part_of[column] for column in columns}))
        forecast = any(self._is_forecast(column) for column in columns)
        if not all(self._parts[number].is_proved(forecast=forecast) for number in numbers):
            return _UNPROVED
        model, local, claims, equations = self._model(numbers, forecast)

        def form(terms: Mapping[Quantity, int | Fraction]) -> Coefficients:
            return {
                local[column]: mpq(a) * sign
                for quantity, a in terms.items()
                if a
                for column, sign in self.system.form(quantity).items()
            }

        if not form(numerator):
            return Bound(Fraction(0), Fraction(0))
        divisor = form(denominator) if denominator else {ONE: mpq(1)}
        span = model.span(Form(form(numerator), divisor))
        bound = bound_of(self.system, span, claims, equations)
        if denominator and len(numerator) == len(denominator) == 1:
            bound = self._narrowed_by_share(bound, *numerator, *denominator)
        return bound

    def bound_under_any_repair(
        self, numerator: Mapping[Quantity, int | Fraction], *, wrong: str = ""
    ) -> Bound:
        """Bounds of a linear form that hold whichever smallest repair is the right one.

        The hull over all smallest repairs, each keeping every figure it does not remove. It says
        more than :meth:`bound` where a figure is disputed, and assumes a little more: that no more
        figures are wrong than a smallest repair needs.

        Args:
            wrong: a figure's id; only the repairs that set it aside are looked at. Without any,
                nothing is bounded.

        Raises:
            UnprovedError: there are too many repairs to try each.
        """
        if not all(self.knows(quantity) for quantity in numerator):
            return Bound(None, None)
        numbers = {self._part_of[self.system.index[quantity]] for quantity in numerator}
        if len(numbers) != 1:
            raise UnprovedError("quantities of independent parts; ask for each by itself")
        part = self._parts[numbers.pop()]
        if not part.answer.proved:
            return _UNPROVED
        clusters = part.answer.clusters
        few = prod(len(c.repairs) for c in clusters) <= COMBINATIONS_TRIED
        if not (few and part.answer.all_repairs_checked):
            raise UnprovedError("too many smallest repairs to try each")
        local = {column: n for n, column in enumerate(part.columns, 1)}
        form = {
            local[column]: mpq(a) * sign
            for quantity, a in numerator.items()
            for column, sign in self.system.form(quantity).items()
        }
        model = PartSolver(part.problem)
        bounds = []
        for choice in product(*(c.repairs for c in clusters)):
            repair = combined(choice)
            if wrong and wrong not in {self._figure_id(part, n) for n in repair.removed}:
                continue
            model.leave_out(repair)
            span = model.span(Form(form, {ONE: mpq(1)}))
            bounds.append(bound_of(self.system, span, part.observed, part.equations))
        return hull(bounds) if bounds else Bound(None, None)

    def _figure_id(self, part: _Part, claim: int) -> str:
        return self.system.statements[part.observed[claim]].figure.figure_id

    def _narrowed_by_share(self, bound: Bound, part: Quantity, whole: Quantity) -> Bound:
        share = Share(part, whole)
        if share not in self.system.index:
            return bound
        column = self.system.index[share]
        number = self._part_of[column]
        model, local, claims, equations = self._model((number,), False)
        span = model.span(Form({local[column]: mpq(1)}, {ONE: mpq(1)}))
        other = bound_of(self.system, span, claims, equations)
        lows = [b.low for b in (bound, other) if b.low is not None]
        highs = [b.high for b in (bound, other) if b.high is not None]
        return replace(
            other,
            low=max(lows, default=None),
            high=min(highs, default=None),
            figures=union(bound.figures, other.figures),
            identities=union(bound.identities, other.identities),
            assumptions=union(bound.assumptions, other.assumptions),
        )

    def _is_forecast(self, column: int) -> bool:
        part = self._parts[self._part_of[column]]
        return column in _forecast_only(self.system, part)

    def _model(self, numbers: tuple[int, ...], forecast: bool) -> _Model:
        key = (numbers, forecast)
        if key not in self._models:
            local: dict[int, int] = {ONE: ONE}
            claims, claim_ids, equations, equation_ids = [], [], [], []
            for number in numbers:
                part = self._parts[number]
                for column in part.columns:
                    local[column] = len(local)
                kept, ids = _kept_claims(self.system, part, forecast, local)
                claims += kept
                claim_ids += ids
                for equation in part.forecast_equations if forecast else part.kept_equations:
                    equations.append(_localise(self.system.equations[equation].coefficients, local))
                    equation_ids.append(equation)
            problem = Part(len(local) - 1, tuple(claims), tuple(equations))
            self._models[key] = (PartSolver(problem), local, claim_ids, equation_ids)
        return self._models[key]


def reconcile(
    package: Package,
    *,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    prove: bool = False,
    time_limit: float | None = None,
) -> Reconciliation:
    """Audit a package: verdicts for all figures, proved bounds for all quantities.

    Args:
        package: a checked package.
        jobs: processes to use when there are many independent components.
        progress: called with (components done, components in all).
        prove: keep the proofs of all that is said, for :func:`pensionbook.engine.proofs.proofs_of`.
        time_limit: seconds after which no more proofs are looked for; bounds not proved by then
            are ``out_of_time``. Small components come first. By default there is no limit.
    """
    moment = deadline(time_limit)
    system = build_system(package)
    parts = [_part(system, *component) for component in system.components()]
    problems = [part.problem for part in parts]
    for part, answer in zip(parts, _solve(problems, moment, jobs, progress, prove), strict=True):
        part.answer = answer
    for part in parts:
        if part.forecast:
            _solve_forecasts(system, part, moment, prove)
    verdicts: dict[str, Verdict] = {}
    bounds: dict[Quantity, Bound] = {}
    under_any: dict[Quantity, Bound] = {}
    for part in parts:
        _collect_verdicts(system, part, verdicts)
        _collect_bounds(system, part, bounds, under_any)
    order = [statement.figure.figure_id for statement in system.statements]
    part_of = {column: n for n, part in enumerate(parts) for column in part.columns}
    ordered = {i: verdicts[i] for i in order}
    return Reconciliation(package, system, ordered, bounds, under_any, time_limit, parts, part_of)


def superseded_verdicts(package: Package, *, time_limit: float | None = None) -> dict[str, Verdict]:
    """Verdicts on the superseded figures, those of one vintage tested against each other alone."""
    verdicts: dict[str, Verdict] = {}
    for part in packages_of_superseded(package):
        verdicts |= reconcile(part, time_limit=time_limit).verdicts
    return {figure.figure_id: verdicts[figure.figure_id] for figure in package.superseded}


def _solve(
    problems: Sequence[Part],
    moment: float,
    jobs: int,
    progress: Callable[[int, int], None] | None,
    prove: bool,
) -> list[Answer]:
    """The answers, in the order of the problems; the small ones are solved first."""
    order = sorted(range(len(problems)), key=lambda n: problems[n].columns)
    large = [n for n in order if problems[n].columns >= NEARBY_FROM]
    small = order[: len(order) - len(large)]
    answers: dict[int, Answer] = {}
    solve = partial(solve_component, moment=moment, prove=prove)

    def collect(numbers: Sequence[int], solved: Iterable[Answer]) -> None:
        for n, answer in zip(numbers, solved, strict=True):
            answers[n] = answer
            if progress:
                progress(len(answers), len(problems))

    if jobs > 1 and (len(problems) >= PARALLEL_FROM or len(large) > 1):
        with ProcessPoolExecutor(jobs) as pool:
            of_small = pool.map(solve, [problems[n] for n in small], chunksize=50)
            of_large = pool.map(solve, [problems[n] for n in large])
            collect(small, of_small)
            collect(large, of_large)
    else:
        collect(order, (solve(problems[n]) for n in order))
    return [answers[n] for n in range(len(problems))]


def _part(system: System, columns: list[int], statements: list[int], equations: list[int]) -> _Part:
    local = {ONE: ONE} | {column: n for n, column in enumerate(columns, 1)}
    observed = [n for n in statements if not system.statements[n].forecast]
    forecast = [n for n in statements if system.statements[n].forecast]
    names, groups = _assumptions(system, equations)
    problem = Part(
        len(columns),
        tuple(_claim(system.statements[n], local) for n in observed),
        tuple(_localise(system.equations[n].coefficients, local) for n in equations),
        groups,
        _levels(system, columns, local),
    )
    return _Part(columns, observed, forecast, equations, names, problem, unproved(problem))


def _levels(
    system: System, columns: Sequence[int], local: Mapping[int, int]
) -> dict[int, Coefficients]:
    """The quantities among some columns, as forms of local columns."""
    return {
        local[column]: _localise(system.form(unknown), local)
        for column in columns
        if isinstance(unknown := system.columns[column], Quantity)
    }


def _assumptions(
    system: System, equations: Sequence[int]
) -> tuple[list[str], tuple[frozenset[int], ...]]:
    """The assumptions that some equations rest on, and which equations each."""
    groups: dict[str, set[int]] = {}
    for n, number in enumerate(equations):
        assumption = system.equations[number].identity.assumption
        if assumption:
            groups.setdefault(assumption, set()).add(n)
    return list(groups), tuple(map(frozenset, groups.values()))


def _solve_forecasts(system: System, part: _Part, moment: float, prove: bool) -> None:
    part.forecast_equations = part.kept_equations
    part.forecast_assumptions, _ = _assumptions(system, part.forecast_equations)
    problem, _ = _forecast_problem(system, part)
    # What was observed cannot be taken for granted while its own contradictions are not settled.
    solves = part.answer.proved
    part.forecast_answer = (
        solve_component(problem, moment, prove=prove) if solves else unproved(problem)
    )


def _forecast_problem(system: System, part: _Part) -> tuple[Part, list[int]]:
    """The forecasts as open claims beside everything observed, which is taken for granted.

    Returns:
        The problem, and the numbers of the statements taken for granted.
    """
    local = {ONE: ONE} | {column: n for n, column in enumerate(part.columns, 1)}
    kept, numbers = _kept_claims(system, part, False, local)
    forecasts = [_claim(system.statements[n], local) for n in part.forecast]
    _, groups = _assumptions(system, part.forecast_equations)
    problem = Part(
        len(part.columns),
        (*forecasts, *(replace(claim, open=False) for claim in kept)),
        tuple(_localise(system.equations[n].coefficients, local) for n in part.forecast_equations),
        groups,
        part.problem.levels,
    )
    return problem, numbers


def _claim(statement: Statement, local: Mapping[int, int]) -> Claim:
    forms = tuple(
        Form(_localise(form.numerator, local), _localise(form.denominator, local))
        for form in statement.forms
    )
    return Claim(forms, statement.reading)


def _localise(coefficients: Coefficients, local: Mapping[int, int]) -> Coefficients:
    return {local[column]: a for column, a in coefficients.items()}


def _kept_claims(
    system: System, part: _Part, forecast: bool, local: Mapping[int, int]
) -> tuple[list[Claim], list[int]]:
    """Claims outside every smallest repair; those that may be truncated in their widest reading."""
    claims, numbers = [], []
    sources = [(part.observed, part.answer)]
    if forecast and part.forecast_answer:
        sources.append((part.forecast, part.forecast_answer))
    for statements, answer in sources:
        troubled = all_of(answer.clusters)
        for n, number in enumerate(statements):
            if n in troubled.removed:
                continue
            claim = _claim(system.statements[number], local)
            if n in troubled.truncated:
                claim = replace(claim, reading=Reading(claim.reading.widest, claim.reading.widest))
            claims.append(claim)
            numbers.append(number)
    return claims, numbers


def _collect_verdicts(system: System, part: _Part, verdicts: dict[str, Verdict]) -> None:
    passes = [(part.observed, part.answer, part.observed, part.equations, part.assumptions)]
    if part.forecast_answer:
        kept = list(_kept_claims(system, part, False, _identity_map(part))[1])
        owners = [*part.forecast, *kept]
        equations, assumptions = part.forecast_equations, part.forecast_assumptions
        passes.append((part.forecast, part.forecast_answer, owners, equations, assumptions))
    for statements, answer, owners, equations, assumptions in passes:
        for n, number in enumerate(statements):
            statement = system.statements[number]
            implied = bound_of(system, answer.implied[n], owners, equations)
            cluster = next((c for c in answer.clusters if takes_part(n, c)), None)
            verdicts[statement.figure.figure_id] = Verdict(
                statement.figure,
                verdict_of(n, cluster, statement, implied),
                in_printed_unit(implied, statement),
                named_repairs(system, cluster, statements, assumptions),
                answer.all_repairs_checked,
                contradicted(n, answer.clusters, assumptions),
            )


def _identity_map(part: _Part) -> dict[int, int]:
    return {ONE: ONE} | {column: column for column in part.columns}


def _collect_bounds(
    system: System,
    part: _Part,
    bounds: dict[Quantity, Bound],
    under_any: dict[Quantity, Bound],
) -> None:
    forecast_only = _forecast_only(system, part)
    kept = list(_kept_claims(system, part, False, _identity_map(part))[1])
    for local, column in enumerate(part.columns, 1):
        unknown = system.columns[column]
        if not isinstance(unknown, Quantity):
            continue
        answer, owners, equations = part.answer, part.observed, part.equations
        if column in forecast_only and part.forecast_answer:
            answer, owners = part.forecast_answer, [*part.forecast, *kept]
            equations = part.forecast_equations
        bounds[unknown] = bound_of(system, answer.bounds[local], owners, equations)
        span = answer.under_any_repair[local]
        under_any[unknown] = bound_of(system, span, owners, equations)


def _forecast_only(system: System, part: _Part) -> set[int]:
    """Columns that are the subject of a forecast and of no observed figure."""

    def subjects(numbers: Iterable[int]) -> set[int]:
        found = set()
        for number in numbers:
            figure = system.statements[number].figure
            subject = Quantity(figure.indicator, figure.group, figure.area, figure.period)
            found.add(system.index.get(subject, ONE))
        return found

    if not part.forecast:
        return set()
    observed = {
        column
        for number in part.observed
        for form in system.statements[number].forms
        for side in form
        for column in side
    }
    return subjects(part.forecast) - observed - {ONE}
