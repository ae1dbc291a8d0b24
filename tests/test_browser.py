"""The report as readers use it, in a browser: whom it shuts out, search, register, values, keys."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser import NARROW, WIDE, Seen, Window, chromium, find_browser, survey

pytestmark = pytest.mark.slow

# A busy machine may take its time.
expect.set_options(timeout=20_000)

# A word of the first chapters, by language of the book.
_WORDS = {"en": "contributors", "zh_CN": "参保"}


@pytest.fixture(scope="module")
def books(built_edition: Path) -> dict[str, Path]:
    """The web pages of the report, by language."""
    found = {path.parent.name: path for path in sorted(built_edition.glob("*/html"))}
    assert "en" in found
    return found


@pytest.fixture(scope="module", autouse=True)
def _program() -> None:
    """Without a browser nothing here can be said to work."""
    try:
        find_browser()
    except RuntimeError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="module")
def seen(books: dict[str, Path]) -> dict[str, list[Seen]]:
    """What a browser made of every page, by language."""
    return {language: survey(html) for language, html in books.items()}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def desk(browser: Browser, books: dict[str, Path]) -> Iterator[Window]:
    """A window as wide as a desk's."""
    context = browser.new_context(
        viewport={"width": WIDE, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    yield Window.new(context, books["en"])
    context.close()


@pytest.fixture(scope="module")
def phone(browser: Browser, books: dict[str, Path]) -> Iterator[Window]:
    """A phone."""
    context = browser.new_context(
        viewport={"width": NARROW, "height": 800}, has_touch=True, reduced_motion="reduce"
    )
    yield Window.new(context, books["en"])
    context.close()


@pytest.fixture(autouse=True)
def _quiet(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test may make a page ask another host or complain on the console."""
    yield
    for name in ("desk", "phone"):
        if name in request.fixturenames:
            window: Window = request.getfixturevalue(name)
            found = (window.asked[:], window.complaints[:])
            window.asked.clear()
            window.complaints.clear()
            assert found == ([], [])


def figures(page: Page) -> list[str]:
    """Ids of the register's rows that can be seen, from above."""
    return page.locator("table.register tbody tr:visible").evaluate_all(
        "rows => rows.map((row) => row.id.replace('figure-', ''))"
    )


def column(page: Page, number: int) -> list[str]:
    """Texts of a column of the rows that can be seen."""
    return page.locator(f"table.register tbody tr:visible td:nth-child({number})").all_inner_texts()


def said(page: Page) -> str:
    """The count that is told to those who do not see it."""
    page.wait_for_timeout(200)
    return page.get_by_role("status").inner_text()


# Every page


def test_every_page_is_open_to_all(seen: dict[str, list[Seen]]) -> None:
    found = [
        f"{language}/{page.name} ({how}): {violation}"
        for language, pages in seen.items()
        for page in pages
        for how, violations in page.violations.items()
        for violation in violations
    ]
    assert not found, "\n".join(found)
    assert all(len(pages) >= 15 for pages in seen.values())


def test_no_page_asks_another_host_or_complains(seen: dict[str, list[Seen]]) -> None:
    for pages in seen.values():
        for page in pages:
            assert (page.name, page.asked, page.complaints) == (page.name, [], [])


def test_no_page_is_wider_than_a_phone(seen: dict[str, list[Seen]]) -> None:
    wide = {page.name: page.overflow for pages in seen.values() for page in pages if page.overflow}
    assert wide == {}


def test_a_planted_fault_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        """<!doctype html><html><head><title>A</title><script>
        const told = document.documentElement.dataset;
        const dark = matchMedia("(prefers-color-scheme: dark)");
        const follow = () => { told.theme = dark.matches ? "dark" : "light"; };
        dark.addEventListener("change", follow); follow();
        console.error("lost");
        fetch("https://host.example/x").catch(() => {});
        </script><style>html[data-theme=dark] p { color: #777; background: #666; }</style></head>
        <body><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p>Text</p>
        <div style="width: 500px">wide</div></body></html>""",
        encoding="utf-8",
    )
    (page,) = survey(tmp_path)
    rules = {
        how: {found.partition(":")[0] for found in violations}
        for how, violations in page.violations.items()
    }
    always = {"html-has-lang", "image-alt"}
    assert rules == {"400 px": always, "light": always, "dark": always | {"color-contrast"}}
    assert page.asked == ["https://host.example/x"]
    assert "lost" in page.complaints
    assert page.overflow > 50


# The register


def test_the_register_is_searched_by_all_words(desk: Window) -> None:
    page = desk.open("register.html")
    total = len(figures(page))
    assert said(page) == f"{total} of {total} figures"
    page.get_by_role("searchbox").fill("Contributors  2000 CHANGE")
    shown = figures(page)
    assert 0 < len(shown) < total
    assert said(page) == f"{len(shown)} of {total} figures"
    texts = page.locator("table.register tbody tr:visible").all_inner_texts()
    assert all(
        word in text.lower() for text in texts for word in ("contributors", "2000", "change")
    )
    page.get_by_role("searchbox").fill("四5")
    assert column(page, 1) == ["四5"] * len(figures(page)) != []
    page.get_by_role("searchbox").fill("no such figure")
    assert figures(page) == []
    assert said(page) == f"0 of {total} figures"
    page.get_by_role("button", name="Show all").click()
    assert len(figures(page)) == total


def test_the_register_is_found_with_or_without_separators(desk: Window) -> None:
    page = desk.open("register.html")
    row = page.locator("#figure-contributors_2000_change")
    digits = re.search(r"\d{5,}", row.inner_text())[0]
    for words in (digits, f"{int(digits):,}"):
        page.get_by_role("searchbox").fill(words)
        assert "contributors_2000_change" in figures(page)


def test_the_register_is_filtered_by_verdict(desk: Window) -> None:
    page = desk.open("register.html")
    counts = {}
    for box in page.locator(".register-tools label:has(input[type=checkbox])").all():
        word, count = box.inner_text().split()
        counts[word] = int(count)
        box.locator("input").check()
        assert set(column(page, 5)) == {word}
        assert len(figures(page)) == int(count)
        box.locator("input").uncheck()
    assert sum(counts.values()) == len(figures(page))
    page.get_by_label("disputed").check()
    page.get_by_label("inconsistent").check()
    assert len(figures(page)) == counts["disputed"] + counts["inconsistent"]


def test_the_register_is_sorted_by_its_heads(desk: Window) -> None:
    page = desk.open("register.html?find=persons+change")
    source = figures(page)
    head = page.get_by_role("columnheader", name="Printed")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.locator("table.register [aria-sort]").count() == 1
    numbers = [_persons(text) for text in column(page, 3)]
    assert numbers == sorted(numbers)
    assert numbers[0] < 0 < numbers[-1]
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    numbers = [_persons(text) for text in column(page, 3)]
    assert numbers == sorted(numbers, reverse=True)
    # Back by place, rows of one place stand as in the source.
    page.get_by_role("columnheader", name="Where").get_by_role("button").click()
    assert figures(page) == source


def _persons(text: str) -> float:
    number = float(re.search(r"-?[\d.]+", text)[0])
    return number * 10_000 if "× 10,000" in text else number


def test_what_has_no_number_stands_last_either_way(desk: Window) -> None:
    page = desk.open("register.html")
    head = page.get_by_role("columnheader", name="The others allow")
    for _ in range(2):
        head.get_by_role("button").click()
        texts = column(page, 6)
        first = texts.index("—")
        assert set(texts[first:]) == {"—"}


def test_the_register_keeps_its_state_in_the_address(desk: Window) -> None:
    page = desk.open("register.html")
    page.get_by_role("searchbox").fill("contributors")
    page.get_by_label("disputed").check()
    page.get_by_role("columnheader", name="Printed").get_by_role("button").click()
    before = figures(page)
    assert "find=contributors" in page.url
    page.reload()
    assert figures(page) == before
    assert page.get_by_role("searchbox").input_value() == "contributors"
    assert page.get_by_label("disputed").is_checked()


def test_a_linked_row_is_shown_whatever_is_filtered(desk: Window) -> None:
    page = desk.open("register.html?verdict=disputed#figure-falling_years")
    assert "falling_years" in figures(page)
    assert said(page).endswith("and the linked one")
    row = page.locator("#figure-falling_years")
    expect(row).to_be_in_viewport()
    plain = page.locator("table.register tbody tr:not(:target)").first
    colour = "row => getComputedStyle(row).backgroundColor"
    assert row.evaluate(colour) != plain.evaluate(colour)


def test_each_row_has_a_link_to_keep(desk: Window) -> None:
    page = desk.open("register.html?find=falling_years")
    page.locator("#figure-falling_years").get_by_role("link", name="falling_years").click()
    assert page.url.endswith("register.html?find=falling_years#figure-falling_years")


def test_the_register_prints_whole(desk: Window) -> None:
    page = desk.open("register.html?find=falling_years")
    assert len(figures(page)) == 1
    page.emulate_media(media="print")
    try:
        assert len(figures(page)) > 100
        assert not page.get_by_role("searchbox").is_visible()
    finally:
        page.emulate_media(media="screen")


def test_the_register_stands_whole_without_scripts(
    browser: Browser, books: dict[str, Path]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((books["en"] / "register.html").as_uri())
    assert page.locator("table.register tbody tr").count() > 100
    assert not page.locator(".register-tools").is_visible()
    context.close()


def test_the_register_is_a_list_of_cards_on_a_phone(phone: Window) -> None:
    page = phone.open("register.html?find=contributors+change")
    first = page.locator("table.register tbody tr:visible").first
    box = first.bounding_box()
    assert 0 <= box["x"] <= box["x"] + box["width"] <= NARROW
    page.get_by_label("Sort by").select_option("printed.descending")
    numbers = [_persons(text) for text in column(page, 3) if "persons" in text]
    assert numbers == sorted(numbers, reverse=True)
    # A browser takes blocks for no table; the roles keep it one.
    assert page.get_by_role("cell").count() > 5


# Values


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


# The frame


def test_the_search_finds_a_word(desk: Window, books: dict[str, Path]) -> None:
    for language, html in books.items():
        desk.html = html
        desk.open("index.html")
        titles = desk.search(_WORDS[language])
        assert len(titles) >= 3, language
        desk.page.locator("#search-results ul.search > li > a").first.click()
        expect(desk.page.locator("article")).to_contain_text(_WORDS[language], ignore_case=True)
    desk.html = books["en"]


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
    desk.html = books["en"]


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


def test_without_a_browser_one_sentence_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(RuntimeError, match="apt-get install chromium"):
        find_browser()
