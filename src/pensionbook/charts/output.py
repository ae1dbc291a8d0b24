"""Charts handed to a notebook's reader and to the build: the same bytes on every run."""

from __future__ import annotations

import io
import os

import pandas as pd

from pensionbook.charts.sheet import Chart
from pensionbook.charts.style import DPI, style
from pensionbook.exchange import DATA_MIME, PICTURE, WITH_SVG, data_record


def show(figure: Chart, table: pd.DataFrame) -> None:
    """Display a chart in a notebook: a PNG at screen width, with its alternative text.

    The table behind it comes along; in a build the chart comes as SVG too.
    """
    from IPython.display import display

    data: dict[str, object] = {
        "image/png": png(figure),
        "text/plain": figure.alt,
        DATA_MIME: data_record(table),
    }
    if os.environ.get(WITH_SVG):
        data["image/svg+xml"] = svg(figure).decode()
    width = int(figure.get_figwidth() * 100)
    metadata = {"image/png": {"width": width, "alt": figure.alt}}
    display(data, metadata=metadata, raw=True)


def keep(name: str, figure: Chart | None) -> None:
    """Hand a small picture over to the build under a name; ``None`` says there is none."""
    from IPython.display import display

    alt = figure.alt if figure else ""
    data: dict[str, object] = {"text/plain": alt}
    metadata: dict[str, object] = {PICTURE: name}
    if figure:
        data["image/png"] = png(figure)
        metadata["image/png"] = {"alt": alt}
    display(data, metadata=metadata, raw=True)


def png(figure: Chart) -> bytes:
    """The chart as PNG bytes, the same for the same chart."""
    return _bytes(figure, "png", {"Software": None})


def svg(figure: Chart) -> bytes:
    """The chart as SVG bytes, texts as outlines, the same for the same chart."""
    return _bytes(figure, "svg", {"Date": None, "Creator": None})


def _bytes(figure: Chart, kind: str, metadata: dict[str, None]) -> bytes:
    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
    return buffer.getvalue()
