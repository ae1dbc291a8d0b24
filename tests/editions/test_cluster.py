"""A batch on a cluster of real processes on loopback: a worker is killed, and nothing is lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pensionbook.editions.batch.work import _other_versions
from projects import PROGRAM, Project, wait_until
from regions import PARTS, batch_of, files_of, make_regions

_SLOW = "\nimport time\ntime.sleep(4)"
_MORE = (*PARTS, "coast")


@contextmanager
def _process(folder: Path, *command: str) -> Iterator[subprocess.Popen[str]]:
    """A process that is ended with the block; what it says goes to a file in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            stdout=said,
            stderr=said,
            env=os.environ | {"TMPDIR": str(folder)},
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@contextmanager
def _scheduler(folder: Path) -> Iterator[str]:
    """The address of a scheduler on loopback."""
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
    with _process(folder, "dask", "scheduler", *options):
        said = folder / "said"
        pattern = r"tcp://127\.0\.0\.1:\d+"
        assert wait_until(lambda: re.search(pattern, said.read_text()), 60), said.read_text()
        yield re.search(pattern, said.read_text())[0]


def _worker(folder: Path, address: str) -> tuple[str, ...]:
    options = ("--nthreads", "1", "--no-dashboard", "--no-nanny", "--memory-limit", "0")
    return ("dask", "worker", address, *options, "--local-directory", str(folder))


def _start(project: Project, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        project.command("--each", "area", *options),
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _complete(folder: Path) -> None:
    for part in _MORE:
        assert (folder / part / "en" / "html" / "index.html").is_file()
    command = [str(PROGRAM), "verify", str(folder)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.slow
@pytest.mark.parametrize("transfer", ["folder", "scheduler"])
def test_a_worker_killed_while_it_builds_loses_nothing(tmp_path: Path, transfer: str) -> None:
    project = make_regions(tmp_path / "project", _MORE)
    project.edit_cell("ok", "code", _SLOW)
    with _scheduler(tmp_path / "scheduler") as address:
        one, two = tmp_path / "one", tmp_path / "two"
        with _process(one, *_worker(one, address)), _process(two, *_worker(two, address)) as victim:
            run = _start(project, "--scheduler", address, "--transfer", transfer)

            def builds() -> bool:
                # The kernel of a notebook that the victim runs stands in a folder of its build.
                return any(_runs(child) for child in _descendants(victim.pid))

            assert wait_until(builds, 90), (two / "said").read_text()
            os.kill(victim.pid, signal.SIGKILL)
            out, said = run.communicate(timeout=180)
    assert run.returncode == 0, said
    assert f"{len(_MORE)} built, 0 unchanged, 0 failed" in out
    begun = re.findall(r"(\w+): begun by (worker \d)", said)
    lost = [area for area, _ in begun if sum(area == other for other, _ in begun) == 2]
    assert lost, f"no region was begun twice: {begun}"
    _complete(batch_of(project))
    # What came from the cluster is what this machine would have made.
    embedded = project.folder / "embedded"
    again = _start(project, "--only", lost[0], "--output", str(embedded))
    out, said = again.communicate(timeout=120)
    assert again.returncode == 0, said
    assert files_of(embedded / lost[0]) == files_of(batch_of(project) / lost[0])


def _descendants(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    children = {int(child) for path in threads for child in path.read_text().split()}
    children |= {int(child) for child in text.split()}
    return [*children, *(deeper for child in children for deeper in _descendants(child))]


def _runs(pid: int) -> bool:
    try:
        return "/work/run/" in str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return False


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path) -> None:
    project = make_regions(tmp_path / "project")
    begin = time.monotonic()
    run = project.build("--each", "area", "--scheduler", "tcp://127.0.0.1:9")
    assert run.returncode == 1
    assert "--scheduler tcp://127.0.0.1:9: no scheduler answers there" in run.stderr
    assert "dask scheduler" in run.stderr
    assert time.monotonic() - begin < 40


@pytest.mark.parametrize("address", ["carrier://host:1", "tcp://", "tcp://127.0.0.1:99999"])
def test_an_address_that_cannot_be_is_told(tmp_path: Path, address: str) -> None:
    project = make_regions(tmp_path / "project")
    run = project.build("--each", "area", "--scheduler", address)
    assert run.returncode == 1
    assert f"--scheduler {address}" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_worker_with_other_versions_is_told() -> None:
    ours = {"python": "3.11.7", "numpy": "2.0", "pandas": "2.2"}
    assert _other_versions(ours, dict(ours)) == ""
    told = _other_versions(ours, {"python": "3.12.1", "numpy": "2.0", "dask": "1"})
    for part in ("python 3.12.1 instead of 3.11.7", "pandas missing", "dask 1 instead of none"):
        assert part in told
    assert "install requirements.txt there" in told
