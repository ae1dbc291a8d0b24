"""One side of a comparison: a release or a built edition, with its values, verdicts and bounds."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from pensionbook.data.names import is_slug
from pensionbook.data.package import Package
from pensionbook.editions import manifest
from pensionbook.editions.releases.record import RECORD, read_json, read_record
from pensionbook.editions.releases.sources import (
    changed_files,
    check_unchanged,
    load_sources,
    package_inputs,
    read_sources,
)
from pensionbook.errors import ReleaseError
from pensionbook.files.digests import sha256_file
from pensionbook.notebooks.source import DATA
from pensionbook.report.audit import AUDIT_COLUMNS, AUDIT_FILE, BOUNDS_COLUMNS, BOUNDS_FILE

VALUES_FILE = "values.json"
# The first four columns of bounds.csv: what is bounded.
Quantity = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Side:
    """What one of two compared editions says.

    Attributes:
        label: how it is called in what is printed: its number and name, or its folder.
        record: the record of the release; None for a built edition.
        values: the records of values.json by id.
        verdicts: the rows of audit.csv by figure.
        bounds: the rows of bounds.csv by what is bounded.
        package: the data package; None where it was not to be had.
        evidence: the packages that it is held against, by name.
    """

    folder: Path
    label: str
    record: dict[str, Any] | None
    manifest: dict[str, Any]
    values: dict[str, dict[str, Any]]
    verdicts: dict[str, dict[str, str]]
    bounds: dict[Quantity, dict[str, str]]
    package: Package | None = None
    evidence: Mapping[str, Package] = field(default_factory=dict)

    @property
    def edition(self) -> str:
        """The edition's id."""
        return str(self.manifest["edition"])

    def check_edition(self, edition: str) -> None:
        """Check that it is of a data package.

        Raises:
            ReleaseError: it is of another.
        """
        if self.edition != edition:
            raise ReleaseError(
                f"{self.folder} is an edition of {self.edition}, not of {edition}; name one of "
                f"{edition}"
            )

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters it was built with."""
        return dict(self.manifest["parameters"])

    @property
    def inputs(self) -> dict[str, str]:
        """Digests of what it was built from."""
        return dict(self.manifest["inputs"])


def read_sides(old: Path, new: Path, data: Sequence[Path] = ()) -> tuple[Side, Side]:
    """Read two releases or built editions of one data package.

    Args:
        data: folders of data packages, for the sides that are no releases; each goes to the side
            that was built from it. Where none is named, ``data/EDITION`` in the current folder is
            taken for a side that was built from it.

    Raises:
        ReleaseError: a folder is no edition, was changed or is damaged, or the two are of
            different packages, or a named package is neither's.
        PackageError: a package cannot be read.
    """
    found = [_manifest_of(folder) for folder in (old, new)]
    first, second = (str(content["edition"]) for content in found)
    if first != second:
        raise ReleaseError(
            f"{old} is an edition of {first} and {new} of {second}; name two of one data package"
        )
    packages = [_package_folder(*pair, data) for pair in zip((old, new), found, strict=True)]
    _check_used(data, packages, found)
    sides = [
        _read_side(folder, content, package)
        for folder, content, package in zip((old, new), found, packages, strict=True)
    ]
    return sides[0], sides[1]


def read_side(folder: Path, data: Path | None = None) -> Side:
    """Read a release, or a built edition with the package it was built from.

    Raises:
        ReleaseError: the folder is no edition, was changed or is damaged.
        PackageError: the package cannot be read.
    """
    content = _manifest_of(folder)
    return _read_side(folder, content, _package_folder(folder, content, [data] if data else []))


def _manifest_of(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise ReleaseError(
            f"there is no folder {folder}; name a release, such as releases/tianjin-2002/1-first, "
            "or a built edition, such as _build/tianjin-2002"
        )
    if not (folder / manifest.NAME).exists():
        raise ReleaseError(
            f"{folder} is neither a release nor a built edition: it has no {manifest.NAME}; "
            "build one with `pensionbook build`"
        )
    content = manifest.read(folder)
    # What stands there becomes part of a path.
    if content is not None and not is_slug(content.get("edition")):
        content = None
    kinds = {"edition": str, "parameters": dict, "inputs": dict, "versions": dict, "outputs": dict}
    if content is None or not all(isinstance(content.get(k), kind) for k, kind in kinds.items()):
        raise ReleaseError(
            f"{folder / manifest.NAME} is damaged, or of another version; build the edition "
            "again, or fetch the release anew"
        )
    if isinstance(content.get("editions"), dict):
        one = next(iter(content["editions"]), "AREA")
        raise ReleaseError(
            f"{folder} holds many editions; name one of them, such as {folder / one}"
        )
    return content


def _package_folder(folder: Path, content: Mapping[str, Any], data: Sequence[Path]) -> Path | None:
    """Where the package of a side is; None where it was not named and is not to be found."""
    inputs, edition = content["inputs"], str(content["edition"])
    if (folder / RECORD).is_file():
        own = folder / DATA / edition
        check_unchanged(read_sources(own), inputs, folder)
        return own
    for named in data:
        if not changed_files(read_sources(named), inputs):
            return named
    usual = Path(DATA, edition)
    if usual.is_dir() and not changed_files(read_sources(usual), inputs):
        return usual
    return None


def _check_used(
    data: Sequence[Path], packages: Sequence[Path | None], found: Sequence[Mapping[str, Any]]
) -> None:
    for named in data:
        if named in packages:
            continue
        raw = read_sources(named)
        if any(not changed_files(raw, content["inputs"]) for content in found):
            continue
        changed = changed_files(raw, found[0]["inputs"])
        raise ReleaseError(
            f"neither edition was built from {named}: {changed[0]} is another; name the package "
            "as it was at the time with --data, or leave it out"
        )


def _read_side(folder: Path, content: dict[str, Any], package: Path | None) -> Side:
    record = read_record(folder)
    for name in (VALUES_FILE, AUDIT_FILE, BOUNDS_FILE):
        path = folder / name
        if not path.is_file():
            raise ReleaseError(f"{path} is missing; build the edition again, or fetch it anew")
        if content["outputs"].get(name) != sha256_file(path):
            raise ReleaseError(
                f"{path} is not as its {manifest.NAME} says; build the edition again, or fetch "
                "it anew (`pensionbook verify` lists all that changed)"
            )
    loaded, evidence = load_sources(package) if package else (None, {})
    label = f"{record['number']}-{record['name']}" if record else folder.name or str(folder)
    return read_files(folder, content, label, record, loaded, evidence)


def read_files(
    folder: Path,
    content: dict[str, Any],
    label: str,
    record: dict[str, Any] | None,
    package: Package | None,
    evidence: Mapping[str, Package],
) -> Side:
    """Values, verdicts and bounds of a folder, whatever its manifest says of them.

    Raises:
        ReleaseError: a file is damaged.
    """
    return Side(
        folder=folder,
        label=label,
        record=record,
        manifest=content,
        values=_values(folder / VALUES_FILE),
        verdicts={row["figure_id"]: row for row in _rows(folder / AUDIT_FILE, AUDIT_COLUMNS)},
        bounds={
            (row["indicator"], row["group"], row["area"], row["period"]): row
            for row in _rows(folder / BOUNDS_FILE, BOUNDS_COLUMNS)
        },
        package=package,
        evidence=evidence,
    )


def _values(path: Path) -> dict[str, dict[str, Any]]:
    listed = read_json(path).get("values")
    if not isinstance(listed, list) or not all(
        isinstance(record, dict) and {"id", "unit", "notebook"} <= record.keys()
        for record in listed
    ):
        raise ReleaseError(f"{path} is damaged: it is no list of values; build the edition again")
    return {str(record["id"]): record for record in listed}


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = list(reader)
    except (csv.Error, UnicodeDecodeError):
        rows = None
    if rows is None or list(reader.fieldnames or ()) != list(columns):
        raise ReleaseError(f"{path} is damaged: its columns are not those of a build; build again")
    return rows


def number(value: Any) -> Fraction | None:
    """A number of values.json, or a cell of bounds.csv, exactly; None for an open end."""
    if value is None or value in ("", "unproved"):
        return None
    return Fraction(str(value))


__all__ = ["Quantity", "Side", "number", "package_inputs", "read_side", "read_sides"]
