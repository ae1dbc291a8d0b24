"""Opens built pages in Chromium from the disk: what they ask for, complain of, and shut out."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.async_api import Browser as AsyncBrowser
from playwright.async_api import async_playwright
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

WIDE, NARROW = 1280, 400
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_HOW_TO_INSTALL = (
    "The browser tests need Chromium: install it (on Debian and Ubuntu: apt-get install chromium) "
    "or name its program in the variable CHROMIUM."
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
_THIN = """document.querySelectorAll("tbody tr:nth-child(n+31)").forEach((row) => row.remove())"""
_OUTSIDE = re.compile(r"^(?!file:|data:|blob:|about:)")
_AT_ONE_TIME = 2


def find_browser() -> str:
    """The program of a Chromium.

    Raises:
        RuntimeError: there is none; the message says how to install it.
    """
    for name in (os.environ.get("CHROMIUM", ""), *_NAMES):
        if name and (program := shutil.which(name)):
            return program
    raise RuntimeError(_HOW_TO_INSTALL)


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
        window.page.set_default_timeout(10_000)
        window.page.route(_OUTSIDE, lambda route: route.abort())
        window.page.on("request", lambda request: _note(window.asked, request.url))
        window.page.on("console", lambda said: _complain(window.complaints, said))
        window.page.on(
            "pageerror", lambda error: window.complaints.append(error.stack or str(error))
        )
        return window

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


@dataclass(frozen=True)
class Seen:
    """What a browser made of one page.

    Attributes:
        violations: of axe's rules for WCAG 2.1 A and AA, by how the page was shown.
        asked: addresses on other hosts.
        complaints: errors on the console.
        overflow: how many pixels a window of 400 would have to be scrolled sideways.
    """

    name: str
    violations: dict[str, list[str]]
    asked: list[str]
    complaints: list[str]
    overflow: int


def survey(html: Path) -> list[Seen]:
    """All pages of a book, each in light, in dark, and on a phone."""
    # Playwright's other half holds the event loop of this thread.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _survey(html, pages_of(html))).result()


async def _survey(html: Path, pages: Sequence[Path]) -> list[Seen]:
    program = find_browser()
    places = asyncio.Semaphore(_AT_ONE_TIME)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program)

        async def visit(path: Path) -> Seen:
            async with places:
                return await _visit(browser, html, path)

        seen = await asyncio.gather(*map(visit, pages))
        await browser.close()
    return seen


async def _visit(browser: AsyncBrowser, html: Path, path: Path) -> Seen:
    violations: dict[str, list[str]] = {}
    asked: list[str] = []
    complaints: list[str] = []
    context = await browser.new_context(color_scheme="light", reduced_motion="reduce")
    page = await context.new_page()
    await page.route(_OUTSIDE, lambda route: route.abort())
    page.on("request", lambda request: _note(asked, request.url))
    page.on("console", lambda said: _complain(complaints, said))
    page.on("pageerror", lambda error: complaints.append(error.stack or str(error)))
    await page.set_viewport_size({"width": NARROW, "height": 900})
    await page.goto(path.as_uri())
    await page.add_style_tag(content=_STILL)
    await page.add_script_tag(path=_AXE)
    overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    # The colours are those of the wide page.
    rules = {"color-contrast": {"enabled": False}}
    narrow = {"runOnly": _RULES, "rules": rules}
    violations[f"{NARROW} px"] = await page.evaluate(_RUN_AXE, narrow)
    await page.set_viewport_size({"width": WIDE, "height": 900})
    await page.evaluate(_THIN)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.wait_for_function(
            "scheme => document.documentElement.dataset.theme === scheme", arg=scheme
        )
        violations[scheme] = await page.evaluate(_RUN_AXE, {"runOnly": _RULES})
    await context.close()
    name = path.relative_to(html).as_posix()
    return Seen(name, violations, asked, complaints, overflow)


def _note(asked: list[str], address: str) -> None:
    if _OUTSIDE.match(address):
        asked.append(address)


def _complain(complaints: list[str], said: Any) -> None:
    if said.type == "error":
        complaints.append(said.text)
