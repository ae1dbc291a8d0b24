"""Loading data packages, the Table Schemas, and the packages in data/."""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest

import packages
from pensionbook.data.load import check_package, load_package
from pensionbook.data.package import Area, Group, Indicator, Term, Unit
from pensionbook.data.tables import OPTIONAL_TABLES, TABLES, table_columns, table_schema
from pensionbook.errors import (
    BuildError,
    NotebookError,
    PackageError,
    ParameterError,
    PensionbookError,
    Problem,
    UnprovedError,
    quote,
)

DATA = Path(__file__).parents[2] / "data"
FIGURE_COLUMNS = (
    "figure_id locator indicator group area period base_period statistic of_indicator of_group "
    "of_area printed unit qualifier note"
)


def shipped_packages() -> list[Path]:
    return sorted(path.parent for path in DATA.glob("*/datapackage.yaml"))


@pytest.fixture
def path(tmp_path):
    return packages.write_package(tmp_path)


@pytest.fixture
def package(path):
    return load_package(path)


def test_a_figure_keeps_its_text_and_its_line(package):
    figure = package.figures[4]
    assert figure.figure_id == "public_share_2001"
    assert (figure.locator, figure.printed, figure.unit) == ("一(2)", "60.5", "percent")
    assert (figure.base_period, figure.of_indicator, figure.of_group) == ("", "", "all")
    assert figure.row == 6
    lines = (package.path / "figures.csv").read_text(encoding="utf-8").splitlines()
    assert lines[figure.row - 1].startswith("public_share_2001,")


def test_trailing_zeros_are_kept(package):
    assert package.figures[3].printed == "10.0"


def test_empty_columns_of_the_whole_are_those_of_the_figure(package):
    figures = {figure.figure_id: figure for figure in package.figures}
    assert figures["public_share_2001"].of == ("workers", "all", "town")
    assert figures["wage_per_worker_2001"].of == ("workers", "all", "town")
    assert figures["public_share_2001"].has_of
    assert not figures["workers_2000"].has_of


def test_an_identity_gathers_its_rows(package):
    owners, hiring = package.identities
    assert owners.terms == (
        Term(Fraction(1), "workers", "public", "town", "*", ""),
        Term(Fraction(1), "workers", "private", "town", "*", ""),
        Term(Fraction(-1), "workers", "all", "town", "*", ""),
    )
    assert (owners.assumption, owners.why) == ("", "Every worker is in one of the two.")
    assert hiring.terms[1] == Term(Fraction(-1, 2), "workers", "private", "town", "2001", "2000")
    assert hiring.assumption == "nobody moved"


def test_the_other_tables_are_by_id(package):
    assert package.units["10k_person"] == Unit(
        "10k_person", "ten thousand persons", "万人", "person", Fraction(10_000), False
    )
    assert package.units["percent"].scale == Fraction(1, 100)
    assert package.units["person"].whole
    assert package.groups["public"] == Group("public", "Public", "公有", "all")
    assert package.areas["country"] == Area("country", "Country", "全国", "")
    assert package.indicators["workers"] == Indicator(
        *("workers", "Workers", "职工", "stock", "person", "People at work.", "在岗的人。")
    )


def test_the_names_are_those_of_the_descriptor(package):
    assert package.name == "synthetic-town"
    assert package.title_en == "Synthetic town, for tests"
    assert package.title_zh == "测试用的合成数据"


def test_optional_tables_are_rows_or_nothing(path, package):
    assert package.tables["barriers"][0]["figures"] == "rate_2001;wage_per_worker_2001"
    assert [row["valid_from"] for row in package.tables["parameters"]] == ["1998", "2001"]
    for name in ("measures", "barriers", "parameters", "translations"):
        line = f"  - {{name: {name}, path: {name}.csv}}\n"
        packages.replace_text(path, "datapackage.yaml", line, "")
    assert load_package(path).tables == dict.fromkeys(OPTIONAL_TABLES, ())


def test_texts_are_said_in_another_language_where_they_are_translated(package):
    assert package.said("nobody moved", "zh_CN") == "无人转移"
    assert package.said("nobody moved", "fr") == "nobody moved"
    assert package.name_of(package.areas["town"], "zh_CN") == "城镇"
    assert package.name_of(package.tables["barriers"][0], "en") == "Cost"


def test_a_text_is_translated_once_into_a_language(path):
    with (path / "translations.csv").open("a", encoding="utf-8") as file:
        file.write("fr,nobody moved,personne\nzh_CN,nobody moved,均未转移\n")
    assert [(p.file, p.row, p.column) for p in check_package(path)] == [
        ("translations.csv", 4, "text")
    ]


def test_identities_may_be_none(path):
    header = packages.IDENTITIES.splitlines()[0]
    (path / "identities.csv").write_text(f"{header}\n", encoding="utf-8")
    assert load_package(path).identities == ()


def test_every_file_has_its_sha256(package):
    assert set(package.sha256) == set(packages.FILES)
    for file, digest in package.sha256.items():
        assert digest == hashlib.sha256((package.path / file).read_bytes()).hexdigest()


def test_a_package_may_be_reached_by_a_link(path, tmp_path):
    (tmp_path / "link").symlink_to(path)
    assert load_package(tmp_path / "link").name == "synthetic-town"


def test_tables_may_lie_in_a_folder_of_the_package(path):
    (path / "tables").mkdir()
    (path / "areas.csv").rename(path / "tables" / "areas.csv")
    packages.replace_text(path, "datapackage.yaml", "path: areas.csv", "path: tables/areas.csv")
    package = load_package(path)
    assert package.areas["town"].parent == "country"
    assert "tables/areas.csv" in package.sha256


def test_lines_may_end_as_on_windows(path):
    text = packages.FIGURES.replace("\n", "\r\n")
    (path / "figures.csv").write_text(text, encoding="utf-8", newline="")
    assert check_package(path) == []
    assert load_package(path).figures[-1].row == 14


def test_loading_leaves_the_longest_cell_of_csv_as_it_was(path):
    before = csv.field_size_limit(123_456)
    try:
        load_package(path)
        assert csv.field_size_limit() == 123_456
    finally:
        csv.field_size_limit(before)


def test_loading_without_a_check_notices_a_number_that_cannot_be_parsed(path):
    packages.set_cell(path, "units.csv", "percent", "scale", "1 %")
    with pytest.raises(PackageError, match=r"units.csv row 5, column scale: found '1 %'; write a"):
        load_package(path, check=False)


def test_loading_without_a_check_notices_a_missing_file(path):
    (path / "areas.csv").unlink()
    with pytest.raises(PackageError, match=r"areas.csv: there is no such file"):
        load_package(path, check=False)


def test_loading_without_a_check_imports_neither_frictionless_nor_pandas(path):
    code = (
        "import sys; from pensionbook.data.load import load_package;"
        "load_package(sys.argv[1], check=False);"
        "print(sorted({'frictionless', 'pandas', 'numpy'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


def test_a_check_does_not_load_the_validator_of_schemas(path):
    code = (
        "import sys; from pensionbook.data.load import check_package;"
        "assert check_package(sys.argv[1]) == [];"
        "print('frictionless' in sys.modules, 'jsonschema' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    assert result.stdout == "True False\n"


@pytest.mark.slow
def test_a_hundred_thousand_figures_are_checked_in_well_under_a_minute(path):
    with (path / "figures.csv").open("a", encoding="utf-8") as stream:
        for number in range(100_000):
            period, printed = 1900 + number % 100, number % 9_999
            stream.write(
                f"f_{number},三(一)1,workers,public,town,{period},,level,,,,{printed},person,exact,\n"
            )
    start = time.monotonic()
    assert check_package(path) == []
    assert len(load_package(path, check=False).figures) == 100_013
    assert time.monotonic() - start < 30


def test_the_columns_are_those_of_the_contract():
    assert table_columns("figures") == tuple(FIGURE_COLUMNS.split())
    identities = "identity_id coefficient indicator group area period base_period assumption why"
    assert table_columns("identities") == tuple(identities.split())


@pytest.mark.parametrize("name", TABLES)
def test_a_schema_is_valid_and_describes_every_column(name):
    from frictionless import Schema

    descriptor = table_schema(name)
    schema = Schema.from_descriptor(descriptor)
    assert schema.title
    assert schema.description
    for field in schema.fields:
        assert field.type == "string"
        assert field.title
        assert field.description.endswith(".")
        assert "pattern" in field.constraints or "enum" in field.constraints


def validate_with_frictionless(path: Path) -> list[str]:
    """What frictionless itself says of a package and its schemas, opened as untrusted data."""
    from frictionless import Dialect, Package, Schema, system
    from frictionless.formats import CsvControl
    from frictionless.resources import TableResource

    package = load_package(path, check=False)
    with system.use_context(trusted=False):
        resources = [
            TableResource(
                name=file.removesuffix(".csv"),
                path=file,
                schema=Schema.from_descriptor(table_schema(file.removesuffix(".csv"))),
                dialect=Dialect(controls=[CsvControl(delimiter=",")]),
                encoding="utf-8",
            )
            for file in package.sha256
            if file.endswith(".csv") and "/" not in file
        ]
        report = Package(basepath=str(path), resources=resources).validate(limit_errors=100_000)
    errors = [error for task in report.tasks for error in task.errors]
    return [error.message for error in [*report.errors, *errors]]


def test_frictionless_itself_finds_nothing_in_the_good_package(path):
    assert check_package(path) == []
    assert validate_with_frictionless(path) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("printed", "1,000"),
        ("statistic", "shares"),
        ("note", "=1"),
        ("figure_id", "rate_2001"),
        ("qualifier", ""),
    ],
)
def test_frictionless_itself_finds_the_same_wrong_cell(path, column, value):
    assert validate_with_frictionless(path) == []
    packages.set_cell(path, "figures.csv", "workers_2000", column, value)
    assert len(validate_with_frictionless(path)) == 1
    assert len(check_package(path)) == 1


def test_some_packages_are_shipped():
    assert shipped_packages(), f"no datapackage.yaml below {DATA}"


@pytest.mark.parametrize("shipped", shipped_packages(), ids=lambda path: path.name)
def test_a_shipped_package_passes_the_check(shipped):
    assert [str(problem) for problem in check_package(shipped)] == []
    package = load_package(shipped, check=False)
    assert package.figures
    assert package.name == shipped.name


@pytest.mark.parametrize("shipped", shipped_packages(), ids=lambda path: path.name)
def test_frictionless_itself_finds_nothing_in_a_shipped_package(shipped):
    assert validate_with_frictionless(shipped) == []


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            Problem("a.csv", 3, "unit", "found 'x'", "write y"),
            "a.csv row 3, column unit: found 'x'",
        ),
        (Problem("a.csv", 3, None, "2 cells", "write 4"), "a.csv row 3: 2 cells; write 4"),
        (Problem("a.csv", None, None, "not a file", "put it"), "a.csv: not a file; put it"),
        (Problem("d.yaml", None, "name", "no name", "write it"), "d.yaml, name: no name; write it"),
    ],
)
def test_a_problem_names_its_place(problem, text):
    assert str(problem).startswith(text)


def test_a_notebook_error_says_notebook_cell_and_cause():
    error = NotebookError("01_trends.ipynb", 4, "KeyError: 'x'")
    assert str(error) == "01_trends.ipynb, cell 4: KeyError: 'x'"
    assert str(NotebookError("01_trends.ipynb", None, "no kernel")) == "01_trends.ipynb: no kernel"


@pytest.mark.parametrize(
    "child", [PackageError, ParameterError, NotebookError, BuildError, UnprovedError]
)
def test_there_is_one_root_of_all_errors(child):
    assert issubclass(child, PensionbookError)


def test_quoted_text_shows_control_characters_and_is_cut_short():
    assert quote("a\x1b[31m\n") == r"'a\x1b[31m\n'"
    assert quote("x" * 5_000) == f"'{'x' * 80}'... (5000 characters)"
