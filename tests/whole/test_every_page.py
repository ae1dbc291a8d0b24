"""Every page of the report in a browser: light, dark and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser import Seen, find_browser, survey

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def seen(books: dict[str, Path]) -> dict[str, list[Seen]]:
    """What a browser made of every page, by language."""
    return {language: survey(html) for language, html in books.items()}


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


def test_without_a_browser_one_sentence_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(RuntimeError, match="apt-get install chromium"):
        find_browser()
