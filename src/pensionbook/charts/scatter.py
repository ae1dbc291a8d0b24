"""Places as points between two measured axes, with a fitted line and its band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from pensionbook.charts.labels import Placer, Texts
from pensionbook.charts.sheet import (
    EDGE,
    Chart,
    Sheet,
    check,
    fit_axes,
    number_axis,
    tick_room,
    unit_above,
)
from pensionbook.charts.style import (
    BLUE,
    FAINT,
    INK,
    PAPER,
    VERMILION,
    WIDTH_INCHES,
    bolden,
    halo,
    readable,
    style,
    tint,
)

_NAME = 7.6


def scatter(
    table: pd.DataFrame,
    *,
    line: pd.DataFrame | None = None,
    highlight: Sequence[str] = (),
    xlabel: str,
    ylabel: str,
    height: float = 3.6,
    **texts: Unpack[Texts],
) -> Chart:
    """Points that are named where there is room; bounds that show are drawn as crosses.

    Args:
        table: columns ``id``, ``label``, ``x_low``, ``x_high``, ``low``, ``high`` in the units of
            the axes.
        line: a fitted line, columns ``x``, ``y``, ``low``, ``high``; its band is shaded.
        highlight: ids drawn in the second hue, and named in bold.

    Raises:
        ChartError: the table cannot be drawn.
    """
    check(table, ("id", "label"), ("x_low", "x_high"), ("low", "high"))
    with style():
        sheet = Sheet(**texts)
        bottom = sheet.lay_out(height, above=0.24, below=0.5)
        axes = sheet.axes(EDGE, bottom, 1, height)
        for ends, limit in (
            (("x_low", "x_high"), axes.set_xlim),
            (("low", "high"), axes.set_ylim),
        ):
            low, high = table[ends[0]].min(), table[ends[1]].max()
            pad = 0.07 * ((high - low) or 1)
            limit(low - pad, high + pad)
        for axis in (axes.xaxis, axes.yaxis):
            number_axis(axis, sheet.language)
        left = tick_room(sheet, axes)
        wide = WIDTH_INCHES - EDGE - 0.1 - left
        fit_axes(sheet, axes, left, bottom, wide, height)
        axes.grid()
        axes.set_xlabel(sheet.set(xlabel), color=FAINT)
        unit_above(sheet, ylabel, bottom + height)
        if line is not None and len(line):
            axes.fill_between(
                line["x"], line["low"], line["high"], color=tint(FAINT, 0.18), linewidth=0
            )
            axes.plot(line["x"], line["y"], color=FAINT, linewidth=1.3, zorder=1.5)
        marked = table["id"].isin(highlight).to_numpy()
        for chosen, colour, marker in ((~marked, BLUE, "o"), (marked, VERMILION, "D")):
            part = table[chosen]
            axes.errorbar(
                (part["x_low"] + part["x_high"]) / 2, (part["low"] + part["high"]) / 2,
                xerr=(part["x_high"] - part["x_low"]) / 2, yerr=(part["high"] - part["low"]) / 2,
                fmt=marker, color=colour, markersize=5.5, markeredgecolor=PAPER,
                markeredgewidth=0.7, elinewidth=1, zorder=3,
            )  # fmt: skip
        _name_points(sheet, axes, table, marked, (wide, height))
        return sheet.figure


def _name_points(
    sheet: Sheet, axes: Axes, table: pd.DataFrame, marked: np.ndarray, size: tuple[float, float]
) -> None:
    """Names beside the points, the highlighted first; where there is no room, none."""
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    scale = (size[0] / (x1 - x0), size[1] / (y1 - y0))
    at = [
        (((x_low + x_high) / 2 - x0) * scale[0], ((low + high) / 2 - y0) * scale[1])
        for x_low, x_high, low, high in table[["x_low", "x_high", "low", "high"]].to_numpy()
    ]
    placer = Placer((0, 0, *size))
    placer.keep_clear((x - 0.05, y - 0.05, x + 0.05, y + 0.05) for x, y in at)
    order = sorted(range(len(at)), key=lambda i: (not marked[i], i))
    for i in order:
        name = sheet.set(table["label"].iloc[i])
        wide, tall, (x, y) = sheet.width(name, _NAME) + 0.04, 0.13, at[i]
        boxes = [
            (x + 0.06, y - tall / 2, x + 0.06 + wide, y + tall / 2),
            (x - 0.06 - wide, y - tall / 2, x - 0.06, y + tall / 2),
            (x - wide / 2, y + 0.06, x + wide / 2, y + 0.06 + tall),
            (x - wide / 2, y - 0.06 - tall, x + wide / 2, y - 0.06),
        ]
        chosen = placer.place(boxes)
        if chosen is None:
            continue
        box = boxes[chosen]
        text = axes.text(
            (box[0] + 0.02) / scale[0] + x0, (box[1] + box[3]) / 2 / scale[1] + y0, name,
            size=_NAME, va="center", color=readable(VERMILION) if marked[i] else INK, zorder=5,
        )  # fmt: skip
        bolden(text) if marked[i] else halo(text)
