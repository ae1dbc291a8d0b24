"""What the joint system is made of: unknowns in columns, statements and equations between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from gmpy2 import mpq

from pensionbook.data.figures import Reading
from pensionbook.data.package import Figure, Identity

ONE = 0
Coefficients = Mapping[int, mpq]
# Roots are told to so many decimals, outward.
_ROOT_DECIMALS = 12


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


class Own(NamedTuple):
    """Any other unknown that no table lists: what it is, and the quantities that it is of."""

    what: str
    of: tuple[object, ...]


Unknown = Quantity | Share | Own
# Indicator, group and area: what a series of levels is of.
Series = tuple[str, str, str]


class Form(NamedTuple):
    """A quotient of two linear forms, by column."""

    numerator: Coefficients
    denominator: Coefficients


@dataclass(frozen=True, slots=True)
class Statement:
    """A printed figure as the system sees it; ``reading`` is in base units (percent as 0.01).

    ``power`` is n where the forms are the nth power of one more than what is printed.
    """

    figure: Figure
    forms: tuple[Form, ...]
    reading: Reading
    unit_scale: mpq
    forecast: bool
    power: int = 0

    @property
    def says_nothing(self) -> bool:
        """Whether it bounds nothing: a rank, or a cell without a number."""
        return self.reading.widest.low is None and self.reading.widest.high is None

    def as_printed(self, value: Fraction, *, up: bool) -> Fraction:
        """A bound of the forms in the printed unit, an irrational one rounded outward."""
        scale = Fraction(int(self.unit_scale.numerator), int(self.unit_scale.denominator))
        if self.power:
            value = _root(value, self.power, up=up) - 1
        return value / scale


def _root(value: Fraction, power: int, *, up: bool) -> Fraction:
    """The root of a number not negative, exact or rounded to the side named."""
    if power == 1:
        return value
    steps = 10**_ROOT_DECIMALS
    scaled = value * steps**power
    low = _whole_root(scaled.numerator // scaled.denominator, power)
    exact = Fraction(low**power) == scaled
    return Fraction(low + (up and not exact), steps)


def _whole_root(number: int, power: int) -> int:
    """The largest whole number whose power is not more than a number."""
    low, high = 0, 1 << (number.bit_length() // power + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**power <= number else (low, middle)
    return low


@dataclass(frozen=True, slots=True)
class Equation:
    """An identity written out for one period: the coefficients sum to zero."""

    identity: Identity
    coefficients: Coefficients


@dataclass(slots=True)
class System:
    """All unknowns, statements and equations of a package.

    Columns are not negative. What may be negative is the difference of two: ``minus`` holds the
    second column of such an unknown, by its first.
    """

    columns: list[Unknown | None] = field(default_factory=lambda: [None])
    statements: list[Statement] = field(default_factory=list)
    equations: list[Equation] = field(default_factory=list)
    index: dict[Unknown, int] = field(default_factory=dict)
    signed: frozenset[str] = frozenset()
    minus: dict[int, int] = field(default_factory=dict)

    def column(self, unknown: Unknown) -> int:
        """The column of an unknown, made on first use."""
        if unknown not in self.index:
            self.index[unknown] = len(self.columns)
            self.columns.append(unknown)
            if isinstance(unknown, Quantity) and unknown.indicator in self.signed:
                self.minus[self.index[unknown]] = self.column(Own("minus", (unknown,)))
        return self.index[unknown]

    def form(self, unknown: Unknown) -> dict[int, mpq]:
        """An unknown as a linear form of columns."""
        column = self.column(unknown)
        form = {column: mpq(1)}
        if column in self.minus:
            form[self.minus[column]] = mpq(-1)
        return form

    def components(self) -> list[tuple[list[int], list[int], list[int]]]:
        """Independent parts of the system: (columns, statements, equations), in column order."""
        joined = Joined(self)
        parts: dict[int, tuple[list[int], list[int], list[int]]] = {}
        for column in range(1, len(self.columns)):
            parts.setdefault(joined.root(column), ([], [], []))[0].append(column)
        for number, statement in enumerate(self.statements):
            parts[joined.root(columns_of(statement.forms)[0])][1].append(number)
        for number, equation in enumerate(self.equations):
            parts[joined.root(_without_one(equation.coefficients)[0])][2].append(number)
        return list(parts.values())


class Joined:
    """Which columns hang together by the statements and equations of a system, and more to come."""

    def __init__(self, system: System) -> None:
        self._parent = list(range(len(system.columns)))
        self._size = [1] * len(system.columns)
        for statement in system.statements:
            self.join(columns_of(statement.forms))
        for equation in system.equations:
            self.join(_without_one(equation.coefficients))
        for one, other in system.minus.items():
            self.join([one, other])

    def root(self, column: int) -> int:
        """The column that stands for all that hang together with one."""
        parent = self._parent
        while parent[column] != column:
            parent[column] = parent[parent[column]]
            column = parent[column]
        return column

    def size(self, column: int) -> int:
        """How many columns hang together with one, itself among them."""
        return self._size[self.root(column)]

    def join(self, columns: list[int]) -> None:
        """Note that columns hang together."""
        for column in columns[1:]:
            one, other = self.root(column), self.root(columns[0])
            if one != other:
                self._parent[one] = other
                self._size[other] += self._size[one]


def columns_of(forms: tuple[Form, ...]) -> list[int]:
    """The columns that forms speak of, but for the constant one."""
    return sorted({c for form in forms for part in form for c in part} - {ONE})


def _without_one(coefficients: Coefficients) -> list[int]:
    return sorted(column for column in coefficients if column != ONE)
