"""Bad data packages: each is refused with a message that says where and what to write.

Every case breaks a package that passes the check in one place, and expects that one problem only.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import packages
from pensionbook.data.load import check_package, load_package
from pensionbook.errors import PackageError


@pytest.fixture
def package(tmp_path):
    path = packages.write_package(tmp_path)
    assert check_package(path) == []
    return path


def assert_refused(path: Path, message: str, *, problems: int = 1) -> None:
    with pytest.raises(PackageError, match=message) as refusal:
        load_package(path)
    assert len(refusal.value.problems) == problems, str(refusal.value)


def figure(row_id: str, column: str, value: str, message: str, *, name: str = "") -> Any:
    return cell("figures.csv", row_id, column, value, message, name=name)


def cell(
    file: str, row_id: str, column: str, value: str, message: str, *, name: str = "", nth: int = 0
) -> Any:
    name = name or f"{file.removesuffix('.csv')}_{column}_{value}"
    return pytest.param(file, row_id, column, value, message, nth, id=name)


NUMERALS = [
    figure("workers_2000", "printed", "1,000", "found '1,000', with thousands sep.*; write 1000"),
    figure("workers_2000", "printed", "1 000", "with thousands separators; write 1000"),
    figure("workers_2000", "printed", "1,5", "with a comma; write plain digits"),
    figure("workers_2000", "printed", "１０００", "with full-width characters; write 1000"),
    figure("public_share_2001", "printed", "60.5%", "per cent.*write 60.5 and put percent into"),
    figure("public_share_2001", "printed", "６０.５％", "write 60.5 and put percent"),
    figure("workers_2000", "printed", " 1000", "with spaces; write 1000", name="leading_space"),
    figure("workers_2000", "printed", "one thousand", "write plain digits", name="english_words"),
    figure("workers_2000", "printed", "many", "which is not a numeral; write plain", name="text"),
    figure("workers_2000", "printed", "一千", "with Chinese numerals; write plain digits"),
    figure("workers_2001", "printed", "1.2万", "write 1.2 and choose a unit in 万"),
    figure("workers_2001_change", "printed", "−100", "dash instead of a minus; write -100"),
    figure("workers_2000", "printed", "1e3", "with an exponent; write plain digits"),
    figure("workers_2001", "printed", ".11", "write 0.11"),
    figure("workers_2001", "printed", "11.", "write 11"),
    figure("workers_2001", "printed", "1.1.1", "write plain digits with at most one point"),
    figure("public_share_of_change", "printed", "1/0", "a division by zero; write plain"),
    figure("workers_2000", "printed", "1" * 31, "numeral of 31 digits; .* 30", name="31_digits"),
    figure("workers_2000", "printed", "9" * 5000, "of 5000 digits", name="5000_digits"),
    figure("workers_2000", "printed", "", "found an empty cell; write something"),
    figure("workers_2000", "printed", "-1000", "a level is not negative"),
    figure("workers_2000", "printed", "1000.5", "which counts undivided things; write a whole"),
    figure("offices_2001", "printed", "1/3", "a count is a whole number"),
    figure("workers_2000", "printed", "rising", "write a numeral, or direction into the column"),
    figure("private_direction", "printed", "up", "found 'up'; write rising or falling"),
    figure("private_direction", "printed", "-3", "found '-3'; write rising or falling"),
]

REFERENCES = [
    figure("public_share_2001", "group", "pubic", r"'pubic'; write .* \(nearest: 'public'"),
    figure("workers_2000", "indicator", "worker", r"indicators.csv \(nearest: 'workers'"),
    figure("workers_2000", "area", "Town", r"areas.csv \(nearest: 'town'\)"),
    figure("workers_2000", "unit", "persons", r"units.csv \(nearest: 'person'\)"),
    figure("public_share_2001", "of_group", "everyone", "of_group: found 'everyone'"),
    figure("wage_per_worker_2001", "of_indicator", "wokers", r"nearest: 'workers'"),
    figure("public_share_2001", "of_area", "twon", r"nearest: 'town'"),
    figure("workers_2000", "group", "", "group: found an empty cell"),
    figure("workers_2000", "statistic", "shares", r"one of level, change, .*nearest: 'share'"),
    figure("workers_2000", "qualifier", "exactly", r"one of exact, about.*nearest: 'exact'"),
    figure("workers_2000", "qualifier", "", "qualifier: found an empty cell; write one of exact"),
    cell("indicators.csv", "workers", "unit", "people", "found 'people'; write one of the ids"),
    cell("indicators.csv", "workers", "kind", "stocks", r"nearest: 'stock'"),
    cell("groups.csv", "private", "parent", "al", r"groups.csv row 4, .*nearest: 'all'"),
    cell("areas.csv", "town", "parent", "contry", r"areas.csv row 3, .*nearest: 'country'"),
    cell("identities.csv", "owners", "area", "village", "identities.csv row 2, column area"),
    cell("identities.csv", "owners", "group", "pub", "write one of the ids in groups.csv"),
    cell("identities.csv", "owners", "indicator", "jobs", "one of the ids in indicators.csv"),
    cell("measures.csv", "inspect", "target_group", "privat", r"nearest: 'private'"),
    cell("measures.csv", "inspect", "barrier", "cost;distnce", r"nearest: 'distance'"),
    cell("measures.csv", "inspect", "reach_indicator", "wokers", r"nearest: 'workers'"),
    cell("measures.csv", "inspect", "reach_group", "pivate", r"nearest: 'private'"),
    cell("measures.csv", "inspect", "reach_group", "", "fill both reach_group and reach_ind"),
    cell("barriers.csv", "cost", "affected", "nobody", "found 'nobody'; write one of the ids in"),
    cell("barriers.csv", "cost", "figures", "rate_2002", r"nearest: 'rate_2001'"),
    cell("parameters.csv", "rate", "unit", "per_cent", r"nearest: 'percent'"),
]

STATISTICS = [
    figure("workers_2001_change", "base_period", "", "write the period that the change is counted"),
    figure("workers_2001_growth", "base_period", "", "period that the growth is counted from"),
    figure("private_direction", "base_period", "", "period that the direction is counted from"),
    figure("workers_2001_change", "base_period", "2001", "2001 is not before the period 2001"),
    figure("workers_2001_change", "base_period", "2005", "2005 is not before the period 2001"),
    figure("private_direction", "base_period", "2001-09", "is not before the period 2001-06"),
    figure("workers_2001_change", "base_period", "2001-12", "is not before the period 2001"),
    figure("workers_2000", "base_period", "1999", "leave it empty for a level, or write change"),
    figure("workers_2000", "period", "1999年", "found '1999年'; write 1999"),
    figure("workers_2000", "period", "2002/9", "found '2002/9'; write 2002-09"),
    figure("workers_2000", "period", "2002-13", "write a year such as 1999 or a month such as"),
    figure("workers_2000", "period", "*", r"found '\*'; write a year"),
    figure("public_share_2001", "of_group", "", "write what it is a share of into at least one"),
    figure("wage_per_worker_2001", "of_indicator", "", "write what it is a ratio of"),
    figure("public_share_2001", "of_group", "public", "the whole is the same as the figure itself"),
    figure("wage_per_worker_2001", "of_indicator", "wages", "the whole is the same as the figure"),
    figure("workers_2000", "of_group", "public", "leave it empty for a level"),
    figure("workers_2001_change", "of_group", "public", "or write percentage_point into the col"),
    figure("workers_2000", "unit", "", "unit: found an empty cell; write one of the ids"),
    figure("workers_2000", "unit", "yuan", "is in yuan, but workers is in person; .*10k_person"),
    figure("workers_2001_change", "unit", "percent", "is in one, but workers is in person"),
    figure("workers_2001_change", "unit", "percentage_point", "write what it is a share of into"),
    figure("workers_2001_growth", "unit", "person", "write percent for a growth, or one"),
    figure("public_share_2001", "unit", "percentage_point", "write percent for a share"),
    figure(
        "public_share_2001",
        "of_indicator",
        "wages",
        "in the unit of workers, or",
    ),
    figure("town_rank_2001", "unit", "person", "found 'person'; write rank"),
    figure("private_direction", "unit", "person", "leave it empty for a direction"),
    figure("rate_2001", "unit", "yuan", "which is in yuan, but rate is in one"),
]

TEXTS = [
    figure("workers_2000", "note", "=1+1", "a spreadsheet would run as a formula; begin"),
    figure("workers_2000", "note", "+8622", "spreadsheet would run"),
    figure("workers_2000", "note", "-see Table 1", "spreadsheet would run"),
    figure("workers_2000", "note", "@SUM(A1)", "spreadsheet would run"),
    figure("workers_2000", "note", "＝1", "spreadsheet would run"),
    figure("workers_2000", "note", "x <script>alert(1)</script>", "with an HTML tag; write plain"),
    figure("workers_2000", "note", "see </td>", "with an HTML tag"),
    figure("workers_2000", "note", "two ", "with a space at an end; take the space away"),
    figure("workers_2000", "note", "bell \a rings", "with a control character", name="control"),
    figure("workers_2000", "note", "two\nlines", "row 2, column note: a line break", name="break"),
    figure("workers_2000", "note", "end\n", "a line break inside the cell", name="break_at_end"),
    figure("workers_2000", "note", "x" * 2001, "found 2001 characters; write at most", name="long"),
    figure("workers_2000", "locator", "", "locator: found an empty cell"),
    figure("workers_2000", "figure_id", "Workers 2000", "small letters a to z, .* with a letter"),
    figure("workers_2000", "figure_id", "2000_workers", "beginning with a letter"),
    figure("workers_2000", "figure_id", "rate_2001", "'rate_2001' stands already in row 2"),
    cell("indicators.csv", "workers", "name_en", "=cmd", "spreadsheet would run"),
    cell("indicators.csv", "workers", "definition_zh", "", "found an empty cell"),
    cell("groups.csv", "public", "name_zh", "<b>公有</b>", "with an HTML tag"),
]

OTHER_TABLES = [
    cell("units.csv", "person", "scale", "0", "write how many base units it is, more than zero"),
    cell("units.csv", "person", "scale", "2", "write 1, as the unit is its own base"),
    cell("units.csv", "10k_person", "scale", "10,000", "with thousands separators; write 10000"),
    cell("units.csv", "10k_person", "scale", "1/3", "found '1/3'; write plain digits"),
    cell("units.csv", "10k_person", "base", "persn", r"nearest: 'person'"),
    cell("units.csv", "percentage_point", "base", "percent", "base of percent, which is one"),
    cell("units.csv", "person", "whole", "true", "write one of yes, no"),
    cell("groups.csv", "all", "parent", "public", "circle of parents: all -> public -> all"),
    cell("areas.csv", "country", "parent", "country", "circle of parents: country -> country"),
    cell("indicators.csv", "workers", "unit", "10k_person", "base unit, which is person"),
    cell("identities.csv", "owners", "coefficient", "0", "a number other than 0, or delete"),
    cell("identities.csv", "owners", "coefficient", "1" * 31, "of 31 digits", name="31_ones"),
    cell("identities.csv", "owners", "coefficient", "half", "which is not a numeral"),
    cell("identities.csv", "owners", "coefficient", "1", "all terms of owners have", nth=2),
    cell("identities.csv", "owners", "period", "2001", r"write \* on each row of the identity"),
    cell("identities.csv", "owners", "base_period", "2000", r"leave it empty, as the period is"),
    cell("identities.csv", "hiring", "base_period", "2002", "is not before the period 2001"),
    cell("identities.csv", "owners", "why", "Said.", "write the same as in row 2", nth=1),
    cell("identities.csv", "hiring", "assumption", "", "write the same as in row 5", nth=1),
    cell("identities.csv", "owners", "why", "", "found an empty cell", nth=2),
    cell("identities.csv", "owners", "indicator", "offices", "is in office, but other", nth=1),
    cell("identities.csv", "owners", "group", "public", "same term as in row 2", nth=1),
    cell("measures.csv", "inspect", "barrier", "cost; distance", "semicolon .* and no spaces"),
    cell("parameters.csv", "rate", "low", "25", "20 is below the lower end 25; exchange"),
    cell("parameters.csv", "rate", "high", "1/3", "found '1/3'; write plain digits"),
    cell("parameters.csv", "rate", "valid_to", "1997", "1997 is before valid_from, 1998"),
    cell("parameters.csv", "rate", "valid_to", "2001-03", "'rate' holds at the same time in row 2"),
    cell("parameters.csv", "rate", "assumption", "maybe", "write one of yes, no"),
]


@pytest.mark.parametrize(
    ("file", "row_id", "column", "value", "message", "nth"),
    [*NUMERALS, *REFERENCES, *STATISTICS, *TEXTS, *OTHER_TABLES],
)
def test_a_wrong_cell_is_refused(package, file, row_id, column, value, message, nth):
    packages.set_cell(package, file, row_id, column, value, nth=nth)
    assert_refused(package, message)
    (problem,) = check_package(package)
    assert (problem.file, bool(problem.row)) == (file, True)


def break_header(old: str, new: str) -> Callable[[Path], None]:
    return lambda path: packages.replace_text(path, "areas.csv", old, new)


def write(file: str, content: bytes) -> Callable[[Path], None]:
    return lambda path: (path / file).write_bytes(content) and None


def recode(file: str, encoding: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        text = (path / file).read_text(encoding="utf-8")
        (path / file).write_bytes(text.encode(encoding))

    return change


def separate(file: str, sign: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        text = (path / file).read_text(encoding="utf-8")
        (path / file).write_text(text.replace(",", sign), encoding="utf-8")

    return change


def replace(file: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda path: packages.replace_text(path, file, old, new)


def add(file: str, line: str) -> Callable[[Path], None]:
    return lambda path: packages.add_line(path, file, line)


def remove(file: str) -> Callable[[Path], None]:
    return lambda path: (path / file).unlink()


def link_outside(file: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        outside = path.parent / "outside.csv"
        (path / file).rename(outside)
        (path / file).symlink_to(outside)

    return change


def into_folder(file: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        (path / file).unlink()
        (path / file).mkdir()

    return change


def into_pipe(file: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        (path / file).unlink()
        os.mkfifo(path / file)

    return change


HEADER = b"id,name_en,name_zh,parent\n"

FILE_CASES = {
    "missing_file": (remove("areas.csv"), "areas.csv: there is no such file; add it to the"),
    "folder_in_place_of_a_file": (into_folder("areas.csv"), "areas.csv: not a file"),
    "pipe_in_place_of_a_file": (into_pipe("areas.csv"), "areas.csv: not a file"),
    "empty_file": (write("areas.csv", b""), "areas.csv: the file is empty; write its first line"),
    "blank_file": (write("areas.csv", b"\n\n"), "areas.csv: the file is empty"),
    "header_only": (write("units.csv", packages.UNITS.split("\n")[0].encode()), "no rows"),
    "utf_16": (recode("areas.csv", "utf-16"), "encoded as UTF-16; save it as UTF-8"),
    "gbk": (recode("areas.csv", "gbk"), "areas.csv row 2: not encoded as UTF-8 but, .* as GBK"),
    "latin_1": (write("areas.csv", HEADER + b"a,b\xe9,c,"), "row 2: not encoded as UTF-8; save"),
    "nul_byte": (write("areas.csv", HEADER + b"a,b\0,c,\n"), "row 2: holds a NUL byte"),
    "semicolons": (separate("areas.csv", ";"), "cells are separated by semicolons; save it with"),
    "tabs": (separate("areas.csv", "\t"), "separated by tabs"),
    "column_missing": (write("areas.csv", b"id,name_en,name_zh\na,b,c\n"), "header without parent"),
    "column_misspelt": (
        break_header("parent", "parnet"),
        r"areas.csv row 1, column parnet: header with the unknown 'parnet' and without parent "
        r"\(nearest: 'parent'\); write the header id,name_en,name_zh,parent",
    ),
    "column_added": (break_header("parent", "parent,extra"), "header with the unknown 'extra'"),
    "column_twice": (break_header("parent", "parent,parent"), "header with parent twice"),
    "columns_in_another_order": (
        break_header("name_en,name_zh", "name_zh,name_en"),
        "header with its columns in another order",
    ),
    "row_too_short": (add("areas.csv", "village,Village"), "row 4: 2 cells instead of 4"),
    "row_too_long": (add("areas.csv", "a,A, big,town,"), "5 cells instead of 4; write 4 cells"),
    "empty_row": (add("areas.csv", ",,,"), "areas.csv row 4: an empty row; fill it or delete it"),
    "blank_line": (add("areas.csv", ""), "areas.csv row 4: a blank line; delete it"),
    "open_quotation_mark": (
        add("areas.csv", 'village,"Village,村,\n'),
        "areas.csv row 4: quotation marks that do not match",
    ),
    "text_behind_quotation_mark": (
        add("areas.csv", 'village,"Village" x,村,'),
        'write "" for one inside it',
    ),
    "huge_cell": (
        add("areas.csv", f"village,{'x' * 200_000},村,"),
        "row 4: a cell of more than 100000 characters, so the rest was not read; shorten it",
    ),
    "link_out_of_the_package": (link_outside("areas.csv"), "areas.csv: a link that leads out of"),
    "repeated_id": (add("areas.csv", "town,Town,城镇,"), "'town' stands already in row 3"),
    "circle_of_three": (
        lambda path: (path / "areas.csv").write_bytes(
            HEADER + b"country,A,a,village\ntown,B,b,country\nvillage,C,c,town\n"
        ),
        "row 2, column parent: a circle of parents: country -> village -> town -> country",
    ),
    "change_of_a_rate_in_points": (
        add(
            "figures.csv", "up,二(3),workers,all,town,2001,2000,change,,,,3,percentage_point,exact,"
        ),
        "row 15, column of_indicator: .* or another unit .percent for the change of a rate",
    ),
    "identity_of_one_term": (
        add("identities.csv", "none,1,workers,public,town,1999,,,Said."),
        "identities.csv row 7, column coefficient: all terms of none have the same sign",
    ),
    "measures_without_barriers": (
        replace("datapackage.yaml", "  - {name: barriers, path: barriers.csv}\n", ""),
        "add the table barriers to datapackage.yaml",
    ),
}

DESCRIPTOR_CASES = {
    "no_descriptor": (remove("datapackage.yaml"), "datapackage.yaml: there is no such file"),
    "empty_descriptor": (write("datapackage.yaml", b""), "datapackage.yaml: the file is empty"),
    "invalid_yaml": (replace("datapackage.yaml", "name: synth", "name: [synth"), "not valid YAML"),
    "yaml_with_a_tab": (
        replace("datapackage.yaml", "  - title: Inv", "\t- title: Inv"),
        "datapackage.yaml row 10: not valid YAML",
    ),
    "yaml_that_is_a_list": (write("datapackage.yaml", b"- a\n- b\n"), "no entries of the form"),
    "yaml_that_runs_code": (
        write("datapackage.yaml", b"name: !!python/object/apply:os.system ['true']\n"),
        "not valid YAML",
    ),
    "no_resources": (
        lambda path: (path / "datapackage.yaml").write_text(
            packages.DESCRIPTOR.split("resources:")[0], encoding="utf-8"
        ),
        "datapackage.yaml, resources: no list of tables",
    ),
    "resource_missing": (
        replace("datapackage.yaml", "  - {name: areas, path: areas.csv}\n", ""),
        "the table areas is missing; add '- name: areas' with its path",
    ),
    "resource_unknown": (
        replace("datapackage.yaml", "{name: barriers,", "{name: bariers,"),
        r"found 'bariers'; write one of .*nearest: 'barriers'",
    ),
    "resource_twice": (
        replace("datapackage.yaml", "resources:\n", "resources:\n  - {name: areas, path: b.csv}\n"),
        "areas is listed a second time",
    ),
    "resource_without_path": (
        replace("datapackage.yaml", ", path: parameters.csv", ""),
        "resource 9: not a table with a name and a path",
    ),
    "one_file_for_two_tables": (
        replace("datapackage.yaml", "path: areas.csv", "path: groups.csv"),
        "groups.csv is given for two tables",
    ),
    "no_name": (replace("datapackage.yaml", "name: synthetic-town\n", ""), "name: no name; write"),
    "name_that_is_a_path": (
        replace("datapackage.yaml", "name: synthetic-town", "name: ../town"),
        r"datapackage.yaml, name: found '../town'; write a name of small letters",
    ),
    "no_chinese_title": (
        replace("datapackage.yaml", "title_zh: 测试用的合成数据\n", ""),
        "datapackage.yaml, title_zh: missing; write it in words",
    ),
    "title_that_is_a_number": (
        replace("datapackage.yaml", "title: Synthetic town, for tests", "title: 2002"),
        "title: found '2002', which is not a text",
    ),
    "title_with_a_tag": (
        replace("datapackage.yaml", "title: Synthetic", "title: <b>Synthetic</b>"),
        "title: found .*with an HTML tag",
    ),
    "description_with_a_tag": (
        replace("datapackage.yaml", "Invented numbers;", "Invented <i>numbers</i>;"),
        "description: found .*with an HTML tag",
    ),
    "yaml_too_deep": (write("datapackage.yaml", b"name: " + b"[" * 50_000), "nested too deeply"),
    "yaml_with_an_alias": (
        write("datapackage.yaml", b"a: &a [x, x]\nname: [*a, *a]\n"),
        "datapackage.yaml row 2: not valid YAML .an alias",
    ),
    "yaml_with_no_such_date": (
        replace("datapackage.yaml", "licenses:", "created: 2002-13-01\nlicenses:"),
        "row [0-9]+: not valid YAML .*is no timestamp.; put quotation marks",
    ),
    "no_source": (
        replace(
            "datapackage.yaml",
            "sources:\n  - title: Invented for the tests\n    path: source/invented.txt\n",
            "",
        ),
        "datapackage.yaml, sources: no source; list at least one, each with a title and a path",
    ),
    "source_without_title": (
        replace("datapackage.yaml", "- title: Invented for the tests\n    path", "- path"),
        "datapackage.yaml, sources 1, title: missing",
    ),
    "source_that_is_a_word": (
        replace(
            "datapackage.yaml",
            "  - title: Invented for the tests\n    path: source/invented.txt",
            "  - invented",
        ),
        "datapackage.yaml, sources 1: found 'invented'; write a title and a path",
    ),
    "source_that_runs_a_script": (
        replace("datapackage.yaml", "path: source/invented.txt", "path: 'javascript:alert(1)'"),
        "sources 1, path: found 'javascript:alert.1.'; write an address",
    ),
    "source_outside": (
        replace("datapackage.yaml", "path: source/invented.txt", "path: ../../etc/passwd"),
        "sources 1, path: found",
    ),
    "created_on_no_day": (
        replace("datapackage.yaml", "licenses:", "created: soon\nlicenses:"),
        "datapackage.yaml, created: found 'soon'; write a day such as 2026-11-23",
    ),
    "entry_that_breaks_the_standard": (
        replace("datapackage.yaml", "licenses:", "keywords: 3\nlicenses:"),
        "datapackage.yaml: .*write it so or delete the entry",
    ),
}


@pytest.mark.parametrize(
    ("break_package", "message"),
    [pytest.param(*case, id=name) for name, case in (FILE_CASES | DESCRIPTOR_CASES).items()],
)
def test_a_broken_file_is_refused(package, break_package, message):
    break_package(package)
    with pytest.raises(PackageError, match=message):
        load_package(package)


@pytest.mark.parametrize(
    "file",
    [
        "../outside.csv",
        "tables/../../outside.csv",
        "/etc/passwd",
        "..\\outside.csv",
        "C:\\outside.csv",
        "https://example.org/areas.csv",
        "file:///etc/passwd",
        "..",
        "~root/../../x.csv",
    ],
)
def test_a_path_out_of_the_package_is_refused(package, file):
    (package.parent / "outside.csv").write_text(packages.AREAS, encoding="utf-8")
    packages.replace_text(package, "datapackage.yaml", "path: areas.csv", f"path: '{file}'")
    assert_refused(package, "resource areas, path: .* leads out of the package; put the file")


def test_a_ratio_of_like_to_like_has_no_unit(package):
    packages.set_cell(package, "figures.csv", "wage_per_worker_2001", "of_indicator", "wages")
    packages.set_cell(package, "figures.csv", "wage_per_worker_2001", "of_area", "country")
    assert_refused(package, "found 'yuan_per_person'; write one or percent, as both are in yuan")


def test_a_huge_file_is_refused(package, monkeypatch):
    monkeypatch.setattr("pensionbook.data.tables.LARGEST_FILE_BYTES", 1024)
    assert_refused(package, r"figures.csv: larger than 0 MiB; split the package in two")


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    assert_refused(tmp_path / "nowhere", "does not exist; give the folder that holds datapackage")


def test_a_file_in_place_of_the_folder_is_refused(package):
    assert_refused(package / "figures.csv", "is a file; give the folder that holds datapackage")


def test_a_file_without_permission_is_refused(package, monkeypatch):
    def refuse(path: Path) -> bytes:
        if path.name == "areas.csv":
            raise PermissionError(13, "Permission denied")
        with path.open("rb") as stream:
            return stream.read()

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert_refused(package, r"areas.csv: cannot be read \(Permission denied\); allow reading it")


def test_all_problems_are_listed_at_once_in_the_order_of_files_and_rows(package):
    packages.set_cell(package, "figures.csv", "workers_2005", "printed", "2,000")
    packages.set_cell(package, "figures.csv", "workers_2000", "unit", "persn")
    packages.set_cell(package, "figures.csv", "workers_2000", "note", "=1")
    packages.set_cell(package, "groups.csv", "all", "parent", "public")
    packages.replace_text(package, "datapackage.yaml", "name: synthetic-town", "name: Town!")
    (package / "measures.csv").unlink()
    problems = check_package(package)
    places = [(problem.file, problem.row, problem.column) for problem in problems]
    assert places == [
        ("datapackage.yaml", None, "name"),
        ("figures.csv", 2, "unit"),
        ("figures.csv", 2, "note"),
        ("figures.csv", 14, "printed"),
        ("groups.csv", 2, "parent"),
        ("measures.csv", None, None),
    ]


def test_a_table_that_cannot_be_read_does_not_make_every_reference_to_it_wrong(package):
    packages.replace_text(package, "areas.csv", "parent", "parnet")
    assert_refused(package, "areas.csv row 1, column parnet")


def test_a_row_that_cannot_be_read_does_not_make_every_reference_to_it_wrong(package):
    packages.replace_text(package, "areas.csv", "town,Town,城镇,country", "town,Town,城镇")
    assert_refused(package, "areas.csv row 3: 3 cells instead of 4")


@pytest.mark.parametrize("file", ["areas.csv", "figures.csv", "identities.csv"])
def test_a_file_as_a_spreadsheet_saves_it_is_read(package, file):
    recode(file, "utf-8-sig")(package)
    assert check_package(package) == []
    first = load_package(package)
    (package / file).write_bytes((package / file).read_bytes().removeprefix(b"\xef\xbb\xbf"))
    assert first.figures == load_package(package).figures


def test_rows_are_counted_in_lines_of_the_file(package):
    packages.set_cell(package, "figures.csv", "workers_2000", "note", "two\nlines")
    packages.set_cell(package, "figures.csv", "workers_2005", "printed", "2,000")
    assert [problem.row for problem in check_package(package)] == [2, 15]


def test_a_problem_says_place_finding_and_remedy(package):
    packages.set_cell(package, "figures.csv", "workers_2001", "group", "al")
    assert [str(problem) for problem in check_package(package)] == [
        "figures.csv row 3, column group: found 'al'; "
        "write one of the ids in groups.csv (nearest: 'all')"
    ]


def test_the_error_lists_every_problem(package):
    packages.set_cell(package, "figures.csv", "workers_2001", "group", "al")
    packages.set_cell(package, "figures.csv", "workers_2005", "area", "twon")
    with pytest.raises(PackageError) as refusal:
        load_package(package)
    lines = str(refusal.value).splitlines()
    assert lines[0] == "2 problems in the data package:"
    places = [re.match(r" +figures.csv row (\d+), column (\w+)", line) for line in lines[1:]]
    assert [place.groups() for place in places] == [("3", "group"), ("14", "area")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_damage_to_a_file_makes_the_check_itself_fail(data):
    file = data.draw(st.sampled_from(sorted(packages.FILES)))
    content = bytearray(packages.FILES[file].encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        junk = data.draw(
            st.binary(max_size=8)
            | st.sampled_from([b",", b'"', b"\n", b"*", b"&a ", b"- ", b": ", b"{", b"\t", b"../"])
        )
        content[place : place + length] = junk
    with tempfile.TemporaryDirectory() as folder:
        path = packages.write_package(Path(folder))
        (path / file).write_bytes(content)
        problems = check_package(path)
        assert all(str(problem).startswith(problem.file) for problem in problems)
        if not problems:
            load_package(path, check=False)
