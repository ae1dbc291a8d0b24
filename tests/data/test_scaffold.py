"""The skeleton of a new edition, and the rows of a table that are not read."""

from __future__ import annotations

import ast
import csv
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from packages import FILES, write_package
from pensionbook.cli import main as cli
from pensionbook.data import scaffold
from pensionbook.data.load import check_package, load_package
from pensionbook.data.read import read_package
from pensionbook.data.scaffold import new_edition
from pensionbook.data.tables import OPTIONAL_TABLES, REQUIRED_TABLES, table_columns
from pensionbook.data.todo import EXAMPLE, to_do
from pensionbook.errors import PensionbookError, ScaffoldError
from projects import PROGRAM, ROOT, Project

Run = Callable[..., tuple[int, str, str]]
TABLES = (*REQUIRED_TABLES, "barriers", "measures")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs the program in this process, in an empty folder: exit code, output, messages."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["pensionbook", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return call


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    return new_edition("my-region-2004", tmp_path / "my-region-2004")


def uncomment(package: Path, *files: str) -> int:
    """Take the mark of an example away in files of a package; returns how many rows had it."""
    rows = 0
    for path in [package / file for file in files] or sorted(package.glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        rows += text.count(EXAMPLE)
        path.write_text(text.replace(f"{EXAMPLE} ", ""), encoding="utf-8", newline="")
    return rows


# -- the skeleton ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "area", "baseline", "as_of"),
    [
        ("my-region-2004", "my_region", "2000", "2004"),
        ("tianjin-1999", "tianjin", "1995", "1999"),
        ("region", "region", "1998", "2002"),
        ("2004", "2004", "2000", "2004"),
        ("2004-06-01", "2004_06_01", "1998", "2002"),
        ("null", "null", "1998", "2002"),
        ("district-7", "district_7", "1998", "2002"),
        ("a" * scaffold.LONGEST_NAME, "a" * scaffold.LONGEST_NAME, "1998", "2002"),
    ],
)
def test_a_fresh_skeleton_has_no_problems_and_the_dates_of_its_name(
    tmp_path: Path, name: str, area: str, baseline: str, as_of: str
) -> None:
    package = new_edition(name, tmp_path / "new")
    assert check_package(package) == []
    raw = read_package(package)
    assert raw.descriptor["name"] == name
    parameters = raw.descriptor["pensionbook"]["parameters"]
    assert parameters == {"area": area, "baseline": baseline, "as_of": as_of}
    assert area in load_package(package).areas
    assert "@" not in "".join(path.read_text(encoding="utf-8") for path in package.iterdir())


def test_check_of_a_fresh_skeleton_says_what_to_do(run: Run) -> None:
    assert run("new", "my-region-2004")[0] == 0
    code, out, err = run("check", "my-region-2004")
    assert (code, err) == (0, "")
    first, *notes = out.splitlines()
    assert first == "my-region-2004: no problems: 0 figures, 0 identities"
    assert all(note.startswith("to do: ") for note in notes)
    for file in TABLES:
        assert any(
            re.match(rf"to do: {file}\.csv rows? [0-9].*: (an )?examples?; ", note)
            for note in notes
        )
    assert "to do: figures.csv: no figures yet; type the first into a row\n" in out
    assert "to do: figures.csv row 2: an example; write yours without #" in out
    assert "to do: identities.csv rows 2-4: examples; write yours" in out
    assert "to do: datapackage.yaml, title: write the title in English\n" in out
    assert "to do: datapackage.yaml, sources 1, title: write author, title and year" in out
    assert "to do: areas.csv row 2, column name_zh: write 中文名称\n" in out
    assert max(map(len, notes)) <= 80


def test_the_examples_pass_the_check_once_they_are_read(skeleton: Path) -> None:
    assert uncomment(skeleton) == len(TABLES) + 2
    assert check_package(skeleton) == []
    loaded = load_package(skeleton)
    assert (len(loaded.figures), len(loaded.identities)) == (1, 1)
    assert all(len(loaded.tables[name]) == 1 for name in ("barriers", "measures"))
    assert not any("example" in str(note) for note in to_do(read_package(skeleton)))


@pytest.mark.parametrize("name", REQUIRED_TABLES)
def test_an_example_passes_the_check_by_itself(skeleton: Path, name: str) -> None:
    assert uncomment(skeleton, f"{name}.csv") >= 1
    assert check_package(skeleton) == []


def test_the_skeleton_has_every_word_that_the_analyses_look_for(skeleton: Path) -> None:
    edition = load_package(ROOT / "data" / "tianjin-2002")
    loaded = load_package(skeleton)
    assert loaded.units == edition.units
    # The claims that are tested are those of the first edition, by the ids of its figures.
    modules = set((ROOT / "src/pensionbook/analysis").glob("*.py"))
    modules -= {path for path in modules if path.name == "claims.py"}
    sources = [path.read_text("utf-8") for path in modules]
    words = {
        node.value
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    words -= {row["kind"] for row in edition.tables["barriers"]}
    words -= {row["lever"] for row in edition.tables["measures"]}
    assert words & edition.indicators.keys() <= loaded.indicators.keys()
    assert words & edition.groups.keys() <= loaded.groups.keys()
    for own, its in ((loaded.indicators, edition.indicators), (loaded.groups, edition.groups)):
        assert all(its[word] == row for word, row in own.items())


def test_the_skeleton_explains_itself(skeleton: Path) -> None:
    text = (skeleton / "datapackage.yaml").read_text(encoding="utf-8")
    for entry in ("name", "title", "licenses", "sources", "pensionbook", "resources"):
        lines = text[: text.index(f"\n{entry}:") + 1].splitlines()
        above = lines[-1] if lines[-1].startswith("#") else lines[-2]
        assert above.startswith("#") or entry == "title_zh", entry


# -- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", ".", "..", "../x", "/etc", "a/b", "a\\b", "<script>", "a b", "A", "Ä", "天津"),
        *("a_b", "a--b", "-a", "a-", "a.b", "a\n", "\n", "a\0", "$(id)", "a;b", "%41"),
        *("a" * (scaffold.LONGEST_NAME + 1), "a" * 100_000, "２００４"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_and_nothing_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScaffoldError, match="cannot name an edition; use small letters") as refusal:
        new_edition(name)
    assert isinstance(refusal.value, PensionbookError)
    assert len(str(refusal.value)) < 400
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "full", "file", "dangling"])
def test_what_exists_stays_as_it_is(run: Run, kind: str) -> None:
    target = Path("my-region")
    if kind in ("folder", "full"):
        target.mkdir()
    if kind == "full":
        (target / "figures.csv").write_text("mine", encoding="utf-8")
    if kind == "file":
        target.write_text("mine", encoding="utf-8")
    if kind == "dangling":
        target.symlink_to("nowhere")
    before = sorted(Path.cwd().rglob("*"))
    code, out, err = run("new", "my-region")
    assert (code, out) == (1, "")
    assert "my-region exists already and stays as it is; choose another name" in err
    assert sorted(Path.cwd().rglob("*")) == before


def test_a_folder_that_cannot_be_made_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (tmp_path / "none" / "x", tmp_path / "file" / "x", tmp_path / ("x" * 300)):
        code, out, err = run("new", "my-region", "--folder", folder)
        assert (code, out) == (1, "")
        assert "error: cannot make the folder" in err
        assert "--folder" in err


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(ScaffoldError, match="No space left on device; name a new folder"):
        new_edition("my-region", tmp_path / "my-region")
    assert list(tmp_path.iterdir()) == []


# -- the command ----------------------------------------------------------------------------------


def test_new_writes_below_data_where_there_is_such_a_folder(run: Run) -> None:
    assert "written: my-region\n" in run("new", "my-region")[1]
    Path("data").mkdir()
    code, out, _ = run("new", "my-region")
    assert code == 0
    assert out.splitlines()[0] == f"written: {Path('data', 'my-region')}"
    assert f"pensionbook check {Path('data', 'my-region')} " in out
    assert max(map(len, out.splitlines())) <= 80
    assert sorted(path.name for path in Path("data").iterdir()) == ["my-region"]
    named = run("new", "my-region", "--folder", "elsewhere")
    assert "written: elsewhere\n" in named[1]
    assert check_package("elsewhere") == []


def test_the_folder_can_be_read_as_other_new_folders_can(run: Run) -> None:
    os.umask(mask := os.umask(0))
    run("new", "my-region")
    assert Path("my-region").stat().st_mode & 0o777 == 0o777 & ~mask
    assert not [path for path in Path.cwd().iterdir() if path.name[0] == "."]


def test_help_teaches(run: Run) -> None:
    code, out, _ = run("new", "--help")
    assert code == 0
    text = " ".join(out.split())
    for said in (
        "Begin an edition for another region or year",
        "Rows that begin with # are not read",
        "small letters, digits and single hyphens",
        "data/NAME, or NAME where there is no folder data",
        "Examples: pensionbook new my-region-2004; pensionbook new my-region-2004 --folder",
    ):
        assert said in text
    assert re.search(r"^ +new +Begin an edition", run("--help")[1], re.MULTILINE)


@pytest.mark.parametrize("command", ["audit", "build"])
def test_without_figures_audit_and_build_say_what_comes_first(
    run: Run, project: Project, command: str
) -> None:
    run("new", "my-region-2004", "--folder", "my-region-2004")
    folders = ("--notebooks", project.notebooks, "--book", project.book)
    code, out, err = run(command, "my-region-2004", *(folders if command == "build" else ()))
    assert (code, out) == (1, "")
    assert "my-region-2004 has no printed figures yet; type the first ones into figures.csv" in err
    assert not list(Path.cwd().glob("_build/my-region-2004*"))


# -- rows that are not read -----------------------------------------------------------------------


@pytest.mark.parametrize("name", [*REQUIRED_TABLES, *OPTIONAL_TABLES])
@pytest.mark.parametrize(
    "remark",
    ["# a remark", "# a remark, with, commas", '"# quoted, ""twice""",,', "#,,,,,,,,,,,,,,,,,,,,,"],
)
def test_a_row_that_begins_with_a_hash_is_not_read(tmp_path: Path, name: str, remark: str) -> None:
    package = write_package(tmp_path)
    path = package / f"{name}.csv"
    first, *rows = path.read_text(encoding="utf-8").splitlines()
    plain = read_package(package)
    with_remarks = "\n".join([first, remark, *(f"{row}\n{remark}" for row in rows)]) + "\n"
    path.write_text(with_remarks, encoding="utf-8", newline="")
    raw = read_package(package)
    assert check_package(package) == []
    assert raw.tables[name].rows == plain.tables[name].rows
    assert raw.tables[name].lines == [2 * line - 1 for line in plain.tables[name].lines]
    assert len(raw.tables[name].comments) == len(rows) + 1
    (note,) = (str(note) for note in to_do(raw) if note.file.startswith(f"{name}.csv"))
    assert re.match(rf"{name}\.csv rows 2, 4.*: not read, as they begin with #; take", note)


@pytest.mark.parametrize("name", [*REQUIRED_TABLES, *OPTIONAL_TABLES])
def test_problems_below_a_remark_name_the_right_line(tmp_path: Path, name: str) -> None:
    package = write_package(tmp_path)
    path = package / f"{name}.csv"
    columns = table_columns(name)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1:1] = ["# one", '"# two\nlines",', "# three"]
    wrong = dict(zip(columns, next(csv.reader([lines[-1]])), strict=True))
    wrong["identity_id" if name == "identities" else columns[0]] = "Wrong id"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\n".join(lines) + "\n")
        csv.writer(file, lineterminator="\n").writerow(wrong.values())
    last = path.read_text(encoding="utf-8").count("\n")
    problems = [problem for problem in check_package(package) if problem.column == columns[0]]
    assert [(problem.file, problem.row) for problem in problems] == [(path.name, last)]


def test_a_figure_keeps_its_line_below_a_remark(tmp_path: Path) -> None:
    package = write_package(tmp_path)
    path = package / "figures.csv"
    first, rest = FILES["figures.csv"].split("\n", 1)
    path.write_text(f"{first}\n# read from the second printing\n{rest}", encoding="utf-8")
    assert load_package(package).figures[0].row == 3


def test_a_remark_cannot_stand_above_the_header(tmp_path: Path) -> None:
    package = write_package(tmp_path)
    path = package / "areas.csv"
    path.write_text("# areas\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert "areas.csv row 1" in str(check_package(package)[0])


def test_dates_of_which_no_figure_speaks_are_to_do(skeleton: Path) -> None:
    uncomment(skeleton, "figures.csv")
    notes = [str(note) for note in to_do(read_package(skeleton))]
    assert (
        "datapackage.yaml, parameters, baseline: no figure speaks of '2000'; "
        "write a date of figures.csv (2004)"
    ) in notes
    assert not any("as_of" in note for note in notes)


def test_a_text_that_says_to_do_and_not_what_is_to_do(skeleton: Path) -> None:
    path = skeleton / "areas.csv"
    text = path.read_text(encoding="utf-8").replace("To do: the name in English", "TO DO")
    path.write_text(text.replace("待填：中文名称", "Todorovo"), encoding="utf-8")
    notes = [str(note) for note in to_do(read_package(skeleton))]
    assert "areas.csv row 2, column name_en: found 'TO DO'; write it" in notes
    assert not any("column name_zh" in note for note in notes)


def test_a_finished_edition_has_nothing_to_do() -> None:
    assert to_do(read_package(ROOT / "data" / "tianjin-2002")) == []


def test_check_of_the_program_prints_the_notes(skeleton: Path) -> None:
    done = subprocess.run(
        [str(PROGRAM), "check", str(skeleton)], capture_output=True, text=True, check=True
    )
    assert done.stdout.count("\nto do: ") > len(TABLES)


def test_a_newer_count_of_contributors_than_the_report_speaks_of_is_to_do(tmp_path: Path) -> None:
    package = tmp_path / "later"
    shutil.copytree(ROOT / "data" / "tianjin-2002", package)
    assert [note for note in to_do(read_package(package)) if "as_of" in note.place] == []
    with (package / "figures.csv").open("a", encoding="utf-8") as file:
        file.write("later,x,contributors,all,tianjin,2002,,level,,,,159.8,10k_person,exact,\n")
    (note,) = [note for note in to_do(read_package(package)) if "as_of" in note.place]
    assert "contributors are known for 2002; let the report speak of that date" in str(note)
