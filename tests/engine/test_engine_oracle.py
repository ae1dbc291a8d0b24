"""The audit of small random packages against brute force."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from pensionbook.engine.system import Quantity
from small import audited, figure, identity, level

# The unknowns: a level each.
UNKNOWNS = (("all", "2000"), ("all", "2001"), ("public", "2001"), ("private", "2001"))
COUNT = len(UNKNOWNS)
SCALES = {"person": 1, "10k_person": 10_000, "one": 1}

numerals = {
    "level": st.sampled_from(["0", "1", "2", "3", "4", "5", "10", "0.4", "1.0", "2.5"]),
    "change": st.sampled_from(["-3", "-1", "0", "1", "2", "-0.5"]),
    "growth": st.sampled_from(["-1", "-0.5", "0.0", "0.1", "0.5", "1", "2"]),
    "share": st.sampled_from(["0.0", "0.2", "0.4", "0.6", "1.0", "1", "2"]),
}
qualifiers = st.sampled_from(["exact"] * 6 + ["about", "over", "nearly", "at_least"])


@st.composite
def statements(draw):
    """A printed figure as (statistic, unknown, other unknown, numeral, unit, qualifier)."""
    kind = draw(st.sampled_from(["level", "level", "change", "growth", "share", "share"]))
    one, other = 1, 0
    if kind == "level":
        one = draw(st.integers(0, COUNT - 1))
    if kind == "share":
        one, other = draw(st.sampled_from([(2, 1), (3, 1), (2, 3), (1, 2)]))
    unit = "one"
    if kind in ("level", "change"):
        unit = draw(st.sampled_from(["10k_person", "10k_person", "person"]))
    printed = draw(numerals[kind])
    if unit == "person":
        printed = printed.partition(".")[0]
    return kind, one, other, printed, unit, draw(qualifiers)


# By definition or by an assumption: the parts are the whole; there were as many as are public now;
# and the same number of both parts.
EQUATIONS = ((0, 1, -1, -1), (1, 0, -1, 0), (0, 0, 1, -1))
equations = st.lists(
    st.tuples(st.sampled_from(EQUATIONS), st.sampled_from(["", "it is so", "they say so"])),
    max_size=2,
    unique_by=lambda pair: pair[0],
)


def figures_of(printed):
    """The figures as a package holds them."""
    for n, (kind, one, other, numeral, unit, qualifier) in enumerate(printed):
        group, period = UNKNOWNS[one]
        more = {"group": group, "period": period, "qualifier": qualifier}
        if kind in ("change", "growth"):
            more["base_period"] = UNKNOWNS[other][1]
        if kind == "share":
            more["of_group"] = UNKNOWNS[other][0]
        yield figure(f"f{n}", kind, numeral, unit, **more)


def identities_of(said):
    """The equations as a package holds them."""
    for n, (coefficients, assumption) in enumerate(said):
        terms = [(a, *UNKNOWNS[unknown]) for unknown, a in enumerate(coefficients) if a]
        yield identity(f"i{n}", *terms, assumption=assumption)


def unit_vector(*terms):
    row = [Fraction(0)] * COUNT
    for unknown, a in terms:
        row[unknown] += a
    return tuple(row)


def statement_of(kind, one, other, numeral, unit, qualifier):
    """A figure as the oracle sees it."""
    over = unit_vector((one, 1), *([(other, -1)] if kind in ("change", "growth") else []))
    base = unit_vector((other, 1)) if kind in ("growth", "share") else None
    readings = [
        oracle.values_of(numeral, qualifier, counted=unit == "person", cut_off=cut_off).times(
            Fraction(SCALES[unit])
        )
        for cut_off in (False, True)
    ]
    return oracle.Statement(over, base, *readings)


def repairs_found(result):
    """All smallest repairs of the engine: one choice from each cluster of each part."""
    clusters = []
    for part in result._parts:
        ids = [result.system.statements[n].figure.figure_id for n in part.observed]
        numbers = [int(name.removeprefix("f")) for name in ids]
        for cluster in part.answer.clusters:
            clusters.append(
                [
                    oracle.Repair(
                        frozenset(numbers[n] for n in repair.removed),
                        frozenset(part.assumptions[n] for n in repair.assumptions),
                        frozenset(numbers[n] for n in repair.truncated),
                    )
                    for repair in cluster.repairs
                ]
            )
    return {oracle.all_in_doubt(choice) for choice in product(*clusters)}


KNOWN = {
    "Two shares of more than the whole, and no level": (
        [("share", 2, 1, "0.6", "one", "exact"), ("share", 3, 1, "0.6", "one", "exact")],
        [((0, 1, -1, -1), "")],
    ),
    "The same, but the parts need not be the whole": (
        [("share", 2, 1, "0.6", "one", "exact"), ("share", 3, 1, "0.6", "one", "exact")],
        [((0, 1, -1, -1), "it is so")],
    ),
    "Neighbours": (
        [("level", 1, 0, "3", "10k_person", "exact"), ("level", 1, 0, "2", "10k_person", "exact")],
        [],
    ),
    "Growth from nothing": (
        [("level", 0, 0, "0", "person", "exact"), ("growth", 1, 0, "0.5", "one", "exact")],
        [],
    ),
    "One growth up and down": (
        [("growth", 1, 0, "0.1", "one", "exact"), ("growth", 1, 0, "-0.5", "one", "exact")],
        [],
    ),
    "More than one, and nearly one": (
        [("level", 1, 0, "1", "10k_person", "over"), ("level", 1, 0, "1", "10k_person", "nearly")],
        [],
    ),
}


@pytest.mark.parametrize(("printed", "said"), KNOWN.values(), ids=KNOWN)
def test_what_is_found_in_known_cases_equals_brute_force(printed, said):
    assert_found_as_by_brute_force(printed, said)


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(st.lists(statements(), min_size=1, max_size=5), equations)
def test_repairs_verdicts_and_bounds_equal_brute_force(printed, said):
    assert_found_as_by_brute_force(printed, said)


def assert_found_as_by_brute_force(printed, said):
    """Repairs, verdicts and bounds are those of the oracle."""
    result = audited(*figures_of(printed), identities=tuple(identities_of(said)))
    known = [statement_of(*row) for row in printed]
    held = [oracle.Equation(tuple(map(Fraction, row)), assumption) for row, assumption in said]
    repairs = oracle.smallest_repairs(known, held, COUNT)
    assert repairs_found(result) == repairs
    for n in range(len(known)):
        found = result.verdicts[f"f{n}"].verdict
        expected = oracle.verdict(n, repairs)
        stands = expected == "stands" and found in ("consistent", "untested")
        assert found == expected or stands

    doubt = oracle.all_in_doubt(repairs)
    sure = oracle.rows_under(doubt, known, held, COUNT)
    under = [oracle.rows_under(repair, known, held, COUNT) for repair in repairs]
    for unknown, (group, period) in enumerate(UNKNOWNS):
        quantity = Quantity("contributors", group, "town", period)
        if not result.knows(quantity):
            continue
        bound = result.bounds[quantity]
        assert (bound.low, bound.high) == oracle.extent(sure, COUNT, unknown)
        assert result.bound({quantity: 1}).interval == bound.interval
        any_repair = result.bounds_under_any_repair[quantity]
        expected = oracle.hull(oracle.extent(rows, COUNT, unknown) for rows in under)
        assert (any_repair.low, any_repair.high) == expected
        assert result.bound_under_any_repair({quantity: 1}).interval == any_repair.interval


@settings(max_examples=150, deadline=None)
@given(st.lists(statements(), min_size=1, max_size=4), equations)
def test_what_the_others_allow_equals_brute_force(printed, said):
    result = audited(*figures_of(printed), identities=tuple(identities_of(said)))
    known = [statement_of(*row) for row in printed]
    held = [oracle.Equation(tuple(map(Fraction, row)), assumption) for row, assumption in said]
    repairs = oracle.smallest_repairs(known, held, COUNT)
    doubt = oracle.all_in_doubt(repairs)
    for n, (_, _, _, _, unit, _) in enumerate(printed):
        if n in doubt.aside:
            continue
        without = oracle.Repair(doubt.aside | {n}, doubt.given_up, doubt.cut_off)
        rows = oracle.rows_under(without, known, held, COUNT)
        statement = known[n]
        if statement.base is None:
            # A level or a change, as an unknown of its own.
            wider = [((*a, Fraction(0)), b, strict) for a, b, strict in rows]
            wider += [
                (tuple(s * a for a in (*statement.over, Fraction(-1))), Fraction(0), False)
                for s in (1, -1)
            ]
            ends = oracle.extent(wider, COUNT + 1, COUNT)
        else:
            ends = oracle.extent_of_rate(rows, COUNT, statement.over, statement.base)
        implied = result.verdicts[f"f{n}"].implied
        expected = tuple(None if end is None else end / SCALES[unit] for end in ends)
        assert (implied.low, implied.high) == expected


def test_the_oracle_itself_knows_simple_truths():
    x, y = unit_vector((0, 1)), unit_vector((1, 1))
    less = tuple(-a for a in x)
    assert oracle.possible([(x, Fraction(-1), False), (less, Fraction(1), False)], COUNT)
    assert not oracle.possible([(x, Fraction(-1), True), (less, Fraction(1), False)], COUNT)
    rows = [(x, Fraction(-1), True), (unit_vector((1, 1), (0, -2)), Fraction(0), False)]
    assert oracle.extent(rows, COUNT, 1) == (2, None)
    assert oracle.extent_of_rate(rows, COUNT, y, x) == (2, None)
    assert oracle.values_of("-2.50", "over", counted=False, cut_off=False) == oracle.Values(
        Fraction("-2.6"), True, Fraction("-2.5"), False
    )
    assert result_is("consistent", level("a", "2"), level("b", "2.1"))
    assert result_is("disputed", level("a", "2"), level("b", "3.7"))


def result_is(verdict, *figures):
    """Whether all figures come out with one verdict."""
    return {v.verdict for v in audited(*figures, identities=()).verdicts.values()} == {verdict}
