"""Seconds and memory of a kernel that has imported what a notebook needs, forked and ordinary.

python benchmarks/bench_kernels.py [--rounds NUMBER]

Seconds: from asking Jupyter for the kernel until the imports have run in it. Memory: what the
process adds to that of the machine (proportional set size, in which shared pages are divided
among those that share them) while as many kernels run as there are rounds; the forked ones'
includes their server.
"""

from __future__ import annotations

import argparse
import logging
import re
import statistics
import time
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import LocalProvisioner

from pensionbook.notebooks.kernels.client import ForkedKernel, close_servers
from pensionbook.notebooks.kernels.spec import KERNEL

IMPORTS = "import pandas, statsmodels.api, matplotlib.pyplot"
_KIB_IN_MIB = 1024


class OrdinarySpecs(KernelSpecManager):
    """Knows the same kernels, to be started without our provisioner."""

    def get_kernel_spec(self, kernel_name: str) -> Any:
        """The specification of a kernel, less what names its provisioner."""
        found = super().get_kernel_spec(kernel_name)
        found.metadata.pop("kernel_provisioner")
        return found


def started(specs: KernelSpecManager) -> tuple[float, KernelManager]:
    """Seconds until a kernel has run the imports, and the kernel."""
    begin = time.perf_counter()
    manager = KernelManager(kernel_name=KERNEL, kernel_spec_manager=specs)
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


def measured(rounds: int, specs: KernelSpecManager, *, forked: bool) -> tuple[float, float]:
    """Median of the seconds, and MiB for each kernel."""
    seconds, managers = [], []
    for _ in range(rounds):
        one, manager = started(specs)
        assert isinstance(manager.provisioner, LocalProvisioner)
        if isinstance(manager.provisioner.process, ForkedKernel) is not forked:
            raise SystemExit("kernels cannot be forked here")
        seconds.append(one)
        managers.append(manager)
    pids = {pid_of(manager) for manager in managers}
    servers = {parent(pid) for pid in pids} if forked else set()
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
    # Once without counting: the imports are read from the disk, and the server starts.
    for specs in (OrdinarySpecs(), KernelSpecManager()):
        first, manager = started(specs)
        manager.shutdown_kernel(now=True)
    ordinary = measured(rounds, OrdinarySpecs(), forked=False)
    forked = measured(rounds, KernelSpecManager(), forked=True)
    close_servers()
    print(f"kernel with its imports, of {rounds}: ordinary, forked, ratio")
    print(f"  seconds    {ordinary[0]:8.2f} {forked[0]:8.2f} {ordinary[0] / forked[0]:6.1f}")
    print(f"  MiB each   {ordinary[1]:8.1f} {forked[1]:8.1f} {ordinary[1] / forked[1]:6.1f}")
    print(f"  the first forked one, with its server: {first:.2f} seconds")


if __name__ == "__main__":
    main()
