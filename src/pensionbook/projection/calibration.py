"""Holding the projection to what the paper prints, and to nothing later.

Two conditions of different weight. *Contributors*: the paying shares are set so that the model
meets the contributors proved for the reporting date, public and non-public (:func:`complete`); that
leans on the printed figures alone and always holds. *Money*: the paper's growth of payments and of
the subsidy bound the share of the subsidy in payments (:func:`subsidy_share_bounds`), provided
that payments are met by the year's contributions and the subsidy alone. The paper does not say
so; reserves and carried-over debts are left out. This second condition is optional.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from pensionbook.errors import ParameterError
from pensionbook.projection.projection import NON_PUBLIC, Array, Values, project
from pensionbook.projection.ranges import Ends, Ranges

PAYMENTS_ARE_MET = "payments are met by the contributions of the year and the subsidy alone"


def complete(values: Values, ranges: Ranges) -> dict[str, Array | float]:
    """The values with the paying shares that meet the contributors of the reporting date.

    With e the years from the base year's end to that date and employed grown by them::

        paying_public     = contributors_public / (employed[public] * (1 + growth) ** e * covered)
        paying_non_public = contributors_non_public / (sum over g of the same products)

    A share above one means that more would pay than are covered; see :func:`possible`.
    """
    e = float(ranges.elapsed)

    def reached(group: str) -> Array:
        employed = np.asarray(values[f"employed_{group}"], dtype=float)
        grown = (1 + np.asarray(values[f"growth_{group}"], dtype=float)) ** e
        return employed * grown * np.asarray(values[f"covered_{group}"], dtype=float)

    def share(kind: str, groups: Sequence[str]) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(values[f"contributors_{kind}"], dtype=float) / sum(
                reached(group) for group in groups
            )

    return dict(values) | {
        "paying_public": share("public", ("public",)),
        "paying_non_public": share("non_public", NON_PUBLIC),
    }


def possible(values: Values) -> NDArray[np.bool_]:
    """Which draws have at most as many payers as covered, at the reporting date and before it.

    At the end of the base year the public group must pay what contributors then were less those of
    the non-public groups.
    """
    public = np.asarray(values["paying_public"])
    non_public = np.asarray(values["paying_non_public"])
    with np.errstate(invalid="ignore"):  # a share is infinite where nobody is covered
        others = non_public * sum(
            np.asarray(values[f"employed_{group}"]) * np.asarray(values[f"covered_{group}"])
            for group in NON_PUBLIC
        )
    covered = np.asarray(values["employed_public"]) * np.asarray(values["covered_public"])
    before = np.asarray(values["contributors_start"]) - others
    return (public <= 1) & (non_public <= 1) & (before <= covered) & (before >= 0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The condition on money in the first projected year.

    Attributes:
        share: least and greatest share of the subsidy in payments.
        assumption: what must hold for it.
    """

    share: Ends
    assumption: str = PAYMENTS_ARE_MET

    @classmethod
    def of(cls, ranges: Ranges) -> Calibration:
        """The condition that the paper's growth rates set.

        Raises:
            ParameterError: the growth rates are not printed, or contradict one another.
        """
        if not ranges.payments_growth or not ranges.subsidy_growth:
            raise ParameterError(
                "the package prints no growth of pension_payments and fiscal_subsidy to calibrate "
                "on; project without calibrating"
            )
        return cls(
            (
                Fraction(0),
                subsidy_share_bounds(ranges.payments_growth, ranges.subsidy_growth)[-1],
            )
        )

    def holds(self, values: Values, ranges: Ranges) -> NDArray[np.bool_]:
        """Which draws keep the subsidy's share in the first year's payments within the ends."""
        first = project(values, (ranges.base_year + 1,))
        share = first["gap_yuan"][0] / first["spending_yuan"][0]
        return (share > float(self.share[0])) & (share <= float(self.share[1]))

    def fitting(self, values: Values, ranges: Ranges) -> tuple[Array, Array]:
        """Between which dependency ratios at the start the condition holds, for each draw.

        Spending of the first year is proportional to that ratio and revenue does not depend on it,
        so the ends follow at once; the lower one lies above the upper where no ratio of the range
        fits.
        """
        first = project(dict(values) | {"dependency_start": 1.0}, (ranges.base_year + 1,))
        met = first["revenue_yuan"][0] / first["spending_yuan"][0]
        whole = ranges["dependency_start"]
        least, most = (float(end) for end in self.share)
        return (
            np.maximum(met / (1 - least), float(whole.low)),
            np.minimum(met / (1 - most), float(whole.high)),
        )


def subsidy_share_bounds(payments: Sequence[Ends], subsidy: Sequence[Ends]) -> list[Fraction]:
    """Greatest share of the subsidy in payments that the printed growth rates allow, by year.

    Let payments be P, the subsidy S and contributions C = P - S (the assumption), and let year k
    bring growth p_k of payments and s_k of the subsidy. The paper says that C rose each year::

        C_k >= C_(k-1)   <=>   P_(k-1) p_k >= S_(k-1) s_k   <=>   x_(k-1) <= p_k / s_k   if s_k > 0

    where x = S / P. The share moves as x_k = x_(k-1) (1 + s_k) / (1 + p_k), so that each year's
    condition bounds the share of every year j::

        x_j <= p_k / s_k * product over i = j+1 .. k-1 of (1 + p_i) / (1 + s_i)     for j < k
        x_j <= p_k / s_k * product over i = k .. j     of (1 + s_i) / (1 + p_i)     for j >= k

    A printed rate is an interval. In the first line every rate wants p high and s low. In the
    second the factor of year k is [p / (1 + p)] [(1 + s) / s], which wants p high and s low again,
    while the years after it want p low and s high. So each line has its greatest value at a corner,
    and the smallest of these values bounds the share; it is reached when, at that corner, no other
    line is smaller, and valid in any case.

    Args:
        payments: least and greatest growth of payments in each year, as fractions of one.
        subsidy: the same of the subsidy.

    Returns:
        The bound for the year before the first rate, and then for each year with a rate.

    Raises:
        ParameterError: the lists do not match, a rate is -1 or less, or payments fall while the
            subsidy rises, which leaves no share at all.
    """
    if len(payments) != len(subsidy) or not payments:
        raise ParameterError("give a growth of payments and one of the subsidy for each year")
    if any(low > high or low <= -1 for low, high in (*payments, *subsidy)):
        raise ParameterError("growth rates must be above -1, the lower end first")
    bounds = []
    for year in range(len(payments) + 1):
        ends = [Fraction(1)]
        for k in range(1, len(payments) + 1):
            least_subsidy, most_payments = subsidy[k - 1][0], payments[k - 1][1]
            if least_subsidy > 0:
                if most_payments < 0:
                    raise ParameterError("payments fall while the subsidy rises: no share fits")
                ends.append(_share_at(year, k, payments, subsidy))
        bounds.append(min(ends))
    return bounds


def _share_at(year: int, k: int, payments: Sequence[Ends], subsidy: Sequence[Ends]) -> Fraction:
    """The corner of year k's condition for the share of a year."""
    p, s = payments[k - 1][1], subsidy[k - 1][0]
    share = p / s
    for i in range(year + 1, k):
        share *= (1 + payments[i - 1][1]) / (1 + subsidy[i - 1][0])
    if year >= k:
        share *= (1 + s) / (1 + p)
    for i in range(k + 1, year + 1):
        share *= (1 + subsidy[i - 1][1]) / (1 + payments[i - 1][0])
    return share
