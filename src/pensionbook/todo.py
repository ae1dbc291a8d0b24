"""What is still to do in a data package that has no problems: examples, gaps, dates.

A to-do is no error. A skeleton made by ``pensionbook new`` passes the check and has many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pensionbook.errors import Problem, quote
from pensionbook.reading import DESCRIPTOR, RawPackage, RawTable

EXAMPLE = "# example:"
_PLACEHOLDER = re.compile(r"to do\b|待填", re.IGNORECASE)
_VOCABULARIES = ("indicators", "groups", "areas", "units")
_PERIODS = ("baseline", "as_of")


def to_do(raw: RawPackage) -> list[Problem]:
    """What a package without problems still waits for, by file and row.

    Texts that begin with "To do" or 待填, a table of figures without rows, dates in
    ``datapackage.yaml`` of which no figure speaks, example rows, and other rows that are not read
    because they begin with ``#``.
    """
    notes = list(_in_descriptor(raw.descriptor))
    notes += _dates(raw)
    for name, table in raw.tables.items():
        if name == "figures" and not table.rows:
            mend = "type the first printed figure into a row of its own"
            notes.append(Problem(table.file, None, None, "no figures yet", mend))
        if name in _VOCABULARIES:
            notes += _in_rows(table)
        notes += _comments(table)
    return notes


def _in_descriptor(entry: Any, place: str = "") -> Iterator[Problem]:
    if isinstance(entry, dict):
        for key, value in entry.items():
            yield from _in_descriptor(value, f"{place}, {key}" if place else str(key))
    elif isinstance(entry, list):
        for number, value in enumerate(entry, start=1):
            yield from _in_descriptor(value, f"{place} {number}")
    elif isinstance(entry, str) and _PLACEHOLDER.match(entry):
        yield Problem(DESCRIPTOR, None, place, f"found {quote(entry)}", "write it in words")


def _dates(raw: RawPackage) -> Iterator[Problem]:
    """Dates that the report is to speak of and no figure does."""
    own = raw.descriptor.get("pensionbook", {})
    parameters = own.get("parameters", {}) if isinstance(own, dict) else {}
    table = raw.tables.get("figures")
    if not isinstance(parameters, dict) or table is None or not table.rows:
        return
    columns = [table.columns.index(name) for name in ("period", "base_period")]
    dates = {row[column] for row in table.rows for column in columns} - {""}
    for name in _PERIODS:
        date = str(parameters.get(name, ""))
        if date and date not in dates:
            found = f"found {quote(date)}, a date of which no figure speaks"
            mend = f"write a date of {table.file}, from {min(dates)} to {max(dates)}"
            yield Problem(DESCRIPTOR, None, f"pensionbook, parameters, {name}", found, mend)


def _in_rows(table: RawTable) -> Iterator[Problem]:
    for line, row in zip(table.lines, table.rows, strict=True):
        for column, cell in zip(table.columns, row, strict=True):
            if _PLACEHOLDER.match(cell):
                yield Problem(table.file, line, column, f"found {quote(cell)}", "write it in words")


def _comments(table: RawTable) -> Iterator[Problem]:
    """One note for each example, though it be of several rows, and one for the other comments."""
    examples = [line for line, cell in table.comments if cell.startswith(EXAMPLE)]
    others = [line for line, cell in table.comments if not cell.startswith(EXAMPLE)]
    if examples:
        several = len(examples) > 1
        rows = f"rows {_listed(examples)}" if several else f"row {examples[0]}"
        yield Problem(
            f"{table.file} {rows}",
            None,
            None,
            f"{'examples' if several else 'an example'}, not read",
            f"delete {'them' if several else 'it'}, or write your own over "
            f"{'them' if several else 'it'} and take {EXAMPLE!r} away",
        )
    if others:
        several = len(others) > 1
        yield Problem(
            f"{table.file} row{'s' * several} {_listed(others)}",
            None,
            None,
            f"{'they begin' if several else 'it begins'} with # and "
            f"{'are' if several else 'is'} not read",
            f"take the # away, delete {'them' if several else 'it'}, or keep "
            f"{'them as remarks' if several else 'it as a remark'}",
        )


def _listed(lines: list[int], most: int = 6) -> str:
    """Line numbers in words: ``2 to 4``, or ``2, 5, 9``."""
    if len(lines) > 1 and lines[-1] - lines[0] == len(lines) - 1:
        return f"{lines[0]} to {lines[-1]}"
    shown = ", ".join(map(str, lines[:most]))
    return shown if len(lines) <= most else f"{shown} and {len(lines) - most} more"
