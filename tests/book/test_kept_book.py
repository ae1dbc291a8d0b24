"""The book kept from the last build: only changed pages are read, and nothing is lost by it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from pensionbook.book.kept import kept_book, trim
from projects import Project

PAGE, OTHER = "source/index.md", "source/other.md"
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


def test_a_build_that_goes_on_gives_the_same_bytes_as_one_from_nothing(project: Project) -> None:
    assert project.build().returncode == 0
    with (project.book / "index.md").open("a") as page:
        page.write("\nOne sentence more.\n")
    assert project.build().returncode == 0
    gone_on = project.output_bytes()
    assert b"One sentence more." in gone_on["en/html/index.html"]
    shutil.rmtree(project.folder / "_build")
    assert project.build().returncode == 0
    assert project.output_bytes() == gone_on


def test_a_warning_is_given_again_until_it_is_mended(project: Project) -> None:
    assert project.build().returncode == 0
    with (project.book / "index.md").open("a") as page:
        page.write("\nThere were 4711 of them.\n")
    for _ in range(2):
        run = project.build()
        assert run.returncode == 1
        assert "index.md" in run.stderr
        assert "4711" in run.stderr
