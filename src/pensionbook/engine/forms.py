"""Printed figures as bounds on quotients of linear forms, one statistic after the other."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gmpy2 import mpq

from pensionbook.data.figures import Interval, Reading
from pensionbook.data.package import Figure, Package
from pensionbook.data.periods import months_of, shifted
from pensionbook.data.readings import reading_of
from pensionbook.engine.unknowns import (
    ONE,
    Coefficients,
    Form,
    Own,
    Quantity,
    Share,
    Statement,
    System,
    Unknown,
)

# What changes, and since when.
_Change = tuple[Unknown, str]
_NOTHING = Reading(Interval(None, None), Interval(None, None))


def quantity_of(figure: Figure, period: str | None = None) -> Quantity:
    """The level a figure is about, in its own period unless another is given."""
    return Quantity(figure.indicator, figure.group, figure.area, period or figure.period)


def forms_of(system: System, package: Package) -> list[tuple[Form, ...]]:
    """The quotients that each figure of a package bounds.

    A share, a growth and the like has a second form where a change of it is printed too: as an
    unknown of its own, which is tied to the levels by nothing else.
    """
    signs = _signs_of_changes(package)
    forms: list[tuple[Form, ...]] = [(_form(system, figure, signs),) for figure in package.figures]
    for number, figure in enumerate(package.figures):
        own = _own_unknown(figure)
        if own is not None and own[0] in system.index:
            unknown, less = own
            numerator = system.form(unknown) | ({ONE: mpq(-less)} if less else {})
            forms[number] += (Form(numerator, {ONE: mpq(1)}),)
    return forms


def statement_of(package: Package, figure: Figure, forms: tuple[Form, ...]) -> Statement:
    """A figure with its forms and its reading in base units."""
    unit = package.units.get(figure.unit)
    scale = unit.scale if unit else Fraction(1)
    reading, power = reading_of(figure, package.units), 0
    reading = Reading(reading.rounded.scaled(scale), reading.widest.scaled(scale))
    if figure.statistic == "rank":
        reading = _NOTHING
    elif figure.statistic == "mean_growth":
        power = _years(figure)
        reading = Reading(_power(reading.rounded, power), _power(reading.widest, power))
    return Statement(figure, forms, reading, mpq(scale), figure.qualifier == "forecast", power)


def _years(figure: Figure) -> int:
    months = months_of(figure.period)[1] - months_of(figure.base_period)[1]
    return months // 12


def _power(interval: Interval, power: int) -> Interval:
    """What a growth kept up for some years makes of one; growth never goes below -1."""

    def end(value: Fraction | None) -> Fraction | None:
        return None if value is None else max(1 + value, Fraction(0)) ** power

    return Interval(end(interval.low), end(interval.high), interval.low_open, interval.high_open)


def _form(system: System, figure: Figure, signs: Mapping[_Change, int]) -> Form:
    one, statistic, base = {ONE: mpq(1)}, figure.statistic, figure.base_period
    own = _unknown(figure, quantity_of(figure))
    if statistic == "rank":
        # A place in an order says nothing about the amount.
        return Form(system.form(Own("rank", (own, figure.figure_id))), one)
    if statistic == "growth_change":
        before = shifted(base, months_of(base)[1] - months_of(figure.period)[1])
        times = _times(figure, figure.period, base), _times(figure, base, before)
        return Form(_difference(*map(system.form, times)), one)
    if statistic == "change" and figure.unit == "percentage_point" and figure.has_of:
        shares = _share(figure, figure.period), _share(figure, base)
        return Form(_difference(*map(system.form, shares)), one)
    change = _level_or_change(system, own, base)
    if statistic in ("share", "ratio"):
        whole = _unknown(figure, Quantity(*figure.of, figure.period))
        # A share of a fall is a fall over a fall: both are turned round to be positive.
        sign = signs.get((whole, base), 1) if base else 1
        return _quotient(
            system,
            figure,
            _scaled(change, sign),
            _scaled(_level_or_change(system, whole, base), sign),
        )
    if statistic == "contribution":
        whole = _unknown(figure, Quantity(*figure.of, base))
        return _quotient(system, figure, change, system.form(whole))
    if statistic == "growth":
        return _quotient(system, figure, change, system.form(_at(own, base)))
    if statistic in ("multiple", "index", "mean_growth"):
        return _quotient(system, figure, system.form(own), system.form(_at(own, base)))
    return Form(change, one)


def _quotient(
    system: System, figure: Figure, numerator: Coefficients, denominator: Coefficients
) -> Form:
    """A quotient; where the denominator may be negative, an unknown that nothing else bounds."""
    if not any(column in system.minus for column in denominator):
        return Form(numerator, denominator)
    above, below = (system.form(Own("quotient", (figure.figure_id, side))) for side in "+-")
    return Form(_difference(above, below), {ONE: mpq(1)})


def _unknown(figure: Figure, quantity: Quantity) -> Unknown:
    """The quantity, or its twin at constant prices, which no current price is tied to."""
    return Own(figure.prices, (quantity,)) if figure.prices else quantity


def _at(unknown: Unknown, period: str) -> Unknown:
    if isinstance(unknown, Own):
        of = (_at(part, period) if isinstance(part, Quantity) else part for part in unknown.of)
        return Own(unknown.what, tuple(of))
    if isinstance(unknown, Share):
        return Share(*(quantity._replace(period=period) for quantity in unknown))
    return unknown._replace(period=period)


def _own_unknown(figure: Figure) -> tuple[Unknown, int] | None:
    """The unknown that a figure bounds by itself, and what is to be taken from it."""
    if figure.statistic in ("share", "ratio") and not figure.base_period:
        return _share(figure, figure.period), 0
    if figure.statistic in ("growth", "multiple", "index"):
        less = 1 if figure.statistic == "growth" else 0
        return _times(figure, figure.period, figure.base_period), less
    return None


def _share(figure: Figure, period: str) -> Share:
    return Share(quantity_of(figure, period), Quantity(*figure.of, period))


def _times(figure: Figure, period: str, base: str) -> Own:
    """How many times the amount of the base period an amount is: growth and one."""
    return Own("times", (quantity_of(figure, period), base, figure.prices))


def _level_or_change(system: System, unknown: Unknown, base_period: str) -> dict[int, mpq]:
    form = system.form(unknown)
    if base_period:
        form = _difference(form, system.form(_at(unknown, base_period)))
    return form


def _difference(one: Coefficients, other: Coefficients) -> dict[int, mpq]:
    return {**one, **_scaled(other, -1)}


def _scaled(form: Coefficients, factor: int) -> Coefficients:
    return {column: a * factor for column, a in form.items()}


def _signs_of_changes(package: Package) -> dict[_Change, int]:
    """Whether a level falls (-1) or rises, where a change, a growth or a direction says so."""
    signs: dict[_Change, int] = {}
    for figure in package.figures:
        if figure.statistic in ("change", "growth", "direction") and not figure.has_of:
            falls = figure.printed.startswith("-") or figure.printed == "falling"
            signs[_unknown(figure, quantity_of(figure)), figure.base_period] = -1 if falls else 1
    return signs
