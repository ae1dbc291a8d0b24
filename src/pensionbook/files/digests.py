"""What a build depends on, as digests: files, the library's code and the installed versions.

Imported before anything slow, so that a build with nothing to do ends at once.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_IGNORED_FOLDERS = ("__pycache__", ".ipynb_checkpoints", "_build")


def sha256_file(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_json(content: Any) -> str:
    """Hex digest of a JSON value, the same whatever the order of its keys."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def visible_files(folder: Path) -> Iterator[Path]:
    """All files below a folder in a fixed order, without hidden ones and what tools leave."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if f[0] != "." and f not in _IGNORED_FOLDERS)
        for name in sorted(files):
            if name[0] != "." and not name.endswith(".pyc"):
                yield Path(root, name)


def digests(folder: Path, prefix: str, paths: Iterable[Path] | None = None) -> dict[str, str]:
    """Digests of files by their path below the folder, after a prefix.

    Args:
        paths: the files; by default all visible ones.
    """
    found = visible_files(folder) if paths is None else paths
    return {f"{prefix}/{path.relative_to(folder).as_posix()}": sha256_file(path) for path in found}
