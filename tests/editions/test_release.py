"""Releases: what they hold, that they are the same bytes, and what is refused."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from packages import set_cell
from pensionbook.cli import main as cli
from pensionbook.data.load import check_package
from pensionbook.data.read import read_package
from pensionbook.editions import manifest, releases
from pensionbook.editions.releases import freeze
from pensionbook.editions.releases.crate import CRATE_FILE, read_crate
from pensionbook.editions.releases.freeze import Release, release
from pensionbook.editions.releases.record import check_name
from pensionbook.editions.releases.sides import read_side
from pensionbook.errors import ReleaseError
from pensionbook.files.digests import sha256_file
from projects import PROGRAM, ROOT, Project
from released import FIGURES, VALUES, Edition, edition, row, value, word

SHELF = Path("releases", "synthetic-town")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def first(tmp_path: Path) -> Edition:
    return edition(tmp_path / "first")


@pytest.fixture
def second(tmp_path: Path) -> Edition:
    """The same with a revised figure and another finding."""
    figures = [row("all_2001", "1010", vintage="final"), *FIGURES[1:]]
    values = [
        value("workers_last", 1010, figures=["all_2001"]),
        value("workers_change", 110, figures=["all_2001", "all_2000"]),
        word("pace_finding", "The rise is slowing down."),
    ]
    return edition(tmp_path / "second", figures, values, created="2007-03-01")


def made(built: Edition, name: str, **options: object) -> Release:
    return release(name, built.folder, data=built.data, **options)


def tree(folder: Path) -> dict[str, str]:
    """Digest of each file below a folder."""
    return {
        path.relative_to(folder).as_posix(): sha256_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# -- what a release holds -------------------------------------------------------------------------


def test_a_release_holds_the_edition_its_data_and_its_papers(first: Edition) -> None:
    folder = made(first, "spring").folder
    assert folder == SHELF / "1-spring"
    files = tree(folder)
    for name, digest in tree(first.folder).items():
        assert files[name] == digest
    raw = read_package(first.data)
    for name, digest in raw.sha256.items():
        assert files[f"data/synthetic-town/{name}"] == digest
    for name in (CRATE_FILE, "CITATION.cff", "CHANGES.md", "release.json"):
        assert name in files
    assert not check_package(folder / "data" / "synthetic-town")


def test_the_record_says_what_it_was_made_from(first: Edition) -> None:
    folder = made(first, "spring", day="2006-03-05", note="The first.").folder
    record = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    content = manifest.read(first.folder)
    assert content is not None
    assert record["number"] == 1
    assert (record["name"], record["date"]) == ("spring", "2006-03-05")
    assert (record["edition"], record["note"]) == ("synthetic-town", "The first.")
    assert record["parameters"] == content["parameters"]
    assert record["inputs"] == content["inputs"]
    assert record["manifest"] == sha256_file(first.folder / "manifest.json")
    assert record["previous"] is None


def test_the_day_is_that_of_the_package(first: Edition) -> None:
    assert made(first, "spring").day.isoformat() == "2006-03-01"


def test_the_citation_names_number_day_and_licence(first: Edition) -> None:
    folder = made(first, "spring").folder
    cited = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["cff-version"] == "1.2.0"
    assert cited["title"] == "Synthetic town, for tests: Town"
    assert (cited["version"], cited["date-released"].isoformat()) == ("1", "2006-03-01")
    assert cited["license"] == "CC-BY-4.0"


def test_a_licence_without_an_spdx_name_is_cited_by_its_address(tmp_path: Path) -> None:
    built = edition(tmp_path / "own", created="2006-03-01")
    text = (built.data / "datapackage.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    raw["licenses"] = [{"name": "our own terms", "path": "https://example.org/terms"}]
    from datetime import date

    from pensionbook.editions.releases.papers import citation, licences

    cited = yaml.safe_load(citation("T", 1, date(2006, 3, 1), licences(raw)))
    assert cited["license-url"] == "https://example.org/terms"
    assert "license" not in cited


def test_the_crate_describes_every_file(first: Edition) -> None:
    folder = made(first, "spring").folder
    crate = read_crate(folder)
    assert crate.version == "1.1"
    described = {entity.id: entity.get("sha256") for entity in crate.data_entities}
    files = tree(folder)
    assert described.keys() == files.keys() - {CRATE_FILE}
    for name, digest in described.items():
        assert name == "release.json" or digest == files[name]
    root = crate.root_dataset
    assert (root["datePublished"], root["version"]) == ("2006-03-01", "1")
    assert root["license"].id == "https://creativecommons.org/licenses/by/4.0/"


def test_file_names_are_addresses_in_the_crate(tmp_path: Path) -> None:
    page = {"en/html/files/缴费 1 #2.csv": "a\n1\n", "en/html/index.html": "<p>x</p>\n"}
    folder = made(edition(tmp_path / "odd", files=page), "spring").folder
    assert not releases.differences(folder)
    ids = {entity.id for entity in read_crate(folder).data_entities}
    assert "en/html/files/%E7%BC%B4%E8%B4%B9%201%20%232.csv" in ids


def test_the_second_release_says_what_changed(first: Edition, second: Edition) -> None:
    made(first, "spring")
    found = made(second, "autumn", note="With *final* figures.")
    assert found.folder == SHELF / "2-autumn"
    record = json.loads((found.folder / "release.json").read_text(encoding="utf-8"))
    assert record["previous"] == "1-spring"
    changes = (found.folder / "CHANGES.md").read_text(encoding="utf-8")
    assert "With \\*final\\* figures." in changes
    assert "What changed since 1-spring" in changes
    assert (
        "| all_2001 | 1,000 persons | 1,010 persons | +10 (+1%) | revised by the source (final) |"
        in changes
    )
    assert "another finding" in changes
    difference = json.loads((found.folder / "revisions.json").read_text(encoding="utf-8"))
    assert difference["counts"]["revisions"] == 1
    assert difference["counts"]["corrections"] == 0
    assert difference["new"] == {
        "label": "2-autumn", "number": 2, "name": "autumn", "date": "2007-03-01",
    }  # fmt: skip
    for name in ("revisions.md", "revisions.html", "revisions.zh_CN.md", "revisions.zh_CN.html"):
        assert (found.folder / name).is_file()
    assert not releases.differences(found.folder)


def test_the_page_shows_hostile_text_as_text(first: Edition, tmp_path: Path) -> None:
    made(first, "spring")
    hostile = "<script>alert(1)</script><img src=x onerror=y>"
    other = edition(tmp_path / "bad", FIGURES, [*VALUES[:2], word("pace_finding", hostile)])
    page = (made(other, "autumn").folder / "revisions.html").read_text(encoding="utf-8")
    assert "alert(1)" in page
    assert "<script" not in page
    assert "<img" not in page


def test_releases_of_another_area_are_no_predecessors(first: Edition, tmp_path: Path) -> None:
    made(first, "spring")
    parameters = {"area": "country", "baseline": "2000", "as_of": "2001"}
    other = edition(tmp_path / "other", parameters=parameters)
    assert made(other, "country").comparison is None
    third = made(first, "summer")
    assert third.number == 3
    assert third.comparison is not None
    assert third.comparison.old.label == "1-spring"


def test_the_same_inputs_give_the_same_bytes(first: Edition, second: Edition) -> None:
    for target in ("one", "other"):
        made(first, "spring", target=Path(target))
        made(second, "autumn", target=Path(target))
    assert tree(Path("one")) == tree(Path("other"))


def test_a_release_says_nothing_of_the_machine(first: Edition, tmp_path: Path) -> None:
    folder = made(first, "spring").folder
    for path in folder.rglob("*"):
        assert not path.is_file() or str(tmp_path).encode() not in path.read_bytes()


def test_a_release_can_be_compared_and_is_its_own_source(first: Edition, second: Edition) -> None:
    one, other = made(first, "spring").folder, made(second, "autumn").folder
    shutil.rmtree(first.data)
    shutil.rmtree(second.data)
    side = read_side(one)
    assert side.package is not None
    assert side.label == "1-spring"
    assert read_side(other).verdicts["all_2001"]["printed"] == "1010"


def test_evidence_is_released_beside_the_package(tmp_path: Path) -> None:
    other = edition(tmp_path / "side")
    built = edition(tmp_path / "main")
    beside = built.data.parent / "other-town"
    shutil.copytree(other.data, beside)
    descriptor = beside / "datapackage.yaml"
    text = descriptor.read_text(encoding="utf-8")
    descriptor.write_text(text.replace("name: synthetic-town", "name: other-town"), "utf-8")
    with (built.data / "datapackage.yaml").open("a", encoding="utf-8") as file:
        file.write("pensionbook: {evidence: [other-town]}\n")
    content = manifest.read(built.folder)
    assert content is not None
    digests = read_package(built.data).sha256
    content["inputs"] = {f"package/{name}": digest for name, digest in digests.items()}
    manifest.write(content, built.folder)
    folder = made(built, "spring").folder
    assert (folder / "data" / "other-town" / "figures.csv").is_file()
    assert (folder / "data" / "synthetic-town" / "figures.csv").is_file()
    assert list(read_side(folder).evidence) == ["other-town"]


# -- what is refused, and that nothing is left then -----------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["", "../x", "a/b", "Spring", "a b", "-a", "a--b", "a-", ".", "<script>", "=cmd", "x" * 61,
     "a\n", "缴费", "a\0b"],
)  # fmt: skip
def test_hostile_names(first: Edition, name: str) -> None:
    with pytest.raises(ReleaseError, match="small letters, digits and single hyphens"):
        made(first, name)
    assert not Path("releases").exists()


def test_a_plain_name_is_proposed() -> None:
    with pytest.raises(ReleaseError, match=r"such as spring-2006$"):
        check_name("Spring 2006!")


@pytest.mark.parametrize("day", ["2006-02-30", "2006-2-3", "20060203", "yesterday", "0000-01-01"])
def test_a_day_that_is_none(first: Edition, day: str) -> None:
    with pytest.raises(ReleaseError, match="YYYY-MM-DD"):
        made(first, "spring", day=day)
    assert not Path("releases").exists()


def test_without_a_day_none_is_made_up(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="--date"):
        made(edition(tmp_path / "undated", created=""), "spring")
    assert not Path("releases").exists()


def test_a_name_is_used_once(first: Edition) -> None:
    folder = made(first, "spring").folder
    before = tree(folder)
    with pytest.raises(ReleaseError, match="1-spring, and no release is overwritten"):
        made(first, "spring")
    assert tree(folder) == before
    assert [path.name for path in SHELF.iterdir()] == ["1-spring"]


@pytest.mark.parametrize("what", ["altered", "missing", "added"])
def test_a_changed_edition(first: Edition, what: str) -> None:
    page = first.folder / "en" / "html" / "index.html"
    if what == "altered":
        page.write_text("<p>Better numbers.</p>\n", encoding="utf-8")
    elif what == "missing":
        page.unlink()
    else:
        page.with_name("more.html").write_text("", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"is not as it was built.*build it again"):
        made(first, "spring")
    assert not Path("releases").exists()


def test_a_changed_package(first: Edition) -> None:
    set_cell(first.data, "figures.csv", "all_2001", "printed", "1001")
    with pytest.raises(ReleaseError, match=r"figures\.csv: not as it was when"):
        made(first, "spring")
    assert not Path("releases").exists()


def test_a_package_that_is_none(first: Edition) -> None:
    with pytest.raises(ReleaseError, match=r"holds no data package.*--data"):
        release("spring", first.folder)


def test_a_release_is_no_edition(first: Edition) -> None:
    folder = made(first, "spring").folder
    with pytest.raises(ReleaseError, match="is a release already"):
        release("again", folder, data=first.data)


def test_a_manifest_that_names_another_folder(first: Edition) -> None:
    path = first.folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8")) | {"edition": "../../outside"}
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ReleaseError, match="damaged"):
        made(first, "spring")


def test_a_damaged_release_stops_the_next(first: Edition, second: Edition) -> None:
    (made(first, "spring").folder / "release.json").write_text("{", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"release\.json is damaged"):
        made(second, "autumn")
    assert sorted(path.name for path in SHELF.iterdir()) == ["1-spring"]


def test_two_at_one_time(first: Edition) -> None:
    SHELF.mkdir(parents=True)
    handle = os.open(SHELF, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(ReleaseError, match="wait until it is done"):
            made(first, "spring")
    finally:
        os.close(handle)
    assert not list(SHELF.iterdir())


def test_a_failure_leaves_nothing(first: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr(freeze, "write_crate", fail)
    with pytest.raises(ReleaseError, match="No space left on device"):
        made(first, "spring")
    assert not list(SHELF.iterdir())


def test_what_a_killed_release_left_is_cleared(first: Edition) -> None:
    stale = SHELF / ".release-dead"
    stale.mkdir(parents=True)
    (stale / "half").touch()
    made(first, "spring")
    assert [path.name for path in SHELF.iterdir()] == ["1-spring"]


# -- verify ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("en/html/index.html", "en/html/index.html: altered"),
        ("data/synthetic-town/figures.csv", "data/synthetic-town/figures.csv: altered"),
        ("CHANGES.md", "CHANGES.md: altered"),
        (CRATE_FILE, f"{CRATE_FILE}: altered"),
        ("manifest.json", "manifest.json: altered"),
        ("stranger.txt", "stranger.txt: not in the manifest"),
    ],
)
def test_verify_names_what_was_altered(first: Edition, name: str, said: str) -> None:
    folder = made(first, "spring").folder
    assert releases.differences(folder) == []
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(" ")
    assert releases.differences(folder) == [said]


def test_verify_names_what_is_missing(first: Edition) -> None:
    folder = made(first, "spring").folder
    (folder / "CITATION.cff").unlink()
    assert releases.differences(folder) == ["CITATION.cff: missing"]


# -- the command ----------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["pensionbook", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_the_command(
    first: Edition, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(first.data, "data/synthetic-town")
    shutil.copytree(first.folder, "_build/synthetic-town")
    assert run(monkeypatch, "release", "spring", "--date", "2006-04-01") == 0
    assert "release 1 of 2006-04-01" in capsys.readouterr().out
    assert run(monkeypatch, "verify", SHELF / "1-spring") == 0
    assert "files are as published" in capsys.readouterr().out
    assert run(monkeypatch, "diff", SHELF / "1-spring", "_build/synthetic-town") == 0
    assert "No value, verdict or bound moved." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["../x"], "a release cannot be called"),
        (["spring"], "there is no built edition in _build"),
        (["spring", "--edition", "nowhere"], "there is no folder nowhere"),
        (["spring", "--edition", "."], "neither a release nor a built edition"),
    ],
)
def test_wrong_input_is_one_sentence(
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, "release", *arguments) == 1
    message = capsys.readouterr().err
    assert said in message
    assert message.count("\n") == 1
    assert not list(Path().iterdir())


def test_help_teaches(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "release", "--help") == 0
    assert "never overwritten" in " ".join(capsys.readouterr().out.split())


# -- the worked example: the nation's figures of 2005, preliminary and final ----------------------


@pytest.mark.slow
def test_the_preliminary_figures_of_2005_are_revised(tmp_path: Path) -> None:
    """The communique of February 2006 and the yearbook after it, as two editions."""
    for name in ("preliminary", "final"):
        shutil.copytree(ROOT / "data" / "nbs-yearbooks", tmp_path / name / "nbs-yearbooks")
    table = tmp_path / "preliminary" / "nbs-yearbooks" / "figures.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # What was known in February 2006: nothing of 2005 but the communique.
    kept = [r for r in rows if (r["period"], r["vintage"]) != ("2005", "final")]
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    days = {"preliminary": "2006-02-28", "final": "2006-10-01"}
    for name, day in days.items():
        package = tmp_path / name / "nbs-yearbooks"
        options = ["--language", "en", "--format", "html", "-p", "as_of=2005"]
        for command in (
            ["build", package, *options, "--output", f"out/{name}"],
            ["release", name, "--edition", f"out/{name}", "--data", package, "--date", day],
        ):
            done = subprocess.run(
                [str(PROGRAM), *map(str, command)], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
    shelf = Path("releases", "nbs-yearbooks")
    command = [str(PROGRAM), "diff", shelf / "1-preliminary", shelf / "2-final", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)

    assert not found["corrections"]
    superseded = {
        change["id"]: (change["old"]["printed"], change["new"]["printed"], change["difference"])
        for change in found["revisions"]
        if change["what"] == "superseded"
    }
    assert superseded == {
        "participants_china_2005_preliminary": ("17444", "17487.0", 43),
        "insured_staff_china_2005_preliminary": ("13082", "13120.4", 38.4),
        "retirees_china_2005_preliminary": ("4362", "4367.5", 5.5),
    }
    values = {move["id"]: move for move in found["values"]}
    last = values["contributors_last"]
    assert last["why"]["kinds"] == ["revision", "addition"]
    assert "insured_staff_china_2005_preliminary" in last["why"]["figures"]
    # The provinces' figures of 2005 were not out in February: with them comes a finding.
    assert values["slope_finding"]["finding"] == "word"
    assert found["counts"]["findings"] > 1
    assert not releases.differences(shelf / "2-final")


def test_the_program_does_not_load_the_crate_library_for_help() -> None:
    command = [sys.executable, "-X", "importtime", str(PROGRAM), "diff", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "rocrate" not in done.stderr


# -- the page of the book -------------------------------------------------------------------------


@pytest.mark.slow
def test_a_page_of_the_book_says_what_moved(project: Project) -> None:
    (project.book / "revisions.md").write_text("# Revisions\n\n```{revisions}\n```\n", "utf-8")
    project.list_pages("notebooks/ok", "revisions")
    assert project.build().returncode == 0
    page = project.output / "en" / "html" / "revisions.html"
    assert "not compared with an earlier release" in page.read_text(encoding="utf-8")
    spring = release("spring", project.output, data=project.package, day="2006-03-01").folder
    line = (project.package / "figures.csv").read_text(encoding="utf-8").splitlines()[1]
    name = line.partition(",")[0]
    set_cell(project.package, "figures.csv", name, "printed", "17")
    done = project.build("--since", str(spring.absolute()))
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert "1-spring of 2006-03-01 and this edition" in text
    assert "Printed figures corrected (our errors)" in text
    assert f"{name}</p>" in text
    assert "nothing changed" in project.build("--since", str(spring.absolute())).stdout


def test_a_release_of_another_edition_is_no_earlier_one(first: Edition, project: Project) -> None:
    spring = made(first, "spring").folder.absolute()
    done = project.build("--since", str(spring))
    assert done.returncode == 1
    assert "is an edition of synthetic-town, not of small-region" in done.stderr
    assert not project.output.exists()
