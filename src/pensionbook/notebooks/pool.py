"""Worker processes that run notebooks, and the events they send."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pensionbook.exchange import WITH_SVG
from pensionbook.files.temporary import folder_for_sockets
from pensionbook.notebooks.kernels.client import Server, reason_against
from pensionbook.notebooks.kernels.spec import INTERPRETER, SOCKETS

_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT", "SSL_CERT_FILE")
_SECONDS_TO_STOP = 3
_LAST_SAID = 20_000
_COMPLAINT = re.compile(
    r"^\w+(Error|Exception)\b(?!.*Kernel died)|was ended by SIG|bad_alloc|Cannot allocate"
    r"|Memory allocation|Killed|failed to map"
)
# 1 January 1980, the earliest that all file formats can state.
_EPOCH = "315532800"

Event = dict[str, Any]
Heard = tuple["_Worker", Event]


@dataclass(frozen=True, slots=True)
class Job:
    """A notebook to run: its content, its parameters and the working folder."""

    name: str
    content: Mapping[str, Any]
    parameters: Mapping[str, Any]
    folder: Path


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
        WITH_SVG: "1",
    }


class Pool:
    """Processes that stand ready to run notebooks."""

    def __init__(
        self, workers: Sequence[_Worker], heard: queue.SimpleQueue[Heard], log: Path
    ) -> None:
        self._workers = workers
        self._heard = heard
        self._log = log

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[str, Event]]:
        """Run notebooks in parallel and yield what happens, as pairs of job name and event.

        Each job begins with ``started`` and ends with one of ``done`` (its ``notebook``),
        ``failed`` (``cell``, ``line``, ``source``, ``cause``) or ``ended`` (its process did). Where
        no cell is to blame, ``said`` is the last complaint of the processes, or empty.
        """
        waiting = list(reversed(jobs))
        idle = list(reversed(self._workers))
        current: dict[_Worker, Job] = {}
        while waiting or current:
            while waiting and idle:
                worker = idle.pop()
                current[worker] = waiting.pop()
                worker.send(current[worker])
                yield current[worker].name, {"event": "started"}
            if not current:
                yield waiting.pop().name, {"event": "ended"}
                continue
            worker, event = self._heard.get()
            if worker not in current:
                continue
            if event["event"] == "ended" or (event["event"] == "failed" and event["cell"] is None):
                event = event | {"said": last_complaint(self._log)}
            yield current[worker].name, event
            if event["event"] != "cell":
                del current[worker]
                if event["event"] != "ended":
                    worker.busy = False
                    idle.append(worker)


def last_complaint(log: Path) -> str:
    """The last line of a log that says what went wrong; empty where there is none."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace")[-_LAST_SAID:].splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if _COMPLAINT.search(line)), "")


@contextlib.contextmanager
def open_pool(environment: Mapping[str, str], count: int) -> Iterator[Pool]:
    """A pool that gets ready while its user does something else; at the end all of it stops.

    Args:
        environment: as :func:`clean_environment` made it.
        count: number of notebooks that run at one time.
    """
    for name in ("HOME", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        Path(environment[name]).mkdir(parents=True, exist_ok=True)
    heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
    workers: list[_Worker] = []
    home = Path(environment["HOME"])
    with (
        folder_for_sockets(home.parent) as sockets,
        (home / "workers.log").open("wb") as log,
        _kernel_server(environment, log) as server,
    ):
        environment = {**environment, SOCKETS: str(sockets)}
        try:
            for _ in range(count):
                workers.append(_Worker(environment, heard, log, server))
            yield Pool(workers, heard, home / "workers.log")
        finally:
            for worker in workers:
                worker.ask_to_stop()
            for worker in workers:
                worker.wait()


class _Worker:
    """A process that runs notebooks, and the thread that listens to it."""

    def __init__(
        self,
        environment: Mapping[str, str],
        heard: queue.SimpleQueue[Heard],
        log: IO[bytes],
        server: Server | None,
    ) -> None:
        self.busy = False
        channel, told = server.client() if server else (None, {})
        with channel or contextlib.nullcontext():
            self._process = subprocess.Popen(
                [*INTERPRETER, "-m", "pensionbook.notebooks.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**environment, **told},
                pass_fds=(channel.fileno(),) if channel else (),
                text=True,
                encoding="utf-8",
                # Ctrl-C in the terminal must reach only the build, which then stops its workers.
                start_new_session=True,
            )
        self._heard = heard
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._heard.put((self, json.loads(line)))
        self._heard.put((self, {"event": "ended"}))

    def send(self, job: Job) -> None:
        """Hand it a notebook."""
        self.busy = True
        message = {
            "notebook": job.content,
            "parameters": dict(job.parameters),
            "folder": str(job.folder),
        }
        stdin = self._process.stdin
        # A worker that has ended is noticed by the event its listener sends.
        if stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                stdin.write(json.dumps(message) + "\n")
                stdin.flush()

    def ask_to_stop(self) -> None:
        """No more jobs: it ends what it does, its kernel too."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def wait(self) -> None:
        """Wait until it has ended, for a few seconds if it is busy; then end it."""
        try:
            self._process.wait(_SECONDS_TO_STOP if self.busy else 0)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._listener.join()
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextlib.contextmanager
def _kernel_server(environment: Mapping[str, str], log: IO[bytes]) -> Iterator[Server | None]:
    """The server that the kernels of all workers come from; None where they start without it."""
    if reason_against(environment):
        yield None
        return
    with contextlib.closing(Server.start(INTERPRETER, environment, log.fileno())) as server:
        yield server
