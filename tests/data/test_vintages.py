"""Vintages: a preliminary figure gives way to the final one, and is still audited."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import packages
from pensionbook.book.register import register_data
from pensionbook.data.load import check_package, load_package
from pensionbook.data.read import read_package
from pensionbook.data.tables import optional_columns, table_columns
from pensionbook.data.vintages import VINTAGES, split_by_vintage
from pensionbook.engine.reconcile import reconcile, superseded_verdicts
from pensionbook.errors import ParameterError
from pensionbook.report.audit import all_verdicts, audit_rows, verdict_counts, write_audit
from pensionbook.report.reasons import because
from small import OWNERSHIP, figure, level, package_of

DATA = Path(__file__).parents[2] / "data"


def town(*figures, vintage="revised"):
    in_force, others = split_by_vintage(figures, vintage)
    return replace(package_of(figures, (OWNERSHIP,), {}), figures=in_force, superseded=others)


def ids(figures):
    return [figure.figure_id for figure in figures]


EARLY = (
    level("all_early", "100.0", vintage="preliminary"),
    level("public_early", "70.0", group="public", vintage="preliminary"),
    level("private_early", "30.0", group="private", vintage="preliminary"),
)
LATE = (
    level("all_late", "102.5", vintage="final"),
    level("public_late", "71.0", group="public", vintage="final"),
    level("private_late", "31.5", group="private", vintage="final"),
)


def test_the_later_vintage_is_in_force_and_the_earlier_one_superseded():
    package = town(*EARLY, *LATE, level("older", "99", period="2000"))
    assert ids(package.figures) == [*ids(LATE), "older"]
    assert ids(package.superseded) == ids(EARLY)


@pytest.mark.parametrize(
    "other",
    [
        {"group": "public"},
        {"period": "2000"},
        {"statistic": "change", "base_period": "2000"},
        {"indicator": "retirees"},
        {"area": "village"},
    ],
)
def test_another_cell_is_not_superseded(other):
    early = figure("early", **({"statistic": "level", "vintage": "preliminary"} | other),
                   printed="7", unit="person")  # fmt: skip
    late = level("late", "8", "person", vintage="final")
    assert split_by_vintage([early, late]) == ((early, late), ())


def test_a_whole_left_empty_is_the_figures_own():
    wide = {"statistic": "share", "printed": "60", "unit": "percent", "group": "public"}
    early = figure("early", **wide, of_group="all", vintage="preliminary")
    late = figure("late", **wide, of_group="all", of_area="town", vintage="final")
    other = figure("other", **wide, of_group="all", of_area="land", vintage="final")
    assert split_by_vintage([early, late, other]) == ((late, other), (early,))


def test_two_sources_of_one_vintage_and_figures_without_any_all_stay():
    figures = (
        level("a", "17", vintage="final"),
        level("b", "17.0", vintage="final"),
        level("c", "17.1"),
    )
    assert split_by_vintage(figures) == (figures, ())


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(("", *VINTAGES))), max_size=12),
       st.sampled_from(VINTAGES))  # fmt: skip
def test_every_cell_keeps_one_vintage_and_no_figure_is_lost(drawn, vintage):
    figures = [
        level(f"f{n}", "1", group=group, vintage=own) for n, (group, own) in enumerate(drawn)
    ]
    in_force, others = split_by_vintage(figures, vintage)
    assert sorted(ids([*in_force, *others])) == sorted(ids(figures))
    for group in "ab":
        found = {f.vintage for f in figures if f.group == group and f.vintage}
        kept = {f.vintage for f in in_force if f.group == group and f.vintage}
        assert len(kept) == bool(found)
        if vintage == "revised":
            assert kept == set(sorted(found, key=VINTAGES.index)[-1:])
        if vintage == "preliminary" and found:
            assert kept == {min(found, key=VINTAGES.index)}
    assert all(f.vintage for f in others)


def test_superseded_figures_do_not_disturb_those_in_force():
    package = town(*EARLY, *LATE)
    alone = reconcile(town(*LATE))
    assert reconcile(package).bounds == alone.bounds
    assert {v.verdict for v in reconcile(package).verdicts.values()} == {"consistent"}
    # Together they would contradict each other.
    mixed = replace(package, figures=(*EARLY, *LATE), superseded=())
    assert verdict_counts(reconcile(mixed))["consistent"] < 6


def test_superseded_figures_are_tested_against_each_other():
    right = superseded_verdicts(town(*EARLY, *LATE))
    assert {v.verdict for v in right.values()} == {"consistent"}
    wrong = (replace(EARLY[0], printed="120.0"), *EARLY[1:])
    verdicts = superseded_verdicts(town(*wrong, *LATE))
    assert {v.verdict for v in verdicts.values()} == {"disputed"}


def test_superseded_figures_of_two_vintages_are_not_held_against_each_other():
    last = level("all_last", "103.0", vintage="revised")
    package = town(EARLY[0], LATE[0], last)
    assert ids(package.superseded) == ["all_early", "all_late"]
    assert {v.verdict for v in superseded_verdicts(package).values()} == {"untested"}


@pytest.mark.parametrize(
    ("early", "late", "said"),
    [
        (
            ("100.0", "10k_person"),
            ("102.5", "10k_person"),
            "revised upward by 2.5 × 10,000 persons (+2.50 %)",
        ),
        (
            ("100.0", "10k_person"),
            ("990000", "person"),
            "revised downward by 1 × 10,000 persons (−1.00 %)",
        ),
        (("1000000", "person"), ("100", "10k_person"), "which says the same"),
        (("0", "person"), ("3", "person"), "revised upward by 3 persons;"),
    ],
)
def test_because_says_by_which_figure_and_by_how_much(early, late, said):
    package = town(
        level("early", *early, vintage="preliminary"), level("late", *late, vintage="final")
    )
    text = because(superseded_verdicts(package)["early"], _with_units(package))
    assert text.startswith("preliminary, superseded by late (final)")
    assert said in text
    assert text.endswith("nothing else in the package constrains it")
    assert "superseded" not in because(reconcile(package).verdicts["late"], _with_units(package))


def _with_units(package):
    unit = replace(package.units["10k_person"], name_en="10,000 persons")
    return replace(package, units=package.units | {"10k_person": unit})


def test_a_direction_is_superseded_without_an_amount():
    turn = {"statistic": "direction", "base_period": "2000", "unit": ""}
    package = town(
        figure("early", printed="rising", vintage="preliminary", **turn),
        figure("late", printed="falling", vintage="revised", **turn),
    )
    text = because(superseded_verdicts(package)["early"], package)
    assert text.startswith("preliminary, superseded by late (revised); among")


def test_the_first_published_can_be_taken_instead():
    package = town(*EARLY, *LATE, vintage="preliminary")
    assert ids(package.figures) == ids(EARLY)
    text = because(superseded_verdicts(package)["all_late"], package)
    assert text.startswith("final, set aside for all_early (preliminary), revised downward")


def test_the_most_precise_figure_in_force_is_named():
    package = town(
        EARLY[0], level("rough", "103", vintage="final"), level("fine", "102.54", vintage="final")
    )
    assert "superseded by fine" in because(superseded_verdicts(package)["all_early"], package)


def test_the_register_gives_superseded_figures_a_verdict_of_their_own():
    data = register_data(reconcile(town(*EARLY, *LATE)))
    verdicts = {row["id"]: row["verdict"] for row in data["figures"]}
    assert verdicts == dict.fromkeys(ids(EARLY), "superseded") | dict.fromkeys(
        ids(LATE), "consistent"
    )
    assert data["counts"]["superseded"] == data["counts"]["consistent"] == 3
    assert data["troubled"] == []
    remarks = {row["id"]: row["remark"] for row in data["figures"]}
    assert "superseded by all_late (final)" in remarks["all_early"]
    assert "superseded" not in register_data(reconcile(town(*LATE)))["counts"]


# The column in the files.


@pytest.fixture
def path(tmp_path):
    return packages.write_package(tmp_path)


def with_column(path, vintages):
    """Give figures.csv the column; ``vintages`` are by line."""
    file = path / "figures.csv"
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
    rows[0].append("vintage")
    for line, row in enumerate(rows[1:], 2):
        row.append(vintages.get(line, ""))
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return rows


def twice(path, first="preliminary", second="final"):
    """The first figure a second time, with another number."""
    file = path / "figures.csv"
    text = file.read_text(encoding="utf-8")
    line = text.splitlines()[1].replace("workers_2000", "workers_2000_again").replace("1000", "999")
    file.write_text(text.rstrip("\n") + f"\n{line}\n", encoding="utf-8")
    return with_column(path, {2: first, text.rstrip("\n").count("\n") + 2: second})


def test_the_column_may_be_left_out(path):
    assert "vintage" not in table_columns("figures")
    assert "vintage" in optional_columns("figures")
    assert check_package(path) == []
    assert {f.vintage for f in load_package(path).figures} == {""}
    assert read_package(path).tables["figures"].columns == table_columns("figures")


@pytest.mark.parametrize("name", ["tianjin-2002", "example-county-2004"])
def test_packages_without_the_column_lose_no_figure(name):
    package = load_package(DATA / name, check=False)
    assert package.superseded == ()
    assert len(package.figures) == len(read_package(DATA / name).tables["figures"].rows)


def test_a_package_with_the_column_is_loaded_in_either_way(path):
    twice(path)
    assert check_package(path) == []
    latest, first = load_package(path), load_package(path, vintage="preliminary")
    assert ids(latest.superseded) == ["workers_2000"] == [first.figures[0].figure_id]
    assert ids(first.superseded) == ["workers_2000_again"] == [latest.figures[-1].figure_id]
    assert latest.figures[-1].row == 15


def test_audit_csv_has_the_superseded_in_their_place(path, tmp_path):
    twice(path)
    result = write_audit(load_package(path), tmp_path / "out")
    with (tmp_path / "out" / "audit.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["figure_id"] for row in rows] == [
        row[0] for row in read_package(path).tables["figures"].rows
    ]
    assert rows[0]["because"].startswith("preliminary, superseded by workers_2000_again (final)")
    assert [v.figure.figure_id for v in all_verdicts(result)] == [r[0] for r in audit_rows(result)]
    assert "workers_2000" not in result.verdicts


@pytest.mark.parametrize("wrong", ["provisional", "Final", " final", "<b>", "=final"])
def test_an_unknown_vintage_in_a_cell_is_a_problem(path, wrong):
    twice(path, first=wrong)
    (problem,) = [p for p in check_package(path) if p.column == "vintage"]
    assert (problem.file, problem.row) == ("figures.csv", 2)
    assert "write one of preliminary, final, revised" in str(problem)


def test_the_column_stands_last(path):
    file = path / "figures.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"^figure_id,", "vintage,figure_id,", text), encoding="utf-8")
    (problem,) = [p for p in check_package(path) if p.file == "figures.csv" and p.row == 1]
    assert "another order" in str(problem)
    assert "note,vintage" in str(problem)


def test_a_row_without_the_cell_is_a_problem_where_the_column_is(path):
    file = path / "figures.csv"
    head, rest = file.read_text(encoding="utf-8").split("\n", 1)
    file.write_text(f"{head},vintage\n{rest}", encoding="utf-8")
    problems = [p for p in check_package(path) if p.file == "figures.csv"]
    assert "15 cells instead of 16" in str(problems[0])


@pytest.mark.parametrize("wrong", ["prelim", "", "../final", "first"])
def test_an_unknown_selection_is_refused(path, wrong):
    with pytest.raises(ParameterError, match="write one of preliminary, final, revised"):
        load_package(path, vintage=wrong)
