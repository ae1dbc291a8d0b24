"""Problems while they are being collected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pensionbook.data.counted import Listing
from pensionbook.data.tables import RawPackage, RawTable
from pensionbook.errors import Problem, nearest, quote

_SUGGESTIONS_AT_MOST = 500


@dataclass(slots=True)
class Row:
    """A row of a table with its place, which notes the problems of its cells."""

    table: RawTable
    line: int
    cells: dict[str, str]
    findings: Findings

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def get(self, column: str) -> str:
        """A cell of an optional column; empty where the table leaves the column out."""
        return self.cells.get(column, "")

    def problem(self, column: str | None, found: str, mend: str) -> None:
        """Note a problem of one cell, or of the whole row."""
        self.findings.add(self.table.file, self.line, column, found, mend)

    def wrong(self, column: str, mend: str) -> None:
        """Note that what stands in a cell is wrong."""
        cell = self.get(column)
        self.problem(column, f"found {quote(cell)}" if cell else "found an empty cell", mend)


class Findings:
    """The problems of a package; each cell is reported once, for the first reason given.

    Of each kind only the first are kept and the rest are counted.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self._listing = Listing()
        self._lines: dict[tuple[str, str], set[int]] = {}
        self._files: set[str] = set()
        for problem in problems:
            self._note(problem)

    def add(self, file: str, line: int | None, column: str | None, found: str, mend: str) -> None:
        """Note a problem, unless its cell has one already."""
        self._note(Problem(file, line, column, found, mend))

    def _note(self, problem: Problem) -> None:
        if problem.row is not None and problem.column is not None:
            lines = self._lines.setdefault((problem.file, problem.column), set())
            if problem.row in lines:
                return
            lines.add(problem.row)
        self._files.add(problem.file)
        self._listing.add(problem)

    def has(self, file: str) -> bool:
        """Whether something is the matter with a file."""
        return file in self._files

    def all(self) -> list[Problem]:
        """All problems, in the order in which they were noted."""
        return self._listing.close()

    def rows(self, table: RawTable | None) -> Iterator[Row]:
        """The rows of a table, or none; rows without any text are passed over."""
        if table is not None:
            for line, cells in zip(table.lines, table.rows, strict=True):
                if any(cells):
                    named = dict(zip(table.columns, cells, strict=True))
                    yield Row(table, line, named, self)


class Ids:
    """The ids of a table, and what to say of one that is not among them.

    ``known`` is None when the table could not be read; then every id passes.
    """

    def __init__(self, raw: RawPackage, name: str) -> None:
        table = raw.tables.get(name)
        self.known: Collection[str] | None = None
        if table is not None:
            self.file = table.file
            self.known = dict.fromkeys(cells[0] for cells in table.rows if cells[0])
            self._unread = table.unread_ids
        self._advice: dict[str, str] = {}

    def __contains__(self, word: str) -> bool:
        return self.known is None or word in self.known or word in self._unread

    def check(self, row: Row, column: str, word: str | None = None) -> bool:
        """Whether a cell (or a word of it) is one of the ids; if not, that is noted.

        An empty cell is no id, but whether it may be empty is for the schema to say.
        """
        word = row[column] if word is None else word
        if not word:
            return False
        if word in self:
            return True
        row.problem(column, f"found {quote(word)}", self._what_to_write(word))
        return False

    def _what_to_write(self, word: str) -> str:
        if word not in self._advice:
            known = self.known if len(self._advice) < _SUGGESTIONS_AT_MOST else ()
            self._advice[word] = f"write one of the ids in {self.file}{nearest(word, known or ())}"
        return self._advice[word]
