"""Seconds and memory of a kernel that has imported what a notebook needs, forked and ordinary.

python benchmarks/bench_kernels.py [--rounds NUMBER]

Seconds: from asking Jupyter for the kernel until the imports have run in it. Memory: what the
process adds to that of the machine (proportional set size, in which shared pages are divided
among those that share them) while as many kernels run as there are rounds; the forked ones'
includes their server.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import re
import statistics
import tempfile
import time
from pathlib import Path

from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import LocalProvisioner

from pensionbook.notebooks.kernels.client import ForkedKernel, Server
from pensionbook.notebooks.kernels.provisioner import fork_from
from pensionbook.notebooks.kernels.spec import INTERPRETER, KERNEL, write_specification

IMPORTS = "import pandas, statsmodels.api, matplotlib.pyplot"
_KIB_IN_MIB = 1024


def started(server: Server | None) -> tuple[float, KernelManager]:
    """Seconds until a kernel has run the imports, and the kernel."""
    begin = time.perf_counter()
    manager = KernelManager(kernel_name=KERNEL)
    if server:
        fork_from(server, manager)
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    reply = client.execute_interactive(IMPORTS, timeout=120)
    seconds = time.perf_counter() - begin
    client.stop_channels()
    if reply["content"]["status"] != "ok":
        raise SystemExit(f"the imports fail: {reply['content']['evalue']}")
    return seconds, manager


def pid_of(manager: KernelManager) -> int:
    """Process id of a kernel."""
    assert isinstance(manager.provisioner, LocalProvisioner)
    assert manager.provisioner.pid is not None
    return manager.provisioner.pid


def memory(pid: int) -> float:
    """Proportional set size of a process, in MiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    return int(re.findall(r"^Pss:\s+(\d+)", text, re.MULTILINE)[0]) / _KIB_IN_MIB


def parent(pid: int) -> int:
    """Parent of a process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.findall(r"^PPid:\s+(\d+)", status, re.MULTILINE)[0])


def measured(rounds: int, server: Server | None) -> tuple[float, float]:
    """Median of the seconds, and MiB for each kernel."""
    seconds, managers = [], []
    for _ in range(rounds):
        one, manager = started(server)
        assert isinstance(manager.provisioner, LocalProvisioner)
        if isinstance(manager.provisioner.process, ForkedKernel) is not bool(server):
            raise SystemExit("kernels cannot be forked here")
        seconds.append(one)
        managers.append(manager)
    pids = {pid_of(manager) for manager in managers}
    servers = {parent(pid) for pid in pids} if server else set()
    total = sum(memory(pid) for pid in pids | servers)
    for manager in managers:
        manager.shutdown_kernel(now=True)
    return statistics.median(seconds), total / rounds


def main() -> None:
    """Measure both and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="kernels of each kind")
    rounds = parser.parse_args().rounds
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JUPYTER_PATH"] = folder
        write_specification(Path(folder))
        with contextlib.closing(Server.start(INTERPRETER, os.environ)) as server:
            # Once without counting: the imports are read from the disk, and the server starts.
            for one in (None, server):
                _, manager = started(one)
                manager.shutdown_kernel(now=True)
            ordinary = measured(rounds, None)
            forked = measured(rounds, server)
    print(f"kernel with its imports, of {rounds}: ordinary, forked, ratio")
    print(f"  seconds    {ordinary[0]:8.2f} {forked[0]:8.2f} {ordinary[0] / forked[0]:6.1f}")
    print(f"  MiB each   {ordinary[1]:8.1f} {forked[1]:8.1f} {ordinary[1] / forked[1]:6.1f}")


if __name__ == "__main__":
    main()
