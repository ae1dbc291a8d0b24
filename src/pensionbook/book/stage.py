"""The book: pages and executed notebooks staged in one folder and compiled by Jupyter Book."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from pensionbook.book.catalogues import mend_of
from pensionbook.book.compile import Compiler
from pensionbook.book.compile_process import LOG
from pensionbook.book.pages import for_page
from pensionbook.errors import BuildError
from pensionbook.exchange import is_added
from pensionbook.files.atomic import move
from pensionbook.files.digests import visible_files
from pensionbook.notebooks.results import notebook_text

_NOTEBOOKS = "notebooks"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_COMPLAINT = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")
# myst-nb numbers the lines of a notebook's cells from 10,000 up, cell by cell.
_NOTEBOOK_LINE = re.compile(r"(\S+\.ipynb):(\d+)(\d{4}):")
# What the compiler is at stands on the same line as the first complaint.
_AT_WORK = re.compile(r"^[a-z ]+\.\.\. (?:done\s+)?(?=\S+:)")
_SHOWN_WARNINGS = 30
_SHOWN_TRACEBACK = 8
# What only the compiler reads, and what differs between machines.
_NOT_PUBLISHED = (".buildinfo", ".buildinfo.bak")


def stage(
    book: Path,
    notebooks: Mapping[str, Mapping[str, Any]],
    pages: Mapping[str, bytes],
    config: Path,
    changes: Mapping[str, Any],
    folder: Path,
) -> None:
    """Lay out everything a compilation reads: ``source/`` and ``_config.yml``.

    Args:
        notebooks: executed notebooks by name.
        pages: further files of the source folder, by path in it.
        config: the project's ``_config.yml``.
        changes: entries that take the place of its own, dictionaries entry by entry.
        folder: a new folder.
    """
    source = folder / "source"
    for path in visible_files(book):
        target = source / path.relative_to(book)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    (source / _NOTEBOOKS).mkdir(parents=True, exist_ok=True)
    for name, content in notebooks.items():
        text = notebook_text(for_page(content))
        (source / _NOTEBOOKS / f"{name}.ipynb").write_text(text, encoding="utf-8")
    for name, page in pages.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(page)
    try:
        settings = yaml.safe_load(config.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise BuildError(f"cannot read {config}: {error.strerror}; add it") from error
    except yaml.YAMLError as error:
        raise BuildError(f"{config} is no valid YAML: {error}; mend it") from error
    merged = _merged(settings, changes)
    sphinx = merged.get("sphinx", {}).get("config", {})
    if "bibtex_bibfiles" in sphinx:
        # A book that cites nothing need not hold the bibliography.
        held = [name for name in sphinx["bibtex_bibfiles"] if (source / name).is_file()]
        sphinx["bibtex_bibfiles"] = held
    text = yaml.safe_dump(merged, allow_unicode=True, sort_keys=True)
    (folder / "_config.yml").write_text(text, encoding="utf-8")


def _merged(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(settings)
    for key, value in changes.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, Mapping)
        merged[key] = _merged(old or {}, value) if both else value
    return merged


def compile_book(folder: Path, builders: Sequence[str], compiler: Compiler) -> dict[str, Path]:
    """Compile a staged book; a warning is an error.

    Args:
        folder: as :func:`stage` laid it out, an absolute path.
        builders: Sphinx builders, such as ``html`` and ``gettext``.

    Returns:
        The folder that each builder wrote.

    Raises:
        BuildError: the compiler found something wrong; its warnings are listed.
    """
    code = compiler.compile(folder, builders)
    written = {builder: folder / "_build" / builder for builder in builders}
    if code != 0 or not all(path.is_dir() for path in written.values()):
        log = folder / LOG
        printed = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        found = _complaints(printed, folder / "source")
        mend = mend_of(found)
        raise BuildError(f"the book does not compile:\n{found}" + (f"\n{mend}" if mend else ""))
    return written


def take(written: Path, target: Path) -> Path:
    """Move compiled pages to a new folder.

    None is left behind, so that the next compilation writes all of them: a page that Sphinx does
    not write again may show what has changed on another.
    """
    for name in _NOT_PUBLISHED:
        (written / name).unlink(missing_ok=True)
    move(written, target)
    return target


def _complaints(printed: str, source: Path) -> str:
    text = _COLOURS.sub("", printed).replace(f"{source}{os.sep}", "")
    # Jupyter Book wraps what went wrong in an error of its own that says nothing.
    text = text.partition("The above exception was the direct cause")[0]
    before, _, traceback = text.partition("Traceback (most recent call last):")
    before = _NOTEBOOK_LINE.sub(lambda found: _in_notebook(found, source), before)
    shown = [line for line in before.splitlines() if _COMPLAINT.search(line)]
    if len(shown) > _SHOWN_WARNINGS:
        shown = [*shown[:_SHOWN_WARNINGS], f"... and {len(shown) - _SHOWN_WARNINGS} more"]
    if traceback or not shown:
        lines = [line for line in text.splitlines() if line.strip()]
        shown += lines[-_SHOWN_TRACEBACK:]
    return "\n".join(f"  {_AT_WORK.sub('', line.strip())}" for line in shown)


def _in_notebook(found: re.Match[str], source: Path) -> str:
    """The place of a complaint as readers count: the cell of their own notebook, and the line."""
    try:
        cells = json.loads((source / found[1]).read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return found[0]
    before = cells[: int(found[2])]
    number = sum(not is_added(cell) for cell in before)
    return f"{found[1]}: cell {number}, line {max(int(found[3]) - 1, 1)}:"
