"""Other data packages that a package is held against.

``pensionbook: {evidence: [nbs-yearbooks]}`` in a package's descriptor names packages that lie in
folders beside its own. Their figures never enter the package's system: they are reconciled apart,
and what rests on them is marked with the package's name, ``nbs-yearbooks:tianjin_staff_2010``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def names_of(descriptor: Mapping[str, Any]) -> list[Any]:
    """The packages that a descriptor names, unchecked."""
    own = descriptor.get("pensionbook")
    named = own.get("evidence", []) if isinstance(own, dict) else []
    return named if isinstance(named, list) else [named]


def folder_of(package: Path, name: str) -> Path:
    """Where a named package lies."""
    return package.resolve().parent / name
