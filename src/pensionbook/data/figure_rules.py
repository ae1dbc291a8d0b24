"""What the columns of figures.csv must say together."""

from __future__ import annotations

from fractions import Fraction

from pensionbook.data.findings import Findings, Ids, Row
from pensionbook.data.numerals import explain_numeral
from pensionbook.data.tables import RawPackage
from pensionbook.errors import quote

DIRECTIONS = ("rising", "falling")
STATISTICS = (
    *("level", "change", "growth", "share", "ratio"),
    *("direction", "rank", "count", "parameter"),
)
_WITH_BASE_PERIOD = ("change", "growth", "direction")
_PERHAPS_WITH_BASE_PERIOD = (*_WITH_BASE_PERIOD, "share", "ratio")
_NOT_NEGATIVE = ("level", "count", "rank")
_OF_COLUMNS = ("of_indicator", "of_group", "of_area")


def period_key(period: str) -> tuple[int, int] | None:
    """Year and month a period ends with, for putting periods in order; None for no period."""
    year, _, month = period.partition("-")
    try:
        return int(year), int(month) if month else 12
    except ValueError:
        return None


def check_periods(row: Row) -> None:
    """Note a base period that is not before the period."""
    period, base = period_key(row["period"]), period_key(row["base_period"])
    if period and base and base >= period:
        row.problem(
            "base_period",
            f"{row['base_period']} is not before the period {row['period']}",
            "write the earlier period here and the later one in the column period",
        )


class FigureRules:
    """The rules for one package; :meth:`check` notes what breaks them."""

    def __init__(self, raw: RawPackage) -> None:
        self.indicators = Ids(raw, "indicators")
        self.groups = Ids(raw, "groups")
        self.areas = Ids(raw, "areas")
        self.units = Ids(raw, "units")
        bases = _column(raw, "units", "base")
        # A wrong base is reported once, in its own table, and then nothing is compared with it.
        self.base_of_unit = {u: base for u, base in bases.items() if bases.get(base) == base}
        self.base_of_indicator = {
            indicator: unit
            for indicator, unit in _column(raw, "indicators", "unit").items()
            if self.base_of_unit.get(unit) == unit
        }
        self.whole = _column(raw, "units", "whole")

    def check_references(self, row: Row, prefix: str = "") -> None:
        """Note unknown ids in the columns indicator, group and area."""
        self.indicators.check(row, f"{prefix}indicator")
        self.groups.check(row, f"{prefix}group")
        self.areas.check(row, f"{prefix}area")

    def check(self, row: Row) -> None:
        """Note all problems of a figure."""
        self.check_references(row)
        self.check_references(row, "of_")
        self.units.check(row, "unit")
        self._check_printed(row)
        check_periods(row)
        if row["statistic"] in STATISTICS:
            self._check_base_period(row)
            self._check_whole(row)
            self._check_unit(row)

    def _check_printed(self, row: Row) -> None:
        printed, statistic = row["printed"], row["statistic"]
        if not printed:
            return
        if statistic == "direction":
            if printed not in DIRECTIONS:
                row.wrong("printed", "write rising or falling, as the statistic is direction")
            return
        if printed in DIRECTIONS:
            row.wrong("printed", "write a numeral, or direction into the column statistic")
            return
        trouble = explain_numeral(printed)
        if trouble is not None:
            row.problem("printed", *trouble)
        elif Fraction(printed) < 0 and statistic in _NOT_NEGATIVE:
            advice = "perhaps it is a change or a growth"
            row.wrong("printed", f"a {statistic} is not negative; {advice}")
        elif statistic in ("count", "rank") and not printed.lstrip("+").isdigit():
            row.wrong("printed", f"a {statistic} is a whole number; write it without a fraction")
        elif self._counts_wholes(row) and not printed.lstrip("+-").isdigit():
            row.problem(
                "printed",
                f"found {quote(printed)} in {row['unit']}, which counts undivided things",
                "write a whole number, or a unit such as 10k_person into the column unit",
            )

    def _counts_wholes(self, row: Row) -> bool:
        return row["statistic"] in ("level", "change") and self.whole.get(row["unit"]) == "yes"

    def _check_base_period(self, row: Row) -> None:
        statistic, base = row["statistic"], row["base_period"]
        if not base and statistic in _WITH_BASE_PERIOD:
            row.wrong("base_period", f"write the period that the {statistic} is counted from")
        elif base and statistic not in _PERHAPS_WITH_BASE_PERIOD:
            row.wrong(
                "base_period",
                f"leave it empty for a {statistic}, or write change or growth as the statistic",
            )

    def _check_whole(self, row: Row) -> None:
        """Share, ratio and the change of a share have a whole; nothing else has."""
        statistic = row["statistic"]
        changes_share = _is_change_of_points(row)
        columns = "at least one of of_indicator, of_group, of_area"
        filled = [column for column in _OF_COLUMNS if row[column]]
        if statistic in ("share", "ratio"):
            if not filled:
                row.wrong("of_indicator", f"write what it is a {statistic} of into {columns}")
        elif changes_share:
            if not filled:
                row.wrong(
                    "of_indicator",
                    f"write what it is a share of into {columns}, or another unit (percent for "
                    "the change of a rate)",
                )
        elif filled:
            advice = f"leave it empty for a {statistic}"
            if statistic == "change":
                advice += ", or write percentage_point into the column unit if a share changes"
            row.wrong(filled[0], advice)
        if filled and _is_its_own_whole(row):
            row.wrong(
                filled[0],
                "the whole is the same as the figure itself; write another indicator, group or "
                "area for the whole",
            )
        own, others = self._units_of_quotient(row)
        if (statistic == "share" or changes_share) and own and others and own != others:
            mend = f"write an indicator in the unit of {row['indicator']}"
            advice = ", or ratio as the statistic" if statistic == "share" else ""
            row.wrong("of_indicator", f"{mend}{advice}")

    def _check_unit(self, row: Row) -> None:
        statistic, unit = row["statistic"], row["unit"]
        if statistic == "direction":
            if unit:
                row.wrong("unit", "leave it empty for a direction")
            return
        if not unit:
            row.wrong("unit", "write one of the ids in units.csv")
            return
        base = self.base_of_unit.get(unit)
        own, others = self._units_of_quotient(row)
        if base is None:
            return
        if statistic in ("growth", "share"):
            if base != "one" or unit == "percentage_point":
                row.wrong("unit", f"write percent for a {statistic}, or one for a fraction")
        elif statistic == "rank":
            if base != "rank":
                row.wrong("unit", "write rank")
        elif statistic == "ratio":
            if base != "one" and own and own == others and not _is_its_own_whole(row):
                row.wrong("unit", f"write one or percent, as both are in {own}")
        elif own not in (None, base) and not _is_change_of_points(row):
            row.problem(
                "unit",
                f"found {quote(unit)}, which is in {base}, but {row['indicator']} is in {own}",
                f"write a unit in {own}{self._units_in(own)}",
            )

    def _units_of_quotient(self, row: Row) -> tuple[str | None, str | None]:
        """Base units of the figure's indicator and of its whole's; None for one not known."""
        of_indicator = row["of_indicator"] or row["indicator"]
        known = self.base_of_indicator
        return known.get(row["indicator"]), known.get(of_indicator)

    def _units_in(self, base: str) -> str:
        units = [unit for unit, its_base in self.base_of_unit.items() if its_base == base]
        return f": {', '.join(units[:6])}" if units else ""


def check_figures(raw: RawPackage, findings: Findings) -> None:
    """Note all problems of figures.csv that a Table Schema cannot express."""
    rules = FigureRules(raw)
    for row in findings.rows(raw.tables.get("figures")):
        rules.check(row)


def _is_its_own_whole(row: Row) -> bool:
    return all(row[column] in ("", row[column.removeprefix("of_")]) for column in _OF_COLUMNS)


def _is_change_of_points(row: Row) -> bool:
    return row["statistic"] == "change" and row["unit"] == "percentage_point"


def _column(raw: RawPackage, table_name: str, column: str) -> dict[str, str]:
    table = raw.tables.get(table_name)
    if table is None:
        return {}
    place = table.columns.index(column)
    return {cells[0]: cells[place] for cells in table.rows}
