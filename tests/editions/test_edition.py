"""Builds: what they write, what they leave alone, and what they do not do again."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from projects import EDITION, PROGRAM, Project

pytestmark = pytest.mark.slow


# -- what a build gives ---------------------------------------------------------------------------


def test_the_output_is_laid_out_as_promised(built_project: Project) -> None:
    output = built_project.output
    assert {path.name for path in output.iterdir()} == {
        "audit.csv",
        "bounds.csv",
        "values.json",
        "manifest.json",
        "notebooks",
        "data",
        "en",
    }
    assert {path.name for path in (output / "notebooks" / "en").iterdir()} == {
        "ok.ipynb",
        "table.ipynb",
    }
    assert (output / "en" / "html" / "index.html").is_file()
    assert (output / "en" / "html" / "notebooks" / "ok.html").is_file()


def test_nothing_else_is_left_beside_the_output(built_project: Project) -> None:
    beside = {path.name for path in built_project.output.parent.iterdir()}
    assert beside == {EDITION, ".cache", f".{EDITION}.lock"}


def test_published_values_carry_their_notebook(built_project: Project) -> None:
    values = json.loads((built_project.output / "values.json").read_text(encoding="utf-8"))
    (value,) = values["values"]
    assert value["id"] == "number_of_files"
    assert value["value"] == 6
    assert value["notebook"] == "ok"


def test_an_executed_notebook_says_nothing_of_its_run(built_project: Project) -> None:
    path = built_project.output / "notebooks" / "en" / "ok.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(content["metadata"]) == {"kernelspec", "language_info"}
    assert all(set(cell["metadata"]) <= {"tags"} for cell in content["cells"])
    injected = content["cells"][2]
    assert injected["id"] == "injected-parameters"
    assert f'package = "../../data/{EDITION}"' in injected["source"]
    printed = "".join(content["cells"][3]["outputs"][0]["text"])
    assert printed == "region from 2000 to 2002-09 in en\n"


def test_the_manifest_lists_inputs_outputs_and_versions(built_project: Project) -> None:
    manifest = json.loads((built_project.output / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["edition"] == EDITION
    assert manifest["parameters"] == {
        "area": "region",
        "baseline": "2000",
        "as_of": "2002-09",
    }
    assert manifest["languages"] == ["en"]
    assert "html" in manifest["formats"]
    assert {"python", "jupyter-book", "papermill", "pandas"} <= set(manifest["versions"])
    assert "package/figures.csv" in manifest["inputs"]
    assert "pensionbook/editions/plan.py" in manifest["inputs"]
    on_disk = set(built_project.output_bytes()) - {"manifest.json"}
    assert set(manifest["outputs"]) == on_disk


def test_no_file_holds_a_path_of_the_machine_or_the_time(built_project: Project) -> None:
    hidden = [str(built_project.folder), sys.prefix, str(Path(__file__).parents[2])]
    year = time.strftime("%Y-%m").encode()
    files = built_project.output_bytes()
    assert len(files) > 10
    for name, content in files.items():
        for path in hidden:
            assert path.encode() not in content, (name, path)
        if name.endswith((".json", ".csv", ".ipynb", ".html")):
            assert year not in content, name


def test_two_builds_in_different_folders_are_the_same_bit_for_bit(
    built_project: Project, tmp_path: Path
) -> None:
    other = Project.make(tmp_path / "another place", "ok", "table")
    run = other.build("--jobs", "1")
    assert run.returncode == 0, run.stderr
    ours, theirs = built_project.output_bytes(), other.output_bytes()
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


# -- what is not done again -----------------------------------------------------------------------


def test_a_build_with_nothing_to_do_ends_at_once(standing: Project) -> None:
    before = standing.output_bytes()
    command = [sys.executable, "-X", "importtime", *standing.command()]
    begin = time.monotonic()
    run = subprocess.run(command, cwd=standing.folder, capture_output=True, text=True, check=True)
    seconds = time.monotonic() - begin
    assert run.stdout.startswith("nothing changed\nreport: _build/small-region/en/html/index.html")
    for slow in ("pandas", "papermill", "nbformat", "sphinx", "frictionless", "rich.console"):
        assert not re.search(rf"\| +{re.escape(slow)}$", run.stderr, re.MULTILINE), slow
    assert seconds < 3
    assert standing.output_bytes() == before


def test_only_what_changed_is_run_again(built_project: Project, standing: Project) -> None:
    first = built_project.folder.with_name("said").read_text(encoding="utf-8")
    assert "ok (en): done" in first
    assert "table (en): done" in first

    project = standing
    project.edit_cell("table", "code", "\nprint('one line more')")
    second = project.build()
    assert second.returncode == 0, second.stderr
    assert "ok (en): unchanged, not run" in second.stderr
    assert "table (en): done" in second.stderr
    page = (project.output / "en" / "html" / "notebooks" / "table.html").read_text("utf-8")
    assert "one line more" in page

    project.edit_cell("ok", "markdown", "\n\nA sentence more.")
    third = project.build()
    assert third.returncode == 0, third.stderr
    assert "running" not in third.stderr
    page = (project.output / "en" / "html" / "notebooks" / "ok.html").read_text("utf-8")
    assert "A sentence more." in page

    for path in (project.folder / "_build" / ".cache").glob("??/*.json"):
        path.write_bytes(path.read_bytes()[:-20])
    project.add_figure("2001")
    fourth = project.build("-p", "as_of=2001")
    assert fourth.returncode == 0, fourth.stderr
    assert "ok (en): done" in fourth.stderr

    (project.output / "values.json").write_text("{}", encoding="utf-8")
    fifth = project.build("-p", "as_of=2001")
    assert fifth.returncode == 0, fifth.stderr
    assert "ok (en): unchanged, not run" in fifth.stderr
    assert "number_of_files" in (project.output / "values.json").read_text(encoding="utf-8")


def test_the_program_runs_from_any_folder(built_project: Project, tmp_path: Path) -> None:
    package = os.path.relpath(built_project.package, tmp_path)
    run = subprocess.run(
        [str(PROGRAM), "check", package], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "no problems" in run.stdout


# -- what was published --------------------------------------------------------------------------


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run ``pensionbook verify``."""
    return subprocess.run(
        [str(PROGRAM), "verify", str(folder)], capture_output=True, text=True, check=False
    )


def test_an_edition_as_published_passes(built_project: Project) -> None:
    run = verify(built_project.output)
    assert run.returncode == 0, run.stderr
    files = len(built_project.output_bytes()) - 1
    assert run.stdout.startswith(f"small-region: {files} files are as published")


def test_a_file_altered_missing_or_added_is_named(built_project: Project, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(built_project.output, copy)
    (copy / "audit.csv").write_text("nothing\n", encoding="utf-8")
    (copy / "bounds.csv").unlink()
    (copy / "en" / "html" / "more.html").write_text("<p>", encoding="utf-8")
    run = verify(copy)
    assert run.returncode == 1
    told = [line.strip() for line in run.stderr.splitlines()[1:]]
    assert told == [
        "bounds.csv: missing",
        "en/html/more.html: not in the manifest",
        "audit.csv: altered",
    ]


@pytest.mark.parametrize("text", [None, "", "{}", "[]", '{"format": 2, "outputs": []}'])
def test_a_folder_without_a_manifest_cannot_be_verified(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    run = verify(tmp_path)
    assert run.returncode == 1
    assert "manifest.json is missing or not a manifest" in run.stderr
