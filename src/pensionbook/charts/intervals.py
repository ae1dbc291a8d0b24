"""Shares of a hundred and intervals side by side."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Unpack

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from pensionbook.charts.labels import Texts
from pensionbook.charts.rows import (
    CLOSE,
    VALUE,
    Note,
    close_rows,
    hatched,
    open_rows,
    solid,
    stack_rows,
)
from pensionbook.charts.sheet import Chart, Sheet, check, word
from pensionbook.charts.style import (
    BLUE,
    FAINT,
    INK,
    PAPER,
    VERMILION,
    bolden,
    fills,
    halo,
    on_fill,
    readable,
    style,
)
from pensionbook.errors import ChartError

_TALL = 0.26


def shares(
    table: pd.DataFrame,
    *,
    bar: str = "bar",
    whole: float = 100.0,
    **texts: Unpack[Texts],
) -> Chart:
    """Bars of one length cut into parts; where a cut is only bounded, its range is hatched.

    Args:
        table: a row for each part of each bar: columns ``bar`` (names of the bars, in order),
            ``group``, ``label`` (names of the parts), ``low``, ``high`` (in percent) and ``value``.
            The parts of a bar come in the order of the first bar; a bar may leave out the last.
        whole: length of the bars in the unit of ``low`` and ``high``.

    Raises:
        ChartError: the table cannot be drawn, or the parts of a bar exceed the whole.
    """
    check(table, (bar, "group", "label", "value"), ("low", "high"))
    bars = list(dict.fromkeys(str(name) for name in table[bar]))
    with style():
        hues = fills([str(group) for group in table["group"]])
        sheet = Sheet(**texts)
        rows = stack_rows(sheet, bars, tall=0.42)
        apart = bool((table["high"] - table["low"] > CLOSE * whole).any())
        sheet.key(*(["certain", "possible"] if apart or table["low"].isna().any() else []))
        axes = open_rows(sheet, rows, above=0.24, below=0.06)
        axes.set_xlim(0, whole)
        inch = whole / (axes.get_position().width * sheet.figure.get_figwidth())
        for name, row in zip(bars, rows.middles, strict=True):
            parts = table[table[bar].astype(str) == name]
            cuts = _cuts(name, parts, whole)
            _draw_shares(sheet, axes, parts, cuts, hues, row, inch, whole)
        _name_parts(sheet, axes, table, bar, hues, inch, whole)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        return sheet.figure


def whiskers(
    table: pd.DataFrame,
    *,
    xlabel: str = "",
    names: tuple[str, str] = ("", ""),
    own_scale: bool = False,
    zero: bool = False,
    **texts: Unpack[Texts],
) -> Chart:
    """Rows of intervals; with a second interval a row, the two one above the other.

    A point is a dot, an interval a line with caps, an open end an arrow.

    Args:
        table: columns ``label``, ``low``, ``high``, ``value``; for a second interval in each row
            (what the other figures imply, say) also ``other_low``, ``other_high``, ``other``.
        xlabel: unit of the axis.
        names: what the first and the second interval are, written in the key.
        own_scale: draw each row to its own scale, without an axis, for rows of several units.
        zero: whether the axis has to reach zero.

    Raises:
        ChartError: the table cannot be drawn.
    """
    two = "other_low" in table.columns
    pairs = [("low", "high", "value"), ("other_low", "other_high", "other")][: 2 if two else 1]
    check(table, ("label", *(p[2] for p in pairs)), *((p[0], p[1]) for p in pairs))
    with style():
        sheet = Sheet(**texts)
        rows = stack_rows(sheet, list(table["label"]), tall=0.52 if two else 0.34)
        below = 0.46 if not own_scale and xlabel else 0.06 if own_scale else 0.26
        axes = open_rows(sheet, rows, below=below, above=0.26 if two else 0.04)
        notes: list[Note] = []
        reached: list[float] = []
        columns = [c for p in pairs for c in p[:2]]
        known = [float(end) for c in columns for end in table[c] if not isnan(end)]
        common = (min(known), max(known))
        for (_, record), middle in zip(table.iterrows(), rows.middles, strict=True):
            scale = common
            if own_scale:
                inside = [float(record[c]) for c in columns if not isnan(float(record[c]))]
                scale = (min(inside, default=0.0), max(inside, default=1.0))
            for k, (low, high, value) in enumerate(pairs):
                row = middle + (0.11 * (2 * k - 1) if two else 0.0)
                ends = [_scaled(float(record[c]), scale, own_scale) for c in (low, high)]
                width = 1.0 if own_scale else (common[1] - common[0]) or abs(common[1]) or 1.0
                both = [_scaled(float(record[c]), scale, own_scale) for c in columns]
                reach = _whisker(axes, ends, both, row, width, second=bool(k) or not two)
                unknown = word("unknown", sheet.language) if reach is None else ""
                text = str(record[value]) or unknown
                colour = readable(BLUE if k else VERMILION) if two else INK
                at = (0.0 if own_scale else common[0]) if reach is None else reach[1]
                notes.append(Note(at, row, text, True, FAINT if reach is None else colour))
                reached += reach or ()
        close_rows(sheet, axes, reached, notes, xlabel, ticks=not own_scale, zero=zero)
        for above in rows.middles[1:]:
            axes.axhline(above - (rows.middles[1] - rows.middles[0]) / 2, color="#e6e6e6", lw=0.7)
        if two and any(names):
            _name_intervals(sheet, axes, names)
        return sheet.figure


# -- inside -------------------------------------------------------------------------------------


def _cuts(name: str, parts: pd.DataFrame, whole: float) -> list[tuple[float, float]]:
    """The range of the end of each part, from the parts before it and from those after it."""
    lows = [0.0 if isnan(low) else float(low) for low in parts["low"]]
    highs = [whole if isnan(high) else float(high) for high in parts["high"]]
    slack = 1e-6 * whole
    if sum(lows) > whole + slack:
        raise ChartError(f"the parts of {name!r} exceed the whole; check their lower bounds")
    complete = sum(highs) >= whole - slack
    cuts = []
    for i in range(len(lows)):
        low, high = sum(lows[: i + 1]), min(sum(highs[: i + 1]), whole - sum(lows[i + 1 :]))
        if complete:
            low = max(low, whole - sum(highs[i + 1 :]))
        cuts.append((min(low, high), max(low, high)))
    return cuts


def _draw_shares(
    sheet: Sheet,
    axes: Axes,
    parts: pd.DataFrame,
    cuts: Sequence[tuple[float, float]],
    hues: dict[str, str],
    row: float,
    inch: float,
    whole: float,
) -> None:
    start = (0.0, 0.0)
    for (_, part), cut in zip(parts.iterrows(), cuts, strict=True):
        colour = hues[str(part["group"])]
        if cut[0] > start[1]:
            solid(axes, start[1], cut[0], row, _TALL, colour)
        if cut[1] - cut[0] > CLOSE * whole:
            hatched(axes, max(cut[0], start[0]), cut[1], row, _TALL, colour)
        elif cut[1] < whole:
            axes.plot([cut[1]] * 2, [row - _TALL / 2, row + _TALL / 2], color=PAPER, lw=1.6,
                      zorder=3)  # fmt: skip
        text = sheet.set(part["value"])
        room = (cut[0] - start[1]) / inch
        if sheet.width(text, VALUE) + 0.1 <= room:
            axes.text(
                (start[1] + cut[0]) / 2, row, text, size=VALUE, color=on_fill(colour), zorder=4,
                ha="center", va="center_baseline",
            )  # fmt: skip
        else:
            middle = (start[0] + cut[1]) / 2
            half = sheet.width(text, VALUE) / 2 * inch
            at = min(max(middle, half), whole - half)
            halo(
                axes.text(
                    at, row, text, size=VALUE, color=readable(colour), zorder=5, ha="center",
                    va="center_baseline",
                )
            )  # fmt: skip
        start = cut
    if start[0] < whole * 0.997:
        solid(axes, start[1], whole, row, _TALL, "#ececec")


def _name_parts(
    sheet: Sheet,
    axes: Axes,
    table: pd.DataFrame,
    bar: str,
    hues: dict[str, str],
    inch: float,
    whole: float,
) -> None:
    """Names of the parts above the first bar, over where they begin, or after one another."""
    at = 0.0
    first = table[table[bar].astype(str) == str(table[bar].iloc[0])]
    rest = table.drop_duplicates("group")
    parts = pd.concat([first, rest]).drop_duplicates("group")
    names = [(sheet.set(p["label"]), hues[str(p["group"])]) for _, p in parts.iterrows()]
    widths = [sheet.width(name, 9.0) * inch for name, _ in names]
    for i, (name, colour) in enumerate(names):
        last = i == len(names) - 1 and len(names) > 1 and at < whole - widths[i]
        bolden(
            axes.text(
                whole if last else at, -0.1, name, size=9.0, color=readable(colour),
                ha="right" if last else "left", va="center_baseline",
            )
        )  # fmt: skip
        at += widths[i] + 0.2 * inch


def _scaled(value: float, scale: tuple[float, float], own: bool) -> float:
    """The value's place within its row, 0 to 1, when rows have their own scales."""
    if not own:
        return value
    return (value - scale[0]) / (scale[1] - scale[0]) if scale[1] > scale[0] else 0.5 + 0 * value


def _whisker(
    axes: Axes,
    ends: Sequence[float],
    others: Sequence[float],
    row: float,
    width: float,
    *,
    second: bool,
) -> tuple[float, float] | None:
    low, high = ends
    if isnan(low) and isnan(high):
        return None
    colour = BLUE if second else VERMILION
    stub, cap = 0.08 * width, 0.055
    # An open end runs past everything else in its row.
    known = [end for end in others if not isnan(end)]
    left = min(known) - stub if isnan(low) else low
    right = max(known) + stub if isnan(high) else high
    if right - left <= 0.014 * width:
        middle, marker = (left + right) / 2, "o" if second else "D"
        axes.plot(middle, row, marker, color=colour, markersize=5.5, zorder=4, clip_on=False)
        return left, right + 0.008 * width
    axes.plot(
        [left, right], [row, row], color=colour, linewidth=3.2 if second else 1.8, zorder=3,
        solid_capstyle="butt",
    )  # fmt: skip
    for end, at in ((low, left), (high, right)):
        if isnan(end):
            head = "<" if at == left else ">"
            axes.plot(at, row, head, color=colour, markersize=6, zorder=4)
        else:
            axes.plot([at, at], [row - cap, row + cap], color=colour, linewidth=1.6, zorder=4)
    return left, right + (0.012 * width if isnan(high) else 0.0)


def _name_intervals(sheet: Sheet, axes: Axes, names: tuple[str, str]) -> None:
    """The names of the two intervals above the first row, each after a sample of its line."""
    place = axes.get_position()
    wide, tall = sheet.figure.get_size_inches()
    at, middle = place.x0 * wide, place.y1 * tall + 0.13
    for k, name in enumerate(names):
        colour = BLUE if k else VERMILION
        text = sheet.set(name)
        xs, ys = [at / wide, (at + 0.26) / wide], [middle / tall] * 2
        sheet.figure.add_artist(Line2D(xs, ys, color=colour, linewidth=3.2 if k else 1.8))
        sheet.figure.add_artist(
            Line2D([sum(xs) / 2], ys[:1], color=colour, marker="o" if k else "D", markersize=4.5)
        )
        bolden(
            sheet.figure.text(
                (at + 0.34) / wide, middle / tall, text, size=8.6, color=readable(colour),
                va="center_baseline",
            )
        )  # fmt: skip
        at += 0.34 + sheet.width(text, 8.6) + 0.25
