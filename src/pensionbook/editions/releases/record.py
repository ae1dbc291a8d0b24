"""What a release is known by (number, name, day), its record, and whether it is as recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pensionbook.data.names import SLUG, is_slug
from pensionbook.editions import manifest
from pensionbook.errors import ReleaseError, quote
from pensionbook.files.digests import sha256_file

RECORD = "release.json"
FORMAT = 1
_LONGEST_NAME = 60
_FOLDER = re.compile(f"([1-9][0-9]*)-{SLUG.pattern}")


def check_name(name: str) -> str:
    """The name of a release, if it can be one.

    Raises:
        ReleaseError: it has other signs than small letters, digits and single hyphens, or is
            too long.
    """
    if is_slug(name) and len(name) <= _LONGEST_NAME:
        return name
    plain = re.sub(r"[^a-z0-9]+", "-", name[:_LONGEST_NAME].lower()).strip("-")
    instead = f", such as {plain}" if plain else ", such as spring-2006"
    raise ReleaseError(
        f"a release cannot be called {quote(name)}; use at most {_LONGEST_NAME} small letters, "
        f"digits and single hyphens{instead}"
    )


def read_date(text: str) -> date:
    """A day as ``YYYY-MM-DD``.

    Raises:
        ReleaseError: it is no such day.
    """
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ReleaseError(f"--date: {quote(text)} is no day; write YYYY-MM-DD, such as 2006-02-28")


def releases_in(folder: Path) -> dict[int, Path]:
    """The releases in the folder of an edition, by number."""
    found: dict[int, Path] = {}
    if folder.is_dir():
        for entry in sorted(folder.iterdir()):
            match = _FOLDER.fullmatch(entry.name)
            if match and entry.is_dir():
                found[int(match[1])] = entry
    return dict(sorted(found.items()))


def read_record(folder: Path) -> dict[str, Any] | None:
    """The record of a release; None where a folder has none.

    Raises:
        ReleaseError: the record is damaged.
    """
    path = folder / RECORD
    if not path.is_file():
        return None
    found = read_json(path)
    texts = ("name", "date", "edition", "manifest")
    if (
        found.get("format") != FORMAT
        or not isinstance(found.get("number"), int)
        or not all(isinstance(found.get(key), str) for key in texts)
        or not all(isinstance(found.get(key), dict) for key in ("inputs", "files", "parameters"))
    ):
        raise ReleaseError(
            f"{path} is not the record of a release of this version; fetch the release anew, "
            "or make it again with `pensionbook release`"
        )
    return found


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file.

    Raises:
        ReleaseError: the file is missing or damaged.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReleaseError(
            f"cannot read {path}: {error.strerror or error}; name the folder of a release or of "
            "a built edition, such as _build/tianjin-2002"
        ) from None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ReleaseError(
            f"{path} is damaged: it is not a JSON object; build the edition again, or fetch the "
            "release anew"
        )
    return found


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write a JSON object, one entry a line."""
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8")


def differences_of_release(folder: Path) -> list[str]:
    """What in a release is not as it was released, a line for each file.

    Raises:
        BuildError: its manifest cannot be read.
        ReleaseError: it has no record that can be read.
    """
    record = read_record(folder)
    if record is None:
        raise ReleaseError(f"{folder} is no release: it has no {RECORD}")
    own = set(record["files"]) | {RECORD}
    lines = [
        line
        for line in manifest.differences(folder)
        if not (line.endswith(": not in the manifest") and line.rsplit(": ", 1)[0] in own)
    ]
    if sha256_file(folder / manifest.NAME) != record["manifest"]:
        lines.append(f"{manifest.NAME}: altered")
    for name, digest in sorted(record["files"].items()):
        path = folder / name
        if not path.is_file():
            lines.append(f"{name}: missing")
        elif sha256_file(path) != digest:
            lines.append(f"{name}: altered")
    return lines
