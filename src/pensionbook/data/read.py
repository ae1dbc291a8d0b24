"""The files of a data package, read as far as they can be: what stood in the way is listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pensionbook.data.evidence import folder_of, names_of
from pensionbook.data.names import is_slug
from pensionbook.data.scenarios import add_scenarios
from pensionbook.data.tables import (
    DESCRIPTOR,
    LARGEST_DESCRIPTOR_BYTES,
    REQUIRED_TABLES,
    TABLES,
    RawPackage,
    decode,
    read_bytes,
    read_table,
    stays_inside,
    yaml_entries,
)
from pensionbook.data.word_reference import add_references
from pensionbook.errors import Problem, listed, nearest, quote

_ENTRY = "pensionbook, evidence"


def add_evidence(raw: RawPackage, file: str) -> None:
    """Read the packages that a raw package names, for their digests and their problems."""

    def problem(found: str, mend: str) -> None:
        raw.problems.append(Problem(file, None, _ENTRY, found, mend))

    seen = {raw.path.resolve().name}
    for name in names_of(raw.descriptor):
        if not is_slug(name):
            problem(
                f"found {quote(str(name))}",
                "write the name of a folder beside this one, such as nbs-yearbooks",
            )
        elif name in seen:
            problem(f"{name} is the package itself or named twice", "name each other package once")
        elif not _is_there(folder_of(raw.path, name) / DESCRIPTOR):
            problem(
                f"there is no package {name} beside {raw.path.resolve().name}",
                "put it there, or take its name out",
            )
        else:
            seen.add(name)
            other = read_package(folder_of(raw.path, name), alone=True)
            raw.sha256 |= {f"{name}/{own}": digest for own, digest in other.sha256.items()}
            if other.problems:
                problem(
                    f"{name} cannot be read: {other.problems[0]}",
                    f"run `pensionbook check` on {name} and mend what it lists",
                )


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # Of a name too long, or in a folder that may not be looked into.
        return False


def read_package(path: str | Path, *, alone: bool = False) -> RawPackage:
    """Read all that can be read of the package in a folder; never raises for bad data.

    Args:
        alone: do not look at the packages that this one names as evidence.
    """
    raw = RawPackage(Path(path))
    raw.descriptor = _read_descriptor(raw)
    raw.files = _table_files(raw)
    for name, file in raw.files.items():
        table = read_table(raw, name, file)
        if table is not None:
            raw.tables[name] = table
    add_scenarios(raw)
    add_references(raw)
    if not alone:
        add_evidence(raw, DESCRIPTOR)
    return raw


def _read_descriptor(raw: RawPackage) -> dict[str, Any]:
    def problem(found: str, mend: str, row: int | None = None) -> dict[str, Any]:
        raw.problems.append(Problem(DESCRIPTOR, row, None, found, mend))
        return {}

    if not raw.path.is_dir():
        what = "is a file" if raw.path.is_file() else "does not exist"
        return problem(
            f"the folder {str(raw.path)!r} {what}",
            f"give the folder that holds {DESCRIPTOR}",
        )
    content = read_bytes(raw, DESCRIPTOR, LARGEST_DESCRIPTOR_BYTES)
    text = None if content is None else decode(raw, DESCRIPTOR, content)
    if text is None:
        return {}
    mend = "write name, title, title_zh and resources"
    return yaml_entries(raw, DESCRIPTOR, text, mend) or {}


def _table_files(raw: RawPackage) -> dict[str, str]:
    """File of each table that datapackage.yaml lists."""
    if not raw.descriptor:
        return {}

    def problem(entry: str, found: str, mend: str) -> None:
        raw.problems.append(Problem(DESCRIPTOR, None, entry, found, mend))

    resources = raw.descriptor.get("resources")
    if not isinstance(resources, list) or not resources:
        problem("resources", "no list of tables", "list each table with its name and path")
        return {}
    files: dict[str, str] = {}
    listed_names: set[str] = set()
    for number, resource in enumerate(resources, start=1):
        entry = f"resource {number}"
        if not isinstance(resource, dict) or not {"name", "path"} <= resource.keys():
            problem(entry, "not a table with a name and a path", "write name and path")
            continue
        name, file = resource["name"], resource["path"]
        if name not in TABLES:
            advice = f"write one of {listed(TABLES)}{nearest(str(name), TABLES)}"
            problem(f"{entry}, name", f"found {quote(str(name))}", advice)
            continue
        if name in listed_names:
            problem(f"{entry}, name", f"{name} is listed a second time", "keep one of the two")
            continue
        listed_names.add(name)
        if not isinstance(file, str) or not stays_inside(file):
            problem(
                f"resource {name}, path",
                f"{quote(str(file))} leads out of the package",
                f"put the file into the package's folder and write its name, such as {name}.csv",
            )
            continue
        if file in files.values():
            problem(f"resource {name}, path", f"{file} is given for two tables", "use two files")
            continue
        files[name] = file
    for name in REQUIRED_TABLES:
        if name not in listed_names:
            problem(
                "resources", f"the table {name} is missing", f"add '- name: {name}' with its path"
            )
    return files
