"""Linear programs solved by HiGHS and proved in exact arithmetic.

Every question the audit asks has one homogeneous form: over columns ``z >= 0`` and rows
``r . z >= 0`` (or ``= 0``), minimise ``c . z`` where ``d . z = 1``. HiGHS proposes an optimal
basis in floating point; the basic solution and its multipliers are then computed in rational
numbers and checked, with further simplex steps in exact arithmetic where the basis is a rounding
error short of optimal. Only an answer that passes is returned (after Applegate, Cook, Dash and
Espinoza, "Exact solutions to linear programming problems", 2007).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import highspy
import numpy as np
from gmpy2 import mpq

from pensionbook.engine.sparse import solve_sparse
from pensionbook.errors import UnprovedError

Vector = Mapping[int, mpq]
_ZERO = mpq(0)
MOST_EXACT_PIVOTS = 50
_NEGLIGIBLE = 1e-9


class Unbounded(Exception):
    """The objective has no finite minimum."""


class Infeasible(Exception):
    """No point satisfies the rows and the normalisation."""


@dataclass(frozen=True, slots=True)
class Row:
    """``sum(coefficients[j] * z[j]) >= 0``, or ``= 0`` when ``equal``."""

    coefficients: Vector
    equal: bool = False


@dataclass(frozen=True, slots=True)
class Optimum:
    """A proved optimum: exact value, the point that attains it, the multipliers that prove it."""

    value: mpq
    point: dict[int, mpq]
    multipliers: dict[int, mpq]


class ExactLP:
    """A family of linear programs over the same rows, asked many questions.

    Args:
        columns: number of nonnegative columns.
        rows: the homogeneous rows.
        scales: typical magnitude of each column, used only to help the floating-point solver.
    """

    def __init__(self, columns: int, rows: Sequence[Row], scales: Sequence[float]) -> None:
        self._columns = columns
        self._rows = rows
        self._scales = np.asarray(scales, dtype=float)
        self._active = [True] * len(rows)
        self._by_column: list[list[int]] = [[] for _ in range(columns)]
        for index, row in enumerate(rows):
            for column in row.coefficients:
                self._by_column[column].append(index)
        self._norm: dict[int, mpq] = {}
        self._cost: dict[int, mpq] = {}
        # The last proved point, scaled to 1 in column 0, and the rows switched on since.
        self._known: dict[int, mpq] | None = None
        self._unchecked: set[int] = set()
        self._known_floats: tuple[dict, np.ndarray] | None = None
        self._solver = self._build()

    def set_active(self, rows: Iterable[int], active: bool) -> None:
        """Switch rows on or off for the questions that follow."""
        for index in rows:
            if self._active[index] != active:
                self._active[index] = active
                if active:
                    self._unchecked.add(index)
                upper = 0.0 if active and self._rows[index].equal else inf
                self._solver.changeRowBounds(index, 0.0 if active else -inf, upper)

    def minimise(self, cost: Vector, norm: Vector) -> Optimum:
        """The exact minimum of ``cost . z`` where ``norm . z = 1``.

        Raises:
            Unbounded: the minimum is minus infinity.
            Infeasible: the active rows and the normalisation exclude each other.
            UnprovedError: HiGHS stopped early, or its basis fails the exact check.
        """
        self._set_question(cost, norm)
        for tolerance in (1e-9, 1e-10):
            self._solver.setOptionValue("primal_feasibility_tolerance", tolerance)
            self._solver.setOptionValue("dual_feasibility_tolerance", tolerance)
            self._solver.run()
            status = self._solver.getModelStatus()
            if status == highspy.HighsModelStatus.kOptimal:
                optimum = self._prove_nearby(cost, norm) or self._prove(cost, norm)
                if optimum is not None:
                    self._remember(optimum.point)
                    return optimum
            elif status == highspy.HighsModelStatus.kInfeasible:
                raise Infeasible
            elif status in (
                highspy.HighsModelStatus.kUnbounded,
                highspy.HighsModelStatus.kUnboundedOrInfeasible,
            ):
                raise Unbounded
            self._solver.clearSolver()
        raise UnprovedError(
            "the linear solver's answer could not be confirmed in exact arithmetic; "
            "the quantity is reported without a bound"
        )

    def _build(self) -> highspy.Highs:
        starts, indices, values = [0], [], []
        for row in self._rows:
            scaled = [(j, float(a) * self._scales[j]) for j, a in row.coefficients.items()]
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
        lp.col_upper_ = np.full(self._columns, inf)
        lp.row_lower_ = np.append(np.zeros(count), 1.0)
        lp.row_upper_ = np.array([0.0 if row.equal else inf for row in self._rows] + [1.0])
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
        basis = self._solver.getBasis()
        multipliers = self._guessed_multipliers(solution.row_dual, basis.col_status, cost, norm)
        if multipliers is None:
            return None
        optimum = multipliers.pop(len(self._rows), _ZERO)
        point = self._guessed_point(np.asarray(solution.col_value), basis.row_status)
        if point is None:
            return None
        size = sum((a * point.get(j, _ZERO) for j, a in norm.items()), _ZERO)
        value = sum((a * point.get(j, _ZERO) for j, a in cost.items()), _ZERO)
        if size <= 0 or value != optimum * size:
            return None
        self._known = point
        return Optimum(optimum, point if size == 1 else _divided(point, size), multipliers)

    def _guessed_multipliers(
        self, duals: Sequence[float], statuses: Sequence, cost: Vector, norm: Vector
    ) -> dict[int, mpq] | None:
        duals = np.asarray(duals)
        rows = np.flatnonzero(np.abs(duals) > _NEGLIGIBLE * max(1.0, np.abs(duals).max())).tolist()
        equations: dict[int, dict[int, mpq]] = {}
        basic = highspy.HighsBasisStatus.kBasic
        for i in rows:
            for j, a in self._row(i, norm).items():
                if a and statuses[j] == basic:
                    equations.setdefault(j, {})[i] = a
        if any(j not in equations and statuses[j] == basic for j in cost):
            return None
        found = solve_sparse(list(equations.values()), [cost.get(j, _ZERO) for j in equations])
        if found is None or len(found) != len(rows):
            return None
        if self._entering(found, cost, norm) is not None:
            return None
        return found

    def _guessed_point(self, values: np.ndarray, statuses: Sequence) -> dict[int, mpq] | None:
        if values[0] <= 0:
            return None
        if self._known_floats is None or self._known_floats[0] is not self._known:
            floats = np.zeros(self._columns)
            for j, value in self._known.items():
                floats[j] = float(value) / self._scales[j]
            self._known_floats = (self._known, floats)
        moved = values / values[0] - self._known_floats[1]
        columns = set(np.flatnonzero(np.abs(moved) > _NEGLIGIBLE).tolist()) - {0}
        if len(columns) > self._columns // 2 + 5:
            return None
        point = {j: value for j, value in self._known.items() if j not in columns}
        basic = highspy.HighsBasisStatus.kBasic
        touched = {i for j in columns for i in self._by_column[j]}
        equations, right = [], []
        unknowns = {j for j in columns if values[j] > _NEGLIGIBLE * values[0]}
        for i in sorted(touched):
            if statuses[i] == basic:
                continue
            row = self._rows[i].coefficients
            unknown = {j: a for j, a in row.items() if j in unknowns}
            known = sum((a * point[j] for j, a in row.items() if j in point), _ZERO)
            equations.append(unknown)
            right.append(-known)
        found = solve_sparse(equations, right)
        if found is None or found.keys() != unknowns:
            return None
        point |= found
        if any(value < 0 for value in found.values()):
            return None
        if not all(self._holds(i, point) for i in touched | self._unchecked):
            return None
        return point

    def _prove(self, cost: Vector, norm: Vector) -> Optimum | None:
        basis = self._solver.getBasis()
        basic = highspy.HighsBasisStatus.kBasic
        columns = [j for j, status in enumerate(basis.col_status) if status == basic]
        # A row switched off may stay nonbasic at zero: harmless if its multiplier is zero.
        tight = [i for i, status in enumerate(basis.row_status) if status != basic]
        if len(columns) != len(tight):
            return None
        for _ in range(MOST_EXACT_PIVOTS):
            point = self._basic_point(columns, tight, norm)
            if point is None or not self._is_feasible(point):
                return None
            multipliers = self._basic_multipliers(columns, tight, cost, norm)
            if multipliers is None:
                return None
            entering = self._entering(multipliers, cost, norm)
            if entering is None:
                value = sum((a * point.get(j, _ZERO) for j, a in cost.items()), _ZERO)
                multipliers.pop(len(self._rows), None)
                return Optimum(value, point, multipliers)
            columns, tight = self._pivot(entering, point, columns, tight, norm)
        return None

    def _row(self, index: int, norm: Vector) -> Vector:
        return norm if index == len(self._rows) else self._rows[index].coefficients

    def _basic_point(
        self, columns: list[int], tight: list[int], norm: Vector
    ) -> dict[int, mpq] | None:
        members = set(columns)
        system = [
            {j: a for j, a in self._row(i, norm).items() if j in members and a} for i in tight
        ]
        right = [mpq(1) if i == len(self._rows) else _ZERO for i in tight]
        return solve_sparse(system, right)

    def _basic_multipliers(
        self, columns: list[int], tight: list[int], cost: Vector, norm: Vector
    ) -> dict[int, mpq] | None:
        equations: dict[int, dict[int, mpq]] = {j: {} for j in columns}
        for i in tight:
            for j, a in self._row(i, norm).items():
                if j in equations and a:
                    equations[j][i] = a
        right = [cost.get(j, _ZERO) for j in columns]
        return solve_sparse(list(equations.values()), right)

    def _is_feasible(self, point: Vector) -> bool:
        if any(value < 0 for value in point.values()):
            return False
        touched = {i for j, value in point.items() if value for i in self._by_column[j]}
        return all(self._holds(i, point) for i in touched)

    def _holds(self, index: int, point: Vector) -> bool:
        if not self._active[index]:
            return True
        row = self._rows[index]
        total = sum((a * point[j] for j, a in row.coefficients.items() if j in point), _ZERO)
        return total == 0 if row.equal else total >= 0

    def _entering(
        self, multipliers: Vector, cost: Vector, norm: Vector
    ) -> tuple[str, int, int] | None:
        """A column or row whose sign shows that the point can still be improved (Bland's rule)."""
        reduced = dict(cost)
        last = len(self._rows)
        for i, y in sorted(multipliers.items()):
            if not y:
                continue
            if i != last:
                if not self._active[i]:
                    return "row", i, 1 if y < 0 else -1
                if y < 0 and not self._rows[i].equal:
                    return "row", i, 1
            for j, a in self._row(i, norm).items():
                reduced[j] = reduced.get(j, _ZERO) - y * a
        negative = [j for j, value in reduced.items() if value < 0]
        return ("column", min(negative), 1) if negative else None

    def _pivot(
        self,
        entering: tuple[str, int, int],
        point: Vector,
        columns: list[int],
        tight: list[int],
        norm: Vector,
    ) -> tuple[list[int], list[int]]:
        """One exact step of the simplex method, where HiGHS stopped a rounding error too early.

        Raises:
            Unbounded: nothing stops the step.
        """
        kind, index, sign = entering
        members = set(columns)
        rows = [{j: a for j, a in self._row(i, norm).items() if j in members and a} for i in tight]
        if kind == "column":
            right = [-self._row(i, norm).get(index, _ZERO) for i in tight]
        else:
            right = [mpq(sign) if i == index else _ZERO for i in tight]
        step = solve_sparse(rows, right)
        if kind == "column":
            step[index] = mpq(1)
        blocks = [
            (point[j] / -change, 0, j) for j, change in step.items() if change < 0 and j in members
        ]
        loose = set(range(len(self._rows))) - set(tight)
        for i in sorted({i for j, change in step.items() if change for i in self._by_column[j]}):
            row = self._rows[i]
            if i not in loose or not self._active[i]:
                continue
            change = sum((a * step.get(j, _ZERO) for j, a in row.coefficients.items()), _ZERO)
            if change < 0 or (change and row.equal):
                level = sum((a * point.get(j, _ZERO) for j, a in row.coefficients.items()), _ZERO)
                blocks.append((abs(level / change), 1, i))
        if not blocks:
            raise Unbounded
        _, kind_out, out = min(blocks)
        columns = [j for j in columns if kind_out or j != out]
        tight = [i for i in tight if kind == "column" or i != index]
        if kind == "column":
            columns.append(index)
        if kind_out:
            tight.append(out)
        return columns, tight


def _divided(point: Vector, size: mpq) -> dict[int, mpq]:
    return {j: value / size for j, value in point.items()}
