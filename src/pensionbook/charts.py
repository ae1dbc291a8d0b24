"""Tables as charts: bounds drawn as bands and hatched bars, labels beside what they name.

Nothing is computed here. Every table has the columns ``low`` and ``high`` (floats; NaN where
nothing bounds that end) and text columns ready to print.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pensionbook.chartstyle import (
    DPI,
    FAINT,
    HATCH,
    INK,
    MARKERS,
    colour_of,
    furnish,
    new_chart,
    number_axis,
    style,
)
from pensionbook.errors import ChartError
from pensionbook.periods import end_in_years

# Bounds closer than this part of the axis are drawn as a point.
POINT = 0.012


def bounded_lines(
    table: pd.DataFrame,
    *,
    x: str,
    series: str,
    title: str,
    subtitle: str,
    ylabel: str,
    alt: str,
    language: str = "en",
    foot: str = "",
    base: float | None = None,
) -> Figure:
    """Lines over dates; where the bounds are apart, a hatched band and no line.

    Args:
        table: columns ``x`` (periods), ``series`` (ids), ``label``, ``low``, ``high``, ``value``.
        base: a level to mark, such as 100 for an index; without it the axis starts at zero.

    Raises:
        ChartError: the table is empty or lacks a column.
    """
    _check(table, (x, series, "label", "low", "high", "value"))
    with style(language):
        figure, axes = new_chart(3.1)
        top = table["high"].max()
        ends: list[tuple[float, float, str, str]] = []
        for position, (identifier, rows) in enumerate(table.groupby(series, sort=False)):
            colour = colour_of(str(identifier), position)
            rows = rows.assign(at=[float(end_in_years(str(p))) for p in rows[x]]).sort_values("at")
            _draw_series(axes, rows, colour, MARKERS[position % len(MARKERS)], POINT * top)
            last = rows.iloc[-1]
            text = str(last["label"]) if table[series].nunique() > 1 else ""
            ends.append((last["at"], (last["low"] + last["high"]) / 2, text, colour))
        _frame_dates(axes, table, x)
        if base is None:
            axes.set_ylim(0, top * 1.12)
        else:
            axes.axhline(base, color=FAINT, linewidth=0.8, linestyle=":")
            axes.margins(y=0.15)
        _label_ends(axes, ends)
        axes.set_ylabel(ylabel)
        axes.grid(axis="y")
        number_axis(axes.yaxis, language)
        return _finished(figure, title, subtitle, foot, alt, language)


def bounded_bars(
    table: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    xlabel: str,
    alt: str,
    language: str = "en",
    foot: str = "",
) -> Figure:
    """Horizontal bars from zero: solid as far as is certain, hatched as far as is possible.

    An interval that crosses zero is hatched throughout; an open end runs to the edge.

    Args:
        table: columns ``label``, ``low``, ``high`` and ``value``; drawn from the top
            in their order.

    Raises:
        ChartError: the table is empty or lacks a column.
    """
    _check(table, ("label", "low", "high", "value"))
    with style(language):
        figure, axes = new_chart(0.62 + 0.36 * len(table))
        ends = pd.concat([table["low"], table["high"], pd.Series([0.0])]).dropna()
        low, high = ends.min(), ends.max()
        span = (high - low) or 1.0
        for row, (_, record) in enumerate(table.iterrows()):
            _draw_bar(axes, row, record, (low - 0.06 * span, high + 0.06 * span), span)
        axes.axvline(0, color=INK, linewidth=0.9)
        axes.set_yticks(range(len(table)), [str(label) for label in table["label"]])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.invert_yaxis()
        _make_room(axes, table, low, high, language)
        axes.set_xlabel(xlabel)
        axes.grid(axis="x")
        number_axis(axes.xaxis, language)
        axes.locator_params(axis="x", nbins=6)
        return _finished(figure, title, subtitle, foot, alt, language)


def before_after(
    table: pd.DataFrame,
    *,
    before: str,
    after: str,
    title: str,
    subtitle: str,
    xlabel: str,
    alt: str,
    language: str = "en",
    foot: str = "",
) -> Figure:
    """Two dates joined by a line for each row: an open mark before, a filled mark after.

    Args:
        table: columns ``group, label, first_low, first_high, last_low, last_high`` and the texts
            ``first`` and ``last``.
        before: name of the earlier date.
        after: name of the later date.

    Raises:
        ChartError: the table is empty or lacks a column.
    """
    ends = ("first_low", "first_high", "last_low", "last_high")
    _check(table, ("group", "label", "first", "last", *ends))
    with style(language):
        figure, axes = new_chart(0.72 + 0.44 * len(table))
        high = table[list(ends)].max().max()
        for row, (_, record) in enumerate(table.iterrows()):
            colour = colour_of(str(record["group"]), row)
            first = (record["first_low"] + record["first_high"]) / 2
            last = (record["last_low"] + record["last_high"]) / 2
            axes.plot([first, last], [row, row], color=colour, linewidth=2, zorder=2)
            axes.plot(first, row, "o", mfc="white", mec=colour, mew=1.6, ms=7, zorder=3)
            axes.plot(last, row, "o", color=colour, ms=7, zorder=3)
            left, right = sorted(((first, record["first"]), (last, record["last"])))
            gap = 0.018 * high
            axes.text(left[0] - gap, row, left[1], ha="right", va="center", size=8)
            axes.text(right[0] + gap, row, right[1], ha="left", va="center", size=8)
            if row == 0:
                for at, name in ((first, before), (last, after)):
                    axes.text(at, row - 0.3, name, ha="center", va="bottom", size=8, color=FAINT)
        axes.set_yticks(range(len(table)), [str(label) for label in table["label"]])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_ylim(len(table) - 0.5, -0.75)
        axes.set_xlim(min(0, table[list(ends)].min().min() - 0.2 * high), high * 1.28)
        axes.set_xlabel(xlabel)
        axes.grid(axis="x")
        number_axis(axes.xaxis, language)
        axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= high * 1.1])
        return _finished(figure, title, subtitle, foot, alt, language)


def show(figure: Figure) -> None:
    """Display a chart in a notebook: a PNG at screen width, with its alternative text."""
    from IPython.display import display

    data = {"image/png": png(figure), "text/plain": figure.pensionbook_alt}
    width = int(figure.get_figwidth() * 100)
    metadata = {"image/png": {"width": width, "alt": figure.pensionbook_alt}}
    display(data, metadata=metadata, raw=True)


def png(figure: Figure) -> bytes:
    """The chart as PNG bytes, the same for the same chart."""
    buffer = io.BytesIO()
    with style(figure.pensionbook_language):
        figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def _draw_series(axes: Axes, rows: pd.DataFrame, colour: str, marker: str, close: float) -> None:
    known = rows[(rows["high"] - rows["low"]) <= close]
    apart = len(known) < len(rows)
    if apart:
        axes.fill_between(
            rows["at"], rows["low"], rows["high"],
            facecolor=colour, alpha=0.13, edgecolor="none",
        )  # fmt: skip
        axes.fill_between(
            rows["at"], rows["low"], rows["high"],
            facecolor="none", edgecolor=colour, hatch=HATCH, linewidth=0.8, alpha=0.55,
        )  # fmt: skip
    middle = (known["low"] + known["high"]) / 2
    axes.plot(known["at"], middle, color=colour, marker=marker, linewidth=2.2, markersize=6)
    for at, level, text in zip(known["at"], middle, known["value"], strict=True):
        axes.annotate(
            str(text), (at, level), xytext=(0, 7), textcoords="offset points",
            ha="center", va="bottom", size=8, color=colour,
            bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip


def _frame_dates(axes: Axes, table: pd.DataFrame, x: str) -> None:
    dates = sorted({str(period) for period in table[x]}, key=end_in_years)
    places = [float(end_in_years(period)) for period in dates]
    axes.set_xticks(places, dates)
    span = (places[-1] - places[0]) or 1.0
    axes.set_xlim(places[0] - 0.08 * span, places[-1] + 0.08 * span)


def _label_ends(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    low, high = axes.get_ylim()
    least = 0.075 * (high - low)
    place = float("-inf")
    for at, level, text, colour in sorted(ends, key=lambda end: end[1]):
        place = max(level, place + least)
        if text:
            axes.annotate(
                text, (at, place), xytext=(12, 0), textcoords="offset points",
                ha="left", va="center", size=9, weight="bold", color=colour, annotation_clip=False,
            )  # fmt: skip


def _draw_bar(
    axes: Axes, row: int, record: pd.Series, edges: tuple[float, float], span: float
) -> None:
    low = edges[0] if pd.isna(record["low"]) else float(record["low"])
    high = edges[1] if pd.isna(record["high"]) else float(record["high"])
    certain = low if low > 0 else high if high < 0 else 0.0
    colour = colour_of("", 1) if high <= 0 else colour_of("", 0)
    if low < 0 < high:
        colour = FAINT
    axes.barh(row, certain, height=0.62, color=colour, zorder=2)
    if high - low > POINT * span / 4:
        left, right = (certain, high) if low > 0 else (low, certain) if high < 0 else (low, high)
        axes.add_patch(
            Rectangle(
                (left, row - 0.31), right - left, 0.62,
                facecolor="white", edgecolor=colour, hatch=HATCH, linewidth=0.9, zorder=2,
            )
        )  # fmt: skip
    outside = high if high > 0 else low
    axes.annotate(
        str(record["value"]), (outside, row), xytext=(4 if high > 0 else -4, 0),
        textcoords="offset points", ha="left" if high > 0 else "right", va="center", size=8.5,
    )  # fmt: skip


def _make_room(axes: Axes, table: pd.DataFrame, low: float, high: float, language: str) -> None:
    """Widen the axis so that the texts beside the bars fit, by the longest on either side."""
    letter = 0.033 if language.startswith("zh") else 0.0185
    upward = table["high"].isna() | (table["high"] > 0)
    left, right = (
        letter * max((len(str(text)) for text in table["value"][side]), default=0)
        for side in (~upward, upward)
    )
    width = (high - low) / max(0.25, 1 - left - right)
    axes.set_xlim(low - left * width, high + right * width)


def _check(table: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise ChartError(f"the table of a chart lacks {', '.join(missing)}; it has to have them")
    if table.empty:
        raise ChartError("the table of a chart is empty; say in a sentence what is lacking instead")


def _finished(
    figure: Figure, title: str, subtitle: str, foot: str, alt: str, language: str
) -> Figure:
    figure.pensionbook_language = language
    return furnish(figure, title=title, subtitle=subtitle, foot=foot, alt=alt, language=language)
