"""Questions about a large component, answered from few of its rows where these suffice.

A component of thousands of figures is asked thousands of questions, and most answers rest on a
few rows near what is asked. So a question is first put to a neighbourhood: some columns may move,
all others keep the proportions of a known exact point in the middle of what the rows allow. What
the neighbourhood reaches, the whole reaches. Its multipliers are a proof for the whole if no
column outside would lower the cost (a reduced cost below zero); otherwise such columns join the
neighbourhood, and one that has grown too large is given up for the whole (sifting, after Bixby and
others, "Very large-scale linear programming", 1992).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from math import inf

import highspy
import numpy as np
from gmpy2 import mpq

from pensionbook.engine.clock import check_time, time_left
from pensionbook.engine.proved_lp import ExactLP, Infeasible, Optimum, Row, Vector
from pensionbook.engine.sparse import independent, solve_sparse
from pensionbook.errors import OutOfTimeError, UnprovedError

# A row that joins more columns than this does not make them neighbours.
_SHORT = 6
_BLOCK = 16
# A neighbourhood is given up beyond this many columns.
_MOST_COLUMNS = 150
_FIRST_GROWTH = 6
_WEIGHTS = 3
_ZERO = mpq(0)
_BITS = 30
_NEGLIGIBLE = 1e-9
_TRIES = 4


@dataclass(slots=True)
class _Neighbourhood:
    """The columns that may move, and the rows that they stand in, by number in the whole."""

    columns: list[int]
    local: dict[int, int]
    rows: list[int]
    members: frozenset[int]
    row_number: dict[int, int]
    lp: ExactLP
    off: set[int] = field(default_factory=set)


class _Moved(Mapping[int, mpq]):
    """A known point of which some columns have moved; computed where it is looked at."""

    def __init__(self, known: Vector, moved: Vector, local: Mapping[int, int]) -> None:
        self._known, self._moved, self._local = known, moved, local
        self._rest = moved.get(0, _ZERO)

    def __getitem__(self, column: int) -> mpq:
        if column in self._local:
            return self._moved.get(self._local[column], _ZERO)
        return self._rest * self._known[column]

    def __contains__(self, column: object) -> bool:
        return column in self._local or column in self._known

    def __iter__(self) -> Iterator[int]:
        return iter(self._local.keys() | self._known.keys())

    def __len__(self) -> int:
        return len(self._local.keys() | self._known.keys())


class NearbyLP:
    """A family of linear programs as :class:`ExactLP` is, for very many rows.

    Args:
        columns, rows, scales: as for :class:`ExactLP`.
    """

    def __init__(self, columns: int, rows: Sequence[Row], scales: Sequence[float]) -> None:
        self._columns = columns
        self._rows = rows
        self._scales = scales
        self._by_column: list[list[int]] = [[] for _ in range(columns)]
        for index, row in enumerate(rows):
            for column in row.coefficients:
                self._by_column[column].append(index)
        self._off: set[int] = set()
        self._unchecked: set[int] = set()
        self._whole: ExactLP | None = None
        self._whole_off: set[int] = set()
        self._blocks = self._blocks_of_neighbours()
        self._point: dict[int, mpq] | None = None
        self._sought = False
        self._room: np.ndarray | None = None
        self._products: dict[int, mpq] = {}
        self._known: dict[frozenset[int], _Neighbourhood | None] = {}
        self._roomy: dict[int, list[int]] = {}

    def set_active(self, rows: Iterable[int], active: bool) -> None:
        """Switch rows on or off for the questions that follow."""
        for index in rows:
            if active and index in self._off:
                self._off.discard(index)
                self._unchecked.add(index)
            elif not active:
                self._off.add(index)
                self._unchecked.discard(index)

    def minimise(self, cost: Vector, norm: Vector) -> Optimum:
        """As :meth:`ExactLP.minimise`."""
        if self._middle() is not None:
            key = frozenset(self._blocks[j] for j in (*cost, *norm) if j)
            optimum = self._nearby(cost, norm, key)
            if optimum is not None:
                return optimum
        return self._all().minimise(cost, norm)

    def minimise_within(self, cost: Vector) -> Optimum:
        """As :meth:`ExactLP.minimise_within`."""
        return self._all().minimise_within(cost)

    def feasible_point(self) -> Mapping[int, mpq] | None:
        """A point that satisfies all rows, strict ones strictly; ``None`` if none was found."""
        if self._point is None:
            # Fewer rows than at the last search may leave a point.
            self._sought = False
        point = self._middle()
        if point is None:
            return None
        strict = (i for i, row in enumerate(self._rows) if row.strict and i not in self._off)
        return point if all(self._product(i) > 0 for i in strict) else None

    def _all(self) -> ExactLP:
        if self._whole is None:
            self._whole = ExactLP(self._columns, self._rows, self._scales)
        self._whole.set_active(self._off - self._whole_off, False)
        self._whole.set_active(self._whole_off - self._off, True)
        self._whole_off = set(self._off)
        return self._whole

    # -- neighbourhoods ---------------------------------------------------------------------------

    def _blocks_of_neighbours(self) -> list[int]:
        """A first neighbourhood of each column: what short rows join, up to a size."""
        block = list(range(self._columns))
        members = [[j] for j in range(self._columns)]
        for row in sorted(self._rows, key=lambda row: len(row.coefficients)):
            columns = [j for j in row.coefficients if j]
            if len(columns) > _SHORT:
                break
            for j in columns[1:]:
                one, other = sorted((block[columns[0]], block[j]))
                if one != other and len(members[one]) + len(members[other]) <= _BLOCK:
                    for k in members[other]:
                        block[k] = one
                    members[one] += members[other]
                    members[other] = []
        self._members = members
        return block

    def _nearby(self, cost: Vector, norm: Vector, key: frozenset[int]) -> Optimum | None:
        if key not in self._known:
            asked = {j for block in key for j in self._members[block]}
            self._known[key] = self._around(asked | self._counterweights(asked))
        growth = _FIRST_GROWTH
        while (near := self._known[key]) is not None:
            self._switch(near)
            try:
                found = near.lp.minimise(_within(cost, near), _within(norm, near))
            except OutOfTimeError:
                raise
            except (Infeasible, UnprovedError):
                return None
            multipliers = {near.rows[i]: y for i, y in found.multipliers.items() if y}
            outside = self._outside(cost, norm, found.value, multipliers, near)
            if all(a >= 0 for a in outside.values()):
                return Optimum(found.value, self._whole_point(found.point, near), multipliers)
            joining = self._joining(outside, growth)
            growth *= 2
            if not joining or len(near.columns) + len(joining) > _MOST_COLUMNS:
                return None
            self._known[key] = self._around({*near.columns, *joining})
        return None

    def _counterweights(self, asked: set[int]) -> set[int]:
        """In each long equation, the columns with most room: without them nothing could move."""
        found: set[int] = set()
        for i in {i for j in asked for i in self._by_column[j]}:
            row = self._rows[i]
            if row.equal and i not in self._off and len(row.coefficients) > _SHORT:
                if i not in self._roomy:
                    room = self._room_to_move()
                    columns = [j for j in row.coefficients if j]
                    self._roomy[i] = nlargest(2 * _WEIGHTS + _BLOCK, columns, key=room.__getitem__)
                found.update([j for j in self._roomy[i] if j not in asked][:_WEIGHTS])
        return found

    def _around(self, moving: set[int]) -> _Neighbourhood:
        """The rows of some columns; column 0 stands for all others, in the known proportions."""
        point = self._point
        assert point is not None
        columns = sorted(moving - {0})
        local = {j: n for n, j in enumerate(columns, 1)}
        rows = sorted({i for j in columns for i in self._by_column[j]})
        near = []
        for i in rows:
            row = self._rows[i]
            coefficients = {local[j]: a for j, a in row.coefficients.items() if j in local}
            rest = self._product(i) - sum(
                (a * point[j] for j, a in row.coefficients.items() if j in local and j in point),
                _ZERO,
            )
            if rest:
                coefficients[0] = rest
            # Only ever asked about the closure.
            near.append(Row(coefficients, row.equal))
        scales = [1.0, *(self._scales[j] for j in columns)]
        return _Neighbourhood(
            columns,
            local,
            rows,
            frozenset(rows),
            {i: n for n, i in enumerate(rows)},
            ExactLP(len(columns) + 1, near, scales),
        )

    def _switch(self, near: _Neighbourhood) -> None:
        off = near.members & self._off
        if off != near.off:
            near.lp.set_active([near.row_number[i] for i in off - near.off], False)
            near.lp.set_active([near.row_number[i] for i in near.off - off], True)
            near.off = set(off)

    def _outside(
        self,
        cost: Vector,
        norm: Vector,
        value: mpq,
        multipliers: Vector,
        near: _Neighbourhood,
    ) -> dict[int, mpq]:
        """Reduced costs of the columns that do not move."""
        local = near.local
        reduced = {j: a for j, a in cost.items() if j not in local}
        for j, a in norm.items():
            if j not in local:
                reduced[j] = reduced.get(j, _ZERO) - value * a
        for i, y in multipliers.items():
            for j, a in self._rows[i].coefficients.items():
                if j not in local:
                    reduced[j] = reduced.get(j, _ZERO) - y * a
        return reduced

    def _joining(self, outside: Vector, growth: int) -> list[int]:
        """The columns outside that promise most: whose own rows leave them room to move."""
        room = self._room_to_move()
        wanted = [j for j, a in outside.items() if a and j]
        return nlargest(growth, wanted, key=lambda j: abs(float(outside[j])) * room[j])

    def _whole_point(self, point: Vector, near: _Neighbourhood) -> Vector:
        known = self._point
        assert known is not None
        return _Moved(known, point, near.local)

    # -- the known point --------------------------------------------------------------------------

    def _product(self, index: int) -> mpq:
        """The product of a row with the known point."""
        if index not in self._products:
            point = self._point
            assert point is not None
            total = _ZERO
            for j, a in self._rows[index].coefficients.items():
                if j in point:
                    total += a * point[j]
            self._products[index] = total
        return self._products[index]

    def _stands(self, index: int) -> bool:
        product = self._product(index)
        return bool(product == 0 if self._rows[index].equal else product >= 0)

    def _middle(self) -> dict[int, mpq] | None:
        """A point that satisfies all active rows exactly, far from their ends; ``None`` if none
        was found."""
        if self._point is not None and all(map(self._stands, self._unchecked)):
            self._unchecked.clear()
            return self._point
        if self._point is None and self._sought and not self._unchecked:
            return None
        self._forget()
        self._sought = True
        self._unchecked.clear()
        self._point = self._found_middle()
        return self._point

    def _forget(self) -> None:
        self._point = None
        self._products = {}
        self._known = {}
        self._roomy = {}
        self._room = None

    def _found_middle(self) -> dict[int, mpq] | None:
        floats = self._float_middle()
        if floats is None:
            return None
        active = [i for i in range(len(self._rows)) if i not in self._off]
        tight = {i for i in active if self._rows[i].equal}
        tight |= {i for i in active if self._slack(i, floats) < _NEGLIGIBLE}
        for _ in range(_TRIES):
            self._products = {}
            self._point = self._rounded(floats, sorted(tight))
            if self._point is None:
                return None
            broken = [i for i in active if not self._stands(i)]
            if not broken:
                return self._point
            if tight.issuperset(broken):
                break
            tight.update(broken)
        self._forget()
        return None

    def _slack(self, index: int, floats: np.ndarray) -> float:
        """How far a row is from its end, in proportion to its size."""
        terms = [float(a) * floats[j] for j, a in self._rows[index].coefficients.items()]
        return float(sum(terms) / max(max(map(abs, terms), default=0.0), 1e-300))

    def _rounded(self, floats: np.ndarray, tight: Sequence[int]) -> dict[int, mpq] | None:
        """Short binary fractions near a point, but for columns that the tight rows give."""
        point = {0: mpq(1)}
        for j in range(1, self._columns):
            step = 2.0 ** (np.frexp(self._scales[j])[1] - _BITS)
            if floats[j] > step:
                point[j] = mpq(round(floats[j] / step)) * mpq(step)
        rows = [self._rows[i].coefficients for i in tight]
        unknown = [{j: a for j, a in row.items() if j} for row in rows]
        pairs = independent(unknown)
        given = {column for _, column in pairs}
        equations, right = [], []
        for n, _ in pairs:
            equations.append({j: a for j, a in rows[n].items() if j in given})
            right.append(
                -sum(
                    (a * point[j] for j, a in rows[n].items() if j in point and j not in given),
                    _ZERO,
                )
            )
        found = solve_sparse(equations, right)
        if found is None or any(value < 0 for value in found.values()):
            return None
        return {j: value for j, value in (point | found).items() if value}

    def _float_middle(self) -> np.ndarray | None:
        """An inner point in floating point, by the interior-point method without a cost."""
        starts, indices, values, upper = [0], list[int](), list[float](), list[float]()
        for i, row in enumerate(self._rows):
            if i in self._off:
                continue
            scaled = [(j, float(a) * self._scales[j]) for j, a in row.coefficients.items()]
            size = max((abs(a) for _, a in scaled), default=1.0)
            indices.extend(j for j, _ in scaled)
            values.extend(a / size for _, a in scaled)
            starts.append(len(indices))
            upper.append(0.0 if row.equal else inf)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self._columns, len(upper)
        lp.col_cost_ = np.zeros(self._columns)
        lp.col_lower_ = np.array([1.0] + [0.0] * (self._columns - 1))
        lp.col_upper_ = np.array([1.0] + [inf] * (self._columns - 1))
        lp.row_lower_ = np.zeros(len(upper))
        lp.row_upper_ = np.array(upper)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(indices, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(values)
        solver = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("presolve", "off"),
            ("solver", "ipm"),
            ("run_crossover", "off"),
            ("threads", 1),
        ):
            solver.setOptionValue(option, value)
        if (left := time_left()) < inf:
            solver.setOptionValue("time_limit", max(left, 0.0))
        solver.passModel(lp)
        solver.run()
        check_time()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        middle = np.array(solver.getSolution().col_value, dtype=float)
        middle *= np.asarray(self._scales, dtype=float)
        return middle

    def _room_to_move(self) -> np.ndarray:
        """How far each column can move before a row of its own ends it (equations left aside)."""
        if self._room is None:
            room = np.full(self._columns, inf)
            for i, row in enumerate(self._rows):
                if i in self._off or row.equal:
                    continue
                slack = float(self._product(i))
                for j, a in row.coefficients.items():
                    room[j] = min(room[j], slack / abs(float(a)))
            self._room = np.minimum(room, np.asarray(self._scales, dtype=float))
        return self._room


def _within(vector: Vector, near: _Neighbourhood) -> dict[int, mpq]:
    """A linear form of columns that may move, and of the constant, in local columns."""
    return {near.local.get(j, 0): a for j, a in vector.items()}
