"""The reforms tried out: the same draws with and without each, and the difference between them.

A reform's own ranges are unknowns of its file, drawn apart from those of the projection and the
same wherever the file is used, alone or among all. So one more reform changes no other number, and
each difference is taken draw by draw.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import qmc

from pensionbook.data.package import Change, Scenario
from pensionbook.errors import ParameterError
from pensionbook.projection.projection import OUTPUTS, UNITS, YEARS, Array, Projection, project
from pensionbook.projection.ranges import Ranges
from pensionbook.projection.sampling import PERCENTILES, Draws, sample

# Shares cannot pass one; the others have no upper end.
_NOT_SHARES = ("surcharge",)
# The signed sum of all that public money has to meet: unlike the subsidy it does not stop at zero.
RANKED_BY = "net_gap_yuan"


def expanded(scenario: Scenario, scenarios: Mapping[str, Scenario]) -> list[Scenario]:
    """The reforms that a file stands for: those it includes, in order, then its own changes.

    Raises:
        ParameterError: it includes one that is not there.
    """
    for other in scenario.includes:
        if other not in scenarios:
            raise ParameterError(
                f"{scenario.id} includes {other!r}, which is not there; write one of: "
                f"{', '.join(scenarios)}"
            )
    return [*(scenarios[other] for other in scenario.includes), scenario]


def phase(scenario: Scenario, years: Sequence[int]) -> Array:
    """Share of a reform that is there at the end of each year, from the base year (0) on."""
    t = np.array([years[0] - 1, *years], dtype=float)
    first = years[0] if scenario.first is None else scenario.first
    last = first if scenario.last is None else scenario.last
    return np.clip((t - first + 1) / (last - first + 1), 0, 1) * (t >= years[0])


def apply_scenario(
    values: Mapping[str, Array | float],
    scenario: Scenario,
    scenarios: Mapping[str, Scenario],
    years: Sequence[int] = YEARS,
    *,
    seed: int | None = None,
) -> dict[str, Array | float]:
    """The values under a reform; what it changes becomes an array (years + 1, draws).

    Args:
        values: complete values of the projection, of which none is changed.
        seed: of the reform's own unknowns; without it each stands half-way between its ends.

    Raises:
        ParameterError: it changes a parameter that the values lack.
    """
    draws = max(np.shape(v)[-1] if np.ndim(v) else 1 for v in values.values())
    changed = dict(values)
    for part in expanded(scenario, scenarios):
        grown = phase(part, years)[:, None]
        for name, change in part.changes.items():
            if name not in changed:
                raise ParameterError(f"{part.id} changes {name}, which the projection lacks")
            size = _size(part, name, change, draws, seed)
            before = np.asarray(changed[name], dtype=float)
            after = {"set": size, "add": before + size, "scale": before * size}[change.kind]
            moved = before + grown * (after - before)
            # A share that the draws already have above the one set does not fall by a reform
            # that only ever raises it, and none passes one.
            top = np.inf if name in _NOT_SHARES else np.maximum(1.0, before)
            changed[name] = np.clip(moved, 0, top)
    return changed


def _size(part: Scenario, name: str, change: Change, draws: int, seed: int | None) -> Array | float:
    low, high = float(change.low), float(change.high)
    if low == high or seed is None:
        return (low + high) / 2
    own = zlib.crc32(f"{part.id}:{name}".encode())
    engine = qmc.LatinHypercube(1, rng=np.random.default_rng([seed, own]))
    return low + (high - low) * engine.random(draws)[:, 0]


def differences(
    draws: Draws,
    scenario: Scenario,
    scenarios: Mapping[str, Scenario],
    years: Sequence[int] = YEARS,
    *,
    seed: int = 2002,
) -> Projection:
    """What a reform adds to each output, draw by draw, as arrays (years, draws)."""
    with_it = project(apply_scenario(draws.values, scenario, scenarios, years, seed=seed), years)
    without = project(draws.values, years)
    return Projection(
        with_it.years, {name: with_it[name] - without[name] for name in with_it.outputs}
    )


def compare(
    ranges: Ranges,
    scenarios: Mapping[str, Scenario],
    years: Sequence[int] = YEARS,
    *,
    chosen: Iterable[str] = (),
    n: int = 10_000,
    seed: int = 2002,
    calibrated: bool = False,
    levels: Sequence[float] = PERCENTILES,
) -> pd.DataFrame:
    """What each reform adds, by year and output, the reform that relieves public money most first.

    Args:
        chosen: ids; all unless given.
        n, seed, calibrated: of the draws, as in :func:`~pensionbook.projection.sampling.sample`.

    Returns:
        Columns ``rank, scenario, name_en, name_zh, year, output, unit, low, p5, p50, p95, high``;
        ``low`` and ``high`` are the least and the most of the draws, not proved ends. The rank goes
        by the median of :data:`RANKED_BY` in the last year.

    Raises:
        ParameterError: there is no such reform.
    """
    ids = list(chosen) or list(scenarios)
    for name in ids:
        if name not in scenarios:
            raise ParameterError(f"no reform {name!r}; write one of: {', '.join(scenarios)}")
    draws = sample(ranges, n, seed, calibrated=calibrated)
    records = []
    for name in ids:
        added = differences(draws, scenarios[name], scenarios, years, seed=seed)
        for output in OUTPUTS:
            found = np.percentile(added[output], [0, *levels, 100], axis=1)
            for column, year in enumerate(added.years):
                low, *between, high = found[:, column]
                records.append(
                    {
                        "scenario": name,
                        "name_en": scenarios[name].name_en,
                        "name_zh": scenarios[name].name_zh,
                        "year": year,
                        "output": output,
                        "unit": UNITS[output],
                        "low": low,
                    }
                    | {f"p{level:g}": v for level, v in zip(levels, between, strict=True)}
                    | {"high": high}
                )
    return _ranked(pd.DataFrame(records), levels)


def _ranked(table: pd.DataFrame, levels: Sequence[float]) -> pd.DataFrame:
    last = table[(table["year"] == table["year"].max()) & (table["output"] == RANKED_BY)]
    middle = f"p{sorted(levels)[len(levels) // 2]:g}"
    order = last.sort_values(middle, kind="stable")["scenario"]
    ranks = {name: rank for rank, name in enumerate(order, start=1)}
    table.insert(0, "rank", table["scenario"].map(ranks))
    return table.sort_values(["rank", "output", "year"], kind="stable", ignore_index=True)
