"""The gate on prose: no typed numbers, no value that nobody uses.

Numbers in prose come from ``{value}`` and ``{printed}``; what may be typed are years and dates,
document and version numbers, and the numbers of figures, tables and sections. A find is a Sphinx
warning with file and line, which the build turns into an error.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from pensionbook.book.data import SHOWN_VALUES, SKIPPED_VALUES

logger = logging.getLogger(__name__)

_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])[-+\u2212]?\d+(?:,\d{3})*(?:\.\d+)?(?:\s?[%\uff05\u2030])?(?![A-Za-z0-9_-])"
)
_ALLOWED = re.compile(
    r"""
    (?:19|20)\d\d\s?年(?:\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?)?
    | \b(?:1[89]|20)\d\d(?:[-\u2013](?:0[1-9]|1[0-2])(?:-[0-3]\d)?)?\b(?!\s?%)  # years and dates
    | \b\d{1,2}\s(?:January|February|March|April|May|June|July|August|September|October|November
        |December)\b
    | \b(?:Figures?|Tables?|Sections?|Chapters?|Appendix|Equations?|Part|Article|No\.|Order
        |Decree|Document)\s\d+(?:\s(?:to|and)\s\d+)?
    | \b(?:CC\sBY|Python|Version)\s\d+(?:\.\d+)*
    | [\u3014\[](?:1[89]|20)\d\d[\u3015\]]\s?\d+                                # 〔1997〕26
    | [一二三四五六七八九](?:[(（][一二三四五六七八九][)）])?\d(?:[(（]\d[)）])?    # 三(一)1(1)
    | 第\s?\d+\s?[号章节条表图页]|[图表]\s?\d+
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOT_PROSE = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw)
_NOT_OURS = {"cell_output", "cell_input", "value", "generated", "value-word"}


def typed_numbers(text: str) -> list[str]:
    """Numerals in a text that may not be typed there.

    >>> typed_numbers("In 2001 the number fell by 4.5% (Table 2).")
    ['4.5%']
    """
    blanked = _ALLOWED.sub(lambda match: " " * len(match[0]), text)
    return [match[0].strip() for match in _NUMBER.finditer(blanked)]


def check_prose(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of each typed number in a page's prose, captions and alternative texts.

    The named values that the page shows are noted for :func:`check_use`.
    """
    named = doctree.findall(nodes.Element)
    app.env.metadata[app.env.docname][SHOWN_VALUES] = [
        node["identifier"] for node in named if "identifier" in node
    ]
    for node in doctree.findall(nodes.Text):
        if is_prose(node):
            _complain(node.astext(), node)
    for image in doctree.findall(nodes.image):
        if is_prose(image):
            _complain(image.get("alt", ""), image)


def check_use(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each named value that no page uses."""
    used = {
        name
        for metadata in env.metadata.values()
        for kind in (SHOWN_VALUES, SKIPPED_VALUES)
        for name in metadata.get(kind, ())
    }
    values: dict[str, Any] = app.config._pensionbook_data["values"]
    for name, record in values.items():
        if name not in used and record["unit"] != "text":
            logger.warning(
                "value %r is recorded by %s and no page uses it: use it or remove it",
                name,
                record["notebook"],
                location=record["place"],
            )


def is_prose(node: nodes.Node) -> bool:
    """Whether a node is a writer's text: not code, not computed, not what a cell shows."""
    parent = node if isinstance(node, nodes.Element) else node.parent
    while parent is not None:
        if isinstance(parent, nodes.caption | nodes.title):
            # A chart's or table's own caption, though it stands among the outputs of a cell.
            return True
        if isinstance(parent, _NOT_PROSE) or _NOT_OURS & set(parent.get("classes", ())):
            return False
        parent = parent.parent
    return True


def _complain(text: str, node: nodes.Node) -> None:
    for number in typed_numbers(text):
        logger.warning(
            "typed number %r in prose: record it with report.value() and write {value}`id`",
            number,
            location=node if isinstance(node, nodes.Element) else node.parent,
        )
