"""The manifest of an edition: what went in, what came out, and whether it still stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pensionbook.errors import BuildError
from pensionbook.files.digests import sha256_file

NAME = "manifest.json"
FORMAT = 2


def write(manifest: Mapping[str, Any], folder: Path) -> None:
    """Write a manifest into its output folder."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8")


def read(folder: Path) -> dict[str, Any] | None:
    """The manifest in an output folder; None when there is none that can be used."""
    try:
        manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    usable = isinstance(manifest, dict) and manifest.get("format") == FORMAT
    return manifest if usable else None


def versions_of(folder: Path) -> dict[str, str]:
    """The versions that an edition was built with; none where it is missing or damaged."""
    versions = (read(folder) or {}).get("versions")
    return versions if isinstance(versions, dict) else {}


def differences(folder: Path) -> list[str]:
    """What in a published folder is not as its manifest says, a line for each file.

    Raises:
        BuildError: there is no manifest that can be read.
    """
    manifest = read(folder)
    listed = manifest.get("outputs") if manifest else None
    if not isinstance(listed, dict):
        raise BuildError(
            f"{folder / NAME} is missing or not a manifest of this version; "
            "name the folder of an edition, such as _build/tianjin-2002"
        )
    return differing(listed, output_digests(folder))


def differing(listed: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """What files are not as they are listed, by their digests, a line each."""
    lines = [f"{name}: missing" for name in sorted(listed.keys() - found.keys())]
    lines += [f"{name}: not in the manifest" for name in sorted(found.keys() - listed.keys())]
    both = sorted(listed.keys() & found.keys())
    return lines + [f"{name}: altered" for name in both if listed[name] != found[name]]


def output_digests(folder: Path) -> dict[str, str]:
    """sha256 of each file in an output folder but the manifest, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): sha256_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / NAME
    }


def stands(found: Mapping[str, Any], wanted: Mapping[str, Any], folder: Path) -> bool:
    """Whether a folder is exactly what a build gave, byte for byte, and that what is wanted.

    Args:
        wanted: a manifest without outputs; its versions are the caller's to compare.
    """
    same = all(found.get(name) == wanted[name] for name in wanted if name != "versions")
    return same and found.get("outputs") == output_digests(folder)
