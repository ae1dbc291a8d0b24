"""The engine against brute force on small random systems."""

from fractions import Fraction
from itertools import product

from gmpy2 import mpq
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from pensionbook.data.figures import Interval, Reading
from pensionbook.engine.component import solve_component
from pensionbook.engine.problem import Claim, Part
from pensionbook.engine.system import ONE, Form

COUNT = 3


@st.composite
def problems(draw):
    """Synthetic components: levels, changes, growth rates and shares of three quantities."""
    claims = []
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["level", "change", "growth", "share"]))
        x, y = draw(st.permutations(range(1, COUNT + 1)))[:2]
        if kind == "level":
            form = Form({x: mpq(1)}, {ONE: mpq(1)})
            value = Fraction(draw(st.integers(0, 12)))
        elif kind == "change":
            form = Form({x: mpq(1), y: mpq(-1)}, {ONE: mpq(1)})
            value = Fraction(draw(st.integers(-6, 6)))
        elif kind == "growth":
            form = Form({x: mpq(1), y: mpq(-1)}, {y: mpq(1)})
            value = Fraction(draw(st.integers(-8, 20)), 10)
        else:
            form = Form({x: mpq(1)}, {y: mpq(1)})
            value = Fraction(draw(st.integers(0, 20)), 10)
        half = Fraction(draw(st.integers(0, 2)), 4)
        cut = draw(st.sampled_from([0, 1, 2])) * half
        claims.append(
            Claim((form,), Reading(_around(value, half, half), _around(value, half, half + cut)))
        )
    equations = []
    if draw(st.booleans()):
        equations.append({1: mpq(1), 2: mpq(-1), 3: mpq(-1)})
    return Part(COUNT, tuple(claims), tuple(equations))


def _around(value, below, above):
    return Interval(value - below, value + above)


def _oracle_rows(form, interval):
    numerator, denominator = form
    for sign, end in ((1, interval.low), (-1, interval.high)):
        if end is None:
            continue
        a, b = [Fraction(0)] * COUNT, Fraction(0)
        for side, factor in ((numerator, Fraction(sign)), (denominator, -sign * end)):
            for column, value in side.items():
                if column == ONE:
                    b -= factor * Fraction(int(value))
                else:
                    a[column - 1] += factor * Fraction(int(value))
        yield tuple(a), b


def _hard_rows(problem):
    for column in range(COUNT):
        yield tuple(Fraction(int(i == column)) for i in range(COUNT)), Fraction(0)
    for equation in problem.equations:
        a = tuple(Fraction(int(equation.get(i + 1, 0))) for i in range(COUNT))
        yield a, Fraction(0)
        yield tuple(-x for x in a), Fraction(0)


def _rows_of_claims(problem):
    return [
        tuple(
            [row for form in claim.forms for row in _oracle_rows(form, interval)]
            for interval in (claim.reading.rounded, claim.reading.widest)
        )
        for claim in problem.claims
    ]


@settings(max_examples=300, deadline=None)
@given(problems())
def test_repairs_and_bounds_equal_brute_force(problem):
    rows, hard = _rows_of_claims(problem), list(_hard_rows(problem))
    expected = oracle.smallest_repairs(rows, hard, COUNT)
    answer = solve_component(problem)
    found = {
        (
            frozenset().union(*(r.removed for r in choice)),
            frozenset().union(*(r.truncated for r in choice)),
        )
        for choice in product(*(cluster.repairs for cluster in answer.clusters))
    }
    assert answer.all_repairs_checked
    assert found == expected

    suspects = frozenset().union(*(removed for removed, _ in expected))
    truncated = frozenset().union(*(t for _, t in expected))
    kept = list(hard)
    for number, readings in enumerate(rows):
        if number not in suspects:
            kept += readings[number in truncated]
    for column in range(1, COUNT + 1):
        span = answer.bounds[column]
        assert (span.low.value, span.high.value) == oracle.extent(kept, COUNT, column - 1)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_what_the_others_imply_equals_brute_force_for_levels(problem):
    rows, hard = _rows_of_claims(problem), list(_hard_rows(problem))
    answer = solve_component(problem)
    suspects = frozenset().union(*(cluster.suspects for cluster in answer.clusters))
    truncated = frozenset().union(*(cluster.truncated for cluster in answer.clusters))
    for number, claim in enumerate(problem.claims):
        form = claim.forms[0]
        if number in suspects or len(form.numerator) > 1 or ONE not in form.denominator:
            continue
        kept = list(hard)
        for other, readings in enumerate(rows):
            if other != number and other not in suspects:
                kept += readings[other in truncated]
        (column,) = form.numerator
        span = answer.implied[number]
        assert (span.low.value, span.high.value) == oracle.extent(kept, COUNT, column - 1)
