"""What the overview of a batch shows of each region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pensionbook.editions.batch.records import BatchState
from pensionbook.report.measure import Measure
from pensionbook.report.report import Report

if TYPE_CHECKING:
    import pandas as pd


CHART = "counted"


@dataclass(frozen=True, slots=True)
class Column:
    """A measure of every part.

    Attributes:
        name: in overview.csv.
        head: in the language of the page.
    """

    name: str
    head: str
    measures: dict[str, Measure]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that a page of the overview shows.

    Attributes:
        areas: names in the language of the page, by id.
        chart: the numbers counted, as ``charts.small_multiples`` wants them.
    """

    report: Report
    areas: dict[str, str]
    columns: list[Column]
    state: BatchState
    chart: pd.DataFrame
