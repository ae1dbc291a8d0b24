"""Tables of the book: the register, the verdicts, the named values, and tables of notebooks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from pensionbook.book.data import (
    REGISTER_PAGE,
    book_data,
    bounds_text,
    figure_anchor,
    link_to,
    unit_text,
)
from pensionbook.book.register_controls import HEADS, tools_node
from pensionbook.data.addresses import is_address, short_address
from pensionbook.language.messages import translate
from pensionbook.language.numbers import enumerated, is_whole
from pensionbook.report.figures_in_words import verdict_word

_WIDTHS = {
    "where": 8, "measure": 22, "printed": 12, "read": 12, "verdict": 10, "implied": 14,
    "remark": 22,
}  # fmt: skip


class RegisterDirective(SphinxDirective):
    """All printed figures as a table with an anchor a row."""

    has_content = False
    option_spec: ClassVar = {"only": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """A table, or a sentence when no figure has the wanted verdicts."""
        data = book_data(self.env.app)
        wanted = self.options.get("only", "").split()
        rows = [r for r in data["figures"] if not wanted or r["verdict"] in wanted]
        if not rows:
            text = translate(
                "No printed figure of this edition has this verdict.", data["language"]
            )
            return [nodes.paragraph("", text, translatable=False, classes=["generated"])]
        anchors = [] if wanted else [figure_anchor(row["id"]) for row in rows]
        # Under a heading that names the verdict its column is left out, and so is the reading.
        columns = [name for name in _WIDTHS if not (wanted and name in ("verdict", "read"))]
        language = data["language"]
        table = make_table(
            [translate(HEADS[name], language) for name in columns],
            [
                [_register_cell(row, name, language, bool(wanted)) for name in columns]
                for row in rows
            ],
            [_WIDTHS[name] for name in columns],
            anchors,
        )
        table["classes"] += ["troubled" if wanted else "register", "generated"]
        if any(is_address(row["locator"]) for row in rows):
            table["classes"].append("with-pages")
        return [table] if wanted else [tools_node(rows, columns, language), table]


class EvidenceDirective(SphinxDirective):
    """The figures of other packages that values of this edition rest on."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """For each package its title and a table with an anchor a row; a sentence without any."""
        data = book_data(self.env.app)
        language = data["language"]
        if not data["evidence"]:
            text = translate("No value of this edition rests on another source.", language)
            return [nodes.paragraph("", text, translatable=False, classes=["generated"])]
        found: list[nodes.Node] = []
        for name, own in data["evidence"].items():
            title = translate("{title} (package {name})", language, title=own["title"], name=name)
            rows = [
                [_register_cell(row, column, language, False) for column in _WIDTHS]
                for row in own["figures"]
            ]
            heads = [translate(HEADS[column], language) for column in _WIDTHS]
            anchors = [figure_anchor(row["id"]) for row in own["figures"]]
            table = make_table(heads, rows, list(_WIDTHS.values()), anchors)
            table["classes"] += ["cited", "generated"]
            found += [nodes.rubric("", title, translatable=False, classes=["generated"]), table]
        return found


class VerdictsDirective(SphinxDirective):
    """How many figures have each verdict."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """A table of verdicts and counts, the total last."""
        data = book_data(self.env.app)
        counts, language = data["counts"], data["language"]
        rows = [(verdict_word(name, language), str(count)) for name, count in counts.items()]
        rows.append((translate("all", language), str(sum(counts.values()))))
        heads = (translate("Verdict", language), translate("Figures", language))
        table = make_table(heads, rows, (50, 50))
        table["classes"] += ["generated"]
        return [table]


class ValuesDirective(SphinxDirective):
    """All named values as a table with an anchor a row."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """A table of values with unit, formula and the figures under them."""
        data = book_data(self.env.app)
        values, language = data["values"], data["language"]
        if not values:
            text = translate("No notebook of this edition records a value.", language)
            return [nodes.paragraph("", text, translatable=False, classes=["generated"])]
        records = [r for _, r in sorted(values.items()) if r["unit"] != "text"]
        rows: list[tuple[Any, ...]] = []
        comma = enumerated(["", ""], language)
        for record in records:
            basis, formula = nodes.paragraph(), record["formula"]
            for position, figure in enumerate(record["figures"]):
                if position:
                    basis += nodes.Text(comma)
                basis += link_to(self.env, REGISTER_PAGE, figure_anchor(figure), figure)
            rows.append(
                (
                    record["id"],
                    record["text"],
                    unit_text(record, data) or "—",
                    bounds_text(record, language),
                    translate(formula, language),
                    basis if record["figures"] else "—",
                )
            )
        table = make_table(
            (
                translate("Value", language),
                translate("As printed here", language),
                translate("Unit", language),
                translate("Bounds", language),
                translate("Formula", language),
                translate("Rests on", language),
            ),
            rows,
            (17, 12, 8, 17, 23, 23),
            [f"value-{record['id']}" for record in records],
        )
        table["classes"] += ["values", "generated"]
        return [table]


class DataTableDirective(SphinxDirective):
    """A notebook's table, as JSON of heads, sides and rows; its argument is the caption."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """A table, numbered when it has a caption and a name."""
        record = json.loads("\n".join(self.content))
        width = 100 // max(len(record["heads"]), 1)
        table = make_table(record["heads"], record["rows"], [width] * len(record["heads"]))
        for row in table.findall(nodes.row):
            head = isinstance(row.parent, nodes.thead)
            for entry, side in zip(row.findall(nodes.entry), record["sides"], strict=True):
                whole = not head and is_whole(entry.astext())
                entry["classes"] += [side, "whole"] if whole else [side]
        table["classes"] += ["pb-table", "colwidths-auto", "generated"]
        if not self.arguments or not self.arguments[0].strip():
            return [table]
        children, messages = self.state.inline_text(self.arguments[0], self.lineno)
        title = nodes.title(self.arguments[0], "", *children)
        title.source, title.line = self.get_source_info()
        table.insert(0, title)
        self.add_name(table)
        return [table, *messages]


def _register_cell(
    row: dict[str, Any], column: str, language: str, brief: bool
) -> str | list[nodes.Node]:
    if column == "where":
        return _place(row["locator"])
    if column == "printed":
        return row["as_printed"]
    if column == "verdict":
        word = verdict_word(row["verdict"], language)
        return [nodes.paragraph("", word, classes=[f"verdict-{row['verdict']}"])]
    if column == "measure" and not brief:
        # The id is how the list of values names the figure, and a link to keep.
        link = nodes.reference("", row["id"], internal=True, refuri=f"#{figure_anchor(row['id'])}")
        return [
            nodes.paragraph("", row["measure"]),
            nodes.paragraph("", "", link, classes=["figure-id"]),
        ]
    return row[column] or "—"


def _place(locator: str) -> str | list[nodes.Node]:
    """A place in the source; a page of the web as a link."""
    if not is_address(locator):
        return locator
    link = nodes.reference("", short_address(locator), internal=False, refuri=locator)
    return [nodes.paragraph("", "", link, classes=["page"])]


def make_table(
    head: Sequence[str],
    rows: Iterable[Sequence[str | nodes.Node | list[nodes.Node]]],
    widths: Sequence[int],
    anchors: Sequence[str] = (),
) -> nodes.table:
    """A table of texts and nodes.

    Args:
        widths: of the columns, relative to one another.
        anchors: ids of the rows, where they have any.
    """
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


def _row(cells: Iterable[str | nodes.Node | list[nodes.Node]]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        content = [nodes.paragraph("", cell)] if isinstance(cell, str) else cell
        row += nodes.entry("", *(content if isinstance(content, list) else [content]))
    return row
