"""What holds without being written down: parts and wholes, months and years, means of parts.

An inequality is an equation with a rest that is not negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise

from gmpy2 import mpq

from pensionbook.data.package import Area, Group, Identity, Package
from pensionbook.data.periods import months_of, period_of
from pensionbook.engine.unknowns import (
    ONE,
    Coefficients,
    Equation,
    Form,
    Joined,
    Own,
    Quantity,
    System,
    Unknown,
    columns_of,
)

_COUNTED = ("stock", "flow", "mean")
# A whole is tied to a part that hangs together with other figures only where figures speak of both,
# their printed levels do not agree anyway, and not more than so many columns come together; and
# always where the printed levels themselves contradict each other.
MOST_COLUMNS_JOINED = 300

PART_OF_WHOLE = Identity("part_of_whole", (), "", "A part is not larger than its whole.")
MONTHS_OF_FLOW = Identity("months_of_flow", (), "", "The months of a flow add up.")
END_OF_YEAR = Identity("end_of_year", (), "", "The stock at the end of December is the year's.")
MEAN_OF_PARTS = Identity("mean_of_parts", (), "", "A rate of a whole is a mean of its parts'.")


def rates_as_means(system: System, package: Package, forms: list[tuple[Form, ...]]) -> None:
    """Tie the rate of a whole to those of the parts that make it up.

    The rate of a whole is the sum of the parts' rates times their weights, which add up to one.
    Each product is an unknown of its own: the printed rate of the part bounds its quotient by the
    weight. Where the indicator names what it is a mean over, the weights are amounts of that.

    Args:
        forms: the forms of each figure; a printed rate gets another one.
    """
    rates = {i.id: i for i in package.indicators.values() if i.kind == "rate" and not i.signed}
    printed: dict[Quantity, list[int]] = {}
    for number, figure in enumerate(package.figures):
        if figure.indicator in rates and figure.statistic == "level":
            cell = Quantity(figure.indicator, figure.group, figure.area, figure.period)
            printed.setdefault(cell, []).append(number)

    def bound(rate: Quantity, amount: Own, weight: Coefficients) -> None:
        for number in printed.get(rate, ()):
            form = Form(system.form(amount), weight)
            if form not in forms[number]:
                forms[number] += (form,)

    for whole in [q for q in list(system.index) if isinstance(q, Quantity)]:
        if whole.indicator not in rates:
            continue
        weight = rates[whole.indicator].weight
        for parts in _partitions(package, whole, weight):
            if not all(part in system.index for part in parts):
                continue
            products = {part: Own("part of mean", (part, whole)) for part in parts}
            weights = {part: Own("weight", (part, whole)) for part in parts}
            _add(system, MEAN_OF_PARTS, [(1, w) for w in weights.values()], constant=-1)
            _add(system, MEAN_OF_PARTS, [*((1, p) for p in products.values()), (-1, whole)])
            for part in parts:
                bound(part, products[part], system.form(weights[part]))
            if weight:
                amounts = [Own("amount", (q,)) for q in (*parts, whole)]
                over = [q._replace(indicator=weight) for q in (*parts, whole)]
                signs = [*[1] * len(parts), -1]
                _add(system, MEAN_OF_PARTS, list(zip(signs, amounts, strict=True)))
                _add(system, MEAN_OF_PARTS, list(zip(signs, over, strict=True)))
                for rate, amount, base in zip((*parts, whole), amounts, over, strict=True):
                    bound(rate, amount, system.form(base))


def _partitions(package: Package, whole: Quantity, weight: str) -> Iterator[tuple[Quantity, ...]]:
    """The ways in which groups or areas make up a whole, as quantities beside it."""
    found: dict[frozenset[Quantity], None] = {}
    for column, rows in (("group", package.groups), ("area", package.areas)):
        parts: dict[str, list[Quantity]] = {}
        for row in rows.values():
            if row.partition and row.parent == getattr(whole, column):
                parts.setdefault(row.partition, []).append(whole._replace(**{column: row.id}))
        found |= {frozenset(members): None for members in parts.values()}
    for identity in package.identities if weight else ():
        terms = {
            Quantity(whole.indicator, t.group, t.area, whole.period): t.coefficient
            for t in identity.terms
            if t.indicator == weight and t.period in ("*", whole.period) and not t.base_period
        }
        own = terms.pop(whole, None)
        is_sum = own and set(terms.values()) == {-own} and len(terms) + 1 == len(identity.terms)
        if is_sum and not identity.assumption:
            found[frozenset(terms)] = None
    for members in found:
        if len(members) > 1:
            yield tuple(sorted(members))


def implicit_equations(system: System, package: Package) -> None:
    """Add what holds between the quantities that figures and identities mention."""
    kinds = {indicator.id: indicator.kind for indicator in package.indicators.values()}
    series: dict[tuple[str, str, str], list[str]] = {}
    for quantity in system.index:
        if isinstance(quantity, Quantity):
            series.setdefault(quantity[:3], []).append(quantity.period)
    for names, periods in series.items():
        if kinds.get(names[0]) == "stock":
            _ends_of_years(system, names, periods)
        elif kinds.get(names[0]) == "flow":
            _months(system, names, periods)
    _parts_of_wholes(system, package, kinds)


def _add(
    system: System, identity: Identity, terms: Iterable[tuple[int, Unknown]], constant: int = 0
) -> None:
    coefficients: dict[int, mpq] = {ONE: mpq(constant)} if constant else {}
    for sign, unknown in terms:
        for column, a in system.form(unknown).items():
            coefficients[column] = coefficients.get(column, mpq(0)) + sign * a
    system.equations.append(Equation(identity, {c: a for c, a in coefficients.items() if a}))


def _ends_of_years(system: System, names: tuple[str, str, str], periods: list[str]) -> None:
    for period in periods:
        year, _, month = period.partition("-")
        if month == "12" and year in periods:
            same = [(1, Quantity(*names, period)), (-1, Quantity(*names, year))]
            _add(system, END_OF_YEAR, same)


def _months(system: System, names: tuple[str, str, str], periods: list[str]) -> None:
    """Cut periods that share months where one begins or ends, and add the pieces up."""
    spans = sorted({months_of(period) for period in periods})
    together: list[list[tuple[int, int]]] = []
    for span in spans:
        if together and span[0] < max(end for _, end in together[-1]):
            together[-1].append(span)
        else:
            together.append([span])
    for overlapping in together:
        cuts = sorted({cut for span in overlapping for cut in span})
        pieces = [
            (first, end)
            for first, end in pairwise(cuts)
            if any(a <= first and end <= b for a, b in overlapping)
        ]
        for span in overlapping:
            inside = [piece for piece in pieces if span[0] <= piece[0] and piece[1] <= span[1]]
            if len(inside) > 1:
                whole = (-1, Quantity(*names, period_of(*span)))
                parts = [(1, Quantity(*names, period_of(*piece))) for piece in inside]
                _add(system, MONTHS_OF_FLOW, [whole, *parts])


def _parts_of_wholes(system: System, package: Package, kinds: Mapping[str, str]) -> None:
    joined = Joined(system)
    printed = _levels_printed(system)
    spoken_of = {c for statement in system.statements for c in columns_of(statement.forms)}
    defined = _parts_by_definition(system)
    for part, column in list(system.index.items()):
        if not isinstance(part, Quantity) or part.indicator in system.signed:
            continue
        if kinds.get(part.indicator) not in _COUNTED:
            continue
        wholes = [w for w in _wider(part, package) if w in system.index]
        for whole in wholes:
            other = system.index[whole]
            if (column, other) in defined:
                continue
            low, high = printed.get(column, (None, None))
            whole_low, whole_high = printed.get(other, (None, None))
            contradict = low is not None and whole_high is not None and low >= whole_high
            if not contradict:
                if any(whole in _wider(between, package) for between in wholes):
                    continue
                if joined.root(column) != joined.root(other):
                    if column not in spoken_of or other not in spoken_of:
                        continue
                    if high is not None and whole_low is not None and high <= whole_low:
                        continue
                    if joined.size(column) + joined.size(other) > MOST_COLUMNS_JOINED:
                        continue
            rest = Own("rest", (whole, part))
            _add(system, PART_OF_WHOLE, [(1, part), (1, rest), (-1, whole)])
            joined.join([column, other])


def _wider(part: Quantity, package: Package) -> list[Quantity]:
    """The same of each group and area that a quantity's group and area are part of."""
    groups, areas = _upward(part.group, package.groups), _upward(part.area, package.areas)
    return [part._replace(group=g, area=a) for g in groups for a in areas][1:]


def _upward(name: str, rows: Mapping[str, Group] | Mapping[str, Area]) -> list[str]:
    path = [name]
    while (row := rows.get(path[-1])) and row.parent and row.parent not in path:
        path.append(row.parent)
    return path


def _levels_printed(system: System) -> dict[int, tuple[Fraction | None, Fraction | None]]:
    """What the printed levels alone allow for a column, by its highest low and lowest high end."""
    printed: dict[int, tuple[Fraction | None, Fraction | None]] = {}
    for statement in system.statements:
        form, reading = statement.forms[0], statement.reading.widest
        if statement.forecast or statement.figure.base_period or len(form.numerator) != 1:
            continue
        if tuple(form.denominator) != (ONE,):
            continue
        (column,) = form.numerator
        low, high = printed.get(column, (None, None))
        lows = [end for end in (low, reading.low) if end is not None]
        highs = [end for end in (high, reading.high) if end is not None]
        printed[column] = max(lows, default=None), min(highs, default=None)
    return printed


def _parts_by_definition(system: System) -> set[tuple[int, int]]:
    """Pairs of part and whole that an identity without assumption says already."""
    found = set()
    for equation in system.equations:
        signs: dict[bool, list[int]] = {True: [], False: []}
        for column, a in equation.coefficients.items():
            signs[a > 0].append(column)
        for one, others in ((signs[True], signs[False]), (signs[False], signs[True])):
            if len(one) == 1 and not equation.identity.assumption:
                size = abs(equation.coefficients[one[0]])
                found |= {
                    (column, one[0])
                    for column in others
                    if abs(equation.coefficients[column]) >= size
                }
    return found
