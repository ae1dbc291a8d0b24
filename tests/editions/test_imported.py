"""A change of the library runs the notebooks that import it, and no others."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pensionbook.data.load import load_package
from pensionbook.data.stated import digests_by_part
from pensionbook.editions.imported import code_of
from pensionbook.editions.inputs import (
    ENGINE_ROOMS,
    LIBRARY,
    NOTEBOOK_ROOMS,
    PAGE_ROOMS,
    library_digests,
    of_rooms,
    room_of,
)
from pensionbook.notebooks.run import plan_runs
from pensionbook.notebooks.source import SourceNotebook, read_notebooks
from projects import ROOT

INPUTS = library_digests()
NOTEBOOKS = read_notebooks(ROOT / "notebooks")
NAMES = {notebook.name for notebook in NOTEBOOKS}
ROOMS = {room_of(name) for name in INPUTS if name.startswith("pensionbook/")}
PACKAGE = load_package(ROOT / "data" / "tianjin-2002", check=False)


def keys(inputs: dict[str, str]) -> dict[str, str]:
    always, parts = digests_by_part(PACKAGE)
    code = {notebook.name: code_of(notebook, inputs) for notebook in NOTEBOOKS}
    runs = plan_runs(NOTEBOOKS, PACKAGE.name, {}, {}, code, always, parts, {})
    return {run.notebook.name: run.key for run in runs}


@pytest.mark.parametrize(
    ("changed", "run_again"),
    [
        ("printing/word.py", set()),
        ("book/register.py", set()),
        ("cli/main.py", set()),
        ("charts/bars.py", NAMES),
        ("report/view.py", NAMES),
        ("engine/repairs.py", NAMES),
        ("language/locale/zh_CN.po", NAMES),
        ("analysis/gaps.py", {"04_coverage_gaps"}),
        ("analysis/trends.py", {"01_trends", "03_impacts", "05_policy"}),
        ("projection/sampling.py", {"05_policy"}),
    ],
)
def test_a_change_runs_the_notebooks_that_import_it(changed: str, run_again: set[str]) -> None:
    name = f"pensionbook/{changed}"
    assert name in INPUTS
    before, after = keys(INPUTS), keys(INPUTS | {name: "0" * 64})
    assert {notebook for notebook in NAMES if before[notebook] != after[notebook]} == run_again


def importing(source: str) -> SourceNotebook:
    cells = [{"cell_type": "markdown", "source": "import pensionbook"}]
    cells.append({"cell_type": "code", "source": source})
    return SourceNotebook(Path("mine.ipynb"), {"cells": cells}, {})


@pytest.mark.parametrize(
    "source",
    [
        "import pensionbook as pb",
        "from pensionbook import charts, open_report",
        "%matplotlib inline",
        "if True:\n    import pensionbook",
    ],
)
def test_where_the_imports_do_not_tell_all_counts(source: str) -> None:
    assert code_of(importing(source), INPUTS) == of_rooms(INPUTS, NOTEBOOK_ROOMS)


def test_a_notebook_that_imports_little_depends_on_little() -> None:
    found = code_of(importing("from pensionbook.language import numbers"), INPUTS)
    rooms = {room_of(name) for name in found if name.startswith("pensionbook/")}
    assert "pensionbook/__init__.py" in found
    assert "pensionbook/language/locale/zh_CN.po" in found
    assert rooms == {"__init__", "data", "language"}
    assert not [name for name in code_of(importing("1"), INPUTS) if "pensionbook" in name]


@pytest.mark.parametrize(
    ("rooms", "begin"),
    [
        (ENGINE_ROOMS, "import pensionbook.engine.kept"),
        (
            NOTEBOOK_ROOMS,
            "import pensionbook.analysis.outlook, pensionbook.report, pensionbook.charts",
        ),
        (
            PAGE_ROOMS,
            "import pensionbook.book.extension, pensionbook.book.stage, pensionbook.book.handed",
        ),
    ],
)
def test_a_room_imports_no_room_that_its_digests_leave_out(
    rooms: tuple[str, ...], begin: str
) -> None:
    assert set(rooms) <= ROOMS
    found = code_of(importing(begin), INPUTS)
    assert {room_of(name) for name in found if name.startswith("pensionbook/")} <= set(rooms)


def test_no_module_that_notebooks_import_imports_by_a_name_made_while_it_runs() -> None:
    for name in of_rooms(INPUTS, set(NOTEBOOK_ROOMS) - {"__init__"}):
        if name.endswith(".py"):
            tree = ast.parse((LIBRARY.parent / name).read_text(encoding="utf-8"))
            called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            called |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            assert not called & {"import_module", "__import__"}, name
