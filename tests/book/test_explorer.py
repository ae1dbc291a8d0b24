"""The page that computes the projection: Python's numbers, by mouse, by keys, by address."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from test_sphinxext import compile_book, soup

from browser import Window
from pensionbook.book.explorer import COLUMNS, page_data, step_between
from pensionbook.book.handed import check_models, models
from pensionbook.book.pages import for_page
from pensionbook.data.load import load_package
from pensionbook.data.package import Change, Scenario
from pensionbook.errors import BuildError
from pensionbook.exchange import MODEL_MIME
from pensionbook.projection import Ranges, apply_scenario, complete, project
from pensionbook.report.report import open_report
from projects import ROOT

PAGE = "explore.html"
POINTS, SEED = 25, 2002
CLOSE = 1e-12
FIRST, LAST = 2003, 2005
_MOVE = """(wanted) => {
  for (const [name, value] of Object.entries(wanted)) {
    const slider = document.querySelector(`[data-parameter=${name}]`);
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""
_READ = """() => {
  const places = [...document.querySelectorAll(".explorer-slider")];
  const values = places.map((place) => [
    place.querySelector("input").dataset.parameter,
    Number(place.querySelector("output").dataset.value),
  ]);
  const cells = [...document.querySelectorAll(".explorer tbody tr")].map((row) =>
    [...row.querySelectorAll("td")].map(({ dataset }) => [dataset.output, Number(dataset.value)]));
  return { values: Object.fromEntries(values), rows: cells.map((row) => Object.fromEntries(row)) };
}"""


def told(page: Page) -> dict[str, Any]:
    """What the page was given."""
    return json.loads(page.locator(".explorer > script").text_content())


def by_python(told: Mapping[str, Any], settings: Mapping[str, float]) -> dict[str, np.ndarray]:
    """The same projection, computed by the model."""
    reforms = {one["id"] for one in told["sliders"] if one["kind"] == "reforms"}
    unknowns = {name: value for name, value in settings.items() if name not in reforms}
    ranges = Ranges({}, told["years"][0] - 1, Fraction(told["elapsed"]))
    values = complete(told["start"] | unknowns, ranges)
    changes = {
        name: Change("set", Fraction(value), Fraction(value))
        for name, value in settings.items()
        if name in reforms and value != told["start"][name]
    }
    own = Scenario("own", "", "", "", "", changes=changes, first=FIRST, last=LAST)
    return project(apply_scenario(values, own, {}, told["years"]), told["years"]).outputs


def largest_difference(page: Page) -> float:
    """Between a number of the page and Python's, relative to Python's."""
    found = page.evaluate(_READ)
    expected = by_python(told(page), found["values"])
    assert len(found["rows"]) == len(told(page)["years"])
    differences = [
        abs(row[name] - float(np.ravel(expected[name][year])[0]))
        / abs(float(np.ravel(expected[name][year])[0]))
        for year, row in enumerate(found["rows"])
        for name in COLUMNS
    ]
    return max(differences)


@pytest.mark.slow
def test_the_page_computes_what_python_computes(desk: Window) -> None:
    page = desk.open(PAGE)
    sliders = told(page)["sliders"]
    chance = random.Random(SEED)
    points = [
        {one["id"]: chance.uniform(float(one["low"]), float(one["high"])) for one in sliders}
        for _ in range(POINTS)
    ]
    points += [{one["id"]: one[end] for one in sliders} for end in ("low", "high")]
    differences = [largest_difference(page)]
    for point in points:
        page.evaluate(_MOVE, point)
        moved = page.evaluate(_READ)["values"]
        steps = {one["id"]: float(one["step"]) for one in sliders}
        assert all(abs(moved[name] - float(point[name])) <= steps[name] for name in point)
        differences.append(largest_difference(page))
    for button in page.locator("[data-scenario]").all():
        button.click()
        differences.append(largest_difference(page))
    print(f"largest relative difference from Python: {max(differences):.2e}")
    assert max(differences) <= CLOSE


@pytest.mark.slow
def test_a_reform_s_button_sets_the_middle_of_its_ranges(desk: Window) -> None:
    scenarios = load_package(ROOT / "data" / "tianjin-2002", check=False).scenarios
    page = desk.open(PAGE)
    start = page.evaluate(_READ)["values"]
    assert page.locator("[data-scenario]").count() == len(scenarios)
    page.evaluate(_MOVE, {"collection": "0.9"})
    for name, scenario in scenarios.items():
        page.locator(f"[data-scenario={name}]").click()
        reformed = apply_scenario(start | {"collection": 0.9}, scenario, scenarios)
        final = {key: float(np.ravel(value)[-1]) for key, value in reformed.items()}
        assert page.evaluate(_READ)["values"] == pytest.approx(final, rel=CLOSE)
    page.locator(".explorer button.reset").click()
    assert page.evaluate(_READ)["values"] == start


@pytest.mark.slow
def test_the_table_of_all_formats_is_that_of_the_page_at_the_start(
    desk: Window, books: dict[str, Path], built_edition: Path
) -> None:
    for language, html in books.items():
        desk.html = html
        page = desk.open(PAGE)
        texts = "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim()))"
        live = page.locator(".explorer table tr").evaluate_all(texts)
        fixed = page.locator("table.explorer-start tr").evaluate_all(texts)
        assert len(live) == len(told(page)["years"]) + 1
        assert live == fixed
        page.emulate_media(media="print")
        expect(page.locator(".explorer")).to_be_hidden()
        expect(page.locator("table.explorer-start")).to_be_visible()
        page.emulate_media(media="screen")
        title = page.locator("article h1").evaluate(
            "head => head.lastElementChild.previousSibling.textContent"
        )
        printed = chapter_text(built_edition / language / "report.pdf", title)
        assert all(cell in printed for row in fixed[1:] for cell in row)
        assert told(page)["words"]["reset"] not in printed


def chapter_text(report: Path, title: str) -> str:
    """The text of a chapter's first two pages in a PDF."""
    reader = pypdf.PdfReader(report)
    entries = [entry for entry in flat(reader.outline) if entry.title.endswith(title)]
    first = reader.get_destination_page_number(entries[0])
    return " ".join(reader.pages[first + more].extract_text() for more in (0, 1))


def flat(outline: list[Any]) -> Iterator[Any]:
    """Entries of an outline, those of its parts too."""
    for entry in outline:
        if isinstance(entry, list):
            yield from flat(entry)
        else:
            yield entry


@pytest.mark.slow
def test_arrow_keys_move_a_lever_and_the_charts(desk: Window) -> None:
    page = desk.open(PAGE)
    slider = page.get_by_role("slider", name=told(page)["sliders"][0]["name"])
    line = page.locator("figure[data-output=treasury_yuan] path.now")
    chart = page.locator("figure[data-output=treasury_yuan] svg")
    summary = page.locator(".explorer-summary")
    shape, name, said = (
        line.get_attribute("d"),
        chart.get_attribute("aria-label"),
        summary.inner_text(),
    )
    assert shape == page.locator("figure[data-output=treasury_yuan] path.start").get_attribute("d")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "5%"
    assert line.get_attribute("d") != shape
    assert chart.get_attribute("aria-label") != name
    expect(summary).not_to_have_text(said)
    page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext") == "100%"
    page.keyboard.press("Home")
    assert line.get_attribute("d") == shape


@pytest.mark.slow
def test_the_address_keeps_the_settings(desk: Window, books: dict[str, Path]) -> None:
    page = desk.open(PAGE)
    page.evaluate(_MOVE, {"surcharge": "45", "dependency_start": "0.5", "growth_public": "-0.02"})
    page.wait_for_url("**#*surcharge=45*")
    kept, found = page.url.partition("#")[2], page.evaluate(_READ)
    desk.html = books["zh_CN" if "zh_CN" in books else "en"]
    page = desk.open(f"{PAGE}#{kept}")
    assert page.evaluate(_READ) == found
    page.locator(".explorer button.reset").click()
    page.wait_for_function("location.hash === ''")


@pytest.mark.slow
@pytest.mark.parametrize(
    "hash",
    [
        "surcharge=1e9",
        "surcharge=-1",
        "surcharge=NaN&covered_foreign=Infinity",
        "collection=",
        "collection=0x1",
        "collection=0.9;alert(1)",
        "<script>alert(1)</script>",
        "__proto__=1&constructor=0.5&toString=0.5",
        "average_wage=1&employed_public=0",
        "%E0%A4%A=0.5",
        "surcharge",
        "=&=&&",
    ],
)
def test_a_hostile_address_is_ignored(desk: Window, hash: str) -> None:
    start = desk.open(PAGE).evaluate(_READ)
    page = desk.open(f"{PAGE}#{hash}")
    assert page.evaluate(_READ) == start
    page = desk.open(f"{PAGE}#{hash}&bonus_share=0.05")
    assert page.evaluate(_READ)["values"] == start["values"] | {"bonus_share": 0.05}


@given(
    st.integers(-10_000, 10_000), st.integers(1, 10_000), st.sampled_from([1, 10, 1000, 100_000])
)
def test_steps_reach_from_end_to_end(low: int, size: int, scale: int) -> None:
    ends = Fraction(low, scale), Fraction(low + size, scale)
    assume(ends[0] < ends[1])
    step = step_between(*ends)
    assert (ends[1] - ends[0]) % step == 0
    assert (ends[1] - ends[0]) / step >= 30


def test_a_report_hands_plain_data_over(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    report = open_report(
        ROOT / "data" / "example-county-2004", area="example_county", baseline="2000", as_of="2004"
    )
    report.hand_over("projection", {"years": [2002]})
    handed = {"name": "projection", "model": {"years": [2002]}}
    assert shown == [{MODEL_MIME: handed, "text/plain": "model projection"}]


MODEL: dict[str, Any] = {
    "base_year": 2001, "years": [2002], "elapsed": 0.75, "non_public": [], "parameters": [],
    "scenarios": [], "outputs": dict.fromkeys(COLUMNS, "one"),
}  # fmt: skip


def handed(name: str, model: object) -> dict[str, Any]:
    """An executed notebook that hands a model over."""
    output = {
        "output_type": "display_data",
        "data": {MODEL_MIME: {"name": name, "model": model}, "text/plain": f"model {name}"},
        "metadata": {},
    }
    cell = {
        "cell_type": "code", "id": "a", "metadata": {}, "source": "report.hand_over()",
        "outputs": [output], "execution_count": 1,
    }  # fmt: skip
    return {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_what_is_handed_over_is_not_shown() -> None:
    content = handed("projection", MODEL)
    assert models({"05": content}) == {"projection": MODEL}
    (cell,) = for_page(content)["cells"]
    assert cell["outputs"] == []
    assert "remove-input" in cell["metadata"]["tags"]


def test_nothing_handed_over_is_no_model_and_names_are_used_once() -> None:
    assert models({"05": handed("projection", None)}) == {}
    with pytest.raises(BuildError, match="06 names 'projection' again"):
        models({"05": handed("projection", MODEL), "06": handed("projection", MODEL)})


def test_a_model_is_the_same_in_every_language() -> None:
    check_models({"en": {"projection": MODEL}, "zh_CN": {"projection": dict(MODEL)}})
    for other in ({}, {"projection": MODEL | {"elapsed": 1.0}}):
        with pytest.raises(BuildError, match="'projection' differs between en and zh_CN"):
            check_models({"en": {"projection": MODEL}, "zh_CN": other})


def test_an_edition_without_the_model_says_so(tmp_path: Path) -> None:
    run = compile_book(tmp_path, "# Page\n\n```{explorer} projection\n```\n", {"language": "en"})
    assert "WARNING" not in run.stderr
    page = soup(tmp_path, "index")
    assert "no projection to try out" in page.get_text()
    assert page.find(class_="explorer") is None


def test_a_hostile_name_does_not_leave_its_script(monkeypatch: pytest.MonkeyPatch) -> None:
    from pensionbook.book import explorer as bookexplorer

    nasty = "</script><script>alert(1)</script><!--"
    parameter = {
        "id": "surcharge", "low": 0.0, "mid": 0.0, "start": 0.0, "high": 0.0, "unit": "yuan",
        "name_en": nasty, "name_zh": nasty,
    }  # fmt: skip
    data = page_data(MODEL | {"parameters": [parameter]}, "en", {"yuan": nasty})
    html = bookexplorer.mount(data)
    assert html.count("<script") == html.count("</script") == 1
    assert "<!--" not in html
    inside = html.partition('json">')[2].partition("</script>")[0]
    assert json.loads(inside)["sliders"][0]["name"] == nasty
