"""Shows how far a batch is: the whole and each worker in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


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


@contextmanager
def batch_progress() -> Iterator[BatchProgress]:
    """What suits standard error."""
    if not sys.stderr.isatty():
        yield PlainBatch()
        return
    bars = BarBatch()
    try:
        yield bars
    finally:
        bars.close()


class PlainBatch:
    """A line for each edition that begins or ends."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._current: dict[str, str] = {}
        self._total = self._done = self._failed = 0

    def begin(self, total: int, workers: int) -> None:
        """Say how much is to be done."""
        self._total = total
        self._say(f"{total} editions to build, {workers} workers")

    def doing(self, worker: str, area: str, text: str) -> None:
        """Say which worker begins an area."""
        name = self._names.setdefault(worker, f"worker {len(self._names) + 1}")
        if area and text and self._current.get(worker) != area:
            self._say(f"  {area}: begun by {name}")
        self._current[worker] = area

    def done(self, area: str, error: str, seconds: float) -> None:
        """Say how an edition went."""
        self._done += 1
        self._failed += bool(error)
        how = "failed" if error else "done"
        count = f"{self._done} of {self._total}"
        failed = f", {self._failed} failed" if self._failed else ""
        self._say(f"  {area}: {how} in {seconds:.1f} s ({count}{failed})")
        if error:
            self._say(f"    {error}")

    def step(self, text: str) -> None:
        """Say it."""
        self._say(text)

    def _say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


class BarBatch:
    """A bar for the whole and a line for each worker, drawn by rich."""

    def __init__(self) -> None:
        self._bars: Any = None
        self._whole: Any = None
        self._rows: dict[str, Any] = {}
        self._failed = 0

    def close(self) -> None:
        """Stop drawing."""
        if self._bars is not None:
            self._bars.stop()

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

    def _drawn(self) -> Any:
        if self._bars is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
            from rich.progress import TimeElapsedColumn as Elapsed

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._bars = Progress(*columns, Elapsed(), console=Console(stderr=True))
            self._bars.start()
        return self._bars
