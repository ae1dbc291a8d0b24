"""Tables as charts: bounds drawn as bands and hatched bars, labels beside what they name.

Nothing is computed here. Every table has the columns ``low`` and ``high`` (floats in the unit of
the axis; NaN where nothing bounds that end) and text columns ready to print. Every function
returns a figure that carries its alternative text as ``pensionbook_alt``.
"""

from __future__ import annotations

import io
import os

import pandas as pd
from matplotlib.figure import Figure

from pensionbook.chartbars import before_after, bounded_bars, stacked_parts, waterfall
from pensionbook.chartintervals import shares, whiskers
from pensionbook.chartlines import bounded_lines, small_multiples
from pensionbook.chartmap import cause_map
from pensionbook.chartmatrix import matrix
from pensionbook.chartscatter import scatter
from pensionbook.chartspark import spark_bars, spark_line
from pensionbook.chartstyle import DPI, style
from pensionbook.display import data_record
from pensionbook.mimes import DATA_MIME, PICTURE, WITH_SVG

__all__ = [
    "before_after",
    "bounded_bars",
    "bounded_lines",
    "cause_map",
    "keep",
    "matrix",
    "png",
    "scatter",
    "shares",
    "show",
    "small_multiples",
    "spark_bars",
    "spark_line",
    "stacked_parts",
    "svg",
    "waterfall",
    "whiskers",
]


def show(figure: Figure, table: pd.DataFrame) -> None:
    """Display a chart in a notebook: a PNG at screen width, with its alternative text.

    The table behind it comes along; in a build the chart comes as SVG too.
    """
    from IPython.display import display

    data: dict[str, object] = {
        "image/png": png(figure),
        "text/plain": figure.pensionbook_alt,
        DATA_MIME: data_record(table),
    }
    if os.environ.get(WITH_SVG):
        data["image/svg+xml"] = svg(figure).decode()
    width = int(figure.get_figwidth() * 100)
    metadata = {"image/png": {"width": width, "alt": figure.pensionbook_alt}}
    display(data, metadata=metadata, raw=True)


def keep(name: str, figure: Figure | None) -> None:
    """Hand a small picture over to the build under a name; ``None`` says there is none."""
    from IPython.display import display

    alt = figure.pensionbook_alt if figure else ""
    data: dict[str, object] = {"text/plain": alt}
    metadata: dict[str, object] = {PICTURE: name}
    if figure:
        data["image/png"] = png(figure)
        metadata["image/png"] = {"alt": alt}
    display(data, metadata=metadata, raw=True)


def png(figure: Figure) -> bytes:
    """The chart as PNG bytes, the same for the same chart."""
    return _bytes(figure, "png", {"Software": None})


def svg(figure: Figure) -> bytes:
    """The chart as SVG bytes, texts as outlines, the same for the same chart."""
    return _bytes(figure, "svg", {"Date": None, "Creator": None})


def _bytes(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
    return buffer.getvalue()
