"""Shows how far a build is: a bar for each notebook in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pensionbook.notebooks.run import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


@contextmanager
def progress_on() -> Iterator[Progress]:
    """What suits standard error; drawn from the first step on, nothing before."""
    if not sys.stderr.isatty():
        yield PlainProgress()
        return
    bars = BarProgress()
    try:
        yield bars
    finally:
        bars.close()


class PlainProgress:
    """One line for each thing that is done."""

    def step(self, text: str) -> None:
        """Say that a step begins."""
        self._say(text)

    def started(self, language: str, name: str) -> None:
        """Say that a notebook begins."""
        self._say(f"  {name} ({language}): running")

    def cells(self, language: str, name: str, done: int, total: int) -> None:
        """Cells are too small to be said."""

    def finished(self, language: str, name: str, *, kept: bool) -> None:
        """Say that a notebook is done."""
        self._say(f"  {name} ({language}): {'unchanged, not run' if kept else 'done'}")

    def _say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


class BarProgress:
    """Bars drawn by rich."""

    def __init__(self) -> None:
        self._bars: RichProgress | None = None
        self._tasks: dict[tuple[str, str], TaskID] = {}
        self._step: TaskID | None = None

    def close(self) -> None:
        """Stop drawing."""
        if self._bars is not None:
            self._finish_step()
            self._bars.stop()

    def step(self, text: str) -> None:
        """Begin a step, ending the one before."""
        self._finish_step()
        self._step = self._drawn().add_task(text, total=None)

    def started(self, language: str, name: str) -> None:
        """Begin a notebook's bar."""
        self._tasks[language, name] = self._drawn().add_task(f"  {name} ({language})", total=None)

    def cells(self, language: str, name: str, done: int, total: int) -> None:
        """Lengthen a notebook's bar."""
        self._drawn().update(self._tasks[language, name], completed=done, total=total)

    def finished(self, language: str, name: str, *, kept: bool) -> None:
        """Fill a notebook's bar."""
        if kept:
            self._drawn().add_task(f"  {name} ({language}), unchanged", total=1, completed=1)

    def _finish_step(self) -> None:
        if self._step is not None:
            self._drawn().update(self._step, total=1, completed=1)
            self._step = None

    def _drawn(self) -> Any:
        if self._bars is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
            from rich.progress import TimeElapsedColumn as Elapsed

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._bars = Progress(*columns, Elapsed(), console=Console(stderr=True))
            self._bars.start()
        return self._bars
