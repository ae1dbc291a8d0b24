"""A staged book is kept after it compiled: the next build reads what changed
and writes all pages.

Sphinx reads a page again when its file or its catalogue is newer than what it remembers. Everything
else that a page may depend on (data, settings, contents, the library) is part of a key: where that
differs, or where the last build did not end well, the kept book is thrown away.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from pensionbook.files.atomic import locked
from pensionbook.files.digests import sha256_file, sha256_json
from pensionbook.language.languages import LOCALE

_KEY, _LOCK = "key", "lock"
_PAGES = (".md", ".ipynb")
_KEPT_BOOKS = 6


@contextlib.contextmanager
def kept_book(staged: Path, shelf: Path, name: str, upstream: str) -> Iterator[Path]:
    """The folder to compile: the kept book brought up to the staged one.

    The book is kept only when the block ends without an error. While another build holds it, the
    staged folder itself is compiled.

    Args:
        staged: as ``book.stage`` laid it out; used up.
        shelf: folder of all kept books.
        name: of this book.
        upstream: digest of what a page depends on outside the staged folder.
    """
    shelf.mkdir(parents=True, exist_ok=True)
    with locked(shelf / f"{name}.{_LOCK}", wait=False) as held:
        if not held:
            yield staged
            return
        book, mark = shelf / name, shelf / f"{name}.{_KEY}"
        key = _key(staged, upstream)
        if mark.is_file() and mark.read_text(encoding="utf-8") == key and book.is_dir():
            mark.unlink()
            _bring_up(book, staged)
        else:
            mark.unlink(missing_ok=True)
            shutil.rmtree(book, ignore_errors=True)
            shutil.move(staged, book)
        yield book
        mark.write_text(key, encoding="utf-8")


def trim(shelf: Path) -> None:
    """Throw away the books that were not used for longest, beyond a few."""
    marks = sorted(shelf.glob(f"*.{_KEY}"), key=lambda mark: mark.stat().st_mtime, reverse=True)
    for mark in marks[_KEPT_BOOKS:]:
        with locked(mark.with_suffix(f".{_LOCK}"), wait=False) as held:
            if held:
                mark.unlink(missing_ok=True)
                shutil.rmtree(mark.with_suffix(""), ignore_errors=True)


@contextlib.contextmanager
def held(book: Path) -> Iterator[bool]:
    """Whether a kept book is this process's alone for the length of the block."""
    with locked(book.with_name(f"{book.name}.{_LOCK}"), wait=False) as ours:
        yield ours


def _files(source: Path) -> dict[str, Path]:
    found = (path for path in source.rglob("*") if path.is_file())
    return {path.relative_to(source).as_posix(): path for path in found}


def _key(staged: Path, upstream: str) -> str:
    """Digest of everything but the text of pages and of their own catalogues."""
    files = _files(staged / "source")
    pages = {Path(name).with_suffix("").as_posix() for name in files if name.endswith(_PAGES)}
    fixed = {
        name: sha256_file(path)
        for name, path in files.items()
        if not name.endswith(_PAGES) and not _is_catalogue_of(name, pages)
    }
    settings = sha256_file(staged / "_config.yml")
    return sha256_json([upstream, settings, sorted(pages), fixed])


def _is_catalogue_of(name: str, pages: set[str]) -> bool:
    parts = Path(name).parts
    if parts[0] != LOCALE or not name.endswith(".po"):
        return False
    return Path(*parts[3:]).with_suffix("").as_posix() in pages


def _bring_up(book: Path, staged: Path) -> None:
    """Copy what differs; what stays keeps its time, by which Sphinx knows it."""
    kept, new = _files(book / "source"), _files(staged / "source")
    for name, path in new.items():
        target = book / "source" / name
        if name not in kept or path.read_bytes() != target.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
