"""The sheet a chart stands on: title, subtitle, key, plot, foot, all measured before they stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pensionbook.charts.style import (
    DPI,
    FAINT,
    HATCH,
    INK,
    WIDTH_INCHES,
    bolden,
    is_chinese,
    tint,
    tokens,
    typeset,
)
from pensionbook.errors import ChartError
from pensionbook.language.messages import mark, translate

EDGE = 0.1
_TITLE, _SUBTITLE, _FOOT, _KEY = 12.5, 9.2, 7.6, 8.0
_LEADING = 1.36 / 72

_WORDS = {
    "certain": mark("certain"),
    "possible": mark("possible within the bounds"),
    "open": mark("no bound on this side"),
    "unknown": mark("not recoverable"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Chart(Figure):
    """A figure with its alternative text, by which every drawing function returns it."""

    alt: str = ""


class Sheet:
    """A figure whose texts are wrapped and measured, with the plot in the room that is left.

    Lengths are in inches throughout.
    """

    def __init__(
        self, *, title: str, alt: str, subtitle: str = "", foot: str = "", language: str = "en"
    ) -> None:
        self.language = language
        self.figure = Chart(figsize=(WIDTH_INCHES, 4), dpi=DPI)
        self.renderer = FigureCanvasAgg(self.figure).get_renderer()
        room = WIDTH_INCHES - 2 * EDGE
        self._title = self.wrap(title, room, _TITLE * 1.02, even=True)
        self._subtitle = self.wrap(subtitle, room, _SUBTITLE)
        self._foot = self.wrap(foot, room, _FOOT)
        self._keys: list[str] = []
        self.key_colour = FAINT
        self.figure.alt = alt

    # -- measuring ------------------------------------------------------------------------------

    def width(self, text: str, size: float) -> float:
        """Width of the widest line of a text."""
        font = _font(size)
        measure = self.renderer.get_text_width_height_descent
        return max(measure(line, font, False)[0] for line in text.split("\n")) / DPI

    def set(self, text: object) -> str:
        """The text typeset for the chart's language."""
        return typeset(text, self.language)

    def wrap(self, text: object, room: float, size: float, *, even: bool = False) -> str:
        """The typeset text on lines no wider than the room; ``even`` makes lines alike long."""
        pieces = tokens(self.set(text))
        lines = self._fill(pieces, room, size)
        if even and len(lines) > 1 and is_chinese(self.language):
            lines = self._at_a_pause(pieces, room, size) or lines
        narrower = 0.0 if is_chinese(self.language) else room
        while even and 1 < len(lines) < 4 and narrower > room / 2:
            narrower -= 0.1
            closer = self._fill(pieces, narrower, size)
            if len(closer) > len(lines) or max(self.width(line, size) for line in closer) > room:
                break
            lines = closer
        return "\n".join(lines)

    def _at_a_pause(self, pieces: Sequence[str], room: float, size: float) -> list[str]:
        """Two lines broken after a punctuation mark, as alike as can be, if they fit."""
        best: tuple[float, list[str]] | None = None
        for i in range(1, len(pieces)):
            if pieces[i - 1][-1] in "，；：、。":
                pair = ["".join(pieces[:i]).strip(), "".join(pieces[i:]).strip()]
                widths = [self.width(line, size) for line in pair]
                uneven = abs(widths[0] - widths[1])
                if max(widths) <= room and (best is None or uneven < best[0]):
                    best = (uneven, pair)
        return best[1] if best else []

    def _fill(self, pieces: Sequence[str], room: float, size: float) -> list[str]:
        pieces = [part for piece in pieces for part in self._broken(piece, room, size)]
        lines, start = [], 0
        while start < len(pieces):
            blank = takewhile(lambda piece: not piece.strip(), pieces[start:])
            shortest = min(start + len([*blank]) + 1, len(pieces))
            # A line gets wider with each piece, so that halving finds the last that fits.
            end = bisect_right(
                range(len(pieces) + 1),
                room,
                shortest + 1,
                key=lambda end: self.width("".join(pieces[start:end]).rstrip(), size),
            )
            if line := "".join(pieces[start : end - 1]).strip():
                lines.append(line)
            start = end - 1
        return lines or [""]

    def _broken(self, piece: str, room: float, size: float) -> Iterator[str]:
        """A word in parts none of which is wider than the room, or than one sign."""
        while len(piece) > 1 and self.width(piece, size) > room:
            end = bisect_right(
                range(len(piece)), room, 2, key=lambda end: self.width(piece[:end], size)
            )
            yield piece[: end - 1]
            piece = piece[end - 1 :]
        yield piece

    # -- building -------------------------------------------------------------------------------

    def key(self, *names: str, colour: str = FAINT) -> None:
        """Explain hatching above the plot: any of ``certain``, ``possible``, ``open``."""
        self._keys = [name for name in ("certain", "possible", "open") if name in names]
        self.key_colour = colour

    def lay_out(self, height: float, *, above: float = 0.0, below: float = 0.0) -> float:
        """Give the figure its height and write the texts; returns the bottom of the plot.

        Args:
            height: of the plot itself.
            above: room for what stands between the subtitle and the plot.
            below: room for the axis under the plot.
        """
        sizes = ((self._title, _TITLE), (self._subtitle, _SUBTITLE))
        tall = [_height(text, size) for text, size in sizes]
        foot = _height(self._foot, _FOOT)
        key = 0.24 if self._keys else 0.0
        bottom = EDGE + (foot + 0.1 if foot else 0.0) + below
        total = bottom + height + above + key + 0.12 + sum(tall) + 0.04 + EDGE
        self.figure.set_size_inches(WIDTH_INCHES, total)
        top = total - EDGE
        left = EDGE / WIDTH_INCHES
        place: dict[str, Any] = {"ha": "left", "va": "top", "linespacing": 1.2}
        if self._title:
            bolden(self.figure.text(left, top / total, self._title, size=_TITLE, **place))
        top -= tall[0] + 0.04
        if self._subtitle:
            self.figure.text(
                left, top / total, self._subtitle, size=_SUBTITLE, color=FAINT, **place
            )
        top -= tall[1] + 0.06
        if self._keys:
            self._draw_keys(top - 0.12, total)
        if self._foot:
            place["va"] = "bottom"
            self.figure.text(left, EDGE * 0.8 / total, self._foot, size=_FOOT, color=FAINT, **place)
        return bottom

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """A pair of axes at a place of the laid-out sheet."""
        wide, tall = self.figure.get_size_inches()
        return self.figure.add_axes((left / wide, bottom / tall, width / wide, height / tall))

    def _draw_keys(self, middle: float, total: float) -> None:
        at = EDGE
        for name in self._keys:
            box: dict[str, Any] = {
                "xy": (at / WIDTH_INCHES, (middle - 0.055) / total),
                "width": 0.26 / WIDTH_INCHES,
                "height": 0.11 / total,
                "transform": self.figure.transFigure,
                "linewidth": 0.8,
            }
            if name == "open":
                self.figure.text(
                    (at + 0.13) / WIDTH_INCHES, middle / total, "→", size=9, ha="center",
                    va="center", color=INK,
                )  # fmt: skip
            elif name == "possible":
                box |= {"facecolor": tint(self.key_colour, 0.1), "hatch": HATCH}
                self.figure.add_artist(Rectangle(**box, edgecolor=self.key_colour))
            else:
                self.figure.add_artist(
                    Rectangle(**box, facecolor=self.key_colour, edgecolor=self.key_colour)
                )
            text = self.set(word(name, self.language))
            self.figure.text(
                (at + 0.33) / WIDTH_INCHES, middle / total, text, size=_KEY, va="center",
                color=FAINT,
            )  # fmt: skip
            at += 0.33 + self.width(text, _KEY) + 0.25


@cache
def _font(size: float) -> FontProperties:
    return FontProperties(size=size)


def _height(text: str, size: float) -> float:
    return (text.count("\n") + 1) * size * _LEADING if text else 0.0


def word(name: str, language: str) -> str:
    """One of the few words that charts write themselves."""
    return translate(_WORDS[name], language)


def period_name(period: str, language: str) -> str:
    """A period for an axis: ``1999``, ``Sep 2002``, ``2002 年 9 月``."""
    year, _, month = period.partition("-")
    if not month:
        return year
    if is_chinese(language):
        return f"{year} 年\n{int(month)} 月"
    return f"{_MONTHS[int(month) - 1]}\n{year}"


def number_axis(axis: Any, language: str, most: int = 6) -> None:
    """Round ticks with thousands separators; in Chinese in 万 and 亿 where they are large."""
    axis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]))
    largest = max(abs(end) for end in axis.get_view_interval())
    sizes: tuple[tuple[int, str], ...] = ((10**8, "\u2009亿"), (10**4, "\u2009万"))
    if not is_chinese(language):
        # In words from where digits would not fit; persons stay in digits.
        sizes = ((10**9, " billion"),)
    scale, suffix = next(((s, name) for s, name in sizes if largest >= s), (1, ""))

    def text(value: float, _position: int) -> str:
        shown = f"{value / scale:,.10g}".replace("-", "\u2013")
        return "0" if value == 0 else shown + suffix

    axis.set_major_formatter(FuncFormatter(text))


def tick_room(sheet: Sheet, axes: Axes) -> float:
    """Fix the ticks of the vertical axis; returns where the plot may begin."""
    low, high = axes.get_ylim()
    form = axes.yaxis.get_major_formatter()
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    axes.set_yticks(ticks, [form(tick, 0) for tick in ticks])
    return EDGE + 0.07 + max(sheet.width(form(tick, 0), 8.5) for tick in ticks)


def fit_axes(
    sheet: Sheet, axes: Axes, left: float, bottom: float, wide: float, tall: float
) -> None:
    """Move axes to a place of the laid-out sheet."""
    whole = sheet.figure.get_size_inches()
    axes.set_position((left / whole[0], bottom / whole[1], wide / whole[0], tall / whole[1]))


def unit_above(sheet: Sheet, ylabel: str, top: float) -> None:
    """Write the unit of the vertical axis above it, flush left."""
    wide, tall = sheet.figure.get_size_inches()
    sheet.figure.text(
        EDGE / wide, (top + 0.09) / tall, sheet.set(ylabel), size=8.5, color=FAINT, va="bottom"
    )


def check(table: pd.DataFrame, columns: Sequence[str], *bounds: tuple[str, str]) -> None:
    """Refuse a table that cannot be drawn.

    Raises:
        ChartError: a column is lacking, there is no row, bounds are not numbers, are crossed
            or infinite, or none of them is known.
    """
    needed = list(dict.fromkeys([*columns, *(end for pair in bounds for end in pair)]))
    lacking = [column for column in needed if column not in table.columns]
    if lacking:
        raise ChartError(
            f"the table of a chart lacks {', '.join(lacking)}; "
            f"it has the columns {', '.join(map(str, table.columns)) or 'none at all'}"
        )
    if table.empty:
        raise ChartError("the table of a chart is empty; say in a sentence what is lacking instead")
    known = False
    for low, high in bounds:
        for end in (low, high):
            if not pd.api.types.is_numeric_dtype(table[end]):
                raise ChartError(f"column {end} of a chart is not a number; give floats, or NaN")
            if table[end].abs().eq(float("inf")).any():
                raise ChartError(f"column {end} of a chart is infinite; write NaN where unbounded")
        crossed = table.index[table[low] > table[high]]
        if len(crossed):
            raise ChartError(f"row {crossed[0]} of a chart has {low} above {high}; exchange them")
        known = known or bool(table[[low, high]].notna().any().any())
    if bounds and not known:
        raise ChartError("no row of a chart has a known bound; say so in a sentence instead")
