"""What the columns of figures.csv must say together."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from pensionbook.data.figures import DIRECTIONS, QUALIFIERS, WITHOUT_NUMBER, numerals_in
from pensionbook.data.findings import Findings, Ids, Row
from pensionbook.data.numerals import explain_numeral
from pensionbook.data.periods import months_of, period_of
from pensionbook.data.readings import PART_COLUMNS, STRUCTURE
from pensionbook.data.tables import RawPackage
from pensionbook.errors import listed, quote

# How the amount grows, as a quotient of two amounts of one series.
_GROWTHS = ("growth", "growth_change", "mean_growth", "multiple", "index")
_WITH_BASE_PERIOD = ("change", "direction", "contribution", *_GROWTHS)
_PERHAPS_WITH_BASE_PERIOD = (*_WITH_BASE_PERIOD, "share", "ratio")
_WITH_WHOLE = ("share", "ratio", "contribution", STRUCTURE)
STATISTICS = (*_PERHAPS_WITH_BASE_PERIOD, STRUCTURE, "level", "rank", "count", "parameter")
_NOT_NEGATIVE = ("level", "count", "rank", "multiple", "index")
# What is a plain number: its unit is in one.
_PLAIN_NUMBERS = ("growth", "mean_growth", "multiple", "index", "share", STRUCTURE)
_SAYS_ITSELF = ("exact", "about", "forecast")
_OF_COLUMNS = ("of_indicator", "of_group", "of_area")


def period_key(period: str) -> tuple[int, int] | None:
    """Year and month a period ends with, for putting periods in order; None for no period."""
    try:
        year, month = divmod(months_of(period)[1] - 1, 12)
    except ValueError:
        return None
    return year, month + 1


def check_periods(row: Row) -> None:
    """Note a base period that is not before the period, and a span written in another way."""
    for column in ("period", "base_period"):
        if "/" in row[column]:
            _check_span(row, column)
    period, base = period_key(row["period"]), period_key(row["base_period"])
    if period and base and base >= period:
        row.problem(
            "base_period",
            f"{row['base_period']} is not before the period {row['period']}",
            "write the earlier period here and the later one in the column period",
        )


def _check_span(row: Row, column: str) -> None:
    try:
        written = period_of(*months_of(row[column]))
    except ValueError:
        return  # The schema's pattern, or the rule of the table, says so.
    if written != row[column]:
        row.wrong(column, f"write {written}, as such a period is always written so")


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
        self.kind = _column(raw, "indicators", "kind")
        self.signed = {
            indicator
            for indicator, word in _column(raw, "indicators", "may_be_negative").items()
            if word == "yes"
        }
        self.nothing = self._cells_of_nothing(raw)

    def check_references(self, row: Row, prefix: str = "") -> None:
        """Note unknown ids in the columns indicator, group and area."""
        self.indicators.check(row, f"{prefix}indicator")
        self.groups.check(row, f"{prefix}group")
        self.areas.check(row, f"{prefix}area")

    def check(self, row: Row) -> None:
        """Note all problems of a figure."""
        if row["statistic"] == STRUCTURE:
            for part in self._parts(row):
                self.check(part)
            return
        self.check_references(row)
        self.check_references(row, "of_")
        self.units.check(row, "unit")
        self._check_printed(row)
        self._check_precision(row)
        check_periods(row)
        if row["statistic"] in STATISTICS:
            self._check_base_period(row)
            self._check_span_of_stock(row)
            self._check_whole(row)
            self._check_unit(row)
            self._check_base_is_something(row)

    def _parts(self, row: Row) -> list[Row]:
        """The parts of a structure as rows of shares; none, and noted, where it has no parts."""
        columns = [column for column in PART_COLUMNS if ":" in row[column]]
        if len(columns) != 1:
            row.problem(
                columns[1] if columns else "group",
                f"{listed(columns)} name parts" if columns else "no column names the parts",
                "write the ids of the parts, such as primary:secondary:tertiary, into one of the "
                "columns indicator, group and area",
            )
            return []
        parts, numerals = row[columns[0]].split(":"), row["printed"].split(":")
        if len(parts) != len(numerals):
            row.wrong("printed", f"write a numeral for each of the {len(parts)} parts: 21.5:78.5")
            return []
        if row["base_period"]:
            row.wrong("base_period", "leave it empty for a structure")
        return [
            replace(row, cells=row.cells | {"statistic": "share", "printed": n, columns[0]: part})
            for part, n in zip(parts, numerals, strict=True)
        ]

    def _check_precision(self, row: Row) -> None:
        """What the source rounded to, and words that do not go with a cell that says it itself."""
        numerals = numerals_in(row["printed"])
        says_itself = len(numerals) != 1 and row["statistic"] != "direction"
        if says_itself and row["qualifier"] in set(QUALIFIERS) - set(_SAYS_ITSELF):
            advice = "write exact, as what is printed says itself how firmly it is stated"
            row.wrong("qualifier", advice)
        rounded_to = row.get("rounded_to")
        if not rounded_to:
            return
        trouble = explain_numeral(rounded_to, fractions=False)
        if trouble:
            row.problem("rounded_to", *trouble)
        elif Fraction(rounded_to) == 0:
            row.wrong("rounded_to", "write what it was rounded to, such as 100, or leave it empty")
        elif row["statistic"] in ("direction", "rank", "parameter") or "/" in row["printed"]:
            row.wrong("rounded_to", "leave it empty, as nothing was rounded")

    def _check_span_of_stock(self, row: Row) -> None:
        if self.kind.get(row["indicator"]) != "stock":
            return
        for column in ("period", "base_period"):
            if "/" in row[column] and (key := period_key(row[column])):
                year, month = key
                row.wrong(
                    column,
                    f"write {year}-{month:02}, as a stock is counted at the end of a period; its "
                    "average over several months is an indicator of its own, of the kind mean",
                )

    def _check_base_is_something(self, row: Row) -> None:
        """Nothing grows from nothing, and nothing is a part of it."""
        statistic, base = row["statistic"], row["base_period"]
        if statistic in _GROWTHS and base:
            cell: tuple[str, ...] = (row["indicator"], row["group"], row["area"], base)
            column, what = "base_period", f"a {statistic} from nothing"
        elif statistic in ("share", "ratio") and not base and any(row[c] for c in _OF_COLUMNS):
            of = (row[c] or row[c.removeprefix("of_")] for c in _OF_COLUMNS)
            cell = (*of, row["period"])
            column, what = next(c for c in _OF_COLUMNS if row[c]), f"a {statistic} of nothing"
        else:
            return
        if cell in self.nothing:
            row.problem(
                column,
                f"{what}: row {self.nothing[cell]} says that it is 0",
                "mend one of the two, or write a change",
            )

    def _cells_of_nothing(self, raw: RawPackage) -> dict[tuple[str, ...], int]:
        """The line of each level printed as exactly nothing, by indicator, group, area, period."""
        table = raw.tables.get("figures")
        if table is None:
            return {}
        return {
            (row["indicator"], row["group"], row["area"], row["period"]): line
            for line, row in zip(table.lines, table.records(), strict=True)
            if row["statistic"] in ("level", "count")
            and row["qualifier"] == "exact"
            and not row.get("rounded_to")
            and (row["statistic"] == "count" or self.whole.get(row["unit"]) == "yes")
            and re.fullmatch("[+-]?0+", row["printed"])
        }

    def _check_printed(self, row: Row) -> None:
        printed, statistic = row["printed"], row["statistic"]
        if not printed or printed in WITHOUT_NUMBER:
            return
        if statistic == "direction":
            if printed not in DIRECTIONS:
                row.wrong("printed", "write rising or falling, as the statistic is direction")
            return
        if printed in DIRECTIONS:
            row.wrong("printed", "write a numeral, or direction into the column statistic")
            return
        trouble = explain_numeral(printed, ranges=True)
        numerals = () if trouble else numerals_in(printed)
        whole = all(numeral.lstrip("+-").isdigit() for numeral in numerals)
        if trouble is not None:
            row.problem("printed", *trouble)
        elif any(Fraction(n) < 0 for n in numerals) and self._is_never_negative(row):
            advice = "perhaps it is a change or a growth"
            if statistic == "level":
                advice += (
                    f"; if {row['indicator']} is a balance, write yes into the column "
                    "may_be_negative of indicators.csv"
                )
            row.wrong("printed", f"a {statistic} is not negative; {advice}")
        elif statistic in ("count", "rank") and not (whole and numerals):
            row.wrong("printed", f"a {statistic} is a whole number; write it without a fraction")
        elif self._counts_wholes(row) and not whole:
            row.problem(
                "printed",
                f"found {quote(printed)} in {row['unit']}, which counts undivided things",
                "write a whole number, or a unit such as 10k_person into the column unit",
            )

    def _is_never_negative(self, row: Row) -> bool:
        signed = row["statistic"] == "level" and row["indicator"] in self.signed
        return row["statistic"] in _NOT_NEGATIVE and not signed

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
        prices = row.get("prices")
        if (prices and statistic not in _PERHAPS_WITH_BASE_PERIOD) or (prices and not base):
            row.wrong("prices", "leave it empty; only what is counted from a base period has it")
        own, other = period_key(row["period"]), period_key(base)
        if statistic == "mean_growth" and own and other and own[1] != other[1]:
            row.wrong("base_period", "write a period that is whole years before the other")

    def _check_whole(self, row: Row) -> None:
        """Shares, ratios, contributions and the change of a share have a whole; no other has."""
        statistic = row["statistic"]
        changes_share = _is_change_of_points(row) and not self._is_rate(row)
        columns = "at least one of of_indicator, of_group, of_area"
        filled = [column for column in _OF_COLUMNS if row[column]]
        if statistic in _WITH_WHOLE:
            if not filled:
                row.wrong("of_indicator", f"write what it is a {statistic} of into {columns}")
        elif changes_share:
            if not filled:
                row.wrong(
                    "of_indicator",
                    f"write what it is a share of into {columns}, or another unit (percent for "
                    "the change of a rate)",
                )
        elif filled and not (_is_change_of_points(row) and self._is_rate(row)):
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
        of_one_kind = statistic in ("share", "contribution") or changes_share
        if of_one_kind and own and others and own != others:
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
        if statistic in _PLAIN_NUMBERS:
            if base != "one" or unit == "percentage_point":
                row.wrong("unit", f"write percent for a {statistic}, or one for a fraction")
        elif statistic == "growth_change":
            if unit != "percentage_point":
                row.wrong("unit", "write percentage_point, as two rates of growth differ by points")
        elif statistic == "contribution":
            if base != "one":
                row.wrong("unit", "write percentage_point or percent for a contribution")
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

    def _is_rate(self, row: Row) -> bool:
        """Whether the indicator is itself a plain number, which changes by points."""
        indicator = row["indicator"]
        return self.kind.get(indicator) == "rate" and self.base_of_indicator.get(indicator) == "one"

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
    if column not in table.columns:
        return {}
    place = table.columns.index(column)
    return {cells[0]: cells[place] for cells in table.rows}
