"""Barriers and measures of the real package, counted again from its tables, and of smaller ones."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace

import pytest

from chart_tables import text_boxes
from pensionbook import charts
from pensionbook.analysis import barriers, measures
from pensionbook.engine.reconcile import reconcile
from pensionbook.report.report import Report, open_report
from pensionbook.report.tables import Sentence
from projects import ROOT
from small import figure, level, package_of

PACKAGE = ROOT / "data" / "tianjin-2002"


def rows_of(name: str) -> list[dict[str, str]]:
    with (PACKAGE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if not row["id"].startswith("#")]


@pytest.fixture(scope="module", params=["en", "zh_CN"])
def report(request) -> Report:
    return open_report(
        PACKAGE, area="tianjin", baseline="1999", as_of="2002-09", language=request.param
    )


def barrier(name: str, kind: str, figures: str = "", affected: str = "private") -> dict[str, str]:
    return {
        "id": name, "locator": "1", "kind": kind, "name_en": name.capitalize(), "name_zh": "障碍",
        "affected": affected, "figures": figures, "note": "",
    }  # fmt: skip


def measure(name: str, lever: str, answers: str = "", reach: str = "") -> dict[str, str]:
    indicator, _, group = reach.partition(" ")
    return {
        "id": name, "locator": "2", "lever": lever, "name_en": name.capitalize(),
        "name_zh": "措施", "target_group": "private", "responsible": "", "precedent": "",
        "barrier": answers, "reach_indicator": indicator, "reach_group": group, "note": "",
    }  # fmt: skip


def small(*figures, found=(), proposed=(), **more) -> Report:
    """A report on a package with these barriers and measures."""
    package = package_of(figures, (), {})
    tables = {"barriers": tuple(found), "measures": tuple(proposed)}
    result = reconcile(replace(package, tables=tables))
    return Report(result, area="town", baseline="1999", as_of="2002-09", **more)


# -- the real package -----------------------------------------------------------------------------


def test_every_barrier_and_measure_stands_once(report) -> None:
    table = barriers.barriers_table(report)
    assert sorted(table["id"]) == sorted(row["id"] for row in rows_of("barriers"))
    assert len(table) == 57
    assert table["branch"].drop_duplicates().size == table["kind"].drop_duplicates().size == 8
    proposed = measures.measures_table(report)
    assert sorted(proposed["id"]) == sorted(row["id"] for row in rows_of("measures"))
    assert len(proposed) == 60
    # Rows of one kind or lever stand together.
    for column in (table["kind"], proposed["lever"]):
        assert (column != column.shift()).sum() == column.nunique()


def test_what_is_left_unanswered_is_what_no_row_names(report) -> None:
    named = {name for row in rows_of("measures") for name in row["barrier"].split(";") if name}
    lone = {row["id"] for row in rows_of("barriers")} - named
    assert set(measures.unanswered(report)["id"]) == lone
    assert lone == {
        "public_job_cuts", "paid_file_keeping", "gap_abroad_and_foreigners", "late_adjustment",
    }  # fmt: skip
    apart = {row["id"] for row in rows_of("measures") if not row["barrier"]}
    assert set(measures.unattached(measures.measures_table(report))["id"]) == apart
    assert len(apart) == 4


def test_the_matrix_counts_each_answer_once(report) -> None:
    matrix = measures.answers_matrix(report)
    expected = Counter(
        (name, barriers.kind_name(report, row["lever"]))
        for row in rows_of("measures")
        for name in row["barrier"].split(";")
    )
    counted = {(row.row, row.column): row.number for row in matrix.itertuples()}
    assert {cell: number for cell, number in counted.items() if number} == expected
    assert len(counted) == len(matrix) == (57 + 1) * 7
    blank = matrix.groupby("row")["number"].sum()
    assert set(blank.index[blank == 0]) == set(measures.unanswered(report)["id"])


def test_counts_by_kind_and_lever_add_up(report) -> None:
    table, proposed = barriers.barriers_table(report), measures.measures_table(report)
    kinds, levers = barriers.kinds_table(table), measures.levers_table(proposed)
    assert kinds[["barriers", "unanswered"]].sum().tolist() == [57, 4]
    assert kinds["counted"].sum() == barriers.with_number(table).bound.low == 20
    sums = levers[["measures", "named", "precedent", "reached", "unattached"]].sum().to_dict()
    expected = {
        name: sum(bool(row[column]) for row in rows_of("measures"))
        for name, column in (
            ("measures", "id"), ("named", "responsible"), ("precedent", "precedent"),
            ("reached", "reach_indicator"),
        )
    }  # fmt: skip
    assert sums == expected | {"unattached": 4}


def test_reach_is_the_bound_of_its_group_under_any_repair(report) -> None:
    found = {row["id"]: row for row in measures.measures(report)}
    table = measures.measures_table(report).set_index("id")
    for name, row in found.items():
        if not row["reach_indicator"]:
            assert table.loc[name, "value"] == ""
            assert not measures.reach(report, row).known
            assert table.loc[name, "reached"] in ("unknown", "未知")
            continue
        date = measures.reach_date(report, row)
        indicator, group = row["reach_indicator"], row["reach_group"]
        bound = report.level_under_any_repair(indicator, group, date).bound
        assert measures.reach(report, row).bound == bound
        assert bound.low is not None
        assert float(bound.low) == table.loc[name, "low"]
        most = ("at most", "至多") if bound.high is not None else ("no upper bound", "无上界")
        assert table.loc[name, "reached"].startswith(most)
        # The latest date that bounds the group on both sides, if any does.
        for later in report.mentioned_periods(indicator, group):
            if later > date:
                level = report.level_under_any_repair(indicator, group, later)
                assert not level.known


def test_persons_of_a_barrier_are_a_printed_level_behind_it(report) -> None:
    table = barriers.barriers_table(report).set_index("id")
    printed = {figure.figure_id: figure for figure in report.package.figures}
    for row in barriers.barriers(report):
        figure = barriers.evidence(report, row)
        if figure is None:
            assert table.loc[row["id"], "value"] == ""
            continue
        assert figure.figure_id in row["figures"].split(";")
        assert (figure.statistic, figure.area) == ("level", "tianjin")
        own = [
            name
            for name in row["figures"].split(";")
            if printed[name].group == row["affected"] and printed[name].statistic == "level"
        ]
        assert not own or figure.group == row["affected"]
    assert table.loc["relations_unsettled", ["low", "high"]].tolist() == [540_150, 540_250]
    assert table.loc["posts_self_funded", "value"] == ""


def test_the_largest_reach_is_the_highest_upper_bound(report) -> None:
    name, bound = measures.largest_reach(report)
    table = measures.measures_table(report)
    top = table.loc[table["high"].idxmax()]
    assert (name, bound.high) == (top["label"], top["high"])
    sizes = measures.reached(table)["high"].fillna(measures.reached(table)["low"])
    assert sizes.is_monotonic_decreasing
    assert "section" not in measures.reached(table)


def test_the_charts_of_the_real_package_cover_no_text_with_another(report) -> None:
    words = {"title": "t", "alt": "a", "language": report.language, "foot": report.foot()}
    table = barriers.barriers_table(report)
    drawn = [
        charts.cause_map(table, effect=barriers.effect_text(report), **words),
        charts.matrix(measures.answers_matrix(report), **words),
    ]
    for chart in drawn:
        wide, tall = chart.get_size_inches() * chart.dpi
        assert wide <= 8 * chart.dpi
        # A printed page is a little over one and a half times as tall as its lines are wide.
        assert tall <= 1.48 * wide
        boxes = list(text_boxes(chart).items())
        for i, (name, one) in enumerate(boxes):
            assert 0 <= one.x0 <= one.x1 <= wide, name
            assert 0 <= one.y0 <= one.y1 <= tall, name
            for other, two in boxes[i + 1 :]:
                apart_x = one.x1 <= two.x0 + 1 or two.x1 <= one.x0 + 1
                apart_y = one.y1 <= two.y0 + 2 or two.y1 <= one.y0 + 2
                assert apart_x or apart_y, f"{name} covers {other}"
        sizes = [text.get_fontsize() for axes in chart.axes for text in axes.texts]
        assert min(sizes) >= 7.5


# -- small packages -------------------------------------------------------------------------------


def test_a_package_without_barriers_and_measures_says_so() -> None:
    report = small(level("a", "5"))
    table, proposed = barriers.barriers_table(report), measures.measures_table(report)
    shown = [
        report.chart(charts.cause_map, table, effect="e", lacking="barriers"),
        report.table(barriers.kinds_table(table), {"label": "Kind"}, lacking="barriers"),
        report.chart(charts.matrix, measures.answers_matrix(report), lacking="barriers"),
        report.chart(charts.bounded_bars, measures.reached(proposed), lacking="measures"),
        report.table(measures.levers_table(proposed), {"label": "Lever"}, lacking="measures"),
        report.table(measures.unanswered(report), {"note": "Note"}, lacking="barriers"),
        report.table(measures.unattached(proposed), {"note": "Note"}, lacking="measures"),
        report.table(measures.having(proposed, "precedent"), {"label": "L"}, lacking="measures"),
        report.table(measures.reach_groups(proposed), {"label": "L"}, lacking="measures"),
        report.table(measures.answers_table(report), {"label": "L"}, lacking="barriers"),
    ]
    assert all(isinstance(one, Sentence) for one in shown)
    assert measures.largest_reach(report)[0] == ""
    assert barriers.with_number(table).bound.low == 0
    assert barriers.effect_text(report)


def test_barriers_alone_are_all_unanswered_and_measures_alone_all_apart() -> None:
    alone = small(level("a", "5"), found=[barrier("cost", "cost"), barrier("far", "place")])
    assert list(measures.unanswered(alone)["id"]) == ["cost", "far"]
    assert measures.answers_matrix(alone).empty
    other = small(level("a", "5"), proposed=[measure("inspect", "law")])
    assert list(measures.unattached(measures.measures_table(other))["id"]) == ["inspect"]
    assert measures.answers_matrix(other).empty


def test_the_affected_group_comes_before_another_and_a_later_date_before_an_earlier() -> None:
    printed = (
        level("whole", "90", "person", period="2002"),
        level("early", "10", "person", group="private", period="2000"),
        level("late", "20", "person", group="private", period="2001"),
        level("beyond", "30", "person", group="private", period="2005"),
        figure("share", "share", "5", "percent", group="private", of_group="all"),
    )
    names = "whole;early;late;beyond;share"
    report = small(
        *printed,
        found=[
            barrier("own", "cost", names),
            barrier("other", "cost", "whole;share"),
            barrier("none", "rules", "beyond;share"),
        ],
    )
    table = barriers.barriers_table(report).set_index("id")
    assert table.loc["own", "low"] == 20
    assert table.loc["other", "low"] == 90
    assert table.loc["none", ["value", "counts"]].tolist() == ["", ""]
    assert "2001" in table.loc["own", "counts"]


def test_a_reach_without_an_upper_bound_is_said_to_have_none() -> None:
    report = small(
        level("a", "50", "person", group="private", qualifier="at_least"),
        proposed=[measure("inspect", "law", reach="contributors private")],
    )
    table = measures.measures_table(report)
    assert table.loc[0, "value"] == "at least 50"
    assert table.loc[0, "reached"] == "no upper bound; group of at least 50"
    assert table["high"].isna().all()
    assert not measures.largest_reach(report)[1].known


def test_a_kind_that_is_not_known_stands_as_it_is_written() -> None:
    report = small(level("a", "5"), found=[barrier("far", "long_roads")])
    assert list(barriers.barriers_table(report)["branch"]) == ["Long roads"]


def test_a_map_without_any_number_is_drawn() -> None:
    report = small(level("a", "5"), found=[barrier("far", "place")])
    table = barriers.barriers_table(report)
    chart = charts.cause_map(table, effect="Fewer", title="t", alt=barriers.map_alt(table, "Fewer"))
    texts = [text.get_text() for text in chart.axes[0].texts]
    assert "no number printed" in texts
    assert "certain" not in texts
    assert chart.alt == "Fewer. Place: Far (private)"
