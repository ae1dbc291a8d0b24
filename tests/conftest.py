"""Fixtures shared by the tests, and what pytest must not collect."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects import Project

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
