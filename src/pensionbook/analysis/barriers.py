"""What stands in the way: the barriers a source names, and how many persons each keeps out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pensionbook.data.package import Figure
from pensionbook.language.messages import mark, translate
from pensionbook.language.numbers import commas, full_stops, semicolons
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import Report
from pensionbook.report.tables import AltText, paired

Row = Mapping[str, str]

# Names of the kinds and levers a package may use; any other stands as it is written.
_NAMES = {
    "structure": mark("Structure of work"),
    "reconnecting": mark("Losing and resuming the link"),
    "employers": mark("Employers"),
    "workers": mark("Workers"),
    "policy_gaps": mark("Gaps in the rules"),
    "publicity": mark("Publicity"),
    "enforcement": mark("Enforcement"),
    "labour_relations": mark("Labour relations"),
    "law": mark("Law and rules"),
    "institutions": mark("Institutions"),
    "mechanisms": mark("Mechanisms"),
    "method": mark("Ways of working"),
    "flexible_employment": mark("Flexible work"),
    "research": mark("Research"),
}


def kind_name(report: Report, kind: str) -> str:
    """The name of a kind of barrier or of a lever in the report's language."""
    plain = kind.replace("_", " ").capitalize()
    return report.tr(_NAMES[kind]) if kind in _NAMES else report.said(plain)


def name_of(report: Report, row: Row) -> str:
    """The name of a barrier or measure in the report's language."""
    return report.package.name_of(row, report.language)


def named(report: Report, row: Row, kind: str, heading: str) -> dict[str, str]:
    """The id of a barrier or measure, its kind, the kind's name as a heading, and its own name."""
    name = kind_name(report, row[kind])
    return {"id": row["id"], kind: row[kind], heading: name, "label": name_of(report, row)}


def whom(report: Report, group: str) -> str:
    """The group that a barrier affects or a measure is for, in words."""
    if group == "all":
        return report.tr("Everyone")
    return report.label("groups", group)


def listed(cell: str) -> list[str]:
    """The ids in a cell that holds several."""
    return [word for word in cell.split(";") if word]


def barriers(report: Report) -> list[Row]:
    """The barriers of the package, those of one kind together, kinds in the source's order."""
    rows: Sequence[Row] = report.package.tables.get("barriers", ())
    kinds = {kind: i for i, kind in enumerate(dict.fromkeys(row["kind"] for row in rows))}
    return sorted(rows, key=lambda row: kinds[row["kind"]])


def answered(report: Report) -> set[str]:
    """Ids of the barriers that some measure answers."""
    measures: Sequence[Row] = report.package.tables.get("measures", ())
    return {barrier for row in measures for barrier in listed(row["barrier"])}


def evidence(report: Report, barrier: Row) -> Figure | None:
    """The printed level that says how many persons a barrier concerns, if one does.

    A count of the affected group itself comes before one of another group that the source
    sets beside the barrier; then the latest date, then the first named.
    """
    figures = {figure.figure_id: figure for figure in report.package.figures}
    levels = [
        figure
        for figure in (figures[name] for name in listed(barrier["figures"]))
        if figure.statistic == "level"
        and figure.area == report.area
        and figure.period <= report.as_of
        and figure.qualifier != "forecast"
        and report.package.indicators[figure.indicator].unit == "person"
    ]
    own = [figure for figure in levels if figure.group == barrier["affected"]]
    return max(own or levels, key=lambda figure: figure.period, default=None)


def persons(report: Report, barrier: Row) -> Measure:
    """Bounds of the persons a barrier concerns; unknown where no number is printed."""
    figure = evidence(report, barrier)
    if figure is None:
        return UNKNOWN
    return report.level_under_any_repair(figure.indicator, figure.group, figure.period)


def barriers_table(report: Report) -> pd.DataFrame:
    """All barriers, those of one kind together.

    Columns ``id, kind, branch`` (the kind's name)``, label, affected, low, high, value`` (empty
    where no number is printed)``, counts`` (what is counted, of whom, when)``, answered``.
    """
    held, records = answered(report), []
    for row in barriers(report):
        figure, number = evidence(report, row), persons(report, row)
        bounded = figure is not None and (number.known or bool(number.bound.low))
        records.append(
            {
                **named(report, row, "kind", "branch"),
                "affected": whom(report, row["affected"]),
                "low": number.low,
                "high": number.high,
                "value": report.text(number) if bounded else "",
                "counts": _counts(report, figure, row["affected"]) if figure and bounded else "",
                "answered": row["id"] in held,
            }
        )
    columns = ["id", "kind", "branch", "label", "affected", "low", "high", "value", "counts"]
    return pd.DataFrame(records, columns=[*columns, "answered"])


def _counts(report: Report, figure: Figure, affected: str) -> str:
    name = report.label("indicators", figure.indicator)
    name = name[:1].lower() + name[1:]
    group = "" if figure.group in ("all", affected) else report.label("groups", figure.group)
    return commas((part for part in (name, group, figure.period) if part), report.language)


def kinds_table(table: pd.DataFrame) -> pd.DataFrame:
    """Barriers by kind: ``label, barriers, counted`` (with a printed number)``, unanswered``."""
    rows = [
        {
            "label": branch,
            "barriers": len(part),
            "counted": int(part["value"].ne("").sum()),
            "unanswered": int((~part["answered"].astype(bool)).sum()),
        }
        for branch, part in table.groupby("branch", sort=False)
    ]
    return pd.DataFrame(rows, columns=["label", "barriers", "counted", "unanswered"])


def with_number(table: pd.DataFrame) -> Measure:
    """How many barriers have a printed number of persons."""
    number = int(table["value"].ne("").sum())
    return Measure.exact(number, mark("number of barriers with a printed number of persons"))


def number_of(table: pd.DataFrame, what: str) -> Measure:
    """The number of rows of a table."""
    return Measure.exact(len(table), f"number of {what}")


def effect_text(report: Report) -> str:
    """What the causes lead to: the change of contributors with its bounds."""
    change = report.change(report.counted)
    name = report.label("indicators", report.counted)
    start, end = report.date(report.baseline), report.date(report.as_of)
    if not change.known:
        return report.tr("{name} from {start} to {end}", name=name, start=start, end=end)
    return report.tr(
        "{name}: {change} from {start} to {end}",
        name=name,
        change=report.signed(change),
        start=start,
        end=end,
    )


def map_alt(table: pd.DataFrame, effect: str) -> AltText:
    """The cause map in words: every barrier under its kind, with its number."""

    def say(language: str) -> str:
        sentences = [effect]
        for branch, part in table.groupby("branch", sort=False):
            leaves = semicolons((_leaf(row, language) for row in part.itertuples()), language)
            sentences.append(paired(str(branch), leaves, language))
        return full_stops(sentences, language)

    return AltText(say)


def _leaf(row: Any, language: str) -> str:
    number = commas([row.value, row.counts], language)
    whose = paired(row.affected, number, language) if row.value else row.affected
    return translate("{measure} ({place})", language, measure=row.label, place=whose)
