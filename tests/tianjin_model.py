"""The projection's inputs for tests: read once from the paper's package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pensionbook.projection import Ranges, read_ranges
from pensionbook.report.report import Report, open_report

PACKAGE = Path(__file__).parents[1] / "data" / "tianjin-2002"


@cache
def paper() -> Report:
    """The paper as a report."""
    return open_report(PACKAGE, area="tianjin", baseline="1999", as_of="2002-09")


@cache
def paper_ranges() -> Ranges:
    """All ranges of the projection."""
    return read_ranges(paper())


# A place with round numbers, worked out by hand in the tests.
HAND = {
    "employed_public": 1000.0,
    "growth_public": -0.1,
    "covered_public": 1.0,
    "paying_public": 0.8,
    "employed_foreign": 200.0,
    "growth_foreign": 0.1,
    "covered_foreign": 0.5,
    "employed_private_individual": 300.0,
    "growth_private_individual": 0.0,
    "covered_private_individual": 0.1,
    "employed_other": 100.0,
    "growth_other": 0.0,
    "covered_other": 0.2,
    "paying_non_public": 0.5,
    "contributors_start": 1000.0,
    "interrupted": 400.0,
    "older_share": 0.25,
    "paying_interrupted": 0.0,
    "paying_older": 0.0,
    "migrants": 500.0,
    "covered_migrants": 0.0,
    "combined_rate": 0.27,
    "self_employed_rate": 0.18,
    "base_ratio": 0.8,
    "base_ratio_joining": 0.6,
    "collection": 0.9,
    "late_share": 0.1,
    "late_recovered": 0.0,
    "average_wage": 10_000.0,
    "growth_wage": 0.1,
    "average_pension": 500.0,
    "growth_pension": 0.05,
    "dependency_start": 0.5,
    "growth_retirees": 0.04,
    "new_retirees_share": 0.05,
    "bonus_share": 0.0,
    "surcharge": 0.0,
    "surcharge_collected": 0.5,
}
