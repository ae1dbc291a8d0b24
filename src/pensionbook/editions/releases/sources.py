"""The data packages behind a built edition: found, and held against its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pensionbook.data.evidence import folder_of
from pensionbook.data.load import load_package
from pensionbook.data.package import Package
from pensionbook.data.read import read_package
from pensionbook.data.tables import DESCRIPTOR, RawPackage
from pensionbook.errors import ReleaseError

_PREFIX = "package/"


def package_inputs(inputs: Mapping[str, str]) -> dict[str, str]:
    """Digests of the package's files among the inputs of a manifest, by the file's name."""
    return {
        name.removeprefix(_PREFIX): digest
        for name, digest in inputs.items()
        if name.startswith(_PREFIX)
    }


def read_sources(folder: Path) -> RawPackage:
    """The package in a folder, with the packages it is held against.

    Raises:
        ReleaseError: the folder holds no data package.
    """
    if not (folder / DESCRIPTOR).is_file():
        raise ReleaseError(
            f"{folder} holds no data package; name the folder with its {DESCRIPTOR} with --data"
        )
    return read_package(folder)


def changed_files(raw: RawPackage, inputs: Mapping[str, str]) -> list[str]:
    """The files of a package that are not those an edition was built from."""
    wanted = package_inputs(inputs)
    names = sorted(wanted.keys() | raw.sha256.keys())
    return [name for name in names if wanted.get(name) != raw.sha256.get(name)]


def check_unchanged(raw: RawPackage, inputs: Mapping[str, str], edition: Path) -> None:
    """Check that a package is the one that an edition was built from.

    Raises:
        ReleaseError: a file of it is another.
    """
    changed = changed_files(raw, inputs)
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise ReleaseError(
            f"{raw.path / changed[0]}{more}: not as it was when {edition} was built; build the "
            "edition again, or name the package it was built from with --data"
        )


def load_sources(folder: Path) -> tuple[Package, dict[str, Package]]:
    """A package and those it is held against, by name.

    The packages were checked when the edition was built.

    Raises:
        PackageError: a package cannot be read.
    """
    package = load_package(folder, check=False)
    return package, {
        name: load_package(folder_of(folder, name), check=False) for name in package.evidence
    }
