"""Fixtures shared by the tests, and what pytest must not collect."""

from __future__ import annotations

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
    """Output of the edition this repository is about, built as `make report` does."""
    folder = tmp_path_factory.mktemp("edition")
    command = [str(PROGRAM), "build", str(ROOT / "data" / "tianjin-2002")]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return folder / "_build" / "tianjin-2002"
