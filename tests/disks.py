"""Other file systems for tests: a small one of its own where that may be mounted."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A folder on another file system than the temporary folder's.

    Attributes:
        is_small: it is a file system of its own; else it is a folder of the system's memory.
    """

    folder: Path
    is_small: bool

    def fill(self, patch: pytest.MonkeyPatch, *, leave: int = 0) -> None:
        """Leave room for so many bytes; where the disk is not small, let copying fail as if."""
        if self.is_small:
            free = shutil.disk_usage(self.folder).free
            with (self.folder / ".filling").open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(free - leave, 1))
            return

        def full(_source: object, target: str, **_options: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), target)

        patch.setattr("shutil.copyfile", full)
        patch.setattr("shutil.copy2", full)


@contextmanager
def other_disk(place: Path, size: str = "1m") -> Iterator[Disk]:
    """A file system of a size, mounted in a new folder; without the right to, one of memory."""
    folder = place / "stick"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if (
        shutil.which("mount")
        and not subprocess.run(command, capture_output=True, check=False).returncode
    ):
        try:
            yield Disk(folder, is_small=True)
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        yield Disk(Path(other), is_small=False)
