"""A tree of causes: an effect, its branches, and on each branch the causes with their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any, Unpack

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from pensionbook.charts.labels import Texts
from pensionbook.charts.rows import CLOSE, hatched, solid
from pensionbook.charts.sheet import EDGE, Chart, Sheet, check
from pensionbook.charts.style import BLUE, FAINT, INK, WIDTH_INCHES, bolden, is_chinese, style
from pensionbook.language.messages import mark, translate

_NAME, _SMALL, _BRANCH, _EFFECT = 7.8, 7.5, 8.6, 9.6
_LINE, _BETWEEN, _BRANCH_TALL, _BRANCH_GAP = 0.12, 0.038, 0.19, 0.08
_GUTTER, _TWIG, _TEXT = 0.22, 0.14, 0.3
_BAR_ROOM, _TALL, _TIP, _BESIDE = 0.9, 0.075, 0.1, 0.07
_WORDS = {
    "none": mark("no number printed"),
    "certain": mark("certain"),
    "possible": mark("possible within the bounds"),
}


@dataclass(slots=True)
class _Leaf:
    lines: str
    affected: str
    inline: bool
    low: float
    high: float
    said: str
    tall: float


@dataclass(slots=True)
class _Branch:
    name: str
    leaves: list[_Leaf]

    @property
    def tall(self) -> float:
        return _BRANCH_TALL + sum(leaf.tall for leaf in self.leaves) + _BRANCH_GAP


def cause_map(
    table: pd.DataFrame,
    *,
    effect: str,
    **texts: Unpack[Texts],
) -> Chart:
    """A tree in two columns: the effect above, a branch for each kind of cause, causes as leaves.

    A leaf says whom it affects and, on one scale for all, how many persons: a bar solid as far as
    is certain and hatched as far as is possible. A hollow ring marks a leaf without a number.

    Args:
        table: columns ``branch`` (names), ``label``, ``affected``, ``low``, ``high`` (persons, NaN
            where unknown), ``value`` (text, empty where no number is printed) and ``counts``
            (what the number counts); rows of one branch stand together.
        effect: what the causes lead to.

    Raises:
        ChartError: the table cannot be drawn.
    """
    check(table, ("branch", "label", "affected", "low", "high", "value", "counts"))
    with style():
        sheet = Sheet(**texts)
        wide = (WIDTH_INCHES - 2 * EDGE - _GUTTER) / 2
        ends = [end for end in (*table["low"], *table["high"]) if not isnan(end)]
        most = max(ends, default=0.0) or 1.0
        branches = [
            _Branch(str(name), [_leaf(sheet, row, wide - _TEXT, most) for row in part.itertuples()])
            for name, part in table.groupby("branch", sort=False)
        ]
        columns = _columns(branches)
        tops = sheet.wrap(effect, 2 * wide - 0.4, _EFFECT)
        box = 0.12 + 0.17 * (tops.count("\n") + 1)
        tall = max(sum(branch.tall for branch in column) for column in columns)
        height = 0.3 + box + 0.16 + tall
        bottom = sheet.lay_out(height)
        whole = WIDTH_INCHES - 2 * EDGE
        axes = sheet.axes(EDGE, bottom, whole, height)
        axes.set_xlim(0, whole)
        axes.set_ylim(height, 0)
        axes.set(xticks=[], yticks=[])
        axes.axis("off")
        _explain(sheet, axes, 0.1, most if ends else 0.0, bool(table["value"].eq("").any()))
        top = 0.3
        axes.add_patch(
            FancyBboxPatch(
                (0.03, top + 0.03), whole - 0.06, box - 0.06, boxstyle="square,pad=0.03",
                facecolor="#ececec", edgecolor=INK, linewidth=1.0,
            )
        )  # fmt: skip
        bolden(
            axes.text(whole / 2, top + box / 2, tops, size=_EFFECT, ha="center", va="center",
                      color=INK)
        )  # fmt: skip
        for k, column in enumerate(columns):
            _draw_column(sheet, axes, column, k * (wide + _GUTTER), top + box, wide, most)
        return sheet.figure


def _leaf(sheet: Sheet, row: Any, room: float, most: float) -> _Leaf:
    """A leaf with its texts broken into lines; ``room`` is its width in inches."""
    name = sheet.wrap(row.label, room, _NAME)
    affected = sheet.set(row.affected)
    last = sheet.width(name.split("\n")[-1], _NAME)
    inline = last + 0.12 + sheet.width(affected, _SMALL) <= room
    lines = name.count("\n") + 1 + (not inline)
    low, high, said = float(row.low), float(row.high), ""
    if row.value:
        comma = "，" if is_chinese(sheet.language) else " "
        beside = _length(low, high, most) + _BESIDE
        said = sheet.wrap(f"{row.value}{comma}{row.counts}", room - beside, _SMALL)
        lines += said.count("\n") + 1
    return _Leaf(name, affected, inline, low, high, said, lines * _LINE + _BETWEEN)


def _length(low: float, high: float, most: float) -> float:
    """Inches that a bar takes up, the point of an open end included."""
    start = 0.0 if isnan(low) else low
    return (start if isnan(high) else high) * _BAR_ROOM / most + (_TIP if isnan(high) else 0.0)


def _columns(branches: list[_Branch]) -> list[list[_Branch]]:
    """The branches in two columns about equally tall, in their order within each."""
    talls, places = [0.0, 0.0], {}
    for i in sorted(range(len(branches)), key=lambda i: -branches[i].tall):
        shorter = 0 if talls[0] <= talls[1] else 1
        places[i] = shorter
        talls[shorter] += branches[i].tall
    first = places.get(0, 0)
    columns: list[list[_Branch]] = [[], []]
    for i, branch in enumerate(branches):
        columns[places[i] ^ first].append(branch)
    return [column for column in columns if column]


def _draw_column(
    sheet: Sheet,
    axes: Axes,
    column: list[_Branch],
    left: float,
    top: float,
    wide: float,
    most: float,
) -> None:
    """Branches down one column, hanging on a trunk from the effect."""
    line: dict[str, Any] = {"color": FAINT, "solid_capstyle": "butt"}
    trunk, at = left + 0.03, top + 0.16
    for branch in column:
        middle = at + 0.08
        bolden(axes.text(left + _TWIG, middle, sheet.set(branch.name), size=_BRANCH,
                         va="center_baseline", color=INK))  # fmt: skip
        axes.plot([trunk, left + _TWIG - 0.03], [middle] * 2, linewidth=1.4, **line)
        end = left + _TWIG + sheet.width(sheet.set(branch.name), _BRANCH) + 0.08
        axes.plot([end, left + wide], [middle] * 2, linewidth=0.5, **line)
        last, stem = middle, left + _TWIG + 0.03
        start, at = middle + 0.08, at + _BRANCH_TALL
        for leaf in branch.leaves:
            last = at + _LINE / 2
            axes.plot([stem, left + _TEXT - 0.05], [last] * 2, linewidth=0.7, **line)
            if not leaf.said:
                axes.plot([left + _TEXT - 0.06], [last], marker="o", markersize=3.6, color=FAINT,
                          markerfacecolor="white", markeredgewidth=0.8)  # fmt: skip
            _draw_leaf(sheet, axes, leaf, left + _TEXT, at, most)
            at += leaf.tall
        axes.plot([stem, stem], [start, last], linewidth=0.7, **line)
        at += _BRANCH_GAP
        foot = middle
    axes.plot([trunk, trunk], [top, foot], linewidth=1.4, **line)


def _draw_leaf(sheet: Sheet, axes: Axes, leaf: _Leaf, left: float, top: float, most: float) -> None:
    place: dict[str, Any] = {"va": "center_baseline", "linespacing": 1.0}
    at = top + _LINE / 2
    lines = leaf.lines.split("\n")
    for line in lines:
        axes.text(left, at, line, size=_NAME, color=INK, **place)
        at += _LINE
    beside = sheet.width(lines[-1], _NAME) + 0.1
    if leaf.inline:
        axes.text(left + beside, at - _LINE, leaf.affected, size=_SMALL, color=FAINT, **place)
    else:
        axes.text(left, at, leaf.affected, size=_SMALL, color=FAINT, **place)
        at += _LINE
    if not leaf.said:
        return
    _bar(axes, left, at, leaf.low, leaf.high, most)
    beside = _length(leaf.low, leaf.high, most) + _BESIDE
    for line in leaf.said.split("\n"):
        axes.text(left + beside, at, line, size=_SMALL, color=INK, **place)
        at += _LINE


def _bar(axes: Axes, left: float, row: float, low: float, high: float, most: float) -> None:
    """Persons as a bar from ``left``; an open end is a point."""
    scale = _BAR_ROOM / most
    axes.plot([left, left], [row - 0.05, row + 0.05], color=INK, linewidth=0.8)
    start = left + (0.0 if isnan(low) else low) * scale
    if start > left:
        solid(axes, left, start, row, _TALL, BLUE)
    if isnan(high):
        hatched(axes, start, start + _TIP, row, _TALL, BLUE, tip=_TIP / 2)
    elif (left + high * scale - start) > CLOSE * _BAR_ROOM:
        hatched(axes, start, left + high * scale, row, _TALL, BLUE)


def _explain(sheet: Sheet, axes: Axes, row: float, most: float, unnumbered: bool) -> None:
    """The key: bars, their scale, and the ring of a leaf without a number."""
    at = 0.0

    def say(text: str) -> None:
        nonlocal at
        axes.text(at, row, sheet.set(text), size=8.0, va="center_baseline", color=FAINT)
        at += sheet.width(sheet.set(text), 8.0) + 0.22

    if most:
        for name, draw in (("certain", solid), ("possible", hatched)):
            draw(axes, at, at + 0.26, row, 0.1, BLUE)
            at += 0.33
            say(translate(_WORDS[name], sheet.language))
        length = _round(most / 2)
        end = at + length * _BAR_ROOM / most
        axes.plot([at, end], [row, row], color=INK, linewidth=0.8)
        for x in (at, end):
            axes.plot([x, x], [row - 0.04, row + 0.04], color=INK, linewidth=0.8)
        at = end + 0.07
        large = is_chinese(sheet.language) and length >= 1e4
        number = f"{length / 1e4:,.10g} 万" if large else f"{length:,.0f}"
        say(translate("{number} persons", sheet.language, number=number))
    if unnumbered:
        axes.plot([at + 0.05], [row], marker="o", markersize=3.6, color=FAINT,
                  markerfacecolor="white", markeredgewidth=0.8)  # fmt: skip
        at += 0.14
        say(translate(_WORDS["none"], sheet.language))


def _round(value: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above a value."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    return max(step * power for step in (1, 2, 5) if step * power <= value or step == 1)
