"""Kernels for tests: started as Jupyter does it, asked for JSON."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import LocalProvisioner

from pensionbook.notebooks.kernels.client import ForkedKernel, Server
from pensionbook.notebooks.kernels.provisioner import fork_from
from pensionbook.notebooks.kernels.spec import KERNEL


class Kernel:
    """A kernel that runs and a client of it."""

    def __init__(self, manager: KernelManager, client: Any) -> None:
        self.manager = manager
        self.client = client

    @property
    def pid(self) -> int:
        """Its process id."""
        assert isinstance(self.manager.provisioner, LocalProvisioner)
        assert self.manager.provisioner.pid is not None
        return self.manager.provisioner.pid

    def run(self, code: str, seconds: float = 60) -> list[dict[str, Any]]:
        """Run a cell; what it sends, without what changes from run to run."""
        sent: list[dict[str, Any]] = []

        def keep(message: dict[str, Any]) -> None:
            if message["msg_type"] != "status":
                sent.append({"type": message["msg_type"]} | message["content"])

        reply = self.client.execute_interactive(
            code, allow_stdin=False, timeout=seconds, output_hook=keep
        )
        sent.append({"type": "reply", "status": reply["content"]["status"]})
        return sent

    def ask(self, expression: str) -> Any:
        """The value of an expression, by way of a file, so that asking leaves no outputs."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "answer.json"
            written = f"__import__('json').dumps({expression})"
            sent = self.run(f"__import__('pathlib').Path({str(path)!r}).write_text({written})")
            assert sent[-1]["status"] == "ok", sent
            return json.loads(path.read_text(encoding="utf-8"))


@contextlib.contextmanager
def kernel(folder: Path, server: Server | None, *, forked: bool | None = None) -> Iterator[Kernel]:
    """A kernel that works in a folder; it is shut down at the end.

    Args:
        server: it is to be forked by; None for an ordinary one.
        forked: whether it must be; None if it must be where there is a server.
    """
    manager = KernelManager(kernel_name=KERNEL)
    if server:
        fork_from(server, manager)
    # Its file comes and goes with a thread of its own.
    manager.start_kernel(cwd=str(folder), extra_arguments=["--HistoryManager.enabled=False"])
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        assert isinstance(manager.provisioner, LocalProvisioner)
        is_forked = isinstance(manager.provisioner.process, ForkedKernel)
        assert is_forked is (server is not None if forked is None else forked)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
