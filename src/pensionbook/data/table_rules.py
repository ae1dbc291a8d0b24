"""What the tables beside figures.csv must say together."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from pensionbook.data.figure_rules import FigureRules, check_periods, period_key
from pensionbook.data.findings import Findings, Ids, Row
from pensionbook.data.numerals import explain_numeral
from pensionbook.data.tables import RawPackage
from pensionbook.errors import quote


def check_other_tables(raw: RawPackage, findings: Findings) -> None:
    """Note all problems of the other tables that a Table Schema cannot express."""
    _check_units(raw, findings)
    _check_indicators(raw, findings)
    for name in ("groups", "areas"):
        _check_tree(raw, name, findings)
    _check_identities(raw, findings)
    _check_measures(raw, findings)
    _check_barriers(raw, findings)
    _check_parameters(raw, findings)
    _check_translations(raw, findings)


def _check_units(raw: RawPackage, findings: Findings) -> None:
    units = Ids(raw, "units")
    rows = list(findings.rows(raw.tables.get("units")))
    base_of = {row["id"]: row["base"] for row in rows}
    for row in rows:
        scale = _numeral(row, "scale", fractions=False)
        if scale is not None and scale <= 0:
            row.wrong("scale", "write how many base units it is, more than zero")
        elif scale not in (None, 1) and row["base"] == row["id"]:
            row.wrong("scale", "write 1, as the unit is its own base")
        base = row["base"]
        if units.check(row, "base") and base_of.get(base, base) != base:
            row.wrong("base", f"write the base of {base}, which is {base_of[base]}")


def _check_indicators(raw: RawPackage, findings: Findings) -> None:
    units, indicators = Ids(raw, "units"), Ids(raw, "indicators")
    base_of = {row["id"]: row["base"] for row in findings.rows(raw.tables.get("units"))}
    for row in findings.rows(raw.tables.get("indicators")):
        unit = row["unit"]
        if units.check(row, "unit") and base_of.get(unit, unit) != unit:
            row.wrong("unit", f"write its base unit, which is {base_of[unit]}")
        named = indicators.check(row, "weight", row.get("weight"))
        if named and row["kind"] != "rate":
            row.wrong("weight", "leave it empty; only a rate is a mean over something")


def _check_tree(raw: RawPackage, name: str, findings: Findings) -> None:
    ids = Ids(raw, name)
    rows = {row["id"]: row for row in findings.rows(raw.tables.get(name))}
    safe: set[str] = {""}
    for row in rows.values():
        ids.check(row, "parent")
        path: list[str] = []
        here = row["id"]
        while here not in safe and here in rows and here not in path:
            path.append(here)
            here = rows[here]["parent"]
        if here in path:
            cycle = path[path.index(here) :]
            first = min((rows[member] for member in cycle), key=lambda member: member.line)
            first.problem(
                "parent",
                f"a circle of parents: {' -> '.join([*cycle, here])}",
                "write the wider one as the parent, and leave the widest one's parent empty",
            )
        safe.update(path)


def _check_identities(raw: RawPackage, findings: Findings) -> None:
    rules = FigureRules(raw)
    identities: dict[str, list[Row]] = defaultdict(list)
    for row in findings.rows(raw.tables.get("identities")):
        rules.check_references(row)
        check_periods(row)
        if row["identity_id"]:
            identities[row["identity_id"]].append(row)
    for rows in identities.values():
        _check_same_on_each_row(rows)
        _check_any_period(rows)
        _check_base_units(rows, rules)
        _check_terms(rows)


def _check_same_on_each_row(rows: list[Row]) -> None:
    first = rows[0]
    for row in rows[1:]:
        for column in ("assumption", "why"):
            if row[column] != first[column]:
                row.wrong(column, f"write the same as in row {first.line}, as it is one identity")


def _check_any_period(rows: list[Row]) -> None:
    any_period = any(row["period"] == "*" for row in rows)
    for row in rows:
        if not any_period and row["period"] == "*-1":
            row.wrong("period", "write * on at least one other row of the identity")
        elif not any_period and row["base_period"] == "*-1":
            row.wrong("base_period", "write a period, as the column period holds one")
        elif any_period and row["period"] not in ("", "*", "*-1"):
            row.wrong(
                "period", "write * on each row of the identity or on none (*-1: a year before)"
            )
        elif any_period and row["base_period"] not in ("", "*-1"):
            row.wrong("base_period", "leave it empty, as the period is *, or write *-1")
        elif row["period"] == "*-1" and row["base_period"]:
            row.wrong("base_period", "leave it empty, as the period is *-1")


def _check_base_units(rows: list[Row], rules: FigureRules) -> None:
    units = [rules.base_of_indicator.get(row["indicator"]) for row in rows]
    first = next((unit for unit in units if unit is not None), None)
    for row, unit in zip(rows, units, strict=True):
        if unit is not None and unit != first:
            row.problem(
                "indicator",
                f"{row['indicator']} is in {unit}, but other terms of the identity are in {first}",
                "write indicators in one unit, as only those can be added",
            )


def _check_terms(rows: list[Row]) -> None:
    coefficients = [_numeral(row, "coefficient") for row in rows]
    for row, coefficient in zip(rows, coefficients, strict=True):
        if coefficient == 0:
            row.wrong("coefficient", "write a number other than 0, or delete the row")
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        term = tuple(row[c] for c in ("indicator", "group", "area", "period", "base_period"))
        if term in seen:
            row.problem(
                None,
                f"the same term as in row {seen[term]} of the identity",
                "mend one of the two, or write one row with the sum of the coefficients",
            )
        seen.setdefault(term, row.line)
    known = [coefficient for coefficient in coefficients if coefficient]
    if len(known) < len(rows) or any(row["base_period"] for row in rows):
        return
    if len(rows) == 1 and rows[0]["assumption"]:
        return
    if len({coefficient > 0 for coefficient in known}) == 1:
        rows[-1].problem(
            "coefficient",
            f"all terms of {rows[-1]['identity_id']} have the same sign, so all would be zero",
            "give the terms on the other side of the equals sign the other sign",
        )


def _check_measures(raw: RawPackage, findings: Findings) -> None:
    barriers, groups, indicators = (Ids(raw, name) for name in ("barriers", "groups", "indicators"))
    for row in findings.rows(raw.tables.get("measures")):
        groups.check(row, "target_group")
        indicators.check(row, "reach_indicator")
        groups.check(row, "reach_group")
        for column, other in (
            ("reach_group", "reach_indicator"),
            ("reach_indicator", "reach_group"),
        ):
            if row[other] and not row[column]:
                row.wrong(column, f"fill both {column} and {other}, or neither")
        for barrier in row["barrier"].split(";"):
            barriers.check(row, "barrier", barrier.strip())
        if row["barrier"] and "barriers" not in raw.files:
            row.wrong("barrier", "add the table barriers to datapackage.yaml, or leave it empty")


def _check_barriers(raw: RawPackage, findings: Findings) -> None:
    figures, groups = Ids(raw, "figures"), Ids(raw, "groups")
    for row in findings.rows(raw.tables.get("barriers")):
        groups.check(row, "affected")
        for figure_id in row["figures"].split(";"):
            figures.check(row, "figures", figure_id.strip())


def _check_parameters(raw: RawPackage, findings: Findings) -> None:
    units = Ids(raw, "units")
    spans: dict[str, list[tuple[tuple[int, int], tuple[int, int], int]]] = defaultdict(list)
    for row in findings.rows(raw.tables.get("parameters")):
        units.check(row, "unit")
        low, high = (_numeral(row, column, fractions=False) for column in ("low", "high"))
        if low is not None and high is not None and low > high:
            found = f"{row['high']} is below the lower end {row['low']}"
            row.problem("high", found, "exchange the two")
        first = period_key(row["valid_from"]) or (0, 0)
        if row["valid_from"] and "-" not in row["valid_from"]:
            first = (first[0], 1)
        last = period_key(row["valid_to"]) or (9999, 12)
        if first > last:
            row.problem(
                "valid_to",
                f"{row['valid_to']} is before valid_from, {row['valid_from']}",
                "write the last period it holds for",
            )
            continue
        for other_first, other_last, line in spans[row["id"]]:
            if first <= other_last and other_first <= last:
                row.problem(
                    "valid_from",
                    f"{quote(row['id'])} holds at the same time in row {line}",
                    "let one end before the other begins, or write another id",
                )
                break
        spans[row["id"]].append((first, last, row.line))


def _numeral(row: Row, column: str, *, fractions: bool = True) -> Fraction | None:
    """The number in a cell; None, and noted, when it cannot be read."""
    if not row[column]:
        return None
    trouble = explain_numeral(row[column], fractions=fractions)
    if trouble is None:
        return Fraction(row[column])
    row.problem(column, *trouble)
    return None


def _check_translations(raw: RawPackage, findings: Findings) -> None:
    first: dict[tuple[str, str], int] = {}
    for row in findings.rows(raw.tables.get("translations")):
        line = first.setdefault((row["language"], row["text"]), row.line)
        if line != row.line:
            found = f"{quote(row['text'])} is translated already in row {line}"
            row.problem("text", found, "delete one of the two rows")
