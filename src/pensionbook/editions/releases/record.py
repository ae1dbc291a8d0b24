"""What a release is known by (number, name, day), its record, and whether it is as recorded.

The record, ``release.json``, covers everything: it holds the digests of its own content, of all
files (those of the edition by that of the manifest) and of the record of the release before. Each
release so confirms all before it, and whoever signs one record signs them too.
"""

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
from pensionbook.files.digests import sha256_file, sha256_json

RECORD = "release.json"
# Of the record, made with another program.
SIGNATURE = f"{RECORD}.sig"
FORMAT = 2
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
        or not _is_link(found.get("after"))
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


def _is_link(after: Any) -> bool:
    return after is None or (
        isinstance(after, dict)
        and after.keys() == {"release", "sha256"}
        and _FOLDER.fullmatch(str(after["release"])) is not None
    )


def sealed(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with the digest of its own content."""
    content = {name: value for name, value in record.items() if name != "digest"}
    return content | {"digest": sha256_json(content)}


def link_to(folder: Path) -> dict[str, str]:
    """What the record of the next release says of this one."""
    return {"release": folder.name, "sha256": sha256_file(folder / RECORD)}


def differences_of_release(folder: Path) -> list[str]:
    """What in a release is not as it was released, a line for each file.

    The records of the releases beside it are held against each other: one that was changed and
    made to look right is told by the next. A release may lie alone, or without the first ones.

    Raises:
        BuildError: its manifest cannot be read.
        ReleaseError: it has no record that can be read.
    """
    record = read_record(folder)
    if record is None:
        raise ReleaseError(f"{folder} is no release: it has no {RECORD}")
    content = manifest.read(folder)
    if content is None:
        # Says what is wrong with it.
        manifest.differences(folder)
    assert content is not None
    found = manifest.contents(folder)
    listed = {**content["outputs"], **record["files"]}
    for own in (RECORD, SIGNATURE):
        found.files.pop(own, None)
    found.uneven.pop(SIGNATURE, None)
    lines = manifest.own_differences(content)
    if not lines and sha256_file(folder / manifest.NAME) != record["manifest"]:
        lines = [f"{manifest.NAME}: altered"]
    if record != sealed(record) or _says_otherwise(record, content, folder):
        lines.append(f"{RECORD}: altered")
    return lines + manifest.differing(listed, found) + broken_links(folder)


def _says_otherwise(record: Mapping[str, Any], content: Mapping[str, Any], folder: Path) -> bool:
    """Whether a record contradicts the manifest or the name of the folder."""
    named = _FOLDER.fullmatch(folder.resolve().name)
    return (
        any(record[key] != content[key] for key in ("edition", "parameters", "inputs"))
        or (named is not None and named[0] != f"{record['number']}-{record['name']}")
        or (record["after"] is None) != (record["number"] == 1)
    )


def broken_links(folder: Path) -> list[str]:
    """Where the releases beside a release are not those that were there, a line each.

    Raises:
        ReleaseError: one of them has no record that can be read.
    """
    lines = []
    shelf = releases_in(folder.resolve().parent)
    for number, later in shelf.items():
        record = read_record(later)
        before = shelf.get(number - 1)
        if record is None:
            lines.append(f"../{later.name}/{RECORD}: missing")
        elif before is not None and (before / RECORD).is_file():
            if record["after"] != link_to(before):
                lines.append(f"../{before.name}/{RECORD}: not what {later.name} came after")
        elif number > min(shelf):
            lines.append(f"../{number - 1}: missing, and {later.name} came after it")
    return lines
