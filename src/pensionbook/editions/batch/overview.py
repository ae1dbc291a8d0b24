"""What the overview compares: the same measures of every part, with proved bounds."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pensionbook.data.periods import years_between
from pensionbook.editions.batch.measures import Column, Overview
from pensionbook.editions.batch.records import BatchState
from pensionbook.editions.plan import Plan
from pensionbook.engine.kept import reconciled
from pensionbook.language.languages import SOURCE_LANGUAGE
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import CONTRIBUTORS, Report

if TYPE_CHECKING:
    import pandas as pd

    from pensionbook.data.package import Package

RETIREES, BALANCE = "retirees", "fund_balance"


def open_overview(
    package: Package,
    plan: Plan,
    kept: Path,
    language: str,
    state: BatchState,
) -> Overview:
    """Compute the measures of every part.

    Args:
        plan: of the whole.
        kept: folder that keeps reconciliations.
    """
    values = plan.values
    report = Report(
        reconciled(package, kept),
        area=str(values["area"]),
        baseline=str(values["baseline"]),
        as_of=str(values["as_of"]),
        counted=str(values.get("counted", CONTRIBUTORS)),
        language=language,
    )
    areas = list(state.editions)
    names = {area: report.label("areas", area) for area in [*areas, *state.left_out]}
    chart = _chart_table(report, areas)
    return Overview(report, names, _columns(report, areas), state, chart)


def _columns(report: Report, areas: list[str]) -> list[Column]:
    from pensionbook.analysis.trends import compounded

    tr, counted = report.tr, report.counted
    dates = {"baseline": report.baseline, "as_of": report.as_of}
    whom, unit = report.label("indicators", counted), report.unit_label("person")
    years = years_between(report.baseline, report.as_of)
    columns = [
        Column(
            f"counted_{name}",
            tr("{what}, {date} ({unit})", what=whom, date=date, unit=unit),
            {area: report.level(counted, period=date, area=area) for area in areas},
        )
        for name, date in dates.items()
    ]
    growth = {area: report.growth(counted, area=area) for area in areas}
    # Half a bound on growth, such as at least -100%, says nothing.
    growth = {a: compounded(g, years) if g.known else UNKNOWN for a, g in growth.items()}
    columns.append(Column("growth_a_year_percent", tr("Growth (% a year)"), growth))
    if RETIREES in report.package.indicators:
        for name, date in dates.items():
            ratios = {area: _dependency(report, area, date) for area in areas}
            head = tr("Dependency ratio, {date}", date=date)
            columns.append(Column(f"dependency_ratio_{name}_percent", head, ratios))
    if BALANCE in report.package.indicators:
        head = tr(
            "{what}, {date} ({unit})",
            what=report.label("indicators", BALANCE),
            date=report.as_of,
            unit=report.unit_label("yuan"),
        )
        balance = {area: report.level(BALANCE, area=area) for area in areas}
        columns.append(Column("fund_balance_as_of", head, balance))
    return columns


def _dependency(report: Report, area: str, date: str) -> Measure:
    part = report.quantity(RETIREES, period=date, area=area)
    return report.share(part, part._replace(indicator=report.counted))


def _chart_table(report: Report, areas: list[str]) -> pd.DataFrame:
    table = report.levels_table(report.counted, areas=areas)
    return table.assign(panel_label=[report.label("areas", area) for area in table["area"]])


def overview_csv(overview: Overview) -> bytes:
    """The table as CSV, each measure as its ends; numbers in base units, empty where unbounded."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    ends = [f"{column.name}_{end}" for column in overview.columns for end in ("low", "high")]
    writer.writerow(["area", "name", "edition", *ends, "failed"])
    for area, state in overview.state.editions.items():
        bounds = [column.measures[area].bound for column in overview.columns]
        cells = [_number(end) for bound in bounds for end in (bound.low, bound.high)]
        cause = " ".join(overview.state.failed.get(area, "").split())
        writer.writerow([area, overview.areas[area], state, *cells, cause])
    return buffer.getvalue().encode()


def _number(value: Fraction | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else f"{float(value):.6f}"


def overview_files(package: Package, plan: Plan, kept: Path, state: BatchState) -> dict[str, bytes]:
    """The files of the overview, by their paths; arguments are those of :func:`open_overview`."""
    from pensionbook.editions.batch.page import chart_files, page

    files: dict[str, bytes] = {}
    for number, language in enumerate(plan.languages):
        found = open_overview(package, plan, kept, language, state)
        pictures = chart_files(found)
        files |= {f"{language}/{name}": content for name, content in pictures.items()}
        own = (found, plan.languages, plan.formats)
        files[f"{language}/index.html"] = page(*own, up="../", charted=bool(pictures))
        if not number:
            files["index.html"] = page(*own, up="", charted=bool(pictures))
        if not number or language == SOURCE_LANGUAGE:
            files["overview.csv"] = overview_csv(found)
    return files
