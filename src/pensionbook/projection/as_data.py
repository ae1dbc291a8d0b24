"""The model as plain data, for a page that computes it again in the browser.

The page needs the formulas of :mod:`~pensionbook.projection.projection`, the two paying shares of
:func:`~pensionbook.projection.calibration.complete` and the phase-in of
:func:`~pensionbook.projection.reforms.apply_scenario`; everything else is in this dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pensionbook.data.package import Scenario
from pensionbook.projection.projection import GROUPS, NON_PUBLIC, UNITS, YEARS, checked_years
from pensionbook.projection.ranges import Ranges


def model_json(
    ranges: Ranges,
    scenarios: Mapping[str, Scenario],
    years: Sequence[int] = YEARS,
    *,
    start: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """What a page needs to compute the projection: JSON-able, in the package's order.

    Args:
        start: where each parameter stands at first; half-way between its ends unless given (the
            medians of calibrated draws, say).

    Returns:
        ``base_year``, ``years``, ``elapsed`` (years from the base year's end to the date of the
        calibrated contributors), ``groups``, ``non_public``, ``outputs`` (unit by name),
        ``parameters`` and ``scenarios``, the last two as lists.
    """
    start = start or {}
    return {
        "base_year": ranges.base_year,
        "years": list(checked_years(years)),
        "elapsed": float(ranges.elapsed),
        "groups": list(GROUPS),
        "non_public": list(NON_PUBLIC),
        "outputs": dict(UNITS),
        "parameters": [
            {
                "id": name,
                "low": float(found.low),
                "mid": float(found.middle),
                "start": float(start.get(name, found.middle)),
                "high": float(found.high),
                "unit": found.unit,
                "name_en": found.name_en,
                "name_zh": found.name_zh,
                "assumption": found.assumption,
                "source": found.source,
            }
            for name, found in ranges.items()
        ],
        "scenarios": [_scenario(scenario) for scenario in scenarios.values()],
    }


def _scenario(scenario: Scenario) -> dict[str, Any]:
    return {
        "id": scenario.id,
        "name_en": scenario.name_en,
        "name_zh": scenario.name_zh,
        "why_en": scenario.why_en,
        "why_zh": scenario.why_zh,
        "includes": list(scenario.includes),
        "first": scenario.first,
        "last": scenario.last,
        "changes": [
            {
                "parameter": name,
                "kind": change.kind,
                "low": float(change.low),
                "mid": float((change.low + change.high) / 2),
                "high": float(change.high),
            }
            for name, change in scenario.changes.items()
        ],
    }
