"""What autodoc makes of docstrings: in English in every language, and no prose of the report."""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx


def keep_english(_app: Sphinx, doctree: nodes.document) -> None:
    """Mark descriptions of functions and classes, so that neither gate nor catalogues ask more."""
    for described in doctree.findall(addnodes.desc):
        described["classes"].append("generated")
        for node in described.findall(nodes.TextElement):
            # Sphinx never translates these by themselves, and takes apart those that are marked.
            if not isinstance(node, nodes.Inline):
                node["translatable"] = False
