"""Small random packages on paper: a world is drawn, figures of it are printed, some wrongly.

Nothing here is real. One seed is one package, so that a fault found can be looked at again.
"""

from __future__ import annotations

import csv
import random
from fractions import Fraction
from pathlib import Path

FIELDS = (
    "figure_id", "locator", "indicator", "group", "area", "period", "base_period", "statistic",
    "of_indicator", "of_group", "of_area", "printed", "unit", "qualifier", "note",
)  # fmt: skip
YEARS = ("2000", "2001", "2002")
GROUPS = ("all", "public", "private")
INDICATORS = ("contributors", "insured")
SCALES = {"person": 1, "10k_person": 10_000, "percent": Fraction(1, 100)}
SCALES["percentage_point"] = SCALES["percent"]
QUALIFIERS = ["exact"] * 12 + ["about", "over", "nearly", "at_least", "forecast"]
DESCRIPTOR = """name: {name}
title: Synthetic package {name}
title_zh: 合成数据包
description: Invented numbers for tests.
licenses: [{{name: CC-BY-4.0}}]
sources: [{{title: generated}}]
resources:
"""
TABLES = ("figures", "indicators", "groups", "areas", "units", "identities")


def write_random_package(folder: Path, seed: int) -> None:
    """Write the package of a seed into a folder, which is made."""
    draw = random.Random(seed)
    world = {
        (indicator, group, year): draw.randint(1, 60) * 10 ** draw.randint(2, 4)
        for indicator in INDICATORS
        for group in GROUPS[1:]
        for year in YEARS
    }
    for indicator in INDICATORS:
        for year in YEARS:
            world[indicator, "all", year] = sum(world[indicator, g, year] for g in GROUPS[1:])
    figures = [_figure(draw, world, number) for number in range(draw.randint(4, 10))]
    if draw.random() < 0.3:
        figures.append(figures[0] | {"figure_id": "again"})
        figures[-1]["printed"] = _misprinted(draw, figures[-1]["printed"])
    folder.mkdir(parents=True)
    resources = "".join(f"  - {{name: {name}, path: {name}.csv}}\n" for name in TABLES)
    text = DESCRIPTOR.format(name=folder.name) + resources
    (folder / "datapackage.yaml").write_text(text, encoding="utf-8")
    _write(folder / "figures.csv", FIELDS, [[row[field] for field in FIELDS] for row in figures])
    _write(
        folder / "indicators.csv",
        ("id", "name_en", "name_zh", "kind", "unit", "definition_en", "definition_zh"),
        [(i, i.capitalize(), "人数", "stock", "person", "Persons.", "人。") for i in INDICATORS],
    )
    parents = {"all": "", "public": "all", "private": "all"}
    names = ("id", "name_en", "name_zh", "parent")
    _write(folder / "groups.csv", names, [(g, g.capitalize(), "组", p) for g, p in parents.items()])
    _write(folder / "areas.csv", names, [("town", "Town", "镇", "")])
    _write(
        folder / "units.csv",
        ("id", "name_en", "name_zh", "base", "scale", "whole"),
        [
            ("person", "persons", "人", "person", "1", "yes"),
            ("10k_person", "10,000 persons", "万人", "person", "10000", "no"),
            ("percent", "percent", "百分比", "one", "0.01", "no"),
            ("percentage_point", "percentage points", "百分点", "one", "0.01", "no"),
            ("one", "one", "一", "one", "1", "no"),
        ],
    )
    _write(folder / "identities.csv", *_identities(draw))


def _identities(draw: random.Random) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows = []
    for indicator in INDICATORS:
        assumption = draw.choice(["", "the groups are all there is"])
        period = draw.choice(["*", "*", draw.choice(YEARS)])
        for coefficient, group in (("1", "all"), ("-1", "public"), ("-1", "private")):
            place = (indicator, group, "town", period, "")
            rows.append(
                (f"{indicator}_by_owner", coefficient, *place, assumption, "It is drawn so.")
            )
    if draw.random() < 0.2:
        for coefficient, year in (("1", YEARS[0]), ("-1", YEARS[1])):
            place = ("insured", "public", "town", year, "")
            rows.append(("still", coefficient, *place, "nobody came or left", "It is drawn so."))
    columns = (
        "identity_id", "coefficient", "indicator", "group", "area", "period", "base_period",
        "assumption", "why",
    )  # fmt: skip
    return columns, rows


def _figure(draw: random.Random, world: dict, number: int) -> dict[str, str]:
    indicator, group, year = draw.choice(INDICATORS), draw.choice(GROUPS), draw.choice(YEARS)
    base = draw.choice([y for y in YEARS if y < year] or [""])
    now = world[indicator, group, year]
    row = dict.fromkeys(FIELDS, "") | {
        "figure_id": f"f{number}", "locator": f"line {number}", "indicator": indicator,
        "group": group, "area": "town", "period": year, "qualifier": draw.choice(QUALIFIERS),
    }  # fmt: skip
    kinds = ["level", "level", "level", "share"]
    if base:
        kinds += ["change", "growth", "direction", "share of change", "change of share"]
    kind = draw.choice(kinds)
    unit = draw.choice(["person", "10k_person"]) if kind in ("level", "change") else "percent"
    value: Fraction | int = now
    if base and kind != "share":
        row["base_period"] = base
        value = now - world[indicator, group, base] if kind != "level" else now
    if kind == "level":
        row["base_period"] = ""
    elif kind == "direction":
        row |= {"printed": "rising" if value >= 0 else "falling", "qualifier": "exact"}
        return row | {"statistic": kind}
    elif kind == "growth":
        value = Fraction(value, world[indicator, group, base])
    elif kind != "change":
        group = draw.choice(GROUPS[1:])
        row |= {"group": group, "of_group": "all"}
        kind, unit, value = _of_all(world, indicator, group, year, base, kind)
    value = Fraction(value) / SCALES[unit]
    decimals = 0 if unit == "person" else draw.choice([0, 1, 1, 2])
    cut = draw.random() < 0.15
    printed = _printed(value, decimals, cut=cut)
    if draw.random() < 0.08:
        printed = _misprinted(draw, printed)
    return row | {"statistic": kind, "unit": unit, "printed": printed}


def _of_all(
    world: dict, indicator: str, group: str, year: str, base: str, kind: str
) -> tuple[str, str, Fraction]:
    def share(period: str) -> Fraction:
        return Fraction(world[indicator, group, period], world[indicator, "all", period])

    if kind == "share":
        return "share", "percent", share(year)
    if kind == "change of share":
        return "change", "percentage_point", share(year) - share(base)
    part, whole = (world[indicator, g, year] - world[indicator, g, base] for g in (group, "all"))
    return "share", "percent", Fraction(part, whole) if whole else Fraction(1)


def _printed(value: Fraction, decimals: int, *, cut: bool) -> str:
    steps = abs(value) * 10**decimals
    whole = int(steps) if cut else int(steps + Fraction(1, 2))
    digits = str(whole).rjust(decimals + 1, "0")
    text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"-{text}" if value < 0 and whole else text


def _misprinted(draw: random.Random, printed: str) -> str:
    places = [n for n, character in enumerate(printed) if character.isdigit()]
    if not places:
        return "falling" if printed == "rising" else "rising"
    place = draw.choice(places)
    digit = draw.choice([d for d in "123456789" if d != printed[place]])
    return printed[:place] + digit + printed[place + 1 :]


def _write(path: Path, columns: tuple[str, ...], rows: list) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
