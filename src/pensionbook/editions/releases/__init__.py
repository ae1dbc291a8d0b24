"""Releases of an edition, and what one says otherwise than another.

``freeze.py`` makes a release from a built edition, ``compare.py`` says what moved between two
sides, each a release or a built edition, and ``causes.py`` why: it keeps revisions, which are new
data, apart from corrections, which are errors of ours.
"""

from __future__ import annotations

from pathlib import Path


def differences(folder: Path) -> list[str]:
    """What in a release or a built edition is not as it was published, a line for each file.

    Raises:
        BuildError: it has no manifest that can be read.
        ReleaseError: it is a release whose record is damaged.
    """
    from pensionbook.editions import manifest
    from pensionbook.editions.releases.record import RECORD, differences_of_release

    if (folder / RECORD).is_file():
        return differences_of_release(folder)
    return manifest.differences(folder)


def notes(folder: Path) -> list[str]:
    """What a reader should know of a release that is as it was published, a line each."""
    from pensionbook.editions.releases import record

    found = record.read_record(folder)
    if found is None:
        return []
    lines = [f"release {found['number']} of {found['date']}: {found['name']}"]
    before = found["after"]
    if before:
        there = (folder.resolve().parent / before["release"] / record.RECORD).is_file()
        how = "which is as it was then" if there else "which is not beside it and was not checked"
        lines.append(f"it came after {before['release']}, {how}")
    if (folder / record.SIGNATURE).is_file():
        lines.append(f"signed in {record.SIGNATURE}, which ssh-keygen checks (see README.md)")
    return lines
