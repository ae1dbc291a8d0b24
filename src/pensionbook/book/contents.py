"""The table of contents of a book: what it names is there, and what is there is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from pensionbook.book.compile_process import TOC
from pensionbook.book.stage import _NOTEBOOKS
from pensionbook.errors import BuildError


def check_contents(book: Path, names: list[str]) -> None:
    """Check that a book's table of contents and the notebooks fit, before anything runs.

    Args:
        book: folder with ``_toc.yml`` and the pages.
        names: of the notebooks, without their ending.

    Raises:
        BuildError: a page is missing, or a notebook stands nowhere in the contents.
    """
    try:
        contents = yaml.safe_load((book / TOC).read_text(encoding="utf-8"))
    except OSError as error:
        raise BuildError(
            f"cannot read {book / TOC}: {error.strerror}; name the book's folder with --book"
        ) from error
    except yaml.YAMLError as error:
        raise BuildError(f"{book / TOC} is no valid YAML: {error}; mend it") from error
    pages = set(_pages(contents))
    if not pages:
        raise BuildError(f"{book / TOC} names no pages; write root and chapters")
    for page in sorted(pages):
        folder, _, name = page.rpartition("/")
        if folder == _NOTEBOOKS and name in names:
            continue
        if not any((book / f"{page}{ending}").is_file() for ending in ("", ".md", ".ipynb")):
            raise BuildError(f"{TOC} names {page!r}, but there is no such page; add or remove it")
    for name in names:
        if f"{_NOTEBOOKS}/{name}" not in pages:
            raise BuildError(
                f"{name}.ipynb stands nowhere in {TOC}; add '- file: {_NOTEBOOKS}/{name}'"
            )


def reading_order(book: Path) -> list[str]:
    """Names of a book's pages as a reader meets them, without their endings."""
    return _pages(yaml.safe_load((book / TOC).read_text(encoding="utf-8")))


def _pages(entry: Any) -> list[str]:
    if isinstance(entry, list):
        return [page for item in entry for page in _pages(item)]
    if not isinstance(entry, dict):
        return []
    own = [str(entry[key]) for key in ("root", "file") if key in entry]
    own = [page.removesuffix(".md").removesuffix(".ipynb") for page in own]
    return own + [page for value in entry.values() for page in _pages(value)]
