"""Builds: what they write, what they leave alone, and what they do not do again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pensionbook.cache import Cache
from pensionbook.errors import BuildError
from pensionbook.staging import staging_folder, swap_into_place
from projects import EDITION, PROGRAM, Project, wait_until

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
    assert values == {
        "values": [
            {
                "id": "number_of_files",
                "value": 6,
                "unit": "file",
                "figures": [],
                "notebook": "ok",
            }
        ]
    }


def test_an_executed_notebook_says_nothing_of_its_run(built_project: Project) -> None:
    path = built_project.output / "notebooks" / "en" / "ok.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(content["metadata"]) == {"kernelspec", "language_info"}
    assert all(set(cell["metadata"]) <= {"tags"} for cell in content["cells"])
    injected = content["cells"][2]
    assert injected["id"] == "injected-parameters"
    assert f'package = "{EDITION}"' in injected["source"]
    printed = "".join(content["cells"][3]["outputs"][0]["text"])
    assert printed == "region from 2000 to 2002-09 in en\n"


def test_the_manifest_lists_inputs_outputs_and_versions(built_project: Project) -> None:
    manifest = json.loads((built_project.output / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["edition"] == EDITION
    assert manifest["parameters"] == {
        "area": "region",
        "baseline": "2000",
        "as_of": "2002-09",
        "language": "en",
    }
    assert {"python", "jupyter-book", "papermill", "pandas"} <= set(manifest["versions"])
    assert "package/figures.csv" in manifest["inputs"]
    assert "pensionbook/edition.py" in manifest["inputs"]
    on_disk = set(built_project.output_bytes()) - {"manifest.json"}
    assert set(manifest["outputs"]) == on_disk


def test_no_file_holds_a_path_of_the_machine_or_the_time(built_project: Project) -> None:
    hidden = [str(built_project.folder), sys.prefix, str(Path(__file__).parents[1])]
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


def test_a_build_with_nothing_to_do_ends_at_once(built_project: Project) -> None:
    before = built_project.output_bytes()
    command = [sys.executable, "-X", "importtime", *built_project.command()]
    begin = time.monotonic()
    run = subprocess.run(
        command, cwd=built_project.folder, capture_output=True, text=True, check=True
    )
    seconds = time.monotonic() - begin
    assert run.stdout.startswith("nothing changed\nreport: _build/small-region/en/html/index.html")
    for slow in ("pandas", "papermill", "nbformat", "sphinx", "frictionless", "rich.console"):
        assert not re.search(rf"\| +{re.escape(slow)}$", run.stderr, re.MULTILINE), slow
    assert seconds < 3
    assert built_project.output_bytes() == before


def test_only_what_changed_is_run_again(tmp_path: Path) -> None:
    project = Project.make(tmp_path / "project", "ok", "table")
    first = project.build()
    assert first.returncode == 0, first.stderr
    assert "ok (en): done" in first.stderr
    assert "table (en): done" in first.stderr

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
    fourth = project.build("-p", "as_of=2001")
    assert fourth.returncode == 0, fourth.stderr
    assert "ok (en): done" in fourth.stderr

    (project.output / "values.json").write_text("{}", encoding="utf-8")
    fifth = project.build("-p", "as_of=2001")
    assert fifth.returncode == 0, fifth.stderr
    assert "ok (en): unchanged, not run" in fifth.stderr
    assert "number_of_files" in (project.output / "values.json").read_text(encoding="utf-8")


def test_a_damaged_result_counts_as_missing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.store("ab" * 32, {"outputs": [1, 2, 3]})
    assert cache.load("ab" * 32) == {"outputs": [1, 2, 3]}
    (path,) = tmp_path.glob("ab/*.json")
    path.write_bytes(path.read_bytes().replace(b"3]", b"4]"))
    assert cache.load("ab" * 32) is None
    assert cache.load("cd" * 32) is None


# -- what stops a build ---------------------------------------------------------------------------


@pytest.fixture
def standing(built_project: Project, tmp_path: Path) -> Project:
    """A project that was built, with its own copy of everything."""
    folder = tmp_path / "project"
    shutil.copytree(built_project.folder, folder, symlinks=True)
    return Project(folder)


def replace_notebook(project: Project, *names: str) -> None:
    """Put other notebooks in, with the contents to match."""
    shutil.rmtree(project.notebooks)
    shutil.rmtree(project.book)
    fresh = Project.make(project.folder / "fresh", *names)
    fresh.notebooks.rename(project.notebooks)
    fresh.book.rename(project.book)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "raises",
            r"raises\.ipynb, cell 4: line 2, 'shares\[\"private\"\]': KeyError: 'private'",
        ),
        ("warns", r"warns\.ipynb, cell 3: it warns: .*UserWarning: the figures are old"),
        ("address", r"address\.ipynb, cell 3: its output shows a memory address \(<object"),
        ("path", r"path\.ipynb, cell 3: its output shows a folder of this machine"),
        ("dies", r"dies\.ipynb: DeadKernelError: Kernel died"),
    ],
)
def test_a_notebook_that_stops_leaves_the_earlier_build(
    standing: Project, name: str, said: str
) -> None:
    before = standing.output_bytes()
    replace_notebook(standing, name)
    run = standing.build()
    assert run.returncode == 1
    assert re.search(said, run.stderr), run.stderr
    assert "Traceback" not in run.stderr
    assert standing.output_bytes() == before
    assert {path.name for path in standing.output.parent.iterdir()} == {
        EDITION,
        ".cache",
        f".{EDITION}.lock",
    }


def test_all_notebooks_that_stop_are_told_at_once(standing: Project) -> None:
    replace_notebook(standing, "raises", "warns")
    run = standing.build()
    assert run.returncode == 1
    assert "error: 2 notebooks stopped:" in run.stderr
    assert "raises.ipynb, cell 4" in run.stderr
    assert "warns.ipynb, cell 3" in run.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("See [there](nowhere.md).", r"index\.md:\d+: WARNING: .*nowhere\.md"),
        ("$a \\frac{1}$", r"WARNING: formula 'a .*frac\{1\}' cannot be read: a part is missing"),
        ("```{no-such-directive}\n```", r"WARNING: Unknown directive type: 'no-such-directive'"),
    ],
)
def test_a_book_with_a_warning_leaves_the_earlier_build(
    standing: Project, text: str, said: str
) -> None:
    before = standing.output_bytes()
    page = standing.book / "index.md"
    page.write_text(f"{page.read_text(encoding='utf-8')}\n\n{text}\n", encoding="utf-8")
    run = standing.build()
    assert run.returncode == 1
    assert re.search("error: the book does not compile:", run.stderr)
    assert re.search(said, run.stderr), run.stderr
    assert str(standing.folder) not in run.stderr
    assert standing.output_bytes() == before


def test_a_value_named_in_two_notebooks_is_refused(standing: Project) -> None:
    shutil.copy(standing.notebooks / "ok.ipynb", standing.notebooks / "again.ipynb")
    standing.list_pages("notebooks/ok", "notebooks/again", "notebooks/table")
    run = standing.build()
    assert run.returncode == 1
    assert "value 'number_of_files' is named in again and again in ok" in run.stderr


def started_slowly(project: Project) -> subprocess.Popen[str]:
    """A build that is inside the slow notebook."""
    replace_notebook(project, "slow")
    process = project.start()
    mark = project.folder / "tmp" / "slow-notebook-runs"
    assert wait_until(lambda: mark.exists() or process.poll() is not None, 60)
    assert process.poll() is None, process.communicate()[1]
    return process


def processes_in(folder: Path) -> list[str]:
    """Processes that work in a folder or below, or were started from it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve().is_relative_to(folder):
                found.append((entry / "cmdline").read_text(encoding="utf-8"))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_stopped_leaves_the_earlier_one(
    standing: Project, number: signal.Signals
) -> None:
    before = standing.output_bytes()
    process = started_slowly(standing)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"stopped by {number.name}; what was built before is as it was" in err
    assert "Traceback" not in err
    assert standing.output_bytes() == before
    assert {path.name for path in standing.output.parent.iterdir()} == {
        EDITION,
        ".cache",
        f".{EDITION}.lock",
    }
    assert wait_until(lambda: not processes_in(standing.folder), 10), processes_in(standing.folder)


def test_a_build_that_is_killed_leaves_the_earlier_one_and_the_next_clears_up(
    standing: Project,
) -> None:
    before = standing.output_bytes()
    process = started_slowly(standing)
    process.kill()
    process.communicate(timeout=30)
    assert standing.output_bytes() == before
    assert wait_until(lambda: not processes_in(standing.folder), 20), processes_in(standing.folder)
    assert list(standing.output.parent.glob(".*.staging-*"))
    shutil.rmtree(standing.folder / "fresh")
    replace_notebook(standing, "ok")
    run = standing.build()
    assert run.returncode == 0, run.stderr
    assert not list(standing.output.parent.glob(".*.staging-*"))


# -- swapping -------------------------------------------------------------------------------------


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_new_output_takes_the_place_of_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr("pensionbook.staging._exchange", lambda one, other: False)
    output = tmp_path / "report"
    for text in ("first", "second"):
        with staging_folder(output) as staging:
            new = staging / "new"
            new.mkdir()
            (new / "values.json").write_text(text, encoding="utf-8")
            swap_into_place(new, output)
        assert (output / "values.json").read_text(encoding="utf-8") == text
    assert {path.name for path in tmp_path.iterdir()} == {"report", ".report.lock"}


def test_an_output_moved_aside_by_a_killed_swap_comes_back(tmp_path: Path) -> None:
    output = tmp_path / "report"
    (tmp_path / ".report.earlier").mkdir()
    (tmp_path / ".report.earlier" / "values.json").write_text("first", encoding="utf-8")
    with staging_folder(output):
        assert (output / "values.json").read_text(encoding="utf-8") == "first"


def test_an_output_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "report").symlink_to(tmp_path / "real")
    with (
        pytest.raises(BuildError, match="report is a link; name a folder with --output"),
        staging_folder(tmp_path / "report"),
    ):
        pass


def test_the_program_runs_from_any_folder(built_project: Project, tmp_path: Path) -> None:
    package = os.path.relpath(built_project.package, tmp_path)
    run = subprocess.run(
        [str(PROGRAM), "check", package], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "no problems" in run.stdout
