"""The Table Schemas applied to the tables, by frictionless, and its findings in plain words."""

from __future__ import annotations

import re
import unicodedata
from copy import deepcopy
from typing import Any

from pensionbook.data.findings import Findings
from pensionbook.data.numerals import explain_numeral
from pensionbook.data.signs import CONTROLS, undrawn
from pensionbook.data.tables import DESCRIPTOR, RawPackage, RawTable, table_schema
from pensionbook.errors import listed, nearest, quote

_NUMERALS = ("printed", "coefficient", "scale", "low", "high", "rounded_to")
_PERIODS = ("period", "base_period", "valid_from", "valid_to")
_ID_LISTS = ("barrier", "figures")
_TEXTS = re.compile(
    "locator|note|name_.*|definition_.*|assumption|why|lever|responsible|precedent|kind|source|text|translation"
)
# What charts write beside their bars and lines.
_DRAWN = re.compile("name_.*|lever|translation")
_FORMULA_SIGNS = "=+-@＝＋－＠"
_ENTRIES_WITH_RULES = frozenset(
    [
        *("name", "title", "title_zh", "description", "created", "licenses", "sources"),
        *("resources", "path", "pensionbook"),
    ]
)


def check_structure(raw: RawPackage, findings: Findings) -> None:
    """Note every cell that breaks a rule of its Table Schema, and every repeated id."""
    _check_descriptor(raw, findings)
    for name, table in raw.tables.items():
        columns = [c for c in table_schema(name)["fields"] if c["name"] in table.columns]
        _check_cells(table, columns, findings)
        for number, column in enumerate(columns):
            if column["constraints"].get("unique"):
                _check_unique(table, number, findings)


def _check_cells(table: RawTable, columns: list[dict[str, Any]], findings: Findings) -> None:
    # Imported here, as it takes a third of a second that loading without a check need not spend.
    # Only its fields read the cells: its resources check the schema as well, each time, and load
    # a validator for that which takes another second. A test puts the packages through those.
    from frictionless.fields import StringField

    readers = [
        StringField(name=c["name"], constraints=dict(c["constraints"])).create_cell_reader()
        for c in columns
    ]
    for line, cells in zip(table.lines, table.rows, strict=True):
        if not any(cells):
            findings.add(table.file, line, None, "an empty row", "fill it or delete it")
            continue
        for column, reader, cell in zip(columns, readers, cells, strict=True):
            _, notes = reader(cell)
            name = column["name"]
            if notes:
                trouble = explain_cell(name, cell, column["constraints"])
                findings.add(table.file, line, name, *trouble)
            elif CONTROLS.search(cell):
                findings.add(table.file, line, name, *with_a_control(cell))
            elif _DRAWN.fullmatch(name) and (sign := undrawn(cell)):
                findings.add(table.file, line, name, *not_drawn(cell, sign))


def _check_unique(table: RawTable, number: int, findings: Findings) -> None:
    first_line: dict[str, int] = {}
    for line, cells in zip(table.lines, table.rows, strict=True):
        cell = cells[number]
        if cell and cell in first_line:
            findings.add(
                table.file,
                line,
                table.columns[number],
                f"{quote(cell)} stands already in row {first_line[cell]}",
                "write another id, each may stand only once",
            )
        first_line.setdefault(cell, line)


def _check_descriptor(raw: RawPackage, findings: Findings) -> None:
    """Note what breaks the Data Package standard in entries that have no rule of our own."""
    if not raw.descriptor or findings.has(DESCRIPTOR):
        return
    entries = [raw.descriptor, *raw.descriptor["resources"]]
    if all(_ENTRIES_WITH_RULES.issuperset(entry) for entry in entries):
        return
    from frictionless import FrictionlessException, Package, system

    try:
        with system.use_context(trusted=False):
            descriptor = deepcopy(raw.descriptor)
            if "created" in descriptor:
                # YAML reads a day as a date, the standard wants a text.
                descriptor["created"] = str(descriptor["created"])
            Package.from_descriptor(descriptor)
    except FrictionlessException as exception:
        for error in exception.reasons or [exception.error]:
            findings.add(DESCRIPTOR, None, None, error.note, "write it so or delete the entry")


def explain_cell(column: str, cell: str, constraints: dict[str, Any]) -> tuple[str, str]:
    """What was found in a cell that breaks a constraint, and what to write instead."""
    found = f"found {quote(cell)}"
    choices = constraints.get("enum")
    if not cell:
        found = "found an empty cell"
        if not choices:
            return found, "write something, this column may not be empty"
    if choices:
        return found, f"write one of {listed(choices)}{nearest(cell, choices)}"
    if column in _NUMERALS:
        # explain_numeral knows all that the schema's pattern refuses; the rest is a fraction
        # where only decimals may stand.
        ranges = column == "printed"
        trouble = explain_numeral(cell, fractions=False, ranges=ranges)
        return trouble or (found, "write a plain numeral")
    if column == "published":
        return found, "write a year, a month or a day, such as 2019-11-22"
    if column == "language":
        return found, "write a language's code such as zh_CN"
    if column in _PERIODS:
        return found, _period_advice(cell)
    if _TEXTS.fullmatch(column):
        return _explain_text(cell, constraints)
    if len(cell) > constraints.get("maxLength", len(cell)):
        return f"found {len(cell)} characters", f"write at most {constraints['maxLength']}"
    if column in _ID_LISTS:
        return found, "write ids with a semicolon between them and no spaces"
    letter = ", beginning with a letter" if column in ("figure_id", "identity_id") else ""
    return found, f"write small letters a to z, digits and underscores only{letter}"


def _period_advice(cell: str) -> str:
    advice = "write a year such as 1999 or a month such as 2002-09"
    cell = unicodedata.normalize("NFKC", cell).strip()
    two = re.fullmatch(
        r"([12][0-9]{3})\s*年?\s*(?:-|/|–|—|~|至)\s*([0-9]{2}|[12][0-9]{3})\s*年?度?", cell
    )
    if two and int(two[2]) % 100 == (int(two[1]) + 1) % 100 and ("/" in cell or len(two[2]) == 4):
        first, after = two[1], str(int(two[1]) + 1)
        month = f", the month {first}-{after[2:]}" if 1 <= int(after[2:]) <= 12 else ""
        return (
            "it may be a fiscal year; write its months, such as "
            f"{first}-04/{after}-03{month}, or two years {first}/{after}"
        )
    digits = re.fullmatch(r"([12][0-9]{3})\s*[-./年 ]\s*([0-9]{1,2})\s*月?", cell)
    if digits and 1 <= int(digits[2]) <= 12:
        return f"write {digits[1]}-{int(digits[2]):02d}"
    year = re.fullmatch(r"([12][0-9]{3})\s*年?(年底|年末)?", cell)
    if year:
        return f"write {year[1]}"
    span = _span_in_words(cell)
    return f"write {span}" if span else f"{advice}, or several months of a flow as 2003-01/09"


_PARTS_OF_A_YEAR = {
    **{f"{q}{n}": (3 * n - 2, 3 * n) for n in (1, 2, 3, 4) for q in ("Q", "q", "季")},
    **{f"第?{zh}季度?": (3 * n - 2, 3 * n) for n, zh in enumerate("一二三四", start=1)},
    **{f"前{zh}个?季度": (1, 3 * n) for n, zh in enumerate("一二三", start=1)},
    **{f"[Hh]{n}": (6 * n - 5, 6 * n) for n in (1, 2)},
    "上半年": (1, 6),
    "下半年": (7, 12),
}


def _span_in_words(cell: str) -> str:
    """Several months written another way: 2003Q3, 2003年1-9月, 2003年上半年; "" for none."""
    months = re.fullmatch(
        r"([12][0-9]{3})\s*[年-]\s*([0-9]{1,2})\s*月?\s*[-–—~至到]\s*([0-9]{1,2})\s*月?", cell
    )
    if months and 1 <= int(months[2]) < int(months[3]) <= 12:
        return f"{months[1]}-{int(months[2]):02}/{int(months[3]):02}"
    for words, (first, last) in _PARTS_OF_A_YEAR.items():
        if match := re.fullmatch(rf"([12][0-9]{{3}})\s*[年-]?\s*{words}", cell):
            return f"{match[1]}-{first:02}/{last:02}"
    return ""


def _explain_text(cell: str, constraints: dict[str, Any]) -> tuple[str, str]:
    longest = constraints.get("maxLength", len(cell))
    if len(cell) > longest:
        return f"found {len(cell)} characters", f"write at most {longest}"
    if cell != cell.strip():
        return f"found {quote(cell)}, with a space at an end", "take the space away"
    if cell[0] in _FORMULA_SIGNS:
        return (
            f"found {quote(cell)}, which a spreadsheet would run as a formula",
            f"begin the text with another sign than {cell[0]}",
        )
    if re.search("<[A-Za-z/!?]", cell):
        return f"found {quote(cell)}, with an HTML tag", "write plain text without tags"
    return with_a_control(cell)


def with_a_control(text: str) -> tuple[str, str]:
    """What was found in a text with a sign of :data:`CONTROLS`, and what to write instead."""
    return f"found {quote(text)}, with a control character", "take it away"


def not_drawn(text: str, sign: str) -> tuple[str, str]:
    """What was found in a name that charts cannot draw, and what to write instead."""
    what = unicodedata.name(sign, "a sign without a name").lower()
    return (
        f"found {quote(text)}, with {what} (U+{ord(sign):04X}), which the charts' fonts lack",
        "write the name in Latin or Chinese letters",
    )
