"""Files written whole or not at all, and paths held by one process alone."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from pensionbook.files.atomic import locked, write_whole

_HOLD = """
import sys
from pathlib import Path
from pensionbook.files.atomic import locked
with locked(Path(sys.argv[1]), wait=False) as held:
    print(held, flush=True)
    sys.stdin.read()
"""


def test_a_file_takes_the_place_of_the_earlier_one_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "audit.csv"
    for content in (b"first", b"second"):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_the_place_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    (folder / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        write_whole(folder, b"content")
    assert list(tmp_path.iterdir()) == [folder]
    assert (folder / "inside").is_dir()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_path_is_held_by_one_process_until_it_ends(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "held"
    if kind == "folder":
        path.mkdir()
    command = [sys.executable, "-c", _HOLD, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout.readline() == "True\n"
        with locked(path, wait=False) as held:
            assert not held
        # A killed process holds nothing.
        other.kill()
        other.wait()
        with locked(path, wait=False) as held:
            assert held
    assert path.exists()


def test_one_that_waits_gets_the_path_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", _HOLD.replace(", wait=False", ""), str(path)]
    pipe = subprocess.PIPE
    with contextlib.ExitStack() as stack:
        with locked(path):
            other = stack.enter_context(
                subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
            )
            stack.callback(other.kill)
            with pytest.raises(subprocess.TimeoutExpired):
                other.wait(1)
        assert other.stdout.readline() == "True\n"
