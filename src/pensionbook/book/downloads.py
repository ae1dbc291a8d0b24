"""What readers can take from a page: each chart as SVG and PNG, each table as CSV and XLSX.

A table's files hold what the page shows and, beside it, all columns behind it, so that bounds come
along as numbers.
"""

from __future__ import annotations

import csv
import io
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pensionbook.book.layout import DOWNLOADS
from pensionbook.exchange import DATA_MIME, EXHIBIT, TABLE_MIME
from pensionbook.files.cache import Cache
from pensionbook.files.digests import sha256_json

# What a workbook says of itself must not be the time it was made.
_MADE = datetime(1980, 1, 1)
_WIDEST = 60

Cell = str | int | float | None


def files_of(
    notebooks: Mapping[str, Mapping[str, Any]], cache: Cache | None = None, upstream: str = ""
) -> dict[str, dict[str, bytes]]:
    """The files of each named chart and table of the notebooks, by their endings.

    Args:
        cache: keeps workbooks for later builds.
        upstream: digest of the library and the versions that write them.
    """

    def workbook(shown: Mapping[str, Any] | None, behind: Mapping[str, Any]) -> bytes:
        key = sha256_json(["workbook", upstream, [shown, behind]])
        kept = cache.load(key) if cache else None
        if kept is not None:
            return b64decode(kept)
        made = _workbook(shown, behind)
        if cache:
            cache.store(key, b64encode(made).decode())
        return made

    return {
        name: files
        for content in notebooks.values()
        for name, output in _named_outputs(content)
        if (files := dict(_files(output["data"], workbook)))
    }


def download_path(name: str, ending: str) -> str:
    """Where the web pages have a file, from their root."""
    return f"{DOWNLOADS}/{name}.{ending}"


def _named_outputs(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for cell in content["cells"]:
        name = cell["metadata"].get(EXHIBIT, {}).get("name")
        if cell["cell_type"] == "code" and name:
            for output in cell["outputs"]:
                if {"image/png", TABLE_MIME} & output.get("data", {}).keys():
                    yield name, output


def _files(data: Mapping[str, Any], workbook: Callable[..., bytes]) -> Iterator[tuple[str, bytes]]:
    if "image/svg+xml" in data:
        yield "svg", "".join(data["image/svg+xml"]).encode()
    if "image/png" in data:
        yield "png", b64decode("".join(data["image/png"]))
    behind = data.get(DATA_MIME)
    if behind:
        shown = data.get(TABLE_MIME)
        yield "csv", _csv(behind)
        yield "xlsx", workbook(shown, behind)


def _csv(behind: Mapping[str, Any]) -> bytes:
    """With a byte order mark, without which spreadsheets take Chinese for something else."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(behind["columns"])
    writer.writerows(behind["rows"])
    return buffer.getvalue().encode("utf-8-sig")


def _workbook(shown: Mapping[str, Any] | None, behind: Mapping[str, Any]) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    # No text is taken for a formula or an address, whatever it begins with.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **plain})
    book.set_properties({"created": _MADE})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    sheets = [("data", behind["columns"], behind["rows"])]
    if shown:
        sheets.insert(0, ("table", shown["heads"], shown["rows"]))
    for title, heads, rows in sheets:
        _fill(book.add_worksheet(title), heads, rows, bold)
    book.close()
    return buffer.getvalue()


def _fill(sheet: Any, heads: list[str], rows: list[list[Cell]], bold: Any) -> None:
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
        texts = [head, *("" if row[column] is None else str(row[column]) for row in rows)]
        sheet.set_column(column, column, min(max(map(len, texts)) + 2, _WIDEST))
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, bool | str):
                sheet.write_string(number, column, str(cell))
            elif cell is not None:
                sheet.write_number(number, column, cell)
    sheet.freeze_panes(1, 0)
