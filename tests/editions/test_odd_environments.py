"""Builds where the cache, the temporary folder, the memory or the output's reader is missing."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import Mock

import pytest

from disks import other_disk
from pensionbook.errors import BuildError, NotebookError
from pensionbook.files.cache import Cache
from pensionbook.files.temporary import check_temporary_folder, folder_for_sockets
from pensionbook.notebooks.pool import last_complaint
from pensionbook.notebooks.run import executed_notebook
from pensionbook.notebooks.source import read_notebooks
from projects import PROGRAM, Project
from regions import make_regions

_HOLD = """
import sys
from pathlib import Path
from pensionbook.files.temporary import folder_for_sockets
with folder_for_sockets(Path(sys.argv[1])) as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""
# No one may write there, not even root.
NOWHERE = Path("/proc/pensionbook")


# -- the cache -----------------------------------------------------------------------------------


def test_a_cache_that_cannot_be_written_is_told_and_stops_nothing() -> None:
    cache = Cache(NOWHERE)
    assert "cannot write in /proc/pensionbook: No such file" in cache.reason_against()
    cache.store("ab" * 32, 1)
    assert cache.load("ab" * 32) is None
    cache.trim()


def test_a_cache_behind_another_is_read_and_not_written(tmp_path: Path) -> None:
    behind = Cache(tmp_path / "behind")
    assert behind.reason_against() == ""
    behind.store("ab" * 32, 1)
    front = Cache(tmp_path / "front", behind=behind)
    front.store("cd" * 32, 2)
    assert (front.load("ab" * 32), front.load("cd" * 32)) == (1, 2)
    assert behind.load("cd" * 32) is None


@pytest.mark.slow
def test_a_build_whose_cache_cannot_be_written_says_so_once(project: Project) -> None:
    (project.folder / "_build").symlink_to("/proc")
    output = project.folder / "report"
    run = project.build("--output", str(output))
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("nothing is kept for the next build: cannot write in ") == 1
    assert (output / "en" / "html" / "index.html").is_file()
    assert sorted(path.name for path in project.folder.glob("*report*")) == [
        ".report.lock",
        "report",
    ]


@pytest.mark.slow
def test_a_batch_whose_cache_cannot_be_written_says_so_once(tmp_path: Path) -> None:
    project = make_regions(tmp_path / "project", ["north"])
    (project.folder / "_build").symlink_to("/proc")
    output = project.folder / "reports"
    run = project.build("--each", "area", "--output", str(output))
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("nothing is kept for the next build: cannot write in ") == 1
    assert not [path for path in output.glob(".*") if not path.name.endswith(".lock")]
    subprocess.run([str(PROGRAM), "verify", str(output)], check=True)


# -- temporary files -----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_missing_temporary_folder_is_told_before_anything_is_done(project: Project) -> None:
    run = subprocess.run(
        project.command(),
        cwd=project.folder,
        env=os.environ | {"TMPDIR": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "in TMPDIR=/nowhere: No such file or directory; make room there, or name" in run.stderr
    assert "running" not in run.stderr


def test_a_full_temporary_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_temporary_folder()
    with other_disk(tmp_path) as disk:
        monkeypatch.setenv("TMPDIR", str(disk.folder))
        if not disk.is_small:
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            monkeypatch.setattr("tempfile.TemporaryFile", Mock(side_effect=full))
        disk.fill(monkeypatch, leave=1000)
        with pytest.raises(BuildError, match=r"TMPDIR=.*: No space left on device; make room"):
            check_temporary_folder()


@pytest.mark.parametrize("length", [10, 100])
def test_a_folder_for_sockets_is_short_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    scratch = tmp_path / ("x" * length)
    with folder_for_sockets(scratch) as folder:
        assert folder.is_dir()
        assert len(str(folder)) < max(90, len(str(tmp_path)) + 35)
    assert not list(tmp_path.glob("pensionbook-*"))


def test_what_a_killed_process_left_goes_and_what_is_held_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    long = tmp_path / ("x" * 100)
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", _HOLD, str(long)]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    started = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        for _ in range(2)
    ]
    killed, alive = (Path(process.stdout.readline().strip()) for process in started)
    started[0].kill()
    started[0].communicate()
    assert killed.is_dir()
    old = time.time() - 1000
    for folder in (killed, alive):
        os.utime(folder, (old, old))
    with folder_for_sockets(long):
        assert not killed.exists()
        assert alive.is_dir()
    started[1].communicate()
    assert not list(tmp_path.glob("pensionbook-*"))


# -- memory --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_kernel_that_the_system_ended_is_told_as_such(project: Project) -> None:
    # As the system does where memory runs out.
    project.edit_cell("ok", "code", "\nimport os\nos.kill(os.getpid(), 9)")
    run = project.build()
    assert run.returncode == 1
    assert "The kernel was ended by SIGKILL" in run.stderr
    assert "memory ran out, it seems: close other programs, or build with --jobs 1" in run.stderr
    assert not list((project.folder / "tmp").iterdir())


@pytest.mark.parametrize(
    ("line", "mend"),
    [
        ("MemoryError", "memory ran out"),
        ("RuntimeError: can't start new thread", "memory ran out"),
        ("ImportError: libhighs.so.1: failed to map segment from shared object", "memory ran out"),
        ("OpenBLAS error: Memory allocation still failed after 10 retries", "memory ran out"),
        ("OSError: [Errno 28] No space left on device: '/tmp/x'", "a disk is full: make room"),
        ("ZMQError: something else", "try again"),
        ("all is well", "try again"),
    ],
)
def test_what_a_process_said_last_is_told_with_what_to_do(
    tmp_path: Path, project: Project, line: str, mend: str
) -> None:
    log = tmp_path / "workers.log"
    end = "Error occurred while starting new kernel client for kernel 1: Kernel died before"
    log.write_text(f"Traceback (most recent call last):\n{line}\n{end}\n", encoding="utf-8")
    said = last_complaint(log)
    assert said == ("" if line == "all is well" else line)
    (notebook,) = read_notebooks(project.notebooks)
    event = {"event": "failed", "cell": None, "cause": "DeadKernelError: Kernel died", "said": said}
    with pytest.raises(NotebookError) as error:
        executed_notebook(notebook, event)
    told = f"ok.ipynb: DeadKernelError: Kernel died{f' ({line})' if said else ''}; {mend}"
    assert str(error.value).startswith(told)


# -- the reader ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_end_a_good_build(built_project: Project, closed: str) -> None:
    script = f'"$@" {closed}'
    run = subprocess.run(
        ["sh", "-c", script, "sh", *built_project.command()],
        cwd=built_project.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.slow
def test_a_reader_that_is_gone_does_not_end_a_good_build(built_project: Project) -> None:
    read, write = os.pipe()
    os.close(read)
    run = subprocess.run(
        built_project.command(),
        cwd=built_project.folder,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (run.returncode, run.stderr) == (0, "")
