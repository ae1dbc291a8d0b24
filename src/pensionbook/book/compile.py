"""The process that compiles books, as its user sees it; it gets ready while other work is done."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path


class Compiler:
    """Compiles staged books; several threads may ask at one time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        self._asks, self._answers = process.stdin, process.stdout
        self._asked: dict[str, Future[int]] = {}
        self._lock = threading.Lock()
        self._ended = False
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def compile(self, folder: Path, builders: Sequence[str]) -> int:
        """Compile a book and wait for it; 0 if all went well without a warning."""
        answer: Future[int] = Future()
        with self._lock:
            if self._ended:
                return 1
            self._asked[str(folder)] = answer
            with contextlib.suppress(BrokenPipeError):
                self._asks.write(json.dumps([str(folder), *builders]) + "\n")
                self._asks.flush()
        return answer.result()

    def close(self) -> None:
        """Leave nothing open; the process has ended."""
        self._listener.join()
        self._answers.close()
        with contextlib.suppress(BrokenPipeError):
            self._asks.close()

    def _listen(self) -> None:
        for line in self._answers:
            folder, code = json.loads(line)
            self._asked.pop(folder).set_result(code)
        with self._lock:
            self._ended = True
            for answer in self._asked.values():
                answer.set_result(1)


@contextlib.contextmanager
def open_compiler(environment: Mapping[str, str]) -> Iterator[Compiler]:
    """A compiler for the length of a block; at its end whatever it does is stopped.

    Args:
        environment: as ``workers.clean_environment`` made it.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "pensionbook.book.compile_process"],
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        # Ctrl-C in the terminal must reach only the build, which then stops its compiler.
        start_new_session=True,
    )
    compiler = Compiler(process)
    try:
        yield compiler
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        compiler.close()
