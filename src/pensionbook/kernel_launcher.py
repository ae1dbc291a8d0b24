"""Stands for a kernel in Jupyter's eyes: asks the server for one and lives as long as it does.

Run by path, without site packages, so that it starts in milliseconds; imports nothing of ours.
Where there is no server it becomes an ordinary kernel.
"""

# Importing pathlib would double the time to start.
# ruff: noqa: PTH109, PTH110, PTH118

import contextlib
import json
import os
import signal
import socket
import sys
import time

_SECONDS_TO_WAIT = 60


def main() -> None:
    """Arguments: the server's folder, then the options of the kernel."""
    folder, *options = sys.argv[1:]
    request = {"folder": os.getcwd(), "environment": _jupyter_settings(), "options": options}
    connection = _connect(folder)
    if connection is None:
        command = [sys.executable, "-P", "-m", "ipykernel_launcher", *options]
        os.execv(sys.executable, command)
    os.chdir("/")
    connection.sendall((json.dumps(request) + "\n").encode())
    pid = int(connection.makefile("r").readline())

    def pass_on(number: int, _frame: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    signal.signal(signal.SIGINT, pass_on)
    while connection.recv(1):
        pass


def _jupyter_settings() -> dict[str, str]:
    return {name: os.environ[name] for name in ("JPY_SESSION_NAME",) if name in os.environ}


def _connect(folder: str) -> socket.socket | None:
    here = os.getcwd()
    end = time.monotonic() + _SECONDS_TO_WAIT
    while time.monotonic() < end:
        connection = socket.socket(socket.AF_UNIX)
        try:
            # A path of any length can be reached relative to the folder.
            os.chdir(folder)
            connection.connect("kernels.sock")
            return connection
        except OSError:
            connection.close()
            if os.path.exists(os.path.join(folder, "kernels.ended")):
                return None
            time.sleep(0.02)
        finally:
            os.chdir(here)
    return None


if __name__ == "__main__":
    main()
