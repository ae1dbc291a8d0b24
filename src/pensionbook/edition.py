"""The build of an edition: check, audit, notebooks, book, and the swap into place."""

from __future__ import annotations

import json
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
    sha256_json,
    still_installed,
)
from pensionbook.parameters import (
    SourceNotebook,
    Value,
    check_values,
    read_notebooks,
    resolve_parameters,
)
from pensionbook.reading import DESCRIPTOR, RawPackage, read_package

if TYPE_CHECKING:
    from pensionbook.cache import Cache
    from pensionbook.package import Package
    from pensionbook.progress import Progress

_TREE = Path(__file__).parents[2]
_AUDIT_FILES = ("audit.csv", "bounds.csv")
# Where the pages of the staged book find the register and the named values.
DATA_FILE = "_data/report.json"
PICTURES = "_pictures"
_NUMBERED = {
    "en": {"figure": "Figure %s", "table": "Table %s"},
    "zh_CN": {"figure": "图 %s", "table": "表 %s"},
}


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
    language: str
    changed: bool

    @property
    def page(self) -> Path:
        """The book's first page."""
        return self.folder / self.language / "html" / "index.html"


def build_edition(
    package: Path,
    *,
    given: Mapping[str, str],
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
    inputs = _inputs(raw, sources, found)
    output = Path(output or Path("_build", edition)).absolute()
    language = str(values.get("language", "en"))

    earlier = manifest.read(output)
    if earlier and _stands(earlier, edition, values, inputs, output):
        return Built(output, language, changed=False)

    from pensionbook.book import check_contents
    from pensionbook.package import load_package
    from pensionbook.staging import staging_folder

    loaded = load_package(package)
    check_values(values, loaded.areas)
    check_contents(sources.book, [notebook.name for notebook in found])
    versions = runtime_versions()
    with staging_folder(output) as staging:
        try:
            job = _Job(loaded, found, values, sources, inputs, versions, progress)
            job.run(staging, output, _cache(cache_folder), jobs or os.cpu_count() or 1)
        except OSError as error:
            reason = error.strerror or error
            raise BuildError(f"cannot write {error.filename or staging}: {reason}") from error
    return Built(output, language, changed=True)


@dataclass(frozen=True, slots=True)
class _Job:
    """A build that has something to do."""

    package: Package
    notebooks: list[SourceNotebook]
    values: dict[str, Value]
    sources: Sources
    inputs: dict[str, str]
    versions: dict[str, str]
    progress: Progress

    def run(self, staging: Path, output: Path, cache: Cache, jobs: int) -> None:
        """Do all steps in the staging folder, then swap."""
        from pensionbook.runner import execute, look_up, plan_runs, pool_for
        from pensionbook.staging import swap_into_place
        from pensionbook.workers import clean_environment

        new, work = staging / "new", staging / "work"
        new.mkdir()
        work.mkdir()
        upstream = {
            name: digest
            for name, digest in self.inputs.items()
            if name.startswith(("package/", "pensionbook/", "schemas/"))
        }
        language = str(self.values.get("language", "en"))
        key = sha256_json(["audit", upstream, self.versions, language])
        runs = plan_runs(self.notebooks, self.package.name, self.values, upstream, self.versions)
        waiting, executed = look_up(runs, cache)
        # The notebooks' processes get ready while the figures are audited.
        with pool_for(waiting, work, cache, jobs) as pool:
            self.progress.step("audit of the printed figures")
            register = self._audit(new, cache, key, language)
            self.progress.step("notebooks")
            for place in executed:
                self.progress.finished(*place, kept=True)
            if pool:
                executed |= execute(
                    waiting,
                    pool,
                    package=self.package.path,
                    edition=self.package.name,
                    work=work,
                    cache=cache,
                    progress=self.progress,
                )
        by_name = {notebook.name: executed[language, notebook.name] for notebook in self.notebooks}
        values = self._publish(by_name, language, new)
        pages = self._pages(by_name, register, values)
        self.progress.step("book")
        environment = clean_environment(work, cache.folder)
        self._compile(by_name, pages, language, staging, new, environment)
        self.progress.step("swap into place")
        written = manifest.compose(self.package.name, self.values, self.inputs, self.versions, new)
        manifest.write(written, new)
        swap_into_place(new, output)
        cache.trim()

    def _audit(self, new: Path, cache: Cache, key: str, language: str) -> dict[str, Any]:
        """Write the audit's files; the data of the register's page come back."""
        kept = cache.load(key)
        if kept is None:
            from pensionbook.audit import write_audit
            from pensionbook.register import register_data

            result = write_audit(self.package, new)
            texts = {name: (new / name).read_bytes().decode() for name in _AUDIT_FILES}
            kept = {"files": texts, "register": register_data(result, language)}
            cache.store(key, kept)
        for name in _AUDIT_FILES:
            (new / name).write_text(kept["files"][name], encoding="utf-8", newline="")
        return kept["register"]

    def _publish(
        self, notebooks: Mapping[str, Mapping[str, Any]], language: str, new: Path
    ) -> list[dict[str, Any]]:
        from pensionbook.notebooks import notebook_text, values_of

        folder = new / "notebooks" / language
        folder.mkdir(parents=True)
        values: list[dict[str, Any]] = []
        owners: dict[str, str] = {}
        for name, content in notebooks.items():
            (folder / f"{name}.ipynb").write_text(notebook_text(content), encoding="utf-8")
            for value in values_of(name, content):
                owner = owners.setdefault(value["id"], name)
                if owner != name:
                    raise BuildError(
                        f"value {value['id']!r} is named in {owner} and again in {name}; "
                        "choose another id in one of them"
                    )
                values.append(value)
        text = json.dumps({"values": values}, ensure_ascii=False, indent=1, sort_keys=True)
        (new / "values.json").write_text(text + "\n", encoding="utf-8")
        return values

    def _pages(
        self,
        notebooks: Mapping[str, Mapping[str, Any]],
        register: dict[str, Any],
        values: list[dict[str, Any]],
    ) -> dict[str, bytes]:
        """What the pages read beside their own text: data, and small pictures."""
        from base64 import b64decode

        from pensionbook.notebooks import exhibits, pictures_of, place_of

        shown: dict[str, bool] = {}
        pictures: dict[str, dict[str, str] | None] = {}
        for name, content in notebooks.items():
            for known, own in ((shown, exhibits(content)), (pictures, pictures_of(content))):
                twice = sorted(known.keys() & own.keys())
                if twice:
                    raise BuildError(f"{name} names {twice[0]!r} again; choose another name")
                known.update(own)
        alts = {name: picture and picture["alt"] for name, picture in pictures.items()}
        named = {
            value["id"]: value
            | {"place": place_of(value["notebook"], notebooks[value["notebook"]], value["id"])}
            for value in values
        }
        data = register | {"values": named, "exhibits": shown, "pictures": alts}
        files = {
            f"{PICTURES}/{name}.png": b64decode(picture["png"])
            for name, picture in pictures.items()
            if picture
        }
        return files | {DATA_FILE: json.dumps(data).encode()}

    def _compile(
        self,
        notebooks: Mapping[str, Mapping[str, Any]],
        pages: Mapping[str, bytes],
        language: str,
        staging: Path,
        new: Path,
        environment: Mapping[str, str],
    ) -> None:
        from pensionbook.book import compile_html, stage

        chinese = language.startswith("zh")
        title = self.package.title_zh if chinese else self.package.title_en
        changes = {
            "title": title or self.package.name,
            "execute": {"execute_notebooks": "off"},
            "sphinx": {"config": {"language": language, "numfig_format": _NUMBERED[language]}},
        }
        folder = staging / f"book-{language}"
        folder.mkdir()
        stage(self.sources.book, notebooks, pages, self.sources.config, changes, folder)
        compile_html(folder, environment, new / language / "html")


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
    inputs: Mapping[str, str],
    output: Path,
) -> bool:
    versions = earlier.get("versions")
    return (
        isinstance(versions, dict)
        and manifest.stands(earlier, edition, values, inputs, output)
        and still_installed(versions)
    )


def _cache(folder: Path | None) -> Cache:
    from pensionbook.cache import Cache

    return Cache(Path(folder or Path("_build", ".cache")).absolute())
