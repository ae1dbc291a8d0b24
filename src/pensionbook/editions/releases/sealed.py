"""Whether a release still is what was released."""

from __future__ import annotations

from pathlib import Path

from pensionbook.editions import manifest
from pensionbook.editions.releases.naming import RECORD, read_record
from pensionbook.errors import ReleaseError
from pensionbook.files.digests import sha256_file


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
