"""Contributors, money and the dependency ratio, year by year.

Stocks are those of the end of the year; ``t0`` is the base year (2001) and ``n = t - t0``. Shares,
rates and the surcharge may change from year to year under a reform, and only then.

Contributors, in persons; ``g`` is public, foreign, private_individual or other::

    employed[g](t)  = employed[g] * (1 + growth[g]) ** n
    regular(t)      = sum over g of employed[g](t) * covered[g] * paying[g]
    older(t)        = interrupted * older_share * paying_older
    resumed(t)      = interrupted * ((1 - older_share) * paying_interrupted
                      + older_share * max(paying_interrupted, paying_older))
    joined(t)       = resumed(t) + migrants * covered_migrants
    contributors(t) = regular(t) + joined(t)

``regular(t0)`` is ``contributors_start``. The paying share of the three non-public groups is one,
``paying_non_public``. What happened between the end of 2001 and September 2002 is thus a fall of
``paying_public``, which stays where it was then.

Money, in yuan a year; ``mean`` is that of the ends of year t-1 and of year t::

    wage(t)         = average_wage * (1 + growth_wage) ** (n - 1)
    collected(t)    = min(1, collection + late_share * late_recovered)
    revenue(t)      = combined_rate * wage(t) * collected(t)
                      * (mean(base_ratio * regular) + base_ratio_joining * mean(joined))
    retirees(t)     = dependency_start * contributors_start * (1 + growth_retirees) ** n
    gained(t)       = bonus_share * mean(retirees)
    bonus(t)        = wage(t) * new_retirees_share
                      * (gained(t) / 2 + sum of gained over the years before t)
    spending(t)     = 12 * average_pension * (1 + growth_pension) ** (n - 1) * mean(retirees)
                      + bonus(t)
    gap(t)          = spending(t) - revenue(t)
    subsidy(t)      = max(0, gap(t))
    topup(t)        = max(0, combined_rate - self_employed_rate) * wage(t) * collected(t)
                      * base_ratio_joining * mean(older)
    cost(t)         = bonus(t) + topup(t)
    surcharge(t)    = 12 * surcharge * surcharge_collected
                      * sum over non-public g of employed[g](t) * (1 - covered[g])
    treasury(t)     = subsidy(t) + topup(t) - surcharge(t)
    net_gap(t)      = gap(t) + topup(t) - surcharge(t)
    dependency(t)   = retirees(t) / contributors(t)

Where contributions exceed spending the subsidy is zero; the signed gaps say by how much. The
formulas are the modellers'. Which numbers are the paper's, which are rules and which are
assumed, each parameter's range says. Pensions that joiners earn fall due after the horizon and
are no cost here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pensionbook.errors import ParameterError

NON_PUBLIC = ("foreign", "private_individual", "other")
GROUPS = ("public", *NON_PUBLIC)
YEARS = tuple(range(2002, 2011))
UNITS = {
    "contributors_persons": "person",
    "retirees_persons": "person",
    "dependency_ratio": "one",
    "revenue_yuan": "yuan",
    "spending_yuan": "yuan",
    "gap_yuan": "yuan",
    "subsidy_yuan": "yuan",
    "cost_yuan": "yuan",
    "surcharge_yuan": "yuan",
    "treasury_yuan": "yuan",
    "net_gap_yuan": "yuan",
}
OUTPUTS = tuple(UNITS)
MONTHS = 12

Array = NDArray[np.float64]
Values = Mapping[str, Array | float]


@dataclass(frozen=True, slots=True)
class Projection:
    """Outputs by name, each an array of shape (years, draws), or (years,) for single values."""

    years: tuple[int, ...]
    outputs: dict[str, Array]

    def __getitem__(self, output: str) -> Array:
        return self.outputs[output]

    def __repr__(self) -> str:
        shape = next((array.shape for array in self.outputs.values()), ())
        draws = f", {shape[1]:,} draws" if len(shape) > 1 else ""
        return (
            f"Projection of {self.years[0]} to {self.years[-1]}: {len(self.outputs)} outputs{draws}"
        )

    def at(self, year: int, output: str) -> Array:
        """One output in one year: an array over draws, or a single number."""
        return self.outputs[output][self.years.index(year)]


def project(values: Values, years: Sequence[int] = YEARS) -> Projection:
    """The model's outputs for the given years.

    Args:
        values: each parameter as a number, as an array over draws, or, where a reform lets it
            change, as an array (years + 1, draws) that begins with the base year. The paying shares
            are among them; :func:`~pensionbook.projection.calibration.complete` sets them.
        years: consecutive years, the first following the base year.

    Raises:
        ParameterError: a parameter is missing or is no number, or the years are not consecutive.
    """
    years = checked_years(years)
    p = _Parameters(values, len(years) + 1)
    step = np.arange(len(years) + 1, dtype=float)[:, None]
    regular = (
        p["covered_public"] * p["paying_public"] * _grown(p, "employed_public", "public", step)
    )
    uncovered = np.zeros(())
    for group in NON_PUBLIC:
        employed = _grown(p, f"employed_{group}", group, step)
        covered = p[f"covered_{group}"]
        regular = regular + employed * covered * p["paying_non_public"]
        uncovered = uncovered + employed * (1 - covered)
    regular = _filled(regular, p.shape)
    regular[0] = p["contributors_start"]

    older_paying = _filled(p["paying_older"], p.shape)
    resuming = _filled(p["paying_interrupted"], p.shape)
    older = p["interrupted"] * p["older_share"] * older_paying
    resumed = p["interrupted"] * (
        (1 - p["older_share"]) * resuming + p["older_share"] * np.maximum(resuming, older_paying)
    )
    joined = _filled(resumed + p["migrants"] * p["covered_migrants"], p.shape)
    contributors = regular + joined

    wage = _filled(p["average_wage"] * (1 + p["growth_wage"]) ** (step - 1), p.shape)[1:]
    collected = np.minimum(1, p["collection"] + p["late_share"] * p["late_recovered"])
    collected = _filled(collected, p.shape)[1:]
    due = p["base_ratio"] * _filled(regular, p.shape)
    rate = _filled(p["combined_rate"], p.shape)[1:]
    joining_base = p["base_ratio_joining"]
    revenue = rate * wage * collected * (_mean(due) + joining_base * _mean(joined))
    over_rate = np.maximum(0, rate - p["self_employed_rate"])
    topup = over_rate * wage * collected * joining_base * _mean(_filled(older, p.shape))

    start = p["dependency_start"] * p["contributors_start"]
    retirees = _filled(start * (1 + p["growth_retirees"]) ** step, p.shape)
    mean_retirees = _mean(retirees)
    gained = _filled(p["bonus_share"], p.shape)[1:] * mean_retirees
    bonus = wage * p["new_retirees_share"] * (np.cumsum(gained, axis=0) - gained / 2)
    pension = p["average_pension"] * (1 + p["growth_pension"]) ** (step - 1)
    spending = MONTHS * _filled(pension, p.shape)[1:] * mean_retirees + bonus

    gap = spending - revenue
    subsidy = np.maximum(0, gap)
    owed = _filled(MONTHS * p["surcharge"] * p["surcharge_collected"] * uncovered, p.shape)[1:]
    outputs = {
        "contributors_persons": contributors[1:],
        "retirees_persons": retirees[1:],
        "dependency_ratio": retirees[1:] / contributors[1:],
        "revenue_yuan": revenue,
        "spending_yuan": spending,
        "gap_yuan": gap,
        "subsidy_yuan": subsidy,
        "cost_yuan": bonus + topup,
        "surcharge_yuan": owed,
        "treasury_yuan": subsidy + topup - owed,
        "net_gap_yuan": gap + topup - owed,
    }
    if p.single:
        outputs = {name: array[:, 0] for name, array in outputs.items()}
    return Projection(years, outputs)


def checked_years(years: Sequence[int]) -> tuple[int, ...]:
    """The years, when they are consecutive and at least one.

    Raises:
        ParameterError: they are not.
    """
    whole = tuple(int(year) for year in years)
    if not whole or whole != tuple(range(whole[0], whole[0] + len(whole))):
        raise ParameterError(f"years {list(years)!r} are not consecutive; write 2002, 2003, ...")
    return whole


class _Parameters:
    """Parameters as arrays that broadcast to (years + 1, draws)."""

    def __init__(self, values: Values, count: int) -> None:
        self.arrays: dict[str, Array] = {}
        draws = 1
        self.single = True
        for name, value in values.items():
            try:
                array = np.asarray(value, dtype=float)
            except (TypeError, ValueError):
                raise ParameterError(f"parameter {name} is no number: {value!r}") from None
            if array.ndim > 2 or (array.ndim == 2 and array.shape[0] != count):
                raise ParameterError(
                    f"parameter {name} has the shape {array.shape}; give a number, one for each "
                    f"draw, or {count} rows, one for each year from the base year on"
                )
            if array.ndim:
                self.single = self.single and array.ndim == 2 and array.shape[-1] == 1
                if array.shape[-1] not in (1, draws) and draws != 1:
                    raise ParameterError(
                        f"parameter {name} has {array.shape[-1]} draws, others have {draws}"
                    )
                draws = max(draws, array.shape[-1])
            self.arrays[name] = array
        self.shape = (count, draws)

    def __getitem__(self, name: str) -> Array:
        if name not in self.arrays:
            raise ParameterError(f"parameter {name} is missing; give it a value")
        return self.arrays[name]


def _grown(p: _Parameters, name: str, group: str, step: Array) -> Array:
    return p[name] * (1 + p[f"growth_{group}"]) ** step


def _filled(array: ArrayLike, shape: tuple[int, int]) -> Array:
    return np.array(np.broadcast_to(array, shape))


def _mean(stocks: Array) -> Array:
    return (stocks[:-1] + stocks[1:]) / 2
