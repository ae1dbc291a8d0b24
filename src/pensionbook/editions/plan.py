"""The build of an edition: what it is made from, whether it stands, and the job if it does not."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pensionbook.book.layout import TEMPLATES
from pensionbook.data.read import read_package
from pensionbook.data.tables import DESCRIPTOR, RawPackage
from pensionbook.editions import manifest
from pensionbook.editions.inputs import library_digests, runtime_versions, still_installed
from pensionbook.editions.places import FORMATS, report_file
from pensionbook.editions.sources import Sources
from pensionbook.errors import BuildError, PackageError, ParameterError, listed, nearest
from pensionbook.language.languages import languages_of
from pensionbook.notebooks.source import (
    SourceNotebook,
    Value,
    check_values,
    read_notebooks,
    resolve_parameters,
)

if TYPE_CHECKING:
    from pensionbook.data.package import Package
    from pensionbook.editions.build import Job
    from pensionbook.editions.workshop import Workshop
    from pensionbook.files.cache import Cache
    from pensionbook.notebooks.run import Progress


@dataclass(frozen=True, slots=True)
class Built:
    """What a build gave: the folder, and whether anything had to be done."""

    folder: Path
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    changed: bool

    @property
    def reports(self) -> list[list[Path]]:
        """The report's files in each language, the first page standing for the web pages."""
        return [
            [report_file(self.folder, language, kind) for kind in self.formats]
            for language in self.languages
        ]


@dataclass(frozen=True, slots=True)
class Plan:
    """An edition that was asked for, worked out from files alone, without anything slow.

    Attributes:
        values: of the notebooks' parameters but the language.
        own_values: those that the package states, for notebooks that are about all of it.
        inputs: sha256 of each file by its name.
        output: absolute folder of the edition.
        since: release that it is compared with.
    """

    raw: RawPackage
    edition: str
    sources: Sources
    notebooks: list[SourceNotebook]
    values: dict[str, Value]
    own_values: dict[str, Value]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    inputs: dict[str, str]
    output: Path
    since: Path | None = None

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The languages and the formats."""
        return {"languages": self.languages, "formats": self.formats}

    def stands(self) -> bool:
        """Whether the output is exactly what a build would give; the versions are not looked at."""
        earlier = manifest.read(self.output)
        return bool(earlier) and manifest.stands(
            earlier, self.edition, self.values, self.chosen, self.inputs, self.output
        )


def plan_edition(
    package: Path,
    *,
    given: Mapping[str, str],
    languages: Sequence[str] = (),
    formats: Sequence[str] = (),
    output: Path | None = None,
    notebooks: Path | None = None,
    book: Path | None = None,
    config: Path | None = None,
    since: Path | None = None,
) -> Plan:
    """What a build is asked for; arguments and errors are those of :func:`build_edition`.

    Args:
        config: the book's settings; by default the project's.
    """
    raw = read_package(package)
    edition = _edition_name(raw)
    sources = Sources.locate(notebooks, book, config)
    found = read_notebooks(sources.notebooks)
    values = resolve_parameters(found, _edition_parameters(raw), given)
    own_values = resolve_parameters(found, _edition_parameters(raw), {})
    values.pop("language", None)
    for language in raw.word:
        _chosen(f"pensionbook, word in {DESCRIPTOR}:", [language], languages_of(sources.book))
    return Plan(
        raw,
        edition,
        sources,
        found,
        values,
        own_values,
        _languages(sources.book, languages, given),
        _formats(formats),
        _inputs(raw, sources, found) | _since(since, edition),
        Path(output or Path("_build", edition)).absolute(),
        since,
    )


def build_edition(
    package: Path,
    *,
    given: Mapping[str, str],
    languages: Sequence[str] = (),
    formats: Sequence[str] = (),
    output: Path | None = None,
    notebooks: Path | None = None,
    book: Path | None = None,
    cache_folder: Path | None = None,
    jobs: int = 0,
    since: Path | None = None,
    progress: Progress,
) -> Built:
    """Build an edition from its data package.

    The earlier output stays as it is until the new one is complete.

    Args:
        package: folder of the data package.
        given: texts of parameters, by name.
        languages: by default all that the book is translated into.
        formats: of :data:`~pensionbook.editions.places.FORMATS`; by default all.
        notebooks: folder of the notebooks; by default the project's.
        book: folder of the pages; by default the project's.
        output: folder of the edition; by default ``_build/<edition>`` in the current folder.
        cache_folder: by default ``_build/.cache`` in the current folder.
        jobs: notebooks that run at one time; 0 for as many as there are processors.
        since: an earlier release; the page of revisions says what moved since.

    Raises:
        PackageError: the package does not pass the check.
        ParameterError: a parameter is unknown or cannot have its value.
        NotebookError: a notebook stops.
        BuildError: the book does not compile, or the output cannot be written.
        ReleaseError: what ``since`` names is no release of this edition.
    """
    plan = plan_edition(
        package,
        given=given,
        languages=languages,
        formats=formats,
        output=output,
        notebooks=notebooks,
        book=book,
        since=since,
    )
    changed = not (_versions_stand(plan.output) and plan.stands())
    if changed:
        from pensionbook.data.load import load_package

        loaded = load_package(package)
        build_planned(plan, loaded, runtime_versions(), cache_folder, jobs, progress)
    return Built(plan.output, **plan.chosen, changed=changed)


def build_planned(
    plan: Plan,
    package: Package,
    versions: dict[str, str],
    cache_folder: Path | None,
    jobs: int,
    progress: Progress,
    workshop: Workshop | None = None,
) -> None:
    """Build what was planned, whatever stands in its place.

    Args:
        package: the plan's data package, checked.
        versions: what is installed.
        workshop: processes that serve several builds; by default the build has its own.
    """
    from pensionbook.book.contents import check_contents
    from pensionbook.files.staging import staging_folder

    check_values(plan.values, package.areas)
    check_contents(plan.sources.book, [notebook.name for notebook in plan.notebooks])
    with staging_folder(plan.output) as staging:
        try:
            job = planned_job(plan, package, versions, progress, workshop)
            job.run(staging, plan.output, open_cache(cache_folder), jobs or os.cpu_count() or 1)
        except OSError as error:
            reason = error.strerror or error
            raise BuildError(f"cannot write {error.filename or staging}: {reason}") from error


def planned_job(
    plan: Plan,
    package: Package,
    versions: dict[str, str],
    progress: Progress,
    workshop: Workshop | None = None,
) -> Job:
    """The job of a plan; arguments are those of :func:`build_planned`."""
    from pensionbook.editions.build import Job

    return Job(
        package=package,
        notebooks=plan.notebooks,
        book=plan.sources.book,
        config=plan.sources.config,
        values=plan.values,
        own_values=plan.own_values,
        **plan.chosen,
        inputs=plan.inputs,
        versions=versions,
        progress=progress,
        since=plan.since,
        workshop=workshop,
    )


def _since(since: Path | None, edition: str) -> dict[str, str]:
    """What the earlier release adds to the inputs."""
    if since is None:
        return {}
    from pensionbook.editions.releases.inbook import since_input

    return since_input(since, edition)


def _edition_name(raw: RawPackage) -> str:
    """The edition's name; a package too damaged to have one is reported as a whole."""
    import re

    name = raw.descriptor.get("name")
    if isinstance(name, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        return name
    from pensionbook.data.load import check_package

    problems = check_package(raw.path)
    if problems:
        raise PackageError(problems)
    raise BuildError(
        f"name {name!r} in {DESCRIPTOR} cannot name a folder; "
        "use small letters, digits and single hyphens"
    )


def _languages(book: Path, languages: Sequence[str], given: Mapping[str, str]) -> tuple[str, ...]:
    """The languages to build in; ``-p language=...`` is an older way to choose one."""
    if languages and "language" in given:
        raise ParameterError("language: given by --language and by -p; leave one out")
    wanted = languages or ([given["language"]] if "language" in given else [])
    return _chosen("--language", wanted, languages_of(book))


def _formats(wanted: Sequence[str]) -> tuple[str, ...]:
    return (TEMPLATES,) if list(wanted) == [TEMPLATES] else _chosen("--format", wanted, FORMATS)


def _chosen(option: str, wanted: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Those of the known that are wanted, in the order of the known; all where none is named."""
    for name in wanted:
        if name not in known:
            raise ParameterError(
                f"{option} {name}: not known here{nearest(name, known)}; "
                f"write one of: {listed(list(known))}"
            )
    return tuple(name for name in known if not wanted or name in wanted)


def _edition_parameters(raw: RawPackage) -> dict[str, Any]:
    own = raw.descriptor.get("pensionbook", {})
    found = own.get("parameters", {}) if isinstance(own, dict) else None
    if not isinstance(found, dict):
        raise ParameterError(
            f"pensionbook in {DESCRIPTOR}: no entry parameters with names and values; "
            "write `pensionbook: {parameters: {area: ...}}` or leave it out"
        )
    return found


def _inputs(
    raw: RawPackage, sources: Sources, notebooks: Sequence[SourceNotebook]
) -> dict[str, str]:
    package = {f"package/{file}": digest for file, digest in raw.sha256.items()}
    return package | sources.digests(notebooks) | library_digests()


def _versions_stand(output: Path) -> bool:
    versions = (manifest.read(output) or {}).get("versions")
    return isinstance(versions, dict) and still_installed(versions)


def open_cache(folder: Path | None) -> Cache:
    """The cache in a folder; by default ``_build/.cache`` in the current one."""
    from pensionbook.files.cache import Cache

    return Cache(Path(folder or Path("_build", ".cache")).absolute())
