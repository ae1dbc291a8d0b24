"""Synthetic tables for the tests of the charts: invented numbers, no place's statistics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from pensionbook import charts
from pensionbook.charts.style import style

NAN = float("nan")

# (English, Chinese)
Words = tuple[str, str]
_NAMES: dict[str, Words] = {
    "public": ("Public", "公有"),
    "non_public": ("Non-public", "非公有"),
    "foreign": ("Foreign-funded enterprises", "外商投资企业"),
    "private_individual": ("Private and self-employed", "私营与个体"),
    "other": ("Other", "其他"),
    "all": ("All", "合计"),
}


def name_of(group: str, language: str) -> str:
    """A group's name in the language."""
    return _NAMES[group][language != "en"]


def frame(columns: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    """A table from space-separated column names and rows."""
    return pd.DataFrame(rows, columns=columns.split())


def range_text(low: float, high: float, language: str) -> str:
    """Bounds as a label."""
    if low != low or high != high:
        return "" if low != low and high != high else f"{'≥' if high != high else '≤'} 1"
    if low == high:
        return f"{low:,.0f}"
    return f"{low:,.0f} {'to' if language == 'en' else '至'} {high:,.0f}"


def series_table(language: str, *series: tuple[str, list[tuple[str, float, float]]]):
    """Rows of a line chart: one series for each (group, [(period, low, high), ...])."""
    return frame(
        "period group label low high value",
        *(
            (period, group, name_of(group, language), low, high, range_text(low, high, language))
            for group, points in series
            for period, low, high in points
        ),
    )


def rows_table(language: str, *rows: tuple[str, float, float]) -> pd.DataFrame:
    """Rows of a bar chart: one for each (group, low, high)."""
    return frame(
        "group label low high value",
        *(
            (group, name_of(group, language), low, high, range_text(low, high, language))
            for group, low, high in rows
        ),
    )


def lines(language: str) -> pd.DataFrame:
    """Two series, wide at first and known at the end, the last period nine months after."""
    public = [("1999", 150e4, 179e4), ("2000", 142e4, 166e4), ("2001", 135e4, 135e4)]
    others = [("1999", 20e4, 50e4), ("2000", 25e4, 49e4), ("2001", 43e4, 43e4)]
    return series_table(
        language,
        ("public", [*public, ("2002-09", 118e4, 118e4)]),
        ("non_public", [*others, ("2002-09", 42e4, 42e4)]),
    )


def crowded_lines(language: str) -> pd.DataFrame:
    """Four series of which three end within a hair of each other, one with an open end."""
    periods = ("1997", "1999", "2001")
    ends = {
        "foreign": (40, 41, 42.5),
        "private_individual": (38, 40.4, 42),
        "other": (37, 39.8, 41.7),
    }
    series = [
        (group, [(p, v * 1e4, v * 1e4) for p, v in zip(periods, values, strict=True)])
        for group, values in ends.items()
    ]
    public = [("1997", 6e5, 6e5), ("1999", NAN, NAN), ("2001", 46e4, 46e4), ("2002", 41e4, NAN)]
    return series_table(language, *series, ("public", public))


def changes(language: str) -> pd.DataFrame:
    """Rises, falls, a change of unknown sign, two open ends and a lost value."""
    return rows_table(
        language,
        ("public", -14, -11),
        ("non_public", 8, 12.5),
        ("foreign", -2.1, 1.6),
        ("private_individual", 6, NAN),
        ("other", NAN, -6),
        ("all", NAN, NAN),
    )


def parts(language: str) -> pd.DataFrame:
    """Parts that add up to the last row."""
    return rows_table(
        language,
        ("public", 130_000, 131_240),
        ("foreign", 60_000, 80_000),
        ("private_individual", 210_000, 260_000),
        ("other", 10_000, 30_000),
        ("all", 430_000, 480_000),
    )


def effects(language: str) -> pd.DataFrame:
    """Negative and positive effects under headings, and their sum."""
    table = rows_table(
        language,
        ("public", -150_000, -120_000),
        ("non_public", 40_000, 60_000),
        ("foreign", -110_000, -60_000),
        ("private_individual", -70_000, 10_000),
        ("all", -208_000, -207_800),
    )
    mix, coverage = ("Employment", "Coverage") if language == "en" else ("就业结构", "覆盖率")
    return table.assign(section=[mix, mix, coverage, coverage, ""])


def two_dates(language: str) -> pd.DataFrame:
    """Groups at two dates, one value lost and one with an open end."""
    rows = [
        ("public", 2.1e6, 2.1e6, 1.65e6, 1.65e6),
        ("non_public", 4e5, 5e5, 6.1e5, 6.4e5),
        ("foreign", NAN, NAN, 1.9e5, NAN),
        ("all", 2.5e6, 2.6e6, 2.26e6, 2.29e6),
    ]
    return frame(
        "group label first_low first_high last_low last_high first last",
        *(
            (r[0], name_of(r[0], language), *r[1:], range_text(*r[1:3], language),
             range_text(*r[3:5], language))
            for r in rows
        ),
    )  # fmt: skip


def hundred(language: str) -> pd.DataFrame:
    """Two parts of three wholes; one cut is only bounded, one part very small."""
    cuts = [("Contributors", "缴费人数", 73.5, 73.5), ("Employment", "从业人员", 62, 69),
            ("Revenue", "财政收入", 2, 2)]  # fmt: skip
    rows = []
    for english, chinese, low, high in cuts:
        whole = english if language == "en" else chinese
        for group, a, b in (("public", low, high), ("non_public", 100 - high, 100 - low)):
            rows.append((whole, group, name_of(group, language), a, b, range_text(a, b, language)))
    return frame("bar group label low high value", *rows)


def audited(language: str) -> pd.DataFrame:
    """Printed and implied intervals in several units."""
    table = rows_table(language, ("public", 18.655, 18.665), ("other", -63629, -63629),
                       ("foreign", 9e5, 1e6))  # fmt: skip
    other = [(19.65, 19.67), (NAN, NAN), (8.7e5, NAN)]
    return table.assign(
        other_low=[low for low, _ in other],
        other_high=[high for _, high in other],
        other=[range_text(*pair, language) for pair in other],
    )


def panels(language: str) -> pd.DataFrame:
    """Five panels of four periods."""
    rows = []
    for i, group in enumerate(("public", "non_public", "foreign", "other", "all")):
        for j, period in enumerate(("1999", "2000", "2001", "2002-09")):
            value = (2 + i) * 10_000 * (1 + 0.06 * (i - 2) * j)
            wide = 0.25 * value if i == 3 and j < 2 else 0
            text = range_text(value - wide, value + wide, language)
            rows.append((group, name_of(group, language), period, value - wide, value + wide, text))
    return frame("area panel_label period low high value", *rows)


# (branch, name, affected, low, high), each in both languages; most are too long for one line.
_CAUSES = (
    (("A branch with quite a long name", "名称较长的一类原因"), (
        (("A cause short enough", "一条短的原因"), ("All", "合计"), 12e5, NAN),
        (("A cause whose name is so long that no single line of half a sheet can hold it, however "
          "small the letters", "一条名称长到半张图纸一行无论如何放不下因而必须换行的原因"),
         ("Workers of enterprises in the outer districts", "远郊区县企业职工"), NAN, NAN),
        (("Records lost on the way", "途中遗失"), ("Movers", "流动人员"), 5e4, 19e4),
    )),
    (("Rules", "规定"), (
        (("No rule at all for some", "部分人员完全没有规定"), ("Public", "公有"), 0, 3e5),
        (("A small one", "小的一条"), ("Everyone outside work units", "单位以外人员"), 6e3, 7e3),
        (("A rule that is known and not followed by those whom it binds", "无人遵守的规定"),
         ("Non-public", "非公有"), NAN, NAN),
    )),
    (("Offices", "机构"), (((("Too few", "人手不足")), ("All", "合计"), NAN, NAN),)),
)  # fmt: skip


def causes(language: str) -> pd.DataFrame:
    """Three branches of causes, with long names, open ends and causes without a number."""
    k = int(language != "en")
    counts = ("persons outside the scheme in the outer districts, 2001", "远郊区县未覆盖人数，2001")
    return frame(
        "branch label affected low high value counts",
        *(
            (branch[k], label[k], affected[k], low, high,
             range_text(low, high, language), counts[k] if low == low else "")
            for branch, leaves in _CAUSES
            for label, affected, low, high in leaves
        ),
    )  # fmt: skip


def answers(language: str) -> pd.DataFrame:
    """The same causes against five levers; two causes have no answer, two answers no cause."""
    k = int(language != "en")
    levers = (
        ("Law and rules", "法规政策"),
        ("Institutions", "机构"),
        ("Mechanisms", "机制"),
        ("Labour relations of those off post", "离岗人员劳动关系"),
        ("Research", "研究"),
    )
    names = [(branch[k], leaf[0][k]) for branch, leaves in _CAUSES for leaf in leaves]
    rows = []
    for i, (branch, label) in enumerate([*names, ("", ("None named", "未指明")[k])]):
        for j, lever in enumerate(levers):
            number = 0 if i in (1, 4) else (i * j) % 4 * 5
            rows.append((f"row_{i}" if branch else "", label, branch, lever[k], number))
    return frame("row label section column number", *rows)  # fmt: skip


def words(language: str) -> dict[str, str]:
    """Titles long enough to wrap, a subtitle and a foot."""
    if language == "en":
        return {
            "title": "A finding long enough to need a second line, because titles of findings "
            "often are: a fall of −63,629 persons",
            "subtitle": "Synthetic measure, persons, Synthetic City, 1999 to September 2002",
            "foot": "Source: synthetic figures invented for a test; edition synthetic-2002",
        }
    return {
        "title": "一个长到需要换行的结论，因为结论往往很长：参保缴费人数"
        "在1999年至2002年9月间减少了63,629人，降幅逐年扩大",
        "subtitle": "合成指标，人，合成市，1999年至2002年9月",
        "foot": "来源：为测试虚构的合成数据；版本 synthetic-2002",
    }


def _axis(language: str) -> str:
    return "persons" if language == "en" else "人"


def _totals(language: str) -> list[str]:
    return [name_of("all", language)]


# name -> (function, table, options)
Kind = tuple[Callable[..., Any], Callable[[str], pd.DataFrame], Callable[[str], dict[str, Any]]]
KINDS: dict[str, Kind] = {
    "lines": (charts.bounded_lines, lines, lambda g: {"ylabel": _axis(g)}),
    "crowded lines": (charts.bounded_lines, crowded_lines, lambda g: {"ylabel": _axis(g)}),
    "based lines": (
        charts.bounded_lines,
        lambda g: series_table(
            g, ("all", [("1999", 100, 100), ("2000", 90, 91)]),
            ("public", [("1999", 100, 100), ("2000", 130, 150)]),
        ),
        lambda g: {"ylabel": _axis(g), "base": 100},
    ),
    "small multiples": (charts.small_multiples, panels, lambda g: {"ylabel": _axis(g)}),
    "bars": (charts.bounded_bars, changes, lambda g: {"xlabel": "%"}),
    "headed bars": (
        charts.bounded_bars,
        effects,
        lambda g: {"xlabel": _axis(g), "totals": _totals(g)},
    ),
    "before and after": (
        charts.before_after,
        two_dates,
        lambda g: {"xlabel": _axis(g), "before": "1999", "after": "2001"},
    ),
    "stacked parts": (
        charts.stacked_parts,
        parts,
        lambda g: {"xlabel": _axis(g), "totals": _totals(g)},
    ),
    "waterfall": (charts.waterfall, effects, lambda g: {"xlabel": _axis(g), "totals": _totals(g)}),
    "shares": (charts.shares, hundred, lambda g: {}),
    "whiskers": (charts.whiskers, lambda g: changes(g).iloc[:5], lambda g: {"xlabel": "%"}),
    "audit whiskers": (
        charts.whiskers,
        audited,
        lambda g: {"own_scale": True, "names": ("printed", "implied")},
    ),
    "cause map": (
        charts.cause_map,
        causes,
        lambda g: {"effect": ("An effect long enough to need two lines on the sheet: fewer persons "
                              "than there were before, of whom most had paid for years",
                              "人数减少，且减少者多已缴费多年")[g != "en"]},
    ),
    "matrix": (charts.matrix, answers, lambda g: {}),
}  # fmt: skip


def draw(kind: str, language: str = "en", **options: Any) -> Any:
    """The synthetic chart of a kind."""
    function, table, own = KINDS[kind]
    everything = {"alt": kind, "language": language, **words(language), **own(language), **options}
    return function(table(language), **everything)


def text_boxes(figure) -> dict[str, object]:
    """Rendered boxes of all texts that a reader sees, pixels."""
    with style():
        figure.draw_without_rendering()
        renderer = figure.canvas.get_renderer()
        texts = list(figure.texts)
        for axes in figure.axes:
            texts += [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
        seen = [t for t in texts if t.get_visible() and t.get_text().strip()]
        return {f"{i} {t.get_text()!r}": t.get_window_extent(renderer) for i, t in enumerate(seen)}
