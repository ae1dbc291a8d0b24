"""The simplex method in exact rational arithmetic, from any basis.

It goes on where a floating-point solver stopped: its basis may be short of optimal, outside the
rows by a rounding error, or singular. Every answer is a proof: a point and multipliers of the same
objective, multipliers that no point can satisfy (Farkas), or a ray.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gmpy2 import mpq

from pensionbook.engine.clock import check_time
from pensionbook.engine.sparse import independent, solve_sparse
from pensionbook.errors import UnprovedError

Vector = Mapping[int, mpq]
MOST_EXACT_PIVOTS = 1_000
_ZERO = mpq(0)

# What the product of a row with the point must be; a row that is off may be anything.
AT_LEAST_ZERO, ZERO, OFF, NORM = "at least zero", "zero", "off", "one"


class Unbounded(Exception):
    """The objective has no finite minimum."""


class Infeasible(Exception):
    """No point satisfies the rows; ``multipliers`` of the rows prove it."""

    def __init__(self, multipliers: Vector) -> None:
        super().__init__("no point satisfies the rows")
        self.multipliers = multipliers


@dataclass(frozen=True, slots=True)
class Program:
    """Rows over nonnegative columns.

    Attributes:
        rows: the coefficients of each row, by column.
        kinds: what each row must be: one of the four words above.
        held: columns that are held at zero.
        by_column: the rows that each column stands in.
        scales: typical magnitude of each column; a hint only.
    """

    rows: Sequence[Vector]
    kinds: Sequence[str]
    held: frozenset[int]
    by_column: Sequence[Sequence[int]]
    scales: Sequence[float]


@dataclass(frozen=True, slots=True)
class Optimum:
    """A proved optimum: exact value, the point that attains it, the multipliers that prove it."""

    value: mpq
    point: Mapping[int, mpq]
    multipliers: dict[int, mpq]


class _Entering(NamedTuple):
    """What leaves zero: a column, or the product of a row; ``sign`` says which way."""

    is_row: bool
    place: int
    sign: int


@dataclass(slots=True)
class _Basis:
    """Columns that may differ from zero, and as many rows held at their value."""

    columns: list[int]
    tight: list[int]
    members: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        self.members = frozenset(self.columns)


def lowest(program: Program, cost: Vector, columns: Sequence[int], tight: Sequence[int]) -> Optimum:
    """The exact minimum of ``cost . z``, starting from a basis.

    Args:
        columns: the basic columns.
        tight: the rows that are not basic. Where the two do not fit together, a part is used.

    Raises:
        Unbounded: proved by a ray from a point that satisfies all rows.
        Infeasible: proved by multipliers.
        UnprovedError: too many steps would be needed, or there is no more time.
    """
    basis = _Basis([j for j in columns if j not in program.held], list(tight))
    careful = False
    point = _point(program, basis) if len(basis.columns) == len(basis.tight) else None
    if point is None:
        basis = _regular(program, basis)
    for _ in range(MOST_EXACT_PIVOTS):
        check_time()
        point = _solved(point or _point(program, basis))
        products = _products(program, point)
        broken, excess = _excess(program, point, products)
        wanted = excess or cost
        multipliers = _multipliers(program, basis, wanted)
        entering = _entering(program, basis, multipliers, wanted, careful)
        if entering is None:
            if excess:
                raise Infeasible(_farkas(program, multipliers, broken))
            return _optimum(program, cost, point, multipliers)
        step = _edge(program, basis, entering)
        stops = _stops(program, basis, point, products, step)
        if not stops:
            if excess or not is_ray(program, cost, step):
                raise UnprovedError("a step of the simplex method has no end and is no ray")
            raise Unbounded
        length, is_row, out = min(stops)
        basis, point = _changed(basis, entering, is_row, out), None
        # Only steps of no length can go in a circle; Bland's rule leads out of it.
        careful = not length
    raise UnprovedError(
        "the linear solver's answer could not be confirmed in exact arithmetic; "
        "the quantity is reported without a bound"
    )


def proves_infeasible(program: Program, multipliers: Vector) -> bool:
    """Whether multipliers of the rows leave no point: a nonpositive row that should be positive."""
    total: dict[int, mpq] = {}
    least = _ZERO
    for i, y in multipliers.items():
        kind = program.kinds[i]
        if y and (kind == OFF or (kind == AT_LEAST_ZERO and y < 0)):
            return False
        if kind == NORM:
            least += y
        for j, a in program.rows[i].items():
            total[j] = total.get(j, _ZERO) + y * a
    return least > 0 and all(a <= 0 for j, a in total.items() if j not in program.held)


def is_ray(program: Program, cost: Vector, ray: Vector) -> bool:
    """Whether a direction keeps every row and lowers the cost for ever."""
    if any(a < 0 or (a and j in program.held) for j, a in ray.items()):
        return False
    for i in {i for j, a in ray.items() if a for i in program.by_column[j]}:
        product, kind = _product(program.rows[i], ray), program.kinds[i]
        if product and (kind in (ZERO, NORM) or (kind == AT_LEAST_ZERO and product < 0)):
            return False
    return bool(_product(cost, ray) < 0)


def _product(row: Vector, point: Vector) -> mpq:
    return sum((a * point[j] for j, a in row.items() if j in point), _ZERO)


def _regular(program: Program, basis: _Basis) -> _Basis:
    """A largest part of a basis that fits together."""
    pairs = independent([_within(program.rows[i], basis) for i in basis.tight])
    return _Basis([column for _, column in pairs], [basis.tight[row] for row, _ in pairs])


def _point(program: Program, basis: _Basis) -> dict[int, mpq] | None:
    system = [_within(program.rows[i], basis) for i in basis.tight]
    right = [mpq(program.kinds[i] == NORM) for i in basis.tight]
    return solve_sparse(system, right)


def _within(row: Vector, basis: _Basis) -> dict[int, mpq]:
    return {j: a for j, a in row.items() if j in basis.members and a}


def _solved(solution: dict[int, mpq] | None) -> dict[int, mpq]:
    if solution is None:
        raise UnprovedError("the basis of a linear program is singular")
    return solution


def _products(program: Program, point: Vector) -> dict[int, mpq]:
    """The product of every row with the point, where it is not left out as zero."""
    products: dict[int, mpq] = {}
    for j, value in point.items():
        if value:
            for i in program.by_column[j]:
                products[i] = products.get(i, _ZERO) + program.rows[i][j] * value
    return products


def _excess(
    program: Program, point: Vector, products: Vector
) -> tuple[dict[int, int], dict[int, mpq]]:
    """The rows that a point breaks, with the sign, and by how much all is broken: a linear form.

    The form, to be lowered, counts the columns below zero too; it is empty if nothing is broken.
    """
    broken: dict[int, int] = {}
    form: dict[int, mpq] = {j: mpq(-1) for j, value in point.items() if value < 0}
    for i, kind in enumerate(program.kinds):
        excess = products.get(i, _ZERO) - (kind == NORM)
        if not excess or kind == OFF or (kind == AT_LEAST_ZERO and excess > 0):
            continue
        broken[i] = sign = 1 if excess > 0 else -1
        for j, a in program.rows[i].items():
            form[j] = form.get(j, _ZERO) + sign * a
    return broken, form


def _optimum(
    program: Program, cost: Vector, point: dict[int, mpq], multipliers: dict[int, mpq]
) -> Optimum:
    value = _product(cost, point)
    proved = sum((y for i, y in multipliers.items() if program.kinds[i] == NORM), _ZERO)
    if value != proved:
        raise UnprovedError("the two sides of a proof do not meet")
    return Optimum(value, point, multipliers)


def _multipliers(program: Program, basis: _Basis, cost: Vector) -> dict[int, mpq]:
    if not cost:
        return {}
    equations: dict[int, dict[int, mpq]] = {j: {} for j in basis.columns}
    for i in basis.tight:
        for j, a in program.rows[i].items():
            if j in basis.members and a:
                equations[j][i] = a
    right = [cost.get(j, _ZERO) for j in basis.columns]
    return _solved(solve_sparse(list(equations.values()), right))


def _entering(
    program: Program, basis: _Basis, multipliers: Vector, cost: Vector, careful: bool
) -> _Entering | None:
    """What can improve the point: the steepest by the scales, or the first in order (Bland)."""
    reduced = dict(cost)
    found: list[tuple[float, _Entering]] = []
    for i, y in multipliers.items():
        if not y:
            continue
        for j, a in program.rows[i].items():
            reduced[j] = reduced.get(j, _ZERO) - y * a
        kind = program.kinds[i]
        if kind == OFF or (kind == AT_LEAST_ZERO and y < 0):
            size = max(abs(float(a)) * program.scales[j] for j, a in program.rows[i].items())
            found.append((abs(float(y)) * size, _Entering(True, i, 1 if y < 0 else -1)))
    for j, value in reduced.items():
        if value < 0 and j not in program.held and j not in basis.members:
            found.append((-float(value) * program.scales[j], _Entering(False, j, 1)))
    if not found:
        return None
    if careful:
        return min(entering for _, entering in found)
    return min(found, key=lambda pair: (-pair[0], pair[1]))[1]


def _farkas(program: Program, multipliers: Vector, broken: Mapping[int, int]) -> dict[int, mpq]:
    proof = {i: y for i, y in multipliers.items() if y}
    proof |= {i: mpq(-sign) for i, sign in broken.items()}
    if not proves_infeasible(program, proof):
        raise UnprovedError("a proof that rows exclude each other failed its own check")
    return proof


def _edge(program: Program, basis: _Basis, entering: _Entering) -> dict[int, mpq]:
    """How the basic columns move with what enters."""
    rows = [_within(program.rows[i], basis) for i in basis.tight]
    if entering.is_row:
        right = [mpq(entering.sign) if i == entering.place else _ZERO for i in basis.tight]
        return _solved(solve_sparse(rows, right))
    right = [-program.rows[i].get(entering.place, _ZERO) for i in basis.tight]
    return _solved(solve_sparse(rows, right)) | {entering.place: mpq(1)}


def _stops(
    program: Program, basis: _Basis, point: Vector, products: Vector, step: Vector
) -> list[tuple[mpq, bool, int]]:
    """What ends a step, and after which length: columns and rows (true)."""
    stops: list[tuple[mpq, bool, int]] = []
    for j, rate in step.items():
        if j in basis.members and rate:
            _add_stop(stops, point[j], rate, AT_LEAST_ZERO, (False, j))
    tight = set(basis.tight)
    for i, rate in _products(program, step).items():
        if rate and i not in tight:
            _add_stop(stops, products.get(i, _ZERO), rate, program.kinds[i], (True, i))
    return stops


def _changed(basis: _Basis, entering: _Entering, is_row: bool, out: int) -> _Basis:
    columns = [j for j in basis.columns if is_row or j != out]
    tight = [i for i in basis.tight if not entering.is_row or i != entering.place]
    if not entering.is_row:
        columns.append(entering.place)
    if is_row:
        tight.append(out)
    return _Basis(columns, tight)


def _add_stop(
    stops: list[tuple[mpq, bool, int]], value: mpq, rate: mpq, kind: str, which: tuple[bool, int]
) -> None:
    """Where a changing value comes to its end; one that is outside stops as it comes back."""
    if kind == OFF:
        return
    length = (mpq(kind == NORM) - value) / rate
    if length > 0 or (length == 0 and (rate < 0 or kind != AT_LEAST_ZERO)):
        stops.append((length, *which))
