"""Other data packages that a package is held against.

``pensionbook: {evidence: [nbs-yearbooks]}`` in a package's descriptor names packages that lie in
folders beside its own. Their figures never enter the package's system: they are reconciled apart,
and what rests on them is marked with the package's name, ``nbs-yearbooks:tianjin_staff_2010``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pensionbook.errors import ParameterError, Problem, quote
from pensionbook.partsread import note

if TYPE_CHECKING:
    from pensionbook.package import Package
    from pensionbook.reading import RawPackage
    from pensionbook.reconcile import Reconciliation
    from pensionbook.system import Quantity
    from pensionbook.verdicts import Bound

MARK = ":"
_ENTRY = "pensionbook, evidence"
_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


def names_of(descriptor: Mapping[str, Any]) -> list[Any]:
    """The packages that a descriptor names, unchecked."""
    own = descriptor.get("pensionbook")
    named = own.get("evidence", []) if isinstance(own, dict) else []
    return named if isinstance(named, list) else [named]


def folder_of(package: Path, name: str) -> Path:
    """Where a named package lies."""
    return package.resolve().parent / name


def add_evidence(raw: RawPackage, file: str) -> None:
    """Read the packages that a raw package names, for their digests and their problems."""
    from pensionbook.reading import DESCRIPTOR, read_package

    def problem(found: str, mend: str) -> None:
        raw.problems.append(Problem(file, None, _ENTRY, found, mend))

    seen = {raw.path.resolve().name}
    for name in names_of(raw.descriptor):
        if not isinstance(name, str) or not _SLUG.fullmatch(name):
            problem(
                f"found {quote(str(name))}",
                "write the name of a folder beside this one, such as nbs-yearbooks",
            )
        elif name in seen:
            problem(f"{name} is the package itself or named twice", "name each other package once")
        elif not (folder_of(raw.path, name) / DESCRIPTOR).is_file():
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


def load_evidence(package: Package, name: str) -> Package:
    """One of the packages that a package names.

    Raises:
        ParameterError: it does not name it.
        PackageError: it cannot be read.
    """
    from pensionbook.package import load_package

    if name not in package.evidence:
        named = ", ".join(package.evidence) or "none"
        raise ParameterError(
            f"{package.name} names no evidence {name!r} in its datapackage.yaml; it names: {named}"
        )
    note(name)
    return load_package(folder_of(package.path, name), check=False)


class Cited:
    """A reconciliation of another package, whose figures and identities carry its name."""

    def __init__(self, result: Reconciliation) -> None:
        self._result = result
        self.package = result.package
        self.verdicts = result.verdicts

    @property
    def bounds(self) -> dict[Quantity, Bound]:
        """Bounds of every level, as of the reconciliation itself."""
        return {quantity: self._marked(b) for quantity, b in self._result.bounds.items()}

    def bound(self, *terms: Any) -> Bound:
        """The bounds of a form, as of the reconciliation itself."""
        return self._marked(self._result.bound(*terms))

    def bound_under_any_repair(self, *terms: Any, **options: Any) -> Bound:
        """The bounds whichever smallest repair is right."""
        return self._marked(self._result.bound_under_any_repair(*terms, **options))

    def _marked(self, bound: Bound) -> Bound:
        def mark(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(f"{self.package.name}{MARK}{name}" for name in names)

        return replace(bound, figures=mark(bound.figures), identities=mark(bound.identities))
