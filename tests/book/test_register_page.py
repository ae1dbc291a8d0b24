"""The register as readers use it: search, verdicts, sorting, links, paper, a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser import NARROW, Window

pytestmark = pytest.mark.slow


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
    digits = re.search(r"\d{1,3}(,\d{3})+", row.inner_text())[0]
    for words in (digits, digits.replace(",", "")):
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
    head = page.locator("table.register").get_by_role("columnheader", name="Printed")
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
    page.locator("table.register").get_by_role("columnheader", name="Where").get_by_role(
        "button"
    ).click()
    assert figures(page) == source


def _persons(text: str) -> float:
    number = float(re.search(r"-?[\d.]+", text.replace(",", "").replace("\u2212", "-"))[0])
    return number * 10_000 if "× 10,000" in text else number


def test_what_has_no_number_stands_last_either_way(desk: Window) -> None:
    page = desk.open("register.html")
    head = page.locator("table.register").get_by_role("columnheader", name="The others allow")
    for _ in range(2):
        head.get_by_role("button").click()
        texts = column(page, 6)
        first = texts.index("—")
        assert set(texts[first:]) == {"—"}


def test_the_register_keeps_its_state_in_the_address(desk: Window) -> None:
    page = desk.open("register.html")
    page.get_by_role("searchbox").fill("contributors")
    page.get_by_label("disputed").check()
    page.locator("table.register").get_by_role("columnheader", name="Printed").get_by_role(
        "button"
    ).click()
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
