"""The whole report, built twice: every file is the same bit for bit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pensionbook.manifest import output_digests
from projects import PROGRAM, ROOT

pytestmark = pytest.mark.slow


def test_two_builds_of_the_report_are_the_same_bit_for_bit(
    built_edition: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "another place, with a longer name"
    folder.mkdir()
    command = [str(PROGRAM), "build", str(ROOT / "data" / "tianjin-2002"), "--jobs", "1"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    again = folder / "_build" / "tianjin-2002"
    first, second = output_digests(built_edition), output_digests(again)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    endings = {Path(name).suffix for name in first}
    assert {".html", ".ipynb", ".pdf", ".docx", ".epub", ".svg", ".xlsx", ".csv"} <= endings
