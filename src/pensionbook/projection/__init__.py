"""The model of the years after: the projection, the reforms and the incentives.

It asks a view of a package and knows no prose; `analysis` and the rooms above may import it. Begin
reading with ``projection.py``.

Usual order::

    ranges = read_ranges(report)                   # what is known, and within which ends
    exact = bounds(ranges, years)                  # smallest and largest value of each output
    draws = sample(ranges, 10_000, seed=1)         # Latin hypercube
    result = project(draws.values, years)          # arrays (years, draws)
    table = compare(ranges, scenarios, years)      # reforms against the same draws without them

:mod:`~pensionbook.projection.projection` states the formulas.
"""

from pensionbook.projection.as_data import model_json
from pensionbook.projection.calibration import Calibration, complete, subsidy_share_bounds
from pensionbook.projection.exact import bounds
from pensionbook.projection.incentives import break_even_base, incentive_table, one_more_year
from pensionbook.projection.projection import OUTPUTS, UNITS, YEARS, Projection, project
from pensionbook.projection.ranges import (
    NoStartError,
    Range,
    Ranges,
    growth_intervals,
    read_ranges,
    rules,
    rules_of,
    starting_ranges,
)
from pensionbook.projection.reforms import apply_scenario, compare, differences, expanded
from pensionbook.projection.sampling import Draws, medians, percentiles, sample, tornado

__all__ = [
    "OUTPUTS",
    "UNITS",
    "YEARS",
    "Calibration",
    "Draws",
    "NoStartError",
    "Projection",
    "Range",
    "Ranges",
    "apply_scenario",
    "bounds",
    "break_even_base",
    "compare",
    "complete",
    "differences",
    "expanded",
    "growth_intervals",
    "incentive_table",
    "medians",
    "model_json",
    "one_more_year",
    "percentiles",
    "project",
    "read_ranges",
    "rules",
    "rules_of",
    "sample",
    "starting_ranges",
    "subsidy_share_bounds",
    "tornado",
]
