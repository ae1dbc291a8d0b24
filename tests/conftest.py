"""Fixtures shared by the tests, and what pytest must not collect."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

from projects import PROGRAM, ROOT, Project

# Notebooks made to fail are run by the tests of the build, not compared by nbval.
collect_ignore = ["fixtures"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A small project with one notebook that works."""
    return Project.make(tmp_path / "project", "ok")


@pytest.fixture(scope="session")
def built_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with two notebooks, built; tests only read it."""
    project = Project.make(tmp_path_factory.mktemp("built") / "project", "ok", "table")
    run = project.build()
    assert run.returncode == 0, run.stderr
    return project


@pytest.fixture(scope="session")
def built_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output of the edition this repository is about, built as `make report` does.

    Processes that run tests at one time share it; tests only read it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "edition"
    with (shared / "edition.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            folder.mkdir(exist_ok=True)
            command = [str(PROGRAM), "build", str(ROOT / "data" / "tianjin-2002")]
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stderr
            (folder / "complete").touch()
    return folder / "_build" / "tianjin-2002"
