"""The papers that go with a release: how to cite it, what changed, the page of revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import yaml

from pensionbook.editions.releases.compare import Comparison
from pensionbook.editions.releases.show import plain, to_markdown
from pensionbook.language.languages import SOURCE_LANGUAGE
from pensionbook.language.messages import translate

CITATION_FILE, CHANGES_FILE, REVISIONS = "CITATION.cff", "CHANGES.md", "revisions"
_CFF_VERSION = "1.2.0"
_MESSAGE = "If you use this report or its figures, please cite this release of it."
_AUTHORS = [{"name": "The pensionbook project"}]
# The text of reports and the data are under this licence; a package may say others.
LICENCE = "CC-BY-4.0"
_STYLE = (
    "body{max-width:75rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 sans-serif;color:#222;"
    "background:#fff}table{border-collapse:collapse;display:block;overflow-x:auto}"
    "td,th{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}"
)


def licences(descriptor: Mapping[str, Any]) -> list[dict[str, str]]:
    """The licences of a data package, each with its name; the project's where it says none."""
    listed = descriptor.get("licenses")
    found = [
        {key: str(value) for key, value in entry.items()}
        for entry in (listed if isinstance(listed, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("name"), str)
    ]
    return found or [{"name": LICENCE}]


def citation(title: str, number: int, day: date, own: Sequence[Mapping[str, str]]) -> str:
    """CITATION.cff of a release: a data set with number, day and licence."""
    content = {
        "cff-version": _CFF_VERSION,
        "message": _MESSAGE,
        "title": title,
        "type": "dataset",
        "version": str(number),
        "date-released": day,
        "authors": _AUTHORS,
        **_licence(own),
        "keywords": ["pension coverage", "official statistics", "reproducible research"],
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def _licence(own: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The licences by their SPDX names; where one has none, the address of the first."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        names = [str(canonicalize_license_expression(entry["name"])) for entry in own]
    except InvalidLicenseExpression:
        address = own[0].get("path", "")
        return {"license-url": address} if address.startswith(("http://", "https://")) else {}
    return {"license": names[0] if len(names) == 1 else names}


def change_log(
    title: str, number: int, name: str, day: date, note: str, comparison: Comparison | None
) -> str:
    """CHANGES.md of a release: the note, then what moved since the release before it."""
    lines = [f"# {plain(title)}", "", f"Release {number}, {plain(name)}, of {day.isoformat()}.", ""]
    if note.strip():
        lines += [plain(note), ""]
    if comparison is None:
        lines += ["This is the first release; there is none before it to compare with.", ""]
        return "\n".join(lines)
    page = to_markdown(comparison, SOURCE_LANGUAGE)
    # The page's own titles go one level down.
    return "\n".join(lines) + "\n" + page.replace("\n## ", "\n### ").replace("# ", "## ", 1)


def write_revisions(comparison: Comparison, languages: Sequence[str], folder: Path) -> list[str]:
    """Write the page of revisions in each language, in Markdown and as a web page.

    Returns:
        The names of the files.
    """
    from markdown_it import MarkdownIt

    written = []
    for language in languages:
        text = to_markdown(comparison, language)
        title = translate("What changed since {old}", language, old=comparison.old.label)
        # The page is made of tables and text; whatever looks like HTML in it is text.
        body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
        page = (
            f'<!DOCTYPE html>\n<html lang="{escape(language.replace("_", "-"))}">\n<head>\n'
            '<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
            f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
        )
        stem = f"{REVISIONS}.{language}" if language != SOURCE_LANGUAGE else REVISIONS
        for ending, content in (("md", text), ("html", page)):
            (folder / f"{stem}.{ending}").write_text(content, encoding="utf-8")
            written.append(f"{stem}.{ending}")
    return written
