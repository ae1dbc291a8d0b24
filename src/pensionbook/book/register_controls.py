"""What the register's page tells its script: the words of the controls, and what rows sort by.

Without the script the whole table stands; ``_static/register.js`` adds a search box, a choice of
verdicts and sorting by column.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from docutils import nodes

from pensionbook.language.messages import mark, translate
from pensionbook.report.figures_in_words import VERDICT_WORDS, verdict_word

HEADS = {
    "where": mark("Where"),
    "measure": mark("What it measures"),
    "printed": mark("Printed"),
    "read": mark("Stands for"),
    "verdict": mark("Verdict"),
    "implied": mark("The others allow"),
    "remark": mark("Remark"),
}
# What is in braces the script fills in.
_WORDS = {
    "region": mark("Search and sort the register"),
    "search": mark("Search"),
    "hint": mark("All words must occur, for example contributors 2000"),
    "verdicts": mark("Show only"),
    "count": mark("{shown} of {all} figures"),
    "linked": mark("{shown} of {all} figures, and the linked one"),
    "reset": mark("Show all"),
    "sort": mark("Sort by"),
    "ascending": mark("{column}, ascending"),
    "descending": mark("{column}, descending"),
}
# Columns that sort; the others carry running text.
_SORTS = {"where": "number", "measure": "text", "printed": "number", "read": "number",
          "verdict": "number", "implied": "number"}  # fmt: skip


def tools_node(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], language: str
) -> nodes.Node:
    """The place where the script puts its controls, with all that it has to know.

    Args:
        rows: records of the register, in the order of the source.
        columns: names of the table's columns, keys of :data:`HEADS`.
        language: of the words.
    """
    verdicts = list(VERDICT_WORDS)
    found = {row["verdict"] for row in rows}
    places = list(dict.fromkeys(row["locator"] for row in rows))
    told = {
        "words": {name: translate(word, language) for name, word in _WORDS.items()},
        "columns": [
            {"name": name, "head": translate(HEADS[name], language), "sort": _SORTS.get(name)}
            for name in columns
        ],
        "verdicts": [
            {"name": name, "word": verdict_word(name, language)}
            for name in verdicts
            if name in found
        ],
        "rows": [
            {
                "verdict": row["verdict"],
                "where": places.index(row["locator"]),
                "rank": verdicts.index(row["verdict"]),
                **row.get("order", {}),
            }
            for row in rows
        ],
    }
    text = escape(json.dumps(told, ensure_ascii=False, separators=(",", ":")))
    html = f'<div class="register-tools web-only" data-register="{text}"></div>\n'
    return nodes.raw("", html, format="html")
