"""Sphinx extension: formulas become MathML when the book is compiled, so pages need no script."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

_CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "mroot": 2}
_CHILDREN |= {"msubsup": 3, "munderover": 3}
_LOGGER = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer; ``html_math_renderer`` selects it."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=(_inline, None), block_renderers=(_block, None)
    )
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def to_mathml(latex: str, *, block: bool = False) -> str:
    """A LaTeX formula as a ``<math>`` element.

    Raises:
        ValueError: the formula cannot be read, or holds a command the converter does not know.
    """
    try:
        text = convert(latex, display="block" if block else "inline")
    except Exception as error:
        # latex2mathml's errors share no root of their own, and some have no text.
        raise ValueError(str(error) or type(error).__name__) from error
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        raise ValueError("an alignment mark or environment is not understood") from None
    for element in root.iter():
        # What it does not know, the converter copies.
        if element.text and "\\" in element.text:
            raise ValueError(f"{element.text.strip()} is not understood")
        name = element.tag.rpartition("}")[2]
        if name in _CHILDREN and len(element) != _CHILDREN[name]:
            raise ValueError(f"a part is missing ({name})")
    return text


def _inline(self: Any, node: nodes.math) -> None:
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(_rendered(node, block=False) + "</span>")
    raise nodes.SkipNode


def _block(self: Any, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(_rendered(node, block=True) + "</div>\n")
    raise nodes.SkipNode


def _rendered(node: nodes.Element, *, block: bool) -> str:
    try:
        return to_mathml(node.astext(), block=block)
    except ValueError as error:
        _LOGGER.warning("formula %r cannot be read: %s", node.astext(), error, location=node)
        return ""
