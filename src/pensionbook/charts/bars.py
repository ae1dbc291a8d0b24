"""Bars with bounds: single, in pairs, stepwise to a total, and as parts of a hundred."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import isnan
from typing import Any, Unpack

import pandas as pd
from matplotlib.axes import Axes

from pensionbook.charts.labels import Texts
from pensionbook.charts.rows import (
    CLOSE,
    STUB,
    Note,
    close_rows,
    hatched,
    interval_bar,
    open_rows,
    solid,
    stack_rows,
)
from pensionbook.charts.sheet import Chart, Sheet, check, word
from pensionbook.charts.style import BLUE, FAINT, INK, VERMILION, fills, is_chinese, style, tint
from pensionbook.errors import ChartError

_MUTED = "#8a8f94"


def bounded_bars(
    table: pd.DataFrame,
    *,
    xlabel: str,
    hue: str = "sign",
    highlight: Collection[str] = (),
    totals: Collection[str] = (),
    room: float = 2.1,
    **texts: Unpack[Texts],
) -> Chart:
    """Horizontal bars from zero: solid as far as is certain, hatched as far as is possible.

    An interval that crosses zero is hatched throughout; an open end is an arrow.

    Args:
        table: columns ``label`` (names of the rows), ``low``, ``high`` (in the unit of the axis)
            and ``value`` (texts beside the bars), drawn from the top in their order; with a
            column ``section``, headings stand where it changes.
        xlabel: unit of the axis.
        hue: ``sign`` (rises blue, falls vermilion) or ``group`` (by the column ``group``).
        highlight: labels of the rows that keep their colour, the others turning grey.
        totals: labels of rows that sum the others up: black, bold and under a rule.
        room: width in inches that a name may take before it wraps.

    Raises:
        ChartError: the table cannot be drawn.
    """
    check(table, ("label", "value", *(("group",) if hue == "group" else ())), ("low", "high"))
    if hue not in ("sign", "group"):
        raise ChartError(f"hue {hue!r} of a chart is neither sign nor group")
    _named(table, highlight, "highlight")
    _named(table, totals, "totals")
    with style():
        labels = [str(label) for label in table["label"]]
        ends = _ends(table)
        colours = _bar_colours(table, ends, hue)
        span = _span(ends)
        sums = [label in totals for label in labels]
        sheet = Sheet(**texts)
        sections = [str(s) for s in table["section"]] if "section" in table.columns else []
        tall = 0.34 if room <= 2.1 else 0.28
        rows = stack_rows(sheet, labels, tall=tall, sections=sections, totals=sums, room=room)
        explain(sheet, ends, span)
        bold = [s or label in highlight for s, label in zip(sums, labels, strict=True)]
        axes = open_rows(sheet, rows, bold=bold)
        drawn: list[float] = []
        notes: list[Note] = []
        for i, (low, high) in enumerate(ends):
            colour = INK if sums[i] else colours[i]
            if highlight and labels[i] not in highlight and not sums[i]:
                colour = _MUTED
            reach = interval_bar(axes, low, high, rows.middles[i], 0.22, colour, span=span)
            drawn += reach
            notes.append(
                _beside(table["value"].iloc[i], reach, (low, high), rows.middles[i], sheet)
            )
        close_rows(sheet, axes, drawn, notes, xlabel)
        return sheet.figure


def before_after(
    table: pd.DataFrame,
    *,
    before: str,
    after: str,
    xlabel: str,
    totals: Collection[str] = (),
    **texts: Unpack[Texts],
) -> Chart:
    """Two dates as a pair of bars for each row, the earlier one paler; both with their bounds.

    Args:
        table: columns ``group, label, first_low, first_high, last_low, last_high`` and the texts
            ``first`` and ``last``; drawn from the top in their order.
        before: name of the earlier date.
        after: name of the later date.
        xlabel: unit of the axis.
        totals: labels of rows that sum the others up; a row of the group ``all`` is one anyway.

    Raises:
        ChartError: the table cannot be drawn.
    """
    pairs = (("first_low", "first_high"), ("last_low", "last_high"))
    check(table, ("group", "label", "first", "last"), *pairs)
    _named(table, totals, "totals")
    with style():
        labels = [str(label) for label in table["label"]]
        groups = [str(group) for group in table["group"]]
        hues = fills(groups)
        ends = [[(float(r[a]), float(r[b])) for a, b in pairs] for _, r in table.iterrows()]
        span = _span([pair for row in ends for pair in row])
        sums = [
            label in totals or group == "all" for label, group in zip(labels, groups, strict=True)
        ]
        sheet = Sheet(**texts)
        rows = stack_rows(sheet, labels, tall=0.54, totals=sums)
        explain(sheet, [pair for row in ends for pair in row], span)
        axes = open_rows(sheet, rows, bold=sums)
        drawn: list[float] = []
        notes: list[Note] = []
        for i, (_, record) in enumerate(table.iterrows()):
            for k, (date, column) in enumerate(((before, "first"), (after, "last"))):
                colour = tint(hues[groups[i]], 1.0 if k else 0.45)
                row = rows.middles[i] + (0.105 if k else -0.105)
                reach = interval_bar(axes, *ends[i][k], row, 0.17, colour, span=span)
                drawn += reach
                text = str(record[column])
                if i == 0:
                    text += f"（{date}）" if is_chinese(sheet.language) else f"  ({date})"
                notes.append(_beside(text, reach, ends[i][k], row, sheet, faint=not k))
        close_rows(sheet, axes, drawn, notes, xlabel)
        return sheet.figure


def stacked_parts(
    table: pd.DataFrame,
    *,
    xlabel: str,
    hue: str = "group",
    totals: Collection[str] = (),
    from_zero: bool = False,
    **texts: Unpack[Texts],
) -> Chart:
    """Parts that add up, each bar starting where the one above may end, the total last from zero.

    What a bar covers for certain, whatever its start and its end within their bounds, is solid;
    what it may cover is hatched. Parts may be negative, so this is a waterfall as well.

    Args:
        table: as for :func:`bounded_bars`, with ``group`` when ``hue`` is ``group``; every part
            bounded on both sides.
        hue: ``group`` or ``sign``.
        totals: labels of the rows that are sums of all rows above, drawn from zero.
        from_zero: start every part at zero: for parts that overlap and so do not add up.

    Raises:
        ChartError: the table cannot be drawn, or a part that others stand on lacks a bound.
    """
    if from_zero:
        return bounded_bars(
            table, xlabel=xlabel, hue=hue, totals=totals, **texts,
        )  # fmt: skip
    check(table, ("label", "value", *(("group",) if hue == "group" else ())), ("low", "high"))
    _named(table, totals, "totals")
    labels = [str(label) for label in table["label"]]
    sums = [label in totals for label in labels]
    ends = _ends(table)
    for label, total, pair in zip(labels, sums, ends, strict=True):
        if not total and any(map(isnan, pair)):
            raise ChartError(
                f"part {label!r} of a chart is not bounded on both sides, so that nothing can be "
                "stacked on it; draw the parts with from_zero=True"
            )
    with style():
        colours = _bar_colours(table, ends, hue)
        starts = _starts(ends, sums)
        edges = [
            (min(s[0], s[0] + e[0]), max(s[1], s[1] + e[1]))
            for s, e, total in zip(starts, ends, sums, strict=True) if not total
        ]  # fmt: skip
        span = _span([*edges, *(e for e, total in zip(ends, sums, strict=True) if total)])
        sheet = Sheet(**texts)
        sections = [str(s) for s in table["section"]] if "section" in table.columns else []
        rows = stack_rows(sheet, labels, sections=sections, totals=sums)
        explain(sheet, ends, span)
        axes = open_rows(sheet, rows, bold=sums)
        drawn: list[float] = []
        notes: list[Note] = []
        for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
            row, colour = rows.middles[i], INK if sums[i] else colours[i]
            if sums[i]:
                reach = interval_bar(axes, *end, row, 0.22, colour, span=span)
            else:
                reach = _step(axes, start, end, row, colour, span)
                if i + 1 < len(ends):
                    for edge in {start[0] + end[0], start[1] + end[1]}:
                        axes.plot(
                            [edge, edge], [row, rows.middles[i + 1]], color=FAINT, linewidth=0.7,
                            linestyle=(0, (1, 1.5)), zorder=1.5,
                        )  # fmt: skip
            drawn += reach
            notes.append(_beside(table["value"].iloc[i], reach, end, row, sheet))
        close_rows(sheet, axes, drawn, notes, xlabel)
        return sheet.figure


def waterfall(table: pd.DataFrame, *, hue: str = "sign", **options: Any) -> Chart:
    """A change as the sum of effects: :func:`stacked_parts` coloured by sign."""
    return stacked_parts(table, hue=hue, **options)


# -- inside -------------------------------------------------------------------------------------


def _ends(table: pd.DataFrame) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in zip(table["low"], table["high"], strict=True)]


def explain(sheet: Sheet, ends: Sequence[tuple[float, float]], span: float) -> None:
    """Put the key above the plot that the drawn bounds need, and no other."""
    names = []
    if any(high - low > CLOSE * span for low, high in ends):
        names += ["certain", "possible"]
    if any(isnan(low) != isnan(high) for low, high in ends):
        names += ["certain", "possible", "open"]
    sheet.key(*names)


def _starts(ends: Sequence[tuple[float, float]], sums: Sequence[bool]) -> list[tuple[float, float]]:
    starts, low, high = [], 0.0, 0.0
    for end, total in zip(ends, sums, strict=True):
        starts.append((0.0, 0.0) if total else (low, high))
        if not total:
            low, high = low + end[0], high + end[1]
    return starts


def _step(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], row: float, colour: str,
    span: float,
) -> tuple[float, float]:  # fmt: skip
    """A bar from an uncertain start to an uncertain end."""
    to = (start[0] + end[0], start[1] + end[1])
    outer = (min(start[0], to[0]), max(start[1], to[1]))
    # A rise surely covers what lies between its latest start and its earliest end.
    inner = (start[1], to[0]) if end[0] >= 0 else (to[1], start[0]) if end[1] <= 0 else None
    if inner is None or inner[0] >= inner[1]:
        hatched(axes, *outer, row, 0.22, colour)
        return outer
    for edge, near in ((outer[0], inner[0]), (outer[1], inner[1])):
        if abs(edge - near) > CLOSE * span:
            hatched(axes, near, edge, row, 0.22, colour)
    solid(axes, *inner, row, 0.22, colour)
    return outer


def _bar_colours(table: pd.DataFrame, ends: Sequence[tuple[float, float]], hue: str) -> list[str]:
    if hue == "group":
        groups = [str(group) for group in table["group"]]
        hues = fills(groups)
        return [hues[group] for group in groups]
    # NaN compares false, so an open end decides nothing.
    return [BLUE if low >= 0 else VERMILION if high <= 0 else FAINT if low < 0 else BLUE
            for low, high in ends]  # fmt: skip


def _beside(
    value: object,
    reach: tuple[float, float],
    ends: tuple[float, float],
    row: float,
    sheet: Sheet,
    *,
    faint: bool = False,
) -> Note:
    """The text at the far end of a bar: left of one that lies below zero, else right of it."""
    unknown = isnan(ends[0]) and isnan(ends[1])
    text = str(value) if str(value) else word("unknown", sheet.language) if unknown else ""
    falls = reach[1] <= 0 and reach[0] < 0
    colour = FAINT if unknown or faint else INK
    return Note(reach[0] if falls else reach[1], row, text, not falls, colour)


def _span(ends: Sequence[tuple[float, float]]) -> float:
    known = [end for pair in ends for end in pair if not isnan(end)] + [0.0]
    return (max(known) - min(known)) / (1 - STUB) or 1.0


def _named(table: pd.DataFrame, labels: Collection[str], option: str) -> None:
    unknown = [label for label in labels if label not in set(map(str, table["label"]))]
    if unknown:
        raise ChartError(f"{option} of a chart names no row of it: {', '.join(unknown)}")
