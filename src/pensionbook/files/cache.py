"""Results kept under the digest of all they depend on; a damaged one counts as missing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from pensionbook.files.atomic import UNFINISHED, write_whole

# Room for some hundred editions: eight notebooks in two languages are about seven megabytes.
_KEPT_BYTES = 2_000_000_000
_UNFINISHED_SECONDS = 3600
# A book and some notebooks.
_LEAST_MEGABYTES = 20


def load_sound(path: Path) -> bytes | None:
    """What was kept in a file; None where there is none, or a cut or altered one.

    The file begins with the digest of the rest.
    """
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if hashlib.sha256(content).hexdigest().encode() != digest:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        return None
    # Its time of use decides what is kept; a cache that is read-only still serves.
    with contextlib.suppress(OSError):
        os.utime(path)
    return content


def store_sound(path: Path, content: bytes) -> None:
    """Keep bytes in a file, whole or not at all, for :func:`load_sound`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


class Cache:
    """JSON values in a folder, by key.

    Attributes:
        folder: where values are kept.
        behind: another cache that is only read.
    """

    def __init__(self, folder: Path, behind: Cache | None = None) -> None:
        self.folder, self.behind = folder, behind

    def reason_against(self) -> str:
        """Why nothing can be kept; empty if it can."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder) as file:
                for _ in range(_LEAST_MEGABYTES):
                    file.write(bytes(1_000_000))
        except OSError as error:
            return f"cannot write in {self.folder}: {error.strerror or error}"
        return ""

    def load(self, key: str) -> Any | None:
        """The value kept under a key; None when there is none that is sound."""
        content = load_sound(self._path(key))
        if content is None:
            return self.behind.load(key) if self.behind else None
        return json.loads(content)

    def store(self, key: str, value: Any) -> None:
        """Keep a JSON value under a key, whole or not at all; without room for it, not at all."""
        # In the value's own order, which pages may show.
        content = json.dumps(value, ensure_ascii=False).encode()
        with contextlib.suppress(OSError):
            store_sound(self._path(key), content)

    def trim(self, most: int = _KEPT_BYTES) -> None:
        """Drop the entries that were not used for longest, beyond so many bytes in all."""
        found = []
        for path in self.folder.glob("??/*.json"):
            with contextlib.suppress(OSError):
                state = path.stat()
                found.append((state.st_mtime, state.st_size, path))
        total = 0
        for _, size, path in sorted(found, reverse=True):
            total += size
            if total > most:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
        if found:
            self._drop_unfinished(max(found)[0] - _UNFINISHED_SECONDS)

    def _drop_unfinished(self, before: float) -> None:
        # Left by builds that were killed; a young one may be another build's at work.
        for path in self.folder.glob(f"??/.*{UNFINISHED}"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < before:
                    path.unlink()

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"
