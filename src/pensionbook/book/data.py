"""What the build hands to the book's pages, and links into the register and the list of values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from pensionbook.book.layout import DATA_FILE
from pensionbook.language.messages import translate

# Entry of a page's metadata: values of passages that are left out in this edition.
SKIPPED_VALUES = "pensionbook_skipped_values"
# And those that the page shows.
SHOWN_VALUES = "pensionbook_shown_values"
REGISTER_PAGE, VALUES_PAGE = "register", "values"
_EMPTY: dict[str, Any] = {
    "language": "en",
    "languages": [],
    "values": {},
    "figures": [],
    "counts": {},
    "exhibits": {},
    "pictures": {},
    "models": {},
    "downloads": {},
    "indicators": [],
    "tables": [],
    "units": {},
    "assumptions": {},
    "evidence": {},
    "revisions": None,
}


def load_data(app: Sphinx, config: Any) -> None:
    """Read the build's data once, when the settings are known."""
    path = Path(app.srcdir) / DATA_FILE
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    object.__setattr__(config, "_pensionbook_data", _EMPTY | found)


def book_data(app: Sphinx) -> dict[str, Any]:
    """The register, the named values, and what this edition has."""
    return app.config._pensionbook_data


def all_figures(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures of the edition, and those of other packages that it cites."""
    cited = (own["figures"] for own in data["evidence"].values())
    return [*data["figures"], *(figure for figures in cited for figure in figures)]


def figure_anchor(identifier: str) -> str:
    """The anchor of a figure on the register's page."""
    return f"figure-{identifier}".replace(":", "--")


def link_to(env: Any, page: str, anchor: str, text: str) -> nodes.Node:
    """A link to an anchor of a page of the book; plain text where the book has no such page."""
    if page not in env.found_docs:
        return nodes.inline("", text)
    here = env.app.builder.get_relative_uri(env.docname, page)
    target = f"#{anchor}" if page == env.docname else f"{here}#{anchor}"
    return nodes.reference("", text, internal=True, refuri=target)


def bounds_text(record: dict[str, Any], language: str) -> str:
    """Both ends of a named value, in digits."""
    if record["unit"] == "text":
        return record["text"]
    if "value" in record:
        return _digits(record["value"])
    low, high = record["low"], record["high"]
    if low is None and high is None:
        return translate("nothing in the package bounds it", language)
    if low is None or high is None:
        if low is None:
            return translate("at most {end}", language, end=_digits(high))
        return translate("at least {end}", language, end=_digits(low))
    return translate("{low} to {high}", language, low=_digits(low), high=_digits(high))


def _digits(number: float) -> str:
    return f"{number:,}".replace("-", "\u2212")


def unit_text(record: dict[str, Any], data: dict[str, Any]) -> str:
    """The unit of a named value in the book's language; counts and indices have none."""
    if record["unit"] == "one":
        return ""
    return data["units"].get(record["unit"], record["unit"])
