"""The processes that builds of one worker share: a compiler, and a pool that runs notebooks.

Each costs seconds of imports to start. They start when first asked for, or ahead by ``warm``, and
stay until ``close``; after a failed build they are started anew, so that nothing of it is left.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from pensionbook.book.compile import Compiler, open_compiler
from pensionbook.engine.kept import RECONCILED
from pensionbook.notebooks.pool import Pool, clean_environment, open_pool


class Workshop:
    """A compiler and a pool for notebooks, alive from build to build.

    Attributes:
        folder: absolute folder for what they write aside, removed at the end.
    """

    def __init__(self, place: Path, cache: Path, kept: Path, jobs: int = 1) -> None:
        """Nothing starts yet.

        Args:
            place: folder to make its own folder in.
            cache: absolute folder of the cache.
            kept: folder that keeps reconciliations.
            jobs: notebooks that run at one time.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="workshop-", dir=place)).resolve()
        self._cache, self._kept, self._jobs = cache, kept, jobs
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._compiler: Compiler | None = None
        self._pool: Pool | None = None
        self._closed = False

    def compiler(self) -> Compiler:
        """The compiler, which gets ready while other work is done."""
        with self._lock:
            self._must_be_open()
            if self._compiler is None:
                environment = clean_environment(self.folder / "compiler", self._cache)
                self._compiler = self._stack.enter_context(open_compiler(environment))
            return self._compiler

    def pool(self) -> Pool:
        """The pool, which gets ready while other work is done."""
        with self._lock:
            self._must_be_open()
            if self._pool is None:
                environment = clean_environment(self.folder / "pool", self._cache)
                environment[RECONCILED] = str(self._kept)
                # What a killed notebook leaves behind goes with the folder.
                environment["TMPDIR"] = str(self.folder)
                self._pool = self._stack.enter_context(open_pool(environment, self._jobs))
            return self._pool

    def warm(self) -> None:
        """Start both."""
        self.pool()
        self.compiler()

    def close(self) -> None:
        """Stop both, whatever they do; another thread that waits for them is told."""
        with self._lock:
            self._closed = True
            self._stack.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _must_be_open(self) -> None:
        if self._closed:
            raise RuntimeError("the workshop is closed")
