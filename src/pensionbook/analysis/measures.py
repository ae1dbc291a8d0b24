"""Countermeasures: what a source proposes, which barriers it answers, whom it could reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from pensionbook.analysis.barriers import (
    Row,
    barriers,
    barriers_table,
    kind_name,
    listed,
    name_of,
    named,
    whom,
)
from pensionbook.language.numbers import commas, semicolons
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import Report
from pensionbook.report.tables import AltText, paired

_COLUMNS = [
    "id", "lever", "section", "label", "target", "responsible", "precedent", "answers",
    "counts", "low", "high", "value", "reached", "note",
]  # fmt: skip


def measures(report: Report) -> list[Row]:
    """The measures of the package, those of one lever together, levers in the source's order."""
    rows: Sequence[Row] = report.package.tables.get("measures", ())
    levers = {lever: i for i, lever in enumerate(dict.fromkeys(row["lever"] for row in rows))}
    return sorted(rows, key=lambda row: levers[row["lever"]])


def reach_date(report: Report, measure: Row) -> str:
    """The latest date at which a measure's reach is bounded: above if it ever is, else below."""
    if not measure["reach_indicator"]:
        return ""
    best: tuple[bool, str] = (False, "")
    for period in report.mentioned_periods(measure["reach_indicator"], measure["reach_group"]):
        level = _level(report, measure, period)
        if period <= report.as_of and (level.known or level.bound.low):
            best = max(best, (level.known, period))
    return best[1]


def reach(report: Report, measure: Row) -> Measure:
    """Bounds of the group a measure is meant for: it reaches at most that many.

    Holds whichever of the disputed figures is the wrong one; unknown where nothing is printed.
    """
    date = reach_date(report, measure)
    return _level(report, measure, date) if date else UNKNOWN


def reach_text(report: Report, number: Measure) -> str:
    """How many persons are reached at most; where the group has no upper bound, that is said."""
    low, high = number.bound.low, number.bound.high
    if high is not None:
        return report.text(replace(number, bound=replace(number.bound, low=None)))
    if not low:
        return report.tr("unknown")
    group = report.text(number)
    return report.tr("no upper bound; group of {group}", group=group)


def _level(report: Report, measure: Row, period: str) -> Measure:
    return report.level_under_any_repair(measure["reach_indicator"], measure["reach_group"], period)


def measures_table(report: Report) -> pd.DataFrame:
    """All measures, those of one lever together.

    Columns ``id, lever, section`` (the lever's name)``, label, target, responsible, precedent,
    answers`` (names of the barriers)``, counts`` (what its reach counts, of whom, when)``, low,
    high, value`` (bounds of the group it is meant for, empty where not known)``, reached`` (what
    follows for its reach, in words)``, note``; numbers in persons.
    """
    names = {row["id"]: name_of(report, row) for row in barriers(report)}
    records = []
    for row in measures(report):
        number, date = reach(report, row), reach_date(report, row)
        records.append(
            {
                **named(report, row, "lever", "section"),
                "target": whom(report, row["target_group"]),
                "responsible": report.said(row["responsible"]),
                "precedent": report.said(row["precedent"]),
                "answers": semicolons(
                    (names.get(b, b) for b in listed(row["barrier"])), report.language
                ),
                "counts": _counts(report, row, date) if date else "",
                "low": number.low,
                "high": number.high,
                "value": report.text(number) if date else "",
                "reached": reach_text(report, number),
                "note": report.said(row["note"]),
            }
        )
    return pd.DataFrame(records, columns=_COLUMNS)


def _counts(report: Report, measure: Row, date: str) -> str:
    name = report.label("indicators", measure["reach_indicator"])
    group = measure["reach_group"]
    parts = (name, "" if group == "all" else report.label("groups", group), date)
    return commas((part for part in parts if part), report.language)


def answers_matrix(report: Report) -> pd.DataFrame:
    """Measures that answer each barrier, by lever: ``row, label, section, column, number``.

    A row for each barrier and lever, zeros included, so that blanks can be drawn; after the
    barriers a row without section for the measures that answer none of them.
    """
    levers = list(dict.fromkeys(row["lever"] for row in measures(report)))
    none = report.tr("No barrier named")
    cells = [
        (name_of(report, barrier), kind_name(report, barrier["kind"]), barrier["id"])
        for barrier in barriers(report)
    ]
    if not cells or not levers:
        return pd.DataFrame(columns=["row", "label", "section", "column", "number"])
    records = [
        {
            "row": name,
            "label": label,
            "section": section,
            "column": kind_name(report, lever),
            "number": sum(
                row["lever"] == lever
                and (name in listed(row["barrier"]) if name else not row["barrier"])
                for row in measures(report)
            ),
        }
        for label, section, name in [*cells, (none, "", "")]
        for lever in levers
    ]
    return pd.DataFrame(records)


def reached(table: pd.DataFrame) -> pd.DataFrame:
    """The measures with a known reach, the largest first; columns as of all but ``section``."""
    known = table[table["value"].ne("")].drop(columns="section")
    size = known["high"].fillna(known["low"])
    order = size.sort_values(ascending=False, kind="stable").index
    return known.loc[order].reset_index(drop=True)


def reach_groups(table: pd.DataFrame) -> pd.DataFrame:
    """The groups that measures reach, the largest first.

    Columns ``label`` (what is counted)``, measures`` (how many)``, low, high, value``.
    """
    rows = [
        {
            "label": counts,
            "measures": len(part),
            "low": part["low"].iloc[0],
            "high": part["high"].iloc[0],
            "value": part["value"].iloc[0],
        }
        for counts, part in reached(table).groupby("counts", sort=False)
    ]
    return pd.DataFrame(rows, columns=["label", "measures", "low", "high", "value"])


def unattached(table: pd.DataFrame) -> pd.DataFrame:
    """The measures that answer no barrier of the source."""
    return table[table["answers"].eq("")].reset_index(drop=True)


def unanswered(report: Report) -> pd.DataFrame:
    """The barriers that no measure answers; columns as of all barriers, and ``note``."""
    notes = {row["id"]: report.said(row["note"]) for row in barriers(report)}
    table = barriers_table(report)
    table = table[~table["answered"].astype(bool)].reset_index(drop=True)
    return table.assign(note=[notes[name] for name in table["id"]])


def answers_table(report: Report) -> pd.DataFrame:
    """Each barrier with the measures that answer it: ``branch, label, affected, measures``."""
    table = barriers_table(report)
    named = [
        semicolons(
            (name_of(report, row) for row in measures(report) if barrier in listed(row["barrier"])),
            report.language,
        )
        for barrier in table["id"]
    ]
    return table.assign(measures=named)


def levers_table(table: pd.DataFrame) -> pd.DataFrame:
    """Measures by lever: ``label, measures, precedent, reached, unattached``, all counts."""
    rows = [
        {
            "label": section,
            "measures": len(part),
            "named": int(part["responsible"].ne("").sum()),
            "precedent": int(part["precedent"].ne("").sum()),
            "reached": int(part["value"].ne("").sum()),
            "unattached": int(part["answers"].eq("").sum()),
        }
        for section, part in table.groupby("section", sort=False)
    ]
    columns = ["label", "measures", "named", "precedent", "reached", "unattached"]
    return pd.DataFrame(rows, columns=columns)


def having(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The measures that have something in a column."""
    return table[table[column].ne("")].reset_index(drop=True)


def largest_reach(report: Report) -> tuple[str, Measure]:
    """The measure with the highest upper bound of its reach, and that bound."""
    found = [(row, reach(report, row)) for row in measures(report)]
    known = [(row, number) for row, number in found if number.known]
    if not known:
        return "", UNKNOWN
    row, number = max(known, key=lambda pair: pair[1].ends.high)
    return name_of(report, row), number.at_most()


def matrix_alt(matrix: pd.DataFrame) -> AltText:
    """The matrix in words: for each barrier its levers with the number of measures."""

    def say(language: str) -> str:
        rows = []
        for _, part in matrix.groupby("row", sort=False):
            held = [f"{row.column} {row.number}" for row in part[part["number"] > 0].itertuples()]
            rows.append(paired(part["label"].iloc[0], commas(held, language) or "0", language))
        return semicolons(rows, language)

    return AltText(say)
