"""Printed figures and accounting identities as one sparse linear system.

Unknowns are levels: one nonnegative column for each indicator, group, area and period. A printed
figure bounds a quotient of two linear forms of them (for a level or a change the divisor is the
constant one); an identity is a linear form that is zero. Column 0 is the constant one, so every
row is homogeneous.
"""

from __future__ import annotations

from gmpy2 import mpq

from pensionbook.data.package import Identity, Package, Term
from pensionbook.data.periods import months_of, period_of, shifted
from pensionbook.engine.forms import forms_of, quantity_of, statement_of
from pensionbook.engine.implicit import implicit_equations, rates_as_means
from pensionbook.engine.unknowns import (
    ONE,
    Coefficients,
    Equation,
    Form,
    Own,
    Quantity,
    Share,
    Statement,
    System,
)

__all__ = [
    "ONE",
    "Coefficients",
    "Equation",
    "Form",
    "Own",
    "Quantity",
    "Share",
    "Statement",
    "System",
    "build_system",
    "quantity_of",
]

NOW, YEAR_BEFORE = "*", "*-1"


def build_system(package: Package) -> System:
    """The joint system of a checked package."""
    signed = frozenset(i.id for i in package.indicators.values() if i.signed)
    system = System(signed=signed)
    forms = forms_of(system, package)
    rates_as_means(system, package, forms)
    system.statements += [
        statement_of(package, figure, own)
        for figure, own in zip(package.figures, forms, strict=True)
    ]
    _write_out_identities(system, package)
    implicit_equations(system, package)
    return system


def _write_out_identities(system: System, package: Package) -> None:
    anywhen: list[Identity] = []
    yearly: list[Identity] = []
    for identity in package.identities:
        if any(YEAR_BEFORE in (term.period, term.base_period) for term in identity.terms):
            yearly.append(identity)
        elif any(term.period == NOW for term in identity.terms):
            anywhen.append(identity)
        else:
            system.equations.append(_equation(system, identity, None))
    periods = _mentioned_periods(system)
    for identity in yearly:
        for period in _years_mentioned(identity, periods):
            system.equations.append(_equation(system, identity, period))
            for term in identity.terms:
                for own in _periods_of(term, period):
                    periods.setdefault(_series(term), set()).add(own)
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


def _years_mentioned(
    identity: Identity, periods: dict[tuple[str, str, str], set[str]]
) -> list[str]:
    """The periods for which to write out an identity from each year to the next.

    Those between the first and the last that its terms are mentioned in, month by month apart.
    """
    found: dict[tuple[int, int], set[int]] = {}
    for term in identity.terms:
        for period in periods.get(_series(term), ()):
            first, end = months_of(period)
            found.setdefault((end - first, first % 12), set()).add(first)
    return [
        period_of(first, first + length)
        for (length, _), firsts in sorted(found.items())
        for first in range(min(firsts) + 12, max(firsts) + 1, 12)
    ]


def _periods_of(term: Term, period: str | None) -> tuple[str, str]:
    """Period and base period of a term ("" for none), in the period that ``*`` stands for."""
    if period is None or NOW not in term.period:
        return term.period, term.base_period
    before = shifted(period, -12) if YEAR_BEFORE in (term.period, term.base_period) else ""
    if term.period == YEAR_BEFORE:
        return before, ""
    return period, before


def _series(term: Term) -> tuple[str, str, str]:
    return (term.indicator, term.group, term.area)


def _mentioned_periods(system: System) -> dict[tuple[str, str, str], set[str]]:
    periods: dict[tuple[str, str, str], set[str]] = {}
    for unknown in system.index:
        quantities = (unknown,) if isinstance(unknown, Quantity) else ()
        for quantity in unknown if isinstance(unknown, Share) else quantities:
            series = (quantity.indicator, quantity.group, quantity.area)
            periods.setdefault(series, set()).add(quantity.period)
    return periods


def _equation(system: System, identity: Identity, period: str | None) -> Equation:
    coefficients: dict[int, mpq] = {}
    for term in identity.terms:
        for own, sign in zip(_periods_of(term, period), (1, -1), strict=True):
            for column, a in system.form(Quantity(*_series(term), own)).items() if own else ():
                total = coefficients.get(column, mpq(0)) + sign * a * mpq(term.coefficient)
                coefficients[column] = total
    return Equation(identity, {column: a for column, a in coefficients.items() if a})
