"""Everything pensionbook raises on purpose, and the problems it lists.

Each message says what is wrong, where, and what to do about it.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_SHOWN_AT_MOST = 80
_CLAUSE_AT_MOST = 2_000
_PROBLEMS_AT_MOST = 1_000
# Controls, and signs that are not seen and may turn the direction of the rest.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


class PensionbookError(Exception):
    """Root of all errors that a user can mend: what is wrong, where, and what to write instead.

    >>> try:
    ...     pb.load("data/example-county-2004").figure("staff_2005")
    ... except pb.PensionbookError as error:
    ...     print(error)
    example-county-2004 has no figure 'staff_2005' (nearest: 'staff_2004'); write an id of
    figures.csv
    """

    def __str__(self) -> str:
        return visible(super().__str__(), but="\n")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a data package.

    Attributes:
        file: the file in the package, as its datapackage.yaml names it.
        row: line in that file, the header being line 1; None when the whole file is meant.
        column: column of the table or entry of datapackage.yaml; None when the whole row is meant.
        found: what stands there, or what is the matter; a clause.
        mend: what to write or do; a clause in the imperative.
    """

    file: str
    row: int | None
    column: str | None
    found: str
    mend: str

    def __str__(self) -> str:
        place = _cut(self.file, _SHOWN_AT_MOST)
        if self.row is not None:
            place += f" row {self.row}"
        if self.column is not None:
            column = _cut(self.column, _SHOWN_AT_MOST)
            place += f", column {column}" if self.row is not None else f", {column}"
        return visible(f"{place}: {_cut(self.found)}; {_cut(self.mend)}")


class PackageError(PensionbookError):
    """A data package cannot be used.

    Attributes:
        problems: all that was found, in the order of files and rows.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        heading = f"{count} problem{'' if count == 1 else 's'} in the data package"
        lines = [f"  {problem}" for problem in self.problems[:_PROBLEMS_AT_MOST]]
        if count > len(lines):
            lines.append(f"  and {count - len(lines)} more")
        return "\n".join([f"{heading}:", *lines])


class NoFiguresError(PensionbookError):
    """A data package has no printed figure yet, so there is nothing to audit or to report."""


class ScaffoldError(PensionbookError):
    """The skeleton of a new edition cannot be written."""


class ParameterError(PensionbookError):
    """A parameter of a build is unknown or has a value that it cannot take."""


class NotebookError(PensionbookError):
    """A notebook stopped with an error.

    Attributes:
        notebook: file name of the notebook.
        cell: number of the cell that failed, the first being 1; None when no cell was reached.
        cause: what the cell said, usually the last line of its traceback.
    """

    def __init__(self, notebook: str, cell: int | None, cause: str) -> None:
        self.notebook = notebook
        self.cell = cell
        self.cause = cause
        super().__init__(notebook, cell, cause)

    def __str__(self) -> str:
        where = self.notebook if self.cell is None else f"{self.notebook}, cell {self.cell}"
        return visible(f"{where}: {self.cause}", but="\n")


class BuildError(PensionbookError):
    """A build step other than a notebook failed."""


class ReleaseError(PensionbookError):
    """An edition cannot be released, or two of them cannot be compared."""


class UnprovedError(PensionbookError):
    """A result was found that exact arithmetic could not confirm."""


class OutOfTimeError(UnprovedError):
    """A result was not proved within the time given."""


def visible(text: str, *, but: str = "") -> str:
    """The text with all that a terminal would act on, or not show, as escapes.

    >>> print(visible("bell\\a"))
    bell\\x07
    """
    return "".join(
        character
        if character in but or unicodedata.category(character) not in _UNSEEN
        else character.encode("unicode_escape").decode()
        for character in text
    )


def _cut(text: str, most: int = _CLAUSE_AT_MOST) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def quote(text: str) -> str:
    """The text in quotation marks, control characters made visible, long text cut short."""
    if len(text) > _SHOWN_AT_MOST:
        return f"{text[:_SHOWN_AT_MOST]!r}... ({len(text)} characters)"
    return repr(text)


class ChartError(PensionbookError):
    """A table cannot be drawn."""


_LISTED_AT_MOST = 12


_COMPARED_AT_MOST = 5_000


def listed(words: Iterable[str]) -> str:
    """The words in a row, cut short after a dozen."""
    words = list(words)
    if len(words) <= _LISTED_AT_MOST:
        return ", ".join(words)
    return f"{', '.join(words[:_LISTED_AT_MOST])} and {len(words) - _LISTED_AT_MOST} more"


def nearest(word: str, known: Iterable[str]) -> str:
    """A bracket naming the known word most like ``word``, or nothing when none is like it."""
    words = list(known)[:_COMPARED_AT_MOST]
    found = difflib.get_close_matches(word[:100].strip().lower(), words, n=1, cutoff=0.6)
    return f" (nearest: {found[0]!r})" if found else ""
