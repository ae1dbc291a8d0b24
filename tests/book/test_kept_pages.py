"""Pages written once stay as long as nothing changed that they show."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from projects import Project

pytestmark = pytest.mark.slow

OTHER = """# Other page

(here)=
## Here

```{glossary}
Contributor
    Who pays.
```

![A picture](picture.png)
"""
PICTURE = Path(__file__).parents[2] / "book" / "_static" / "report.png"


@pytest.fixture
def book(project: Project) -> Project:
    """A project of three pages, built in one language."""
    (project.book / "other.md").write_text(OTHER, encoding="utf-8")
    shutil.copy(PICTURE, project.book / "picture.png")
    project.list_pages("other", "notebooks/ok")
    go_on(project)
    return project


def go_on(project: Project) -> None:
    """Build it."""
    run = project.build("--language", "en")
    assert run.returncode == 0, run.stderr


def change(project: Project, page: str, before: str, after: str) -> None:
    """Replace a text of a page and build again."""
    path = project.book / f"{page}.md"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    go_on(project)


def written(project: Project) -> dict[str, int]:
    """When each page was written."""
    (kept,) = (project.folder / "_build" / ".cache" / "books").glob("*-en/_build/html")
    times = {path.stem: path.stat().st_mtime_ns for path in kept.rglob("*.html")}
    return {name: times[name] for name in ("index", "other", "ok")}


def changed(project: Project, before: dict[str, int]) -> set[str]:
    """The pages that were written since."""
    return {name for name, time in written(project).items() if time != before[name]}


def as_from_nothing(project: Project) -> None:
    """Assert that a build from nothing gives the same files."""
    gone_on = project.output_bytes()
    shutil.rmtree(project.folder / "_build")
    go_on(project)
    again = project.output_bytes()
    assert again.keys() == gone_on.keys()
    assert [name for name in again if again[name] != gone_on[name]] == []


def test_only_the_page_with_another_sentence_is_written(book: Project) -> None:
    before = written(book)
    change(book, "index", "is a formula.", "is a formula that anybody can read.")
    assert changed(book, before) == {"index"}
    found = book.output_bytes()
    assert b"anybody can read" in found["en/html/index.html"]
    # The index of the pages that were not written is still there.
    assert b"contributor" in found["en/html/searchindex.js"]
    assert b"anybodi" in found["en/html/searchindex.js"]
    as_from_nothing(book)


@pytest.mark.parametrize(
    ("page", "before", "after"),
    [
        ("other", "# Other page", "# A page by another name"),
        ("other", "## Here", "## Elsewhere"),
        ("other", "Contributor", "Participant"),
        ("other", "![A picture](picture.png)", "No picture."),
        ("index", "# A book for tests", "# A book with another title"),
    ],
)
def test_what_other_pages_show_writes_them_all(
    book: Project, page: str, before: str, after: str
) -> None:
    times = written(book)
    change(book, page, before, after)
    assert changed(book, times) == {"index", "other", "ok"}
    as_from_nothing(book)


def test_a_number_that_moves_is_followed(book: Project) -> None:
    change(book, "index", "See [the", "{ref}`here` and {eq}`sum`. See [the")
    change(book, "index", "$$\n\\sum", "$$\nx = 1\n$$ (first)\n\n$$\n\\sum")
    as_from_nothing(book)


def test_a_build_that_failed_leaves_nothing_half_written(book: Project) -> None:
    path = book.book / "other.md"
    path.write_text(OTHER + "\nSee {ref}`nowhere`.\n", encoding="utf-8")
    assert book.build("--language", "en").returncode == 1
    path.write_text(OTHER.replace("Who pays.", "Who pays in."), encoding="utf-8")
    go_on(book)
    assert b"Who pays in." in book.output_bytes()["en/html/other.html"]
    as_from_nothing(book)
