"""Problems by the million: of each kind the first are listed and the rest are counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from pensionbook.errors import Problem

LISTED_OF_A_KIND = 50

_Kind = tuple[str, str | None, bool]


@dataclass(slots=True)
class Listing:
    """Problems of which no more are kept than somebody would read.

    Those of one column of one file are of a kind, and so are those of its whole rows and those
    without a row.

    Attributes:
        problems: the first of each kind, and after :meth:`close` how many more there are.
    """

    problems: list[Problem] = field(default_factory=list)
    _counts: dict[_Kind, int] = field(default_factory=dict)
    _first_left_out: dict[_Kind, Problem] = field(default_factory=dict)

    def add(self, problem: Problem) -> None:
        """List a problem, or count it."""
        with_row = problem.row is not None
        kind = (problem.file, problem.column if with_row else None, with_row)
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        if count <= LISTED_OF_A_KIND:
            self.problems.append(problem)
        else:
            self._first_left_out.setdefault(kind, problem)

    def close(self) -> list[Problem]:
        """The problems, with a line for each kind of which some were left out."""
        for kind, problem in self._first_left_out.items():
            more = self._counts[kind] - LISTED_OF_A_KIND
            found = problem.found if more == 1 else f"{problem.found}, and {more - 1} more like it"
            column = problem.column
            self.problems.append(Problem(problem.file, problem.row, column, found, problem.mend))
        self._first_left_out.clear()
        return self.problems
