"""Small pictures for a summary: a line or a few bars, bounds drawn as bounds, hardly any text."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from pensionbook.charts.sheet import Chart, check
from pensionbook.charts.style import BLUE, FAINT, INK, VERMILION, style, tint, typeset
from pensionbook.errors import ChartError

_WIDTH, _LINE_HEIGHT, _ROW_HEIGHT = 3.2, 0.95, 0.36
_TEXT = 8.5


def spark_line(table: pd.DataFrame, *, alt: str, language: str = "en") -> Chart:
    """A series from its first date to its last, from zero, a band where it is only bounded.

    Args:
        table: columns ``period, low, high`` in the order of the dates; floats in one unit.

    Raises:
        ChartError: fewer than two dates, or an open end.
    """
    check(table, ("period",), ("low", "high"))
    ends = table[["low", "high"]].astype(float)
    if len(table) < 2 or ends.isna().any(axis=None):
        raise ChartError("a small line takes two dates or more, each with both bounds")
    with style():
        figure, axes = _blank(_LINE_HEIGHT, 0.2, alt)
        places = range(len(table))
        middle = ends.mean(axis=1)
        axes.fill_between(places, ends["low"], ends["high"], color=tint(BLUE, 0.35), linewidth=0)
        axes.plot(places, middle, color=BLUE, linewidth=1.8)
        axes.plot(len(table) - 1, middle.iloc[-1], "o", color=BLUE, markersize=5)
        axes.axhline(0, color=FAINT, linewidth=0.6)
        axes.set_xlim(-0.12, len(table) - 0.88)
        axes.set_ylim(min(0.0, ends["low"].min()), max(0.0, ends["high"].max()) * 1.15)
        for place, side in ((0, "left"), (len(table) - 1, "right")):
            text = typeset(table["period"].iloc[place], language)
            axes.annotate(
                text,
                (place, 0),
                xytext=(0, -4),
                textcoords="offset points",
                ha=side,
                va="top",
                fontsize=_TEXT,
                color=FAINT,
            )
        return figure


def spark_bars(table: pd.DataFrame, *, alt: str, language: str = "en") -> Chart:
    """A few rows from zero, each under its name: solid where certain, pale where possible.

    Args:
        table: columns ``label, low, high``; floats in one unit; drawn from the top.

    Raises:
        ChartError: more than six rows, or an open end.
    """
    check(table, ("label",), ("low", "high"))
    ends = table[["low", "high"]].astype(float)
    if len(table) > 6 or ends.isna().any(axis=None):
        raise ChartError("small bars take six rows at most, each with both bounds")
    if not ends.abs().to_numpy().any():
        raise ChartError("small bars need a row that is not nil")
    with style():
        figure, axes = _blank(_ROW_HEIGHT * len(table) + 0.06, 0.02, alt)
        low, high = min(0.0, ends["low"].min()), max(0.0, ends["high"].max())
        for row, (first, last) in enumerate(ends.itertuples(index=False, name=None)):
            certain = first if first > 0 else last if last < 0 else 0.0
            colour = VERMILION if last <= 0 else BLUE
            axes.barh(row, last - first, left=first, height=0.36, color=tint(colour, 0.35))
            axes.barh(row, certain, height=0.36, color=colour)
            label = typeset(table["label"].iloc[row], language)
            axes.text(low, row - 0.28, label, ha="left", va="bottom", fontsize=_TEXT)
        axes.axvline(0, color=INK, linewidth=0.7)
        axes.set_ylim(len(table) - 0.72, -0.9)
        axes.set_xlim(low - 0.005 * (high - low), high + 0.005 * (high - low))
        return figure


def _blank(height: float, foot: float, alt: str) -> tuple[Chart, Axes]:
    """A sheet of a height in inches; the part ``foot`` of it is left free below."""
    figure = Chart(figsize=(_WIDTH, height))
    axes = figure.add_axes((0.01, foot, 0.98, 0.98 - foot))
    axes.set_axis_off()
    figure.alt = alt
    return figure, axes
