"""All problems of a data package at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pensionbook.data.figure_rules import check_figures
from pensionbook.data.findings import Findings
from pensionbook.data.names import is_slug
from pensionbook.data.periods import release_date
from pensionbook.data.signs import CONTROLS
from pensionbook.data.structure import check_structure, explain_cell, with_a_control
from pensionbook.data.table_rules import check_other_tables
from pensionbook.data.tables import DESCRIPTOR, RawPackage
from pensionbook.data.word_reference import check_references
from pensionbook.errors import Problem, quote

if TYPE_CHECKING:
    import pandas as pd

_TEXT = re.compile(r"(?![=+@＝＋－＠-])(?!.*<[A-Za-z/!?])[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*\S)?")


class Problems(list[Problem]):
    """The problems of a data package, one a line; empty where there are none.

    Attributes:
        summary: how many there are, or what the package holds.
        to_do: what a package without problems still waits for.
    """

    def __init__(
        self, problems: Iterable[Problem] = (), *, summary: str = "", to_do: Iterable[object] = ()
    ) -> None:
        super().__init__(problems)
        self.summary = summary
        self.to_do = [str(note) for note in to_do]

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or self.summary

    def _repr_html_(self) -> str:
        return (
            self.table().to_html(index=False, na_rep="")
            if self
            else f"<p>{escape(self.summary)}</p>"
        )

    def table(self) -> pd.DataFrame:
        """Columns ``file, row, column, found, mend``; the row is missing where a file is meant."""
        import pandas as pd

        columns = ["file", "row", "column", "found", "mend"]
        rows = [[getattr(problem, column) for column in columns] for problem in self]
        return pd.DataFrame(rows, columns=columns).astype({"row": "Int64"})


def check_raw_package(raw: RawPackage) -> list[Problem]:
    """All problems of a package that has been read, by file and row.

    The rules of our own come first, as they know what was meant; frictionless then adds what
    breaks a Table Schema in cells not yet reported.
    """
    findings = Findings(raw.problems)
    if raw.descriptor:
        _check_descriptor(raw.descriptor, findings)
    check_figures(raw, findings)
    check_other_tables(raw, findings)
    check_structure(raw, findings)
    check_references(raw, findings)
    order = {file: number for number, file in enumerate([DESCRIPTOR, *raw.files.values()])}
    return sorted(
        findings.all(),
        key=lambda problem: (order.get(problem.file, len(order)), problem.row or 0),
    )


def _check_descriptor(descriptor: dict[str, Any], findings: Findings) -> None:
    def problem(entry: str, found: str, mend: str) -> None:
        findings.add(DESCRIPTOR, None, entry, found, mend)

    name = descriptor.get("name")
    if not is_slug(name) or len(name) > 80:
        problem(
            "name",
            "no name" if name is None else f"found {quote(str(name))}",
            "write a name of small letters, digits and hyphens, such as tianjin-2002",
        )
    for entry in ("title", "title_zh"):
        _check_text(entry, descriptor.get(entry), findings)
    if descriptor.get("description") is not None:
        _check_text("description", descriptor["description"], findings)
    created = descriptor.get("created")
    if created is not None and release_date(created) is None:
        problem("created", f"found {quote(str(created))}", "write a day such as 2026-11-23")
    sources = descriptor.get("sources")
    if not isinstance(sources, list) or not sources:
        problem("sources", "no source", "list at least one, each with a title and a path")
    for entry in ("sources", "licenses"):
        for number, item in enumerate(_listed_items(descriptor.get(entry)), start=1):
            _check_reference(f"{entry} {number}", item, findings)


def _listed_items(entries: Any) -> Iterable[Any]:
    return entries if isinstance(entries, list) else ()


def _check_text(entry: str, text: Any, findings: Findings) -> None:
    if not isinstance(text, str) or not text:
        found = "missing" if text is None else f"found {quote(str(text))}, which is not a text"
        findings.add(DESCRIPTOR, None, entry, found, "write it in words")
    elif CONTROLS.search(text.replace("\n", " ")):
        findings.add(DESCRIPTOR, None, entry, *with_a_control(text))
    elif not _TEXT.fullmatch(text.strip().replace("\n", " ")):
        findings.add(DESCRIPTOR, None, entry, *explain_cell("note", text.strip(), {}))


def _check_reference(entry: str, item: Any, findings: Findings) -> None:
    if not isinstance(item, dict):
        findings.add(
            DESCRIPTOR, None, entry, f"found {quote(str(item))}", "write a title and a path"
        )
        return
    title = item.get("title", item.get("name"))
    _check_text(f"{entry}, title", title, findings)
    path = item.get("path")
    if path is not None and not _is_harmless_link(path):
        findings.add(
            DESCRIPTOR,
            None,
            f"{entry}, path",
            f"found {quote(str(path))}",
            "write an address that begins with https:// or http://, or a path below the package",
        )


def _is_harmless_link(path: Any) -> bool:
    """Whether a path can be made a link: a web address, or a file not outside the package."""
    if not isinstance(path, str) or not path.isprintable():
        return False
    try:
        parts = urlsplit(path)
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme in ("http", "https") and bool(parts.netloc)
    return not path.startswith(("/", "\\")) and ".." not in path.replace("\\", "/").split("/")
