"""The book's page of revisions: what moved since an earlier release."""

from __future__ import annotations

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from pensionbook.book.data import book_data
from pensionbook.book.tables import make_table
from pensionbook.language.messages import translate


class RevisionsDirective(SphinxDirective):
    """The comparison with an earlier release, in sentences and tables."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Sentences and tables; one sentence where the edition is compared with nothing."""
        data = book_data(self.env.app)
        found = data["revisions"]
        if not found:
            text = translate(
                "This edition is not compared with an earlier release.", data["language"]
            )
            return [_said(text)]
        written: list[nodes.Node] = [_said(line) for line in found["summary"]]
        for own in found["tables"]:
            title = nodes.rubric("", own["title"], translatable=False, classes=["generated"])
            width = 100 // len(own["columns"])
            table = make_table(
                own["columns"],
                [_cells(row, finding) for row, finding in own["rows"]],
                [width] * len(own["columns"]),
            )
            table["classes"] += ["revisions", "generated"]
            written += [title, table]
            if own["left_out"]:
                written.append(_said(own["left_out"]))
        return written


def _said(text: str) -> nodes.paragraph:
    return nodes.paragraph("", text, translatable=False, classes=["generated"])


def _cells(row: list[str], finding: bool) -> list[str | nodes.Node]:
    """The cells of a row; the name of what alters a finding is emphasised."""
    name = nodes.paragraph("", "", nodes.strong("", row[0])) if finding else row[0]
    return [name, *row[1:]]
