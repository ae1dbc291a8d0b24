"""What an edition is made from, and whether it stands: worked out before anything slow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pensionbook.book.layout import TEMPLATES
from pensionbook.data.names import is_slug
from pensionbook.data.read import read_package
from pensionbook.data.tables import DESCRIPTOR, RawPackage
from pensionbook.editions import manifest
from pensionbook.editions.inputs import library_digests
from pensionbook.editions.places import FORMATS
from pensionbook.editions.request import Request
from pensionbook.editions.sources import Sources
from pensionbook.errors import BuildError, PackageError, ParameterError, listed, nearest
from pensionbook.language.languages import languages_of
from pensionbook.notebooks.source import SourceNotebook, Value, read_notebooks, resolve_parameters


@dataclass(frozen=True, slots=True)
class Plan:
    """An edition that was asked for, worked out from files alone.

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

    def of_part(self, area: str) -> Plan:
        """The plan of an area of a batch, whose folder this plan's is."""
        return replace(self, values=self.values | {"area": area}, output=self.output / area)

    def manifest(self, versions: Mapping[str, str]) -> dict[str, Any]:
        """The manifest of the edition, but for its outputs.

        It holds no clock time and no path of the machine.

        Args:
            versions: what it is built with.
        """
        return {
            "format": manifest.FORMAT,
            "edition": self.edition,
            "parameters": dict(self.values),
            "languages": list(self.languages),
            "formats": list(self.formats),
            "inputs": dict(sorted(self.inputs.items())),
            "versions": dict(versions),
        }

    def stands(self) -> bool:
        """Whether the output is exactly what a build would give; the versions are not looked at."""
        earlier = manifest.read(self.output)
        return earlier is not None and manifest.stands(earlier, self.manifest({}), self.output)


def plan(request: Request) -> Plan:
    """Work out what is asked for; nothing is written.

    Raises:
        PackageError: the package is too damaged to have a name.
        ParameterError: a parameter is unknown or cannot have its value.
        BuildError: a folder is missing.
        ReleaseError: what ``since`` names is no release of this edition.
    """
    raw = read_package(request.package)
    edition = _edition_name(raw)
    sources = Sources.locate(request.notebooks, request.book, request.config)
    notebooks = read_notebooks(sources.notebooks)
    values = resolve_parameters(notebooks, _edition_parameters(raw), request.given)
    values.pop("language", None)
    for language in raw.word:
        _chosen(f"pensionbook, word in {DESCRIPTOR}:", [language], languages_of(sources.book))
    return Plan(
        raw=raw,
        edition=edition,
        sources=sources,
        notebooks=notebooks,
        values=values,
        own_values=resolve_parameters(notebooks, _edition_parameters(raw), {}),
        languages=_languages(sources.book, request),
        formats=_formats(request.formats),
        inputs={f"package/{file}": digest for file, digest in raw.sha256.items()}
        | sources.digests(notebooks)
        | library_digests()
        | _since(request.since, edition),
        output=Path(request.output or Path("_build", edition)).absolute(),
        since=request.since,
    )


def _since(since: Path | None, edition: str) -> dict[str, str]:
    """What the earlier release adds to the inputs."""
    if since is None:
        return {}
    from pensionbook.editions.releases.inbook import since_input

    return since_input(since, edition)


def _edition_name(raw: RawPackage) -> str:
    """The edition's name; a package too damaged to have one is reported as a whole."""
    name = raw.descriptor.get("name")
    if is_slug(name):
        return name
    from pensionbook.data.load import check_package

    problems = check_package(raw.path)
    if problems:
        raise PackageError(problems)
    raise BuildError(
        f"name {name!r} in {DESCRIPTOR} cannot name a folder; "
        "use small letters, digits and single hyphens"
    )


def _languages(book: Path, request: Request) -> tuple[str, ...]:
    """The languages to build in; ``-p language=...`` is an older way to choose one."""
    older = [value for name, value in request.given.items() if name == "language"]
    if request.languages and older:
        raise ParameterError("language: given by --language and by -p; leave one out")
    return _chosen("--language", request.languages or older, languages_of(book))


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
