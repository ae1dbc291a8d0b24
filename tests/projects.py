"""Small projects for tests: a package, notebooks of one behaviour each, a book, and the program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
PROGRAM = Path(sys.executable).with_name("pensionbook")
EDITION = "small-region"


@dataclass(frozen=True)
class Project:
    """A folder with all that a build needs."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, *notebooks: str) -> Project:
        """A new project with these notebooks of tests/fixtures."""
        project = cls(folder)
        shutil.copytree(FIXTURES / EDITION, project.package)
        shutil.copytree(FIXTURES / "book", project.book)
        project.notebooks.mkdir()
        for name in notebooks:
            shutil.copy(FIXTURES / "notebooks" / f"{name}.ipynb", project.notebooks)
        project.list_pages(*(f"notebooks/{name}" for name in notebooks))
        (folder / "tmp").mkdir()
        return project

    def copy(self, folder: Path) -> Project:
        """The same in a new folder, with all that was built."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(folder)

    def add_figure(self, period: str) -> None:
        """A further printed number, so that a report may lie at its date."""
        place = f"contributors,all,region,{period},,level,,,"
        with (self.package / "figures.csv").open("a", encoding="utf-8") as file:
            file.write(f"contributors_{period},5,{place},950,person,exact,\n")

    @property
    def package(self) -> Path:
        """The data package."""
        return self.folder / EDITION

    @property
    def notebooks(self) -> Path:
        """The notebooks."""
        return self.folder / "notebooks"

    @property
    def book(self) -> Path:
        """The pages."""
        return self.folder / "book"

    @property
    def output(self) -> Path:
        """Where a build writes by default."""
        return self.folder / "_build" / EDITION

    def list_pages(self, *pages: str) -> None:
        """Write the table of contents."""
        chapters = "".join(f"  - file: {page}\n" for page in pages)
        text = f"format: jb-book\nroot: index\nchapters:\n{chapters}"
        (self.book / "_toc.yml").write_text(text, encoding="utf-8")

    def command(self, *options: str) -> list[str]:
        """The command that builds it."""
        folders = ("--notebooks", str(self.notebooks), "--book", str(self.book))
        kinds = () if "--format" in options else ("--format", "html")
        return [str(PROGRAM), "build", str(self.package), *folders, *kinds, *options]

    def environment(self) -> dict[str, str]:
        """Environment of the program, with a place for what it writes aside."""
        return os.environ | {"TMPDIR": str(self.folder / "tmp")}

    def build(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Build it and wait."""
        return subprocess.run(
            self.command(*options),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def start(self) -> subprocess.Popen[str]:
        """Begin a build and go on."""
        return subprocess.Popen(
            self.command(),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def edit_cell(self, notebook: str, kind: str, addition: str) -> None:
        """Add text to the last cell of a kind in a notebook."""
        path = self.notebooks / f"{notebook}.ipynb"
        content = json.loads(path.read_text(encoding="utf-8"))
        cell = [cell for cell in content["cells"] if cell["cell_type"] == kind][-1]
        cell["source"].append(addition)
        path.write_text(json.dumps(content), encoding="utf-8")

    def output_bytes(self) -> dict[str, bytes]:
        """All files of the output."""
        return {
            path.relative_to(self.output).as_posix(): path.read_bytes()
            for path in sorted(self.output.rglob("*"))
            if path.is_file()
        }


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether a condition came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
