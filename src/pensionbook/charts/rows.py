"""Rows of horizontal marks: the frame that all bar charts share, and the drawing of bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from pensionbook.charts.sheet import EDGE, Sheet, number_axis
from pensionbook.charts.style import FAINT, HATCH, INK, WIDTH_INCHES, bolden, halo, tint

NAME, VALUE, SECTION = 9.0, 8.4, 9.2
_GAP = 0.06
# Length of the arrow that stands for an open end, as a part of the span of the known ends.
STUB = 0.1
# Bounds closer than this part of the span are drawn as one end.
CLOSE = 0.008


@dataclass(frozen=True, slots=True)
class Note:
    """A text beside a mark: it starts at ``at`` (data units) and runs away to one side."""

    at: float
    row: float
    text: str
    rightward: bool
    colour: str = INK
    size: float = VALUE


@dataclass(frozen=True, slots=True)
class Rows:
    """Places of rows down a chart, inches from its top."""

    middles: list[float]
    names: list[str]
    headings: list[tuple[float, str]]
    rules: list[float]
    height: float


def stack_rows(
    sheet: Sheet,
    names: Sequence[object],
    *,
    tall: float = 0.34,
    sections: Sequence[str] = (),
    totals: Sequence[bool] = (),
    room: float = 2.1,
) -> Rows:
    """Stack rows from the top, with a heading where the section changes and a rule above totals."""
    wrapped = [sheet.wrap(name, room, NAME) for name in names]
    row = max(tall, 0.12 + 0.165 * max(name.count("\n") + 1 for name in wrapped))
    at, middles, headings, rules = 0.04, [], [], []
    for i in range(len(wrapped)):
        if sections and sections[i] and (i == 0 or sections[i] != sections[i - 1]):
            at += 0.1 if i else 0.0
            headings.append((at + 0.12, sheet.set(sections[i])))
            at += 0.27
        if totals and totals[i] and i and not totals[i - 1]:
            at += 0.05
            rules.append(at)
            at += 0.05
        middles.append(at + row / 2)
        at += row
    return Rows(middles, wrapped, headings, rules, at + 0.04)


def open_rows(
    sheet: Sheet, rows: Rows, *, below: float = 0.46, above: float = 0.04, bold: Sequence[bool] = ()
) -> Axes:
    """Lay the sheet out and write the names of the rows; the vertical unit is the inch."""
    bottom = sheet.lay_out(rows.height, above=above, below=below)
    left = EDGE + max(sheet.width(name, NAME) for name in rows.names) + 0.12
    axes = sheet.axes(left, bottom, WIDTH_INCHES - EDGE - left, rows.height)
    axes.set_ylim(rows.height, 0)
    axes.set_yticks([])
    page = axes.get_yaxis_transform()
    shift = 0.12 / (WIDTH_INCHES - EDGE - left)
    for i, (at, name) in enumerate(zip(rows.middles, rows.names, strict=True)):
        text = axes.text(
            -shift, at, name, transform=page, size=NAME, ha="right", va="center_baseline",
            linespacing=1.1, multialignment="right", color=INK,
        )  # fmt: skip
        if bold and bold[i]:
            bolden(text)
    whole = (left - EDGE) / (WIDTH_INCHES - EDGE - left)
    for at, heading in rows.headings:
        bolden(
            axes.text(
                -whole, at, heading, transform=page, size=SECTION, va="center_baseline", color=FAINT
            )
        )
    for at in rows.rules:
        axes.plot([-whole, 1], [at, at], transform=page, color=FAINT, linewidth=0.7, clip_on=False)
    return axes


def close_rows(
    sheet: Sheet,
    axes: Axes,
    ends: Iterable[float],
    notes: Sequence[Note],
    xlabel: str,
    *,
    ticks: bool = True,
    zero: bool = True,
) -> None:
    """Set the axis so that all marks and the texts beside them fit, then write the texts."""
    known = [end for end in ends if not isnan(end)] + ([0.0] if zero else [])
    wide = axes.get_position().width * sheet.figure.get_figwidth()
    low, high = _limits(sheet, known, notes, wide)
    axes.set_xlim(low, high)
    inch = (high - low) / wide
    for note in notes:
        halo(
            axes.text(
                note.at + _GAP * inch * (1 if note.rightward else -1), note.row,
                sheet.set(note.text), size=note.size, color=note.colour, va="center_baseline",
                ha="left" if note.rightward else "right", zorder=6,
            )
        )  # fmt: skip
    if not ticks:
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        return
    number_axis(axes.xaxis, sheet.language)
    form = axes.xaxis.get_major_formatter()
    # No tick without a bar near it: the room for texts is not part of the scale.
    step = axes.get_xticks()[1] - axes.get_xticks()[0]
    reach = (min(known) - step / 2, max(known) + step / 2)
    shown = []
    for tick in axes.get_xticks():
        half = (sheet.width(form(tick, 0), 8.5) / 2 - EDGE) * inch
        if max(reach[0], low) <= tick <= min(reach[1], high - half):
            shown.append(tick)
    axes.set_xticks(shown, [form(tick, 0) for tick in shown])
    axes.grid(axis="x")
    axes.spines["bottom"].set_visible(False)
    if zero:
        axes.axvline(0, color=INK, linewidth=0.9, zorder=3)
    if xlabel:
        place = axes.get_position()
        text = sheet.set(xlabel)
        centred = (max(shown) + min(shown)) / 2
        at = place.x0 + place.width * (centred - low) / (high - low)
        bottom = place.y0 - 0.25 / sheet.figure.get_figheight()
        sheet.figure.text(at, bottom, text, size=8.5, color=FAINT, va="top", ha="center")


def _limits(
    sheet: Sheet, known: Sequence[float], notes: Sequence[Note], wide: float
) -> tuple[float, float]:
    low, high = min(known), max(known)
    if low == high:
        low, high = low - 0.5, high + 0.5
    outer = (low, high)
    for _ in range(12):
        inch = (high - low) / wide
        for note in notes:
            room = sheet.width(sheet.set(note.text), note.size) + _GAP + 0.04
            if note.rightward:
                high = max(high, low + (note.at - low) * wide / max(wide - room, 0.4 * wide))
            else:
                low = min(low, high - (high - note.at) * wide / max(wide - room, 0.4 * wide))
        if (high - low) / wide <= inch * 1.0005:
            break
    pad = 0.08 * (high - low) / wide
    return low - (pad if outer[0] < 0 or low < outer[0] else 0), high + pad


def solid(axes: Axes, start: float, end: float, row: float, tall: float, colour: str) -> None:
    """A bar that is certain."""
    axes.add_patch(
        Rectangle(
            (min(start, end), row - tall / 2), abs(end - start), tall,
            facecolor=colour, edgecolor=colour, linewidth=0.9, zorder=2.2,
        )
    )  # fmt: skip


def hatched(
    axes: Axes, start: float, end: float, row: float, tall: float, colour: str, *, tip: float = 0.0
) -> None:
    """A bar that is possible; with a ``tip`` (data units) its end is open and drawn as a point."""
    look = {"facecolor": tint(colour, 0.1), "edgecolor": colour, "hatch": HATCH}
    up, down, neck = row - tall / 2, row + tall / 2, end - tip
    corners = [(start, up), (neck, up), (end, row), (neck, down), (start, down)]
    if not tip:
        corners = [(start, up), (end, up), (end, down), (start, down)]
    axes.add_patch(Polygon(corners, closed=True, linewidth=0.9, zorder=2.1, **look))


def interval_bar(
    axes: Axes,
    low: float,
    high: float,
    row: float,
    tall: float,
    colour: str,
    *,
    span: float,
) -> tuple[float, float]:
    """A bar from zero: solid as far as is certain, hatched to the farther bound.

    An open end is a hatched arrow. Returns the ends of what is drawn.
    """
    stub, tip = STUB * span, 0.025 * span
    if isnan(low) and isnan(high):
        return 0.0, 0.0
    if isnan(high):
        certain = max(low, 0.0)
        if certain:
            solid(axes, 0, certain, row, tall, colour)
        hatched(axes, low, max(low, 0.0) + stub, row, tall, colour, tip=tip)
        return min(low, 0.0), certain + stub
    if isnan(low):
        certain = min(high, 0.0)
        if certain:
            solid(axes, 0, certain, row, tall, colour)
        hatched(axes, high, min(high, 0.0) - stub, row, tall, colour, tip=-tip)
        return certain - stub, max(high, 0.0)
    near, far = (low, high) if low > 0 else (high, low) if high < 0 else (0.0, 0.0)
    if near:
        solid(axes, 0, near, row, tall, colour)
        if abs(far - near) > CLOSE * span:
            hatched(axes, near, far, row, tall, colour)
    elif high > low:
        hatched(axes, low, high, row, tall, colour)
    return min(low, 0.0), max(high, 0.0)
