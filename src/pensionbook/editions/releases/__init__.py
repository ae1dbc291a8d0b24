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
