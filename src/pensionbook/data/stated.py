"""The optional parts of a package, and a package of which only the stated ones can be read.

A notebook states in its metadata which it reads: ``pensionbook: {reads: [measures, barriers]}``.
Figures, identities and the tables that name things bear on every bound; they are always read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NoReturn

from pensionbook.data.package import Package, without_looks
from pensionbook.data.scenarios import FOLDER
from pensionbook.data.tables import OPTIONAL_TABLES
from pensionbook.errors import ParameterError, listed, nearest

EVIDENCE = "evidence"
PARTS = (*OPTIONAL_TABLES, FOLDER, EVIDENCE)


def reads_of(metadata: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What a notebook states in its metadata, sorted; None where it states nothing.

    Raises:
        ParameterError: the statement is no list of :data:`PARTS`.
    """
    own = metadata.get("pensionbook")
    stated = own.get("reads") if isinstance(own, Mapping) else None
    if stated is None:
        return None
    if not isinstance(stated, list):
        raise ParameterError(
            f"reads in the metadata is {json.dumps(stated)} and no list; write a list such as "
            f'["measures"], with any of: {listed(PARTS)}'
        )
    for part in stated:
        if part not in PARTS:
            raise ParameterError(
                f"reads in the metadata names {part!r}{nearest(str(part), PARTS)}; "
                f"write any of: {listed(PARTS)}"
            )
    return tuple(sorted(set(stated)))


def digests_by_part(package: Package) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Digests of the files of a package that all notebooks read, and of the others by part."""
    always: dict[str, str] = {}
    parts: dict[str, dict[str, str]] = {part: {} for part in PARTS}
    for file, digest in without_looks(package.sha256).items():
        part = _part_of(package, file)
        (parts[part] if part else always)[file] = digest
    return always, parts


def _part_of(package: Package, file: str) -> str | None:
    """The optional part that a file of a package belongs to, by its key in ``sha256``."""
    first, _, rest = file.partition("/")
    if rest:
        return FOLDER if first == FOLDER else EVIDENCE
    return next((name for name, own in package.files.items() if own == file), None)


def restricted(package: Package, reads: Iterable[str], notebook: str) -> Package:
    """The package with its other optional parts closed: to look into one raises.

    Args:
        reads: those of :data:`PARTS` that stay open.
        notebook: named in the error.
    """
    reads = tuple(reads)

    def kept(part: str, held: Any) -> Any:
        return held if part in reads else Unstated(part, notebook)

    return replace(
        package,
        tables=Tables({name: kept(name, rows) for name, rows in package.tables.items()}),
        translations=kept("translations", package.translations),
        scenarios=kept(FOLDER, package.scenarios),
        evidence=kept(EVIDENCE, package.evidence),
    )


class Unstated(Mapping[Any, Any]):
    """A part that a notebook did not state: any look into it raises ParameterError."""

    def __init__(self, part: str, notebook: str) -> None:
        self.part, self.notebook = part, notebook

    def refuse(self) -> NoReturn:
        """Raise the error."""
        raise ParameterError(
            f"{self.notebook}.ipynb looks into {self.part}, which it does not state; add "
            f"{self.part} to the list `reads` under `pensionbook` in the notebook's metadata "
            "(JupyterLab: Property Inspector, Advanced Tools, Notebook Metadata)"
        )

    def __getitem__(self, key: object) -> NoReturn:
        self.refuse()

    def __contains__(self, key: object) -> NoReturn:
        self.refuse()

    def __iter__(self) -> NoReturn:
        self.refuse()

    def __len__(self) -> NoReturn:
        self.refuse()

    def __repr__(self) -> str:
        return f"<{self.part}: not stated by {self.notebook}>"


class Tables(Mapping[str, Any]):
    """The optional tables by name, some of them closed."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> Any:
        rows = self._tables[name]
        if isinstance(rows, Unstated):
            rows.refuse()
        return rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)
