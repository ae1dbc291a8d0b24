"""Runs notebooks in parallel, each in a clean working folder, and keeps what they gave."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pensionbook.cache import Cache
from pensionbook.errors import BuildError, NotebookError, PensionbookError
from pensionbook.notebooks import assemble, own_parameters, results_of, run_key
from pensionbook.parameters import PACKAGE, SourceNotebook, Value
from pensionbook.workers import Job, clean_environment, run_jobs

if TYPE_CHECKING:
    from pensionbook.progress import Progress


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook with its parameters; ``key`` is the digest of all that it depends on."""

    notebook: SourceNotebook
    parameters: dict[str, Value]
    key: str

    @property
    def language(self) -> str:
        """Language the notebook writes in."""
        return str(self.parameters.get("language", "en"))


def plan_runs(
    notebooks: Sequence[SourceNotebook],
    edition: str,
    parameters: Mapping[str, Value],
    inputs: Mapping[str, str],
    versions: Mapping[str, str],
) -> list[Run]:
    """One run for each notebook; the package is known to it by the edition's name."""
    runs = []
    for notebook in notebooks:
        own = own_parameters(notebook, {PACKAGE: edition, **parameters})
        runs.append(Run(notebook, own, run_key(notebook, own, inputs, versions)))
    return runs


def execute(
    runs: Sequence[Run],
    *,
    package: Path,
    edition: str,
    work: Path,
    cache: Cache,
    progress: Progress,
    jobs: int,
) -> dict[tuple[str, str], dict[str, Any]]:
    """Executed notebooks by language and name; those in the cache are not run again.

    Args:
        package: folder of the data package.
        work: folder for the working folders, on this machine only.
        jobs: number of notebooks that run at one time.

    Raises:
        NotebookError: a notebook stopped; the others went on and their results are kept.
        BuildError: more than one did.
    """
    results: dict[tuple[str, str], dict[str, Any]] = {}
    waiting: dict[str, Run] = {}
    for run in runs:
        found = cache.load(run.key)
        if found is None:
            waiting[f"{run.language}/{run.notebook.name}"] = run
        else:
            results[run.language, run.notebook.name] = assemble(run.notebook, found)
            progress.finished(run.notebook.name, run.language, kept=True)
    if not waiting:
        return results
    hidden = [str(work), str(package.resolve()), sys.prefix, str(Path(__file__).parent)]
    failures: list[PensionbookError] = []
    todo = []
    for name, run in waiting.items():
        folder = work / "run" / name
        folder.mkdir(parents=True)
        (folder / edition).symlink_to(package.resolve(), target_is_directory=True)
        todo.append(Job(name, run.notebook.content, run.parameters, folder))
    environment = clean_environment(work, cache.folder.resolve())
    with contextlib.closing(run_jobs(todo, environment, jobs)) as events:
        for name, event in events:
            run = waiting[name]
            place = (run.notebook.name, run.language)
            if event["event"] == "started":
                progress.started(*place)
            elif event["event"] == "cell":
                progress.cells(*place, event["done"], event["total"])
            else:
                try:
                    found = results_of(run.notebook, executed_notebook(run.notebook, event), hidden)
                except PensionbookError as error:
                    failures.append(error)
                    continue
                cache.store(run.key, found)
                results[run.language, run.notebook.name] = assemble(run.notebook, found)
                progress.finished(*place, kept=False)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        listing = "\n".join(f"  {error}" for error in sorted(failures, key=str))
        raise BuildError(f"{len(failures)} notebooks stopped:\n{listing}")
    return results


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
        raise NotebookError(name, None, f"{cause}; try again, or with --jobs 1")
    cause = event["cause"]
    if event["line"]:
        cause = f"line {event['line']}, {event['source']!r}: {cause}"
    raise NotebookError(name, event["cell"], cause)
