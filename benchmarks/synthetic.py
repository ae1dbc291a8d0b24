"""Synthetic data packages with a known truth, for benchmarks and tests.

Nothing here is real: regions, levels and errors are drawn from a seeded generator.
"""

from __future__ import annotations

import csv
import itertools
import random
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

FIGURE_COLUMNS = (
    "figure_id", "locator", "indicator", "group", "area", "period", "base_period", "statistic",
    "of_indicator", "of_group", "of_area", "printed", "unit", "qualifier", "note",
)  # fmt: skip
YEARS = ("2000", "2001", "2002")
FIGURES_A_REGION = 10
DATAPACKAGE = """name: {name}
title: Synthetic package {name}
title_zh: 合成数据包
description: Invented regions and numbers for benchmarks and tests.
licenses: [{{name: CC-BY-4.0}}]
sources: [{{title: generated}}]
resources:
  - {{name: figures, path: figures.csv}}
  - {{name: indicators, path: indicators.csv}}
  - {{name: groups, path: groups.csv}}
  - {{name: areas, path: areas.csv}}
  - {{name: units, path: units.csv}}
  - {{name: identities, path: identities.csv}}
"""


def write_package(
    folder: Path,
    figures: int,
    *,
    large: int = 0,
    wrong: int = 0,
    wrong_in_large: int = 0,
    seed: int = 1,
) -> set[str]:
    """Write a package of about ``figures`` figures into a folder.

    Args:
        folder: is made; must not exist.
        figures: number of figures in all.
        large: how many of them stand in one connected component.
        wrong: figures changed by a tenth after rounding; each in a region of its own.
        wrong_in_large: figures changed likewise in the large component, each of its own district.
        seed: of the generator.

    Returns:
        The ids of the planted wrong figures.
    """
    folder.mkdir(parents=True)
    draw = random.Random(seed)
    rows: list[dict[str, str]] = []
    identities: list[tuple[str, ...]] = []
    regions = (figures - large) // FIGURES_A_REGION
    areas = [("country", "")]
    for number in range(regions):
        area = f"region_{number}"
        areas.append((area, "country"))
        rows += _region(area, draw)
    _ownership(identities, [f"region_{number}" for number in range(regions)])
    if large:
        city_rows, districts = _city(large, draw)
        rows += city_rows
        areas.append(("city", "country"))
        areas += [(district, "city") for district in districts]
        for district in districts:
            identities.append(("districts", "-1", "contributors", "all", district, "*"))
        identities.append(("districts", "1", "contributors", "all", "city", "*"))
    planted = _plant(rows, regions, wrong, draw)
    planted |= _plant_in_large(rows, large, wrong_in_large, draw)
    _write(folder, rows, areas, identities)
    return planted


def _region(area: str, draw: random.Random) -> list[dict[str, str]]:
    """Ten figures of one region: three totals, parts, changes, growth rates and a share."""
    public = draw.randint(500_000, 2_000_000)
    private = draw.randint(100_000, 800_000)
    true = {}
    for year in YEARS:
        true[year] = (public, private, public + private)
        public = int(public * draw.uniform(0.9, 1.0))
        private = int(private * draw.uniform(1.0, 1.2))
    rows = [
        _row(area, f"{area}_total_{y}", "all", y, "level", _round(true[y][2] / 10_000, 2))
        for y in YEARS
    ]
    rows += [
        _row(area, f"{area}_public_{y}", "public", y, "level", _round(true[y][0] / 10_000, 2))
        for y in YEARS[1:]
    ]
    rows.append(
        _row(area, f"{area}_private", "non_public", "2002", "level",
             _round(true["2002"][1] / 10_000, 2))
    )  # fmt: skip
    for before, year in itertools.pairwise(YEARS):
        change = true[year][2] - true[before][2]
        rows.append(
            _row(area, f"{area}_change_{year}", "all", year, "change", str(change), "person",
                 base=before)
        )  # fmt: skip
    growth = 100 * (true["2002"][2] / true["2001"][2] - 1)
    rows.append(
        _row(area, f"{area}_growth", "all", "2002", "growth", _round(growth, 2), "percent",
             base="2001")
    )  # fmt: skip
    share = 100 * true["2002"][0] / true["2002"][2]
    rows.append(
        _row(
            area, f"{area}_share", "public", "2002", "share", _round(share, 2), "percent", of="all"
        )
    )
    return rows


def _city(figures: int, draw: random.Random) -> tuple[list[dict[str, str]], list[str]]:
    """Districts that add up to a city in three years: one connected component."""
    districts = [f"district_{n}" for n in range(figures // 5)]
    rows = []
    totals = dict.fromkeys(YEARS, 0)
    for district in districts:
        level = draw.randint(10_000, 90_000)
        before = None
        for year in YEARS:
            totals[year] += level
            rows.append(
                _row(district, f"{district}_{year}", "all", year, "level",
                     _round(level / 10_000, 2))
            )  # fmt: skip
            if before:
                growth = 100 * (level / before[1] - 1)
                rows.append(
                    _row(district, f"{district}_growth_{year}", "all", year, "growth",
                         _round(growth, 1), "percent", base=before[0])
                )  # fmt: skip
            before = (year, level)
            level = int(level * draw.uniform(0.9, 1.1))
    rows += [
        _row("city", f"city_{year}", "all", year, "level", _round(totals[year] / 10_000, 2))
        for year in YEARS
    ]
    return rows, districts


def _plant(rows: list[dict[str, str]], regions: int, wrong: int, draw: random.Random) -> set[str]:
    by_id = {row["figure_id"]: row for row in rows}
    # The total of 2001 is fixed by both changes and the growth rate, so it alone is to blame.
    planted = {f"region_{number}_total_2001" for number in draw.sample(range(regions), wrong)}
    _change(by_id, planted)
    return planted


def _plant_in_large(
    rows: list[dict[str, str]], large: int, wrong: int, draw: random.Random
) -> set[str]:
    by_id = {row["figure_id"]: row for row in rows}
    # The level of 2001 stands between two growth rates, so it alone is to blame.
    planted = {f"district_{n}_2001" for n in draw.sample(range(large // 5), wrong)}
    _change(by_id, planted)
    return planted


def _change(by_id: dict[str, dict[str, str]], planted: set[str]) -> None:
    for figure_id in sorted(planted):
        row = by_id[figure_id]
        row["printed"] = _round(float(row["printed"]) * 1.1, 2)


def _round(value: float, decimals: int) -> str:
    step = Decimal(1).scaleb(-decimals)
    return str(Decimal(repr(value)).quantize(step, ROUND_HALF_UP))


def _row(
    area: str,
    figure_id: str,
    group: str,
    period: str,
    statistic: str,
    printed: str,
    unit: str = "10k_person",
    *,
    base: str = "",
    of: str = "",
) -> dict[str, str]:
    return {
        "figure_id": figure_id, "locator": "synthetic", "indicator": "contributors",
        "group": group, "area": area, "period": period, "base_period": base,
        "statistic": statistic, "of_indicator": "", "of_group": of, "of_area": "",
        "printed": printed, "unit": unit, "qualifier": "exact", "note": "",
    }  # fmt: skip


def _ownership(identities: list[tuple[str, ...]], areas: list[str]) -> None:
    for area in areas:
        for sign, group in (("1", "all"), ("-1", "public"), ("-1", "non_public")):
            identities.append((f"ownership_{area}", sign, "contributors", group, area, "*"))


def _write(folder: Path, rows, areas, identities) -> None:
    (folder / "datapackage.yaml").write_text(
        DATAPACKAGE.format(name=folder.name.replace("_", "-")), encoding="utf-8"
    )
    tables = {
        "figures": (FIGURE_COLUMNS, [tuple(row.values()) for row in rows]),
        "indicators": (
            ("id", "name_en", "name_zh", "kind", "unit", "definition_en", "definition_zh"),
            [("contributors", "Contributors", "缴费人数", "stock", "person", "Invented", "虚构")],
        ),
        "groups": (
            ("id", "name_en", "name_zh", "parent"),
            [
                ("all", "All", "合计", ""),
                ("public", "Public", "公有制", "all"),
                ("non_public", "Non-public", "非公有制", "all"),
            ],
        ),
        "areas": (
            ("id", "name_en", "name_zh", "parent"),
            [(area, area, area, parent) for area, parent in areas],
        ),
        "units": (
            ("id", "name_en", "name_zh", "base", "scale", "whole"),
            [
                ("person", "persons", "人", "person", "1", "yes"),
                ("10k_person", "10,000 persons", "万人", "person", "10000", "no"),
                ("one", "one", "一", "one", "1", "no"),
                ("percent", "percent", "百分比", "one", "0.01", "no"),
            ],
        ),
        "identities": (
            ("identity_id", "coefficient", "indicator", "group", "area", "period", "base_period",
             "assumption", "why"),
            [(*identity, "", "", "the parts make the whole") for identity in identities],
        ),
    }  # fmt: skip
    for name, (columns, records) in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(records)
