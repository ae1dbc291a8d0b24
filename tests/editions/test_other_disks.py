"""Builds whose output lies on another file system than the cache, up to a full one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from disks import other_disk
from projects import PROGRAM, Project

pytestmark = pytest.mark.slow


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_an_output_on_another_disk_is_built_and_survives_that_it_is_full(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other_disk(tmp_path, "64m") as disk:
        output = disk.folder / "report"
        first = project.build("--output", str(output))
        assert first.returncode == 0, first.stderr
        assert output.stat().st_dev != (project.folder / "_build").stat().st_dev
        subprocess.run([str(PROGRAM), "verify", str(output)], check=True)
        before = bytes_of(output)
        again = project.build("--output", str(output))
        assert again.stdout.startswith("nothing changed"), again.stderr

        project.edit_cell("ok", "markdown", "\n\nA sentence more.")
        if disk.is_small:
            disk.fill(monkeypatch, leave=1_000_000)
            full = project.build("--output", str(output))
            assert full.returncode == 1
            assert "No space left on device; free some space there, or name" in full.stderr
            assert "Traceback" not in full.stderr
            assert bytes_of(output) == before
            assert {path.name for path in disk.folder.iterdir()} <= {
                *("report", ".report.lock", ".filling"),
            }
            (disk.folder / ".filling").unlink()
        then = project.build("--output", str(output))
        assert then.returncode == 0, then.stderr
        found = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
        assert "A sentence more." in (output / "en/html/notebooks/ok.html").read_text("utf-8")
        assert set(found["outputs"]) == set(bytes_of(output)) - {"manifest.json"}
