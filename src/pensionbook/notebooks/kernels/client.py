"""Starts a process that forks kernels, and asks it for kernels."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pensionbook.notebooks.kernels.server import CLIENT, KERNEL

# Names the channel of a server that another process has started.
_INHERITED = "PENSIONBOOK_KERNEL_SERVER"
_SECONDS_TO_END = 5


class NoForkedKernel(Exception):
    """Why an ordinary kernel must start instead."""


class ForkedKernel:
    """A kernel that a server has forked, with the methods of ``subprocess.Popen``.

    Attributes:
        pid: its process id, and that of its group and session.
        was_ended: a signal was sent from here.
        returncode: exit status, negative for a signal; None while it runs.
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._heard = b""
        self.pid = 0
        self.was_ended = False
        self.returncode: int | None = None

    def _line(self) -> bytes | None:
        """The next line that came, b"" at the end; None where there is none yet."""
        with contextlib.suppress(BlockingIOError):
            while b"\n" not in self._heard:
                more = self._connection.recv(64)
                if not more:
                    return b""
                self._heard += more
            line, _, self._heard = self._heard.partition(b"\n")
            return line
        return None

    def started(self) -> bool:
        """Whether it runs by now.

        Raises:
            NoForkedKernel: it or the server ended.
        """
        try:
            line = self._line()
        except OSError:
            line = b""
        if line is None:
            return False
        kind, _, number = line.partition(b" ")
        if kind != b"pid":
            raise NoForkedKernel(
                "the process that forks kernels has ended"
                if not line
                else "a forked kernel ended before it began"
            )
        self.pid = int(number)
        return True

    def poll(self) -> int | None:
        """Exit status, None while it runs."""
        if self.returncode is None:
            try:
                line = self._line()
            except OSError:
                line = b""
            if line is not None:
                self._connection.close()
                self.returncode = int(line.split()[1]) if line else -signal.SIGKILL
                if not line:
                    # The server was killed, and nobody else looks after the kernel.
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(self.pid, signal.SIGKILL)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it runs after so many seconds.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            select.select([self._connection], [], [], left)
        return self.returncode or 0

    def send_signal(self, number: int) -> None:
        """Send a signal, if it runs."""
        if self.poll() is None:
            self.was_ended = True
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def give_up(self) -> None:
        """Do without it: the server kills what it may have forked."""
        self._connection.close()


class Server:
    """A process that forks kernels, as its owner or a client of it sees it."""

    def __init__(
        self, channel: socket.socket, process: subprocess.Popen[bytes] | None = None
    ) -> None:
        self._channel = channel
        self._process = process
        self._owner = os.getpid()
        self._ready = False

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        environment: Mapping[str, str],
        output: int | None = None,
    ) -> Server:
        """Start one; it ends with this process.

        Args:
            command: the interpreter and its options.
            environment: that of the kernels it will fork.
            output: descriptor for what it says; None for the streams of this process.

        Raises:
            OSError: it cannot be started.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [*command, "-m", "pensionbook.notebooks.kernels.server", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(environment),
                # Where no settings file of matplotlib lies, and no module.
                cwd="/",
                pass_fds=(theirs.fileno(),),
                # Ctrl-C in the terminal must reach only the parent.
                start_new_session=True,
            )
        return cls(ours, process)

    @classmethod
    def told_of(cls) -> Server | None:
        """The one that the process which started this one has made it a client of."""
        descriptor = os.environ.pop(_INHERITED, None)
        if descriptor is None:
            return None
        os.set_inheritable(int(descriptor), False)
        return cls(socket.socket(fileno=int(descriptor)))

    @property
    def ready(self) -> bool:
        """Whether it has ever got through its imports."""
        if not self._ready and self._channel.fileno() != -1:
            with contextlib.suppress(OSError):
                self._ready = bool(self._channel.recv(1, socket.MSG_DONTWAIT))
        return self._ready

    def ask(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        folder: str,
    ) -> ForkedKernel:
        """Ask for a kernel; it has started once its ``started`` says so.

        Its standard output and error are those of this process.

        Args:
            argv: command line that would start it as an ordinary one.
            environment: all of it.
            folder: working folder, absolute.

        Raises:
            NoForkedKernel: the server ended.
        """
        ours, theirs = socket.socketpair()
        asked, ask = os.pipe()
        # As an ordinary kernel's: a pipe that nobody writes to.
        empty, write = os.pipe()
        os.close(write)
        request = {"argv": list(argv), "environment": dict(environment), "folder": folder}
        try:
            with theirs, os.fdopen(ask, "w", encoding="utf-8") as pipe:
                try:
                    descriptors = [theirs.fileno(), asked, empty, 1, 2]
                    socket.send_fds(self._channel, [KERNEL], descriptors)
                finally:
                    os.close(asked)
                json.dump(request, pipe)
        except OSError as error:
            ours.close()
            raise NoForkedKernel("the process that forks kernels cannot be asked") from error
        finally:
            os.close(empty)
        ours.setblocking(False)
        return ForkedKernel(ours)

    def client(self) -> tuple[socket.socket, dict[str, str]]:
        """A channel for another process, and the variable that tells it; the caller closes it."""
        ours, theirs = socket.socketpair()
        with theirs, contextlib.suppress(OSError):
            socket.send_fds(self._channel, [CLIENT], [theirs.fileno()])
        return ours, {_INHERITED: str(ours.fileno())}

    def close(self) -> None:
        """End it and all its kernels."""
        if self._owner != os.getpid():
            return
        ready = self.ready
        self._channel.close()
        if self._process is not None:
            try:
                self._process.wait(_SECONDS_TO_END if ready else 0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def reason_against(environment: Mapping[str, str]) -> str | None:
    """Why no kernel can be forked here; None where it can be tried."""
    if not hasattr(os, "fork") or not hasattr(socket, "send_fds"):
        return "this system cannot fork"
    if sys.platform == "darwin":
        return "on macOS its own libraries do not survive a fork"
    paths = environment.get("PYTHONPATH", "")
    if paths and not all(Path(path).is_absolute() for path in paths.split(os.pathsep)):
        return "PYTHONPATH names a folder relative to the working folder"
    return None
