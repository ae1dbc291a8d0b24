"""Which folders a build puts its output in the place of, and which it leaves alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pensionbook.editions.manifest import reason_to_keep
from pensionbook.errors import BuildError
from pensionbook.files.staging import staging_folder
from released import edition

# Names that look like a language's or like an output's, and have been a user's own.
OF_USERS = ("src", "lib", "doc", "zh_CN", "en", "notebooks", "data")


def files_of(folder: Path) -> dict[str, bytes]:
    """The files below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(folder: Path) -> str:
    """What is said of a folder that stays untouched."""
    before = files_of(folder)
    with pytest.raises(BuildError) as error, staging_folder(folder, reason_to_keep):
        pass
    assert files_of(folder) == before
    return str(error.value)


@pytest.mark.parametrize("name", OF_USERS)
@pytest.mark.parametrize("inside", ["", "work.py"])
def test_a_folder_of_the_user_stays(tmp_path: Path, name: str, inside: str) -> None:
    own = tmp_path / "project" / name
    own.mkdir(parents=True)
    if inside:
        (own / inside).write_text("mine", encoding="utf-8")
    said = refused(tmp_path / "project")
    first = name if not inside else f"{name}"
    assert f"it has no manifest.json of an edition and holds '{first}" in said
    assert said.endswith("move it away, or name another folder with --output")
    assert own.is_dir()


def test_a_manifest_of_another_program_is_none(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"manifest_version": 3, "name": "x"}', "utf-8")
    assert "holds 'manifest.json', which no build writes" in refused(tmp_path)


@pytest.mark.parametrize("name", ["src/main.c", "en/html/notes.txt", "notebooks/en/mine.ipynb"])
def test_files_that_were_put_into_an_edition_are_not_lost(tmp_path: Path, name: str) -> None:
    output = edition(tmp_path / "made").folder
    assert reason_to_keep(output) == ""
    (output / name).parent.mkdir(parents=True, exist_ok=True)
    (output / name).write_text("mine", encoding="utf-8")
    assert f"it holds '{name}', which no build writes; move it away" in refused(output)


def test_what_a_build_may_replace(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    output = edition(tmp_path / "made").folder
    altered = Path(shutil.copytree(output, tmp_path / "altered"))
    (altered / "values.json").write_text("{}", encoding="utf-8")
    (altered / "bounds.csv").unlink()
    (altered / "notebooks" / "en" / ".ipynb_checkpoints").mkdir(parents=True)
    (altered / "notebooks" / "en" / ".ipynb_checkpoints" / "1.ipynb").touch()
    earlier = Path(shutil.copytree(output, tmp_path / "earlier"))
    content = json.loads((earlier / "manifest.json").read_text(encoding="utf-8")) | {"format": 2}
    del content["digest"]
    (earlier / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    audit = tmp_path / "audit"
    audit.mkdir()
    for name in ("audit.csv", "bounds.csv"):
        shutil.copy(output / name, audit)
    for folder in (empty, output, altered, earlier, audit, tmp_path / "new"):
        with staging_folder(folder, reason_to_keep) as staging:
            assert staging.is_dir()
