"""What the engine solves part by part, and what it answers: records that its modules share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import median
from typing import NamedTuple

from gmpy2 import mpq

from pensionbook.data.figures import Reading
from pensionbook.engine.proved_lp import Row
from pensionbook.engine.system import ONE, Coefficients, Form

UNPROVED = "unproved"
OUT_OF_TIME = "out of time"


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement in local columns. A claim that is not ``open`` is taken for granted."""

    forms: tuple[Form, ...]
    reading: Reading
    open: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A component in local columns 1..n; column 0 is the constant one.

    ``assumptions`` hold, for each assumption that some equations rest on, the numbers of these;
    equations in none of them are definitions. ``levels`` are the forms to be bounded, by column;
    None stands for every column by itself.
    """

    columns: int
    claims: tuple[Claim, ...]
    equations: tuple[Coefficients, ...]
    assumptions: tuple[frozenset[int], ...] = ()
    levels: Mapping[int, Coefficients] | None = None

    @property
    def asked(self) -> dict[int, Form]:
        """The forms to be bounded, by column."""
        levels = self.levels
        if levels is None:
            levels = {column: {column: mpq(1)} for column in range(1, self.columns + 1)}
        return {column: Form(level, {ONE: mpq(1)}) for column, level in levels.items()}


class Proof(NamedTuple):
    """Multipliers of rows, by their number, with which nothing can lie beyond the value."""

    value: mpq
    multipliers: Mapping[int, mpq]


@dataclass(frozen=True, slots=True)
class End:
    """One end of a bound and what it rests on.

    ``value`` is ``None`` when nothing bounds that end, ``"unproved"`` when no proof was found, and
    ``"out of time"`` when none was found within the time given. ``proofs`` are kept only on
    request; an end that holds under any of several repairs has some for each.
    """

    value: mpq | str | None
    claims: frozenset[int] = frozenset()
    equations: frozenset[int] = frozenset()
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Both ends of a bounded quantity."""

    low: End
    high: End


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a component.

    ``clusters`` hold the smallest repairs (any choice of one repair a cluster is a smallest repair
    of the component); ``all_repairs_checked`` is false when there were too many to check each.
    ``bounds`` hold without every claim and assumption that is in some repair, ``under_any_repair``
    whichever repair is right. Without ``proved`` repairs nothing else is known.

    Kept only on request: ``conflicts``, multipliers of rows that exclude each other, and
    ``witnesses``, for each repair (or for none) a point that satisfies all that it leaves.
    """

    clusters: tuple[Cluster, ...]
    all_repairs_checked: bool
    bounds: dict[int, Span]
    under_any_repair: dict[int, Span]
    implied: dict[int, Span]
    proved: bool = True
    conflicts: tuple[Mapping[int, mpq], ...] = ()
    witnesses: tuple[tuple[Repair, Mapping[int, mpq]], ...] = ()


@dataclass(frozen=True, slots=True)
class RowOf:
    """A row with its owner: a claim or an equation; ``narrow`` rows hold only if rounded.

    ``assumption`` is the number of the assumption that an equation rests on, ``form`` that of the
    quotient that a claim bounds, and ``side`` says what of it: low, high, is, or base. A ``spare``
    row says less than a narrow row of its claim: it matters where that one does not hold.
    """

    row: Row
    claim: int | None
    equation: int | None
    narrow: bool = False
    assumption: int | None = None
    form: int = 0
    side: str = ""
    spare: bool = False


def rows_of(problem: Part) -> list[RowOf]:
    """All rows of a component, equations first."""
    resting = {e: n for n, group in enumerate(problem.assumptions) for e in group}
    rows = [
        RowOf(Row(coefficients, equal=True), None, number, assumption=resting.get(number))
        for number, coefficients in enumerate(problem.equations)
    ]
    for number, claim in enumerate(problem.claims):
        for n, form in enumerate(claim.forms):
            rows += [
                RowOf(row, number, None, narrow, form=n, side=side, spare=spare)
                for row, narrow, spare, side in _rows(form, claim.reading)
            ]
            if tuple(form.denominator) != (ONE,):
                # The base of a rate is more than nothing.
                row = Row(form.denominator, strict=True)
                rows.append(RowOf(row, number, None, form=n, side="base"))
    return rows


def scales_of(problem: Part) -> list[float]:
    """Typical magnitude of each column, read off the printed levels."""
    found: dict[int, float] = {}
    for claim in problem.claims:
        ends = [abs(float(e)) for e in (claim.reading.widest.low, claim.reading.widest.high) if e]
        for form in claim.forms:
            if ends and tuple(form.denominator) == (ONE,):
                for column in form.numerator:
                    found[column] = max(found.get(column, 0.0), max(ends))
    usual = median(found.values()) if found else 1.0
    return [1.0] + [found.get(column, usual) for column in range(1, problem.columns + 1)]


def _rows(form: Form, reading: Reading) -> list[tuple[Row, bool, bool, str]]:
    """The rows of a claim, whether each is narrow, and spare, and the side of it that it bounds."""
    narrow, wide = reading.rounded, reading.widest
    if wide.low is not None and wide.low == wide.high:
        return [(_at_least(form, wide.low, 1, equal=True), False, False, "is")]
    rows = []
    for sign, side, inner, outer in (
        (1, "low", (narrow.low, narrow.low_open), (wide.low, wide.low_open)),
        (-1, "high", (narrow.high, narrow.high_open), (wide.high, wide.high_open)),
    ):
        spare = inner[0] is not None and outer[0] is not None and inner[0] * sign > outer[0] * sign
        for end, is_narrow in ((outer, False), (inner, True)):
            if end[0] is not None and not (is_narrow and inner == outer):
                row = _at_least(form, end[0], sign, strict=end[1])
                rows.append((row, is_narrow, spare and not is_narrow, side))
    return rows


def _at_least(
    form: Form, end: Fraction, sign: int, *, equal: bool = False, strict: bool = False
) -> Row:
    coefficients = {column: a * sign for column, a in form.numerator.items()}
    for column, a in form.denominator.items():
        coefficients[column] = coefficients.get(column, mpq(0)) - sign * mpq(end) * a
    return Row({column: a for column, a in coefficients.items() if a}, equal, strict)


@dataclass(frozen=True, slots=True)
class Repair:
    """Claims to remove, claims to read as truncated, and assumptions to give up."""

    removed: frozenset[int]
    truncated: frozenset[int]
    assumptions: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Cluster:
    """Conflicts that share claims or assumptions, and the smallest repairs that settle them.

    ``excluding`` holds, for each assumption that all of them give up, the claims that exclude it
    and that no repair removes.
    """

    repairs: tuple[Repair, ...]
    excluding: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def suspects(self) -> frozenset[int]:
        """Claims removed in some smallest repair."""
        return frozenset().union(*(r.removed for r in self.repairs))

    @property
    def truncated(self) -> frozenset[int]:
        """Claims read as truncated in some smallest repair."""
        return frozenset().union(*(r.truncated for r in self.repairs))

    @property
    def doubted(self) -> frozenset[int]:
        """Assumptions given up in some smallest repair."""
        return frozenset().union(*(r.assumptions for r in self.repairs))


def combined(repairs: Iterable[Repair]) -> Repair:
    """Several repairs, made together."""
    repairs = tuple(repairs)
    return Repair(
        frozenset().union(*(r.removed for r in repairs)),
        frozenset().union(*(r.truncated for r in repairs)),
        frozenset().union(*(r.assumptions for r in repairs)),
    )


def all_of(clusters: Iterable[Cluster]) -> Repair:
    """All that some smallest repair removes, reads as truncated or gives up."""
    return combined(repair for cluster in clusters for repair in cluster.repairs)
