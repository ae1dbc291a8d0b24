"""Where a build finds notebooks, pages and settings."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pensionbook.data.evidence import folder_of
from pensionbook.data.package import Package
from pensionbook.errors import BuildError
from pensionbook.files.digests import digests, sha256_file
from pensionbook.notebooks.source import SourceNotebook

_TREE = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a build finds what is not in the data package."""

    notebooks: Path
    book: Path
    config: Path

    @classmethod
    def locate(
        cls, notebooks: Path | None = None, book: Path | None = None, config: Path | None = None
    ) -> Sources:
        """What is named, else that of the source tree, else that of the current folder."""
        tree = _TREE if (_TREE / "book").is_dir() else Path.cwd()
        found = cls(
            notebooks or tree / "notebooks", book or tree / "book", config or tree / "_config.yml"
        )
        for folder, option in ((found.notebooks, "--notebooks"), (found.book, "--book")):
            if not folder.is_dir():
                raise BuildError(f"there is no folder {folder}; name one with {option}")
        return found

    def digests(self, notebooks: Sequence[SourceNotebook]) -> dict[str, str]:
        """Digests of all files a build reads here."""
        paths = [notebook.path for notebook in notebooks]
        own = digests(self.notebooks, "notebooks", paths) | digests(self.book, "book")
        return own | ({"_config.yml": sha256_file(self.config)} if self.config.is_file() else {})


def copy_packages(package: Package, target: Path) -> None:
    """Copy what a build reads of a package, and of those it is held against, beside each other.

    Raises:
        BuildError: a file changed since its digest was taken.
    """
    for name, digest in package.sha256.items():
        first, _, rest = name.partition("/")
        if first in package.evidence:
            source, copied = folder_of(package.path, first) / rest, target / name
        else:
            source, copied = package.path / name, target / package.name / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copied)
        if sha256_file(copied) != digest:
            raise BuildError(f"{source} changed while it was copied; say the command again")
