"""A new output grows in a staging folder and takes the old one's place in one step."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from pensionbook.errors import BuildError
from pensionbook.files.atomic import drop, locked, move

# Says why a folder must not be replaced; an empty text if it may.
Keeps = Callable[[Path], str]
# In an output that can only exchange what it holds.
_INCOMING, _LEAVING, _EARLIER, _DONE = (
    f".pensionbook-{state}" for state in ("incoming", "leaving", "earlier", "done")
)
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
def staging_folder(output: Path, keeps: Keeps) -> Iterator[Path]:
    """An empty folder beside the output, held by this process alone; removed at the end.

    What a killed build left behind is cleared first.

    Args:
        keeps: says of a folder that stands there why it must not be replaced.

    Raises:
        BuildError: another build of this output is at work, the folder holds something that is
            not an output, or nothing can be written there.
    """
    # A file system of its own, such as a stick, may stand where nothing else can be written.
    alone = output.is_mount()
    place = output if alone else output.parent
    lock = output if alone else output.with_name(f".{output.name}.lock")
    with contextlib.ExitStack() as stack:
        with writing(place):
            place.mkdir(parents=True, exist_ok=True)
            if not stack.enter_context(locked(lock, wait=False)):
                raise BuildError(
                    f"another build of {output} is at work; wait until it is done, or name "
                    "another folder with --output"
                )
            _put_back(output)
            # A compiler that outlived its killed build may still write into its own folder.
            for stale in place.glob(f".{output.name}.staging-*"):
                shutil.rmtree(stale, ignore_errors=True)
            check_replaceable(output, keeps)
            staging = Path(tempfile.mkdtemp(prefix=f".{output.name}.staging-", dir=place))
        stack.callback(shutil.rmtree, staging, ignore_errors=True)
        yield staging


def check_replaceable(output: Path, keeps: Keeps) -> None:
    """Check that a folder may be replaced by a new output.

    Raises:
        BuildError: it is a file or a link, or there is a reason to keep it.
    """
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        what = "a link" if output.is_symlink() else "a file"
        raise BuildError(f"{output} is {what}; name a folder with --output")
    reason = keeps(output) if output.is_dir() else ""
    if reason:
        raise BuildError(
            f"{output} is not replaced: {reason}; move it away, or name another folder with "
            "--output"
        )


def swap_into_place(new: Path, output: Path) -> None:
    """Put a finished folder where the output stands; at every moment one of them stands there.

    Where the system cannot exchange two folders in one step, the earlier output is moved aside
    first, and a kill in between leaves it there under the name ``.NAME.earlier``. Where the folder
    itself cannot be moved, as one that is a file system of its own, what it holds is, once all of
    the new output is in it; a kill in between leaves the earlier one's in ``.pensionbook-leaving``
    or ``.pensionbook-earlier`` in it. The next build puts back what a kill left aside.

    Raises:
        BuildError: the folders cannot be moved; the earlier output stands.
    """
    with writing(output):
        if not output.exists():
            move(new, output)
            return
        if _exchange(new, output):
            return
        earlier = output.with_name(f".{output.name}.earlier")
        drop(earlier)
        try:
            output.rename(earlier)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EBUSY):
                raise
            _exchange_content(new, output)
            return
        move(new, output)
        drop(earlier)


def _exchange_content(new: Path, output: Path) -> None:
    for leftover in (_INCOMING, _DONE):
        drop(output / leftover)
    move(new, output / _INCOMING)
    try:
        (output / _LEAVING).mkdir()
        for entry in _visible(output):
            move(entry, output / _LEAVING / entry.name)
        # From here on all that is visible belongs to the new output.
        (output / _LEAVING).rename(output / _EARLIER)
        for entry in list((output / _INCOMING).iterdir()):
            move(entry, output / entry.name)
        (output / _EARLIER).rename(output / _DONE)
    except BaseException:
        _restore(output)
        raise
    _restore(output)


def _restore(output: Path) -> None:
    """Bring an exchange of contents that was cut back to its beginning, or to its end if done."""
    if (output / _EARLIER).is_dir():
        for entry in _visible(output):
            drop(entry)
        (output / _EARLIER).rename(output / _LEAVING)
    if (output / _LEAVING).is_dir():
        for entry in list((output / _LEAVING).iterdir()):
            drop(output / entry.name)
            move(entry, output / entry.name)
        (output / _LEAVING).rmdir()
    for leftover in (_INCOMING, _DONE):
        drop(output / leftover)


def _visible(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if entry.name[0] != "."]


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
    if output.is_dir() and not output.is_symlink():
        _restore(output)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say of an error of the system which folder could not be written."""
    try:
        yield
    except OSError as error:
        raise BuildError(cannot_write(folder, error)) from error


def cannot_write(place: Path | str, error: OSError) -> str:
    """What went wrong with a file or a folder of the output, and what to do."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    mend = "free some space there" if full else "allow it"
    reason = error.strerror or str(error)
    return f"cannot write in {place}: {reason}; {mend}, or name another folder with --output"
