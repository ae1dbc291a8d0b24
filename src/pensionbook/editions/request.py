"""What a user asks for: a report of a data package, with all that may be said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """A report that is asked for; nothing of it is checked yet.

    Attributes:
        package: folder of the data package.
        given: texts of parameters, by name.
        languages: by default all that the book is translated into.
        formats: of :data:`~pensionbook.editions.places.FORMATS`; by default all.
        output: folder to write to; by default ``_build/<edition>`` in the current folder.
        notebooks: folder of the notebooks; by default the project's.
        book: folder of the pages; by default the project's.
        config: the book's settings; by default the project's.
        since: an earlier release; the page of revisions says what moved since.
    """

    package: Path
    given: Mapping[str, str] = field(default_factory=dict)
    languages: Sequence[str] = ()
    formats: Sequence[str] = ()
    output: Path | None = None
    notebooks: Path | None = None
    book: Path | None = None
    config: Path | None = None
    since: Path | None = None
