"""Until when the engine may go on looking for proofs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf

from pensionbook.errors import OutOfTimeError

_UNTIL: ContextVar[float] = ContextVar("until", default=inf)


def deadline(seconds: float | None) -> float:
    """The moment so many seconds from now, the same in all processes; ``None`` for never."""
    return inf if seconds is None else time.monotonic() + seconds


@contextmanager
def until(moment: float) -> Iterator[None]:
    """What is done within stops with :class:`OutOfTimeError` after a moment."""
    token = _UNTIL.set(moment)
    try:
        yield
    finally:
        _UNTIL.reset(token)


def time_left() -> float:
    """Seconds; infinity without a limit."""
    return _UNTIL.get() - time.monotonic()


def check_time() -> None:
    """Go on only if there is time.

    Raises:
        OutOfTimeError: the time given is over.
    """
    if time.monotonic() >= _UNTIL.get():
        raise OutOfTimeError("not proved within the time given")
