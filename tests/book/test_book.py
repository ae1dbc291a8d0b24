"""The built book: no dead link, no request to another host, code out of the reader's way."""

from __future__ import annotations

from pathlib import Path

import pytest

from pages import dead_links, outside_requests, read_pages
from projects import Project

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def html(built_project: Project) -> Path:
    """The pages of a small book."""
    return built_project.output / "en" / "html"


@pytest.fixture(scope="module")
def report(built_edition: Path) -> Path:
    """The pages of the report."""
    return built_edition / "en" / "html"


def test_no_link_of_the_report_leads_nowhere(report: Path) -> None:
    assert len(read_pages(report)) >= 7
    assert dead_links(report) == []


def test_no_page_of_the_report_asks_another_host(report: Path) -> None:
    assert outside_requests(report) == []


def test_the_report_shows_no_traceback_and_no_raw_markup(report: Path) -> None:
    for path, page in read_pages(report).items():
        article = page.soup.find("article")
        if article is None:
            continue
        for code in article.find_all(["pre", "code", "script", "style", "math"]):
            code.decompose()
        text = article.get_text()
        for mark in ("Traceback", "{value}", "{printed}", "{eq}", "](", "<Figure size"):
            assert mark not in text, (path.name, mark)


def test_no_link_leads_nowhere(html: Path) -> None:
    assert len(read_pages(html)) >= 4
    assert dead_links(html) == []


def test_no_page_asks_another_host(html: Path) -> None:
    assert outside_requests(html) == []


def test_formulas_need_no_script(html: Path) -> None:
    page = read_pages(html)[html / "index.html"]
    assert page.soup.find("math")
    assert page.soup.find(class_="eqno").get_text().startswith("(1)")
    assert "MathJax" not in str(page.soup)


def test_code_is_folded_away_and_parameters_are_left_out(html: Path) -> None:
    page = read_pages(html)[html / "notebooks" / "ok.html"]
    folded = page.soup.select("details.hide")
    assert folded
    assert all("open" not in element.attrs for element in folded)
    text = page.soup.find("article").get_text()
    assert "Parameters" not in text
    assert "number_of_files" not in text


def test_only_what_readers_need_is_published(html: Path) -> None:
    names = {path.name for path in html.rglob("*")}
    assert not names & {".buildinfo", ".doctrees", "environment.pickle"}
    assert not any(name.endswith((".pickle", ".doctree")) for name in names)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<script src="https://host.example/x.js"></script>', "https://host.example/x.js"),
        ('<link rel="stylesheet" href="//host.example/x.css">', "//host.example/x.css"),
        ("<style>@import 'https://host.example/x.css';</style>", "https://host.example/x.css"),
        ('<img src="a.png" srcset="https://host.example/b.png 2x">', "https://host.example/b.png"),
        ("<script>fetch('https://host.example/x')</script>", "host.example"),
    ],
)
def test_a_planted_request_is_noticed(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.html").write_text(f"<html><body>{text}</body></html>", encoding="utf-8")
    assert said in " ".join(outside_requests(tmp_path))


@pytest.mark.parametrize("address", ["b.html", "#nowhere", "c.html#nowhere", "../c.html", "d.png"])
def test_a_planted_dead_link_is_noticed(tmp_path: Path, address: str) -> None:
    (tmp_path / "a.html").write_text(f'<a href="{address}">there</a>', encoding="utf-8")
    (tmp_path / "c.html").write_text('<p id="here">text</p>', encoding="utf-8")
    assert dead_links(tmp_path) == [f"a.html: {address}"]
