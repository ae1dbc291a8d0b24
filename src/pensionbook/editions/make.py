"""A build asked for in Python, as the command line asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pensionbook.data.package import Package
from pensionbook.errors import ParameterError

if TYPE_CHECKING:
    from pensionbook.editions.edition import Built


def build(
    package: str | Path | Package,
    *,
    parameters: Mapping[str, object] | None = None,
    languages: str | Sequence[str] = (),
    formats: str | Sequence[str] = (),
    output: str | Path | None = None,
    notebooks: str | Path | None = None,
    book: str | Path | None = None,
    jobs: int = 0,
    since: str | Path | None = None,
) -> Built:
    """Build the report of a data package, as ``pensionbook build`` does.

    Only what changed is run again, and the earlier report stays as it is until the new one is
    complete. How far it is, is told on standard error.

    Args:
        package: folder of the data package.
        parameters: of the notebooks: area, baseline, as_of and others.
        languages: such as ``en`` or ``zh_CN``; by default all that the book is translated into.
        formats: of html, pdf, docx and epub; by default all.
        output: folder to write to; by default _build/EDITION in the current folder.
        notebooks: folder of the notebooks; by default the project's.
        book: folder of the pages, with _toc.yml; by default the project's.
        jobs: notebooks that run at one time; 0 for as many as there are processors.
        since: an earlier release; a page of the report says what moved since.

    Returns:
        The edition, with its ``folder`` and its ``reports``, and whether anything was ``changed``.

    Raises:
        PackageError: the package does not pass the check.
        ParameterError: a parameter is unknown or cannot have its value.
        NotebookError: a notebook stops.
        BuildError: the book does not compile, or the output cannot be written.
        ReleaseError: what ``since`` names is no release of this edition.

    >>> pb.build("data/example-county-2004", parameters={"baselin": "2002"})
    Traceback (most recent call last):
    pensionbook.errors.ParameterError: -p baselin=2002: no notebook has a parameter 'baselin'
    (nearest: 'baseline'); write one of: area, as_of, baseline, counted, draws, language, seed
    """
    if isinstance(package, Package):
        if package.changes:
            raise ParameterError(
                f"{package.label}: a build reads the files of {package.path}, in which this is "
                "not so; change them there, in a copy of the folder, and build that"
            )
        package = package.path
    from pensionbook.editions.edition import build_edition
    from pensionbook.editions.progress import BarProgress, PlainProgress, progress_on
    from pensionbook.editions.request import Request

    request = Request(
        Path(package),
        given={name: str(value) for name, value in (parameters or {}).items()},
        languages=_listed(languages),
        formats=_listed(formats),
        output=_path(output),
        notebooks=_path(notebooks),
        book=_path(book),
        since=_path(since),
    )
    with progress_on(PlainProgress, BarProgress) as progress:
        return build_edition(request, jobs=jobs, progress=progress)


def _listed(words: str | Sequence[str]) -> Sequence[str]:
    return [words] if isinstance(words, str) else words


def _path(path: str | Path | None) -> Path | None:
    return None if path is None else Path(path)
