"""Opens built pages in Chromium from the disk: what they ask for, complain of, and shut out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.async_api import Page as AsyncPage
from playwright.async_api import async_playwright
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import provide

WIDE, NARROW = 1280, 400
_HOW_TO_INSTALL = (
    "The browser tests need Chromium: `make browser` installs it or says how "
    "(on Debian and Ubuntu: apt-get install chromium)."
)
_AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_RUN_AXE = """async (options) => {
  const always = { resultTypes: ["violations"], preload: false };
  const found = await axe.run(document, { ...always, ...options });
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`));
}"""
# Colours that are still on their way from light to dark are not those that a reader sees.
_STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
# Colours take axe as long as all else, and rows of a long table are alike: these stand for all.
# On the narrow page, where colours are left out, every row is looked at.
_THIN = """document.querySelectorAll("tbody tr:nth-child(n+16)").forEach((row) => row.remove())"""
_OUTSIDE = re.compile(r"^(?!file:|data:|blob:|about:)")
_AT_ONE_TIME = 2
# A busy machine may take its time.
_PATIENCE = 30_000
expect.set_options(timeout=_PATIENCE)


def find_browser() -> str:
    """The program of a Chromium.

    Raises:
        RuntimeError: there is none; the message says how to install it.
    """
    program = provide.find_browser()
    if program is None:
        raise RuntimeError(_HOW_TO_INSTALL)
    return program


def pages_of(html: Path) -> list[Path]:
    """The pages of a book that readers reach."""
    return [path for path in sorted(html.rglob("*.html")) if "_static" not in path.parts]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser."""
    program = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@dataclass
class Window:
    """A page in a browser, with what it asked other hosts for and what it complained of."""

    page: Page
    html: Path
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def new(cls, context: BrowserContext, html: Path) -> Window:
        """An empty window; requests to other hosts fail and are kept."""
        window = cls(context.new_page(), html)
        window.page.set_default_timeout(_PATIENCE)
        window.page.route(_OUTSIDE, lambda route: route.abort())
        _listen(window.page, window.asked, window.complaints)
        return window

    def check_quiet(self) -> None:
        """Check that the pages so far asked nobody and complained of nothing; begin anew."""
        found = (self.asked[:], self.complaints[:])
        self.asked.clear()
        self.complaints.clear()
        assert found == ([], [])

    def open(self, name: str) -> Page:
        """Open a page by its address in the book, such as ``register.html#figure-a``."""
        path, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", name).groups()
        # A change of the part after # alone would not load the page anew.
        self.page.goto("about:blank")
        self.page.goto((self.html / path).as_uri() + mark + rest)
        return self.page

    def search(self, words: str) -> list[str]:
        """Titles that the book's own search finds, asked by keyboard from the page at hand."""
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/search.html?q=*")
        self.page.wait_for_selector("#search-results .search-summary:not(:empty)")
        self.page.wait_for_function(
            "Search.status?.textContent.length > 0 && !Search._pulse_status"
        )
        return self.page.locator("#search-results ul.search > li > a").all_inner_texts()


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page as it is shown, by its rules for WCAG 2.1 A and AA."""
    page.add_script_tag(path=_AXE)
    return page.evaluate(_RUN_AXE, {"runOnly": _RULES})


@dataclass
class Seen:
    """What a browser made of one page.

    Attributes:
        violations: of axe's rules for WCAG 2.1 A and AA, by how the page was shown.
        asked: addresses on other hosts.
        complaints: errors on the console.
        overflow: how many pixels a window of 400 would have to be scrolled sideways.
    """

    name: str
    violations: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    overflow: int = 0


def survey(html: Path) -> list[Seen]:
    """All pages of a book, each in light, in dark, and on a phone."""
    # Playwright's other half holds the event loop of this thread.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _survey(html, pages_of(html))).result()


async def _survey(html: Path, pages: Sequence[Path]) -> list[Seen]:
    program = find_browser()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program)
        waiting = iter(pages)

        async def visit() -> list[Seen]:
            page = await browser.new_page(reduced_motion="reduce")
            await page.route(_OUTSIDE, lambda route: route.abort())
            return [await _visit(page, html, path) for path in waiting]

        seen = await asyncio.gather(*(visit() for _ in range(_AT_ONE_TIME)))
        await browser.close()
    return [page for part in seen for page in part]


async def _visit(page: AsyncPage, html: Path, path: Path) -> Seen:
    name = path.relative_to(html).as_posix()
    seen = Seen(name)
    keep = _listen(page, seen.asked, seen.complaints)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": NARROW, "height": 900})
    await page.goto(path.as_uri())
    await page.add_style_tag(content=_STILL)
    await page.add_script_tag(path=_AXE)
    seen.overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    # The colours are those of the wide page.
    narrow = {"runOnly": _RULES, "rules": {"color-contrast": {"enabled": False}}}
    seen.violations[f"{NARROW} px"] = await page.evaluate(_RUN_AXE, narrow)
    await page.set_viewport_size({"width": WIDE, "height": 900})
    await page.evaluate(_THIN)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.wait_for_function(
            "scheme => document.documentElement.dataset.theme === scheme", arg=scheme
        )
        seen.violations[scheme] = await page.evaluate(_RUN_AXE, {"runOnly": _RULES})
    for event, listener in keep.items():
        page.remove_listener(event, listener)
    return seen


def _listen(page: Page | AsyncPage, asked: list[str], complaints: list[str]) -> dict[str, Any]:
    """Keep what a page asks other hosts for, and the errors it prints or dies of."""

    def requested(request: Any) -> None:
        if _OUTSIDE.match(request.url):
            asked.append(request.url)

    def printed(said: Any) -> None:
        if said.type == "error":
            complaints.append(said.text)

    def died(error: Any) -> None:
        complaints.append(error.stack or str(error))

    listeners = {"request": requested, "console": printed, "pageerror": died}
    for event, listener in listeners.items():
        page.on(event, listener)
    return listeners
