"""Runs notebooks in parallel, each in a clean working folder, and keeps what they gave."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pensionbook.cache import Cache
from pensionbook.errors import BuildError, NotebookError, PensionbookError
from pensionbook.notebooks import assemble, cell_number, own_parameters, results_of, run_key
from pensionbook.parameters import PACKAGE, SourceNotebook, Value

_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT", "SSL_CERT_FILE")
_SECONDS_TO_STOP = 3
# 1 January 1980, the earliest that all file formats can state.
_EPOCH = "315532800"


class Progress(Protocol):
    """Told how far the notebooks are."""

    def started(self, name: str, language: str) -> None:
        """A notebook is handed to a kernel."""

    def cells(self, name: str, language: str, done: int, total: int) -> None:
        """So many of its cells are done."""

    def finished(self, name: str, language: str, *, kept: bool) -> None:
        """It is done, or its results were kept from an earlier build."""


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook with its parameters; ``key`` is the digest of all that it depends on."""

    notebook: SourceNotebook
    parameters: dict[str, Value]
    key: str

    @property
    def language(self) -> str:
        """Language the notebook writes in."""
        return str(self.parameters.get("language", "en"))


def plan_runs(
    notebooks: Sequence[SourceNotebook],
    edition: str,
    parameters: Mapping[str, Value],
    inputs: Mapping[str, str],
    versions: Mapping[str, str],
) -> list[Run]:
    """One run for each notebook; the package is known to it by the edition's name."""
    runs = []
    for notebook in notebooks:
        own = own_parameters(notebook, {PACKAGE: edition, **parameters})
        runs.append(Run(notebook, own, run_key(notebook, own, inputs, versions)))
    return runs


def clean_environment(scratch: Path, kept: Path) -> dict[str, str]:
    """Environment for kernels and compilers: nothing of the user's settings gets in.

    Args:
        scratch: absolute folder for what they write aside.
        kept: absolute folder for matplotlib's list of fonts, which is slow to make.
    """
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed | {
        "HOME": str(scratch / "home"),
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_CONFIG_DIR": str(scratch / "jupyter-config"),
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PATH": str(scratch / "jupyter"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": str(kept / "matplotlib"),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": _EPOCH,
        "TZ": "UTC",
    }


def execute(
    runs: Sequence[Run],
    *,
    package: Path,
    edition: str,
    work: Path,
    cache: Cache,
    progress: Progress,
    jobs: int,
) -> dict[tuple[str, str], dict[str, Any]]:
    """Executed notebooks by language and name; those in the cache are not run again.

    Args:
        package: folder of the data package.
        work: folder for the working folders, on this machine only.
        jobs: number of notebooks that run at one time.

    Raises:
        NotebookError: a notebook stopped; the others went on and their results are kept.
        BuildError: more than one did.
    """
    results: dict[tuple[str, str], dict[str, Any]] = {}
    waiting: queue.SimpleQueue[Run] = queue.SimpleQueue()
    left = 0
    for run in runs:
        found = cache.load(run.key)
        if found is None:
            waiting.put(run)
            left += 1
        else:
            results[run.language, run.notebook.name] = assemble(run.notebook, found)
            progress.finished(run.notebook.name, run.language, kept=True)
    if not left:
        return results
    environment = clean_environment(work, cache.folder.resolve())
    for name in ("HOME", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        Path(environment[name]).mkdir(parents=True, exist_ok=True)
    paths = [str(work), str(package.resolve()), sys.prefix, str(Path(__file__).parent)]
    failures: list[PensionbookError] = []

    def finish(run: Run, event: dict[str, Any]) -> None:
        try:
            if event["event"] != "done":
                raise _as_error(run.notebook, event)
            found = results_of(run.notebook, event["notebook"], paths)
        except PensionbookError as error:
            failures.append(error)
            return
        cache.store(run.key, found)
        results[run.language, run.notebook.name] = assemble(run.notebook, found)
        progress.finished(run.notebook.name, run.language, kept=False)

    events: queue.SimpleQueue[tuple[int, dict[str, Any]]] = queue.SimpleQueue()
    with _workers(min(jobs, left), environment, events) as workers:
        current: dict[int, Run] = {}

        def hand_out(number: int) -> None:
            if waiting.empty():
                return
            run = current[number] = waiting.get()
            folder = work / f"run-{run.language}-{run.notebook.name}"
            folder.mkdir(parents=True)
            (folder / edition).symlink_to(package.resolve(), target_is_directory=True)
            progress.started(run.notebook.name, run.language)
            workers[number].send(run, folder)

        for number in range(len(workers)):
            hand_out(number)
        while current:
            number, event = events.get()
            run = current[number]
            if event["event"] == "cell":
                name, language = run.notebook.name, run.language
                progress.cells(name, language, event["done"], event["total"])
                continue
            finish(run, event)
            del current[number]
            if event["event"] != "ended":
                hand_out(number)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        listing = "\n".join(f"  {error}" for error in sorted(failures, key=str))
        raise BuildError(f"{len(failures)} notebooks stopped:\n{listing}")
    return results


def _as_error(notebook: SourceNotebook, event: Mapping[str, Any]) -> NotebookError:
    if event["event"] == "ended" or event["cell"] is None:
        cause = event.get("cause") or "the process that ran it ended"
        return NotebookError(notebook.path.name, None, f"{cause}; try again, or with --jobs 1")
    cause = event["cause"]
    if event["line"]:
        cause = f"line {event['line']}, {event['source']!r}: {cause}"
    return NotebookError(notebook.path.name, cell_number(notebook, event["cell"]), cause)


class _Worker:
    """A process that runs notebooks, and the thread that listens to it."""

    def __init__(
        self, environment: dict[str, str], tell: Callable[[dict[str, Any]], None], log: Any
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pensionbook.execute"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            text=True,
            encoding="utf-8",
            # Ctrl-C in the terminal must reach only the build, which then stops its workers.
            start_new_session=True,
        )
        self._tell = tell
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._tell(json.loads(line))
        self._tell({"event": "ended"})

    def send(self, run: Run, folder: Path) -> None:
        """Hand it a notebook."""
        assert self.process.stdin is not None
        job = {
            "notebook": run.notebook.content,
            "parameters": run.parameters,
            "folder": str(folder),
        }
        # A worker that has ended is noticed by the event its listener sends.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()

    def close(self) -> None:
        """No more jobs: it ends by itself, its kernel with it."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._listener.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextlib.contextmanager
def _workers(
    count: int, environment: dict[str, str], events: queue.SimpleQueue
) -> Iterator[list[_Worker]]:
    workers: list[_Worker] = []
    log_path = Path(environment["HOME"]) / "workers.log"
    with log_path.open("wb") as log:
        try:
            for number in range(count):
                tell = lambda event, number=number: events.put((number, event))  # noqa: E731
                workers.append(_Worker(environment, tell, log))
            yield workers
        finally:
            for worker in workers:
                if not worker.process.poll() and worker.process.stdin:
                    with contextlib.suppress(OSError):
                        worker.process.stdin.close()
            for worker in workers:
                worker.close()
