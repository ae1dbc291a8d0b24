"""The page over all editions of a batch, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import Window, chromium, violations
from projects import Project
from regions import PARTS, batch_of

pytestmark = pytest.mark.slow


@pytest.fixture
def overview(built_regions: Project) -> Path:
    """The folder of a batch."""
    return batch_of(built_regions)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    with chromium() as found:
        yield found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_anybody_can_read_it(browser: Browser, overview: Path, width: int, scheme: str) -> None:
    size = {"width": width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=scheme)
    window = Window.new(context, overview)
    page = window.open("en/index.html")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    window.check_quiet()
    context.close()


def test_it_is_sorted_by_keyboard_and_leads_to_each_edition(
    browser: Browser, overview: Path
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    window = Window.new(context, overview)
    page = window.open("en/index.html")
    heads = page.locator("th[data-sortable] button")
    heads.nth(1).focus()
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    rows = page.locator("tbody tr")
    # The later a part stands in the package, the more it prints.
    links = [rows.nth(n).locator("a").first.get_attribute("href") for n in range(rows.count())]
    assert [link.split("/")[1] for link in links] == [*reversed(PARTS)]
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    page.locator("tbody a").first.click()
    page.wait_for_url(f"**/{PARTS[0]}/en/html/index.html")
    window.check_quiet()
    context.close()
