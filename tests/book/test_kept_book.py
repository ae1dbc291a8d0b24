"""The book kept from the last build: only changed pages are read, and nothing is lost by it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from pensionbook.book.kept import kept_book, trim
from projects import ROOT, Project

PAGE, OTHER = "source/index.md", "source/other.md"
PICTURE = ROOT / "book" / "_static" / "report.png"
OTHER_PAGE = """# Other page

(here)=
## Here

```{glossary}
Contributor
    Who pays.
```

![A picture](picture.png)
"""
CATALOGUE = "source/locale/zh_CN/LC_MESSAGES/index.po"


def staged(folder: Path, files: Mapping[str, str] = MappingProxyType({})) -> Path:
    """A staged book."""
    texts = {PAGE: "# One\n", "_config.yml": "title: x\n", "source/_data/report.json": "{}"}
    texts |= files
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def keep(tmp_path: Path, number: int, files: Mapping[str, str] = MappingProxyType({})) -> Path:
    """Keep a staged book, as a build that goes well does."""
    shelf = tmp_path / "shelf"
    with kept_book(staged(tmp_path / str(number), files), shelf, "b", "library") as book:
        (book / "read").touch()
    return book


def test_an_unchanged_file_keeps_its_time_and_a_changed_one_is_replaced(tmp_path: Path) -> None:
    book = keep(tmp_path, 1, {OTHER: "same"})
    before = (book / OTHER).stat().st_mtime_ns
    assert keep(tmp_path, 2, {PAGE: "# Two\n", OTHER: "same"}) == book
    assert (book / PAGE).read_text() == "# Two\n"
    assert (book / OTHER).stat().st_mtime_ns == before
    assert (book / "read").exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("source/_data/report.json", "[]"),
        ("source/more.md", "# New\n"),
        ("source/references.bib", "@book{x}"),
        ("_config.yml", "title: y\n"),
        ("source/locale/zh_CN/LC_MESSAGES/sphinx.po", ""),
    ],
)
def test_what_pages_share_makes_a_new_book(tmp_path: Path, name: str, text: str) -> None:
    keep(tmp_path, 1)
    second = staged(tmp_path / "2", {name: text})
    with kept_book(second, tmp_path / "shelf", "b", "library") as book:
        assert not (book / "read").exists()


def test_a_page_s_own_catalogue_does_not(tmp_path: Path) -> None:
    keep(tmp_path, 1, {CATALOGUE: "one"})
    with kept_book(
        staged(tmp_path / "2", {CATALOGUE: "two"}), tmp_path / "shelf", "b", "library"
    ) as book:
        assert (book / "read").exists()
        assert (book / CATALOGUE).read_text() == "two"


def test_another_library_makes_a_new_book(tmp_path: Path) -> None:
    keep(tmp_path, 1)
    with kept_book(staged(tmp_path / "2"), tmp_path / "shelf", "b", "newer") as book:
        assert not (book / "read").exists()


def test_a_book_whose_build_failed_is_not_gone_on_from(tmp_path: Path) -> None:
    keep(tmp_path, 1)
    with (
        pytest.raises(RuntimeError),
        kept_book(staged(tmp_path / "2"), tmp_path / "shelf", "b", "library"),
    ):
        raise RuntimeError
    with kept_book(staged(tmp_path / "3"), tmp_path / "shelf", "b", "library") as book:
        assert not (book / "read").exists()


def test_two_builds_at_one_time_do_not_share_a_book(tmp_path: Path) -> None:
    keep(tmp_path, 1)
    with (tmp_path / "shelf" / "b.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = staged(tmp_path / "2")
        with kept_book(second, tmp_path / "shelf", "b", "library") as book:
            assert book == second


def test_only_the_books_used_last_are_kept(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    for number in range(9):
        with kept_book(staged(tmp_path / str(number)), shelf, f"b{number}", "library"):
            pass
    trim(shelf)
    assert sorted(path.name for path in shelf.iterdir() if path.is_dir()) == [
        f"b{number}" for number in range(3, 9)
    ]


def go_on(project: Project, page: str, *changes: tuple[str, str]) -> None:
    """Replace texts of a page and build again, in English."""
    path = project.book / f"{page}.md"
    text = path.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    run = project.build("--language", "en")
    assert run.returncode == 0, run.stderr


def assert_as_from_nothing(project: Project) -> dict[str, bytes]:
    """What stands there, once it is known that a build from nothing writes the same."""
    gone_on = project.output_bytes()
    shutil.rmtree(project.folder / "_build")
    assert project.build("--language", "en").returncode == 0
    again = project.output_bytes()
    assert again.keys() == gone_on.keys()
    assert [name for name in again if again[name] != gone_on[name]] == []
    return again


@pytest.fixture(scope="module")
def built_book(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of three pages, one of which shows what stands on another; built in English."""
    project = Project.make(tmp_path_factory.mktemp("kept") / "project", "ok")
    (project.book / "other.md").write_text(OTHER_PAGE, encoding="utf-8")
    shutil.copy(PICTURE, project.book / "picture.png")
    project.list_pages("other", "notebooks/ok")
    go_on(project, "index", ("See [the", "{ref}`here`, {term}`Contributor`, {eq}`sum`. See [the"))
    return project.copy(project.folder.with_name("as-built"))


@pytest.fixture
def book(built_book: Project) -> Project:
    """The built project, where it was built: a book that was moved is read anew."""
    folder = built_book.folder.with_name("project")
    shutil.rmtree(folder)
    return built_book.copy(folder)


@pytest.mark.slow
def test_a_build_that_goes_on_gives_the_same_bytes_as_one_from_nothing(book: Project) -> None:
    read = next((book.folder / "_build" / ".cache" / "books").glob("*-en/_build/.doctrees"))
    before = (read / "other.doctree").stat().st_mtime_ns
    go_on(book, "index", ("is a formula.", "is a formula that anybody can read."))
    assert (read / "other.doctree").stat().st_mtime_ns == before
    assert b"anybody can read" in assert_as_from_nothing(book)["en/html/index.html"]


@pytest.mark.slow
def test_a_page_that_did_not_change_follows_those_that_did(book: Project) -> None:
    changes = [
        ("# Other page", "# A page by another name"),
        ("## Here", "## Elsewhere"),
        ("Who pays.", "Who pays in."),
        ("![A picture](picture.png)", "$$\nx = 1\n$$ (first)"),
    ]
    go_on(book, "other", *changes)
    found = assert_as_from_nothing(book)
    assert b"Elsewhere" in found["en/html/index.html"]
    assert b"A page by another name" in found["en/html/notebooks/ok.html"]
    assert not [name for name in found if "picture" in name]


@pytest.mark.slow
def test_a_build_that_failed_leaves_nothing_half_written(book: Project) -> None:
    path = book.book / "other.md"
    path.write_text(OTHER_PAGE + "\nSee {ref}`nowhere`.\n", encoding="utf-8")
    assert book.build("--language", "en").returncode == 1
    path.write_text(OTHER_PAGE, encoding="utf-8")
    go_on(book, "other", ("Who pays.", "Who pays in."))
    assert b"Who pays in." in assert_as_from_nothing(book)["en/html/other.html"]


@pytest.mark.slow
def test_a_warning_is_given_again_until_it_is_mended(book: Project) -> None:
    with (book.book / "index.md").open("a") as page:
        page.write("\nThere were 4711 of them.\n")
    for _ in range(2):
        run = book.build()
        assert run.returncode == 1
        assert "index.md" in run.stderr
        assert "4711" in run.stderr
