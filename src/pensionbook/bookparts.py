"""Parts of pages that depend on what an edition has: guarded passages and small pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from pensionbook.bookdata import book_data
from pensionbook.layout import PICTURES

_VALUE = re.compile(r"\{value\}`([^`]+)`")

logger = logging.getLogger(__name__)


class GivenDirective(SphinxDirective):
    """A passage that stands only where the package holds all that it speaks of.

    The argument names tables (``barriers``, ``measures``), indicators or printed figures. Where
    one is lacking, a sentence says so in the passage's place.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {"title": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """The passage, or the sentence."""
        data = book_data(self.env.app)
        held = {*data["tables"], *data["indicators"], *(f["id"] for f in data["figures"])}
        lacking = [name for name in self.arguments[0].split() if name not in held]
        if not lacking:
            passage = nodes.Element()
            self.state.nested_parse(self.content, self.content_offset, passage, match_titles=True)
            return passage.children
        title = self.options.get("title", "").strip()
        what = f"{title}: left out" if title else "A passage is left out here"
        text = f"{what}; the package of this edition has no {_listed(lacking)}."
        # The passage's values count as used: the page would show them if it could.
        values = _VALUE.findall("\n".join(self.content))
        note = nodes.paragraph("", text, classes=["missing", "generated"])
        return [note, *(nodes.comment("", "", identifier=name) for name in values)]


class PictureDirective(SphinxDirective):
    """A small picture that a notebook kept under a name; nothing where it had nothing to draw."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The picture with its alternative text."""
        name = self.arguments[0]
        pictures: dict[str, Any] = book_data(self.env.app)["pictures"]
        if name not in pictures:
            logger.warning(
                "unknown picture %r: no notebook keeps it with report.keep()",
                name,
                location=self.get_location(),
            )
            return []
        if pictures[name] is None:
            return []
        image = nodes.image(uri=f"/{PICTURES}/{name}.png", alt=pictures[name])
        image["classes"] += ["picture", "generated"]
        self.set_source_info(image)
        return [image]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
