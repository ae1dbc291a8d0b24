"""The cache as users see it: shown, trimmed, cleared, and remade where it is damaged."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pensionbook.editions.cache_limits import Limit, drop, entries, read_limit, size_text, summary
from pensionbook.errors import ParameterError
from pensionbook.files.cache import Cache
from projects import PROGRAM, Project


def _cache(folder: Path, *sizes: int) -> Cache:
    """A cache with entries of about these sizes, each used a day before the one that follows."""
    cache = Cache(folder)
    for number, size in enumerate(sizes):
        cache.store(f"{number:02}key", ["x" * size])
        used = time.time() - (len(sizes) - number) * 86_400 + 60
        os.utime(folder / f"{number:02}" / f"{number:02}key.json", (used, used))
    return cache


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("500MB", Limit(size=500e6)),
        ("2 gb", Limit(size=2e9)),
        ("1.5kB", Limit(size=1500)),
        ("0B", Limit(size=0)),
        ("30d", Limit(seconds=30 * 86_400)),
        ("1 day", Limit(seconds=86_400)),
    ],
)
def test_limits_are_read(text: str, limit: Limit) -> None:
    assert read_limit(text) == limit


@pytest.mark.parametrize(
    "text", ["", "500", "MB", "-1MB", "1e3MB", "30 hours", "9" * 30 + "d", "=1d", "٣٠", "nanMB"]
)
def test_other_limits_are_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="write one such as 500MB or 2GB, or 30d"):
        read_limit(text)


def test_trim_by_size_drops_what_was_not_used_for_longest(tmp_path: Path) -> None:
    cache = _cache(tmp_path, 5000, 5000, 5000)
    dropped = drop(tmp_path, Limit(size=10_500))
    assert [entry.path.stem for entry in dropped] == ["00key"]
    assert cache.load("00key") is None
    assert cache.load("01key") == cache.load("02key") == ["x" * 5000]


def test_trim_by_days(tmp_path: Path) -> None:
    _cache(tmp_path, 10, 10, 10)
    drop(tmp_path, read_limit("2d"))
    assert [entry.path.stem for entry in entries(tmp_path)] == ["02key", "01key"]


@given(sizes=st.lists(st.integers(0, 3000), max_size=8), most=st.integers(0, 12_000))
def test_what_stays_fits_and_is_the_latest(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], most: int
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    cache = _cache(folder, *sizes)
    before = entries(folder)
    cache.trim(most)
    after = entries(folder)
    assert sum(entry.size for entry in after) <= most
    assert after == before[: len(after)]
    # Nothing was dropped that had room.
    if len(after) < len(before):
        assert sum(entry.size for entry in before[: len(after) + 1]) > most
    shutil.rmtree(folder)


def test_sizes_are_said_as_file_managers_do() -> None:
    assert [size_text(n) for n in (0, 999, 1000, 999_949, 999_999, 2_500_000_000)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "999.9 kB",
        "1.0 MB",
        "2.5 GB",
    ]


def test_nothing_else_is_dropped(tmp_path: Path) -> None:
    _cache(tmp_path, 10)
    mine = [tmp_path / "notes.txt", tmp_path / "data" / "x.json", tmp_path / "books" / "mine"]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    drop(tmp_path, Limit(size=0))
    assert entries(tmp_path) == []
    assert all(path.exists() for path in mine)


def test_a_folder_without_a_cache_is_empty(tmp_path: Path) -> None:
    assert summary(tmp_path / "none").splitlines()[-1].split() == ["all:", "0", "0", "B"]


def _run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAM), "cache", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_command_shows_and_clears_and_a_damaged_entry_is_remade(standing: Project) -> None:
    shown = _run(standing.folder)
    assert shown.returncode == 0, shown.stderr
    kinds = {line.split(":")[0].strip() for line in shown.stdout.splitlines()[1:]}
    assert {"executed notebooks", "audits", "reconciliations", "read books", "all"} <= kinds
    folder = standing.folder / "_build" / ".cache"
    notebooks = [entry for entry in entries(folder) if entry.kind == "executed notebooks"]
    assert len(notebooks) == 2
    # Cut one, alter the other: both are remade, and the report comes out the same.
    content = notebooks[0].path.read_bytes()
    notebooks[0].path.write_bytes(content[:-10])
    altered = notebooks[1].path.read_bytes().replace(b"[", b"(", 2)
    notebooks[1].path.write_bytes(altered)
    before = standing.output_bytes()
    (standing.output / "values.json").unlink()
    again = standing.build()
    assert again.returncode == 0, again.stderr
    assert again.stderr.count("running") == 2
    assert standing.output_bytes() == before
    assert notebooks[0].path.read_bytes() == content
    cleared = _run(standing.folder, "--clear")
    assert cleared.returncode == 0, cleared.stderr
    assert entries(folder) == []


@pytest.mark.parametrize("options", [("--trim", "much"), ("--trim", "1GB", "--clear")])
def test_wrong_options_are_told(tmp_path: Path, options: tuple[str, ...]) -> None:
    run = _run(tmp_path, *options)
    assert run.returncode == 1
    assert run.stderr.startswith("error: --trim")
