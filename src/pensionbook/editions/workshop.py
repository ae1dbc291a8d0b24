"""The processes that builds of one worker share: a compiler, and a pool that runs notebooks.

Each costs seconds of imports to start. They start when first asked for, or ahead by ``warm``, and
stay until ``close``; after a failed build they are started anew, so that nothing of it is left.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from pensionbook.book.compile import Compiler, open_compiler
from pensionbook.data.package import without_looks
from pensionbook.editions.inputs import ENGINE_ROOMS, of_rooms
from pensionbook.editions.plan import Plan
from pensionbook.engine.kept import RECONCILED
from pensionbook.files.cache import Cache
from pensionbook.files.digests import sha256_json
from pensionbook.notebooks.pool import Pool, clean_environment, open_pool


class Workshop:
    """A compiler and a pool for notebooks, alive from build to build, and what builds share.

    Attributes:
        folder: absolute folder for what they write aside, removed at the end.
        cache: results of earlier builds.
        versions: what is installed.
        jobs: notebooks that run at one time.
        kept: folder that keeps reconciliations.
    """

    def __init__(
        self,
        plan: Plan,
        place: Path,
        cache: Cache,
        versions: Mapping[str, str],
        jobs: int = 1,
        *,
        holds_temporary: bool = False,
    ) -> None:
        """Nothing starts yet.

        Args:
            plan: of the edition, or of the whole of a batch.
            place: folder to make its own folder in.
            cache: its folder is absolute.
            holds_temporary: what notebooks write into temporary files goes with the folder. Its
                path must be short: sockets are among them.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="workshop-", dir=place)).resolve()
        self.cache, self.versions, self.jobs = cache, dict(versions), jobs
        key = sha256_json([of_rooms(without_looks(plan.inputs), ENGINE_ROOMS), self.versions])
        self.kept = cache.folder / "reconciled" / key[:16]
        self._temporary = {"TMPDIR": str(self.folder)} if holds_temporary else {}
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
                environment = clean_environment(self.folder / "compiler", self.cache.folder)
                self._compiler = self._stack.enter_context(open_compiler(environment))
            return self._compiler

    def pool(self, notebooks: int) -> Pool:
        """The pool, which gets ready while other work is done.

        Args:
            notebooks: that wait for it; no more processes than that are started.
        """
        with self._lock:
            self._must_be_open()
            if self._pool is None:
                environment = clean_environment(self.folder / "pool", self.cache.folder)
                environment |= {RECONCILED: str(self.kept)} | self._temporary
                count = min(self.jobs, notebooks)
                self._pool = self._stack.enter_context(open_pool(environment, count))
            return self._pool

    def warm(self) -> None:
        """Start both."""
        self.pool(self.jobs)
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
