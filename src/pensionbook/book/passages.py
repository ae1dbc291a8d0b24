"""Parts of pages that depend on what an edition has: guarded passages and small pictures."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from pensionbook.book.data import SKIPPED_VALUES, book_data
from pensionbook.book.downloads import download_path
from pensionbook.book.layout import PICTURES, TEMPLATES
from pensionbook.language.messages import translate

_ALT = "pensionbook_alt"
_VALUE = re.compile(r"\{value\}`([^`]+)`")

logger = logging.getLogger(__name__)


class GivenDirective(SphinxDirective):
    """A passage that stands only where the edition has all that it speaks of.

    The argument names tables (``barriers``, ``measures``), indicators, printed figures, or values
    that must be bounded. Where one is lacking, a passage with a title is said to be left out, and
    one without a title is left out silently. Headings stand outside.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {"title": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """The passage, or the sentence."""
        data = book_data(self.env.app)
        known = (name for name, record in data["values"].items() if _is_known(record))
        figures = (figure["id"] for figure in data["figures"])
        held = {*data["tables"], *data["indicators"], *figures, *known}
        if held.issuperset(self.arguments[0].split()):
            # Some directives, such as cards, look at what they stand in.
            node = self.state_machine.node
            assert node is not None
            passage = node.copy()
            # From here nodes learn where they stand, which translations need.
            passage.document = self.state.document
            self.state.nested_parse(self.content, self.content_offset, passage)
            return passage.children
        # The passage's values count as used: the page would show them if it could.
        skipped = self.env.metadata[self.env.docname].setdefault(SKIPPED_VALUES, [])
        skipped += _VALUE.findall("\n".join(self.content))
        title = self.options.get("title", "").strip()
        if not title:
            return []
        text = translate(
            "{title}: left out, for the package of this edition does not tell.",
            data["language"],
            title=title,
        )
        return [nodes.paragraph("", text, classes=["missing", "generated"])]


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
        image = nodes.image(uri=f"/{PICTURES}/{name}.png")
        image[_ALT] = pictures[name]
        image["classes"] += ["picture", "generated"]
        self.set_source_info(image)
        return [image]


def give_alternative_texts(app: Sphinx, doctree: nodes.document) -> None:
    """Put the pictures' texts where readers expect them.

    They are in the reader's language already; given sooner, they would be taken for prose that
    waits for a translation.
    """
    for image in doctree.findall(nodes.image):
        if _ALT in image:
            alt = image.attributes.pop(_ALT)
            image["alt"] = "" if app.builder.name == TEMPLATES else alt


class DownloadsDirective(SphinxDirective):
    """Links to the files of a chart or a table; nothing outside of web pages."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A line of links named by their endings."""
        name = self.arguments[0]
        endings = book_data(self.env.app)["downloads"].get(name, [])
        if not endings or self.env.app.builder.name != "html":
            return []
        line = nodes.paragraph(classes=["downloads", "generated", "web-only"])
        up = "../" * self.env.docname.count("/")
        for ending in endings:
            address = f"{up}{download_path(name, ending)}"
            link = nodes.reference("", ending.upper(), refuri=address, internal=True)
            line += [link, nodes.Text(" ")]
        return [line]


def _is_known(record: dict[str, Any]) -> bool:
    """Whether a value is bounded at all, or a word not empty."""
    return any(record.get(name) not in (None, "") for name in ("value", "low", "high"))
