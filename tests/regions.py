"""A small invented package of several regions, for tests of batches."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from projects import Project

PARTS = ("north", "south", "west")
# A part for which nothing is printed at the second date.
LACKING = "islands"
# What would break a page that does not escape it.
HOSTILE = 'West & "far" < 5 ='


def make_regions(folder: Path, parts: Sequence[str] = PARTS) -> Project:
    """A project whose package prints contributors for each part at both dates."""
    project = Project.make(folder, "ok")
    areas = project.package / "areas.csv"
    with areas.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for name in parts:
            writer.writerow([name, HOSTILE if name == "west" else name, name, "region"])
        writer.writerow([LACKING, LACKING, LACKING, "region"])
    with (project.package / "figures.csv").open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, name in enumerate([*parts, LACKING]):
            for period in ("2000", "2002-09"):
                if (name, period) != (LACKING, "2002-09"):
                    writer.writerow(_figure(name, period, 100 + number))
    return project


def _figure(area: str, period: str, printed: int) -> list[object]:
    identifier = f"{area}_{period.replace('-', '_')}"
    cells = [identifier, 9, "contributors", "all", area, period, "", "level", "", "", ""]
    return [*cells, printed, "person", "exact", ""]


def batch_of(project: Project) -> Path:
    """Where a batch of the project is written by default."""
    return project.output.with_name(f"{project.output.name}-each-area")


def files_of(folder: Path) -> dict[str, bytes]:
    """All files below a folder that are not hidden."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name[0] != "."
    }
