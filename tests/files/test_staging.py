"""The staging folder, the swap into place, and the cache of results."""

from __future__ import annotations

from pathlib import Path

import pytest

from pensionbook.errors import BuildError
from pensionbook.files.cache import Cache
from pensionbook.files.staging import staging_folder, swap_into_place


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_new_output_takes_the_place_of_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr("pensionbook.files.staging._exchange", lambda one, other: False)
    output = tmp_path / "report"
    for text in ("first", "second"):
        with staging_folder(output) as staging:
            new = staging / "new"
            new.mkdir()
            (new / "values.json").write_text(text, encoding="utf-8")
            swap_into_place(new, output)
        assert (output / "values.json").read_text(encoding="utf-8") == text
    assert {path.name for path in tmp_path.iterdir()} == {"report", ".report.lock"}


def test_an_output_moved_aside_by_a_killed_swap_comes_back(tmp_path: Path) -> None:
    output = tmp_path / "report"
    (tmp_path / ".report.earlier").mkdir()
    (tmp_path / ".report.earlier" / "values.json").write_text("first", encoding="utf-8")
    with staging_folder(output):
        assert (output / "values.json").read_text(encoding="utf-8") == "first"


def test_an_output_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "report").symlink_to(tmp_path / "real")
    with (
        pytest.raises(BuildError, match="report is a link; name a folder with --output"),
        staging_folder(tmp_path / "report"),
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
