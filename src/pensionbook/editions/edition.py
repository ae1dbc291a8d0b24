"""A report that was asked for: left alone where it stands, built where it does not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pensionbook.editions import manifest, places
from pensionbook.editions.inputs import runtime_versions, still_installed
from pensionbook.editions.plan import plan
from pensionbook.editions.request import Request

if TYPE_CHECKING:
    from pensionbook.notebooks.run import Progress


@dataclass(frozen=True, slots=True)
class Built:
    """What a build gave: the folder, and whether anything had to be done."""

    folder: Path
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    changed: bool

    @property
    def reports(self) -> list[list[Path]]:
        """The report's files in each language, the first page standing for the web pages."""
        return [
            [places.report_file(self.folder, language, kind) for kind in self.formats]
            for language in self.languages
        ]


def build_edition(
    request: Request, *, cache_folder: Path | None = None, jobs: int = 0, progress: Progress
) -> Built:
    """Build what is asked for; the earlier output stays until the new one is complete.

    Args:
        cache_folder: by default ``_build/.cache`` in the current folder.
        jobs: notebooks that run at one time; 0 for as many as there are processors.

    Raises:
        PackageError: the package does not pass the check.
        ParameterError: a parameter is unknown or cannot have its value.
        NotebookError: a notebook stops.
        BuildError: the book does not compile, or the output cannot be written.
        ReleaseError: what ``since`` names is no release of this edition.
    """
    planned = plan(request)
    changed = not (still_installed(manifest.versions_of(planned.output)) and planned.stands())
    if changed:
        from pensionbook.data.load import load_package
        from pensionbook.editions.build import build_alone
        from pensionbook.files.cache import Cache

        package = load_package(planned.raw)
        cache = Cache(places.cache_folder(cache_folder))
        jobs = jobs or os.cpu_count() or 1
        build_alone(planned, package, runtime_versions(), cache, jobs, progress)
    return Built(planned.output, planned.languages, planned.formats, changed)
