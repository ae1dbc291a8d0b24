"""A small package typed into a folder, checked, loaded and reconciled: what a user does."""

import csv
from pathlib import Path

from pensionbook.data.load import check_package, load_package
from pensionbook.engine.reconcile import Reconciliation, reconcile
from pensionbook.errors import Problem

COLUMNS = (
    "figure_id", "locator", "indicator", "group", "area", "period", "base_period", "statistic",
    "of_indicator", "of_group", "of_area", "printed", "unit", "qualifier", "note",
    "vintage", "published", "source", "rounded_to", "prices",
)  # fmt: skip
IDENTITY_COLUMNS = (
    "identity_id", "coefficient", "indicator", "group", "area", "period", "base_period",
    "assumption", "why",
)  # fmt: skip
INDICATORS = {
    "contributors": "stock person",
    "retirees": "stock person",
    "new_retirees": "flow person",
    "deaths": "flow person",
    "births": "flow person",
    "natural_increase": "flow person yes",
    "population": "stock person",
    "mean_population": "mean person",
    "employees": "stock person",
    "payroll": "flow yuan",
    "base_total": "flow yuan",
    "mean_wage": "rate yuan_per_person no employees",
    "unemployment_rate": "rate one",
    "income": "flow yuan",
    "spending": "flow yuan",
    "balance": "flow yuan yes",
    "gdp": "flow yuan",
    "gdp_in_dollars": "flow usd",
}
GROUPS = {
    "all": "",
    "men": "all sex",
    "women": "all sex",
    "primary": "all",
    "secondary": "all",
    "tertiary": "all",
    "young_women": "women",
}
AREAS = {"county": "", "town": "county", "village": "county"}
UNITS = (
    "person person 1 yes", "10k_person person 10000 no", "one one 1 no", "percent one 0.01 no",
    "permille one 0.001 no", "percentage_point one 0.01 no", "yuan yuan 1 no",
    "100m_yuan yuan 100000000 no", "usd usd 1 no", "rank rank 1 yes",
    "yuan_per_person yuan_per_person 1 no", "yuan_per_person_month yuan_per_person 12 no",
    "usd_per_person usd_per_person 1 no", "yuan_per_usd yuan_per_usd 1 no",
)  # fmt: skip
DESCRIPTOR = """\
name: typed-county
title: Typed county
title_zh: 某县
sources: [{title: Invented for the tests, path: source/invented.txt}]
resources:
""" + "".join(
    f"  - {{name: {name}, path: {name}.csv}}\n"
    for name in ("figures", "indicators", "groups", "areas", "units", "identities")
)


def row(figure_id: str, statistic: str, printed: str, unit: str, **columns: str) -> dict[str, str]:
    """A row of figures.csv on the contributors of the county in 2003."""
    return dict.fromkeys(COLUMNS, "") | {
        "figure_id": figure_id, "locator": "1", "indicator": "contributors", "group": "all",
        "area": "county", "period": "2003", "statistic": statistic, "printed": printed,
        "unit": unit, "qualifier": "exact",
    } | columns  # fmt: skip


def sums_to_zero(name: str, *terms: tuple[str, ...], assumption: str = "") -> list[dict[str, str]]:
    """An identity of terms: coefficient, indicator, group, period (all of them ``*``), base."""
    rows = []
    for coefficient, indicator, *more in terms:
        group, period, base = [*more, *("all", "*", "")[len(more) :]]
        cells = (name, coefficient, indicator, group, "county", period, base, assumption, "Said.")
        rows.append(dict(zip(IDENTITY_COLUMNS, cells, strict=True)))
    return rows


def typed(folder: Path, rows, identities=()) -> Path:
    """Write a package; returns its folder."""
    path = folder / "typed-county"
    path.mkdir()
    (path / "datapackage.yaml").write_text(DESCRIPTOR, encoding="utf-8")
    names = ("id", "name_en", "name_zh")
    texts = ("definition_en", "definition_zh")
    indicators = []
    for name, words in INDICATORS.items():
        kind, unit, signed, weight, *_ = [*words.split(), "", ""]
        indicators.append((name, name, "指标", kind, unit, "Text.", "文字。", signed, weight))
    tables = {
        "figures": (COLUMNS, [tuple(r.values()) for r in rows]),
        "identities": (IDENTITY_COLUMNS, [tuple(r.values()) for r in identities]),
        "indicators": (
            (*names, "kind", "unit", *texts, "may_be_negative", "weight"),
            indicators,
        ),
        "groups": ((*names, "parent", "partition"), _tree(GROUPS)),
        "areas": ((*names, "parent", "partition"), _tree(AREAS)),
        "units": (
            (*names, "base", "scale", "whole"),
            [(u.split()[0], u.split()[0], "单位", *u.split()[1:]) for u in UNITS],
        ),
    }
    for name, (header, lines) in tables.items():
        with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *lines])
    return path


def _tree(rows: dict[str, str]) -> list[tuple[str, ...]]:
    return [(name, name, "名", *[*words.split(), "", ""][:2]) for name, words in rows.items()]


def problems(folder: Path, rows, identities=()) -> list[Problem]:
    """What the check says of the rows."""
    return check_package(typed(folder, rows, identities))


def audited(folder: Path, rows, identities=()) -> Reconciliation:
    """The rows reconciled; the check must have nothing against them."""
    path = typed(folder, rows, identities)
    assert [str(problem) for problem in check_package(path)] == []
    return reconcile(load_package(path))


def verdicts(folder: Path, rows, identities=()) -> dict[str, str]:
    """The verdict on each row, by id."""
    found = audited(folder, rows, identities).verdicts
    return {name: verdict.verdict for name, verdict in found.items()}
