"""The manifest over a whole batch: what went in, each edition by the digest of its own manifest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pensionbook.editions import manifest
from pensionbook.files.digests import sha256_file

EDITIONS = "editions"
# States of an edition: as it should be, older than the batch, not there.
CURRENT, EARLIER, MISSING = "current", "earlier", "missing"


@dataclass(frozen=True, slots=True)
class BatchState:
    """How the editions of a batch stand.

    Attributes:
        editions: state of each area's edition: ``current``, ``earlier`` or ``missing``.
        failed: causes, by area; such an area may have an earlier edition.
        left_out: reasons why other parts have none, by area.
    """

    editions: Mapping[str, str]
    failed: Mapping[str, str]
    left_out: Mapping[str, str]


def read(folder: Path) -> dict[str, Any] | None:
    """The manifest of a batch; None where there is none that can be used."""
    found = manifest.read(folder)
    usable = found is not None and all(
        isinstance(found.get(name), dict) for name in (EDITIONS, "failed", "left_out")
    )
    return found if usable else None


def manifest_digest(folder: Path) -> str:
    """sha256 of an edition's manifest; empty where there is none."""
    path = folder / manifest.NAME
    return sha256_file(path) if path.is_file() else ""


def overview(folder: Path, editions: Iterable[str]) -> manifest.Contents:
    """What lies in the folder of a batch beside the editions and the locks of builds."""
    locks = [
        entry.name
        for entry in folder.glob(".*.lock")
        if entry.is_file() and not entry.is_symlink() and not entry.stat().st_size
    ]
    own = [area for area in editions if not (folder / area).is_symlink()]
    return manifest.contents(folder, without=[*own, *locks])


def stands(found: Mapping[str, Any], folder: Path, wanted: Mapping[str, Any]) -> bool:
    """Whether the overview in a folder is what its manifest says, and of what is wanted.

    Args:
        wanted: a manifest without outputs.
    """
    beside = overview(folder, found[EDITIONS])
    same = found == manifest.sealed({**wanted, "outputs": found["outputs"]})
    return same and not manifest.differing(found["outputs"], beside)


def differences(folder: Path) -> list[str] | None:
    """What in a published batch is not as its manifests say, a line each; None for an edition.

    Raises:
        BuildError: a manifest is missing or cannot be read.
    """
    found = read(folder)
    if found is None:
        return None
    editions = found[EDITIONS]
    lines = manifest.own_differences(found)
    lines += manifest.differing(found["outputs"], overview(folder, editions))
    for area, digest in editions.items():
        if manifest_digest(folder / area) != digest:
            what = "altered" if (folder / area / manifest.NAME).is_file() else "missing"
            lines.append(f"{area}/{manifest.NAME}: {what}")
        else:
            lines += [f"{area}/{line}" for line in manifest.differences(folder / area)]
    return lines


def count_files(found: Mapping[str, Any], folder: Path) -> int:
    """Files of a batch: those of the overview and of all editions."""
    editions = (manifest.read(folder / area) or {} for area in found[EDITIONS])
    return len(found["outputs"]) + sum(len(one.get("outputs", ())) for one in editions)
