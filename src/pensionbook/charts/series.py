"""Series of bounded points, read from a table, and the span of their axis."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isnan
from typing import Any

import pandas as pd

from pensionbook.charts.style import looks
from pensionbook.data.periods import end_in_years
from pensionbook.errors import ChartError


@dataclass
class Point:
    """A period of a series: its place in years, its bounds, and the text to print."""

    at: float
    low: float
    high: float
    value: str
    period: str

    @property
    def known(self) -> bool:
        """Whether both ends are bounded."""
        return not (isnan(self.low) or isnan(self.high))

    @property
    def middle(self) -> float:
        """Where a point so narrow that it is drawn as one stands."""
        return (self.low + self.high) / 2

    @property
    def some(self) -> float:
        """Where a label may point: the middle, or the end that is known."""
        return self.low if isnan(self.high) else self.high if isnan(self.low) else self.middle

    def narrow(self, close: float) -> bool:
        """Whether the bounds are no further apart than ``close``."""
        return self.known and self.high - self.low <= close


@dataclass
class Series:
    """One line of a chart, its points in the order of time."""

    name: str
    label: str
    look: tuple[str, Any, str]
    points: list[Point] = field(default_factory=list)

    @property
    def seen(self) -> list[Point]:
        """The points with at least one bound."""
        return [p for p in self.points if not (isnan(p.low) and isnan(p.high))]


def read_series(table: pd.DataFrame, x: str, series: str, fixed: Any = None) -> list[Series]:
    """The series of a table, without those that have no bound at all.

    Args:
        fixed: one look for all of them, instead of each group's own.

    Raises:
        ChartError: a period cannot be read or comes twice, or there are too many series.
    """
    try:
        places = {str(period): float(end_in_years(str(period))) for period in table[x]}
    except ValueError as error:
        raise ChartError(f"column {x} of a chart: {error}") from None
    ids = [str(name) for name in table[series]]
    look = {} if fixed else looks(ids)
    found: dict[str, Series] = {}
    for name, (_, row) in zip(ids, table.iterrows(), strict=True):
        one = found.setdefault(name, Series(name, str(row["label"]), fixed or look[name]))
        period = str(row[x])
        low, high = float(row["low"]), float(row["high"])
        if any(point.period == period for point in one.points):
            raise ChartError(f"series {name} of a chart has {period} twice; keep one row")
        one.points.append(Point(places[period], low, high, str(row["value"]), period))
    for one in found.values():
        one.points.sort(key=lambda point: point.at)
    # A series with nothing known has nothing to draw.
    return [one for one in found.values() if one.seen]


def y_span(
    table: pd.DataFrame, base: float | None, zero: bool, head: float = 0.14
) -> tuple[float, float]:
    """Ends of the vertical axis, with ``head`` (a part of the span) for texts at the points."""
    ends = [*table["low"].dropna(), *table["high"].dropna()]
    ends += [0.0] if zero else []
    ends += [] if base is None else [base]
    low, high = min(ends), max(ends)
    room = (high - low) or abs(high) or 1.0
    above = 0.0 if zero and high == 0 else head * room
    return low - (0.0 if zero and low == 0 else head * room), high + above
