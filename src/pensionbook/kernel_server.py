"""A process that has the slow imports behind it and forks a kernel for each notebook.

Nearly all the time a short notebook takes is spent on importing pandas, matplotlib and
statsmodels. Forking after these imports gives each notebook its own fresh interpreter process
in a few milliseconds. The kernels are asked for by ``kernel_launcher.py``.

Run as ``python -m pensionbook.kernel_server FOLDER``; it ends when its standard input does.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
from typing import Any

# Both are known to kernel_launcher.py, which imports nothing of ours.
SOCKET = "kernels.sock"
ENDED = "kernels.ended"

_SECONDS_BETWEEN_LOOKS = 1

# Not pyplot: it looks for the notebook's shell when it is imported, so each kernel must do so.
_IMPORTS = (
    "IPython.display",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "matplotlib.axes",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "numpy",
    "pandas",
    "pensionbook.report",
    "scipy.stats",
    "statsmodels.api",
)
_MUST_NOT_BE_THERE = "matplotlib.pyplot"


def main() -> None:
    """Import, then serve until the input ends."""
    # A path of any length can be bound relative to the folder.
    os.chdir(sys.argv[1])
    preload()
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(SOCKET)
        listener.listen()
        serve(listener)


def preload() -> None:
    """Import what notebooks use; what cannot be imported is left to the notebook to stumble on.

    Raises:
        RuntimeError: something imported pyplot, or started a thread that a fork would lose.
    """
    for name in _IMPORTS:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    if _MUST_NOT_BE_THERE in sys.modules:
        raise RuntimeError(f"{_MUST_NOT_BE_THERE} must be imported by the notebook itself")
    if threading.active_count() > 1:
        raise RuntimeError(f"threads are running: {threading.enumerate()}")


def serve(listener: socket.socket) -> None:
    """Fork a kernel for each connection, in a loop that ends with the standard input."""
    server = os.getpid()
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        connection, _ = listener.accept()
        with connection:
            request = json.loads(connection.makefile("r", encoding="utf-8").readline())
            pid = os.fork()
            if pid == 0:
                listener.close()
                _become_kernel(connection, request, server)
            connection.sendall(f"{pid}\n".encode())
        _reap()


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become_kernel(connection: socket.socket, request: dict[str, Any], server: int) -> None:
    """Turn this fork into the kernel; never returns."""
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(request["folder"])
        os.environ.update(request["environment"])
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, sys.stdin.fileno())
        follower = threading.Thread(target=_follow, args=(connection, server), daemon=True)
        follower.start()
        sys.argv = ["ipykernel_launcher", *request["options"]]
        from ipykernel import kernelapp

        kernelapp.launch_new_instance()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _follow(connection: socket.socket, server: int) -> None:
    # The launcher stands for the kernel in Jupyter's eyes, and the server for the build: when
    # either is gone, however it ended, so is the kernel.
    while os.getppid() == server:
        if select.select([connection], [], [], _SECONDS_BETWEEN_LOOKS)[0]:
            break
    os._exit(1)


if __name__ == "__main__":
    main()
