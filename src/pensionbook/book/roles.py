"""Roles of the book's prose: named values, printed figures, and references to charts and tables."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from pensionbook.book.data import (
    REGISTER_PAGE,
    VALUES_PAGE,
    all_figures,
    book_data,
    bounds_text,
    figure_anchor,
    link_to,
    unit_text,
)
from pensionbook.language.messages import translate
from pensionbook.language.numbers import enumerated, semicolons, typeset

DOUBTED = ("inconsistent", "disputed")

logger = logging.getLogger(__name__)


class ValueNode(nodes.inline):
    """A named value in running text."""


def _unknown(role: SphinxRole, message: str) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Warn of a name that the edition does not know; the name itself stands in its place."""
    logger.warning(message, role.text, location=role.get_location())
    return [nodes.inline(role.rawtext, role.text)], []


class ValueRole(SphinxRole):
    """``{value}`fall_since_1999` ``: the formatted value, linked to its entry in the list."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The value's text, or the id itself and a warning when nobody recorded it."""
        data = book_data(self.env.app)
        record = data["values"].get(self.text)
        if record is None:
            return _unknown(
                self, "unknown value %r: no notebook of this edition records it with report.value()"
            )
        if record["unit"] == "text":
            return [nodes.inline("", record["text"], classes=["value-word"])], []
        link = link_to(self.env, VALUES_PAGE, f"value-{self.text}", record["text"])
        node = ValueNode(self.rawtext, "", link, classes=["value"])
        doubted = [
            figure["id"]
            for figure in all_figures(data)
            if figure["id"] in record["figures"] and figure["verdict"] in DOUBTED
        ]
        if doubted:
            node["classes"].append("value-doubted")
        if record["assumptions"]:
            node["classes"].append("value-assumed")
        node["tip"] = _tip(record, doubted, data)
        node["identifier"] = self.text
        return [node], []


class FigureRole(SphinxRole):
    """``{printed}`contributors_2000_change` ``: a printed figure, linked to the register."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The numeral, or the id itself and a warning when it is not in the register."""
        records = {record["id"]: record for record in all_figures(book_data(self.env.app))}
        record = records.get(self.text)
        if record is None:
            return _unknown(
                self,
                "unknown figure %r: it is not in figures.csv, nor does a value rest on it that is "
                "taken from another package",
            )
        link = link_to(self.env, REGISTER_PAGE, figure_anchor(self.text), record["text"])
        node = ValueNode(self.rawtext, "", link, classes=["value", "printed"])
        if record["verdict"] in DOUBTED:
            node["classes"].append("value-doubted")
        node["tip"] = record["because"]
        return [node], []


class SeeRole(SphinxRole):
    """``{see}`fig-contributors` ``: the number of a chart or table, where this edition has it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """A numbered reference; words in its place when the edition lacks the data."""
        shown = book_data(self.env.app)["exhibits"].get(self.text)
        if shown is None:
            return _unknown(
                self,
                "unknown chart or table %r: no code cell of a notebook has this name in its "
                "metadata",
            )
        if not shown:
            language = book_data(self.env.app)["language"]
            if self.text.startswith("tbl-"):
                text = translate("a table left out here", language)
            else:
                text = translate("a chart left out here", language)
            return [nodes.emphasis("", text, classes=["missing"])], []
        content = nodes.inline("", self.text)
        reference = addnodes.pending_xref(
            self.rawtext,
            content,
            refdoc=self.env.docname,
            refdomain="std",
            reftype="numref",
            reftarget=self.text,
            refexplicit=False,
            refwarn=True,
        )
        return [reference], []


def _tip(record: dict[str, Any], doubted: list[str], data: dict[str, Any]) -> str:
    language = data["language"]
    bounds, unit = bounds_text(record, language), unit_text(record, data)
    if unit:
        bounds = translate("{bounds} ({unit})", language, bounds=bounds, unit=unit)
    formula: str = record["formula"]
    told = translate(formula, language)
    parts = [
        translate("Bounds: {bounds}. Formula: {formula}.", language, bounds=bounds, formula=told)
    ]
    if doubted:
        figures = enumerated(doubted, language)
        parts.append(translate("Rests on figures in doubt: {figures}.", language, figures=figures))
    if record["assumptions"]:
        said = (
            data["assumptions"].get(text) or translate(text, language)
            for text in record["assumptions"]
        )
        assumed = semicolons(said, language)
        parts.append(translate("Assumes that {assumptions}.", language, assumptions=assumed))
    return typeset(" ".join(parts))
