"""Draws of the unknowns: Latin hypercube samples, percentiles and the tornado."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import qmc

from pensionbook.errors import ParameterError
from pensionbook.projection.calibration import Calibration, complete, possible
from pensionbook.projection.projection import UNITS, YEARS, Array, Projection, Values, project
from pensionbook.projection.ranges import Ranges

PERCENTILES = (5, 50, 95)
_LARGEST_SAMPLE = 10**6
_SMALLEST_BATCH, _LARGEST_BATCH = 2**12, 2**16
# The unknown that the condition on money is solved for.
_SOLVED = "dependency_start"
# Conditions that fewer than one point in so many meets are taken for a contradiction.
_RAREST, _FEWEST_TRIED = 200, 2**18


@dataclass(frozen=True, slots=True)
class Draws:
    """A sample of the unknowns.

    Attributes:
        values: by parameter, an array over draws, or a number where nothing is unknown.
        count: draws kept.
        proposed: points of the hypercubes they come from.
        possible: of these, the points with no more payers than covered.
        kept: share of the possible points that meet the condition on money, were they drawn
            blindly; 1 without it.
        calibrated: whether the condition on money was asked for.
    """

    values: dict[str, Array | float]
    count: int
    proposed: int
    possible: int
    kept: float
    calibrated: bool


def sample(ranges: Ranges, n: int = 10_000, seed: int = 2002, *, calibrated: bool = False) -> Draws:
    """Latin hypercube draws of the unknowns, evenly spread over each range.

    Hypercubes, the first of n points, are drawn until n points are possible; n are kept. With
    ``calibrated``, only points remain that meet :class:`Calibration`, whose assumption the report
    must name. Few do, so they are not waited for: given the other unknowns the condition leaves an
    interval of dependency ratios, a point is kept with a chance proportional to its length, and
    the ratio is drawn evenly from it. That is the same distribution as rejecting what contradicts.
    The same seed gives the same draws.

    Raises:
        ParameterError: n is out of bounds, or (nearly) no point meets the conditions.
    """
    if not isinstance(n, int | np.integer) or isinstance(n, bool) or not 1 <= n <= _LARGEST_SAMPLE:
        raise ParameterError(f"{n!r} draws; write a whole number from 1 to {_LARGEST_SAMPLE:,}")
    condition = Calibration.of(ranges) if calibrated else None
    unknown = ranges.unknown
    if condition is not None and _SOLVED not in unknown:
        raise ParameterError(f"{_SOLVED} is fixed; calibrating needs a range of it")
    low = np.array([float(ranges[name].low) for name in unknown])
    high = np.array([float(ranges[name].high) for name in unknown])
    engine = qmc.LatinHypercube(len(unknown) + 1, rng=np.random.default_rng(seed))
    batch = min(_LARGEST_BATCH, n if condition is None else max(2 * n, _SMALLEST_BATCH))
    parts: list[Array] = []
    kept = proposed = within = 0
    chance = 0.0
    while kept < n:
        if proposed > max(_RAREST * n, _FEWEST_TRIED):
            raise ParameterError(
                f"only {kept} of {proposed:,} draws meet the conditions; widen the ranges or "
                "project without calibrating"
            )
        cube = engine.random(batch)
        points = low + cube[:, :-1] * (high - low)
        values = complete(_named(ranges, unknown, points), ranges)
        good = possible(values)
        within += int(good.sum())
        if condition is not None:
            column = unknown.index(_SOLVED)
            first, last = condition.fitting(values, ranges)
            length = np.where(good, np.maximum(0, last - first), 0)
            chance += float(length.sum()) / (high[column] - low[column])
            points[:, column] = first + cube[:, column] * (last - first)
            # No interval is longer: its ends are in the ratio 1 to 1 - share, the upper in range.
            longest = high[column] * float(condition.share[1])
            good &= cube[:, -1] * longest < length
        proposed += batch
        kept += int(good.sum())
        parts.append(points[good])
        batch = min(_LARGEST_BATCH, 2 * batch)
    values = complete(_named(ranges, unknown, np.concatenate(parts)[:n]), ranges)
    share = 1.0 if condition is None else chance / within
    return Draws(values, n, proposed, within, share, calibrated)


def _named(ranges: Ranges, unknown: Sequence[str], points: Array) -> dict[str, Array | float]:
    fixed = {name: float(ranges[name].low) for name in ranges if name not in set(unknown)}
    return fixed | {name: points[:, column] for column, name in enumerate(unknown)}


def medians(draws: Draws) -> dict[str, float]:
    """The median of each parameter over draws: a middle that the conditions allow for."""
    return {name: float(np.median(value)) for name, value in draws.values.items()}


def percentiles(projection: Projection, levels: Sequence[float] = PERCENTILES) -> pd.DataFrame:
    """Percentiles over draws: columns ``year, output, unit`` and one ``p5`` for each level."""
    records = []
    for output, array in projection.outputs.items():
        for year, row in zip(projection.years, np.atleast_2d(array.T).T, strict=True):
            found = np.percentile(row, levels)
            named = {f"p{level:g}": value for level, value in zip(levels, found, strict=True)}
            records.append({"year": year, "output": output, "unit": UNITS[output]} | named)
    return pd.DataFrame(records)


def tornado(
    ranges: Ranges,
    year: int,
    output: str,
    *,
    years: Sequence[int] = YEARS,
    middle: Values | None = None,
) -> pd.DataFrame:
    """One unknown at a time over its range, the others at their middle.

    Args:
        middle: where the others stand; half-way between their ends unless given.

    Returns:
        Columns ``parameter, name_en, name_zh, at_low, at_high, low, high, swing, unit``, the
        greatest swing first. ``at_low`` is the output where the parameter has its lower end.

    Raises:
        ParameterError: there is no such output or year, or a middle is impossible.
    """
    if output not in UNITS or year not in years:
        raise ParameterError(
            f"no output {output!r} in {year}; write one of {', '.join(UNITS)} and a year of "
            f"{years[0]} to {years[-1]}"
        )
    unknown = ranges.unknown
    start: dict[str, Array | float] = {**ranges.middle()}
    start |= {k: float(v) for k, v in (middle or {}).items() if k in ranges}
    points = np.tile([start[name] for name in unknown], (2 * len(unknown), 1))
    for column, name in enumerate(unknown):
        points[2 * column : 2 * column + 2, column] = (
            float(ranges[name].low),
            float(ranges[name].high),
        )
    values = complete(start | _named(ranges, unknown, points), ranges)
    if not possible(values).all():
        raise ParameterError("more would pay than are covered; narrow the covered shares")
    found = project(values, years).at(year, output).reshape(-1, 2)
    table = pd.DataFrame(
        {
            "parameter": unknown,
            "name_en": [ranges[name].name_en for name in unknown],
            "name_zh": [ranges[name].name_zh for name in unknown],
            "at_low": found[:, 0],
            "at_high": found[:, 1],
            "low": found.min(axis=1),
            "high": found.max(axis=1),
            "swing": np.ptp(found, axis=1),
            "unit": UNITS[output],
        }
    )
    return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)
