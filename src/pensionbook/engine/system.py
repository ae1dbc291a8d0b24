"""Printed figures and accounting identities as one sparse linear system.

Unknowns are levels: one nonnegative column for each indicator, group, area and period. A printed
figure bounds a quotient of two linear forms of them (for a level or a change the divisor is the
constant one); an identity is a linear form that is zero. Column 0 is the constant one, so every
row is homogeneous.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gmpy2 import mpq

from pensionbook.data.figures import Reading, read_direction, read_figure
from pensionbook.data.package import Figure, Identity, Package, Term

ONE = 0
Coefficients = Mapping[int, mpq]


class Quantity(NamedTuple):
    """A level: what is counted, of whom, where and when (year-end for a stock in a year).

    The first three are ids of the package's tables, the period is ``YYYY`` or ``YYYY-MM``.

    >>> pb.Quantity("contributors", "all", "example_county", "2000").period
    '2000'
    """

    indicator: str
    group: str
    area: str
    period: str


class Share(NamedTuple):
    """A share as an unknown of its own; needed where a change of a share is printed."""

    part: Quantity
    whole: Quantity


class Rank(NamedTuple):
    """The place of a level among others, an unknown of its own: it says nothing about the level."""

    of: Quantity


class Form(NamedTuple):
    """A quotient of two linear forms, by column."""

    numerator: Coefficients
    denominator: Coefficients


@dataclass(frozen=True, slots=True)
class Statement:
    """A printed figure as the system sees it; ``reading`` is in base units (percent as 0.01)."""

    figure: Figure
    forms: tuple[Form, ...]
    reading: Reading
    unit_scale: mpq
    forecast: bool


@dataclass(frozen=True, slots=True)
class Equation:
    """An identity written out for one period: the coefficients sum to zero."""

    identity: Identity
    coefficients: Coefficients


@dataclass(slots=True)
class System:
    """All unknowns, statements and equations of a package."""

    columns: list[Quantity | Share | Rank | None] = field(default_factory=lambda: [None])
    statements: list[Statement] = field(default_factory=list)
    equations: list[Equation] = field(default_factory=list)
    index: dict[Quantity | Share | Rank, int] = field(default_factory=dict)

    def column(self, unknown: Quantity | Share | Rank) -> int:
        """The column of an unknown, made on first use."""
        if unknown not in self.index:
            self.index[unknown] = len(self.columns)
            self.columns.append(unknown)
        return self.index[unknown]

    def components(self) -> list[tuple[list[int], list[int], list[int]]]:
        """Independent parts of the system: (columns, statements, equations), in column order."""
        parent = list(range(len(self.columns)))

        def root(column: int) -> int:
            while parent[column] != column:
                parent[column] = parent[parent[column]]
                column = parent[column]
            return column

        touched_by_statement = [_columns_of(statement) for statement in self.statements]
        touched_by_equation = [sorted(equation.coefficients) for equation in self.equations]
        for touched in (*touched_by_statement, *touched_by_equation):
            for column in touched[1:]:
                parent[root(column)] = root(touched[0])
        parts: dict[int, tuple[list[int], list[int], list[int]]] = {}
        for column in range(1, len(self.columns)):
            parts.setdefault(root(column), ([], [], []))[0].append(column)
        for number, touched in enumerate(touched_by_statement):
            parts[root(touched[0])][1].append(number)
        for number, touched in enumerate(touched_by_equation):
            parts[root(touched[0])][2].append(number)
        return list(parts.values())


def build_system(package: Package) -> System:
    """The joint system of a checked package."""
    system = System()
    signs = _signs_of_changes(package)
    statements = []
    for figure in package.figures:
        form = _form(system, package, figure, signs)
        statements.append((figure, form))
    shares = [column for column in system.columns if isinstance(column, Share)]
    for figure, form in statements:
        forms = (form,)
        if figure.statistic in ("share", "ratio") and not figure.base_period:
            share = _share(figure, figure.period)
            if share in shares:
                forms += (Form({system.column(share): mpq(1)}, {ONE: mpq(1)}),)
        system.statements.append(_statement(package, figure, forms))
    _write_out_identities(system, package)
    return system


def quantity_of(figure: Figure, period: str | None = None) -> Quantity:
    """The level a figure is about, in its own period unless another is given."""
    return Quantity(figure.indicator, figure.group, figure.area, period or figure.period)


def _of(figure: Figure, period: str) -> Quantity:
    return Quantity(*figure.of, period)


def _share(figure: Figure, period: str) -> Share:
    return Share(quantity_of(figure, period), _of(figure, period))


def _form(system: System, package: Package, figure: Figure, signs: Mapping[tuple, int]) -> Form:
    one = {ONE: mpq(1)}
    if figure.statistic == "rank" and not _is_of_ranks(package, figure):
        return Form({system.column(Rank(quantity_of(figure))): mpq(1)}, one)
    if figure.statistic == "change" and figure.unit == "percentage_point":
        return Form(
            {
                system.column(_share(figure, figure.period)): mpq(1),
                system.column(_share(figure, figure.base_period)): mpq(-1),
            },
            one,
        )
    if figure.statistic in ("share", "ratio"):
        part = _level_or_change(system, quantity_of(figure), figure.base_period)
        whole = _level_or_change(system, _of(figure, figure.period), figure.base_period)
        # A share of a fall is a fall over a fall: both are turned round to be positive.
        key = (_of(figure, figure.period), figure.base_period)
        sign = signs.get(key, 1) if figure.base_period else 1
        return Form(_times(part, sign), _times(whole, sign))
    numerator = _level_or_change(system, quantity_of(figure), figure.base_period)
    if figure.statistic == "growth":
        base = system.column(quantity_of(figure, figure.base_period))
        return Form(numerator, {base: mpq(1)})
    return Form(numerator, one)


def _is_of_ranks(package: Package, figure: Figure) -> bool:
    """Whether the indicator of a figure is itself a rank, not what places are ranked by."""
    return package.indicators[figure.indicator].unit == package.units[figure.unit].base


def _level_or_change(system: System, quantity: Quantity, base_period: str) -> dict[int, mpq]:
    form = {system.column(quantity): mpq(1)}
    if base_period:
        form[system.column(quantity._replace(period=base_period))] = mpq(-1)
    return form


def _times(form: Coefficients, factor: int) -> Coefficients:
    return {column: a * factor for column, a in form.items()}


def _signs_of_changes(package: Package) -> dict[tuple, int]:
    signs: dict[tuple, int] = {}
    for figure in package.figures:
        if figure.statistic in ("change", "growth", "direction") and not figure.has_of:
            falls = figure.printed.startswith("-") or figure.printed == "falling"
            signs[quantity_of(figure), figure.base_period] = -1 if falls else 1
    return signs


def _statement(package: Package, figure: Figure, forms: tuple[Form, ...]) -> Statement:
    if figure.statistic == "direction":
        direction = read_direction(figure.printed)
        return Statement(figure, forms, Reading(direction, direction), mpq(1), False)
    unit = package.units[figure.unit]
    whole = unit.whole or figure.statistic in ("count", "parameter", "rank")
    reading = read_figure(figure.printed, figure.qualifier, whole=whole)
    return Statement(
        figure,
        forms,
        Reading(reading.rounded.scaled(unit.scale), reading.widest.scaled(unit.scale)),
        mpq(unit.scale),
        figure.qualifier == "forecast",
    )


def _write_out_identities(system: System, package: Package) -> None:
    anywhen: list[Identity] = []
    for identity in package.identities:
        if any(term.period == "*" for term in identity.terms):
            anywhen.append(identity)
        else:
            system.equations.append(_equation(system, identity, None))
    periods = _mentioned_periods(system)
    written: set[tuple[str, str]] = set()
    # An identity can mention a new cell, which then calls for another identity; so repeat.
    while True:
        new = [
            (identity, period)
            for identity in anywhen
            for period in sorted(
                {p for term in identity.terms for p in periods.get(_series(term), ())}
            )
            if (identity.identity_id, period) not in written
        ]
        if not new:
            return
        for identity, period in new:
            written.add((identity.identity_id, period))
            system.equations.append(_equation(system, identity, period))
            for term in identity.terms:
                periods.setdefault(_series(term), set()).add(period)


def _series(term: Term) -> tuple[str, str, str]:
    return (term.indicator, term.group, term.area)


def _mentioned_periods(system: System) -> dict[tuple[str, str, str], set[str]]:
    periods: dict[tuple[str, str, str], set[str]] = {}
    for unknown in system.index:
        if isinstance(unknown, Rank):
            continue
        for quantity in unknown if isinstance(unknown, Share) else (unknown,):
            periods.setdefault(tuple(quantity[:3]), set()).add(quantity.period)
    return periods


def _equation(system: System, identity: Identity, period: str | None) -> Equation:
    coefficients: dict[int, mpq] = {}
    for term in identity.terms:
        quantity = Quantity(*_series(term), period or term.period)
        for column, a in _level_or_change(system, quantity, term.base_period).items():
            total = coefficients.get(column, mpq(0)) + a * mpq(term.coefficient)
            coefficients[column] = total
    return Equation(identity, {column: a for column, a in coefficients.items() if a})


def _columns_of(statement: Statement) -> list[int]:
    columns = {c for form in statement.forms for part in form for c in part} - {ONE}
    return sorted(columns)
