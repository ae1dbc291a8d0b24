"""A process that runs notebooks one after another: ``python -m pensionbook.notebooks.worker``.

It reads one job a line on standard input and answers with one
event a line on standard output, all JSON. When the parent closes the input, or ends in whatever
way, it stops.
"""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from traitlets.config import Config

from pensionbook.notebooks.kernels.client import Server
from pensionbook.notebooks.kernels.spec import KERNEL, SOCKETS, write_specification
from pensionbook.notebooks.source import tagged_index

# A data package lies in the working folder; nothing in it may be imported.
_OPTIONS = ("--InteractiveShellApp.ignore_cwd=True", "--HistoryManager.enabled=False")
# The system allows 107 bytes, of which the number of a socket takes some.
_LONGEST_SOCKET = 100
# Taken out, so that no notebook sees it.
_SOCKETS = os.environ.pop(SOCKETS, None)
_IN_CELL = re.compile(r"Cell In\s*\[\d+\], line (\d+)")


def main() -> None:
    """Serve jobs until the input ends."""
    # Our own copy of the pipe: what a library prints must not get between the events.
    events = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def say(event: dict[str, Any]) -> None:
        events.write(json.dumps(event, ensure_ascii=False) + "\n")
        events.flush()

    jobs: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    busy = threading.Event()
    threading.Thread(target=_read_jobs, args=(jobs, busy), daemon=True).start()
    server = Server.told_of()
    write_specification(Path(os.environ["JUPYTER_PATH"]), _OPTIONS)
    while (job := jobs.get()) is not None:
        busy.set()
        say(run(job, say, server))
        busy.clear()


def _read_jobs(jobs: queue.SimpleQueue[dict[str, Any] | None], busy: threading.Event) -> None:
    for line in sys.stdin:
        jobs.put(json.loads(line))
    jobs.put(None)
    if busy.is_set():
        os.kill(os.getpid(), signal.SIGTERM)


def _stop(_number: int, _frame: object) -> None:
    raise SystemExit(1)


def run(
    job: dict[str, Any], say: Callable[[dict[str, Any]], None], server: Server | None
) -> dict[str, Any]:
    """Run one notebook.

    Args:
        job: ``notebook`` (its content), ``parameters`` and ``folder`` (the working folder).
        say: told the number of cells done after each of them.
        server: forks the kernel; None for an ordinary one.

    Returns:
        An event: ``done`` with the executed notebook, or ``failed`` with the number of the cell
        in the notebook (from 1), the line in it, the source of that line and the cause.
    """
    import nbformat
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook

    from pensionbook.notebooks.kernels.provisioner import manager_class

    _report_cells(say)
    sockets = tempfile.TemporaryDirectory(dir=_SOCKETS, prefix="", ignore_cleanup_errors=True)
    try:
        executed = execute_notebook(
            nbformat.from_dict(_upgraded(job["notebook"])),
            None,
            parameters=job["parameters"],
            engine_name=KERNEL,
            kernel_name=KERNEL,
            kernel_manager_class=manager_class(server),
            language="python",
            progress_bar=False,
            cwd=job["folder"],
            autosave_cell_every=0,
            start_timeout=120,
            # All is said by then; asked to end, some kernels take seconds over it.
            shutdown_kernel="immediate",
            config=_transport(Path(sockets.name, "k")),
        )
    except PapermillExecutionError as error:
        return {"event": "failed"} | _failure(error, job)
    except Exception as error:
        # Whatever stops papermill must reach the parent as a message, not as a broken pipe.
        return {"event": "failed", "cell": None, "cause": f"{type(error).__name__}: {error}"}
    finally:
        sockets.cleanup()
    return {"event": "done", "notebook": executed}


def _transport(path: Path) -> Config:
    """How to speak with the kernel: not by ports, as a free one may be another's a moment on."""
    import zmq

    if not zmq.has("ipc") or len(str(path)) > _LONGEST_SOCKET:
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": str(path)}})


def _upgraded(content: dict[str, Any]) -> dict[str, Any]:
    cells = [{"id": f"cell-{n}"} | cell for n, cell in enumerate(content["cells"])]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return content | {"cells": cells, "nbformat": 4, "nbformat_minor": 5}


def _report_cells(say: Callable[[dict[str, Any]], None]) -> None:
    from papermill.engines import NBClientEngine, papermill_engines

    class ReportingEngine(NBClientEngine):
        """papermill's own engine, which also tells how far it is."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
            complete = nb_man.cell_complete
            total = len(nb_man.nb.cells)

            def told(cell: Any, cell_index: int = 0, **rest: Any) -> None:
                complete(cell, cell_index=cell_index, **rest)
                say({"event": "cell", "done": cell_index + 1, "total": total})

            nb_man.cell_complete = told
            return super().execute_managed_notebook(nb_man, kernel_name, **options)

    papermill_engines.register(KERNEL, ReportingEngine)


def _failure(error: Any, job: dict[str, Any]) -> dict[str, Any]:
    from papermill.exceptions import strip_color

    # Parameters that are put in take a cell of their own, after the one with the defaults.
    shifted = job["parameters"] and error.cell_index > tagged_index(job["notebook"]["cells"])
    traceback = strip_color("\n".join(error.traceback))
    source = str(error.source).splitlines()
    found = _IN_CELL.findall(traceback)
    line = int(found[0]) if found and 1 <= int(found[0]) <= len(source) else None
    return {
        "cell": error.cell_index if shifted else error.cell_index + 1,
        "line": line,
        "source": source[line - 1].strip() if line else "",
        "cause": strip_color(f"{error.ename}: {error.evalue}").strip(),
    }


if __name__ == "__main__":
    main()
