"""Reads built pages: what they link to, and what they fetch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

_FETCHING = {
    "audio": "src",
    "embed": "src",
    "form": "action",
    "iframe": "src",
    "img": "src",
    "input": "src",
    "link": "href",
    "object": "data",
    "script": "src",
    "source": "src",
    "track": "src",
    "video": "src",
}
_CSS_URL = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")
_SCRIPT_REQUEST = re.compile(r"(?:fetch|import|open|src\s*=|href\s*=)\W{0,4}[\"'`](https?:)?//")


@dataclass(frozen=True)
class Page:
    """A page of a book as it lies on disk."""

    path: Path
    soup: BeautifulSoup

    @classmethod
    def read(cls, path: Path) -> Page:
        """Parse a page."""
        return cls(path, BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser"))

    def fetched(self) -> list[str]:
        """Addresses a browser asks for by itself when it shows the page."""
        found = [
            element[attribute]
            for name, attribute in _FETCHING.items()
            for element in self.soup.find_all(name)
            if element.get(attribute)
        ]
        found += [
            candidate.split()[0]
            for element in self.soup.find_all(srcset=True)
            for candidate in element["srcset"].split(",")
        ]
        styles = [element.get_text() for element in self.soup.find_all("style")]
        styles += [element["style"] for element in self.soup.find_all(style=True)]
        return found + [address for style in styles for address in css_addresses(style)]

    def script_requests(self) -> list[str]:
        """Places in the page's own scripts that name another host to ask."""
        scripts = [script.get_text() for script in self.soup.find_all("script", src=False)]
        return [script for script in scripts if _SCRIPT_REQUEST.search(script)]

    def links(self) -> list[str]:
        """Addresses a reader can follow."""
        return [element["href"] for element in self.soup.find_all("a", href=True)]

    def anchors(self) -> set[str]:
        """Places on the page that can be linked to."""
        ids = {element["id"] for element in self.soup.find_all(id=True)}
        return ids | {element["name"] for element in self.soup.find_all("a", attrs={"name": True})}


def css_addresses(style: str) -> list[str]:
    """Addresses a style sheet asks for."""
    return [first or second for first, second in _CSS_URL.findall(style)]


def is_outside(address: str) -> bool:
    """Whether an address leads to another host."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data", "mailto")


def read_pages(html: Path) -> dict[Path, Page]:
    """All pages of a built book."""
    return {path: Page.read(path) for path in sorted(html.rglob("*.html"))}


def dead_links(html: Path) -> list[str]:
    """Links and fetched files of a book that lead nowhere, each with its page."""
    pages = read_pages(html)
    # Pages of the other languages lie beside these.
    edition = html.resolve().parents[1]
    anchors = {path: page.anchors() for path, page in pages.items()}
    dead = []
    for path, page in pages.items():
        if "_static" in path.parts:
            continue
        for address in [*page.links(), *page.fetched()]:
            parts = urlsplit(address)
            if is_outside(address) or parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            missing = not target.is_file() or not target.is_relative_to(edition)
            lost = parts.fragment and target in anchors
            if missing or (lost and unquote(parts.fragment) not in anchors[target]):
                dead.append(f"{path.relative_to(html)}: {address}")
    return dead


def outside_requests(html: Path) -> list[str]:
    """What a browser would ask other hosts for when it shows the pages of a book."""
    found = []
    for path, page in read_pages(html).items():
        wanted = [address for address in page.fetched() if is_outside(address)]
        found += [f"{path.relative_to(html)}: {what}" for what in wanted + page.script_requests()]
    for path in sorted(html.rglob("*.css")):
        style = path.read_text(encoding="utf-8")
        wanted = [address for address in css_addresses(style) if is_outside(address)]
        found += [f"{path.relative_to(html)}: {address}" for address in wanted]
    return found
