"""Sphinx pieces of the book: named values in prose, the register and the list of values.

The build writes ``_data/report.json`` into the staged book; the role and the directives read it.
An unknown value or figure is a warning, which the build turns into an error with file and line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from pensionbook.edition import DATA_FILE
from pensionbook.gate import check_prose, check_use

REGISTER_PAGE, VALUES_PAGE = "register", "values"

logger = logging.getLogger(__name__)


class ValueNode(nodes.inline):
    """A named value in running text."""


class ValueRole(SphinxRole):
    """``{value}`fall_since_1999` ``: the formatted value, linked to its entry in the list."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The value's text, or the id itself and a warning when nobody recorded it."""
        record = _data(self.env.app)["values"].get(self.text)
        if record is None:
            logger.warning(
                "unknown value %r: no notebook of this edition records it with report.value()",
                self.text,
                location=self.get_location(),
            )
            return [nodes.inline(self.rawtext, self.text)], []
        if record["unit"] == "text":
            return [nodes.inline("", record["text"], classes=["value-word"])], []
        link = _link(self.env, VALUES_PAGE, f"value-{self.text}", record["text"])
        node = ValueNode(self.rawtext, "", link, classes=["value"])
        node["tip"] = _tip(record)
        node["identifier"] = self.text
        return [node], []


class FigureRole(SphinxRole):
    """``{printed}`contributors_2000_change` ``: the numeral as printed, linked to the register."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The numeral, or the id itself and a warning when it is not in the register."""
        records = {record["id"]: record for record in _data(self.env.app)["figures"]}
        record = records.get(self.text)
        if record is None:
            logger.warning(
                "unknown figure %r: it is not in figures.csv",
                self.text,
                location=self.get_location(),
            )
            return [nodes.inline(self.rawtext, self.text)], []
        text = record["printed"] + ("%" if record["unit"] in ("percent", "%") else "")
        link = _link(self.env, REGISTER_PAGE, f"figure-{self.text}", text)
        node = ValueNode(self.rawtext, "", link, classes=["value", "printed"])
        node["tip"] = record["because"]
        return [node], []


_REGISTER = (
    ("Where", lambda row: row["locator"], 8),
    ("What it measures", lambda row: row["measure"], 24),
    ("Printed", lambda row: f"{row['as_printed']} {row['unit']}".strip(), 14),
    ("Verdict", lambda row: row["verdict"], 11),
    ("The others allow", lambda row: row["implied"] or "—", 16),
    ("Remark", lambda row: row["remark"] or "—", 27),
)


class RegisterDirective(SphinxDirective):
    """All printed figures as a table with an anchor a row."""

    has_content = False
    option_spec: ClassVar = {"only": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """A table, or a sentence when no figure has the wanted verdicts."""
        data = _data(self.env.app)
        wanted = self.options.get("only", "").split()
        rows = [r for r in data["figures"] if not wanted or r["verdict"] in wanted]
        if not rows:
            return [nodes.paragraph("", "No printed figure of this edition has this verdict.")]
        anchors = [] if wanted else [f"figure-{row['id']}" for row in rows]
        # Under a heading that names the verdict its column is left out.
        columns = [column for column in _REGISTER if not (wanted and column[0] == "Verdict")]
        table = _table(
            [head for head, _, _ in columns],
            [[cell(row) for _, cell, _ in columns] for row in rows],
            [width for _, _, width in columns],
            anchors,
        )
        table["classes"] += ["troubled" if wanted else "register", "generated"]
        return [table]


class VerdictsDirective(SphinxDirective):
    """How many figures have each verdict."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """A table of verdicts and counts, the total last."""
        counts = _data(self.env.app)["counts"]
        rows = [(verdict, str(count)) for verdict, count in counts.items()]
        rows.append(("all", str(sum(counts.values()))))
        table = _table(("Verdict", "Figures"), rows, (50, 50))
        table["classes"] += ["generated"]
        return [table]


class ValuesDirective(SphinxDirective):
    """All named values as a table with an anchor a row."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """A table of values with unit, formula and the figures under them."""
        values = _data(self.env.app)["values"]
        if not values:
            return [nodes.paragraph("", "No notebook of this edition records a value.")]
        records = [r for _, r in sorted(values.items()) if r["unit"] != "text"]
        rows: list[tuple[Any, ...]] = []
        for record in records:
            basis = nodes.paragraph()
            for position, figure in enumerate(record["figures"]):
                if position:
                    basis += nodes.Text(", ")
                basis += _link(self.env, REGISTER_PAGE, f"figure-{figure}", figure)
            rows.append(
                (
                    record["id"],
                    record["text"],
                    record["unit"],
                    _exact(record),
                    record["formula"],
                    basis if record["figures"] else "—",
                )
            )
        table = _table(
            ("Value", "As printed here", "Unit", "Bounds", "Formula", "Rests on"),
            rows,
            (17, 12, 8, 17, 23, 23),
            [f"value-{record['id']}" for record in records],
        )
        table["classes"] += ["values", "generated"]
        return [table]


def _table(
    head: Sequence[str],
    rows: Iterable[Sequence[str | nodes.Node]],
    widths: Sequence[int],
    anchors: Sequence[str] = (),
) -> nodes.table:
    table = nodes.table()
    group = nodes.tgroup(cols=len(head))
    table += group
    for width in widths:
        group += nodes.colspec(colwidth=width)
    group += nodes.thead("", _row(head))
    body = nodes.tbody()
    for position, cells in enumerate(rows):
        row = _row(cells)
        if anchors:
            row["ids"].append(anchors[position])
        body += row
    group += body
    return table


def _row(cells: Iterable[str | nodes.Node]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        content = cell if isinstance(cell, nodes.Node) else nodes.paragraph("", str(cell))
        row += nodes.entry("", content)
    return row


def _link(env: Any, page: str, anchor: str, text: str) -> nodes.Node:
    """A link to an anchor of a page of the book; plain text where the book has no such page."""
    if page not in env.found_docs:
        return nodes.inline("", text)
    here = env.app.builder.get_relative_uri(env.docname, page)
    target = f"#{anchor}" if page == env.docname else f"{here}#{anchor}"
    return nodes.reference("", text, internal=True, refuri=target)


def _tip(record: dict[str, Any]) -> str:
    tip = f"Bounds: {_exact(record)} ({record['unit']}). Formula: {record['formula']}."
    if record["assumptions"]:
        tip += f" Assumes that {'; '.join(record['assumptions'])}."
    return tip


def _exact(record: dict[str, Any]) -> str:
    if record["unit"] == "text":
        return record["text"]
    if "value" in record:
        return f"{record['value']:,}"
    low, high = record["low"], record["high"]
    if low is None and high is None:
        return "nothing in the package bounds it"
    if low is None or high is None:
        return f"at most {high:,}" if low is None else f"at least {low:,}"
    return f"{low:,} to {high:,}"


def _data(app: Sphinx) -> dict[str, Any]:
    return app.config._pensionbook_data


def _load(app: Sphinx, config: Any) -> None:
    path = Path(app.srcdir) / DATA_FILE
    empty = {"values": {}, "figures": [], "counts": {}, "troubled": []}
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else empty
    object.__setattr__(config, "_pensionbook_data", found)


def _visit_html(translator: Any, node: ValueNode) -> None:
    translator.body.append(f'<span class="{" ".join(node["classes"])}">')


def _depart_html(translator: Any, node: ValueNode) -> None:
    translator.body.append(f'<span class="value-tip" role="tooltip">{escape(node["tip"])}</span>')
    translator.body.append("</span>")


def _pass(_translator: Any, _node: ValueNode) -> None:
    """Other formats show the text alone."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the role, the directives and the data they read."""
    app.connect("config-inited", _load)
    app.connect("doctree-read", check_prose)
    app.connect("env-check-consistency", check_use)
    app.add_role("value", ValueRole())
    app.add_role("printed", FigureRole())
    app.add_directive("register", RegisterDirective)
    app.add_directive("verdicts", VerdictsDirective)
    app.add_directive("values", ValuesDirective)
    app.add_node(
        ValueNode,
        html=(_visit_html, _depart_html),
        latex=(_pass, _pass),
        text=(_pass, _pass),
        epub=(_visit_html, _depart_html),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
