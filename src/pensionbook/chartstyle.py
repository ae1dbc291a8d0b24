"""Fonts, colours and page furniture of the charts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

WIDTH_INCHES = 7.2
DPI = 200
INK, FAINT, GRID = "#222222", "#5a5a5a", "#dddddd"
HATCH = "////"
MARKERS = ("o", "s", "^", "D")

# Okabe and Ito's colours; one group has one colour throughout.
BLUE, VERMILION, GREEN, PURPLE, ORANGE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"
_COLOURS = {
    "all": INK,
    "public": BLUE,
    "non_public": VERMILION,
    "foreign": GREEN,
    "private_individual": PURPLE,
    "other": ORANGE,
    "pension_payments": BLUE,
    "fiscal_subsidy": VERMILION,
}
_SPARE = (BLUE, VERMILION, GREEN, PURPLE)

_SETTINGS: dict[str, Any] = {
    "font.size": 9.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": FAINT,
    "axes.labelsize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "figure.facecolor": "white",
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.8,
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "pensionbook",
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
}


@cache
def _cjk_font() -> str:
    import mplfonts

    path = Path(mplfonts.__file__).parent / "fonts" / "NotoSansCJKsc-Regular.otf"
    font_manager.fontManager.addfont(str(path))
    return font_manager.FontProperties(fname=str(path)).get_name()


@contextmanager
def style(language: str) -> Iterator[None]:
    """The charts' settings while a figure is made or drawn; nothing stays set afterwards."""
    fonts = ["DejaVu Sans"]
    if language.startswith("zh"):
        fonts = [_cjk_font(), *fonts]
    with rc_context(_SETTINGS | {"font.family": "sans-serif", "font.sans-serif": fonts}):
        yield


def colour_of(identifier: str, position: int) -> str:
    """The fixed colour of a group, or the next free one."""
    return _COLOURS.get(identifier, _SPARE[position % len(_SPARE)])


def new_chart(height: float) -> tuple[Figure, Axes]:
    """A figure of the report's width and one pair of axes, inches."""
    figure = Figure(figsize=(WIDTH_INCHES, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def furnish(
    figure: Figure, *, title: str, subtitle: str, foot: str, alt: str, language: str
) -> Figure:
    """Put the finding above, the source below, and make room for both."""
    width = 34 if language.startswith("zh") else 72
    heading = textwrap.wrap(title, width) or [""]
    under = textwrap.wrap(subtitle, int(width * 1.3)) or [""]
    source = textwrap.wrap(foot, int(width * 1.9)) or [""]
    tall = figure.get_figheight() + 0.24 * len(heading) + 0.19 * len(under) + 0.17 * len(source)
    tall += 0.22
    top = 1 - (0.08 + 0.24 * len(heading) + 0.19 * len(under) + 0.05) / tall
    bottom = (0.06 + 0.17 * len(source)) / tall
    figure.set_figheight(tall)
    place = {"ha": "left", "va": "top"}
    figure.text(0.012, 1 - 0.07 / tall, "\n".join(heading), size=12, weight="bold", **place)
    below = 1 - (0.1 + 0.24 * len(heading)) / tall
    figure.text(0.012, below, "\n".join(under), size=9, color=FAINT, **place)
    figure.text(0.012, 0.05 / tall, "\n".join(source), size=7.5, color=FAINT, va="bottom")
    figure.set_layout_engine("tight", rect=(0, bottom, 1, top), pad=0.6)
    figure.pensionbook_alt = alt
    return figure


def number_axis(axis: Any, language: str) -> None:
    """Ticks with thousands separators, or in 万 where the numbers are large and Chinese."""
    low, high = axis.get_view_interval()
    large = language.startswith("zh") and max(abs(low), abs(high)) >= 10_000

    def text(value: float, _position: int) -> str:
        shown = value / 10_000 if large else value
        return f"{shown:,.10g}".replace("-", "\u2212") + ("万" if large and value else "")

    axis.set_major_formatter(FuncFormatter(text))
