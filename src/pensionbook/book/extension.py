"""Sphinx pieces of the book: named values in prose, the register, guarded passages, the gate.

The build writes ``_data/report.json`` into the staged book; the roles and directives read it.
An unknown value or figure is a warning, which the build turns into an error with file and line.
"""

from __future__ import annotations

from html import escape
from typing import Any

from sphinx.application import Sphinx

from pensionbook.book.catalogues import check_catalogues, check_translated, translate_captions
from pensionbook.book.data import load_data
from pensionbook.book.explorer import ExplorerDirective
from pensionbook.book.gate import check_prose, check_use
from pensionbook.book.passages import (
    DownloadsDirective,
    GivenDirective,
    PictureDirective,
    give_alternative_texts,
)
from pensionbook.book.reference import keep_english
from pensionbook.book.revisions import RevisionsDirective
from pensionbook.book.roles import FigureRole, SeeRole, ValueNode, ValueRole
from pensionbook.book.search import setup_search
from pensionbook.book.tables import (
    DataTableDirective,
    EvidenceDirective,
    RegisterDirective,
    ValuesDirective,
    VerdictsDirective,
)
from pensionbook.book.theme import add_switch, add_templates
from pensionbook.book.theme_accessible import mend
from pensionbook.book.theme_words import speak


def _visit_html(translator: Any, node: ValueNode) -> None:
    translator.body.append(f'<span class="{" ".join(node["classes"])}">')


def _depart_html(translator: Any, node: ValueNode) -> None:
    translator.body.append(f'<span class="value-tip" role="tooltip">{escape(node["tip"])}</span>')
    translator.body.append("</span>")


def _pass(_translator: Any, _node: ValueNode) -> None:
    """Other formats show the text alone."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the roles, the directives and the data they read."""
    setup_search(app)
    app.connect("config-inited", load_data)
    app.connect("config-inited", check_catalogues)
    app.connect("config-inited", add_templates)
    app.connect("builder-inited", speak)
    app.connect("html-page-context", add_switch)
    app.connect("html-page-context", mend)
    app.connect("doctree-read", give_alternative_texts)
    app.connect("doctree-read", keep_english)
    app.connect("doctree-read", check_prose)
    app.connect("doctree-read", check_translated)
    app.connect("doctree-read", translate_captions, priority=900)
    app.connect("env-check-consistency", check_use)
    for name, role in (("value", ValueRole), ("printed", FigureRole), ("see", SeeRole)):
        app.add_role(name, role())
    for name, directive in (
        ("register", RegisterDirective),
        ("evidence", EvidenceDirective),
        ("verdicts", VerdictsDirective),
        ("values", ValuesDirective),
        ("revisions", RevisionsDirective),
        ("datatable", DataTableDirective),
        ("downloads", DownloadsDirective),
        ("given", GivenDirective),
        ("picture", PictureDirective),
        ("explorer", ExplorerDirective),
    ):
        app.add_directive(name, directive)
    app.add_node(
        ValueNode,
        html=(_visit_html, _depart_html),
        latex=(_pass, _pass),
        text=(_pass, _pass),
        epub=(_visit_html, _depart_html),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
