"""Builds that stop, by an error or a signal: what is said, and that the earlier build stands."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from projects import EDITION, Project, wait_until

pytestmark = pytest.mark.slow


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
