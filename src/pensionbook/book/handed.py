"""What notebooks hand over to the book: values, charts and tables, the same in every language."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pensionbook.book.downloads import download_path, files_of
from pensionbook.book.layout import DATA_FILE, EXTRA, PICTURES
from pensionbook.engine.cited import MARK
from pensionbook.errors import BuildError
from pensionbook.exchange import (
    EXHIBIT,
    MODEL_MIME,
    VALUES_MIME,
    is_added,
    outputs_of,
    picture_name,
    shows_exhibit,
)
from pensionbook.files.cache import Cache

# What a reader of one language reads in another place in another one.
_TEXT = "text"

Notebooks = Mapping[str, Mapping[str, Any]]
Values = list[dict[str, Any]]


def write_values(values: Mapping[str, Values], path: Path) -> None:
    """Write the values once for all languages, the formatted texts by language.

    A formula is written in the words of the first language.

    Raises:
        BuildError: a value stands in one language and not in another, or with other bounds.
    """
    languages = list(values)
    records = {record["id"]: record for record in values[languages[0]]}
    for language in languages[1:]:
        others = {record["id"]: record for record in values[language]}
        alone = sorted(records.keys() ^ others.keys())
        if alone:
            raise BuildError(
                f"value {alone[0]!r} is recorded in one language only; record it in "
                f"{' and '.join(languages)} alike"
            )
        for name, record in others.items():
            if _without_words(record) != _without_words(records[name]):
                raise BuildError(
                    f"value {name!r} differs between {languages[0]} and {language}; "
                    "what a notebook computes must not depend on the language"
                )
    listing = [
        record
        | {
            _TEXT: {
                language: next(r[_TEXT] for r in values[language] if r["id"] == record["id"])
                for language in languages
            }
        }
        for record in records.values()
    ]
    text = json.dumps({"values": listing}, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def exhibits_of(notebooks: Notebooks) -> dict[str, bool]:
    """Names of all charts and tables, and whether the edition has them.

    Raises:
        BuildError: a name stands twice.
    """
    shown: dict[str, bool] = {}
    for name, content in notebooks.items():
        _add_new(shown, exhibits(content), name)
    return shown


def _add_new(known: dict[str, Any], own: Mapping[str, Any], notebook: str) -> None:
    twice = sorted(known.keys() & own.keys())
    if twice:
        raise BuildError(f"{notebook} names {twice[0]!r} again; choose another name")
    known.update(own)


def check_exhibits(by_language: Mapping[str, Mapping[str, bool]]) -> None:
    """Check that every chart and table stands in all languages or in none.

    Raises:
        BuildError: one does not.
    """
    languages = list(by_language)
    for language in languages[1:]:
        differing = sorted(dict(by_language[languages[0]].items() ^ by_language[language].items()))
        if differing:
            raise BuildError(
                f"{differing[0]!r} stands in {languages[0]} and not in {language}, or the other "
                "way round; what a notebook shows must not depend on the language"
            )


def models(notebooks: Notebooks) -> dict[str, dict[str, Any]]:
    """What pages compute with, by name; without what an edition lacks.

    Raises:
        BuildError: a name stands twice.
    """
    found: dict[str, dict[str, Any] | None] = {}
    for name, content in notebooks.items():
        _add_new(found, models_of(content), name)
    return {name: model for name, model in found.items() if model is not None}


def check_models(by_language: Mapping[str, Mapping[str, Any]]) -> None:
    """Check that pages compute with the same in every language.

    Raises:
        BuildError: they do not.
    """
    languages = list(by_language)
    first = by_language[languages[0]]
    for language in languages[1:]:
        other = by_language[language]
        for name in sorted(first.keys() | other.keys()):
            if first.get(name) != other.get(name):
                raise BuildError(
                    f"what is handed over as {name!r} differs between {languages[0]} and "
                    f"{language}; what a notebook computes must not depend on the language"
                )


def _without_words(record: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in record.items() if name not in (_TEXT, "formula")}
    return kept | ({"value": ""} if record.get("unit") == "text" else {})


def _cited(evidence: Mapping[str, Any], values: Values) -> dict[str, Any]:
    """Of each package that this one is held against, the figures that a value rests on."""
    used = {figure for value in values for figure in value["figures"]}
    found = {}
    for name, own in evidence.items():
        marked = [f | {"id": f"{name}{MARK}{f['id']}"} for f in own["figures"]]
        figures = [figure for figure in marked if figure["id"] in used]
        if figures:
            found[name] = {"title": own["title"], "figures": figures}
    return found


def data_files(
    notebooks: Notebooks,
    register: dict[str, Any],
    values: Values,
    cache: Cache | None = None,
    upstream: str = "",
) -> dict[str, bytes]:
    """What the pages read beside their own text: data, and small pictures.

    Args:
        cache: keeps workbooks, with the digest ``upstream`` of what writes them.
    """
    shown = exhibits_of(notebooks)
    pictures: dict[str, dict[str, str] | None] = {}
    for name, content in notebooks.items():
        _add_new(pictures, pictures_of(content), name)
    named = {
        value["id"]: value
        | {"place": place_of(value["notebook"], notebooks[value["notebook"]], value["id"])}
        for value in values
    }
    alts = {name: picture and picture["alt"] for name, picture in pictures.items()}
    downloads = files_of(notebooks, cache, upstream)
    endings = {name: list(files) for name, files in downloads.items()}
    data = register | {
        "evidence": _cited(register.get("evidence", {}), values),
        "values": named,
        "exhibits": shown,
        "pictures": alts,
        "models": models(notebooks),
        "downloads": endings,
    }
    files = {
        f"{EXTRA}/{download_path(name, ending)}": content
        for name, own in downloads.items()
        for ending, content in own.items()
    }
    files |= {
        f"{PICTURES}/{name}.png": b64decode(picture["png"])
        for name, picture in pictures.items()
        if picture
    }
    return files | {DATA_FILE: json.dumps(data).encode()}


def values_of(name: str, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The values a notebook published, each with the notebook's name.

    Raises:
        BuildError: what it published is not a list of values with ids.
    """
    values = []
    for output in outputs_of(content):
        published = output.get("data", {}).get(VALUES_MIME)
        if published is None:
            continue
        records = published.get("values") if isinstance(published, dict) else None
        if not isinstance(records, list) or not all(
            isinstance(record, dict) and isinstance(record.get("id"), str) for record in records
        ):
            raise BuildError(
                f"{name}: what it published is no list of values with ids; "
                "end the notebook with report.publish()"
            )
        values += [record | {"notebook": name} for record in records]
    return values


def place_of(name: str, content: Mapping[str, Any], identifier: str) -> str:
    """Where a notebook names a value: cell and line as readers of the notebook count them."""
    number = 0
    for cell in content["cells"]:
        number += not is_added(cell)
        for line, text in enumerate("".join(cell["source"]).splitlines(), 1):
            if cell["cell_type"] == "code" and f'"{identifier}"' in text:
                return f"notebooks/{name}.ipynb: cell {number}, line {line}"
    return f"notebooks/{name}.ipynb: report.publish()"


def exhibits(content: Mapping[str, Any]) -> dict[str, bool]:
    """Names of the notebook's figures and tables, and whether this edition has them."""
    return {
        cell["metadata"][EXHIBIT]["name"]: shows_exhibit(cell)
        for cell in content["cells"]
        if cell["cell_type"] == "code" and "name" in cell["metadata"].get(EXHIBIT, {})
    }


def pictures_of(content: Mapping[str, Any]) -> dict[str, dict[str, str] | None]:
    """Small pictures kept for other pages: ``png`` as base64 and ``alt``, or None for none."""
    pictures: dict[str, dict[str, str] | None] = {}
    for output in outputs_of(content):
        if name := picture_name(output):
            data = output["data"]
            image = {"png": "".join(data.get("image/png", "")), "alt": data["text/plain"]}
            pictures[name] = image if image["png"] else None
    return pictures


def models_of(content: Mapping[str, Any]) -> dict[str, dict[str, Any] | None]:
    """What the notebook hands over to pages that compute, by name; None where it has nothing."""
    handed = (output.get("data", {}).get(MODEL_MIME) for output in outputs_of(content))
    return {record["name"]: record["model"] for record in handed if record}
