"""The Sphinx extension on a tiny book: values, printed figures, the register, the list of values.

What the gate refuses is in test_gate.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from pensionbook.book.register import register_data
from pensionbook.data.load import load_package
from pensionbook.engine.reconcile import reconcile
from projects import ROOT

NASTY = "<script>alert(1)</script>"
PAGE = "# Page\n\n{value}`fall` {value}`place` {value}`lost` {printed}`first`\n"


def record(identifier: str, text: str, **fields: Any) -> dict[str, Any]:
    """An entry of values.json."""
    return {
        "id": identifier, "unit": "person", "text": text, "formula": "a - b", "figures": [],
        "identities": [], "assumptions": [], "notebook": "01",
        "place": "notebooks/01.ipynb: cell 3, line 2",
    } | fields  # fmt: skip


def printed(identifier: str, **fields: str) -> dict[str, str]:
    """An entry of the register."""
    return {
        "id": identifier, "locator": "1", "measure": "Contributors", "printed": "18.66",
        "text": "18.66%",
        "as_printed": "about 18.66%", "read": "18.655 to 18.665",
        "verdict": "inconsistent",
        "implied": "19.65 to 19.67", "because": "printed 18.66 %", "remark": "",
    } | fields  # fmt: skip


DATA = {
    "counts": {"inconsistent": 1, "consistent": 1},
    "figures": [printed("first"), printed("second", verdict="consistent", remark=NASTY)],
    "values": {
        "fall": record("fall", "−294,994", low=-294995, high=-294993.5, figures=["first"]),
        "place": record("place", NASTY, value=NASTY, unit="text"),
        "lost": record("lost", "not recoverable", low=None, high=None, formula=NASTY),
    },
}


def compile_book(
    folder: Path,
    page: str = PAGE,
    data: Any = DATA,
    pages: tuple[str, ...] = ("register", "values"),
) -> subprocess.CompletedProcess[str]:
    """Compile a book of one page and perhaps the register and the list, without -W."""
    source = folder / "source"
    (source / "_data").mkdir(parents=True)
    settings = "extensions = ['myst_parser', 'pensionbook.book.extension']\nnumfig = True\n"
    (source / "conf.py").write_text(settings + "myst_enable_extensions = ['colon_fence']\n")
    (source / "index.md").write_text(page, encoding="utf-8")
    for name in pages:
        text = f"---\norphan:\n---\n# {name.capitalize()}\n\n```{{{name}}}\n```\n"
        (source / f"{name}.md").write_text(text, encoding="utf-8")
    if data is not None:
        (source / "_data" / "report.json").write_text(json.dumps(data), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-E",
        "-b",
        "html",
        str(source),
        str(folder / "html"),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def soup(folder: Path, page: str) -> BeautifulSoup:
    """A compiled page."""
    return BeautifulSoup((folder / "html" / f"{page}.html").read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book with all pages, compiled without a warning."""
    folder = tmp_path_factory.mktemp("book")
    run = compile_book(folder)
    assert run.returncode == 0, run.stderr
    assert "WARNING" not in run.stderr, run.stderr
    return folder


def test_a_value_is_a_link_to_its_entry_with_a_tip(book: Path) -> None:
    value = soup(book, "index").find("a", href="values.html#value-fall")
    assert value.get_text() == "−294,994"
    tip = value.find_parent(class_="value").find(role="tooltip").get_text()
    assert tip == (
        "Bounds: −294,995 to −294,993.5 (person). Formula: a - b. Rests on figures in doubt: first."
    )
    assert "value-doubted" in value.find_parent(class_="value")["class"]
    assert soup(book, "values").find(id="value-fall")


def test_a_value_under_an_assumption_is_marked_and_one_without_is_not(tmp_path: Path) -> None:
    sure = record("sure", "1", value=1, figures=["second"])
    data = DATA | {"values": {"sure": sure, "if": sure | {"assumptions": ["all paid"]}}}
    assert compile_book(tmp_path, "# Page\n\n{value}`sure` {value}`if`\n", data).returncode == 0
    marked = [set(node["class"]) for node in soup(tmp_path, "index").find_all(class_="value")]
    assert marked == [{"value"}, {"value", "value-assumed"}]


def test_a_word_is_plain_text_and_not_listed(book: Path) -> None:
    word = soup(book, "index").find(class_="value-word")
    assert word.get_text() == NASTY
    assert not word.find("script")
    assert not soup(book, "values").find(id="value-place")


def test_a_printed_figure_links_to_its_row(book: Path) -> None:
    link = soup(book, "index").find("a", href="register.html#figure-first")
    assert link.get_text() == "18.66%"


def test_the_register_has_a_row_with_an_anchor_for_each_figure(book: Path) -> None:
    register = soup(book, "register")
    rows = [register.find("tr", id=f"figure-{name}") for name in ("first", "second")]
    assert [cell.get_text(strip=True) for cell in rows[0].find_all("td")] == [
        "1", "Contributorsfirst", "about 18.66%", "18.655 to 18.665", "inconsistent",
        "19.65 to 19.67", "—",
    ]  # fmt: skip
    assert rows[1].find_all("td")[-1].get_text(strip=True) == NASTY


def test_a_page_as_the_place_is_a_link_and_no_other_address_is(tmp_path: Path) -> None:
    page = "https://www.h.example/a/b/W2340e.htm?x=<i>"
    places = {"first": page, "second": "javascript:alert(1)//h.example/a"}
    rows = [printed(name, locator=place) for name, place in places.items()]
    assert compile_book(tmp_path, data=DATA | {"figures": rows}).returncode == 0
    cells = [
        soup(tmp_path, "register").find("tr", id=f"figure-{name}").find("td") for name in places
    ]
    assert (cells[0].a["href"], cells[0].a.get_text()) == (page, "h.example/…/W2340e.htm")
    assert (cells[1].a, cells[1].get_text(strip=True)) == (None, places["second"])


def test_a_superseded_figure_has_a_verdict_of_its_own(tmp_path: Path) -> None:
    rows = [printed("first", verdict="superseded", remark="preliminary"), printed("second")]
    counts = {"inconsistent": 1, "superseded": 1}
    page = PAGE + "\n```{verdicts}\n```\n"
    run = compile_book(tmp_path, page, DATA | {"figures": rows, "counts": counts})
    assert (run.returncode, "WARNING" in run.stderr) == (0, False), run.stderr
    cells = soup(tmp_path, "register").find("tr", id="figure-first").find_all("td")
    assert cells[4].get_text(strip=True) == "superseded"
    assert "superseded" in soup(tmp_path, "index").find("table").get_text()


@pytest.mark.parametrize("page", ["index", "register", "values"])
def test_no_text_of_the_data_becomes_markup(book: Path, page: str) -> None:
    html = (book / "html" / f"{page}.html").read_text("utf-8")
    assert NASTY not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_the_list_of_values_links_to_the_figures_under_each(book: Path) -> None:
    row = soup(book, "values").find("tr", id="value-fall")
    assert row.find("a", href="register.html#figure-first").get_text() == "first"
    lost = soup(book, "values").find("tr", id="value-lost")
    assert "nothing in the package bounds it" in lost.get_text()


def test_a_book_without_those_pages_shows_plain_numbers(tmp_path: Path) -> None:
    run = compile_book(tmp_path, pages=())
    assert run.returncode == 0, run.stderr
    value = soup(tmp_path, "index").find(class_="value")
    assert value.get_text().startswith("−294,994")
    assert not value.find("a")


def test_an_unknown_value_is_a_warning_with_file_and_line_and_shows_its_id(tmp_path: Path) -> None:
    run = compile_book(tmp_path, "# Page\n\nText.\n\nIt {value}`rises` here.\n")
    assert "index.md:5: WARNING: unknown value 'rises': no notebook of this edition" in run.stderr
    assert "It rises here." in soup(tmp_path, "index").get_text()


def test_a_book_without_data_warns_of_every_value(tmp_path: Path) -> None:
    run = compile_book(tmp_path, data=None)
    assert run.stderr.count("WARNING: unknown value") == 3
    assert run.stderr.count("WARNING: unknown figure") == 1
    assert "No notebook of this edition records a value." in soup(tmp_path, "values").get_text()


def test_only_wanted_verdicts_are_listed_without_a_second_anchor(tmp_path: Path) -> None:
    page = PAGE + "\n```{register}\n:only: inconsistent disputed\n```\n"
    assert compile_book(tmp_path, page).returncode == 0
    table = soup(tmp_path, "index").find("table")
    assert len(table.find("tbody").find_all("tr")) == 1
    assert not table.find_all(id=True)
    heads = [head.get_text(strip=True) for head in table.find_all("th")]
    assert heads == ["Where", "What it measures", "Printed", "The others allow", "Remark"]


PASSAGE = """# Page

::::{given} barriers wages
:title: What wages say

It fell by {value}`fall`.
::::
"""


def test_a_passage_stands_where_the_package_has_all_it_speaks_of(tmp_path: Path) -> None:
    data = DATA | {"tables": ["barriers"], "indicators": ["wages"]}
    assert compile_book(tmp_path, PASSAGE, data).returncode == 0
    text = soup(tmp_path, "index").get_text()
    assert "It fell by −294,994" in text
    assert "left out" not in text


def test_a_passage_without_its_data_is_said_to_be_left_out(tmp_path: Path) -> None:
    run = compile_book(tmp_path, PASSAGE, DATA | {"tables": ["barriers"]})
    assert run.returncode == 0
    assert "value 'fall'" not in run.stderr, "what the page would show counts as used"
    text = soup(tmp_path, "index").get_text()
    assert "What wages say: left out, for the package of this edition does not tell." in text
    assert "It fell" not in text


TABLE = """# Page

See {see}`tbl-a`, {see}`tbl-b`.

:::{datatable} Levels by {value}`place`
:name: tbl-a

{"heads": ["Year", "Level"], "sides": ["text", "number"], "rows": [["2001", "<b>12.5</b>"]]}
:::
"""


def test_a_table_has_a_caption_and_what_is_lacking_is_said_to_be(tmp_path: Path) -> None:
    run = compile_book(tmp_path, TABLE, DATA | {"exhibits": {"tbl-a": True, "tbl-b": False}})
    assert "unknown chart" not in run.stderr
    page = soup(tmp_path, "index")
    table = page.find("table", id="tbl-a")
    assert NASTY in table.find("caption").get_text()
    assert table.find("td", class_="number").get_text(strip=True) == "<b>12.5</b>"
    assert "a table left out here" in page.get_text()


def test_an_unknown_chart_and_an_unknown_picture_are_warnings(tmp_path: Path) -> None:
    run = compile_book(tmp_path, "# Page\n\n{see}`fig-x`\n\n```{picture} y\n```\n")
    assert "index.md:3: WARNING: unknown chart or table 'fig-x'" in run.stderr
    assert "WARNING: unknown picture 'y'" in run.stderr


def test_a_picture_has_its_alternative_text_and_may_be_absent(tmp_path: Path) -> None:
    png = tmp_path / "source" / "_pictures" / "here.png"
    png.parent.mkdir(parents=True)
    png.write_bytes(b"not read by the compiler")
    page = "# Page\n\n```{picture} here\n```\n\n```{picture} gone\n```\n"
    data = DATA | {"pictures": {"here": "A fall", "gone": None}}
    assert compile_book(tmp_path, page, data).returncode == 0
    images = soup(tmp_path, "index").find_all("img")
    assert [image["alt"] for image in images] == ["A fall"]


# -- what the pages are given ---------------------------------------------------------------------


@cache
def register(language: str) -> dict[str, Any]:
    """The register of the real package."""
    return register_data(reconcile(load_package(ROOT / "data" / "tianjin-2002")), language)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_register_tells_each_figure_in_words(language: str) -> None:
    data = register(language)
    assert sum(data["counts"].values()) == len(data["figures"])
    ids = {figure["id"] for figure in data["figures"]}
    assert len(ids) == len(data["figures"])
    assert set(data["troubled"]) <= ids
    assert all(figure["measure"] and figure["as_printed"] for figure in data["figures"])
    (share,) = [f for f in data["figures"] if f["id"] == "non_public_contributors_2002_09_share"]
    to = {"en": "to", "zh_CN": "至"}[language]
    assert (share["verdict"], share["implied"]) == ("inconsistent", f"19.65 {to} 19.67")
    measure = {
        "en": "Contributors, Non-public",
        "zh_CN": "缴费",
    }[language]
    assert measure.lower() in share["measure"].lower()


def test_the_register_says_what_each_figure_stands_for() -> None:
    read = {figure["id"]: figure["read"] for figure in register("en")["figures"]}
    assert {
        identifier: read[identifier]
        for identifier in (
            "contributors_2002_09", "contributors_2000_change", "uncovered_non_state",
            "unsettled_share", "foreign_employees_2001_growth", "contributors_2000_direction",
        )
    } == {
        "contributors_2002_09": "160.35 to 160.45",
        "contributors_2000_change": "−63,629",
        "uncovered_non_state": "130 to 140",
        "unsettled_share": "0.153 to 0.184",
        # It agrees with the others only as cut off, so that reading stands.
        "foreign_employees_2001_growth": "19.65 to 19.80",
        "contributors_2000_direction": "at most 0",
    }  # fmt: skip


def test_figures_in_different_units_have_one_scale_to_sort_by() -> None:
    order = {figure["id"]: figure["order"] for figure in register("en")["figures"]}
    assert order["contributors_2002_09"]["printed"] == 1_604_000
    assert order["contributors_2000_change"]["printed"] == -63_629
    assert order["contributors_2000_direction"]["printed"] is None
    assert order["falling_years"]["implied"] is None
