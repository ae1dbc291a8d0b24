"""The incentive arithmetic, exact, against sums month by month."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pensionbook import projection as model
from pensionbook.errors import ParameterError
from pensionbook.projection.incentives import PAYERS, RULES, contribution_base
from tianjin_model import paper

RULES_2002 = model.rules(paper().package, 2002)


def test_one_more_year_under_the_rule_of_1997():
    year = model.one_more_year(RULES_2002, Fraction(1))
    # 7 percent of twelve months' wage; 11 percent of it paid out over 120 months
    assert year.cost == Fraction(84, 100)
    assert (year.base_gain, year.account_gain) == (0, Fraction(132, 12_000))
    assert year.payback == Fraction(840, 11)
    both = model.one_more_year(RULES_2002, Fraction(1), payer="both_parts")
    assert (both.cost, both.payback) == (Fraction(324, 100), Fraction(3240, 11))
    alone = model.one_more_year(RULES_2002, Fraction(3), payer="alone")
    assert (alone.cost, alone.payback) == (Fraction(216, 100), Fraction(2160, 11))


def test_one_more_year_under_the_liaoning_step():
    year = model.one_more_year(RULES_2002, Fraction(1), rule="liaoning")
    assert (year.base_gain, year.account_gain) == (Fraction(1, 200), Fraction(96, 12_000))
    assert year.payback == Fraction(840, 13)


def test_the_base_pension_opens_with_the_minimum_years_and_stops_at_the_ceiling():
    for rule in RULES:
        gains = [
            model.one_more_year(RULES_2002, Fraction(1), rule=rule, years_paid=n).base_gain
            for n in range(45)
        ]
        assert gains[14] == Fraction(1, 5)
        assert sum(gains[:14]) == 0
        assert sum(gains[15:]) == (Fraction(1, 10) if rule == "liaoning" else 0)
        assert not any(gains[35:])


def test_paying_alone_is_cheaper_from_two_thirds_of_the_average_wage():
    border = model.break_even_base(RULES_2002)
    assert border == Fraction(2, 3)
    for wage in (Fraction(3, 5), border, Fraction(7, 10), Fraction(4)):
        both = model.one_more_year(RULES_2002, wage, payer="both_parts").cost
        alone = model.one_more_year(RULES_2002, wage, payer="alone").cost
        assert (alone < both) == (wage > border)
        assert (alone == both) == (wage == border)


@given(st.fractions(0, 10, max_denominator=50))
def test_the_base_stays_between_floor_and_cap(wage):
    base = contribution_base(RULES_2002, wage)
    assert Fraction(3, 5) <= base <= 3
    assert base == wage or base in (Fraction(3, 5), Fraction(3))
    assert model.one_more_year(RULES_2002, wage).cost == Fraction(84, 100) * base


@given(
    st.sampled_from(RULES),
    st.sampled_from(PAYERS),
    st.fractions(Fraction(3, 5), 3, max_denominator=20),
    st.sampled_from([0.0, 0.01, 0.04]),
    st.sampled_from([0, 5, 20]),
)
def test_payback_is_the_month_in_which_the_cost_is_back(rule, payer, wage, rate, wait):
    year = model.one_more_year(RULES_2002, wage, rule=rule, payer=payer)
    found = year.discounted_payback(rate, wait)
    worth, month = 0.0, 0
    while worth < float(year.cost) * (1 - 1e-12) and month < 5000:
        month += 1
        worth += float(year.gain) * (1 + rate) ** (-(wait + month / 12))
    if math.isfinite(found) and found < 4999:
        assert month - 1 - 1e-6 <= found <= month + 1e-6
    else:
        assert month == 5000
    if rate == 0:
        assert found == pytest.approx(float(year.payback))


def test_the_table_holds_each_payer_and_rule_between_floor_and_cap():
    table = model.incentive_table(RULES_2002)
    assert table["own_wage"].min() == Fraction(3, 5)
    assert table["own_wage"].max() == 3
    assert len(table) == table["own_wage"].nunique() * len(RULES) * len(PAYERS)
    assert (table["gain"] == table["base_gain"] + table["account_gain"]).all()
    later = model.incentive_table(RULES_2002, rate=0.04, years_to_pension=10)
    assert (later["discounted_months"] > table["discounted_months"]).all()
    few = model.incentive_table(RULES_2002, [Fraction(1, 10), Fraction(1, 2), Fraction(1)])
    assert list(few["own_wage"].unique()) == [Fraction(3, 5), Fraction(1)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"rule": "rule_2005"}, "write one of rule_1997, liaoning"),
        ({"payer": "nobody"}, "worker, both_parts, alone"),
        ({"own_wage": Fraction(-1)}, "below zero"),
    ],
)
def test_what_there_is_no_rule_for_is_said(arguments, said):
    arguments = {"own_wage": Fraction(1)} | arguments
    with pytest.raises(ParameterError, match=said):
        model.one_more_year(RULES_2002, arguments.pop("own_wage"), **arguments)


def test_rules_must_be_there_and_be_single_numbers():
    without = {name: rule for name, rule in RULES_2002.items() if name != "bonus_step"}
    with pytest.raises(ParameterError, match="bonus_step is missing"):
        model.break_even_base(without)
    loose = RULES_2002 | {"base_cap": replace(RULES_2002["base_cap"], low=Fraction(2))}
    with pytest.raises(ParameterError, match="base_cap is a range"):
        model.incentive_table(loose)
    free = {"low": Fraction(0), "high": Fraction(0)}
    nought = RULES_2002 | {"account_divisor": replace(RULES_2002["account_divisor"], **free)}
    with pytest.raises(ParameterError, match="not above zero"):
        model.one_more_year(nought, Fraction(1))
    year = model.one_more_year(RULES_2002, Fraction(1))
    with pytest.raises(ParameterError, match="above -1"):
        year.discounted_payback(-1)
    assert replace(year, base_gain=Fraction(0), account_gain=Fraction(0)).payback is None
