"""The command line: what each wrong input is answered with, and that nothing is written then."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pensionbook.cli import main as cli
from projects import EDITION, FIXTURES, PROGRAM, ROOT, Project

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs the program in this process, in an empty folder: exit code, output, messages."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["pensionbook", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return call


def build_arguments(project: Project, *options: object) -> tuple[object, ...]:
    return (
        *("build", project.package, "--notebooks", project.notebooks, "--book", project.book),
        *options,
    )


# -- help -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "audit", "build"])
def test_help_of_each_command_has_an_example(run: Run, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert re.search(rf"Examples?: pensionbook {command} data/tianjin-2002", out)


def test_help_is_there_at_once() -> None:
    command = [str(PROGRAM.with_name("python")), "-X", "importtime", str(PROGRAM), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for slow in ("pandas", "papermill", "sphinx", "frictionless", "matplotlib"):
        assert not re.search(rf"\| +{slow}$", done.stderr, re.MULTILINE), slow


def test_version_is_printed(run: Run) -> None:
    assert run("--version")[1].startswith("pensionbook 0.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["build"], "Missing argument"),
        (["build", "x", "--jobs", "0"], "greater than or equal to 1|x>=1"),
        (["build", "x", "--jobs", "two"], "--jobs.*valid integer"),
        (["check", "x", "--strict"], "No such option"),
    ],
)
def test_wrong_usage_exits_with_2(run: Run, arguments: list[str], said: str) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert re.search(said, err)


# -- check and audit ------------------------------------------------------------------------------


def test_check_counts_what_it_found_sound(run: Run) -> None:
    code, out, err = run("check", FIXTURES / EDITION)
    assert (code, err) == (0, "")
    assert "no problems: 4 figures, 1 identity" in out


def test_check_lists_all_problems_at_once(run: Run, project: Project) -> None:
    figures = project.package / "figures.csv"
    text = figures.read_text(encoding="utf-8")
    text = text.replace("public,region", "pubic,region").replace(",1000,", ',"1,000",')
    figures.write_text(text, encoding="utf-8")
    code, _, err = run("check", project.package)
    assert code == 1
    assert "error: 2 problems in the data package" in err
    assert "figures.csv row 2, column printed" in err
    assert "figures.csv row 5, column group" in err
    assert "nearest: 'public'" in err


@pytest.mark.parametrize("command", ["check", "audit", "build"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("missing", "the folder .*missing' does not exist; give the folder that holds"),
        ("file", "the folder .*file' is a file; give the folder that holds"),
        ("empty", "datapackage.yaml: there is no such file"),
    ],
)
def test_a_package_that_is_not_there_is_said_to_be_so(
    run: Run, tmp_path: Path, command: str, path: str, said: str
) -> None:
    (tmp_path / "file").write_text("text", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    code, _, err = run(command, tmp_path / path)
    assert code == 1
    assert re.search(said, err)
    assert not Path("_build").exists()


def test_a_table_outside_the_package_is_refused(run: Run, project: Project) -> None:
    shutil.move(project.package / "figures.csv", project.folder / "figures.csv")
    descriptor = project.package / "datapackage.yaml"
    text = descriptor.read_text(encoding="utf-8").replace("path: figures", "path: ../figures")
    descriptor.write_text(text, encoding="utf-8")
    code, _, err = run(*build_arguments(project))
    assert code == 1
    assert re.search(r"resource figures, path: '../figures.csv' leads out of the package", err)
    assert not Path("_build").exists()


def test_audit_writes_its_two_tables_and_says_where(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("audit", FIXTURES / EDITION, "--output", tmp_path / "audit")
    assert code == 0
    assert "4 printed figures: 4 consistent" in out
    assert {path.name for path in (tmp_path / "audit").iterdir()} == {"audit.csv", "bounds.csv"}


def test_proofs_are_written_only_when_asked_for(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("audit", FIXTURES / EDITION, "--output", tmp_path / "audit", "--prove")
    assert code == 0
    assert f"{tmp_path / 'audit' / 'bounds.csv'} and {tmp_path / 'audit' / 'proofs.json'}" in out
    checker = [sys.executable, ROOT / "tools" / "prove_check.py"]
    arguments = [FIXTURES / EDITION, tmp_path / "audit"]
    done = subprocess.run([*checker, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "0 not checked, 0 wrong" in done.stdout
    audit = tmp_path / "audit" / "audit.csv"
    audit.write_text(audit.read_text(encoding="utf-8").replace(",consistent,", ",disputed,", 1))
    done = subprocess.run([*checker, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "WRONG: the verdict on" in done.stdout


def test_an_audit_leaves_a_published_edition_as_it_is(run: Run, tmp_path: Path) -> None:
    published = Path("_build", EDITION)
    published.mkdir(parents=True)
    (published / "manifest.json").write_text("{}")
    code, out, err = run("audit", FIXTURES / EDITION)
    assert code == 0
    assert f"{published} is a published edition and is left as it is" in err
    assert f"written: {published}-audit/audit.csv" in out
    assert [path.name for path in published.iterdir()] == ["manifest.json"]


def test_strict_audit_fails_when_a_figure_cannot_be_right(run: Run, project: Project) -> None:
    figures = project.package / "figures.csv"
    text = figures.read_text(encoding="utf-8").replace(",-10.0,", ",-30.0,")
    # A second statement of each level leaves only the rate to be wrong.
    text += "contributors_2000_again,5,contributors,all,region,2000,,level,,,,1000,person,exact,\n"
    text += "contributors_2002,6,contributors,all,region,2002-09,,level,,,,900,person,exact,\n"
    figures.write_text(text, encoding="utf-8")
    assert run("audit", project.package)[0] == 0
    code, out, _ = run("audit", project.package, "--strict")
    assert code == 1
    assert "inconsistent" in out


# -- parameters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["regon=x"], "no notebook has a parameter 'regon'.*write one of: area, as_of, baseline"),
        (["aera=x"], r"no notebook has a parameter 'aera' \(nearest: 'area'\)"),
        (["area"], "-p area: not of the form name=value"),
        (["=x"], "not of the form name=value"),
        (["area=a", "area=b"], "-p area: given twice"),
        (["package=elsewhere"], "parameter package: it is the folder named after `build`"),
        (["area=regoin"], r"area: 'regoin' is not in areas.csv \(nearest: 'region'\)"),
        (["area="], "area: '' is not in areas.csv"),
        (["language=de"], "--language de: not known here.*write one of: en"),
        (["baseline=last year"], "baseline: 'last year' is no period; write a year"),
        (["as_of=2002-13"], "as_of: '2002-13' is no period"),
        (["baseline=2002-09"], "baseline: 2002-09 does not lie before as_of 2002-09"),
        (["baseline=1997"], "baseline: no figure speaks of 1997; write one of: 2000$"),
        (["as_of=2004"], "as_of: no figure speaks of 2004; write one of: 2002-09$"),
        (["baseline=1997", "as_of=1998"], "baseline: .*; write two of: 2000, 2002-09$"),
        (["number=many"], "-p number=many: number takes a whole number, such as 3, not 'many'"),
        (["number=2.5"], "number takes a whole number, such as 3, not '2.5'"),
        (["rate=high"], "rate takes a number, such as 0.5, not 'high'"),
        (["rate=nan"], "rate takes a number, such as 0.5, not 'nan'"),
        (["wanted=maybe"], "wanted takes true or false, such as True, not 'maybe'"),
    ],
)
def test_a_wrong_parameter_is_told_before_anything_starts(
    run: Run, project: Project, texts: list[str], said: str
) -> None:
    add_to_parameters(project, "\nnumber = 3\nrate = 0.5\nwanted = True")
    options = [option for text in texts for option in ("-p", text)]
    code, _, err = run(*build_arguments(project, *options))
    assert code == 1
    assert re.search(said, err)
    assert not Path("_build").exists()


def add_to_parameters(project: Project, lines: str) -> None:
    path = project.notebooks / "ok.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][1]["source"].append(lines)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_a_wrong_parameter_of_the_edition_is_told(run: Run, project: Project) -> None:
    descriptor = project.package / "datapackage.yaml"
    text = descriptor.read_text(encoding="utf-8").replace("area: region", "place: region")
    descriptor.write_text(text, encoding="utf-8")
    code, _, err = run(*build_arguments(project))
    assert code == 1
    assert "pensionbook.parameters in datapackage.yaml: no notebook has a parameter 'place'" in err


# -- notebooks and book ---------------------------------------------------------------------------


def test_a_missing_notebooks_folder_is_told(run: Run, project: Project) -> None:
    shutil.rmtree(project.notebooks)
    code, _, err = run(*build_arguments(project))
    assert code == 1
    assert re.search("there is no folder .*notebooks; name one with --notebooks", err)


def test_a_folder_without_notebooks_is_told(run: Run, project: Project) -> None:
    (project.notebooks / "ok.ipynb").unlink()
    code, _, err = run(*build_arguments(project))
    assert code == 1
    assert re.search(r"no notebooks \(\*\.ipynb\) in .*notebooks", err)


@pytest.mark.parametrize("content", ["", "[1, 2]", '{"cells": ', '{"nbformat": 4}', '"cells"'])
def test_a_file_that_is_no_notebook_is_told(run: Run, project: Project, content: str) -> None:
    (project.notebooks / "ok.ipynb").write_text(content, encoding="utf-8")
    code, _, err = run(*build_arguments(project))
    assert code == 1
    assert "ok.ipynb is not a notebook" in err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "untagged",
            "untagged.ipynb: no code cell tagged 'parameters'; give the tag",
        ),
        ("computes", "computes.ipynb, cell 2: line 2 has no plain value among the parameters"),
    ],
)
def test_a_notebook_without_plain_parameters_is_told(
    run: Run, tmp_path: Path, name: str, said: str
) -> None:
    code, _, err = run(*build_arguments(Project.make(tmp_path / "project", name)))
    assert code == 1
    assert said in err


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ((), "ok.ipynb stands nowhere in _toc.yml; add '- file: notebooks/ok'"),
        (("notebooks/ok", "lost"), "_toc.yml names 'lost', but there is no such page"),
        (("notebooks/ok", "notebooks/lost"), "_toc.yml names 'notebooks/lost'"),
    ],
)
def test_contents_that_do_not_fit_are_told(
    run: Run, project: Project, pages: tuple[str, ...], said: str
) -> None:
    project.list_pages(*pages)
    code, _, err = run(*build_arguments(project))
    assert code == 1
    assert said in err
    assert not Path("_build").exists()


def test_contents_that_cannot_be_read_are_told(run: Run, project: Project) -> None:
    (project.book / "_toc.yml").write_text("root: [index", encoding="utf-8")
    code, _, err = run(*build_arguments(project))
    assert code == 1
    assert re.search("_toc.yml is no valid YAML", err)


# -- output ---------------------------------------------------------------------------------------


def test_an_output_that_is_a_file_is_refused(run: Run, project: Project) -> None:
    output = project.folder / "report"
    output.write_text("mine", encoding="utf-8")
    code, _, err = run(*build_arguments(project, "--output", output))
    assert code == 1
    assert re.search("report is a file; name a folder with --output", err)
    assert output.read_text(encoding="utf-8") == "mine"


def test_an_output_below_a_file_is_refused(run: Run, project: Project) -> None:
    (project.folder / "file").write_text("mine", encoding="utf-8")
    code, _, err = run(*build_arguments(project, "--output", project.folder / "file" / "report"))
    assert code == 1
    assert re.search("cannot write in .*file: .*; allow it, or name another folder", err)


def test_an_output_where_nobody_may_write_is_refused(run: Run, project: Project) -> None:
    # Permissions do not hold root back; the process file system holds everybody back.
    code, _, err = run(*build_arguments(project, "--output", "/proc/pensionbook/report"))
    assert code == 1
    assert re.search("cannot write in /proc/pensionbook: .*; allow it", err)


def test_an_audit_where_nobody_may_write_is_refused(run: Run) -> None:
    code, _, err = run("audit", FIXTURES / EDITION, "--output", "/proc/pensionbook")
    assert code == 1
    assert "cannot write the audit to /proc/pensionbook" in err


def test_a_folder_with_files_of_the_user_is_not_swept_away(run: Run, project: Project) -> None:
    output = project.folder / "mine"
    output.mkdir()
    (output / "diary.txt").write_text("mine", encoding="utf-8")
    code, _, err = run(*build_arguments(project, "--output", output))
    assert code == 1
    assert "holds 'diary.txt', which no build writes; move it away" in err
    assert (output / "diary.txt").read_text(encoding="utf-8") == "mine"


def test_a_second_build_of_one_edition_is_refused(run: Run, project: Project) -> None:
    folder = Path("_build")
    folder.mkdir()
    with (folder / f".{EDITION}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, _, err = run(*build_arguments(project))
    assert code == 1
    assert re.search(f"another build of .*{EDITION} is at work; wait until it is done", err)
    assert [path.name for path in folder.iterdir()] == [f".{EDITION}.lock"]
