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

HEADS = {
    "en": {
        "where": "Where", "measure": "What it measures", "printed": "Printed",
        "read": "Stands for", "verdict": "Verdict", "implied": "The others allow",
        "remark": "Remark",
    },
    "zh_CN": {
        "where": "出处", "measure": "所指", "printed": "原文数字", "read": "可能的真值",
        "verdict": "结论", "implied": "其他数字容许的范围", "remark": "说明",
    },
}  # fmt: skip
VERDICT_WORDS = {
    "en": {
        "inconsistent": "inconsistent", "disputed": "disputed", "truncated": "truncated",
        "consistent": "consistent", "untested": "untested",
    },
    "zh_CN": {
        "inconsistent": "矛盾", "disputed": "存疑", "truncated": "截尾", "consistent": "相符",
        "untested": "无从检验",
    },
}  # fmt: skip
_WORDS = {
    "en": {
        "region": "Search and sort the register",
        "search": "Search",
        "hint": "All words must occur, for example contributors 2000",
        "verdicts": "Show only",
        "count": "{shown} of {all} figures",
        "linked": "{shown} of {all} figures, and the linked one",
        "reset": "Show all",
        "sort": "Sort by",
        "ascending": "{column}, ascending",
        "descending": "{column}, descending",
    },
    "zh_CN": {
        "region": "检索与排序",
        "search": "检索",
        "hint": "各词须同时出现，例如：参保 2000",
        "verdicts": "只看",
        "count": "共 {all} 个数字，显示 {shown} 个",
        "linked": "共 {all} 个数字，显示 {shown} 个，另有链接所指的一个",
        "reset": "全部显示",
        "sort": "排序",
        "ascending": "{column}，升序",
        "descending": "{column}，降序",
    },
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
    verdicts = list(VERDICT_WORDS["en"])
    found = {row["verdict"] for row in rows}
    places = list(dict.fromkeys(row["locator"] for row in rows))
    told = {
        "words": _WORDS[language],
        "columns": [
            {"name": name, "head": HEADS[language][name], "sort": _SORTS.get(name)}
            for name in columns
        ],
        "verdicts": [
            {"name": name, "word": VERDICT_WORDS[language][name]}
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
