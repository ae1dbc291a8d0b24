"""The notebooks as they are kept: same parameters, outputs of a clean run, nothing of a machine.

That their code still gives those outputs is checked by nbval, in the same run as the other tests.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from pensionbook.report.report import VALUES_MIME
from projects import ROOT

NAMES = (
    "01_trends",
    "02_causes",
    "03_impacts",
    "04_coverage_gaps",
    "06_audit",
    "07_countermeasures",
)
PARAMETERS = ["package", "area", "baseline", "as_of", "counted", "language"]
EACH = pytest.mark.parametrize("name", NAMES)


def path_of(name: str) -> Path:
    return ROOT / "notebooks" / f"{name}.ipynb"


@cache
def notebook(name: str) -> Any:
    return nbformat.read(path_of(name), as_version=4)


def code_cells(name: str) -> list[Any]:
    return [cell for cell in notebook(name).cells if cell.cell_type == "code"]


def is_tagged(cell: Any) -> bool:
    return "parameters" in cell.metadata.get("tags", [])


def test_the_folder_holds_the_four_sections() -> None:
    assert {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} >= set(NAMES)


@EACH
def test_a_notebook_is_well_formed(name: str) -> None:
    nbformat.validate(notebook(name))
    assert notebook(name).nbformat == 4


@EACH
def test_a_notebook_has_one_cell_of_the_parameters(name: str) -> None:
    (tagged,) = [cell for cell in notebook(name).cells if is_tagged(cell)]
    statements = ast.parse(tagged.source).body
    counts = name in NAMES[:4]
    expected = [parameter for parameter in PARAMETERS if counts or parameter != "counted"]
    assert [statement.targets[0].id for statement in statements] == expected
    assert all(isinstance(ast.literal_eval(statement.value), str) for statement in statements)
    assert code_cells(name)[0] is tagged


@EACH
def test_outputs_of_one_clean_run_are_kept(name: str) -> None:
    cells = code_cells(name)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kept = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in kept} <= {"display_data", "execute_result"}
    assert any("image/png" in output.data for output in kept)
    assert any("text/html" in output.data for output in kept)
    assert all("text/plain" in output.data for output in kept)
    for output in kept:
        if "execution_count" in output:
            assert output.execution_count in range(1, len(cells) + 1)


@EACH
def test_every_kept_picture_says_what_it_shows(name: str) -> None:
    pictures = [
        output for cell in code_cells(name) for output in cell.outputs if "image/png" in output.data
    ]
    assert pictures
    for picture in pictures:
        assert picture.metadata["image/png"]["alt"] == picture.data["text/plain"]
        assert len(picture.data["text/plain"]) > 20


@EACH
def test_the_last_cell_publishes_values_of_this_notebook(name: str) -> None:
    published = [
        (cell, output.data[VALUES_MIME]["values"])
        for cell in code_cells(name)
        for output in cell.outputs
        if VALUES_MIME in output.data
    ]
    ((cell, records),) = published
    assert cell is code_cells(name)[-1]
    assert {record["notebook"] for record in records} == {name}
    ids = [record["id"] for record in records]
    assert len(ids) == len(set(ids)) > 3


def test_no_two_notebooks_name_the_same_value() -> None:
    ids = [
        record["id"]
        for name in NAMES
        for output in code_cells(name)[-1].outputs
        for record in output.data[VALUES_MIME]["values"]
    ]
    assert len(ids) == len(set(ids))


@EACH
def test_a_notebook_tells_nothing_of_the_run_or_the_machine(name: str) -> None:
    content = notebook(name)
    assert set(content.metadata) <= {"kernelspec", "language_info", "pensionbook"}
    # The version of Python differs from machine to machine.
    assert "version" not in content.metadata.language_info
    assert {key for cell in content.cells for key in cell.metadata} <= {"tags", "pensionbook"}
    text = path_of(name).read_text(encoding="utf-8")
    pictures = re.compile(r'"image/png": (?:"[^"]*"|\[[^]]*\])')
    text = pictures.sub("", text)
    for mark in ("papermill", "execution", '"start_time"', "duration", str(ROOT), str(Path.home())):
        assert mark not in text.replace('"execution_count"', ""), mark
    found = re.findall(r"(?<![\w.])/(?:home|Users|root|tmp|usr|opt|var|work|private)/[\w.-]+", text)
    assert found == []
    assert re.findall(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text) == []
    assert re.findall(r"0x[0-9a-f]{6,}", text) == []


@EACH
def test_a_notebook_leaves_computing_to_the_package(name: str) -> None:
    """It imports the package only, and defines nothing."""
    tree = ast.parse("\n".join(cell.source for cell in code_cells(name)))
    nodes = list(ast.walk(tree))
    modules = {node.module.split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
    modules |= {a.name.split(".")[0] for n in nodes if isinstance(n, ast.Import) for a in n.names}
    assert modules == {"pensionbook"}
    assert not [n for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef | ast.While)]


@pytest.mark.slow
def test_nbval_notices_a_changed_table_and_leaves_pictures_alone(tmp_path: Path) -> None:
    """Guards the comparison itself: it must be able to fail."""
    cells = [
        nbformat.v4.new_code_cell("print_me = 'rows'\nprint_me", execution_count=1),
        nbformat.v4.new_code_cell(
            "from IPython.display import display\n"
            "display({'image/png': 'bmV3', 'text/plain': 'chart'}, raw=True)",
            execution_count=2,
        ),
    ]
    picture = {"image/png": "b2xk", "text/plain": "chart"}
    cells[1].outputs = [nbformat.v4.new_output("display_data", data=picture)]
    runs = {}
    for kept in ("'rows'", "'other rows'"):
        cells[0].outputs = [
            nbformat.v4.new_output("execute_result", data={"text/plain": kept}, execution_count=1)
        ]
        folder = tmp_path / str(len(runs))
        folder.mkdir()
        content = nbformat.v4.new_notebook(cells=cells)
        nbformat.write(content, folder / "small.ipynb")
        command = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env"]
        run = subprocess.run(
            [*command, "-p", "no:cacheprovider", "small.ipynb"],
            cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        runs[kept] = (run.returncode, run.stdout)
    assert runs["'rows'"][0] == 0, runs["'rows'"][1]
    assert "2 passed" in runs["'rows'"][1]
    assert runs["'other rows'"][0] == 1
    assert "1 failed" in runs["'other rows'"][1]
