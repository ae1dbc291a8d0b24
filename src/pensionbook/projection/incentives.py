"""What one more year of contributions costs and returns, exactly.

All sums are in months of the local average wage, so that no wage is needed: a base of 3/5 is three
fifths of that wage. They assume that accounts earn the growth of wages, no more and no less, and
leave the survivor's rights and the risk of an early death out. Rates come from the table
``parameters``; nothing is typed here.

*The rule of 1997*: from the minimum years on, the base pension is flat, so that a further year adds
nothing to it; the account takes in a share of the base and is paid out over a fixed number of
months. *The Liaoning step*: some further years add a point of base pension, up to a ceiling, and
the account takes in less. A point comes with the whole step; here each year is counted with its
part of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from pensionbook.errors import ParameterError
from pensionbook.projection.ranges import Range

RULES = ("rule_1997", "liaoning")
# Who bears the contribution: the worker's part of it, all of it on the own base, or the rate of
# those who pay alone, which is set on the local average wage.
PAYERS = ("worker", "both_parts", "alone")
_MONTHS = 12
_NEEDED = (
    *("combined_rate", "employee_rate", "self_employed_rate", "base_floor", "base_cap"),
    *("minimum_years", "base_pension_rate", "account_credit_rate", "account_divisor"),
    *("account_credit_rate_liaoning", "bonus_years", "bonus_step", "bonus_ceiling"),
)
# Twice as wide as floor and cap, which narrow it.
_GRID = tuple(Fraction(n, 5) for n in range(31))


@dataclass(frozen=True, slots=True)
class OneMoreYear:
    """A further year of contributions, in months of the local average wage.

    Attributes:
        cost: what the payer pays in that year.
        base_gain, account_gain: what it adds to each month's pension.
    """

    cost: Fraction
    base_gain: Fraction
    account_gain: Fraction

    @property
    def gain(self) -> Fraction:
        """What it adds to each month's pension altogether."""
        return self.base_gain + self.account_gain

    @property
    def payback(self) -> Fraction | None:
        """Months of pension until the cost is back, without interest; None when never."""
        return self.cost / self.gain if self.gain else None

    def discounted_payback(self, rate: float, years_to_pension: float = 0) -> float:
        """The same when later months count less; infinite when the cost never comes back.

        Args:
            rate: real yearly rate above the growth of wages.
            years_to_pension: years between the contribution and the first month of pension.
        """
        if rate <= -1 or years_to_pension < 0:
            raise ParameterError("write a rate above -1 and years of zero or more")
        if not self.gain:
            return math.inf
        ratio = float(self.cost / self.gain) * (1 + rate) ** years_to_pension
        monthly = (1 + rate) ** (1 / _MONTHS) - 1
        if monthly == 0:
            return ratio
        left = 1 - ratio * monthly
        return -math.log(left) / math.log1p(monthly) if left > 0 else math.inf


def one_more_year(
    rules: Mapping[str, Range],
    own_wage: Fraction,
    *,
    rule: str = "rule_1997",
    payer: str = "worker",
    years_paid: int | None = None,
) -> OneMoreYear:
    """One year more than ``years_paid`` (the minimum years unless given).

    Args:
        rules: the rows of the table parameters.
        own_wage: relative to the local average wage.
        rule: one of :data:`RULES`.
        payer: one of :data:`PAYERS`.

    Raises:
        ParameterError: a rule is missing or no single number, or an argument is unknown.
    """
    known = _numbers(rules)
    if rule not in RULES or payer not in PAYERS:
        raise ParameterError(
            f"rule {rule!r}, payer {payer!r}: write one of {', '.join(RULES)} and one of "
            f"{', '.join(PAYERS)}"
        )
    if own_wage < 0:
        raise ParameterError(f"own wage {own_wage} is below zero; write it relative to the average")
    minimum = known["minimum_years"]
    paid = minimum if years_paid is None else Fraction(years_paid)
    base = Fraction(1) if payer == "alone" else contribution_base(rules, own_wage)
    rate = {
        "worker": known["employee_rate"],
        "both_parts": known["combined_rate"],
        "alone": known["self_employed_rate"],
    }[payer]
    credited = known[
        "account_credit_rate" if rule == "rule_1997" else "account_credit_rate_liaoning"
    ]
    account = credited * base * _MONTHS / known["account_divisor"]
    return OneMoreYear(
        cost=rate * base * _MONTHS,
        base_gain=_base_pension(known, rule, paid + 1) - _base_pension(known, rule, paid),
        account_gain=account,
    )


def contribution_base(rules: Mapping[str, Range], own_wage: Fraction) -> Fraction:
    """The base that a wage gives, between floor and cap, relative to the local average wage."""
    known = _numbers(rules)
    return min(max(own_wage, known["base_floor"]), known["base_cap"])


def break_even_base(rules: Mapping[str, Range]) -> Fraction:
    """The own base, relative to the average wage, above which paying alone costs less.

    Someone attached to a firm that pays nothing bears the combined rate of the own base; someone
    who pays alone bears the lower rate of the local average wage. The two meet at their quotient.
    """
    known = _numbers(rules)
    return known["self_employed_rate"] / known["combined_rate"]


def incentive_table(
    rules: Mapping[str, Range],
    own_wages: Sequence[Fraction] = _GRID,
    *,
    rate: float = 0.0,
    years_to_pension: float = 0,
) -> pd.DataFrame:
    """One more year for each wage, payer and rule.

    Wages below the floor or above the cap are set to it, and equal ones stand once.

    Returns:
        Columns ``own_wage, payer, rule, cost, base_gain, account_gain, gain`` in months of the
        local average wage, ``payback_months``, ``discounted_months`` and ``alone_is_cheaper``.
    """
    bases = sorted({contribution_base(rules, Fraction(wage)) for wage in own_wages})
    border = break_even_base(rules)
    records = []
    for base in bases:
        for payer in PAYERS:
            for rule in RULES:
                year = one_more_year(rules, base, rule=rule, payer=payer)
                records.append(
                    {
                        "own_wage": base,
                        "payer": payer,
                        "rule": rule,
                        "cost": year.cost,
                        "base_gain": year.base_gain,
                        "account_gain": year.account_gain,
                        "gain": year.gain,
                        "payback_months": year.payback,
                        "discounted_months": year.discounted_payback(rate, years_to_pension),
                        "alone_is_cheaper": base > border,
                    }
                )
    return pd.DataFrame(records)


def _base_pension(known: Mapping[str, Fraction], rule: str, years: Fraction) -> Fraction:
    """The base pension a month after so many years, in months of the local average wage."""
    further = years - known["minimum_years"]
    if further < 0:
        return Fraction(0)
    steps = further / known["bonus_years"] * known["bonus_step"]
    bonus = min(steps, known["bonus_ceiling"]) if rule == "liaoning" else Fraction(0)
    return known["base_pension_rate"] + bonus


def _numbers(rules: Mapping[str, Range]) -> dict[str, Fraction]:
    known = {}
    for name in _NEEDED:
        if name not in rules:
            raise ParameterError(f"the rule {name} is missing; add its row to parameters.csv")
        found = rules[name]
        if found.low != found.high:
            raise ParameterError(f"the rule {name} is a range; write one number in parameters.csv")
        known[name] = found.low
    for name in ("combined_rate", "account_divisor", "bonus_years"):
        if known[name] <= 0:
            raise ParameterError(f"the rule {name} is not above zero; mend parameters.csv")
    return known
