"""Gives Jupyter kernels that were forked, and ordinary ones where that cannot be had."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from pensionbook.notebooks.kernels.client import ForkedKernel, NoForkedKernel, server_for

_MODULE = "ipykernel_launcher"
_SECONDS_TO_START = 60
_SECONDS_BETWEEN_LOOKS = 0.005
_UNDERSTOOD = {"cwd", "env", "extra_arguments", "independent", "kernel_id", "stderr", "stdout"}

_said: set[str] = set()


class ForkedProvisioner(LocalProvisioner):
    """Asks a process that has the slow imports behind it for a kernel.

    All kernels of this process that start alike come from one server, which ends with it. A kernel
    is the same in Jupyter's eyes as an ordinary one: it has a process id and group of its own, is
    interrupted and ended by signals and reports its exit status.

    An ordinary kernel starts, and a line in the log says why, where there is no fork (Windows), on
    macOS, where the server cannot start or fails to import, and for a kernel that is to be started
    in a way that a fork cannot follow.

    A forked kernel differs from an ordinary one in that

    - what :mod:`pensionbook.notebooks.kernels.preload` names is in ``sys.modules`` before it is
      imported; a notebook that forgets to import ``statsmodels.api`` runs all the same;
    - kernels of one server share the secret of ``hash`` where ``PYTHONHASHSEED`` is not set, so
      that sets are in the same order in each of them;
    - the objects of the preloaded modules are left out by ``gc.get_objects``;
    - its command line, as ``ps`` shows it, is the server's, which also is its parent.
    """

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start a kernel with a command as an ordinary one has it."""
        try:
            self.process = await _forked(cmd, kwargs)
        except NoForkedKernel as error:
            reason = str(error)
            say = self.log.debug if reason in _said else self.log.warning
            _said.add(reason)
            say("An ordinary kernel starts, which takes longer than a forked one: %s", reason)
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info


async def _forked(command: Sequence[str], options: Mapping[str, Any]) -> ForkedKernel:
    if unknown := options.keys() - _UNDERSTOOD:
        raise NoForkedKernel(f"it is started with {', '.join(sorted(unknown))}")
    if options.get("independent"):
        raise NoForkedKernel("it is to live on when this program ends")
    argv = [str(Path(command[0]).expanduser()), *command[1:]]
    at = argv.index("-m") if "-m" in argv else len(argv)
    if argv[at + 1 : at + 2] != [_MODULE]:
        raise NoForkedKernel(f"its command does not run {_MODULE}")
    folder = Path(options.get("cwd") or Path.cwd()).absolute()
    if not folder.is_dir():
        raise NoForkedKernel(f"its folder {folder} is not there")
    if (folder / "matplotlibrc").exists():
        raise NoForkedKernel(f"{folder} has a matplotlibrc, which is read by the import")
    environment = options.get("env") or dict(os.environ)
    streams = [_descriptor(options.get("stdout"), 1), _descriptor(options.get("stderr"), 2)]
    kernel = server_for(argv[:at], environment).ask(argv, environment, str(folder), streams)
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


def _descriptor(stream: Any, default: int) -> int:
    if stream is None:
        return default
    if isinstance(stream, int):
        if stream < 0:
            raise NoForkedKernel("its output is to go through a pipe")
        return stream
    return stream.fileno()
