"""What a build depends on, as digests: files, the library's code and the installed versions.

Imported before anything slow, so that a build with nothing to do ends at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pensionbook.errors import BuildError

_LIBRARY = Path(__file__).parent
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


def library_digests() -> dict[str, str]:
    """Digests of this library's own code and of the schemas it reads packages with."""
    from pensionbook.reading import schemas_folder

    return digests(_LIBRARY, "pensionbook") | digests(schemas_folder(), "schemas")


def runtime_versions() -> dict[str, str]:
    """Python and every installed distribution this library needs, directly or not.

    Raises:
        BuildError: pensionbook or something it needs is not installed.
    """
    from importlib.metadata import PackageNotFoundError, distribution

    from packaging.requirements import Requirement

    versions: dict[str, str] = {}
    waiting: list[tuple[str, frozenset[str]]] = [("pensionbook", frozenset())]
    seen = set(waiting)
    while waiting:
        name, extras = waiting.pop()
        try:
            found = distribution(name)
        except PackageNotFoundError:
            raise BuildError(
                f"the distribution {name} is not installed; run `make report`, or "
                "`pip install -r requirements.txt` and `pip install --no-deps -e .`"
            ) from None
        versions[_canonical(name)] = found.version
        for line in found.requires or ():
            requirement = Requirement(line)
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
                continue
            needed = (_canonical(requirement.name), frozenset(requirement.extras))
            if needed not in seen:
                seen.add(needed)
                waiting.append(needed)
    # The library itself is known by the digests of its files.
    del versions["pensionbook"]
    return {"python": platform.python_version()} | dict(sorted(versions.items()))


def still_installed(versions: Mapping[str, str]) -> bool:
    """Whether exactly these versions are still there; reads folder names only."""
    installed = set()
    for folder in map(Path, sys.path):
        if folder.is_dir():
            for entry in folder.iterdir():
                if entry.suffix in (".dist-info", ".egg-info"):
                    distribution, _, version = entry.stem.partition("-")
                    installed.add((_canonical(distribution), version))
    wanted = dict(versions)
    return wanted.pop("python", None) == platform.python_version() and installed.issuperset(
        wanted.items()
    )


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
