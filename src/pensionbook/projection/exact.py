"""Smallest and largest value of each output, without sampling.

Most parameters move an output one way only, so they stand at one end (:data:`RISING` and
:data:`FALLING`; tests hold the table against corner grids). The rest is the mix of the non-public
groups: their contributors together are printed, so that a group's covered share only says how much
of them grows at that group's pace. For given growth the outputs are quotients of sums that are
linear in the covered, hence greatest and least at a corner of what is possible: a corner of the
ranges, or the point on one of their edges where as many are covered as pay. All of these are
tried, so each value that is returned is reached by the parameters of some corner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pandas as pd

from pensionbook.errors import ParameterError
from pensionbook.projection.calibration import complete, possible
from pensionbook.projection.projection import NON_PUBLIC, UNITS, YEARS, Array, Values, project
from pensionbook.projection.ranges import Ranges

_MORE_PAY = ("contributors_public", "growth_public")
_MORE_REVENUE = (
    *_MORE_PAY,
    "combined_rate",
    "base_ratio",
    "collection",
    "average_wage",
    "growth_wage",
)
_MORE_RETIREES = ("dependency_start", "growth_retirees")
_MORE_SPENDING = (*_MORE_RETIREES, "average_pension", "growth_pension")
# Parameters whose rise never lowers, and never raises, an output.
RISING = {
    "contributors_persons": _MORE_PAY,
    "retirees_persons": _MORE_RETIREES,
    "dependency_ratio": _MORE_RETIREES,
    "revenue_yuan": _MORE_REVENUE,
    "spending_yuan": _MORE_SPENDING,
    "gap_yuan": _MORE_SPENDING,
    "subsidy_yuan": _MORE_SPENDING,
    "treasury_yuan": _MORE_SPENDING,
    "net_gap_yuan": _MORE_SPENDING,
}
FALLING = {
    "dependency_ratio": _MORE_PAY,
    "gap_yuan": _MORE_REVENUE,
    "subsidy_yuan": _MORE_REVENUE,
    "treasury_yuan": _MORE_REVENUE,
    "net_gap_yuan": _MORE_REVENUE,
}
_LEVERS = (
    *("paying_interrupted", "paying_older", "covered_migrants"),
    *("bonus_share", "surcharge", "late_recovered"),
)
_MIXED = (
    "contributors_start",
    "contributors_non_public",
    *(f"{kind}_{group}" for kind in ("employed", "growth", "covered") for group in NON_PUBLIC),
)
_ROUNDING = 1e-12


def bounds(ranges: Ranges, years: Sequence[int] = YEARS) -> pd.DataFrame:
    """Smallest and largest value of each output of the projection without reforms.

    The condition on money does not enter: no draw is left out but those in which more would pay
    than are covered.

    Returns:
        Columns ``year, output, unit, low, high``.

    Raises:
        ParameterError: a lever of the reforms is not at zero, or no parameters are possible.
    """
    for name in _LEVERS:
        if ranges[name].low != 0 or ranges[name].high != 0:
            raise ParameterError(
                f"{name} is not zero; the exact bounds are of the projection without reforms, so "
                "compare reforms draw by draw"
            )
    corners = _mixes(ranges)
    records = []
    for output in RISING:
        low, high = (_end(ranges, corners, output, years, up=up) for up in (False, True))
        for year, least, most in zip(years, low, high, strict=True):
            records.append(
                {"year": year, "output": output, "unit": UNITS[output], "low": least, "high": most}
            )
    return pd.DataFrame(records)


def _end(
    ranges: Ranges,
    corners: dict[str, np.ndarray],
    output: str,
    years: Sequence[int],
    *,
    up: bool,
) -> np.ndarray:
    chosen: dict[str, Array | float] = {}
    for name, own in ranges.items():
        falling = name in FALLING.get(output, ())
        # What is in neither list does not matter to the output; public cover and employment are
        # high so that the public group can pay.
        chosen[name] = float(own.high if falling != up else own.low)
        if name in ("covered_public", "employed_public"):
            chosen[name] = float(own.high)
    values = complete({**chosen, **corners}, ranges)
    good = possible(_with_slack(values))
    if not good.any():
        raise ParameterError(
            "in every corner more would pay than are covered; widen the ranges of the covered "
            "shares or of employment"
        )
    fitting = {
        name: value[good] if isinstance(value, np.ndarray) and value.ndim else value
        for name, value in values.items()
    }
    found = project(fitting, years)[output]
    return found.max(axis=1) if up else found.min(axis=1)


def _with_slack(values: Values) -> dict[str, Array | float]:
    """Points on an edge are computed to rounding; they count as possible."""
    shrunk = {k: np.asarray(v) * (1 - _ROUNDING) for k, v in values.items() if "paying" in k}
    return {**values, **shrunk}


def _mixes(ranges: Ranges) -> dict[str, np.ndarray]:
    """The corners of what is possible of the parameters that move outputs both ways."""
    names = [f"growth_{group}" for group in NON_PUBLIC]
    records = []
    for growth in product(*(_ends(ranges, name) for name in names)):
        factors = [(1 + rate) ** float(ranges.elapsed) for rate in growth]
        for payers in _ends(ranges, "contributors_non_public"):
            for mix in _covered(ranges, factors, payers):
                for start in _ends(ranges, "contributors_start"):
                    records.append([start, payers, *mix[:3], *growth, *mix[3:]])
    table = np.array(records).T
    return dict(zip(_MIXED, table, strict=True))


def _ends(ranges: Ranges, name: str) -> tuple[float, ...]:
    ends = float(ranges[name].low), float(ranges[name].high)
    return ends[:1] if ends[0] == ends[1] else ends


def _covered(ranges: Ranges, factors: Sequence[float], payers: float) -> Iterator[list[float]]:
    """Employed and covered shares of the three groups at each corner.

    Only their product counts, so both ends of the two go together; where an edge is cut, the
    third group's product follows from the payers.
    """
    low = [_product(ranges, group, "low") for group in NON_PUBLIC]
    high = [_product(ranges, group, "high") for group in NON_PUBLIC]
    for corner in product((0, 1), repeat=3):
        covered = [(low, high)[end][g] for g, end in enumerate(corner)]
        yield _split(ranges, covered)
    for free in range(3):
        others = [g for g in range(3) if g != free]
        for corner in product((0, 1), repeat=2):
            covered = [0.0, 0.0, 0.0]
            for g, end in zip(others, corner, strict=True):
                covered[g] = (low, high)[end][g]
            rest = payers - sum(covered[g] * factors[g] for g in others)
            covered[free] = rest / factors[free]
            if low[free] <= covered[free] <= high[free]:
                yield _split(ranges, covered)


def _product(ranges: Ranges, group: str, end: str) -> float:
    return float(getattr(ranges[f"employed_{group}"], end)) * float(
        getattr(ranges[f"covered_{group}"], end)
    )


def _split(ranges: Ranges, covered: Sequence[float]) -> list[float]:
    """Employed and share whose products are the covered, both within their ranges."""
    employed, shares = [], []
    for group, persons in zip(NON_PUBLIC, covered, strict=True):
        staff, share = ranges[f"employed_{group}"], ranges[f"covered_{group}"]
        at_most = persons / float(staff.low) if staff.low else 0.0
        shares.append(min(max(at_most, float(share.low)), float(share.high)))
        employed.append(persons / shares[-1] if shares[-1] else float(staff.low))
    return [*employed, *shares]
