"""RO-Crate metadata of a release (RO-Crate 1.1, https://w3id.org/ro/crate/1.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pensionbook.editions.releases.record import read_json
from pensionbook.errors import ReleaseError

CRATE_FILE = "ro-crate-metadata.json"
_VERSION = "1.1"
_PUBLISHER = {"@type": "Organization", "name": "The pensionbook project"}
# The module mimetypes reads the machine's own tables; these are the same everywhere.
_KINDS = {
    ".cff": "application/yaml",
    ".css": "text/css",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".epub": "application/epub+zip",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".js": "text/javascript",
    ".json": "application/json",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
}


def write_crate(
    folder: Path,
    *,
    title: str,
    description: str,
    edition: str,
    number: int,
    name: str,
    day: date,
    licences: Sequence[Mapping[str, str]],
    languages: Sequence[str],
    digests: Mapping[str, str | None],
) -> None:
    """Describe all files of a release in ``ro-crate-metadata.json``.

    Args:
        licences: ``name``, ``title`` and ``path`` of each.
        digests: sha256 of each file by its path; None where it is not known yet.

    Raises:
        ReleaseError: the crate read back does not have what was written.
    """
    from rocrate.model.contextentity import ContextEntity
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=_VERSION)
    crate.name = title
    crate.description = description
    root = crate.root_dataset
    root["datePublished"] = day.isoformat()
    root["version"] = str(number)
    root["identifier"] = f"{edition}/{number}-{name}"
    root["inLanguage"] = [language.replace("_", "-") for language in languages]
    listed = []
    for licence in licences:
        properties = {
            "@type": "CreativeWork",
            "name": licence.get("title") or licence["name"],
            "identifier": licence["name"],
        }
        identifier = licence.get("path") or f"https://spdx.org/licenses/{licence['name']}"
        listed.append(crate.add(ContextEntity(crate, identifier, properties)))
    root["license"] = listed[0] if len(listed) == 1 else listed
    root["publisher"] = crate.add(ContextEntity(crate, "#publisher", dict(_PUBLISHER)))
    for path in sorted(digests):
        described = {
            "name": path.rsplit("/", 1)[-1],
            "encodingFormat": _kind(path),
        }
        if digest := digests[path]:
            described["sha256"] = digest
        crate.add_file(dest_path=path, properties=described)
    crate.metadata.write(folder)
    _check(folder, digests)


def read_crate(folder: Path) -> Any:
    """The crate of a release as ``rocrate`` reads it.

    Raises:
        ReleaseError: there is none, or the library refuses it.
    """
    from rocrate.rocrate import ROCrate

    path = folder / CRATE_FILE
    read_json(path)
    try:
        return ROCrate(folder)
    except (ValueError, KeyError, AssertionError, TypeError) as error:
        raise ReleaseError(
            f"{path} is no RO-Crate: {error or 'its entities do not hold together'}; fetch the "
            "release anew"
        ) from None


def _check(folder: Path, digests: Mapping[str, str | None]) -> None:
    """Read the crate back with the library and hold it against the files and the rules."""
    crate = read_crate(folder)
    root = crate.root_dataset
    lacking = [k for k in ("name", "description", "datePublished", "license") if not root.get(k)]
    described = {unquote(entity.id) for entity in crate.data_entities}
    wrong = sorted(described ^ digests.keys()) + [
        path for path, digest in digests.items() if digest and not (folder / path).is_file()
    ]
    if crate.version != _VERSION or lacking or wrong:
        what = ", ".join([*lacking, *wrong][:3]) or f"version {crate.version}"
        raise ReleaseError(f"{folder / CRATE_FILE} does not describe the release: {what}")


def _kind(path: str) -> str:
    return _KINDS.get(Path(path).suffix.lower(), "application/octet-stream")
