"""Files that are there whole or not at all, and paths that one process holds alone."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What a killed process leaves of a file that it was writing is hidden and ends so.
UNFINISHED = ".part"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, then put it there in one step.

    Raises:
        OSError: it cannot be written; what stood there stays.
    """
    part = path.with_name(f".{uuid.uuid4().hex}{UNFINISHED}")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def move(source: Path, target: Path) -> None:
    """Rename a file or a folder, or copy it to where renaming cannot be.

    That is another file system, or a folder that lies under another system's (a container's).

    Args:
        target: nothing stands there.

    Raises:
        OSError: it cannot be moved; the source is whole then, and the target not there.
    """
    try:
        source.rename(target)
        return
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EBUSY):
            raise
    # A kill while it is copied leaves no half of it under its name.
    part = target.with_name(f".{uuid.uuid4().hex}{UNFINISHED}")
    try:
        if source.is_dir():
            _copy(source, part)
        else:
            shutil.copy2(source, part)
        part.rename(target)
    finally:
        drop(part)
    drop(source)


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copytree(source, target, symlinks=True)
    except shutil.Error as failed:
        # It lists all files that could not be copied, and of each no more than a text.
        first, _, reason = failed.args[0][0]
        number = errno.ENOSPC if os.strerror(errno.ENOSPC) in reason else errno.EIO
        raise OSError(number, os.strerror(number), str(first)) from failed


def drop(path: Path) -> None:
    """Remove a file or a folder with all it holds; what is not there is no error."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a path against other processes for the length of a block; whether it is held.

    Args:
        path: a folder, or a file that is made if need be. The file stays: removing it would let
            two processes hold two locks of one name.
        wait: wait for another that holds it; else the block begins without the lock.
    """
    way = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    handle = os.open(path, way | os.O_CLOEXEC, 0o644)
    try:
        yield _take(handle, wait)
    finally:
        os.close(handle)


def _take(handle: int, wait: bool) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        if wait:
            raise
        return False
    return True
