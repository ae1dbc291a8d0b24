"""A new output grows in a staging folder and takes the old one's place in one step."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pensionbook.errors import BuildError
from pensionbook.files.atomic import locked

# Whatever else lies in an output folder is somebody's own and must not be swept away.
KNOWN_ENTRIES = frozenset(
    {"audit.csv", "bounds.csv", "values.json", "manifest.json", "notebooks", "data"}
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?")
_AT_CURRENT_FOLDER = -100
_EXCHANGE = 2


class Interrupted(BaseException):
    """The build was asked to stop; not an error of the build."""


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let a request to terminate unwind the build like Ctrl-C does.

    Raises:
        Interrupted: on SIGINT, SIGTERM or SIGHUP.
    """

    def stop(number: int, _frame: object) -> None:
        raise Interrupted(signal.Signals(number).name)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def staging_folder(output: Path) -> Iterator[Path]:
    """An empty folder beside the output, held by this process alone; removed at the end.

    What a killed build left behind is cleared first.

    Raises:
        BuildError: another build of this output is at work, the folder holds something that is
            not an output, or nothing can be written there.
    """
    lock = output.with_name(f".{output.name}.lock")
    with contextlib.ExitStack() as stack:
        with writing(output.parent):
            output.parent.mkdir(parents=True, exist_ok=True)
            if not stack.enter_context(locked(lock, wait=False)):
                raise BuildError(
                    f"another build of {output} is at work; wait until it is done, or name "
                    "another folder with --output"
                )
            _put_back(output)
            check_replaceable(output)
            # A compiler that outlived its killed build may still write into its own folder.
            for stale in output.parent.glob(f".{output.name}.staging-*"):
                shutil.rmtree(stale, ignore_errors=True)
            staging = Path(tempfile.mkdtemp(prefix=f".{output.name}.staging-", dir=output.parent))
        stack.callback(shutil.rmtree, staging, ignore_errors=True)
        yield staging


def check_replaceable(output: Path) -> None:
    """Check that a folder may be replaced by a new output.

    Raises:
        BuildError: it is a file or a link, or it holds something no build writes.
    """
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        what = "a link" if output.is_symlink() else "a file"
        raise BuildError(f"{output} is {what}; name a folder with --output")
    if output.is_dir():
        names = {entry.name for entry in output.iterdir()} - KNOWN_ENTRIES
        strangers = sorted(name for name in names if not _LANGUAGE.fullmatch(name))
        if strangers:
            raise BuildError(
                f"{output} holds {strangers[0]!r}, which no build writes; "
                "move it away, or name another folder with --output"
            )


def swap_into_place(new: Path, output: Path) -> None:
    """Put a finished folder where the output stands; at every moment one of them stands there.

    Where the system cannot exchange two folders in one step, the earlier output is moved aside
    first, and a kill in between leaves it there under the name ``.NAME.earlier``.

    Raises:
        BuildError: the folders cannot be moved.
    """
    with writing(output.parent):
        if not output.exists():
            new.rename(output)
            return
        if _exchange(new, output):
            return
        earlier = output.with_name(f".{output.name}.earlier")
        _clear(earlier)
        output.rename(earlier)
        new.rename(output)
        _clear(earlier)


def _exchange(one: Path, other: Path) -> bool:
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    names = (os.fsencode(one), os.fsencode(other))
    here = ctypes.c_int(_AT_CURRENT_FOLDER)
    return renameat2(here, names[0], here, names[1], ctypes.c_uint(_EXCHANGE)) == 0


def _put_back(output: Path) -> None:
    """Undo the first half of a swap that was killed."""
    earlier = output.with_name(f".{output.name}.earlier")
    if earlier.is_dir() and not output.exists():
        earlier.rename(output)


def _clear(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say of an error of the system which folder could not be written."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise BuildError(
            f"cannot write in {folder}: {reason}; allow it, or name another folder with --output"
        ) from error
