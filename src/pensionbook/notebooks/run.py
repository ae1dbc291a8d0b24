"""Runs notebooks in parallel, each in a clean working folder, and keeps what they gave."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pensionbook.errors import BuildError, NotebookError, PensionbookError
from pensionbook.files.cache import Cache
from pensionbook.notebooks.pool import Job, Pool
from pensionbook.notebooks.results import (
    assemble,
    notebook_text,
    own_parameters,
    results_of,
    run_key,
)
from pensionbook.notebooks.source import (
    DATA,
    PACKAGE,
    SourceNotebook,
    Value,
    published_package,
)

_FULL = re.compile(r"No space left on device|Disk quota exceeded")
_MEMORY = re.compile(
    r"MemoryError|Cannot allocate memory|bad_alloc|Memory allocation|failed to map"
    r"|start new thread|SIGKILL|Killed"
)

Place = tuple[str, str]
Executed = dict[Place, dict[str, Any]]


class Progress(Protocol):
    """Told what a build is doing."""

    def step(self, text: str) -> None:
        """A step begins."""

    def started(self, language: str, name: str) -> None:
        """A notebook is handed to a kernel."""

    def cells(self, language: str, name: str, done: int, total: int) -> None:
        """So many of its cells are done."""

    def finished(self, language: str, name: str, *, kept: bool) -> None:
        """A notebook is done, or its results were kept from an earlier build."""


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook with its parameters.

    Attributes:
        key: digest of all that its results depend on.
    """

    notebook: SourceNotebook
    parameters: dict[str, Value]
    key: str

    @property
    def place(self) -> Place:
        """The language it writes in and the notebook's name."""
        return str(self.parameters.get("language", "en")), self.notebook.name


def plan_runs(
    notebooks: Sequence[SourceNotebook],
    edition: str,
    parameters: Mapping[str, Value],
    of_package: Mapping[str, Value],
    code: Mapping[str, Mapping[str, str]],
    always: Mapping[str, str],
    parts: Mapping[str, Mapping[str, str]],
    versions: Mapping[str, str],
) -> list[Run]:
    """One run for each notebook; a notebook that states what it reads depends on that alone.

    Args:
        parameters: of the edition.
        of_package: those that notebooks about the whole package run with.
        code: digests of the library's files behind each notebook, by its name.
        always: digests of the package's files that all notebooks read.
        parts: digests of the package's other files, by part.
        versions: of Python and the installed distributions.
    """
    runs = []
    for notebook in notebooks:
        chosen = of_package if notebook.is_of_package else parameters
        own = own_parameters(notebook, {PACKAGE: published_package(edition), **chosen})
        read = dict(always)
        for part in parts if notebook.reads is None else notebook.reads:
            read |= parts[part]
        runs.append(Run(notebook, own, run_key(notebook, own, code[notebook.name], read, versions)))
    return runs


def look_up(runs: Sequence[Run], cache: Cache) -> tuple[list[Run], Executed]:
    """Those of the runs that must be done, and the results of the others."""
    waiting, kept = [], {}
    for run in runs:
        found = cache.load(run.key)
        if found is None:
            waiting.append(run)
        else:
            kept[run.place] = assemble(run.notebook, found)
    return waiting, kept


def execute(
    runs: Sequence[Run],
    pool: Pool,
    *,
    package: Path,
    edition: str,
    work: Path,
    cache: Cache,
    progress: Progress,
    hidden: Sequence[str] = (),
) -> Executed:
    """Run notebooks and keep their results in the cache.

    Args:
        package: folder of the data package.
        work: folder for the working folders, on this machine only.
        hidden: further folders of this machine that no output may show.

    Raises:
        NotebookError: a notebook stopped; the others went on and their results are kept.
        BuildError: more than one did.
    """
    hidden = [
        *hidden,
        str(work),
        str(package.resolve()),
        sys.prefix,
        str(Path(__file__).parents[1]),
    ]
    results: Executed = {}
    failures: list[PensionbookError] = []
    by_name = {"/".join(run.place): run for run in runs}
    jobs = []
    for name, run in by_name.items():
        folder = _lay_out(work / "run" / name, run, package, edition)
        jobs.append(Job(name, run.notebook.content, run.parameters, folder))
    for name, event in pool.run(jobs):
        run = by_name[name]
        if event["event"] == "started":
            progress.started(*run.place)
        elif event["event"] == "cell":
            progress.cells(*run.place, event["done"], event["total"])
        else:
            try:
                found = results_of(run.notebook, executed_notebook(run.notebook, event), hidden)
            except PensionbookError as error:
                failures.append(error)
                continue
            cache.store(run.key, found)
            results[run.place] = assemble(run.notebook, found)
            progress.finished(*run.place, kept=False)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        listing = "\n".join(f"  {error}" for error in sorted(failures, key=str))
        raise BuildError(f"{len(failures)} notebooks stopped:\n{listing}")
    return results


def _lay_out(edition_folder: Path, run: Run, package: Path, edition: str) -> Path:
    """A notebook and its package as a finished edition has them; the notebook's folder."""
    folder = edition_folder / "notebooks" / run.place[0]
    folder.mkdir(parents=True)
    # What it states to read is looked up where it runs.
    text = notebook_text(run.notebook.content)
    (folder / f"{run.notebook.name}.ipynb").write_text(text, encoding="utf-8")
    (edition_folder / DATA).mkdir()
    (edition_folder / DATA / edition).symlink_to(package.resolve(), target_is_directory=True)
    return folder


def executed_notebook(notebook: SourceNotebook, event: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook that the last event of its job brings.

    Raises:
        NotebookError: the event says that it stopped.
    """
    if event["event"] == "done":
        return event["notebook"]
    name = notebook.path.name
    if event["event"] == "ended" or event["cell"] is None:
        cause = event.get("cause") or "the process that ran it ended"
        said = event.get("said", "")
        told = f"{cause} ({said})" if said else cause
        raise NotebookError(name, None, f"{told}; {_mend_of(told)}")
    cause = event["cause"]
    if event["line"]:
        cause = f"line {event['line']}, {event['source']!r}: {cause}"
    raise NotebookError(name, event["cell"], cause)


def _mend_of(told: str) -> str:
    """What to do about a process that ended, by what is known of its end."""
    if _FULL.search(told):
        return "a disk is full: make room among the temporary files (TMPDIR) and beside the output"
    if _MEMORY.search(told):
        return "memory ran out, it seems: close other programs, or build with --jobs 1"
    return "try again, or with --jobs 1"
