"""The report as readers use it: values and their tips, search, keys, languages, downloads."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser import Window

pytestmark = pytest.mark.slow

# A word of the first chapters, by language of the book.
_WORDS = {"en": "contributors", "zh_CN": "参保"}


def test_a_value_is_followed_to_the_register_and_back(desk: Window) -> None:
    page = desk.open("index.html")
    value = page.locator("article .value > a[href*='values.html#']").first
    address = value.get_attribute("href")
    value.click()
    entry = page.locator(f"[id='{address.partition('#')[2]}']")
    expect(entry).to_be_in_viewport()
    figure = entry.locator("a[href*='register.html#figure-']").first
    anchor = figure.get_attribute("href").partition("#")[2]
    figure.click()
    expect(page.locator(f"[id='{anchor}']")).to_be_in_viewport()
    page.go_back()
    page.go_back()
    expect(page.locator("article .value > a").first).to_be_visible()
    assert page.url.endswith("index.html")


def test_a_value_says_by_keyboard_what_it_rests_on(desk: Window) -> None:
    page = desk.open("index.html")
    value = page.locator("article .value").first
    link, tip = value.locator("a"), value.get_by_role("tooltip", include_hidden=True)
    expect(tip).to_be_hidden()
    link.focus()
    expect(tip).to_be_visible()
    assert link.get_attribute("aria-describedby") == tip.get_attribute("id")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    ids = page.locator("[role=tooltip]").evaluate_all("tips => tips.map((tip) => tip.id)")
    assert len(set(ids)) == len(ids)
    assert "" not in ids


def test_a_tip_stays_while_it_is_pointed_at(desk: Window) -> None:
    page = desk.open("index.html")
    value = page.locator("article .value").first
    tip = value.locator(".value-tip")
    value.locator("a").hover()
    expect(tip).to_be_visible()
    tip.hover()
    expect(tip).to_be_visible()
    page.mouse.move(1, 1)
    expect(tip).to_be_hidden()


@pytest.mark.parametrize("window", ["desk", "phone"])
def test_no_tip_leaves_the_window(window: str, request: pytest.FixtureRequest) -> None:
    shown: Window = request.getfixturevalue(window)
    for name in ("index.html", "notebooks/01_trends.html"):
        page = shown.open(name)
        width = page.evaluate("document.documentElement.clientWidth")
        for value in page.locator("article .value:has(> a)").all():
            value.locator("a").focus()
            box = value.locator(".value-tip").bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_tap_shows_the_tip_and_a_second_one_follows(phone: Window) -> None:
    page = phone.open("index.html")
    value = page.locator("article .value:has(> a)").first
    value.locator("a").tap()
    expect(value.locator(".value-tip")).to_be_visible()
    assert page.url.endswith("index.html")
    page.locator("article h1").tap()
    expect(value.locator(".value-tip")).to_be_hidden()
    value.locator("a").tap()
    value.locator("a").tap()
    page.wait_for_url("**/values.html#*")


def test_values_in_doubt_are_marked_not_by_colour_alone(desk: Window) -> None:
    page = desk.open("index.html")
    mark = "link => getComputedStyle(link, '::after').content"
    assert "†" in page.locator(".value-assumed > a").first.evaluate(mark)
    assert "?" in page.locator(".value-doubted > a").first.evaluate(mark)
    plain = page.locator(".value:not(.value-assumed, .value-doubted) > a").first
    assert plain.evaluate(mark) == "none"


def test_the_search_finds_a_word(desk: Window, books: dict[str, Path]) -> None:
    for language, html in books.items():
        desk.html = html
        desk.open("index.html")
        titles = desk.search(_WORDS[language])
        assert len(titles) >= 3, language
        desk.page.locator("#search-results ul.search > li > a").first.click()
        expect(desk.page.locator("article")).to_contain_text(_WORDS[language], ignore_case=True)


def test_the_main_controls_are_reached_and_seen_by_keyboard(desk: Window) -> None:
    page = desk.open("register.html?find=falling_years")
    stops: list[str] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const at = document.activeElement;
              if (at === document.body) return null;
              const style = getComputedStyle(at);
              const ring = style.outlineStyle !== "none" || style.boxShadow !== "none";
              const name = at.getAttribute("aria-label") || at.innerText || at.value || at.id;
              return [`${at.localName} ${name}`.trim(), ring && at.getClientRects().length > 0];
            }"""
        )
        if stop is None:
            break
        assert stop[1], f"{stop[0]} shows no focus"
        stops.append(stop[0])
    told = "\n".join(stops)
    assert "skip to main content" in stops[0].lower()
    for control in (
        "button Search", "input falling_years", "input disputed", "button Printed",
        "a falling_years",
    ):  # fmt: skip
        assert control.lower() in told.lower(), told
    for entry in page.locator(".bd-links a").all_inner_texts():
        assert f"a {entry}" in told


def test_the_theme_is_switched_by_keyboard(desk: Window) -> None:
    page = desk.open("index.html")
    switch = page.locator("button.theme-switch-button:visible").first
    modes = set()
    for _ in range(3):
        switch.focus()
        page.keyboard.press("Enter")
        modes.add(page.evaluate("document.documentElement.dataset.mode"))
    assert modes == {"auto", "light", "dark"}
    page.evaluate("localStorage.clear()")


def test_the_contents_open_and_close_on_a_phone(phone: Window) -> None:
    page = phone.open("index.html")
    entry = page.locator(".bd-links a[href$='register.html']").first
    expect(entry).to_be_hidden()
    page.locator(".primary-toggle:visible").first.focus()
    page.keyboard.press("Enter")
    expect(entry).to_be_visible()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()


def test_each_language_leads_to_the_same_place_in_the_others(
    desk: Window, books: dict[str, Path]
) -> None:
    for language, html in books.items():
        for name in ("index.html", "notebooks/01_trends.html"):
            desk.html = html
            page = desk.open(name)
            links = page.locator(".language-switch a:visible")
            others = set(books) - {language}
            assert {link.get_attribute("data-language") for link in links.all()} == others
            for other in others:
                place = page.locator("article section[id]").last.get_attribute("id")
                desk.open(f"{name}#{place}")
                page.locator(f".language-switch a[data-language={other}]:visible").click()
                page.wait_for_url(f"**/{other}/html/{name}*")
                assert page.evaluate("decodeURIComponent(location.hash)") == f"#{place}"
                expect(page.locator(f"[id='{place}']")).to_be_in_viewport()


def test_a_table_is_downloaded(desk: Window, tmp_path: Path) -> None:
    page = desk.open("notebooks/01_trends.html")
    table = page.locator("table").first
    shown = table.locator("tbody tr").count()
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").first.click()
    download.value.save_as(tmp_path / "table.xlsx")
    with zipfile.ZipFile(tmp_path / "table.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") >= shown > 1
