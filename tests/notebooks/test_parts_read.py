"""A notebook states what it reads: it is held to that, and runs again for that alone."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path

import pytest

from pensionbook.data.load import load_evidence, load_package
from pensionbook.data.package import Package
from pensionbook.data.stated import PARTS, digests_by_part, reads_of, restricted
from pensionbook.errors import NotebookError, ParameterError
from pensionbook.notebooks.source import read_notebook
from pensionbook.report import open_report
from projects import ROOT, Project

TIANJIN = ROOT / "data" / "tianjin-2002"
LOOKS = {
    "measures": lambda package: package.tables["measures"],
    "barriers": lambda package: package.tables.get("barriers", ()),
    "parameters": lambda package: len(package.tables["parameters"]),
    "translations": lambda package: package.said("x", "zh_CN"),
    "scenarios": lambda package: bool(package.scenarios),
    "evidence": lambda package: load_evidence(package, "nbs-yearbooks"),
}


@pytest.fixture(scope="module")
def tianjin() -> Package:
    return load_package(TIANJIN, check=False)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_not_stated_is_closed(tianjin: Package, part: str) -> None:
    look = LOOKS[part]
    look(restricted(tianjin, [part], "mine"))
    closed = restricted(tianjin, set(PARTS) - {part}, "mine")
    with pytest.raises(ParameterError, match=rf"^mine.ipynb looks into {part}, .*; add {part} to"):
        look(closed)
    # A kept reconciliation holds its package.
    with pytest.raises(ParameterError, match=f"looks into {part}"):
        look(pickle.loads(pickle.dumps(closed)))


def test_all_other_parts_stay_open(tianjin: Package) -> None:
    assert set(LOOKS) == set(PARTS)
    closed = restricted(tianjin, (), "mine")
    assert closed.figures == tianjin.figures
    assert list(closed.tables) == list(tianjin.tables)


def test_the_digests_of_a_package_lie_under_the_part_they_belong_to(tianjin: Package) -> None:
    always, parts = digests_by_part(tianjin)
    assert {"figures.csv", "identities.csv", "datapackage.yaml"} <= set(always)
    assert set(parts["measures"]) == {"measures.csv"}
    assert "nbs-yearbooks/translations.csv" in parts["evidence"]
    assert all(name.startswith("scenarios/") for name in parts["scenarios"])
    together = [name for files in (always, *parts.values()) for name in files]
    assert sorted(together) == sorted(tianjin.sha256)


@pytest.mark.parametrize(
    ("metadata", "reads"),
    [
        ({}, None),
        ({"pensionbook": {"about": "package"}}, None),
        ({"pensionbook": {"reads": []}}, ()),
        ({"pensionbook": {"reads": ["scenarios", "measures"]}}, ("measures", "scenarios")),
    ],
)
def test_what_a_notebook_states(metadata: dict[str, object], reads: object) -> None:
    assert reads_of(metadata) == reads


@pytest.mark.parametrize(
    ("reads", "said"),
    [
        (
            "measures",
            r'is "measures" and no list; write a list such as \["measures"\], with any of',
        ),
        (["mesures"], r"names 'mesures' \(nearest: 'measures'\); write any of: measures, barriers"),
    ],
)
def test_a_wrong_statement_is_told_with_the_notebook(
    project: Project, reads: object, said: str
) -> None:
    path = project.notebooks / "ok.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"]["pensionbook"] = {"reads": reads}
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(NotebookError, match=f"^ok.ipynb.*{said}"):
        read_notebook(path)


def test_a_report_reads_what_its_notebook_states_and_a_session_reads_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tianjin: Package
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "torn.ipynb").write_text('{"cells": [', encoding="utf-8")
    stating = {"metadata": {"pensionbook": {"reads": ["translations"]}}, "cells": []}
    (tmp_path / "states.ipynb").write_text(json.dumps(stating), encoding="utf-8")
    period = {"area": "tianjin", "baseline": "1999", "as_of": "2002-09"}
    for name in ("", "nowhere", "torn"):
        report = open_report(tianjin, **period, notebook=name)
        assert report.package.tables["measures"]
    report = open_report(tianjin, **period, notebook="states")
    assert report.label("areas", "tianjin") == "Tianjin"
    with pytest.raises(ParameterError, match=r"states\.ipynb looks into measures"):
        report.package.tables["measures"]


SOURCE = """
from pensionbook.report import open_report
report = open_report(
    package, area=area, baseline=baseline, as_of=as_of, language=language, notebook="{name}"
)
{look}
"""
TABLE = "print(report.package.tables['barriers'])\nreport.publish()"
# Of each notebook: what it states, and what it does.
NOTEBOOKS = {
    "looks": (["barriers"], TABLE),
    "away": ([], "report.publish()"),
    "any": (None, TABLE),
}
BARRIERS = (
    "id,locator,kind,name_en,name_zh,affected,figures,note\n{},p. 1,structure,{},障碍,all,,\n"
)


def add_notebook(project: Project, name: str, reads: list[str] | None, look: str) -> None:
    content = json.loads((project.notebooks / "ok.ipynb").read_text(encoding="utf-8"))
    heading, parameters, code, *_ = content["cells"]
    own = code | {"id": "look", "source": SOURCE.format(name=name, look=look).strip()}
    content["cells"] = [heading | {"source": f"# The notebook {name}"}, parameters, own]
    if reads is not None:
        content["metadata"]["pensionbook"] = {"reads": reads}
    (project.notebooks / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def project_with_barriers(project: Project) -> Project:
    """A project whose package has barriers; of its notebooks two read them."""
    (project.package / "barriers.csv").write_text(BARRIERS.format("one", "One"), encoding="utf-8")
    descriptor = project.package / "datapackage.yaml"
    text = descriptor.read_text(encoding="utf-8")
    named = "resources:\n  - {name: barriers, path: barriers.csv}\n"
    descriptor.write_text(text.replace("resources:\n", named), encoding="utf-8")
    for name, (reads, look) in NOTEBOOKS.items():
        add_notebook(project, name, reads, look)
    project.list_pages("notebooks/ok", *(f"notebooks/{name}" for name in NOTEBOOKS))
    return project


@pytest.mark.slow
def test_only_notebooks_that_read_a_changed_part_run_again(project_with_barriers: Project) -> None:
    project = project_with_barriers

    def ran() -> set[str]:
        done = project.build("--language", "en")
        assert done.returncode == 0, done.stderr
        return {line.split()[0] for line in done.stderr.splitlines() if line.endswith("(en): done")}

    assert ran() == {"ok", *NOTEBOOKS}
    barriers = project.package / "barriers.csv"
    barriers.write_text(BARRIERS.format("two", "Another"), encoding="utf-8")
    # What states nothing depends on everything.
    assert ran() == {"ok", "looks", "any"}
    executed = (project.output / "notebooks" / "en" / "looks.ipynb").read_text(encoding="utf-8")
    assert "Another" in executed
    barriers.write_text(BARRIERS.format("one", "One"), encoding="utf-8")
    assert ran() == set()
    executed = (project.output / "notebooks" / "en" / "looks.ipynb").read_text(encoding="utf-8")
    assert "Another" not in executed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("look", "said"),
    [
        (TABLE, r"cell 3.*: ParameterError: wrong.ipynb looks into barriers, .*; add barriers to"),
        ("", 'nothing holds it to that; open the report with notebook="wrong" and end with'),
    ],
)
def test_a_statement_that_does_not_hold_stops_the_build(
    project_with_barriers: Project, look: str, said: str
) -> None:
    project = project_with_barriers
    for name in NOTEBOOKS:
        (project.notebooks / f"{name}.ipynb").unlink()
    add_notebook(project, "wrong", [], look)
    project.list_pages("notebooks/ok", "notebooks/wrong")
    run = project.build("--language", "en")
    assert run.returncode == 1
    assert re.search(said, " ".join(run.stderr.split())), run.stderr


@pytest.mark.slow
def test_a_notebook_about_the_whole_package_runs_once_for_all_periods(project: Project) -> None:
    project.add_figure("2001")
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
