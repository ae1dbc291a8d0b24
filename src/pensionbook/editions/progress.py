"""Shows how far a build or a batch is: bars in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class BatchProgress(Protocol):
    """Told what a batch is doing; may be called from several threads."""

    def begin(self, total: int, workers: int) -> None:
        """So many editions are to be built by so many workers."""

    def doing(self, worker: str, area: str, text: str) -> None:
        """A worker begins a step of an area's edition; an empty text says that it rests."""

    def done(self, area: str, error: str, seconds: float) -> None:
        """An edition is finished, or failed for a reason."""

    def step(self, text: str) -> None:
        """Something is done that belongs to no area."""


class _Lines:
    """Says things on standard error, a line each."""

    def step(self, text: str) -> None:
        """Say that a step begins."""
        print(text, file=sys.stderr, flush=True)


class _Bars:
    """Bars drawn by rich on standard error, from the first one on."""

    def __init__(self) -> None:
        self._bars: RichProgress | None = None

    def close(self) -> None:
        """Stop drawing."""
        if self._bars is not None:
            self._bars.stop()

    def _drawn(self) -> RichProgress:
        if self._bars is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
            from rich.progress import TimeElapsedColumn as Elapsed

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._bars = Progress(*columns, Elapsed(), console=Console(stderr=True))
            self._bars.start()
        return self._bars


_Plain = TypeVar("_Plain", bound=_Lines)
_Drawn = TypeVar("_Drawn", bound=_Bars)


@contextmanager
def progress_on(
    plain: Callable[[], _Plain], bars: Callable[[], _Drawn]
) -> Iterator[_Plain | _Drawn]:
    """What suits standard error; drawn from the first step on, nothing before."""
    if not sys.stderr.isatty():
        yield plain()
        return
    drawn = bars()
    try:
        yield drawn
    finally:
        drawn.close()


class PlainProgress(_Lines):
    """One line for each thing that is done."""

    def started(self, language: str, name: str) -> None:
        """Say that a notebook begins."""
        self.step(f"  {name} ({language}): running")

    def cells(self, language: str, name: str, done: int, total: int) -> None:
        """Cells are too small to be said."""

    def finished(self, language: str, name: str, *, kept: bool) -> None:
        """Say that a notebook is done."""
        self.step(f"  {name} ({language}): {'unchanged, not run' if kept else 'done'}")


class BarProgress(_Bars):
    """Bars drawn by rich."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: dict[tuple[str, str], TaskID] = {}
        self._step: TaskID | None = None

    def close(self) -> None:
        """Stop drawing; the last step is done."""
        self._finish_step()
        super().close()

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


class PlainBatch(_Lines):
    """A line for each edition that begins or ends."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._current: dict[str, str] = {}
        self._total = self._done = self._failed = 0

    def begin(self, total: int, workers: int) -> None:
        """Say how much is to be done."""
        self._total = total
        self.step(f"{total} editions to build, {workers} workers")

    def doing(self, worker: str, area: str, text: str) -> None:
        """Say which worker begins an area."""
        name = self._names.setdefault(worker, f"worker {len(self._names) + 1}")
        if area and text and self._current.get(worker) != area:
            self.step(f"  {area}: begun by {name}")
        self._current[worker] = area

    def done(self, area: str, error: str, seconds: float) -> None:
        """Say how an edition went."""
        self._done += 1
        self._failed += bool(error)
        how = "failed" if error else "done"
        count = f"{self._done} of {self._total}"
        failed = f", {self._failed} failed" if self._failed else ""
        self.step(f"  {area}: {how} in {seconds:.1f} s ({count}{failed})")
        if error:
            self.step(f"    {error}")


class BarBatch(_Bars):
    """A bar for the whole and a line for each worker, drawn by rich."""

    def __init__(self) -> None:
        super().__init__()
        self._whole: TaskID
        self._rows: dict[str, TaskID] = {}
        self._failed = 0

    def begin(self, total: int, workers: int) -> None:
        """Draw the bar of the whole."""
        self._whole = self._drawn().add_task("editions", total=total)

    def doing(self, worker: str, area: str, text: str) -> None:
        """Change a worker's line."""
        if worker not in self._rows:
            self._rows[worker] = self._drawn().add_task("", total=None)
        what = f"{area}: {text}" if area and text else text or "waiting"
        number = list(self._rows).index(worker) + 1
        self._drawn().reset(self._rows[worker], description=f"  worker {number}: {what}")

    def done(self, area: str, error: str, seconds: float) -> None:
        """Lengthen the bar of the whole."""
        self._failed += bool(error)
        text = f"editions, {self._failed} failed" if self._failed else "editions"
        self._drawn().update(self._whole, advance=1, description=text)
        if error:
            self.step(f"{area}: {error}")

    def step(self, text: str) -> None:
        """Say it above the bars."""
        self._drawn().console.print(text, markup=False, highlight=False)
