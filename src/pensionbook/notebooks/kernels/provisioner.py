"""Has Jupyter fork its kernels, and start ordinary ones where that cannot be had."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import Popen
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager, KernelManager
from jupyter_client.provisioning import LocalProvisioner

from pensionbook.notebooks.kernels.client import ForkedKernel, NoForkedKernel, Server

_SECONDS_TO_START = 60
_SECONDS_BETWEEN_LOOKS = 0.005

_said: set[str] = set()
# Heard also where the manager's own log is set to say nothing.
_log = logging.getLogger(__name__)


class ForkedProvisioner(LocalProvisioner):
    """Asks a process that has the slow imports behind it for a kernel.

    A kernel is the same in Jupyter's eyes as an ordinary one: it has a process id and group of its
    own, is interrupted and ended by signals and reports its exit status. An ordinary kernel starts,
    and a line in the log says why, where the server failed to import or has ended.

    A forked kernel differs from an ordinary one in that

    - what :mod:`pensionbook.notebooks.kernels.preload` names is in ``sys.modules`` before it is
      imported; a notebook that forgets to import ``statsmodels.api`` runs all the same;
    - no ``matplotlibrc`` of the working folder is read;
    - kernels of one server share the secret of ``hash`` where ``PYTHONHASHSEED`` is not set, so
      that sets are in the same order in each of them;
    - the objects of the preloaded modules are left out by ``gc.get_objects``;
    - its command line, as ``ps`` shows it, is the server's, which also is its parent.

    Attributes:
        server: the process that forks; its interpreter is that of the kernels' specification.
    """

    server: Server

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start a kernel with a command as an ordinary one has it."""
        try:
            forked = await _forked(self.server, cmd, kwargs)
        except NoForkedKernel as error:
            reason = str(error)
            say = self.log.debug if reason in _said else self.log.warning
            _said.add(reason)
            say("An ordinary kernel starts, which takes longer than a forked one: %s", reason)
            return await super().launch_kernel(cmd, **kwargs)
        # What it waits for and ends is like a process, if not one that this one started.
        self.process = cast("Popen[Any]", forked)
        self.pid = self.pgid = forked.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    async def poll(self) -> int | None:
        """Exit status, None while it runs; that somebody else ended it stands in the log."""
        process = self.process
        status: int | None = await super().poll()
        if isinstance(process, ForkedKernel) and not process.was_ended and (status or 0) < 0:
            process.was_ended = True
            _log.warning("The kernel was ended by %s", signal.Signals(-(status or 0)).name)
        return status


def fork_from(server: Server, manager: KernelManager) -> None:
    """Have a manager, which must not have started a kernel yet, ask a server for it."""
    manager.kernel_id = manager.kernel_id or str(uuid.uuid4())
    manager.provisioner = ForkedProvisioner(
        kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager
    )
    manager.provisioner.server = server


def manager_class(server: Server | None) -> type[AsyncKernelManager]:
    """The class of managers whose kernels a server forks; Jupyter's own where there is none."""
    if server is None:
        return AsyncKernelManager
    forks = server

    class ForkingKernelManager(AsyncKernelManager):
        """Manages a kernel that is forked."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            fork_from(forks, self)

    return ForkingKernelManager


async def _forked(
    server: Server, command: Sequence[str], options: Mapping[str, Any]
) -> ForkedKernel:
    folder = str(Path(options.get("cwd") or Path.cwd()).absolute())
    kernel = server.ask(command, options["env"], folder)
    end = time.monotonic() + _SECONDS_TO_START
    try:
        while not kernel.started():
            if time.monotonic() > end:
                raise NoForkedKernel(f"no forked kernel came in {_SECONDS_TO_START} seconds")
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
    except BaseException:
        kernel.give_up()
        raise
    return kernel
