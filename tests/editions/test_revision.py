"""What moved between two editions and why: revisions are kept apart from corrections."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction as F
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pensionbook.cli import main as cli
from pensionbook.data.figures import Interval
from pensionbook.editions.releases.compare import Comparison, Move, compare, relation, sign
from pensionbook.editions.releases.show import to_json, to_markdown
from pensionbook.editions.releases.sides import read_sides
from pensionbook.errors import ReleaseError
from released import FIGURES, IDENTITIES, VALUES, Edition, edition, row, value, word


def compared(old: Edition, new: Edition) -> Comparison:
    return compare(*read_sides(old.folder, new.folder, [old.data, new.data]))


def by_id(moves: tuple[Move, ...]) -> dict[str, Move]:
    return {move.id: move for move in moves}


@pytest.fixture
def old(tmp_path: Path) -> Edition:
    return edition(tmp_path / "old")


@pytest.fixture
def next_to(old: Edition, tmp_path: Path) -> Callable[..., Comparison]:
    """Compares the old edition with one that is made as the arguments say."""

    def make(*arguments: object, **options: object) -> Comparison:
        return compared(old, edition(tmp_path / "new", *arguments, **options))

    return make


# -- how ranges lie to each other -----------------------------------------------------------------

_INTEGERS = st.integers(-6, 6)
_RANGES = st.tuples(st.none() | _INTEGERS, st.none() | _INTEGERS).filter(
    lambda ends: None in ends or ends[0] <= ends[1]
)


@given(_RANGES, _RANGES)
def test_relation_is_that_of_the_sets(one: tuple, other: tuple) -> None:
    points = [F(n, 2) for n in range(-20, 21)]
    old, new = (Interval(*(None if e is None else F(e) for e in ends)) for ends in (one, other))
    before, after = ({p for p in points if p in ends} for ends in (old, new))
    expected = (
        "same" if before == after
        else "contradicts" if not before & after
        else "within" if after < before
        else "wider" if before < after
        else "overlaps"
    )  # fmt: skip
    assert relation(old, new) == expected


@given(_RANGES)
def test_sign_is_that_of_all_points(ends: tuple) -> None:
    found = Interval(*(None if e is None else F(e) for e in ends))
    signs = {(p > 0) - (p < 0) for p in (F(n, 2) for n in range(-20, 21)) if p in found}
    assert sign(found) == ({1: "+", -1: "-", 0: "0"}[signs.pop()] if len(signs) == 1 else "?")


# -- what moved -----------------------------------------------------------------------------------


def test_nothing_moved(next_to: Callable[..., Comparison]) -> None:
    found = next_to()
    assert not found.moves
    assert not found.changes.figures
    assert "No value, verdict or bound moved." in to_markdown(found, "en")


def test_both_ends_of_a_range_are_compared(next_to: Callable[..., Comparison]) -> None:
    values = [value("workers_last", 1100, 1250, figures=["all_2001"]), *VALUES[1:]]
    (move,) = next_to(FIGURES, values).values
    assert move.difference == (F(100), F(250))
    assert move.relative == (F(1, 10), F(1, 4))
    assert move.relation == "contradicts"


def test_an_open_end_has_no_difference(next_to: Callable[..., Comparison]) -> None:
    open_end = {"low": 900, "high": None}
    changed = {k: v for k, v in VALUES[0].items() if k != "value"} | open_end
    (move,) = next_to(FIGURES, [changed, *VALUES[1:]]).values
    assert move.difference == (F(-100), None)
    assert move.relation == "wider"
    assert not move.finding


def test_what_is_no_longer_recoverable_has_no_sign(next_to: Callable[..., Comparison]) -> None:
    nothing = {k: v for k, v in VALUES[0].items() if k != "value"} | {"low": 0, "high": None}
    found = next_to(FIGURES, [nothing, *VALUES[1:]])
    assert found.values[0].relation == "wider"
    assert not found.findings
    assert "not recoverable" in to_markdown(found, "en")


@pytest.mark.parametrize(
    ("record", "finding"),
    [
        (value("workers_change", 120, figures=["all_2001"]), ""),
        (value("workers_change", -20, figures=["all_2001"]), "sign"),
        (value("workers_change", 0, figures=["all_2001"]), "sign"),
        (value("workers_change", -20, 200, figures=["all_2001"]), "sign"),
    ],
)
def test_a_sign_that_turns_is_a_finding(
    next_to: Callable[..., Comparison], record: dict, finding: str
) -> None:
    (move,) = next_to(FIGURES, [VALUES[0], record, VALUES[2]]).values
    assert move.finding == finding


def test_another_word_is_another_finding(next_to: Callable[..., Comparison]) -> None:
    found = next_to(FIGURES, [*VALUES[:2], word("pace_finding", "The rise is slowing down.")])
    (move,) = found.findings
    assert (move.id, move.finding) == ("pace_finding", "word")


def test_a_word_is_shown_in_the_reader_s_language(tmp_path: Path) -> None:
    one, other = (
        edition(tmp_path / name, FIGURES, [word("pace", "") | {"text": texts}])
        for name, texts in (
            ("one", {"en": "Faster.", "zh_CN": "加快。"}),
            ("other", {"en": "Slower.", "zh_CN": "放慢。"}),
        )
    )
    found = compared(one, other)
    assert "| Faster. | Slower. |" in to_markdown(found, "en").replace("**", "")
    assert "| 加快。 | 放慢。 |" in to_markdown(found, "zh_CN").replace("**", "")


@pytest.mark.parametrize(
    "said",
    [
        ({"en": "Faster."}, {"zh_CN": "加快。"}),
        ({"en": "Faster.", "zh_CN": "速度加快。"}, {"en": "Faster.", "zh_CN": "加快。"}),
    ],
    ids=["no common language", "a better one"],
)
def test_another_translation_is_no_other_finding(tmp_path: Path, said: tuple) -> None:
    one, other = (
        edition(tmp_path / name, FIGURES, [word("pace", "") | {"text": text}])
        for name, text in zip(("one", "other"), said, strict=True)
    )
    assert not compared(one, other).values


@pytest.mark.parametrize("words", [("Town", "Country"), ("the end of 2000", "the end of 2001")])
def test_a_name_or_a_date_is_no_finding(tmp_path: Path, words: tuple[str, str]) -> None:
    one, other = (
        edition(tmp_path / name, FIGURES, [*VALUES, word("trends_area", text)])
        for name, text in zip(("one", "other"), words, strict=True)
    )
    found = compared(one, other)
    assert by_id(found.values)["trends_area"].status == "moved"
    assert not found.findings


def test_another_verdict_is_a_finding_and_traced(next_to: Callable[..., Comparison]) -> None:
    figures = [*FIGURES, row("private_2001", "300", group="private", vintage="final")]
    found = next_to(figures)
    verdicts = by_id(found.verdicts)
    assert verdicts["all_2001"].finding == "verdict"
    assert verdicts["all_2001"].why.figures == ("private_2001",)
    assert verdicts["private_2001"].status == "added"
    assert not verdicts["private_2001"].finding


def test_bounds_move_with_their_figures(next_to: Callable[..., Comparison]) -> None:
    figures = [FIGURES[0], row("public_2001", "700", group="public"), FIGURES[2]]
    found = next_to(figures)
    bounds = by_id(found.bounds)
    assert bounds["workers public town 2001"].difference == (F(100), F(100))
    assert bounds["workers private town 2001"].difference == (F(-100), F(-100))
    assert {move.why.kind for move in found.bounds} == {"correction"}


# -- revisions and corrections --------------------------------------------------------------------


def change_of(found: Comparison) -> tuple[str, str, str]:
    (change,) = found.changes.figures
    return change.kind, change.what, change.id


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # The same place and vintage, another numeral, unit or quantity: we had it wrong.
        (row("all_2001", "1010"), ("correction", "corrected")),
        (row("all_2001", "1000", unit="10k_person"), ("correction", "corrected")),
        (row("all_2001", "1000", period="2002"), ("correction", "corrected")),
        # Another place alone mends the reference.
        (row("all_2001", "1000", locator="page 2"), ("correction", "corrected")),
        (row("all_2001", "1000", vintage="final"), ("correction", "corrected")),
        # Another source or vintage that says something else is new data.
        (row("all_2001", "1010", locator="yearbook 2003"), ("revision", "revised")),
        (row("all_2001", "1010", vintage="final"), ("revision", "revised")),
        (row("all_2001", "1000", locator="book", vintage="final"), ("revision", "revised")),
    ],
)
def test_what_became_of_a_figure(
    next_to: Callable[..., Comparison], line: str, expected: tuple[str, str]
) -> None:
    assert change_of(next_to([line, *FIGURES[1:]])) == (*expected, "all_2001")


def test_a_new_figure_is_no_revision(next_to: Callable[..., Comparison]) -> None:
    found = next_to([*FIGURES, row("all_2002", "1100", period="2002")])
    assert change_of(found) == ("addition", "added", "all_2002")
    assert to_json(found)["counts"]["revisions"] == 0
    assert [change["id"] for change in to_json(found)["additions"]] == ["all_2002"]
    assert "0 revised (new data), 1 added (new data)" in to_markdown(found, "en")


def test_a_figure_taken_out_is_a_correction(next_to: Callable[..., Comparison]) -> None:
    assert change_of(next_to(FIGURES[:2])) == ("correction", "withdrawn", "all_2000")


def test_another_id_alone_is_no_change(next_to: Callable[..., Comparison]) -> None:
    found = next_to([row("workers_2001", "1000"), *FIGURES[1:]], VALUES)
    assert not found.changes.figures


def test_a_correction_under_another_id_is_one(next_to: Callable[..., Comparison]) -> None:
    found = next_to([row("workers_2001", "1001"), *FIGURES[1:]])
    assert change_of(found) == ("correction", "corrected", "all_2001")


PRELIMINARY = row("early", "1000", vintage="preliminary", locator="communique")
FINAL = row("late", "1010", vintage="final", locator="yearbook")


@pytest.mark.parametrize("kept", [True, False], ids=["kept beside it", "taken out"])
def test_a_later_vintage_supersedes(tmp_path: Path, kept: bool) -> None:
    one = edition(tmp_path / "one", [PRELIMINARY, *FIGURES[1:]])
    figures = [PRELIMINARY, FINAL] if kept else [FINAL]
    found = compared(one, edition(tmp_path / "other", [*figures, *FIGURES[1:]]))
    (change,) = found.changes.figures
    assert (change.kind, change.what) == ("revision", "superseded")
    assert (change.difference, change.relative) == (F(10), F(1, 100))
    assert change.ids == {"early", "late"}


def test_a_vintage_that_goes_back_is_a_correction(tmp_path: Path) -> None:
    one = edition(tmp_path / "one", [PRELIMINARY, FINAL, *FIGURES[1:]])
    found = compared(one, edition(tmp_path / "other", [PRELIMINARY, *FIGURES[1:]]))
    assert {change.kind for change in found.changes.figures} == {"correction"}
    assert {change.what for change in found.changes.figures} == {"withdrawn", "reinstated"}


def test_a_difference_is_in_the_unit_of_the_old_figure(next_to: Callable[..., Comparison]) -> None:
    found = next_to([row("all_2001", "0.11", unit="10k_person", vintage="final"), *FIGURES[1:]])
    (change,) = found.changes.figures
    assert change.difference == F(100)


# -- why ------------------------------------------------------------------------------------------


def test_a_value_names_the_figure_that_moved_it(next_to: Callable[..., Comparison]) -> None:
    figures = [row("all_2001", "1010", vintage="final"), *FIGURES[1:]]
    values = [
        value("workers_last", 1010, figures=["all_2001"]),
        value("workers_change", 110, figures=["all_2001", "all_2000"]),
        word("pace_finding", "The pace changed."),
    ]
    moves = by_id(next_to(figures, values).values)
    for name in ("workers_last", "workers_change"):
        assert moves[name].why.kinds == ("revision",)
        assert moves[name].why.figures == ("all_2001",)
        assert moves[name].why.traced
    # A finding names no figure; what moved beside it moved it.
    assert moves["pace_finding"].why.kinds == ("revision",)
    assert not moves["pace_finding"].why.traced


def test_a_revision_and_a_correction_at_once(next_to: Callable[..., Comparison]) -> None:
    figures = [
        row("all_2001", "1010", vintage="final"), FIGURES[1], row("all_2000", "905", period="2000"),
    ]  # fmt: skip
    values = [VALUES[0], value("workers_change", 105, figures=["all_2001", "all_2000"])]
    move = by_id(next_to(figures, [*values, VALUES[2]]).values)["workers_change"]
    assert move.why.kinds == ("revision", "correction")
    assert move.why.kind == "several"


def test_a_changed_identity(next_to: Callable[..., Comparison]) -> None:
    found = next_to(
        identities=IDENTITIES.replace("owners,1,workers,private", "owners,2,workers,private")
    )
    assert dict(found.changes.identities) == {"owners": "changed"}
    move = by_id(found.bounds)["workers private town 2001"]
    assert move.why.kinds == ("identity",)
    assert move.why.identities == ("owners",)


def test_a_changed_parameter_moves_what_has_another_formula(
    next_to: Callable[..., Comparison],
) -> None:
    last = value("workers_last", 900, figures=["all_2000"], formula="workers[2000]")
    found = next_to(
        FIGURES,
        [last, *VALUES[1:]],
        parameters={"area": "town", "baseline": "2000", "as_of": "2000"},
    )
    assert found.changes.parameters == {"as_of": ("2001", "2000")}
    (move,) = found.values
    assert move.why.kinds == ("parameter",)
    assert (move.relation, move.difference) == ("restated", (F(-100), F(-100)))
    page = to_markdown(found, "en")
    assert "of other parameters" in page
    assert "contradicts" not in page


def test_a_formula_without_dates_is_no_contradiction_either(
    next_to: Callable[..., Comparison],
) -> None:
    # As a projection's: the formula stands, and no figure under it differs.
    last = value("workers_last", 900, figures=["all_2001"])
    parameters = {"area": "town", "baseline": "1999", "as_of": "2001"}
    (move,) = next_to(FIGURES, [last, *VALUES[1:]], parameters=parameters).values
    assert move.why.kinds == ("parameter",)
    assert move.relation == "restated"


def test_a_parameter_is_not_blamed_where_the_formula_stands(
    next_to: Callable[..., Comparison],
) -> None:
    figures = [row("all_2001", "1010", vintage="final"), *FIGURES[1:]]
    last = value("workers_last", 1010, figures=["all_2001"])
    parameters = {"area": "town", "baseline": "1999", "as_of": "2001"}
    found = next_to(figures, [last, *VALUES[1:]], parameters=parameters)
    assert found.changes.parameters == {"baseline": ("2000", "1999")}
    assert found.values[0].why.kinds == ("revision",)


@pytest.mark.parametrize("name", ["pensionbook/report/report.py", "notebooks/01_trends.ipynb"])
def test_changed_code(next_to: Callable[..., Comparison], name: str) -> None:
    code = {"pensionbook/report/report.py": "0" * 64, "notebooks/01_trends.ipynb": "1" * 64}
    last = value("workers_last", 1001, figures=["all_2001"])
    found = next_to(FIGURES, [last, *VALUES[1:]], code=code | {name: "2" * 64})
    assert found.changes.code == (name,)
    assert found.values[0].why.kinds == ("code",)


def test_code_is_not_blamed_for_what_data_explains(next_to: Callable[..., Comparison]) -> None:
    figures = [row("all_2001", "1010", vintage="final"), *FIGURES[1:]]
    last = value("workers_last", 1010, figures=["all_2001"])
    code = {"pensionbook/report/report.py": "2" * 64, "notebooks/01_trends.ipynb": "1" * 64}
    found = next_to(figures, [last, *VALUES[1:]], code=code)
    assert found.values[0].why.kinds == ("revision",)


def test_without_packages_the_changed_files_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    figures = [row("all_2001", "1010"), *FIGURES[1:]]
    values = [value("workers_last", 1010, figures=["all_2001"]), *VALUES[1:]]
    one, other = edition(tmp_path / "one"), edition(tmp_path / "other", figures, values)
    found = compare(*read_sides(one.folder, other.folder))
    assert found.changes.files == ("figures.csv",)
    assert not found.changes.read
    assert found.values[0].why.kinds == ("data",)
    assert "--data" in to_markdown(found, "en")


# -- how it is shown ------------------------------------------------------------------------------


def test_json_holds_revisions_and_corrections_apart(next_to: Callable[..., Comparison]) -> None:
    figures = [
        row("all_2001", "1010", vintage="final"), FIGURES[1], row("all_2000", "905", period="2000"),
    ]  # fmt: skip
    found = json.loads(json.dumps(to_json(next_to(figures))))
    assert [change["id"] for change in found["revisions"]] == ["all_2001"]
    assert [change["id"] for change in found["corrections"]] == ["all_2000"]
    assert found["counts"]["revisions"] == found["counts"]["corrections"] == 1
    assert found["revisions"][0]["old"]["printed"] == "1000"


def test_markdown_shows_hostile_text_as_text(next_to: Callable[..., Comparison]) -> None:
    hostile = "<script>alert(1)</script> | [x](javascript:y)"
    text = to_markdown(next_to(FIGURES, [*VALUES[:2], word("pace_finding", hostile)]), "en")
    assert "<script>" not in text.replace("\\<", "")
    assert "\\|" in text
    assert "[x]" not in text.replace("\\[", "")


def test_both_languages_have_the_same_numbers(next_to: Callable[..., Comparison]) -> None:
    found = next_to([row("all_2001", "1010", vintage="final"), *FIGURES[1:]])
    for language in ("en", "zh_CN"):
        assert "1,010" in to_markdown(found, language)


# -- the command, and wrong input -----------------------------------------------------------------


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Runs the program in an empty folder: exit code, output, messages."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["pensionbook", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return call


@pytest.fixture
def pair(tmp_path: Path, old: Edition) -> tuple[Edition, Edition]:
    figures = [row("all_2001", "1010", vintage="final"), *FIGURES[1:]]
    values = [value("workers_last", 1010, figures=["all_2001"]), *VALUES[1:]]
    return old, edition(tmp_path / "new", figures, values)


def arguments(pair: tuple[Edition, Edition], *more: object) -> list[object]:
    old, new = pair
    return ["diff", old.folder, new.folder, "--data", old.data, "--data", new.data, *more]


def test_the_command_prints_tables(run, pair: tuple[Edition, Edition]) -> None:
    code, out, _ = run(*arguments(pair))
    assert code == 0
    for text in (
        "1 revised (new data), 0 added (new data), 0 corrected",
        "revision: all_2001",
        "+10 (+1%)",
    ):
        assert text in out


def test_the_command_prints_json(run, pair: tuple[Edition, Edition]) -> None:
    code, out, _ = run(*arguments(pair, "--json"))
    assert code == 0
    assert json.loads(out)["counts"]["revisions"] == 1


def test_the_command_writes_files(run, pair: tuple[Edition, Edition]) -> None:
    assert run(*arguments(pair, "--output", "diff.json"))[0] == 0
    assert json.loads(Path("diff.json").read_text(encoding="utf-8"))["values"]
    assert run(*arguments(pair, "--output", "diff.md", "--language", "zh_CN"))[0] == 0
    assert Path("diff.md").read_text(encoding="utf-8").startswith("# ")


def test_an_output_that_cannot_be_written(run, pair: tuple[Edition, Edition]) -> None:
    code, _, err = run(*arguments(pair, "--output", "no/such/diff.json"))
    assert code == 1
    assert "--output" in err
    assert not list(Path().iterdir())


def test_help_teaches(run) -> None:
    code, out, _ = run("diff", "--help")
    assert code == 0
    assert "Revisions are new data" in " ".join(out.split())


def test_a_missing_folder(run, old: Edition) -> None:
    code, _, err = run("diff", "nowhere", old.folder)
    assert code == 1
    assert "there is no folder nowhere" in err


def test_a_folder_that_is_no_edition(run, old: Edition) -> None:
    code, _, err = run("diff", old.folder, old.data)
    assert code == 1
    assert "neither a release nor a built edition" in err


@pytest.mark.parametrize("name", ["values.json", "audit.csv", "bounds.csv"])
def test_a_changed_file(run, old: Edition, name: str) -> None:
    with (old.folder / name).open("a", encoding="utf-8") as file:
        file.write("more\n")
    code, _, err = run("diff", old.folder, old.folder)
    assert code == 1
    assert name in err
    assert "build the edition again" in err


@pytest.mark.parametrize("text", ["", "[]", "{", "nul\0", '{"format": 2, "edition": "../../x"}'])
def test_a_damaged_manifest(run, old: Edition, text: str) -> None:
    (old.folder / "manifest.json").write_text(text, encoding="utf-8")
    code, _, err = run("diff", old.folder, old.folder)
    assert code == 1
    assert "manifest.json is damaged" in err


@pytest.mark.parametrize(
    "parts", [{"inputs": []}, {"parameters": None}, {"edition": "../../x"}, {"outputs": 3}]
)
def test_a_manifest_of_another_shape(run, old: Edition, parts: dict) -> None:
    path = old.folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8")) | parts
    path.write_text(json.dumps(content), encoding="utf-8")
    code, _, err = run("diff", old.folder, old.folder)
    assert code == 1
    assert "manifest.json is damaged" in err


def test_a_batch_is_not_one_edition(run, old: Edition) -> None:
    path = old.folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8")) | {"editions": {"town": "0" * 64}}
    path.write_text(json.dumps(content), encoding="utf-8")
    code, _, err = run("diff", old.folder, old.folder)
    assert code == 1
    assert "holds many editions; name one of them" in err


def test_a_package_of_neither_side(tmp_path: Path, pair: tuple[Edition, Edition]) -> None:
    old, new = pair
    third = edition(tmp_path / "third", [row("all_2001", "7"), *FIGURES[1:]])
    with pytest.raises(ReleaseError, match="neither edition was built from"):
        read_sides(old.folder, new.folder, [third.data])


def test_editions_of_two_packages(tmp_path: Path, old: Edition, run) -> None:
    other = edition(tmp_path / "other")
    path = other.folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8")) | {"edition": "other-town"}
    path.write_text(json.dumps(content), encoding="utf-8")
    code, _, err = run("diff", old.folder, other.folder)
    assert code == 1
    assert "name two of one data package" in err
