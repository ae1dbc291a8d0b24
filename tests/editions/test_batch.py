"""Many editions by one command: what is built, what stays, what is said, and how it stops."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from pensionbook.data.read import read_package
from pensionbook.editions.batch.bundle import pack, unpack
from pensionbook.editions.batch.order import Order
from pensionbook.editions.batch.parts import parts_of
from pensionbook.editions.request import Request
from pensionbook.errors import BuildError, ParameterError
from projects import PROGRAM, ROOT, Project, wait_until
from regions import HOSTILE, LACKING, PARTS, batch_of, files_of, make_regions

YEARBOOKS = ROOT / "data" / "nbs-yearbooks"


def _verify(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAM), "verify", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


# -- which editions ------------------------------------------------------------------------------


def test_provinces_without_the_number_counted_are_left_out_with_the_reason() -> None:
    raw = read_package(YEARBOOKS)
    values = {"area": "china", "counted": "insured_staff", "baseline": "2004", "as_of": "2010"}
    areas, left_out = parts_of(raw, values)
    with (YEARBOOKS / "figures.csv").open(encoding="utf-8") as file:
        printed = {
            (row["area"], row["period"])
            for row in csv.DictReader(file)
            if row["indicator"] == "insured_staff" and row["group"] == "all"
        }
    with (YEARBOOKS / "areas.csv").open(encoding="utf-8") as file:
        provinces = [row["id"] for row in csv.DictReader(file) if row["parent"] == "china"]
    both = [name for name in provinces if {(name, "2004"), (name, "2010")} <= printed]
    assert list(areas) == both
    assert {*areas, *left_out} == set(provinces)
    assert left_out["sichuan"] == "no printed figure of insured_staff for 2004"


def test_the_area_may_be_chosen_and_must_have_parts() -> None:
    with pytest.raises(ParameterError, match="no area with the parent 'beijing'"):
        Order.make(Request(YEARBOOKS, {"area": "beijing"}), "area")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--each", "aera"), "--each aera: a batch cannot be built by that (nearest: 'area')"),
        (("--each", ""), "write one of: area"),
        (("--each", "area", "--only", "nroth"), "--only nroth: not a part of region"),
        (("--each", "area", "--only", "north,"), "an empty name"),
        (("--each", "area", "--only", "../north"), "not a part of region"),
        (("--each", "area", "--only", LACKING), "no part can have a report"),
        (("--each", "area", "--transfer", "pigeon"), "write one of: folder, scheduler"),
        (("--each", "area", "--scheduler", "host"), "no address of a scheduler"),
        (
            ("--each", "area", "--scheduler", "tcp://127.0.0.1:1", "--jobs", "2"),
            "leave out --jobs",
        ),
        (("--each", "area", "--format", "gettext"), "leave out --each"),
        (("--only", "north"), "write --each area, or leave out"),
        (("--transfer", "folder"), "write --each area, or leave out"),
        (("--each", "area", "-p", "area=moon"), "no area with the parent 'moon'"),
    ],
)
def test_wrong_options_are_told(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    run = make_regions(tmp_path / "project").build(*options)
    assert run.returncode == 1
    assert message in run.stderr
    assert not (tmp_path / "project" / "_build").exists()


@pytest.mark.parametrize("name", ["en", "Up", "a b", "..", "con/aux"])
def test_an_area_that_cannot_name_a_folder_is_told(tmp_path: Path, name: str) -> None:
    project = make_regions(tmp_path / "project", [name])
    request = Request(project.package, notebooks=project.notebooks, book=project.book)
    with pytest.raises(BuildError, match="cannot name the folder of an edition"):
        Order.make(request, "area")


# -- what is built -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def regions(built_regions: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of a project whose batch is built; tests leave it as they found it."""
    printed = built_regions.folder.with_name("printed").read_text(encoding="utf-8")
    assert f"left out: {LACKING}: no printed figure of contributors for 2002-09" in printed
    assert "3 built, 0 unchanged, 0 failed, 1 left out" in printed
    return built_regions.copy(tmp_path_factory.mktemp("batch") / "project")


@pytest.mark.slow
def test_an_edition_is_what_a_build_of_its_own_gives(regions: Project) -> None:
    alone = regions.folder / "alone"
    run = regions.build("-p", "area=south", "--output", str(alone))
    assert run.returncode == 0, run.stderr
    assert files_of(batch_of(regions) / "south") == files_of(alone)


@pytest.mark.slow
def test_again_nothing_is_done_and_nothing_slow_is_imported(regions: Project) -> None:
    before = files_of(batch_of(regions))
    begin = os.times().children_user
    run = regions.build("--each", "area")
    assert os.times().children_user - begin < 3
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("nothing changed")
    assert files_of(batch_of(regions)) == before
    command = regions.command("--each", "area")
    code = (
        "import sys; from pensionbook.cli.main import app; "
        f"app({command[1:]!r}, standalone_mode=False); "
        "print([m for m in ('pandas', 'distributed', 'numpy') if m in sys.modules])"
    )
    python = str(PROGRAM.with_name("python"))
    looked = subprocess.run(
        [python, "-c", code], cwd=regions.folder, capture_output=True, text=True, check=True
    )
    assert looked.stdout.rstrip().endswith("[]")


@pytest.mark.slow
def test_only_what_is_missing_is_built_again(regions: Project) -> None:
    before = files_of(batch_of(regions))
    (batch_of(regions) / "south" / "values.json").unlink()
    (batch_of(regions) / "index.html").write_text("altered", encoding="utf-8")
    run = regions.build("--each", "area")
    assert run.returncode == 0, run.stderr
    assert re.findall(r"(\w+): begun", run.stderr) == ["south"]
    assert "1 built, 2 unchanged" in run.stdout
    assert files_of(batch_of(regions)) == before


@pytest.mark.slow
def test_the_overview_compares_links_and_asks_no_other_host(regions: Project) -> None:
    folder = batch_of(regions)
    for path in (folder / "index.html", folder / "en" / "index.html"):
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert page.html["lang"] == "en"
        rows = page.select("tbody tr")
        assert [row["id"] for row in rows] == list(PARTS)
        assert [th.get_text() for th in page.select("tbody th[scope=row]")][-1] == HOSTILE
        assert page.select_one("table caption").get_text()
        assert len(page.select("thead th[scope=col]")) == len(rows[0].find_all(["th", "td"]))
        assert "100" in rows[0].get_text()
        links = [tag["href"] for tag in page.select("a[href]")]
        links += [tag["src"] for tag in page.select("img[src]")]
        links += [tag["src"] for tag in page.select("script[src]")]
        for link in links:
            assert not re.match(r"[a-z]+:|//", link)
            assert link.startswith("#") or (path.parent / link).is_file()
        up = "" if path.parent == folder else "../"
        assert {f"{up}{part}/en/html/index.html" for part in PARTS} <= set(links)
        assert page.select_one("figure img")["alt"].count("100") >= 1
        assert LACKING in page.get_text()
    with (folder / "overview.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert [(row["area"], row["edition"]) for row in table] == [(p, "current") for p in PARTS]
    assert [row["counted_as_of_high"] for row in table] == ["100", "101", "102"]


@pytest.mark.slow
def test_one_manifest_stands_over_all_and_verify_reads_it(regions: Project) -> None:
    folder = batch_of(regions)
    fine = _verify(folder)
    assert fine.returncode == 0, fine.stderr
    found = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert set(found["editions"]) == set(PARTS)
    assert found["parameters"]["area"] == "region"
    assert str(regions.folder) not in json.dumps(found)
    for name in ("north/values.json", "overview.csv", "west/manifest.json"):
        path = folder / name
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        wrong = _verify(folder)
        path.write_bytes(content)
        assert wrong.returncode == 1
        assert f"{name}: altered" in wrong.stderr
    stranger = folder / "north" / "stranger.txt"
    stranger.touch()
    wrong = _verify(folder)
    stranger.unlink()
    assert "north/stranger.txt: not in the manifest" in wrong.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", ["thesis.txt", "en/thesis.txt", "index.html", "north/thesis.txt"])
def test_a_foreign_folder_is_not_written_to(regions: Project, tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    run = regions.build("--each", "area", "--only", "north", "--output", str(tmp_path))
    assert run.returncode == 1
    where = f"holds '{name.removeprefix('north/')}', which no b"
    assert where in run.stderr.replace("\n", " ") + run.stdout
    assert files_of(tmp_path)[name] == b""


# -- when something fails ------------------------------------------------------------------------


@pytest.mark.slow
def test_a_region_that_fails_is_named_and_the_others_are_finished(
    built_regions: Project, tmp_path: Path
) -> None:
    project = built_regions.copy(tmp_path / "project")
    shutil.rmtree(batch_of(project) / "west")
    first = project.build("--each", "area", "--only", "north,south")
    assert first.returncode == 0, first.stderr
    earlier = files_of(batch_of(project) / "south")
    project.edit_cell("ok", "code", "\nif area == 'south':\n    raise ValueError('no rain')")
    run = project.build("--each", "area")
    assert run.returncode == 1
    assert "2 built, 0 unchanged, 1 failed, 1 left out" in run.stdout
    assert re.search(r"failed: south: ok\.ipynb, cell 5: .*ValueError: no rain", run.stderr)
    assert files_of(batch_of(project) / "south") == earlier
    page = BeautifulSoup((batch_of(project) / "index.html").read_text("utf-8"), "html.parser")
    assert "no rain" in page.select_one("#failed-south").get_text()
    assert "Earlier report" in page.select_one("tr#south").get_text()
    assert _verify(batch_of(project)).returncode == 0
    # A batch that has failed is not done: the next one tries the failed region, and no other.
    again = project.build("--each", "area")
    assert again.returncode == 1
    assert re.findall(r"(\w+): begun", again.stderr) == ["south"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_finished_regions_and_nothing_half_made(
    tmp_path: Path, number: signal.Signals
) -> None:
    project = make_regions(tmp_path / "project")
    slow = "\nimport time\nif area != 'north':\n    time.sleep(600)"
    project.edit_cell("ok", "code", slow)
    process = subprocess.Popen(
        project.command("--each", "area", "--jobs", "1"),
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    folder = batch_of(project)
    try:
        assert wait_until(lambda: (folder / "north" / "manifest.json").is_file(), 180)
        assert wait_until(lambda: any(folder.glob(".*.staging-*/work/run")), 60)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130
    assert f"stopped by {number.name}" in said
    assert _verify(folder / "north").returncode == 0
    assert [path.name for path in folder.iterdir() if not path.name.endswith(".lock")] == ["north"]
    assert wait_until(lambda: not _processes_of(project), 20)
    assert not list((project.folder / "tmp").iterdir())


def _processes_of(project: Project) -> list[str]:
    """Commands of processes that stand in or were told of the project's folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            place = str((folder / "cwd").readlink())
        except OSError:
            continue
        if str(project.folder) in command or place.startswith(str(project.folder)):
            found.append(command)
    return found


# -- folders as bytes ----------------------------------------------------------------------------


def test_what_is_packed_is_unpacked_the_same(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "deep" / "folder").mkdir(parents=True)
    (source / "deep" / "folder" / "文件.txt").write_bytes(b"\0\1")
    (source / "empty").touch()
    (source / ".hidden").touch()
    unpack(pack({"kept": source, "single": source / "empty"}), tmp_path / "target")
    assert files_of(tmp_path / "target") == {
        "kept/deep/folder/文件.txt": b"\0\1",
        "kept/empty": b"",
        "single": b"",
    }


def test_a_damaged_or_hostile_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 100)
    for content in (
        b"",
        b"no archive",
        pack({"file": tmp_path / "file"})[:-20],
        pack({"../outside": tmp_path / "file"}),
    ):
        with pytest.raises(BuildError, match="came over the scheduler"):
            unpack(content, tmp_path / "target")
    assert not (tmp_path / "outside").exists()
