"""Shows what the cache of a folder holds, and drops what is not wanted; imports nothing slow."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pensionbook.editions.places import KEPT_BOOKS
from pensionbook.errors import ParameterError

NOTEBOOK, AUDIT, CHECK = "executed notebooks", "audits", "checks of translations"
RECONCILIATION, BOOK, FONTS = "reconciliations", "read books", "lists of fonts"
KINDS = (NOTEBOOK, AUDIT, CHECK, RECONCILIATION, BOOK, FONTS)
_BEGINNINGS = {b"[": NOTEBOOK, b"{": AUDIT, b'"': CHECK}
_DIGEST = 65
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)b", re.IGNORECASE)
_DAYS = re.compile(r"([0-9]+)\s*d(?:ays?)?", re.IGNORECASE)
_SECONDS_A_DAY = 86_400
_MOST_DAYS = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    """Something kept: a file, or the folder of a read book.

    Attributes:
        size: in bytes.
        used: time of its last use, in seconds since 1970.
    """

    kind: str
    path: Path
    size: int
    used: float


@dataclass(frozen=True, slots=True)
class Limit:
    """What may stay: so many bytes in all, and what was used in the last so many seconds."""

    size: float = float("inf")
    seconds: float = float("inf")


NOTHING = Limit(size=0)


def read_limit(text: str) -> Limit:
    """A limit as a user writes it: a size such as ``500MB``, or days such as ``30d``.

    Raises:
        ParameterError: it is neither.
    """
    if found := _SIZE.fullmatch(text.strip()):
        return Limit(size=float(found[1]) * _UNITS[found[2].lower()])
    found = _DAYS.fullmatch(text.strip())
    if found and int(found[1]) <= _MOST_DAYS:
        return Limit(seconds=int(found[1]) * _SECONDS_A_DAY)
    raise ParameterError(
        f"--trim {text}: neither a size nor days; write one such as 500MB or 2GB, or 30d"
    )


def entries(folder: Path) -> list[Entry]:
    """Everything that the cache in a folder holds, what was used last first."""
    found = [*_files(folder), *_books(folder / KEPT_BOOKS)]
    return sorted(found, key=lambda entry: (-entry.used, entry.path))


def drop(folder: Path, limit: Limit) -> list[Entry]:
    """Drop what is beyond a limit, what was not used for longest first; the dropped come back.

    A book that a build holds stays.
    """
    dropped, total, now = [], 0, time.time()
    for entry in entries(folder):
        total += entry.size
        if total > limit.size or now - entry.used > limit.seconds:
            if entry.kind != BOOK:
                with contextlib.suppress(OSError):
                    entry.path.unlink()
                    dropped.append(entry)
            elif _drop_book(entry.path):
                dropped.append(entry)
    return dropped


def summary(folder: Path) -> str:
    """Number, size and times of use of each kind, as lines of text."""
    lines = [f"cache: {folder}"]
    found = entries(folder)
    for kind in KINDS:
        own = [entry for entry in found if entry.kind == kind]
        if own:
            size = size_text(sum(entry.size for entry in own))
            span = f"used {_day(own[-1].used)} to {_day(own[0].used)}"
            lines.append(f"  {kind + ':':24}{len(own):6}  {size:>9}  {span}")
    total = size_text(sum(entry.size for entry in found))
    return "\n".join([*lines, f"  {'all:':24}{len(found):6}  {total:>9}"])


def size_text(size: int) -> str:
    """Bytes in decimal units, with the precision of a file manager."""
    if size < 1000:
        return f"{size} B"
    shown = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        shown /= 1000
        if shown < 999.95 or unit == "TB":
            break
    return f"{shown:.1f} {unit}"


def _files(folder: Path) -> Iterator[Entry]:
    for pattern, kind in (
        ("??/*.json", ""),
        ("reconciled/*/*.pickle", RECONCILIATION),
        ("matplotlib/*.json", FONTS),
    ):
        for path in folder.glob(pattern):
            # Another build may drop it meanwhile.
            with contextlib.suppress(OSError):
                state = path.stat()
                yield Entry(kind or _kind(path), path, state.st_size, state.st_mtime)


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        return _BEGINNINGS.get(file.read(_DIGEST + 1)[_DIGEST:], NOTEBOOK)


def _books(shelf: Path) -> Iterator[Entry]:
    for lock in shelf.glob("*.lock"):
        book = lock.with_suffix("")
        if book.is_dir():
            with contextlib.suppress(OSError):
                size = sum(path.stat().st_size for path in book.rglob("*") if path.is_file())
                mark = lock.with_suffix(".key")
                used = (mark if mark.is_file() else book).stat().st_mtime
                yield Entry(BOOK, book, size, used)


def _drop_book(book: Path) -> bool:
    from pensionbook.book.kept import held

    with held(book) as ours:
        if ours:
            book.with_name(f"{book.name}.key").unlink(missing_ok=True)
            shutil.rmtree(book, ignore_errors=True)
        return ours


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
