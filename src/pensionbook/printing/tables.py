"""Tables for print: cells without paragraphs, sides, and columns as wide as their content needs."""

from __future__ import annotations

import re
import unicodedata
from math import ceil

from lxml import etree

# Characters that one line of a full-width table holds, by the size its kind is set in. Chinese
# tables are set larger.
_CAPACITY = {"plain": 92, "troubled": 112, "register": 190, "cited": 190, "values": 190}
_CHINESE_TYPE = 0.85
_FULL_WIDTH = ("troubled", "register", "values")
# Room that a cell needs beside its text, in characters.
_PADDING = 3
_LEAST = 4
# Words up to the first of these lengths that all columns together have room for stay whole.
_WHOLE_WORDS = (60, 44, 36, 28, 22, 16)
_BREAKS = re.compile(r"[\s/–—]+")
_BREAKABLE = re.compile(r"([_\[\],.=+])(?=\S)")
_ZERO_WIDTH_SPACE = "\u200b"
# A run of Chinese this wide may be broken; a shorter one is a term or a place in the source.
_WHOLE_CHINESE = 14
_WHOLE_NUMBER = 16
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")


def lay_out(table: etree._Element, language: str) -> None:
    """Make a table of a web page fit for print, in place.

    Cells lose the paragraphs around their text, numbers stand on the right, and a ``colgroup``
    gives each column its share of the line; narrow tables keep less than the whole line.
    """
    classes = set(table.get("class", "").split())
    kind = next((name for name in _CAPACITY if name in classes), "plain")
    table.set("class", kind)
    rows = [list(row.iterchildren("td", "th")) for row in table.iter("tr")]
    columns = max((len(row) for row in rows), default=0)
    lengths: list[list[int]] = [[] for _ in range(columns)]
    words: list[int] = [1] * columns
    for row in rows:
        for position, cell in enumerate(row):
            _plain_cell(cell)
            text = " ".join("".join(cell.itertext()).split())
            lengths[position].append(_width(text))
            whole = "whole" in cell.get("class", "").split() or _is_short_number(text)
            word = _width(text) if whole else max(map(_unbroken, _BREAKS.split(text)))
            words[position] = max(words[position], word)
            cell.attrib.pop("class", None)
    capacity = _CAPACITY[kind] * (_CHINESE_TYPE if language.startswith("zh") else 1)
    shares, longest = _shares(lengths, words, capacity)
    for row in rows:
        for cell in row:
            _allow_breaks(cell, longest)
    if kind in _FULL_WIDTH:
        shares = [share / sum(shares) for share in shares]
    for old in table.findall("colgroup"):
        old.drop_tree()
    group = etree.Element("colgroup")
    for share in shares:
        etree.SubElement(group, "col", style=f"width: {100 * share:.2f}%")
    position = 1 if len(table) and table[0].tag == "caption" else 0
    table.insert(position, group)


def _plain_cell(cell: etree._Element) -> None:
    classes = cell.get("class", "").split()
    paragraphs = list(cell.iterchildren("p"))
    if len(paragraphs) == 1:
        paragraphs[0].drop_tag()
    cell.attrib.pop("style", None)
    if "number" in classes or "text-right" in classes:
        cell.set("style", "text-align: right")


def _width(text: str) -> int:
    """Width in Latin characters; a Chinese one takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _is_short_number(text: str) -> bool:
    """Whether a number with its unit, or a range, is short enough to stay on one line."""
    return text[:1] in "−-0123456789" and _width(text) <= _WHOLE_NUMBER


def _unbroken(word: str) -> int:
    width = _width(word)
    return _WHOLE_CHINESE if width > _WHOLE_CHINESE and _CHINESE.search(word) else width


def _allow_breaks(cell: etree._Element, longest: int) -> None:
    """Let words longer than this break at their signs."""
    words = re.compile(rf"\S{{{longest + 1},}}")

    def broken(text: str | None) -> str | None:
        if text is None:
            return None
        return words.sub(lambda word: _BREAKABLE.sub(rf"\1{_ZERO_WIDTH_SPACE}", word[0]), text)

    for element in cell.iter():
        element.text = broken(element.text)
        if element is not cell:
            element.tail = broken(element.tail)


def _shares(lengths: list[list[int]], words: list[int], capacity: float) -> tuple[list[float], int]:
    """Each column's part of the line, one in all at most, and how long words stay whole."""
    natural = [max(_LEAST, *column) + _PADDING for column in lengths]
    if sum(natural) <= capacity:
        return [width / capacity for width in natural], max(natural)
    # Long columns share what the longest words of all leave over, by how long they usually are.
    usual = [sorted(column)[ceil(0.85 * (len(column) - 1))] for column in lengths]
    least: list[int] = []
    for most in _WHOLE_WORDS:
        least = [max(_LEAST, min(word, most)) + _PADDING for word in words]
        if sum(least) <= capacity:
            break
    room = max(capacity - sum(least), 0)
    wanted = [
        max(max(length, 1) - low, 0) ** 0.75 for length, low in zip(usual, least, strict=True)
    ]
    total = sum(wanted) or 1
    widths = [low + room * want / total for low, want in zip(least, wanted, strict=True)]
    return [width / sum(widths) for width in widths], most
