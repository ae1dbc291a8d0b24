"""What is still to do in a data package that has no problems: examples, gaps, dates.

A to-do is no error. A skeleton made by ``pensionbook new`` passes the check and has many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pensionbook.data.periods import end_in_years, is_period
from pensionbook.data.tables import DESCRIPTOR, RawPackage, RawTable
from pensionbook.errors import quote

EXAMPLE = "# example:"
_PLACEHOLDER = re.compile(r"\s*(?:to do|待填)\b\s*[:：]?\s*", re.IGNORECASE)
_VOCABULARIES = ("indicators", "groups", "areas", "units")
_PERIODS = ("baseline", "as_of")


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing to do; ``place`` is in the file, a clause or "", ``what`` in the imperative."""

    file: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}{self.place}: {self.what}"


def to_do(raw: RawPackage) -> list[ToDo]:
    """What a package without problems still waits for, by file and row.

    Texts that begin with "To do" or 待填, a table of figures without rows, dates in
    ``datapackage.yaml`` of which no figure speaks, example rows, and other rows that are not read
    because they begin with ``#``.
    """
    notes = list(_in_descriptor(raw.descriptor))
    notes += _dates(raw)
    notes += _newer(raw)
    for name, table in raw.tables.items():
        if name == "figures" and not table.rows:
            notes.append(ToDo(table.file, "", "no figures yet; type the first into a row"))
        if name in _VOCABULARIES:
            notes += _in_rows(table)
        notes += _comments(table)
    return notes


def _in_descriptor(entry: Any, place: str = "") -> Iterator[ToDo]:
    if isinstance(entry, dict):
        for key, value in entry.items():
            yield from _in_descriptor(value, f"{place}, {key}")
    elif isinstance(entry, list):
        for number, value in enumerate(entry, start=1):
            yield from _in_descriptor(value, f"{place} {number}")
    elif isinstance(entry, str):
        yield from _placeholder(DESCRIPTOR, place, entry)


def _placeholder(file: str, place: str, text: str) -> Iterator[ToDo]:
    found = _PLACEHOLDER.match(text)
    if found:
        wanted = text[found.end() :].strip()
        yield ToDo(file, place, f"write {wanted}" if wanted else f"found {quote(text)}; write it")


def _dates(raw: RawPackage) -> Iterator[ToDo]:
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
            known = min(dates) if len(dates) == 1 else f"{min(dates)} to {max(dates)}"
            what = f"no figure speaks of {quote(date)}; write a date of {table.file} ({known})"
            yield ToDo(DESCRIPTOR, f", parameters, {name}", what)


def _newer(raw: RawPackage) -> Iterator[ToDo]:
    """Contributors of a later date than the report speaks of, which it would pass over."""
    own = raw.descriptor.get("pensionbook", {})
    parameters = own.get("parameters", {}) if isinstance(own, dict) else {}
    table = raw.tables.get("figures")
    if not isinstance(parameters, dict) or table is None or "as_of" not in parameters:
        return
    as_of, area = str(parameters["as_of"]), str(parameters.get("area", ""))
    dates = [
        record["period"]
        for record in table.records()
        if (record["indicator"], record["area"]) == ("contributors", area)
    ]
    newest = max(dates, key=end_in_years, default="")
    if newest and is_period(as_of) and end_in_years(newest) > end_in_years(as_of):
        what = f"contributors are known for {newest}; let the report speak of that date"
        yield ToDo(DESCRIPTOR, ", parameters, as_of", what)


def _in_rows(table: RawTable) -> Iterator[ToDo]:
    for line, row in zip(table.lines, table.rows, strict=True):
        for column, cell in zip(table.columns, row, strict=True):
            yield from _placeholder(table.file, f" row {line}, column {column}", cell)


def _comments(table: RawTable) -> Iterator[ToDo]:
    """One note for each example, though it be of several rows, and one for the other comments."""
    examples = [line for line, cell in table.comments if cell.startswith(EXAMPLE)]
    others = [line for line, cell in table.comments if not cell.startswith(EXAMPLE)]
    if examples:
        what, it = ("an example", "it") if len(examples) == 1 else ("examples", "them")
        mend = f"write yours without #, or delete {it}"
        yield ToDo(table.file, _rows(examples), f"{what}; {mend}")
    if others:
        why, it = ("it begins", "it") if len(others) == 1 else ("they begin", "them")
        mend = f"take the # away, or keep {it} for people to read"
        yield ToDo(table.file, _rows(others), f"not read, as {why} with #; {mend}")


def _rows(lines: list[int], most: int = 6) -> str:
    """Line numbers in words: `` row 2``, `` rows 2-4``, `` rows 2, 5, 9``."""
    if len(lines) == 1:
        return f" row {lines[0]}"
    if lines[-1] - lines[0] == len(lines) - 1:
        return f" rows {lines[0]}-{lines[-1]}"
    shown = ", ".join(map(str, lines[:most]))
    return f" rows {shown}" if len(lines) <= most else f" rows {shown} and {len(lines) - most} more"
