"""Fixtures shared by the tests, and what pytest must not collect."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from projects import PROGRAM, ROOT, Project
from regions import make_regions
from shared import made_once

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from browser import Window

# Notebooks made to fail are run by the tests of the build, not compared by nbval.
collect_ignore = ["fixtures"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that are slow all through, so that none is left for one core at the end.

    Files that only begin a few builds come next, unit tests fill the rest.
    """
    files: dict[Path, list[bool]] = {}
    for item in items:
        slow = item.path.suffix == ".ipynb" or item.get_closest_marker("slow") is not None
        files.setdefault(item.path, []).append(slow)
    # The longest builds are those of files with few tests; of unit tests many take longer.
    rank = {
        path: (-sum(slow) / len(slow), len(slow) if any(slow) else -len(slow))
        for path, slow in files.items()
    }
    items.sort(key=lambda item: (*rank[item.path], item.path))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A small project with one notebook that works."""
    return Project.make(tmp_path / "project", "ok")


@pytest.fixture(scope="session")
def built_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with two notebooks, built; tests only read it.

    What the build said is in the file ``said`` beside it.
    """

    def make(folder: Path) -> None:
        project = Project.make(folder / "project", "ok", "table")
        run = project.build()
        assert run.returncode == 0, run.stderr
        (folder / "said").write_text(run.stderr, encoding="utf-8")

    return Project(made_once(tmp_path_factory, "project", make) / "project")


@pytest.fixture
def standing(built_project: Project, tmp_path: Path) -> Project:
    """A copy of the built project, for tests that alter it or build it again."""
    return built_project.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def built_regions(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of several regions whose batch is built; tests only read it.

    What the build printed is in the file ``printed`` beside it.
    """

    def make(folder: Path) -> None:
        project = make_regions(folder / "project")
        run = project.build("--each", "area")
        assert run.returncode == 0, run.stderr
        (folder / "printed").write_text(run.stdout, encoding="utf-8")

    return Project(made_once(tmp_path_factory, "regions", make) / "project")


@pytest.fixture(scope="session")
def built_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output of the edition this repository is about, built as `make report` does.

    Processes that run tests at one time share it; tests only read it.
    """

    def make(folder: Path) -> None:
        command = [str(PROGRAM), "build", str(ROOT / "data" / "tianjin-2002")]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr

    return made_once(tmp_path_factory, "edition", make) / "_build" / "tianjin-2002"


@pytest.fixture(scope="session")
def books(built_edition: Path) -> dict[str, Path]:
    """The web pages of the report, by language, for tests that open them in a browser."""
    from browser import find_browser

    try:
        find_browser()
    except RuntimeError as error:
        pytest.fail(str(error), pytrace=False)
    found = {path.parent.name: path for path in sorted(built_edition.glob("*/html"))}
    assert "en" in found
    return found


@pytest.fixture(scope="module")
def browser(books: dict[str, Path]) -> Iterator[Browser]:
    """One browser for all tests of a file."""
    from browser import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def _desk(browser: Browser, books: dict[str, Path]) -> Window:
    from browser import WIDE, Window

    size = {"width": WIDE, "height": 900}
    context = browser.new_context(viewport=size, color_scheme="light", reduced_motion="reduce")
    return Window.new(context, books["en"])


@pytest.fixture(scope="module")
def _phone(browser: Browser, books: dict[str, Path]) -> Window:
    from browser import NARROW, Window

    size = {"width": NARROW, "height": 800}
    context = browser.new_context(viewport=size, has_touch=True, reduced_motion="reduce")
    return Window.new(context, books["en"])


@pytest.fixture
def desk(_desk: Window, books: dict[str, Path]) -> Iterator[Window]:
    """A window as wide as a desk's; it may ask no other host and complain of nothing."""
    _desk.html = books["en"]
    yield _desk
    _desk.check_quiet()


@pytest.fixture
def phone(_phone: Window) -> Iterator[Window]:
    """A phone; it may ask no other host and complain of nothing."""
    yield _phone
    _phone.check_quiet()
