"""The whole report, built twice: every file is the same bit for bit."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pensionbook.editions.manifest import output_digests
from projects import PROGRAM, ROOT

pytestmark = pytest.mark.slow


def reworded(book: Path) -> dict[Path, str]:
    """Add a sentence to one page and a heading to another; the texts before come back."""
    before = {}
    for name, added in (("question", "One sentence more."), ("methods", "## One heading more")):
        page = book / f"{name}.md"
        catalogue = book / "locale" / "zh_CN" / "LC_MESSAGES" / f"{name}.po"
        message = f'msgid "{added.removeprefix("## ")}"\nmsgstr "又一句。"'
        for path, addition in ((page, added), (catalogue, message)):
            before[path] = path.read_text(encoding="utf-8")
            path.write_text(f"{before[path]}\n{addition}\n", encoding="utf-8")
    return before


def test_two_builds_of_the_report_are_the_same_bit_for_bit(
    built_edition: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "another place, with a longer name"
    shutil.copytree(ROOT / "book", folder / "book")
    command = [str(PROGRAM), "build", str(ROOT / "data" / "tianjin-2002"), "--jobs", "1"]
    command += ["--book", str(folder / "book")]
    # Once with other text, so that the second build goes on from the pages of another.
    before = reworded(folder / "book")
    for options in (["--language", "zh_CN", "--format", "html"], []):
        run = subprocess.run(
            [*command, *options], cwd=folder, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
    again = folder / "_build" / "tianjin-2002"
    first, second = output_digests(built_edition), output_digests(again)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    endings = {Path(name).suffix for name in first}
    assert {".html", ".ipynb", ".pdf", ".docx", ".epub", ".svg", ".xlsx", ".csv"} <= endings
