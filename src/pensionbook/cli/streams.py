"""Standard output and error that may be closed: what was asked for is done all the same."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TextIO


class _Forgiving(io.TextIOWrapper):
    """Text that goes nowhere once nobody reads it any more."""

    def write(self, text: str) -> int:
        """Write, to nowhere if the reader is gone."""
        try:
            return super().write(text)
        except BrokenPipeError:
            self._give_up()
            return len(text)

    def flush(self) -> None:
        """Flush, to nowhere if the reader is gone."""
        try:
            super().flush()
        except BrokenPipeError:
            self._give_up()
            super().flush()

    def _give_up(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


def forgive_closed_streams() -> None:
    """Let a reader that goes away, or that never was, not end the program.

    A file that is opened while a standard stream is closed would get its number, and what
    subprocesses say would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free.
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = _forgiving(sys.stdout, sys.__stdout__)
    sys.stderr = _forgiving(sys.stderr, sys.__stderr__)


def _forgiving(stream: TextIO | None, own: TextIO | None) -> TextIO:
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    # One that somebody else put there, or that was wrapped before, is theirs.
    if stream is not own or not isinstance(stream, io.TextIOWrapper):
        return stream
    encoding, errors, by_line = stream.encoding, stream.errors, stream.line_buffering
    stream.flush()
    binary = stream.detach()
    return _Forgiving(binary, encoding=encoding, errors=errors, line_buffering=by_line)
