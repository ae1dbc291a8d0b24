"""A process that has the slow imports behind it and forks a kernel whenever it is asked to.

Nearly all the time a short notebook takes is spent on importing pandas, matplotlib and
statsmodels. Forking after these imports gives each notebook a process of its own in a few
milliseconds. :mod:`pensionbook.notebooks.kernels.client` starts this program and speaks with it.

The standard library's ``multiprocessing.forkserver`` with its preload does not serve:

- its children get the standard streams, the environment and the ``__main__`` of others, so that a
  kernel would write into a stranger's log and hold the program that asked for it;
- what an interpreter reads when it starts (``PYTHONHASHSEED``, ``PYTHONUTF8``, the locale, the
  number of threads of BLAS) is fixed by whichever kernel came first;
- each child holds the descriptor that keeps the server alive, so that a busy kernel keeps itself
  and the server running after their parent was killed. Here the server ends when its parent does
  and takes the kernels along.

The channel: one letter with descriptors. ``k`` asks for a kernel: a connection, a pipe with JSON
(``argv``, ``folder``, ``environment``), then the kernel's standard input, output and error. ``c``
brings the channel of another client. On the connection is answered ``pid`` with the kernel's
process id and, when it has ended, ``exit`` with its status, each on a line. The client sends
nothing on it; when it closes it, the kernel is killed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass, field
from typing import Any

from pensionbook.notebooks.kernels.preload import open_files, preload

READY = b"r"
KERNEL = b"k"
CLIENT = b"c"

_SECONDS_BETWEEN_LOOKS = 1


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a fork needs to become a kernel."""

    connection: socket.socket
    request: int
    streams: list[int]


@dataclass(slots=True)
class _Server:
    owner: socket.socket
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    kernels: dict[int, socket.socket] = field(default_factory=dict)

    def serve(self) -> _Asked | None:
        """Fork kernels until the owner is gone; returns something only in a fork."""
        ended, wake = socket.socketpair()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with ended, wake, self.selector:
            for end in (ended, wake):
                end.setblocking(False)
            signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
            self.selector.register(self.owner, selectors.EVENT_READ)
            self.selector.register(ended, selectors.EVENT_READ)
            try:
                return self._serve(ended)
            finally:
                signal.set_wakeup_fd(-1)

    def _serve(self, ended: socket.socket) -> _Asked | None:
        parent = os.getppid()
        # Another process may have inherited the owner's end of the channel.
        while os.getppid() == parent:
            for key, _ in self.selector.select(_SECONDS_BETWEEN_LOOKS):
                channel = key.fileobj
                assert isinstance(channel, socket.socket)
                if channel is ended:
                    ended.recv(4096)
                    self._reap()
                elif key.data is not None:
                    # One that was reaped a moment ago is not to be taken for another.
                    if key.data in self.kernels:
                        self._kill(key.data)
                        self.selector.unregister(channel)
                else:
                    message, descriptors, _, _ = socket.recv_fds(channel, 1, 5)
                    if not message and channel is self.owner:
                        return None
                    if not message:
                        self.selector.unregister(channel)
                        channel.close()
                    elif message == CLIENT:
                        client = socket.socket(fileno=descriptors[0])
                        self.selector.register(client, selectors.EVENT_READ)
                    elif asked := self._fork(descriptors):
                        return asked
        return None

    def _fork(self, descriptors: list[int]) -> _Asked | None:
        connection = socket.socket(fileno=descriptors[0])
        pid = os.fork()
        if pid == 0:
            return _Asked(connection, descriptors[1], descriptors[2:])
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        self.kernels[pid] = connection
        self.selector.register(connection, selectors.EVENT_READ, pid)
        return None

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                connection = self.kernels.pop(pid)
                with contextlib.suppress(OSError):
                    connection.sendall(f"exit {os.waitstatus_to_exitcode(status)}\n".encode())
                # Not there any more where the client went first.
                with contextlib.suppress(KeyError):
                    self.selector.unregister(connection)
                connection.close()

    @staticmethod
    def _kill(pid: int) -> None:
        # A fork that has not yet a group of its own is reached alone.
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill all kernels and wait until they are gone."""
        for pid in list(self.kernels):
            self._kill(pid)
        for pid in list(self.kernels):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def main() -> None:
    """Import, then serve; the argument is the descriptor of the owner's channel."""
    owner = socket.socket(fileno=int(sys.argv[1]))
    if not sys.flags.safe_path:
        # The working folder, from which an ordinary kernel imports nothing either at first.
        del sys.path[0]
    # A kernel watches its parent; which that is, ipykernel reads when it is imported.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    # As ipykernel does, but before matplotlib is imported, which reads it then.
    if not os.environ.get("MPLBACKEND"):
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    preload({0, 1, 2, owner.fileno()})
    owner.sendall(READY)
    server = _Server(owner)
    asked = server.serve()
    if asked is None:
        server.end()
        return
    # Nothing of the server may stay open or reachable in a kernel.
    for connection in server.kernels.values():
        connection.detach()
    owner.detach()
    del server, owner
    _become_kernel(asked)


def _become_kernel(asked: _Asked) -> None:
    """Turn this fork into the kernel, and stay it until its end."""
    parent = os.environ["JPY_PARENT_PID"]
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    with asked.connection as connection:
        for number, descriptor in enumerate(asked.streams):
            os.dup2(descriptor, number)
        for descriptor in open_files() - {0, 1, 2, asked.request, connection.fileno()}:
            os.close(descriptor)
        with os.fdopen(asked.request, encoding="utf-8") as pipe:
            request: dict[str, Any] = json.load(pipe)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"] | {"JPY_PARENT_PID": parent})
        connection.sendall(f"pid {os.getpid()}\n".encode())
    if numpy := sys.modules.get("numpy"):
        # Otherwise all kernels would draw the same numbers; `random` sees to itself.
        numpy.random.seed()
    launcher = importlib.util.find_spec("ipykernel_launcher")
    assert launcher is not None
    sys.orig_argv[:] = request["argv"]
    at = request["argv"].index("-m")
    sys.argv = [str(launcher.origin), *request["argv"][at + 2 :]]

    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
