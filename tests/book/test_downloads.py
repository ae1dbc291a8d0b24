"""What readers take from a page: the same rows as the page shows, and the bounds as numbers."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pensionbook.book.downloads import files_of
from pensionbook.exchange import DATA_MIME, EXHIBIT, data_record
from pensionbook.report.tables import shown

LEVELS = pd.DataFrame(
    {
        "label": ['缴费人数, "a"', "=1+1"],
        "low": [1.5, np.nan],
        "high": [2, 3],
        "exact": [Fraction(1, 3), None],
    }
)


def notebook(*outputs: dict, name: str = "tbl-a") -> dict[str, dict]:
    """One executed notebook with one named cell."""
    metadata = {EXHIBIT: {"name": name}} if name else {}
    cell = {"cell_type": "code", "metadata": metadata, "source": "", "outputs": list(outputs)}
    return {"01": {"cells": [{"cell_type": "markdown", "metadata": {}, "source": ""}, cell]}}


def table_output() -> dict:
    """What a cell that ends in a table shows."""
    table = shown(LEVELS, {"label": "Name", "high": "At most"})
    return {"output_type": "execute_result", "data": table._repr_mimebundle_()}


def test_numbers_stay_numbers_and_what_is_missing_is_null() -> None:
    record = json.loads(json.dumps(data_record(LEVELS)))
    assert record["columns"] == ["label", "low", "high", "exact"]
    assert record["rows"] == [
        ['缴费人数, "a"', 1.5, 2, pytest.approx(1 / 3)],
        ["=1+1", None, 3, None],
    ]


def test_a_table_comes_as_csv_with_all_its_columns() -> None:
    files = files_of(notebook(table_output()))["tbl-a"]
    rows = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))
    assert rows[0] == ["label", "low", "high", "exact"]
    assert rows[1][:3] == ['缴费人数, "a"', "1.5", "2"]
    assert rows[2] == ["=1+1", "", "3", ""]


def test_a_table_comes_as_a_workbook_that_takes_no_text_for_a_formula() -> None:
    files = files_of(notebook(table_output()))["tbl-a"]
    sheets = pd.read_excel(io.BytesIO(files["xlsx"]), sheet_name=None, engine="openpyxl")
    assert list(sheets["table"].columns) == ["Name", "At most"]
    assert sheets["data"]["low"].tolist()[0] == 1.5
    assert sheets["data"]["label"].tolist() == ['缴费人数, "a"', "=1+1"]
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist())


def test_the_same_table_gives_the_same_bytes() -> None:
    first, second = (files_of(notebook(table_output()))["tbl-a"] for _ in range(2))
    assert first == second


def test_a_chart_comes_with_the_rows_behind_it() -> None:
    data = {"image/png": "AAAA", "image/svg+xml": "<svg/>", DATA_MIME: data_record(LEVELS)}
    files = files_of(notebook({"output_type": "display_data", "data": data}, name="fig-a"))
    assert set(files["fig-a"]) == {"svg", "png", "csv", "xlsx"}


def test_what_has_no_name_or_shows_a_sentence_gives_no_files() -> None:
    assert files_of(notebook(table_output(), name="")) == {}
    sentence = {"output_type": "execute_result", "data": {"text/plain": "left out"}}
    assert files_of(notebook(sentence)) == {}


@pytest.mark.slow
def test_every_exhibit_of_the_report_can_be_taken(built_edition: Path) -> None:
    html = built_edition / "en" / "html"
    names = {path.stem for path in (html / "files").iterdir()}
    for endings, prefix in (
        ({".svg", ".png", ".csv", ".xlsx"}, "fig-"),
        ({".csv", ".xlsx"}, "tbl-"),
    ):
        own = [name for name in names if name.startswith(prefix)]
        assert len(own) > 10
        for name in own:
            assert {path.suffix for path in html.glob(f"files/{name}.*")} == endings, name
    levels = pd.read_csv(html / "files" / "tbl-contributors.csv")
    bounds = pd.read_csv(built_edition / "bounds.csv")
    town = bounds.query("indicator == 'contributors' and group == 'all' and area == 'tianjin'")
    for row in levels.itertuples():
        (low,) = town.loc[town["period"] == str(row.period), "low"]
        assert row.low == pytest.approx(low, abs=1e-3)
