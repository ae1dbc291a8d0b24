"""What a build depends on beside the package: the library's own files and what is installed.

Imported before anything slow, so that a build with nothing to do ends at once.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from pensionbook.data.tables import schemas_folder
from pensionbook.errors import BuildError
from pensionbook.files.digests import digests

LIBRARY = Path(__file__).parents[1]
# Folders and modules of the library whose code can change a reconciliation, what a notebook gives,
# and what a page says. Where they are wrong, results that no longer hold are taken from the cache;
# tests hold them against what is imported.
ENGINE_ROOMS = ("__init__", "errors", "files", "data", "engine")
NOTEBOOK_ROOMS = (
    *ENGINE_ROOMS, "exchange", "language", "charts", "report", "projection", "analysis",
)  # fmt: skip
PAGE_ROOMS = (*NOTEBOOK_ROOMS, "notebooks", "book")


def library_digests() -> dict[str, str]:
    """Digests of this library's own code and of the schemas it reads packages with."""
    return digests(LIBRARY, "pensionbook") | digests(schemas_folder(), "schemas")


def of_rooms(inputs: Mapping[str, str], rooms: Collection[str]) -> dict[str, str]:
    """Digests of the library's files in these rooms, and of all schemas, among the inputs."""
    return {
        name: digest
        for name, digest in inputs.items()
        if name.startswith("schemas/")
        or (name.startswith("pensionbook/") and room_of(name) in rooms)
    }


def room_of(name: str) -> str:
    """The room of a file of the library, by its name among the inputs."""
    return name.split("/")[1].removesuffix(".py")


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
