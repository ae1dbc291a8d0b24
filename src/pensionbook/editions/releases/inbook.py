"""The comparison of an edition that is being built with an earlier release, for its pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pensionbook.data.load import load_evidence
from pensionbook.data.package import Package
from pensionbook.editions import manifest
from pensionbook.editions.releases.compare import compare
from pensionbook.editions.releases.show import to_data
from pensionbook.editions.releases.sides import read_files, read_side
from pensionbook.files.digests import sha256_file

# Name, among the inputs of a build, of the manifest of the release that it is compared with.
INPUT = "since/manifest.json"


def since_input(since: Path, edition: str) -> dict[str, str]:
    """What a build depends on when it is compared with a release.

    Raises:
        ReleaseError: the folder is no release of this edition, or was changed.
        PackageError: its package cannot be read.
    """
    side = read_side(since)
    side.check_edition(edition)
    return {INPUT: sha256_file(since / manifest.NAME)}


def revisions(
    since: Path,
    folder: Path,
    package: Package,
    content: Mapping[str, Any],
    languages: Sequence[str],
) -> dict[str, dict[str, Any]]:
    """What moved, as the pages of each language show it.

    Args:
        since: the earlier release.
        folder: of the new edition, with its values, verdicts and bounds.
        package: the new edition's.
        content: its manifest: ``edition``, ``parameters``, ``inputs`` and ``versions``.

    Raises:
        ReleaseError: the release cannot be read.
    """
    evidence = {name: load_evidence(package, name) for name in package.evidence}
    new = read_files(folder, dict(content), "", None, package, evidence)
    found = compare(read_side(since), new)
    return {language: to_data(found, language) for language in languages}
