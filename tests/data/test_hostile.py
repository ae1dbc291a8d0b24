"""Files made to break the check: each is refused by file and row, in few words, and nothing else.

Whatever is wrong, the program ends with 1 and one message that is harmless on a terminal; there is
no traceback, nothing is written, and a million faults are not a million lines.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

import packages
from pensionbook.cli.main import main
from pensionbook.data import signs
from pensionbook.data.counted import LISTED_OF_A_KIND
from pensionbook.errors import NotebookError, ParameterError, Problem, visible

_MANIFEST = "datapackage.yaml"
_LINES = packages.FILES[_MANIFEST].count("\n")
_ESCAPES = "\x1b[2J\x1b]0;owned\x07"
_REFORM = """\
id: trial
name_en: Trial
name_zh: 试行
why_en: A test.
why_zh: 测试。
changes:
  paying_older: {set: 1}
"""

Breaks = Callable[[Path], object]


def _appended(text: str) -> Breaks:
    def breaks(path: Path) -> None:
        with (path / _MANIFEST).open("a", encoding="utf-8") as file:
            file.write(text)

    return breaks


def _whole(file: str, text: str) -> Breaks:
    def breaks(path: Path) -> None:
        (path / file).parent.mkdir(exist_ok=True)
        (path / file).write_text(text, encoding="utf-8")

    return breaks


def _replaced(file: str, old: str, new: str) -> Breaks:
    return lambda path: packages.replace_text(path, file, old, new)


def _cell(file: str, row: str, column: str, text: str) -> Breaks:
    return lambda path: packages.set_cell(path, file, row, column, text)


def _rows(line: str, count: int) -> Breaks:
    def breaks(path: Path) -> None:
        with (path / "figures.csv").open("a", encoding="utf-8") as file:
            file.writelines(f"{line.replace('#', str(number))}\n" for number in range(count))

    return breaks


def _linked(name: str, target: str) -> Breaks:
    return lambda path: (path / name).symlink_to(target)


def _refused(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """What the program says of a package that it refuses."""
    monkeypatch.chdir(path.parent)
    before = {place: place.lstat().st_mtime_ns for place in path.parent.rglob("*")}
    monkeypatch.setattr(sys, "argv", ["pensionbook", "check", str(path)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert said.out == ""
    assert before == {place: place.lstat().st_mtime_ns for place in path.parent.rglob("*")}
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]", said.err) is None
    assert len(said.err) < 100_000
    return said.err


_VALUES = {
    "float": '!!float ""',
    "float_word": "!!float many",
    "float_list": "!!float [1]",
    "int": "!!int",
    "int_word": "!!int x",
    "int_digits": f"0x{'f' * 5000}",
    "int_decimals": "9" * 5000,
    "bool": "!!bool maybe",
    "bool_list": "!!bool [yes]",
    "timestamp": "!!timestamp zz",
    "month": "2002-13-01",
    "binary": "!!binary x",
    "python": "!!python/object:os.system x",
    "unknown": "!mine x",
    "map": "!!map x",
    "sequence": "!!seq x",
    "pairs": "!!pairs x",
    "ordered": "!!omap [1]",
    "list_as_key": "{[a]: 1}",
    "alias": "*elsewhere",
    "merge": "{<<: {a: 1}}",
    "key_twice": "{a: 1, a: 2}",
    "closed": "]",
    "deep": "[" * 60 + "]" * 60,
    "very_deep": "[" * 50_000,
    "control": f'"{_ESCAPES}"',
    "next_line": '"a\x9bb"',
}


@pytest.mark.parametrize("value", _VALUES.values(), ids=_VALUES)
@pytest.mark.parametrize("file", [_MANIFEST, "scenarios/trial.yml"])
def test_a_value_that_yaml_cannot_mean_is_refused_by_its_line(
    file: str,
    value: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = packages.write_package(tmp_path)
    text = packages.FILES.get(file, _REFORM)
    _whole(file, f"{text}strange: {value}\n")(path)
    said = _refused(path, capsys, monkeypatch)
    assert f"  {file} row {text.count(chr(10)) + 1}: not valid YAML (" in said
    assert said.startswith("error: 1 problem")


# What breaks the package, and what is said of it.
_CASES: dict[str, tuple[Breaks, str]] = {
    "key_twice": (
        _appended("title: Another\n"),
        f"{_MANIFEST} row {_LINES + 1}: not valid YAML ('title' twice, first in row 2); keep one",
    ),
    "no_entries": (_whole(_MANIFEST, "{}\n"), f"{_MANIFEST}: no entries"),
    "a_list": (_whole(_MANIFEST, "- a\n"), f"{_MANIFEST}: no entries"),
    "many_licences": (
        _replaced(_MANIFEST, "licenses:\n", "licenses:\n" + "  - a\n" * 50_000),
        "licenses 51: found 'a', and 49949 more like it; write a title and a path",
    ),
    "long_path": (
        _replaced(_MANIFEST, "path: groups.csv", f"path: {'x' * 100_000}.csv"),
        "cannot be read (File name too long)",
    ),
    "long_evidence": (
        _appended(f"pensionbook: {{evidence: [{'x' * 300}]}}\n"),
        "there is no package x",
    ),
    "control_in_a_head": (
        _replaced("areas.csv", "parent", f"{_ESCAPES}parent"),
        r"areas.csv row 1, column \x1b[2J\x1b]0;owned\x07parent: header with the unknown",
    ),
    "control_in_a_base": (
        _cell("units.csv", "person", "base", f"person{_ESCAPES}"),
        r"'person\x1b[2J\x1b]0;owned\x07'; write one of the ids in units.csv",
    ),
    "next_line_in_a_name": (
        _cell("groups.csv", "public", "name_en", "Pub\x85lic"),
        r"column name_en: found 'Pub\x85lic', with a control character; take it away",
    ),
    "a_turned_direction": (
        _cell("figures.csv", "workers_2000", "note", "abc\u202edef"),
        r"column note: found 'abc\u202edef', with a control character; take it away",
    ),
    "tibetan": (
        _cell("areas.csv", "town", "name_en", "བོད"),
        "areas.csv row 3, column name_en: found 'བོད', with tibetan letter ba (U+0F56), which the",
    ),
    "mongolian": (
        _cell("groups.csv", "public", "name_zh", "ᠮᠣᠩᠭᠣᠯ"),
        "with mongolian letter ma (U+182E), which the charts' fonts lack; write the name in Latin",
    ),
    "emoji": (_cell("groups.csv", "public", "name_en", "Works 🏭"), "with factory (U+1F3ED)"),
    "reform_in_yi": (
        _whole("scenarios/trial.yml", _REFORM.replace("Trial", "ꆈ")),
        "scenarios/trial.yml, name_en: found 'ꆈ', with yi syllable nuo (U+A188)",
    ),
    "scenarios_elsewhere": (_linked("scenarios", "/etc"), "scenarios: a link; put the folder"),
    "scenarios_nowhere": (_linked("scenarios", "nowhere"), "scenarios: a link; put the folder"),
    "a_reform_elsewhere": (
        lambda path: ((path / "scenarios").mkdir(), _linked("scenarios/a.yml", "/etc/hosts")(path)),
        "scenarios/a.yml: a link that leads out of the package",
    ),
    "a_file_with_escapes": (
        _whole(f"scenarios/{_ESCAPES}", "x"),
        r"scenarios/\x1b[2J\x1b]0;owned\x07: not a file of a reform",
    ),
    "ragged": (
        _rows("a,b", 200_000),
        f"2 cells instead of 15, and {200_000 - LISTED_OF_A_KIND - 1} more like it; write 15",
    ),
    "wrong_throughout": (
        _rows("x#" + ",?" * 14, 3_000),
        "column statistic: found '?', and 2949 more like it; write one of level",
    ),
    "ids_repeated": (
        _rows(packages.FILES["figures.csv"].splitlines()[1], 3_000),
        "'workers_2000' stands already in row 2, and 2949 more like it; write another id",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("breaks", "message"), _CASES.values(), ids=_CASES)
def test_a_hostile_file_is_refused_in_few_words(
    breaks: Breaks,
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = packages.write_package(tmp_path)
    breaks(path)
    said = _refused(path, capsys, monkeypatch)
    assert message in said
    assert "/etc" not in said


def test_reforms_that_may_not_be_read_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packages.write_package(tmp_path)
    _whole("scenarios/trial.yml", _REFORM)(path)
    names = Path.iterdir

    def forbidden(folder: Path) -> NoReturn:
        if folder.name != "scenarios":
            return names(folder)
        raise PermissionError(13, "Permission denied")

    # Not by modes, which do not bind root.
    monkeypatch.setattr(Path, "iterdir", forbidden)
    assert "scenarios: cannot be read (Permission denied); allow reading it" in _refused(
        path, capsys, monkeypatch
    )


def test_no_error_writes_to_the_terminal() -> None:
    for error in (
        ParameterError(f"no area {_ESCAPES}"),
        NotebookError("a.ipynb", 1, _ESCAPES),
        Problem(f"{_ESCAPES}.csv", 1, _ESCAPES, _ESCAPES, _ESCAPES),
    ):
        assert str(error).isprintable()
    assert str(ParameterError("one line\nand another")) == "one line\nand another"
    assert visible("缴费人数 a\u3000b é 😀") == "缴费人数 a\u3000b é 😀"
    assert visible("\udcff\u2028\u200f") == r"\udcff\u2028\u200f"


def test_what_is_common_in_names_is_in_the_fonts() -> None:
    common = [chr(code) for code in range(0x30000) if signs._COMMON.fullmatch(chr(code))]
    assert len(common) > 20_000
    assert [sign for sign in common if ord(sign) not in signs._drawn()] == []
    assert [signs.undrawn(name) for name in ("鄠邑区𠮷㴸县", "Ürümqi 😀", "a🏭", "\x85")] == [
        *("", "", "🏭", "\x85")
    ]
