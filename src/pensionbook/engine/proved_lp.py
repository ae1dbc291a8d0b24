"""Linear programs solved by HiGHS and proved in exact arithmetic.

Every question the audit asks has one homogeneous form: over columns ``z >= 0`` and rows
``r . z >= 0``, ``> 0`` or ``= 0``, minimise ``c . z`` where ``d . z = 1``. HiGHS proposes an
optimal basis in floating point; the basic solution and its multipliers are then computed in
rational numbers and checked. Whatever HiGHS says, an answer counts only with an exact proof; where
its basis does not give one, the simplex method goes on from there in exact arithmetic (after
Applegate, Cook, Dash and Espinoza, "Exact solutions to linear programming problems", 2007).

The rows are a cone, so points with ``r . z > 0`` exist exactly if some point has ``r . z >= w m``
for a *margin* ``m`` of one, whatever the positive weights ``w`` are. The margin is a column of its
own, held at zero in questions about the closure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import frexp, inf
from typing import NamedTuple

import highspy
import numpy as np
from gmpy2 import mpq

from pensionbook.engine.clock import check_time, time_left
from pensionbook.engine.simplex import (
    AT_LEAST_ZERO,
    NORM,
    OFF,
    ZERO,
    Infeasible,
    Optimum,
    Program,
    Unbounded,
    is_ray,
    lowest,
)
from pensionbook.engine.sparse import solve_sparse

Vector = Mapping[int, mpq]
_ZERO = mpq(0)
_NEGLIGIBLE = 1e-9
# Of the typical size of a row: a margin that figures of seven digits still leave.
_MARGIN_BITS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """``sum(coefficients[j] * z[j]) >= 0``; ``= 0`` when ``equal``, ``> 0`` when ``strict``."""

    coefficients: Vector
    equal: bool = False
    strict: bool = False


class _Basis(NamedTuple):
    """Which columns and which rows are basic."""

    columns: np.ndarray
    rows: np.ndarray


class ExactLP:
    """A family of linear programs over the same rows, asked many questions.

    Args:
        columns: number of nonnegative columns; column 0 is the constant one.
        rows: the homogeneous rows.
        scales: typical magnitude of each column, used only to help the floating-point solver.
    """

    def __init__(self, columns: int, rows: Sequence[Row], scales: Sequence[float]) -> None:
        self._margin = columns
        self._columns = columns + 1
        self._scales = np.asarray([*scales, 1.0], dtype=float)
        self._given = len(rows)
        self._kinds = [ZERO if row.equal else AT_LEAST_ZERO for row in rows] + [AT_LEAST_ZERO]
        self._when_on = tuple(self._kinds)
        # The last one: the constant is more than nothing.
        self._rows: list[Vector] = [
            *(self._with_margin(r.coefficients) if r.strict else r.coefficients for r in rows),
            self._with_margin({0: mpq(1)}),
        ]
        self._by_column: list[list[int]] = [[] for _ in range(self._columns)]
        for index, row in enumerate(self._rows):
            for column in row:
                self._by_column[column].append(index)
        self._norm: dict[int, mpq] = {}
        self._cost: dict[int, mpq] = {}
        self._held = frozenset({self._margin})
        # The last proved point, scaled to 1 in column 0, and the rows switched on since.
        self._known: dict[int, mpq] | None = None
        self._unchecked: set[int] = set()
        self._known_floats: tuple[dict[int, mpq], np.ndarray] | None = None
        self._solver = self._build()

    def set_active(self, rows: Iterable[int], active: bool) -> None:
        """Switch rows on or off for the questions that follow."""
        for index in rows:
            if (self._kinds[index] != OFF) != active:
                self._kinds[index] = self._when_on[index] if active else OFF
                if active:
                    self._unchecked.add(index)
                upper = 0.0 if self._kinds[index] == ZERO else inf
                self._solver.changeRowBounds(index, 0.0 if active else -inf, upper)

    def minimise(self, cost: Vector, norm: Vector) -> Optimum:
        """The exact minimum of ``cost . z`` where ``norm . z = 1``, strict rows taken as closed.

        Raises:
            Unbounded: the minimum is minus infinity; proved by a ray.
            Infeasible: the active rows and the normalisation exclude each other; proved.
            UnprovedError: no exact proof was found within the steps allowed.
        """
        return self._answer(cost, norm, frozenset({self._margin}))

    def minimise_within(self, cost: Vector) -> Optimum:
        """The exact minimum of ``cost . z`` over points that leave a margin of one in strict rows.

        Without a cost this says whether some point satisfies all rows, strict ones strictly: the
        scale of the point is not fixed, so that any margin will do.

        Raises:
            as :meth:`minimise`.
        """
        return self._answer(cost, {self._margin: mpq(1)}, frozenset())

    def blamed(self, cost: Vector) -> list[int]:
        """Rows whose floating-point multipliers carry the minimum where column 0 is one.

        Nothing is proved: a hint where to look.
        """
        self._solver.changeColBounds(self._margin, 0.0, 0.0)
        self._held = frozenset({self._margin})
        self._set_question(cost, {0: mpq(1)})
        # Without a negative cost, no row that is broken keeps the dual from being feasible.
        self._solver.setOptionValue("simplex_strategy", 1)
        self._run()
        self._solver.setOptionValue("simplex_strategy", 4)
        duals = np.abs(np.asarray(self._solver.getSolution().row_dual)[: self._given])
        return np.flatnonzero(duals > _NEGLIGIBLE * max(1.0, duals.max(initial=0.0))).tolist()

    def _answer(self, cost: Vector, norm: Vector, held: frozenset[int]) -> Optimum:
        if held != self._held:
            self._solver.changeColBounds(self._margin, 0.0, 0.0 if held else inf)
            self._held = held
        self._set_question(cost, norm)
        self._run()
        status = self._solver.getModelStatus()
        optimum = None
        if status == highspy.HighsModelStatus.kOptimal:
            optimum = self._prove_nearby(cost, norm)
        elif status == highspy.HighsModelStatus.kUnbounded:
            self._prove_unbounded(cost, norm)
        if optimum is None:
            optimum = self._prove(cost, norm)
        self._remember(optimum.point)
        return optimum

    def _run(self) -> None:
        check_time()
        left = time_left()
        if left < inf:
            # The solver counts the time of all its runs.
            self._solver.setOptionValue("time_limit", self._solver.getRunTime() + left)
        self._solver.run()
        check_time()

    def _with_margin(self, coefficients: Vector) -> dict[int, mpq]:
        size = max((abs(float(a)) * self._scales[j] for j, a in coefficients.items()), default=1.0)
        weight = mpq(2) ** (frexp(size)[1] - _MARGIN_BITS)
        return {**coefficients, self._margin: -weight}

    def _build(self) -> highspy.Highs:
        starts, indices, values = [0], list[int](), list[float]()
        for row in self._rows:
            scaled = [(j, float(a) * self._scales[j]) for j, a in row.items()]
            size = max((abs(a) for _, a in scaled), default=1.0)
            indices.extend(j for j, _ in scaled)
            values.extend(a / size for _, a in scaled)
            starts.append(len(indices))
        # The last row is the normalisation; its entries are set by each question.
        starts.append(len(indices))
        count = len(self._rows)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self._columns, count + 1
        lp.col_cost_ = np.zeros(self._columns)
        lp.col_lower_ = np.zeros(self._columns)
        lp.col_upper_ = np.array([inf] * self._margin + [0.0])
        lp.row_lower_ = np.append(np.zeros(count), 1.0)
        lp.row_upper_ = np.array([0.0 if kind == ZERO else inf for kind in self._kinds] + [1.0])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(indices, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(values)
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("presolve", "off")
        solver.setOptionValue("solver", "simplex")
        # Only the objective changes between most questions, which keeps the basis primal feasible.
        solver.setOptionValue("simplex_strategy", 4)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
        solver.setOptionValue("dual_feasibility_tolerance", 1e-9)
        solver.passModel(lp)
        return solver

    def _set_question(self, cost: Vector, norm: Vector) -> None:
        if norm != self._norm:
            last = len(self._rows)
            scaled = {j: float(a) * self._scales[j] for j, a in norm.items()}
            size = max(map(abs, scaled.values()))
            for column in self._norm.keys() - norm.keys():
                self._solver.changeCoeff(last, column, 0.0)
            for column, value in scaled.items():
                self._solver.changeCoeff(last, column, value / size)
            self._norm = dict(norm)
        size = max((abs(float(a)) * self._scales[j] for j, a in cost.items()), default=1.0)
        for column in self._cost.keys() - cost.keys():
            self._solver.changeColCost(column, 0.0)
        for column, value in cost.items():
            self._solver.changeColCost(column, float(value) * self._scales[column] / size)
        self._cost = dict(cost)

    def _remember(self, point: Vector) -> None:
        size = point.get(0)
        if not size:
            self._known = None
        elif point is not self._known:
            self._known = {j: value / size for j, value in point.items() if value}
        self._unchecked.clear()

    def _prove_nearby(self, cost: Vector, norm: Vector) -> Optimum | None:
        """A proof that only touches what changed since the last one.

        Both sides are guessed from the floating-point solution: the rows with a multiplier and the
        columns whose value moved. An exact feasible point and exact multipliers with the same
        objective are a proof, wherever the guesses came from.
        """
        if self._known is None:
            return None
        solution = self._solver.getSolution()
        basis = self._basis()
        multipliers = self._guessed_multipliers(np.asarray(solution.row_dual), basis, cost, norm)
        if multipliers is None:
            return None
        optimum = multipliers.pop(len(self._rows), _ZERO)
        point = self._guessed_point(np.asarray(solution.col_value), basis)
        if point is None:
            return None
        size, value = _product(norm, point), _product(cost, point)
        if size <= 0 or value != optimum * size:
            return None
        self._known = point
        proof = self._of_given_rows(multipliers)
        return Optimum(optimum, point if size == 1 else _divided(point, size), proof)

    def _guessed_multipliers(
        self, duals: np.ndarray, basis: _Basis, cost: Vector, norm: Vector
    ) -> dict[int, mpq] | None:
        basic = basis.columns
        rows = np.flatnonzero(np.abs(duals) > _NEGLIGIBLE * max(1.0, np.abs(duals).max())).tolist()
        equations: dict[int, dict[int, mpq]] = {}
        for i in rows:
            for j, a in self._row(i, norm).items():
                if a and basic[j]:
                    equations.setdefault(j, {})[i] = a
        if any(j not in equations and basic[j] for j in cost):
            return None
        found = solve_sparse(list(equations.values()), [cost.get(j, _ZERO) for j in equations])
        if found is None or len(found) != len(rows):
            return None
        return found if self._may_stand(found, cost, norm) else None

    def _guessed_point(self, values: np.ndarray, basis: _Basis) -> dict[int, mpq] | None:
        known = self._known
        if known is None or values[0] <= 0:
            return None
        if self._known_floats is None or self._known_floats[0] is not known:
            floats = np.zeros(self._columns)
            for j, value in known.items():
                floats[j] = float(value) / self._scales[j]
            self._known_floats = (known, floats)
        moved = values / values[0] - self._known_floats[1]
        columns = set(np.flatnonzero(np.abs(moved) > _NEGLIGIBLE).tolist()) - {0}
        if len(columns) > self._columns // 2 + 5:
            return None
        point = {j: value for j, value in known.items() if j not in columns}
        touched = {i for j in columns for i in self._by_column[j]}
        equations, right = [], []
        unknowns = {j for j in columns if values[j] > _NEGLIGIBLE * values[0]}
        for i in sorted(touched):
            if basis.rows[i]:
                continue
            row = self._rows[i]
            unknown = {j: a for j, a in row.items() if j in unknowns}
            equations.append(unknown)
            right.append(-_product(row, point))
        found = solve_sparse(equations, right)
        if found is None or found.keys() != unknowns:
            return None
        point |= found
        if any(value < 0 for value in found.values()):
            return None
        if not all(self._holds(i, point) for i in touched | self._unchecked):
            return None
        return point

    def _prove_unbounded(self, cost: Vector, norm: Vector) -> None:
        """A guess at the ray from the floating-point one, which moves few columns.

        Raises:
            Unbounded: the ray is proved, from a proved point.
        """
        if self._known is None or _product(norm, self._known) <= 0:
            return
        if not all(self._holds(i, self._known) for i in self._unchecked):
            return
        _, found, floats = self._solver.getPrimalRay()
        if not found:
            return
        floats = np.asarray(floats)
        largest = int(np.argmax(floats))
        columns = set(np.flatnonzero(floats > _NEGLIGIBLE * floats[largest]).tolist())
        if len(columns) > self._columns // 2 + 5:
            return
        basic = self._basis().rows
        touched = sorted({i for j in columns for i in self._by_column[j]})
        tight = [self._rows[i] for i in touched if not basic[i]]
        if not basic[len(self._rows)]:
            tight.append({j: a for j, a in norm.items() if j in columns})
        others = columns - {largest}
        ray = solve_sparse(
            [{j: a for j, a in row.items() if j in others} for row in tight],
            [-row.get(largest, _ZERO) for row in tight],
        )
        if ray is None or ray.keys() != others:
            return
        if is_ray(self._program(norm), cost, ray | {largest: mpq(1)}):
            raise Unbounded

    def _prove(self, cost: Vector, norm: Vector) -> Optimum:
        basis = self._basis()
        columns = np.flatnonzero(basis.columns).tolist()
        # A row switched off may stay nonbasic at zero: harmless if its multiplier is zero.
        tight = np.flatnonzero(~basis.rows).tolist()
        optimum = lowest(self._program(norm), cost, columns, tight)
        multipliers = self._of_given_rows(optimum.multipliers)
        return Optimum(optimum.value, optimum.point, multipliers)

    def _basis(self) -> _Basis:
        columns = np.zeros(self._columns, dtype=bool)
        rows = np.zeros(len(self._rows) + 1, dtype=bool)
        status, variables = self._solver.getBasicVariables()
        if status == highspy.HighsStatus.kOk:
            # Rows are counted downward from minus one.
            columns[variables[variables >= 0]] = True
            rows[-1 - variables[variables < 0]] = True
        else:
            rows[:] = True
        return _Basis(columns, rows)

    def _program(self, norm: Vector) -> Program:
        by_column = list(self._by_column)
        for j in norm:
            by_column[j] = [*by_column[j], len(self._rows)]
        return Program(
            [*self._rows, norm], [*self._kinds, NORM], self._held, by_column, self._scales.tolist()
        )

    def _of_given_rows(self, multipliers: Vector) -> dict[int, mpq]:
        return {i: y for i, y in multipliers.items() if i < self._given}

    def _row(self, index: int, norm: Vector) -> Vector:
        return norm if index == len(self._rows) else self._rows[index]

    def _holds(self, index: int, point: Vector) -> bool:
        if self._kinds[index] == OFF:
            return True
        total = _product(self._rows[index], point)
        return bool(total == 0 if self._kinds[index] == ZERO else total >= 0)

    def _may_stand(self, multipliers: Vector, cost: Vector, norm: Vector) -> bool:
        """Whether multipliers have the signs that prove a lower bound of the cost."""
        reduced = dict(cost)
        last = len(self._rows)
        for i, y in multipliers.items():
            if not y:
                continue
            if i != last and (self._kinds[i] == OFF or (y < 0 and self._kinds[i] == AT_LEAST_ZERO)):
                return False
            for j, a in self._row(i, norm).items():
                reduced[j] = reduced.get(j, _ZERO) - y * a
        return all(value >= 0 for j, value in reduced.items() if j not in self._held)


def _product(row: Vector, point: Vector) -> mpq:
    return sum((a * point[j] for j, a in row.items() if j in point), _ZERO)


def _divided(point: Vector, size: mpq) -> dict[int, mpq]:
    return {j: value / size for j, value in point.items()}


__all__ = ["ExactLP", "Infeasible", "Optimum", "Row", "Unbounded"]
