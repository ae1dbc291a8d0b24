"""The folder for temporary files: whether it can be used, and folders for sockets in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pensionbook.errors import BuildError
from pensionbook.files.atomic import locked

# A kernel, a compiler and the formats need more, but one that has not even this is full.
_ROOM = 1_000_000
_SOCKETS = "pensionbook-"
# The system allows 107 bytes for the path of a socket, of which its name takes some.
_LONGEST = 85


def check_temporary_folder() -> None:
    """Check that temporary files can be written.

    Raises:
        BuildError: they cannot be; it names the folder, the reason and the mend.
    """
    named = os.environ.get("TMPDIR")
    place = named or "/tmp"
    try:
        place = named or tempfile.gettempdir()
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(bytes(_ROOM))
    except OSError as error:
        what = f"TMPDIR={named}" if named else place
        raise BuildError(
            f"no temporary files can be written in {what}: {error.strerror or error}; make room "
            "there, or name another folder, such as TMPDIR=/var/tmp"
        ) from None


@contextlib.contextmanager
def folder_for_sockets(scratch: Path) -> Iterator[Path]:
    """An absolute folder whose path is short enough for sockets; removed at the end.

    Args:
        scratch: absolute folder to make it in, if its path is not too long. Else it lies among
            the temporary files, where what killed processes left of this kind goes first.
    """
    folder = scratch / "sockets"
    if len(os.fsencode(folder)) <= _LONGEST:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    sweep_sockets()
    folder = Path(tempfile.mkdtemp(prefix=f"{_SOCKETS}{os.getpid()}-")).absolute()
    try:
        with locked(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_sockets() -> None:
    """Remove the folders for sockets that killed processes left among the temporary files."""
    for stale in Path(tempfile.gettempdir()).glob(f"{_SOCKETS}*-*"):
        owner = stale.name.removeprefix(_SOCKETS).partition("-")[0]
        with contextlib.suppress(OSError):
            if not owner.isdigit() or _lives(int(owner)) or stale.is_symlink():
                continue
            if stale.lstat().st_uid != os.getuid():
                continue
            with locked(stale, wait=False) as ours:
                if ours:
                    shutil.rmtree(stale)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
