"""What the process that forks kernels has imported before, and what it must not have done."""

from __future__ import annotations

import gc
import importlib
import sys
import threading
from pathlib import Path

IMPORTS = (
    "IPython.display",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "matplotlib.axes",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "numpy",
    "pandas",
    "pensionbook.analysis.audits",
    "pensionbook.analysis.claims",
    "pensionbook.analysis.gaps",
    "pensionbook.analysis.measures",
    "pensionbook.analysis.reforms",
    "pensionbook.charts",
    "pensionbook.report",
    "scipy.stats",
    "statsmodels.api",
)
# They look for the notebook's shell when they are imported, so each kernel must do so.
_MUST_NOT_BE_THERE = ("matplotlib.pyplot", "matplotlib_inline.backend_inline")


def preload(mine: set[int]) -> None:
    """Import what notebooks use, and put the heap away where all kernels share it.

    Args:
        mine: descriptors of files that are known to be open.

    Raises:
        ImportError: something cannot be imported; an ordinary kernel then leaves it to the
            notebook to stumble on.
        RuntimeError: something imported what looks for the shell, opened a file that kernels
            would share, or started a thread that a fork would lose.
    """
    for name in IMPORTS:
        importlib.import_module(name)
    for name in _MUST_NOT_BE_THERE:
        if name in sys.modules:
            raise RuntimeError(f"{name} must be imported by the notebook itself")
    if threading.active_count() > 1:
        raise RuntimeError(f"threads are running: {threading.enumerate()}")
    if left := open_files() - mine:
        raise RuntimeError(f"files are open: {sorted(left)}")
    # A collection writes into every object it looks at, which would copy the memory.
    gc.collect()
    gc.freeze()


def open_files() -> set[int]:
    """Descriptors that are open in this process."""
    found = set()
    for entry in Path("/dev/fd").iterdir():
        # The descriptor that lists the folder is gone by now.
        if entry.exists() or entry.is_symlink():
            found.add(int(entry.name))
    return found
