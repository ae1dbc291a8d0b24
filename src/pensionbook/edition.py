"""The build of an edition: what it is made from, whether it stands, and the job if it does not."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pensionbook import manifest
from pensionbook.errors import BuildError, PackageError, ParameterError
from pensionbook.fingerprint import (
    digests,
    library_digests,
    runtime_versions,
    sha256_file,
    still_installed,
)
from pensionbook.layout import FORMATS, TEMPLATES, languages_of, report_file
from pensionbook.parameters import (
    SourceNotebook,
    Value,
    check_values,
    read_notebooks,
    resolve_parameters,
)
from pensionbook.reading import DESCRIPTOR, RawPackage, read_package
from pensionbook.suggest import listed, nearest

if TYPE_CHECKING:
    from pensionbook.cache import Cache
    from pensionbook.progress import Progress

_TREE = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a build finds what is not in the data package."""

    notebooks: Path
    book: Path
    config: Path

    @classmethod
    def locate(cls, notebooks: Path | None = None, book: Path | None = None) -> Sources:
        """The named folders, else those of the source tree, else those of the current folder."""
        tree = _TREE if (_TREE / "book").is_dir() else Path.cwd()
        found = cls(notebooks or tree / "notebooks", book or tree / "book", tree / "_config.yml")
        for folder, option in ((found.notebooks, "--notebooks"), (found.book, "--book")):
            if not folder.is_dir():
                raise BuildError(f"there is no folder {folder}; name one with {option}")
        return found

    def digests(self, notebooks: Sequence[SourceNotebook]) -> dict[str, str]:
        """Digests of all files a build reads here."""
        paths = [notebook.path for notebook in notebooks]
        own = digests(self.notebooks, "notebooks", paths) | digests(self.book, "book")
        return own | ({"_config.yml": sha256_file(self.config)} if self.config.is_file() else {})


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
    progress: Progress,
) -> Built:
    """Build an edition from its data package.

    The earlier output stays as it is until the new one is complete.

    Args:
        package: folder of the data package.
        given: texts of parameters, by name.
        languages: by default all that the book is translated into.
        formats: of :data:`~pensionbook.layout.FORMATS`; by default all.
        notebooks: folder of the notebooks; by default the project's.
        book: folder of the pages; by default the project's.
        output: folder of the edition; by default ``_build/<edition>`` in the current folder.
        cache_folder: by default ``_build/.cache`` in the current folder.
        jobs: notebooks that run at one time; 0 for as many as there are processors.

    Raises:
        PackageError: the package does not pass the check.
        ParameterError: a parameter is unknown or cannot have its value.
        NotebookError: a notebook stops.
        BuildError: the book does not compile, or the output cannot be written.
    """
    raw = read_package(package)
    edition = _edition_name(raw)
    sources = Sources.locate(notebooks, book)
    found = read_notebooks(sources.notebooks)
    values = resolve_parameters(found, _edition_parameters(raw), given)
    values.pop("language", None)
    chosen = {
        "languages": _languages(sources.book, languages, given),
        "formats": _formats(formats),
    }
    inputs = _inputs(raw, sources, found)
    output = Path(output or Path("_build", edition)).absolute()

    earlier = manifest.read(output)
    if earlier and _stands(earlier, edition, values, chosen, inputs, output):
        return Built(output, **chosen, changed=False)

    from pensionbook.book import check_contents
    from pensionbook.job import Job
    from pensionbook.package import load_package
    from pensionbook.staging import staging_folder

    loaded = load_package(package)
    check_values(values, loaded.areas)
    check_contents(sources.book, [notebook.name for notebook in found])
    versions = runtime_versions()
    with staging_folder(output) as staging:
        try:
            job = Job(
                package=loaded,
                notebooks=found,
                book=sources.book,
                config=sources.config,
                values=values,
                **chosen,
                inputs=inputs,
                versions=versions,
                progress=progress,
            )
            job.run(staging, output, _cache(cache_folder), jobs or os.cpu_count() or 1)
        except OSError as error:
            reason = error.strerror or error
            raise BuildError(f"cannot write {error.filename or staging}: {reason}") from error
    return Built(output, **chosen, changed=True)


def _edition_name(raw: RawPackage) -> str:
    """The edition's name; a package too damaged to have one is reported as a whole."""
    import re

    name = raw.descriptor.get("name")
    if isinstance(name, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        return name
    from pensionbook.package import check_package

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


def _stands(
    earlier: dict[str, Any],
    edition: str,
    values: Mapping[str, Value],
    chosen: Mapping[str, Sequence[str]],
    inputs: Mapping[str, str],
    output: Path,
) -> bool:
    versions = earlier.get("versions")
    return (
        isinstance(versions, dict)
        and manifest.stands(earlier, edition, values, chosen, inputs, output)
        and still_installed(versions)
    )


def _cache(folder: Path | None) -> Cache:
    from pensionbook.cache import Cache

    return Cache(Path(folder or Path("_build", ".cache")).absolute())
