"""Lines over dates: a line where a value is known, a hatched band where it is only bounded."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, isnan
from typing import Unpack

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from pensionbook.charts.labels import Box, Placer, Texts, spread
from pensionbook.charts.series import Point, Series, read_series, y_span
from pensionbook.charts.sheet import (
    EDGE,
    Chart,
    Sheet,
    check,
    fit_axes,
    number_axis,
    period_name,
    tick_room,
    unit_above,
)
from pensionbook.charts.style import (
    FAINT,
    GRID,
    HATCH,
    INK,
    PAPER,
    WIDTH_INCHES,
    bolden,
    halo,
    looks,
    readable,
    style,
    tint,
)
from pensionbook.errors import ChartError

# Bounds closer than this part of the axis are drawn as a point.
POINT = 0.012
_VALUE, _NAME = 8.2, 9.2
_ARROW = 0.28


def bounded_lines(
    table: pd.DataFrame,
    *,
    x: str = "period",
    series: str = "group",
    ylabel: str,
    base: float | None = None,
    zero: bool | None = None,
    values: str = "auto",
    height: float = 2.9,
    **texts: Unpack[Texts],
) -> Chart:
    """Lines over dates; where the bounds are apart, a hatched band between them and no line.

    A period stands at its end on a true time axis. A row with NaN at both ends breaks the line; a
    row with one NaN is drawn as an arrow that starts at the end that is known.

    Args:
        table: columns ``x`` (periods), ``series`` (ids), ``label`` (names of the series), ``low``,
            ``high`` (in the unit of the axis) and ``value`` (texts to print at the points).
        ylabel: unit of the vertical axis.
        base: a level to mark, such as 100 for an index.
        zero: whether the axis starts at zero; by default yes, but not around a ``base``.
        values: the points whose ``value`` is printed: ``all``, ``ends``, ``none``, or ``auto``
            (all, unless there are more than twelve).
        height: of the plot, inches.

    Raises:
        ChartError: the table cannot be drawn.
    """
    check(table, (x, series, "label", "value"), ("low", "high"))
    if values not in ("auto", "all", "ends", "none"):
        raise ChartError(f"values {values!r} of a chart is not auto, all, ends or none")
    with style():
        drawn = read_series(table, x, series)
        if values == "auto":
            values = "all" if sum(len(s.seen) for s in drawn) <= 12 else "ends"
        sheet = Sheet(**texts)
        span = y_span(table, base, base is None if zero is None else zero)
        _explain(sheet, drawn, span)
        names = [sheet.wrap(s.label, 1.5, _NAME) if len(drawn) > 1 else "" for s in drawn]
        right = max((sheet.width(n, _NAME) + 0.26 for n in names if n), default=0.34)
        below = 0.42 if any("-" in p.period for s in drawn for p in s.points) else 0.26
        bottom = sheet.lay_out(height, above=0.24, below=below)
        axes = sheet.axes(EDGE, bottom, 1, height)
        axes.set_ylim(*span)
        number_axis(axes.yaxis, sheet.language)
        left = tick_room(sheet, axes)
        fit_axes(sheet, axes, left, bottom, WIDTH_INCHES - EDGE - right - left, height)
        _dates(sheet, axes, [p for s in drawn for p in s.points])
        _furnish(axes, base)
        unit_above(sheet, ylabel, bottom + height)
        for one in drawn:
            _draw(axes, one, POINT * (span[1] - span[0]), height)
        taken = _label_ends(sheet, axes, drawn, names)
        if values != "none":
            placer = _placer(sheet, axes, drawn, right - 0.05, base)
            placer.keep_clear(taken)
            _label_points(sheet, axes, drawn, placer, every=values == "all")
        return sheet.figure


def small_multiples(
    table: pd.DataFrame,
    *,
    panel: str = "area",
    panel_label: str = "panel_label",
    x: str = "period",
    ylabel: str,
    base: float | None = None,
    zero: bool | None = None,
    columns: int = 3,
    highlight: Sequence[str] = (),
    **texts: Unpack[Texts],
) -> Chart:
    """One small line chart a panel, all on the same axes, one series each.

    Args:
        table: columns ``panel`` (ids), ``panel_label`` (their names), ``x`` (periods), ``low``,
            ``high`` and ``value`` (the last one of each panel is printed).
        columns: panels in a row.
        highlight: ids of panels drawn in the second hue.

    Raises:
        ChartError: the table cannot be drawn.
    """
    check(table, (panel, panel_label, x, "value"), ("low", "high"))
    with style():
        plain, marked = looks(["plain", "marked"]).values()
        drawn = read_series(table.assign(label=table[panel_label]), x, panel, fixed=plain)
        for one in drawn:
            one.look = marked if one.name in highlight else plain
        sheet = Sheet(**texts)
        span = y_span(table, base, base is None if zero is None else zero, head=0.22)
        _explain(sheet, drawn, span)
        rows, tall, gap = ceil(len(drawn) / columns), 1.05, 0.42
        # The ends of the time axis are written under the lowest panel of every column.
        below = 0.42 if any("-" in p.period for s in drawn for p in s.points) else 0.26
        bottom = sheet.lay_out(rows * tall + (rows - 1) * gap, above=0.46, below=below)
        left, wide = EDGE, 0.0
        for position, one in enumerate(drawn):
            row, column = divmod(position, columns)
            low = bottom + (rows - 1 - row) * (tall + gap)
            axes = sheet.axes(left, low, 1, tall)
            axes.set_ylim(*span)
            number_axis(axes.yaxis, sheet.language, most=4)
            if not wide:
                left = tick_room(sheet, axes)
                wide = (WIDTH_INCHES - EDGE - left - 0.34 * (columns - 1)) / columns
            fit_axes(sheet, axes, left + column * (wide + 0.34), low, wide, tall)
            lowest = position + columns >= len(drawn)
            _dates(sheet, axes, [p for s in drawn for p in s.points], few=True, shown=lowest)
            _furnish(axes, base)
            if column:
                axes.tick_params(labelleft=False)
            _draw(axes, one, 2 * POINT * (span[1] - span[0]), tall)
            placer = _placer(sheet, axes, [one], EDGE, base)
            _label_points(sheet, axes, [one], placer, every=False, last_only=True)
            name = sheet.wrap(one.label, wide, 8.8).split("\n")[0]
            bolden(axes.text(0, 1.06, name, transform=axes.transAxes, size=8.8, va="bottom"))
        unit_above(sheet, ylabel, bottom + rows * tall + (rows - 1) * gap + 0.22)
        return sheet.figure


# -- inside -------------------------------------------------------------------------------------


def _explain(sheet: Sheet, drawn: Sequence[Series], span: tuple[float, float]) -> None:
    close = POINT * (span[1] - span[0])
    points = [p for s in drawn for p in s.seen]
    names = ["possible"] if any(p.known and not p.narrow(close) for p in points) else []
    names += ["open"] if any(not p.known for p in points) else []
    apart = {s.look[0] for s in drawn for p in s.seen if not p.narrow(close)}
    sheet.key(*names, colour=apart.pop() if len(apart) == 1 else FAINT)


def _dates(
    sheet: Sheet, axes: Axes, points: Sequence[Point], *, few: bool = False, shown: bool = True
) -> None:
    periods = dict(sorted((p.at, p.period) for p in points))
    first, last = min(periods), max(periods)
    pad = 0.03 * ((last - first) or 1.0)
    axes.set_xlim(first - pad, last + pad)
    wide = axes.get_position().width * sheet.figure.get_figwidth()
    scale = wide / (last - first + 2 * pad)
    kept: list[float] = [last]
    for at in sorted(periods, reverse=True)[1:]:
        sizes = [sheet.width(period_name(periods[k], sheet.language), 8.5) for k in (at, kept[-1])]
        if (kept[-1] - at) * scale > sum(sizes) / 2 + 0.12:
            kept.append(at)
    if kept[-1] != first and len(kept) > 1:
        kept[-1] = first
    if few:
        kept = [last, first] if first != last else [last]
    names = [period_name(periods[at], sheet.language) if shown else "" for at in kept]
    axes.set_xticks(kept, names)
    if few and len(kept) > 1:
        end, start = axes.get_xticklabels()
        end.set_horizontalalignment("right")
        start.set_horizontalalignment("left")


def _furnish(axes: Axes, base: float | None) -> None:
    axes.grid(axis="y")
    low, high = axes.get_ylim()
    bottom = axes.spines["bottom"]
    if low < 0 < high:
        bottom.set_visible(False)
        axes.axhline(0, color=FAINT, linewidth=0.8, zorder=1)
    elif low != 0:
        bottom.set_color(GRID)
    if base is not None:
        axes.axhline(base, color=INK, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1.5)


def _draw(axes: Axes, one: Series, close: float, tall: float) -> None:
    colour, dash, marker = one.look
    for before, after in zip(one.points, one.points[1:], strict=False):
        if not (before.known and after.known):
            continue
        at = [before.at, after.at]
        if before.narrow(close) and after.narrow(close):
            axes.plot(
                at, [before.middle, after.middle], color=colour, linewidth=2.2, linestyle=dash,
                solid_capstyle="round", zorder=3,
            )  # fmt: skip
            continue
        edges = ([before.low, after.low], [before.high, after.high])
        axes.fill_between(
            at, *edges, facecolor=tint(colour, 0.12), edgecolor="none", zorder=2, linewidth=0
        )
        axes.fill_between(
            at, *edges, facecolor="none", edgecolor=tint(colour, 0.6), hatch=HATCH, linewidth=0,
            zorder=2.1,
        )  # fmt: skip
        for ends in edges:
            axes.plot(at, ends, color=colour, linewidth=1.1, linestyle=dash, zorder=2.5)
    for point in one.seen:
        if point.narrow(close):
            axes.plot(
                point.at, point.middle, marker=marker, color=colour, markersize=6.5,
                markeredgecolor=PAPER, markeredgewidth=0.9, zorder=4, clip_on=False,
            )  # fmt: skip
        elif point.known:
            axes.errorbar(
                point.at, point.middle, yerr=(point.high - point.low) / 2, fmt="none",
                ecolor=colour, elinewidth=1.6, capsize=4, capthick=1.6, zorder=4,
            )  # fmt: skip
        else:
            upward = isnan(point.high)
            start = point.some
            low, high = axes.get_ylim()
            step = _ARROW * (high - low) / tall * (1 if upward else -1)
            arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6, "shrinkA": 0}
            axes.annotate(
                "", (point.at, start + step), (point.at, start), arrowprops=arrow, zorder=4
            )
            axes.plot(point.at, start, marker="_", color=colour, markersize=9, markeredgewidth=1.6)


def _label_ends(
    sheet: Sheet, axes: Axes, drawn: Sequence[Series], names: Sequence[str]
) -> list[Box]:
    """Names of the series right of the plot, apart from each other, led to where they end.

    Returns the boxes they fill, inches.
    """
    if not any(names):
        return []
    box = axes.get_position()
    wide, tall = sheet.figure.get_size_inches()
    to_page = axes.transData + sheet.figure.transFigure.inverted()
    ends = [to_page.transform((s.seen[-1].at, s.seen[-1].some)) for s in drawn]
    heights = [(n.count("\n") + 1) * _NAME * 1.36 / 72 / tall for n in names]
    places = spread([float(end[1]) for end in ends], heights, box.y0, box.y1 + 0.15 / tall)
    taken = []
    for one, name, end, place, high in zip(drawn, names, ends, places, heights, strict=True):
        colour = readable(one.look[0])
        left = box.x1 + 0.17 / wide
        bolden(
            sheet.figure.text(
                left, place, name, size=_NAME, color=colour, va="center_baseline",
                linespacing=1.15,
            )
        )  # fmt: skip
        near = left - 0.04 / wide
        if abs(place - end[1]) > 0.05 / tall or box.x1 - end[0] > 0.25 / wide:
            (x, y) = (end[0] + 0.07 / wide, end[1])
            lead = Line2D([x, near], [y, place], color=one.look[0], linewidth=0.8)
            lead.set_linestyle((0, (1, 1.5)))
            sheet.figure.add_artist(lead)
        start, middle = left * wide, place * tall
        taken.append(
            (start - 0.05, middle - high * tall / 2, start + sheet.width(name, _NAME),
             middle + high * tall / 2)
        )  # fmt: skip
    return taken


def _inches(sheet: Sheet, axes: Axes, at: float, level: float) -> tuple[float, float]:
    wide, tall = sheet.figure.get_size_inches()
    x, y = (axes.transData + sheet.figure.transFigure.inverted()).transform((at, level))
    return float(x * wide), float(y * tall)


def _placer(
    sheet: Sheet, axes: Axes, drawn: Sequence[Series], right: float, base: float | None
) -> Placer:
    """Where values may stand: off the marks, off the ticks, and rather not on a line."""
    wide, tall = sheet.figure.get_size_inches()
    box = axes.get_position()
    frame = (box.x0 * wide, box.y0 * tall + 0.02, box.x1 * wide + right, box.y1 * tall + 0.2)
    lines = []
    for one in drawn:
        for before, after in zip(one.points, one.points[1:], strict=False):
            if before.known and after.known:
                for end in ("low", "high"):
                    first, last = (
                        _inches(sheet, axes, p.at, getattr(p, end)) for p in (before, after)
                    )
                    lines.append((first, last))
    if base is not None:
        ends = (_inches(sheet, axes, at, base) for at in axes.get_xlim())
        lines.append((next(ends), next(ends)))
    placer = Placer(frame, lines)
    for one in drawn:
        for point in one.seen:
            low, high = (
                _inches(sheet, axes, point.at, point.some if isnan(end) else end)
                for end in (point.low, point.high)
            )
            up = _ARROW if isnan(point.high) else 0.055
            down = _ARROW if isnan(point.low) else 0.055
            placer.keep_clear([(low[0] - 0.05, low[1] - down, high[0] + 0.05, high[1] + up)])
    return placer


def _label_points(
    sheet: Sheet,
    axes: Axes,
    drawn: Sequence[Series],
    placer: Placer,
    *,
    every: bool,
    last_only: bool = False,
) -> None:
    """Values at the points, above or below, where they are free of each other and of the lines.

    A value for which there is no room is left out; the ends of the series come first. A value
    that stands at the same place already is not written twice.
    """
    wide, tall = sheet.figure.get_size_inches()
    pairs = [(one, p) for one in drawn for p in one.seen]
    wanted = [(one, one.seen[-1]) for one in drawn]
    if not last_only:
        wanted += [(one, one.seen[0]) for one in drawn if len(one.seen) > 1]
        wanted += [pair for pair in pairs if pair not in wanted] if every else []
    written: set[tuple[float, float, str]] = set()
    for one, point in wanted:
        text = sheet.set(point.value)
        if not text or (point.at, point.some, text) in written:
            continue
        boxes = _around(sheet, axes, point, text)
        chosen = placer.place(boxes)
        if chosen is not None:
            written.add((point.at, point.some, text))
            left, low, _, high = boxes[chosen]
            halo(
                sheet.figure.text(
                    left / wide, (low + high) / 2 / tall, text, size=_VALUE,
                    color=readable(one.look[0]), va="center_baseline", zorder=6,
                )
            )  # fmt: skip


def _around(sheet: Sheet, axes: Axes, point: Point, text: str) -> list[Box]:
    """Places for a value, best first: above, below, and moved to either side of these."""
    half = (sheet.width(text, _VALUE) / 2, _VALUE * 0.575 / 72)
    boxes = []
    for upward, end in ((True, point.high), (False, point.low)):
        x, y = _inches(sheet, axes, point.at, point.some if isnan(end) else end)
        away = 0.1 + (_ARROW if isnan(end) else 0.0) + half[1]
        y += away if upward else -away
        for shift in (0.0, half[0] - 0.06, 0.06 - half[0]):
            boxes.append((x + shift - half[0], y - half[1], x + shift + half[0], y + half[1]))
    return boxes
