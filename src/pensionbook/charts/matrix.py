"""Rows against columns with a number in each cell, and what has no answer made plain."""

from __future__ import annotations

from typing import Unpack

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, Rectangle

from pensionbook.charts.labels import Texts
from pensionbook.charts.sheet import EDGE, Chart, Sheet, check
from pensionbook.charts.style import (
    BLUE,
    FAINT,
    GRID,
    HATCH,
    INK,
    PAPER,
    VERMILION,
    WIDTH_INCHES,
    bolden,
    readable,
    style,
    tint,
)
from pensionbook.language.messages import mark, translate

_SIZE, _HEAD = 7.6, 7.8
_LINE, _PAD, _GAP = 0.114, 0.02, 0.05
_SECTION_ROOM, _NAME_ROOM, _COLUMN = 0.95, 3.45, 0.5
_WORDS = {
    "lone": mark("no measure"),
    "apart": mark("answers no barrier"),
    "cell": mark("number of measures"),
}


def matrix(
    table: pd.DataFrame,
    **texts: Unpack[Texts],
) -> Chart:
    """Rows by section against columns: a disc with the number of answers in each cell.

    A row without any answer is hatched and says so; a row without section stands last, under a
    rule, for the answers that belong to no row, and has square marks.

    Args:
        table: a row for each row and column: ``row`` (id), ``label``, ``section``, ``column``
            (name) and ``number`` (of answers, zero where none).

    Raises:
        ChartError: the table cannot be drawn.
    """
    check(table, ("row", "label", "section", "column", "number"))
    with style():
        sheet = Sheet(**texts)
        grid = _Grid(sheet, table)
        bottom = sheet.lay_out(grid.height, above=grid.head + 0.24, below=0.02)
        axes = sheet.axes(EDGE, bottom, grid.wide, grid.height)
        axes.set_xlim(0, grid.wide)
        axes.set_ylim(grid.height, 0)
        axes.set(xticks=[], yticks=[])
        axes.axis("off")
        grid.draw(axes)
        _explain(sheet, axes, -grid.head - 0.17)
        return sheet.figure


class _Grid:
    """Places of rows and columns, inches from the left and from the top of the plot."""

    def __init__(self, sheet: Sheet, table: pd.DataFrame) -> None:
        self.sheet, self.wide = sheet, WIDTH_INCHES - 2 * EDGE
        self.columns = [str(name) for name in dict.fromkeys(table["column"])]
        self.numbers = {
            (str(row), str(column)): int(number)
            for row, column, number in zip(
                table["row"], table["column"], table["number"], strict=True
            )
        }
        rows = table.drop_duplicates("row")
        self.ids = [str(name) for name in rows["row"]]
        sections = [str(name) for name in rows["section"]]
        cell = max(0.22, min(_COLUMN, 3.0 / len(self.columns)))
        self.left = self.wide - cell * len(self.columns)
        self.cell = cell
        self.names_at = _SECTION_ROOM + 0.1 if any(sections) else 0.0
        room = min(_NAME_ROOM, self.left - self.names_at - 0.08)
        self.names = [sheet.wrap(name, room, _SIZE) for name in rows["label"]]
        self._place(sections)
        heads = [sheet.wrap(name, cell - 0.04, _HEAD, even=True) for name in self.columns]
        self.upright = all(sheet.width(head, _HEAD) <= cell for head in heads)
        self.heads = heads if self.upright else [sheet.wrap(c, 1.2, _HEAD) for c in self.columns]
        lines = max(head.count("\n") + 1 for head in self.heads)
        tall = lines * 0.13 if self.upright else max(sheet.width(h, _HEAD) for h in self.heads)
        self.head = tall + 0.1

    def _place(self, sections: list[str]) -> None:
        """Stack the rows; a section is at least as tall as its own name."""
        self.spans: list[tuple[str, float, float]] = []
        self.rows: list[tuple[float, float]] = []
        at = 0.03
        for i, section in enumerate(sections):
            first = i == 0 or section != sections[i - 1]
            if first and i:
                at = max(at, self._bottom()) + _GAP
            if first:
                self.spans.append(
                    (self.sheet.wrap(section, _SECTION_ROOM, _HEAD, even=True), at, at)
                )
            tall = (self.names[i].count("\n") + 1) * _LINE + _PAD
            self.rows.append((at, at + tall))
            at += tall
            name, top, _ = self.spans[-1]
            self.spans[-1] = (name, top, at)
        self.height = max(at, self._bottom()) + 0.04

    def _bottom(self) -> float:
        name, top, _ = self.spans[-1]
        return top + (name.count("\n") + 1) * 0.14

    def draw(self, axes: Axes) -> None:
        middles = [self.left + self.cell * (j + 0.5) for j in range(len(self.columns))]
        for head, at in zip(self.heads, middles, strict=True):
            turn = 0 if self.upright else 90
            axes.text(
                at, -0.07, head, size=_HEAD, rotation=turn, ha="center", va="bottom",
                color=INK, linespacing=1.05,
            )  # fmt: skip
        for k, (section, top, _) in enumerate(self.spans):
            if k:
                ink = INK if not section else FAINT
                axes.plot([0, self.wide], [top - _GAP / 2] * 2, color=ink, linewidth=0.7)
            bolden(
                axes.text(0, top + _PAD / 2, section, size=_HEAD, va="top", color=FAINT,
                          linespacing=1.08)
            )  # fmt: skip
        for i, (top, end) in enumerate(self.rows):
            self._draw_row(axes, i, top, end, middles)

    def _draw_row(self, axes: Axes, i: int, top: float, end: float, middles: list[float]) -> None:
        middle = (top + end) / 2
        numbers = [self.numbers.get((self.ids[i], column), 0) for column in self.columns]
        apart = not self.ids[i]
        lone = not any(numbers) and not apart
        name = axes.text(
            self.names_at, middle, self.names[i], size=_SIZE, va="center_baseline", color=INK,
            linespacing=1.1,
        )  # fmt: skip
        if lone or apart:
            bolden(name)
        if lone:
            axes.add_patch(
                Rectangle(
                    (self.left, top + 0.012), self.wide - self.left, end - top - 0.024,
                    facecolor=tint(VERMILION, 0.08), edgecolor=VERMILION, hatch=HATCH,
                    linewidth=0.8,
                )
            )  # fmt: skip
            axes.text(
                (self.left + self.wide) / 2, middle, self.sheet.set(_word("lone", self.sheet)),
                size=_SIZE, ha="center", va="center_baseline", color=readable(VERMILION),
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
            return
        axes.plot([self.left, self.wide], [middle] * 2, color=GRID, linewidth=0.7, zorder=0.5)
        for at, number in zip(middles, numbers, strict=True):
            if number:
                _mark(axes, at, middle, number, apart=apart)


def _mark(axes: Axes, at: float, middle: float, number: int, *, apart: bool) -> None:
    """A number in a disc, or in a hollow square for answers that belong to no row."""
    axes.add_patch(_shape(at, middle, 0.02 * (len(str(number)) - 1), apart=apart))
    axes.text(
        at, middle, str(number), size=7.5, ha="center", va="center_baseline",
        color=INK if apart else PAPER, zorder=3,
    )  # fmt: skip


def _shape(at: float, middle: float, wider: float, *, apart: bool) -> Rectangle | Ellipse:
    if apart:
        corner = (at - 0.075 - wider, middle - 0.06)
        square = Rectangle(corner, 0.15 + 2 * wider, 0.12, facecolor=PAPER, edgecolor=VERMILION)
        square.set(linewidth=1.4, zorder=2, clip_on=False)
        return square
    disc = Ellipse((at, middle), 0.132 + 2 * wider, 0.132, facecolor=BLUE, edgecolor=BLUE)
    disc.set(linewidth=0, zorder=2, clip_on=False)
    return disc


def _word(name: str, sheet: Sheet) -> str:
    return translate(_WORDS[name], sheet.language)


def _explain(sheet: Sheet, axes: Axes, row: float) -> None:
    """The key above the columns: what a disc, a hatched row and a square mean."""
    at = 0.0
    for name in ("cell", "lone", "apart"):
        text = sheet.set(_word(name, sheet))
        if name == "lone":
            axes.add_patch(
                Rectangle(
                    (at, row - 0.055), 0.26, 0.11, facecolor=tint(VERMILION, 0.08),
                    edgecolor=VERMILION, hatch=HATCH, linewidth=0.8, clip_on=False,
                )
            )  # fmt: skip
        else:
            axes.add_patch(_shape(at + 0.13, row, 0.0, apart=name == "apart"))
        axes.text(at + 0.33, row, text, size=8.0, va="center_baseline", color=FAINT)
        at += 0.33 + sheet.width(text, 8.0) + 0.25
