"""How Jupyter is told of our kernels."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

KERNEL = "pensionbook"
# Names, in the environment of a process that runs notebooks, the folder for the kernels' sockets.
SOCKETS = "PENSIONBOOK_SOCKETS"
# An interpreter that imports nothing from the working folder of whoever starts it.
INTERPRETER = (sys.executable, "-P")


def write_specification(folder: Path, options: Sequence[str] = ()) -> None:
    """Describe this very interpreter as a kernel, whatever others the machine knows.

    Args:
        folder: one where Jupyter looks for kernels.
        options: more options of the kernel.
    """
    specification = {
        "argv": [*INTERPRETER, "-m", "ipykernel_launcher", "-f", "{connection_file}", *options],
        "display_name": "Python 3",
        "language": "python",
    }
    kernel = folder / "kernels" / KERNEL
    kernel.mkdir(parents=True, exist_ok=True)
    (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
