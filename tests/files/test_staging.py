"""The staging folder, the swap into place, and the cache of results."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from disks import Disk, other_disk
from pensionbook.errors import BuildError
from pensionbook.files import staging
from pensionbook.files.atomic import move
from pensionbook.files.cache import Cache
from pensionbook.files.staging import staging_folder, swap_into_place


def no_reason(_folder: Path) -> str:
    """Whatever stands there may be replaced."""
    return ""


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_new_output_takes_the_place_of_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr("pensionbook.files.staging._exchange", lambda one, other: False)
    output = tmp_path / "report"
    for text in ("first", "second"):
        with staging_folder(output, no_reason) as folder:
            new = folder / "new"
            new.mkdir()
            (new / "values.json").write_text(text, encoding="utf-8")
            swap_into_place(new, output)
        assert (output / "values.json").read_text(encoding="utf-8") == text
    assert {path.name for path in tmp_path.iterdir()} == {"report", ".report.lock"}


def test_an_output_moved_aside_by_a_killed_swap_comes_back(tmp_path: Path) -> None:
    output = tmp_path / "report"
    (tmp_path / ".report.earlier").mkdir()
    (tmp_path / ".report.earlier" / "values.json").write_text("first", encoding="utf-8")
    with staging_folder(output, no_reason):
        assert (output / "values.json").read_text(encoding="utf-8") == "first"


def test_an_output_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "report").symlink_to(tmp_path / "real")
    with (
        pytest.raises(BuildError, match="report is a link; name a folder with --output"),
        staging_folder(tmp_path / "report", no_reason),
    ):
        pass


def test_a_damaged_result_counts_as_missing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.store("ab" * 32, {"outputs": [1, 2, 3]})
    assert cache.load("ab" * 32) == {"outputs": [1, 2, 3]}
    (path,) = tmp_path.glob("ab/*.json")
    path.write_bytes(path.read_bytes().replace(b"3]", b"4]"))
    assert cache.load("ab" * 32) is None
    assert cache.load("cd" * 32) is None


# -- file systems --------------------------------------------------------------------------------


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Disk]:
    """Another file system than that of the tests."""
    with other_disk(tmp_path) as disk:
        assert disk.folder.stat().st_dev != tmp_path.stat().st_dev
        yield disk


def filled(folder: Path, text: str, *names: str) -> Path:
    """A folder with files that say a text."""
    for name in names or ("values.json", "en/index.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def texts_of(folder: Path) -> dict[str, str]:
    """What the files below a folder say, but the one that fills its disk."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".filling"
    }


def test_what_cannot_be_renamed_is_copied(tmp_path: Path, stick: Disk) -> None:
    for source in (filled(tmp_path / "book", "text"), filled(tmp_path, "text", "one") / "one"):
        move(source, stick.folder / source.name)
        assert not source.exists()
    book = {"book/values.json": "text", "book/en/index.html": "text"}
    assert texts_of(stick.folder) == book | {"one": "text"}


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_cannot_be_copied_stays_whole(
    tmp_path: Path, stick: Disk, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    source = filled(tmp_path / "book", "x" * 40_000, "one", "two")
    stick.fill(monkeypatch, leave=50_000 if kind == "folder" else 10_000)
    with pytest.raises(OSError, match="No space left on device"):
        move(source if kind == "folder" else source / "one", stick.folder / "book")
    assert set(texts_of(source)) == {"one", "two"}
    assert texts_of(stick.folder) == {}
    assert {path.name for path in stick.folder.iterdir()} <= {".filling"}


def immovable(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let a folder be one that cannot be renamed, as a disk or a container's volume is."""
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if folder in (path, target):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    monkeypatch.setattr("pensionbook.files.staging._exchange", lambda one, other: False)


def test_an_output_that_cannot_be_moved_gets_new_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = filled(tmp_path / "report", "first", "values.json", "zh/old.html")
    immovable(monkeypatch, output)
    swap_into_place(filled(tmp_path / "new", "second", "values.json", "en/new.html"), output)
    assert texts_of(output) == {"values.json": "second", "en/new.html": "second"}
    assert {path.name for path in tmp_path.iterdir()} == {"report"}


@pytest.mark.parametrize("moves", range(1, 6))
@pytest.mark.parametrize("cut", ["error", "kill"])
def test_an_exchange_of_contents_that_is_cut_gives_the_earlier_or_the_new_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str, moves: int
) -> None:
    """After each of its moves in turn; a kill leaves no time to tidy up, the next build does."""
    output = filled(tmp_path / "report", "first", "values.json", "zh/old.html")
    new = filled(tmp_path / "new", "second", "values.json", "en/new.html")
    with monkeypatch.context() as patch:
        immovable(patch, output)
        done = []

        def some(source: Path, target: Path) -> None:
            if len(done) == moves:
                if cut == "kill":
                    patch.setattr(staging, "_restore", lambda output: None)
                patch.setattr(staging, "move", move)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
            done.append(source)
            move(source, target)

        patch.setattr(staging, "move", some)
        if moves < 5:
            with pytest.raises(BuildError, match="No space left on device; free some space there"):
                swap_into_place(new, output)
        else:
            swap_into_place(new, output)
    if cut == "kill" and moves < 5:
        with staging_folder(output, no_reason):
            pass
    earlier = {"values.json": "first", "zh/old.html": "first"}
    now = {"values.json": "second", "en/new.html": "second"}
    assert texts_of(output) == (now if moves == 5 else earlier)


def test_a_disk_of_its_own_can_be_the_output(tmp_path: Path, stick: Disk) -> None:
    output = stick.folder
    for text in ("first", "second"):
        with staging_folder(output, no_reason) as folder:
            new = filled(folder / "new", text)
            swap_into_place(new, output)
        assert texts_of(output) == {"values.json": text, "en/index.html": text}
    assert [path.name for path in output.iterdir() if path.name[0] == "."] == []
