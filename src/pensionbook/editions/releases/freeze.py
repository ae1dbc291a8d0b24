"""A built edition frozen as a numbered, dated release: written whole, or not at all."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pensionbook.data.load import load_package
from pensionbook.data.package import Package
from pensionbook.data.tables import RawPackage
from pensionbook.editions import manifest
from pensionbook.editions.releases.compare import Comparison, compare
from pensionbook.editions.releases.crate import CRATE_FILE, write_crate
from pensionbook.editions.releases.papers import (
    CHANGES_FILE,
    CITATION_FILE,
    change_log,
    citation,
    licences,
    write_revisions,
)
from pensionbook.editions.releases.record import (
    FORMAT,
    RECORD,
    broken_links,
    check_name,
    link_to,
    read_date,
    read_record,
    releases_in,
    sealed,
    write_json,
)
from pensionbook.editions.releases.show import to_json
from pensionbook.editions.releases.sides import VALUES_FILE, read_side
from pensionbook.editions.releases.sources import check_unchanged, read_sources
from pensionbook.editions.sources import copy_packages
from pensionbook.errors import PackageError, ReleaseError
from pensionbook.files.atomic import locked
from pensionbook.files.digests import sha256_file
from pensionbook.notebooks.source import DATA

DIFFERENCE_FILE = "revisions.json"
_STAGING = ".release-"
_BUILDS = "_build"


@dataclass(frozen=True, slots=True)
class Release:
    """A release that was made.

    Attributes:
        comparison: with the release before it; None for the first.
    """

    folder: Path
    number: int
    name: str
    day: date
    comparison: Comparison | None


def release(
    name: str,
    edition: Path | None = None,
    *,
    day: str = "",
    note: str = "",
    target: Path = Path("releases"),
    data: Path | None = None,
) -> Release:
    """Freeze a built edition as ``target/EDITION/NUMBER-NAME``.

    The bytes depend on the edition, its package, the name, the day, the note and the release
    before it alone.

    Args:
        edition: the folder of the build; by default the only one in ``_build``.
        day: ``YYYY-MM-DD``; by default the package's entry ``created``.
        note: what readers should know, for CHANGES.md.
        data: the package it was built from; by default ``data/EDITION``.

    Raises:
        ReleaseError: the name or the day will not do, the edition is none or not as it was built,
            its package is another, or the release cannot be written.
        PackageError: the package cannot be read.
        BuildError: it changed while it was copied.
    """
    check_name(name)
    given = read_date(day) if day else None
    edition = edition or _only_build()
    if (edition / RECORD).exists():
        raise ReleaseError(f"{edition} is a release already; name a built edition with --edition")
    # Reads what a release is compared by, and so refuses what cannot be compared later.
    side = read_side(edition)
    altered = manifest.differences(edition)
    if altered:
        more = f" and {len(altered) - 1} more" if len(altered) > 1 else ""
        raise ReleaseError(
            f"{edition} is not as it was built ({altered[0]}{more}); build it again before it is "
            "released"
        )
    raw = read_sources(data or Path(DATA, side.edition))
    if raw.problems:
        raise PackageError(raw.problems)
    check_unchanged(raw, side.inputs, edition)
    if raw.descriptor.get("name") != side.edition:
        raise ReleaseError(
            f"{edition} and {raw.path} have different names; build the edition again"
        )
    package = load_package(raw.path, check=False)
    chosen = given or package.created
    if chosen is None:
        raise ReleaseError(
            f"{raw.path} does not say when it was published; give the day of the release with "
            "--date, such as --date 2006-02-28, or write `created:` into datapackage.yaml"
        )
    shelf = target / side.edition
    with _writing(shelf), _held(shelf):
        known = releases_in(shelf)
        for other in known.values():
            if other.name.split("-", 1)[1] == name:
                raise ReleaseError(
                    f"{shelf} has a release {other.name}, and no release is overwritten; "
                    "choose another name"
                )
        number = max(known, default=0) + 1
        earlier = _before(known, side.parameters)
        if known:
            _check_chain(shelf, known)
        staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=shelf))
        try:
            staging.chmod(0o755)
            comparison = _fill(
                staging, edition, raw, package, side.manifest, earlier, known.get(number - 1),
                number=number, name=name, day=chosen, note=note,
            )  # fmt: skip
            final = shelf / f"{number}-{name}"
            staging.rename(final)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return Release(final, number, name, chosen, comparison)


def _only_build() -> Path:
    manifests = Path(_BUILDS).glob(f"*/{manifest.NAME}")
    found = sorted(path.parent for path in manifests if path.with_name(VALUES_FILE).is_file())
    if len(found) == 1:
        return found[0]
    if not found:
        raise ReleaseError(
            f"there is no built edition in {_BUILDS}; build one with `pensionbook build`, or "
            "name its folder with --edition"
        )
    names = ", ".join(str(folder) for folder in found[:5])
    raise ReleaseError(f"there are {len(found)} editions: {names}; name one with --edition")


def _before(known: Mapping[int, Path], parameters: Mapping[str, Any]) -> Path | None:
    """The latest release about the same area: another area's numbers did not move to this one's.

    Raises:
        ReleaseError: a release has no record, or a damaged one.
    """
    found = None
    for folder in known.values():
        record = read_record(folder)
        if record is None:
            raise ReleaseError(
                f"{folder} has no {RECORD}; fetch that release anew, or move the folder away"
            )
        if record["parameters"].get("area") == parameters.get("area"):
            found = folder
    return found


def _check_chain(shelf: Path, known: Mapping[int, Path]) -> None:
    """Raise an error where a release would confirm earlier ones that are not as they were."""
    broken = broken_links(known[max(known)])
    if broken:
        raise ReleaseError(
            f"the releases in {shelf} are not as they were: {broken[0].removeprefix('../')}; fetch "
            "them anew before one is added"
        )


def _fill(
    folder: Path,
    edition: Path,
    raw: RawPackage,
    package: Package,
    content: Mapping[str, Any],
    earlier: Path | None,
    before: Path | None,
    *,
    number: int,
    name: str,
    day: date,
    note: str,
) -> Comparison | None:
    """Write all of a release into its folder.

    Args:
        earlier: the release that it is compared with.
        before: the release before it in the chain.
    """
    outputs: Mapping[str, str] = content["outputs"]
    for path, digest in outputs.items():
        copied = folder / path
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(edition / path, copied)
        if sha256_file(copied) != digest:
            raise ReleaseError(f"{edition / path} changed while it was copied; try again")
    shutil.copyfile(edition / manifest.NAME, folder / manifest.NAME)
    copy_packages(package, folder / DATA)
    comparison = None
    if earlier:
        now = read_side(folder, folder / DATA / package.name)
        now = replace(
            now,
            label=f"{number}-{name}",
            record={"number": number, "name": name, "date": day.isoformat()},
        )
        comparison = compare(read_side(earlier), now)
    title = package.title_in("en", str(content["parameters"].get("area", "")))
    (folder / CITATION_FILE).write_text(
        citation(title, number, day, licences(raw.descriptor)), encoding="utf-8"
    )
    (folder / CHANGES_FILE).write_text(
        change_log(title, number, name, day, note, comparison), encoding="utf-8"
    )
    if comparison:
        write_revisions(comparison, content.get("languages") or ["en"], folder)
        write_json(to_json(comparison), folder / DIFFERENCE_FILE)
    added = {
        path: digest
        for path, digest in manifest.output_digests(folder).items()
        if path not in outputs
    }
    record = {
        "format": FORMAT,
        "number": number,
        "name": name,
        "date": day.isoformat(),
        "edition": package.name,
        "parameters": content["parameters"],
        "note": note,
        "previous": earlier.name if earlier else None,
        "after": link_to(before) if before else None,
        "manifest": sha256_file(folder / manifest.NAME),
        "inputs": content["inputs"],
    }
    write_crate(
        folder,
        title=title,
        description=" ".join(str(raw.descriptor.get("description") or title).split()),
        edition=package.name,
        number=number,
        name=name,
        day=day,
        licences=licences(raw.descriptor),
        languages=content.get("languages") or ["en"],
        # The record has the digest of the crate, so the crate cannot have that of the record.
        digests={**outputs, **added, manifest.NAME: record["manifest"], RECORD: None},
    )
    added[CRATE_FILE] = sha256_file(folder / CRATE_FILE)
    write_json(sealed(record | {"files": dict(sorted(added.items()))}), folder / RECORD)
    manifest.even_out(folder)
    return comparison


@contextlib.contextmanager
def _held(shelf: Path) -> Iterator[None]:
    """Let no other process count up the releases of this edition; what a killed one left goes."""
    shelf.mkdir(parents=True, exist_ok=True)
    with locked(shelf, wait=False) as alone:
        if not alone:
            raise ReleaseError(f"another release is being made in {shelf}; wait until it is done")
        for stale in shelf.glob(f"{_STAGING}*"):
            shutil.rmtree(stale, ignore_errors=True)
        yield


@contextlib.contextmanager
def _writing(shelf: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ReleaseError(
            f"cannot write {error.filename or shelf}: {error.strerror or error}; allow it, or "
            "name another folder with --to"
        ) from error
