"""Which of a package's optional files a notebook read, so that a change of others does not run it.

Figures, identities and the tables that name things bear on every bound. The other files are each
noted when something looks into them; evidence packages and the folder of reforms count as one.
Files that a notebook opens itself are noted as well.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

Key = TypeVar("Key")
Held = TypeVar("Held")
ANY = "*"
_ENDINGS = (".csv", ".yml", ".yaml")

_read: set[str] = set()
_opened: set[Path] = set()
_listed: set[Path] = set()
_folders: set[Path] = set()
_loading: list[str] = []


def note(part: str) -> None:
    """Note that this process read a file or a folder of the package."""
    _read.add(part)


def parts_read() -> list[str]:
    """The files and folders of packages that this process read so far; ``*`` if it listed one."""
    found = set(_read)
    for folder in _folders:
        opened = (path.resolve() for path in _opened)
        found |= {p.relative_to(folder).parts[0] for p in opened if folder in p.parents}
        if any(path.resolve().is_relative_to(folder) for path in _listed):
            found.add(ANY)
    return sorted(found)


@contextmanager
def loading(folder: Path) -> Iterator[None]:
    """Load a package: what is opened meanwhile is noted only when something looks into it."""
    _folders.add(folder.resolve())
    _loading.append(str(folder))
    try:
        yield
    finally:
        _loading.pop()


class Noted(Mapping[Key, Held]):
    """A mapping that notes when somebody looks into it.

    Args:
        held: what it holds.
        parts: the file of all of it, or of each key.
    """

    def __init__(self, held: Mapping[Key, Held], parts: str | Mapping[Key, str]) -> None:
        self._held = held
        self._parts = parts

    def __getitem__(self, key: Key) -> Held:
        if isinstance(self._parts, str):
            note(self._parts)
        elif key in self._parts:
            note(self._parts[key])
        return self._held[key]

    def __iter__(self) -> Iterator[Key]:
        self._note_all()
        return iter(self._held)

    def __len__(self) -> int:
        self._note_all()
        return len(self._held)

    def __repr__(self) -> str:
        return repr(self._held)

    def _note_all(self) -> None:
        for part in [self._parts] if isinstance(self._parts, str) else self._parts.values():
            note(part)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _loading or event not in ("open", "os.listdir", "os.scandir"):
        return
    path = arguments[0]
    if not isinstance(path, str):
        return
    if event != "open":
        _listed.add(Path.cwd() / path)
    elif path.endswith(_ENDINGS):
        _opened.add(Path.cwd() / path)


sys.addaudithook(_hear)
