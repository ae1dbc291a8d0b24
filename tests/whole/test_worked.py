"""The worked page tells the truth: its files are the example's, its answers the program's."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from pensionbook.book.gate import typed_numbers
from pensionbook.data.load import load_package
from pensionbook.data.read import read_package
from pensionbook.data.scaffold import new_edition
from pensionbook.data.todo import to_do
from pensionbook.engine.reconcile import reconcile
from pensionbook.engine.system import Quantity
from projects import PROGRAM, ROOT

NAME = "example-county-2004"
EXAMPLE = ROOT / "data" / NAME
PAGE = (ROOT / "book" / "worked.md").read_text(encoding="utf-8")
ANSWERS = re.findall(r"^```console\n\$ (.+)\n((?:.*\n)*?)```$", PAGE, re.MULTILINE)
SHOWN = re.findall(r"^% file: (.+)\n\n```\w+\n((?:.*\n)*?)```$", PAGE, re.MULTILINE)
COLUMNS = re.findall(r"^% columns: (.+)\n\n```text\n((?:.*\n)*?)```$", PAGE, re.MULTILINE)
# The first figure as the page supposes that it was typed first.
RIGHT, WRONG = ",42637,", ',"42,637",'


def answer(command: str, folder: Path) -> str:
    """What a command of the page prints, as the page shows it."""
    environment = os.environ | {"COLUMNS": "80", "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        shlex.split(command),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    # What a good build says on the way goes to the other stream, and the page leaves it out.
    text = done.stdout + (done.stderr if done.returncode else "")
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def read_rows(file: str) -> list[dict[str, str]]:
    with (EXAMPLE / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# -- the page -------------------------------------------------------------------------------------


def test_the_page_shows_the_files_as_they_are() -> None:
    assert [file for file, _ in SHOWN] == ["datapackage.yaml", "areas.csv"]
    for file, text in SHOWN:
        assert text == (EXAMPLE / file).read_text(encoding="utf-8"), file


def test_the_page_shows_the_columns_as_they_are() -> None:
    assert [file for file, _ in COLUMNS] == ["figures.csv", "figures.csv", "identities.csv"]
    left_out = {}
    for file, text in COLUMNS:
        rows = read_rows(file)
        head, *lines = text.splitlines()
        names = head.split()
        starts = [found.start() for found in re.finditer(r"\S+", head)]
        spans = list(pairwise([*starts, None]))
        cells = [[line[start:end].strip() for start, end in spans] for line in lines]
        assert cells == [[row[name] for name in names] for row in rows], file
        left_out[file] = left_out.get(file, rows[0].keys()) - {*names}
    figures, identities = read_rows("figures.csv"), read_rows("identities.csv")
    said = {"area": {"example_county"}, "qualifier": {"exact"}}
    for name in left_out["figures.csv"] - {"note"}:
        assert {row[name] for row in figures} == said.get(name, {""}), name
    assert [bool(row["note"]) for row in figures] == [False] * (len(figures) - 1) + [True]
    assert left_out["identities.csv"] == {"area", "base_period", "assumption", "why"}
    (assumption,) = {row["assumption"] for row in identities} - {""}
    assert f"`{assumption}`" in " ".join(PAGE.split())


def test_the_files_not_shown_are_the_skeleton_without_its_examples(tmp_path: Path) -> None:
    skeleton, finished = contents(new_edition(NAME, tmp_path / "new")), contents(EXAMPLE)
    assert skeleton.keys() - finished.keys() == {"barriers.csv", "measures.csv"}
    for file in finished.keys() - {file for file, _ in (*SHOWN, *COLUMNS)}:
        rows = skeleton[file].splitlines(keepends=True)
        assert finished[file] == "".join(row for row in rows if row[0] != "#"), file


def test_the_page_shows_the_answers_of_the_program(tmp_path: Path) -> None:
    commands = [command for command, _ in ANSWERS]
    assert [command.split()[:2] for command in commands[:-1]] == [
        ["pensionbook", "new"],
        *[["pensionbook", "check"]] * 3,
        ["pensionbook", "audit"],
        ["cut", "-d,"],
    ]
    figures = tmp_path / NAME / "figures.csv"

    def fill_in() -> None:
        shutil.rmtree(tmp_path / NAME)
        shutil.copytree(EXAMPLE, tmp_path / NAME)
        text = figures.read_text(encoding="utf-8")
        assert text.count(RIGHT) == 1
        figures.write_text(text.replace(RIGHT, WRONG), encoding="utf-8")

    def mend() -> None:
        text = figures.read_text(encoding="utf-8")
        figures.write_text(text.replace(WRONG, RIGHT), encoding="utf-8")

    before = {2: fill_in, 3: mend}
    for number, (command, shown) in enumerate(ANSWERS[:-1]):
        before.get(number, lambda: None)()
        assert answer(command, tmp_path) == shown, command


def test_the_prose_of_the_page_has_no_typed_number() -> None:
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"`[^`\n]+`", "", prose)
    assert typed_numbers(prose) == []


def test_the_page_stands_before_the_one_that_leads_to_it() -> None:
    chapters = re.findall(r"file: (\S+)", (ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))
    assert chapters[chapters.index("reproduce") - 1] == "worked"
    assert "(worked.md)" in (ROOT / "book" / "reproduce.md").read_text(encoding="utf-8")
    assert "(book/worked.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


# -- the example ----------------------------------------------------------------------------------


def test_the_example_says_that_it_is_invented() -> None:
    raw = read_package(EXAMPLE)
    assert "invented" in raw.descriptor["description"]
    assert to_do(raw) == []


def test_the_audit_finds_the_planted_contradiction_and_nothing_else() -> None:
    result = reconcile(load_package(EXAMPLE))
    verdicts = {name: verdict.verdict for name, verdict in result.verdicts.items()}
    assert {name for name, v in verdicts.items() if v == "inconsistent"} == {"staff_2004"}
    assert sorted(set(verdicts.values())) == ["consistent", "inconsistent", "untested"]
    implied = result.verdicts["staff_2004"].implied
    # The right total, 6.31, and not the printed 6.13.
    assert 6.31 <= implied.interval.low <= implied.interval.high < 6.315


def test_the_lost_levels_come_back() -> None:
    bounds = reconcile(load_package(EXAMPLE)).bounds
    level = {
        period: bounds[Quantity("contributors", "all", "example_county", period)]
        for period in ("2000", "2002", "2004")
    }
    assert level["2002"].low == level["2002"].high == 42637 + 3293
    # 45,930 is what a fall of 4.725 to 4.735 percent left.
    assert level["2000"].low == 45930 / Fraction("0.95275")
    assert level["2000"].high == 45930 / Fraction("0.95265")
    assert 5 <= level["2000"].high - level["2000"].low < 5.5
    printed = {(f.indicator, f.period, f.statistic) for f in load_package(EXAMPLE).figures}
    assert not {("contributors", "2000", "level")} & printed


def test_without_the_growth_of_page_3_the_contradiction_has_four_suspects(tmp_path: Path) -> None:
    package = Path(shutil.copytree(EXAMPLE, tmp_path / NAME))
    figures = package / "figures.csv"
    rows = figures.read_text(encoding="utf-8").splitlines(keepends=True)
    figures.write_text("".join(r for r in rows if not r.startswith("staff_growth,")), "utf-8")
    verdicts = reconcile(load_package(package)).verdicts
    assert sum(verdict.verdict == "disputed" for verdict in verdicts.values()) == 4
    assert not any(verdict.verdict == "inconsistent" for verdict in verdicts.values())


@pytest.mark.slow
def test_the_example_builds_and_the_book_shows_what_the_page_says(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / NAME)
    command, shown = ANSWERS[-1]
    assert command == f"pensionbook build {NAME}"
    assert answer(command, tmp_path) == shown
    folder = tmp_path / "_build" / NAME
    values = json.loads((folder / "values.json").read_text(encoding="utf-8"))["values"]
    by_id = {value["id"]: value for value in values}
    assert by_id["contributors_last"]["value"] == 42637
    assert 48207 < by_id["contributors_first"]["low"] < by_id["contributors_first"]["high"] < 48213
    pages = folder / "en" / "html"
    assert "Example County" in (pages / "notebooks" / "01_trends.html").read_text("utf-8")
    register = (pages / "register.html").read_text(encoding="utf-8")
    assert "staff_2004" in register
    assert "inconsistent" in register
    missing = (pages / "notebooks" / "03_impacts.html").read_text(encoding="utf-8")
    assert f"The package {NAME} has no figures on retirees" in missing
    links = re.findall(r'href="([^"#:]+)', (pages / "reproduce.html").read_text(encoding="utf-8"))
    assert "worked.html" in map(unquote, links)
