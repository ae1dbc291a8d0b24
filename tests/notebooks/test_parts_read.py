"""A notebook runs again when a part of the package changed that it read, and only then."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pensionbook.data.reads import Noted
from pensionbook.notebooks.results import read_by
from projects import ROOT, Project

LOOK = """
import json, sys
from pensionbook.package import load_package
from pensionbook.partsread import parts_read
package = load_package(sys.argv[1], check=False)
assert parts_read() == [], parts_read()
exec(sys.argv[2])
print(json.dumps(parts_read()))
"""


@pytest.mark.parametrize(
    ("looks", "read"),
    [
        ("package.figures, package.areas, package.name, package.sha256", []),
        ("package.tables['barriers']", ["barriers.csv"]),
        ("package.tables.get('measures')", ["measures.csv"]),
        ("'parameters' in package.tables", ["parameters.csv"]),
        (
            "len(package.tables)",
            ["barriers.csv", "measures.csv", "parameters.csv", "translations.csv"],
        ),
        ("bool(package.scenarios)", ["scenarios"]),
        ("package.scenarios.get('reconnect')", ["scenarios"]),
        ("package.said('x', 'zh_CN')", ["translations.csv"]),
        (
            "from pensionbook.data import load; load.load_evidence(package, 'nbs-yearbooks')",
            ["nbs-yearbooks"],
        ),
        ("open(sys.argv[1] + '/barriers.csv').close()", ["barriers.csv"]),
        ("import pandas; pandas.read_csv(sys.argv[1] + '/figures.csv')", ["figures.csv"]),
        ("next((package.path / 'scenarios').glob('*'))", ["*"]),
        ("import os; os.listdir(sys.argv[1])", ["*"]),
    ],
)
def test_each_look_into_an_optional_part_is_noted(looks: str, read: list[str]) -> None:
    command = [sys.executable, "-c", LOOK, str(ROOT / "data" / "tianjin-2002"), looks]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == read


def test_a_noted_mapping_holds_what_it_was_given() -> None:
    held = {"a": 1, "b": 2}
    assert Noted(held, "x") == held
    assert Noted(held, {"a": "x"}).get("c") is None


def test_only_the_last_cell_can_tell_what_was_read() -> None:
    mime = "application/vnd.pensionbook.values+json"
    tells = {"outputs": [{"data": {mime: {"values": [], "read": ["barriers.csv"]}}}]}
    silent = {"outputs": [{"data": {"text/plain": "1"}}]}
    assert read_by([silent, tells]) == ["barriers.csv"]
    assert read_by([tells, silent]) is None
    assert read_by([]) is None


SOURCE = """
from pensionbook.report import open_report
report = open_report(package, area=area, baseline=baseline, as_of=as_of)
{look}
"""
LOOKS = {
    "looks": "print(report.package.tables['barriers'])\nreport.publish()",
    "opens": "print(open(f'{package}/barriers.csv').read())\nreport.publish()",
    "away": "report.publish()",
    "silent": "",
}
BARRIERS = (
    "id,locator,kind,name_en,name_zh,affected,figures,note\n{},p. 1,structure,{},障碍,all,,\n"
)


@pytest.fixture
def project_of_four(project: Project) -> Project:
    """A project whose package has barriers; of its notebooks two read them, and one is silent."""
    (project.package / "barriers.csv").write_text(BARRIERS.format("one", "One"), encoding="utf-8")
    descriptor = project.package / "datapackage.yaml"
    text = descriptor.read_text(encoding="utf-8")
    named = "resources:\n  - {name: barriers, path: barriers.csv}\n"
    descriptor.write_text(text.replace("resources:\n", named), encoding="utf-8")
    content = json.loads((project.notebooks / "ok.ipynb").read_text(encoding="utf-8"))
    heading, parameters, code, *_ = content["cells"]
    for name, look in LOOKS.items():
        own = code | {"id": "look", "source": SOURCE.format(look=look).strip()}
        cells = [heading | {"source": f"# The notebook {name}"}, parameters, own]
        path = project.notebooks / f"{name}.ipynb"
        path.write_text(json.dumps(content | {"cells": cells}), encoding="utf-8")
    project.list_pages("notebooks/ok", *(f"notebooks/{name}" for name in LOOKS))
    return project


@pytest.mark.slow
def test_only_notebooks_that_read_a_changed_file_run_again(project_of_four: Project) -> None:
    project = project_of_four

    def ran() -> set[str]:
        done = project.build("--language", "en")
        assert done.returncode == 0, done.stderr
        return {line.split()[0] for line in done.stderr.splitlines() if line.endswith("(en): done")}

    assert ran() == {"ok", *LOOKS}
    barriers = project.package / "barriers.csv"
    barriers.write_text(BARRIERS.format("two", "Another"), encoding="utf-8")
    # The notebook of the fixture lists the folder, and the silent one does not tell.
    assert ran() == {"ok", "looks", "opens", "silent"}
    executed = (project.output / "notebooks" / "en" / "looks.ipynb").read_text(encoding="utf-8")
    assert "Another" in executed
    barriers.write_text(BARRIERS.format("one", "One"), encoding="utf-8")
    assert ran() == set()
    executed = (project.output / "notebooks" / "en" / "looks.ipynb").read_text(encoding="utf-8")
    assert "Another" not in executed


@pytest.mark.slow
def test_a_notebook_about_the_whole_package_runs_once_for_all_periods(project: Project) -> None:
    path = project.notebooks / "ok.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"]["pensionbook"] = {"about": "package"}
    (project.notebooks / "whole.ipynb").write_text(
        json.dumps(content).replace("number_of_files", "files_of_all"), encoding="utf-8"
    )
    with (project.book / "index.md").open("a") as page:
        page.write("\nAll have {value}`files_of_all` files.\n")
    project.list_pages("notebooks/ok", "notebooks/whole")
    assert project.build("--language", "en").returncode == 0
    again = project.build("--language", "en", "-p", "baseline=2001")
    assert again.returncode == 0
    assert "ok (en): done" in again.stderr
    assert "whole (en): unchanged, not run" in again.stderr
