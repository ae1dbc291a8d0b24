"""The wheel holds what the program needs when there is no source tree."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from projects import ROOT


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel built from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_every_schema(names: set[str]) -> None:
    schemas = {path.name for path in (ROOT / "data" / "schemas").glob("*.yaml")}
    assert "figures.yaml" in schemas
    assert {f"pensionbook/data/schemas/{name}" for name in schemas} <= names


def test_the_wheel_holds_the_skeleton_of_an_edition(names: set[str]) -> None:
    skeleton = {
        path.name for path in (ROOT / "src" / "pensionbook" / "data" / "skeleton").iterdir()
    }
    assert "datapackage.yaml" in skeleton
    assert {f"pensionbook/data/skeleton/{name}" for name in skeleton} <= names


def test_the_wheel_holds_every_module_and_nothing_else(names: set[str]) -> None:
    source = ROOT / "src"
    modules = {path.relative_to(source).as_posix() for path in Path(source).rglob("*.py")}
    assert "pensionbook/cli/main.py" in modules
    assert modules <= names
    beside = {"py.typed", "editions/batch/overview.css", "editions/batch/overview.js"}
    others = names - modules - {f"pensionbook/{name}" for name in beside}
    data = tuple(
        f"pensionbook/{name}/"
        for name in (
            "data/schemas",
            "data/skeleton",
            "data/looks",
            "printing/templates",
            "book/pagetemplates",
            "language/locale",
        )
    )
    assert all(name.startswith((*data, "pensionbook-")) for name in others)
