"""What was changed in a published folder: `verify` names it, and a build does not let it stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pensionbook.cli import main as cli
from pensionbook.editions import manifest, releases
from pensionbook.editions.releases import record
from pensionbook.editions.releases.freeze import release
from pensionbook.errors import ReleaseError
from projects import ROOT
from released import edition


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition, and in ``releases`` three releases of it; tests copy them, and only read."""
    folder = tmp_path_factory.mktemp("published")
    built = edition(folder / "first")
    for name in ("first", "second", "third"):
        release(name, built.folder, data=built.data, target=folder / "releases", note="As it is.")
    return folder


@pytest.fixture
def built(published: Path, tmp_path: Path) -> Path:
    """An edition of one's own."""
    return Path(shutil.copytree(published / "first" / "out", tmp_path / "report"))


@pytest.fixture
def shelf(published: Path, tmp_path: Path) -> Path:
    """Three releases of one's own."""
    return Path(
        shutil.copytree(published / "releases" / "synthetic-town", tmp_path / "synthetic-town")
    )


@pytest.fixture
def in_folder(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The edition, where the test works: names of sockets must be short."""
    monkeypatch.chdir(built)
    return built


def wanted_of(folder: Path) -> dict[str, Any]:
    """What a build would look for in a folder that nobody touched."""
    found = manifest.read(folder)
    assert found is not None
    return {name: value for name, value in found.items() if name not in ("outputs", "digest")}


def rewrite(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON file in place."""
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _bind(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(path)


def _to_a_copy(path: str) -> None:
    original = Path(path).rename("../the-copy")
    Path(path).symlink_to(original)


def _entry(name: str, key: str, value: object) -> Callable[[], None]:
    return lambda: rewrite(Path("manifest.json"), lambda found: found[name].update({key: value}))


TAMPERED: dict[str, tuple[Callable[[], object], str]] = {
    "a byte": (lambda: Path("values.json").write_text("{}"), "values.json: altered"),
    "a file less": (lambda: Path("bounds.csv").unlink(), "bounds.csv: missing"),
    "a file more": (lambda: Path("en/more").touch(), "en/more: not in the manifest"),
    "a hidden file": (lambda: Path("en/.more").touch(), "en/.more: not in the manifest"),
    "a link to /": (lambda: Path("en/all").symlink_to("/"), "en/all: a link to /"),
    "a link to a file": (
        lambda: Path("en/who").symlink_to("../values.json"),
        "en/who: a link to ../values.json",
    ),
    "a dangling link": (lambda: Path("gone").symlink_to("nowhere"), "gone: a link to nowhere"),
    "a link in place of a file": (
        lambda: _to_a_copy("values.json"),
        "values.json: a link to ../the-copy",
    ),
    "a link in place of a folder": (lambda: _to_a_copy("en"), "en: a link to ../the-copy"),
    "a pipe": (lambda: os.mkfifo("pipe"), "pipe: a pipe"),
    "a socket": (lambda: _bind("socket"), "socket: a socket"),
    "an empty folder": (lambda: Path("en/html/new").mkdir(), "en/html/new: an empty folder"),
    "a program": (
        lambda: Path("audit.csv").chmod(0o755),
        "audit.csv: mode 755, where others have 644",
    ),
    "a file for all": (
        lambda: Path("audit.csv").chmod(0o666),
        "audit.csv: mode 666, where others have 644",
    ),
    "a name for the terminal": (
        lambda: Path("\x1b[31mred").touch(),
        "'\\x1b[31mred': not in the manifest",
    ),
    "a version": (_entry("versions", "python", "2.7"), "manifest.json: altered"),
    "an input": (_entry("inputs", "package/figures.csv", "0" * 64), "manifest.json: altered"),
    "an input more": (_entry("inputs", "package/other.csv", "0" * 64), "manifest.json: altered"),
    "a parameter": (_entry("parameters", "area", "city"), "manifest.json: altered"),
    "an entry of the manifest": (
        lambda: rewrite(Path("manifest.json"), lambda found: found.update(note="Fine.")),
        "manifest.json: altered",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_verify_sees_it_and_no_build_says_that_nothing_changed(in_folder: Path, what: str) -> None:
    os.umask(0o022)
    wanted = wanted_of(in_folder)
    before = manifest.read(in_folder)
    assert before is not None
    assert manifest.differences(in_folder) == []
    assert manifest.stands(before, wanted, in_folder)
    tamper, said = TAMPERED[what]
    tamper()
    assert manifest.differences(in_folder) == [said]
    after = manifest.read(in_folder)
    assert after is not None
    assert not manifest.stands(after, wanted, in_folder)


def test_a_copy_with_other_modes_throughout_is_as_published(built: Path) -> None:
    for path in built.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert manifest.differences(built) == []


def test_new_outputs_have_even_modes_and_no_empty_folders(built: Path) -> None:
    (built / "audit.csv").chmod(0o400)
    (built / "en").chmod(0o700)
    (built / "empty" / "inside").mkdir(parents=True)
    manifest.even_out(built)
    assert manifest.differences(built) == []
    assert not (built / "empty").exists()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"format": 3, "edition": "x", "outputs": {}}'])
def test_a_manifest_of_another_form_is_one_sentence(
    built: Path, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (built / "manifest.json").write_text(text, encoding="utf-8")
    assert run(monkeypatch, "verify", built) == 1
    assert "manifest.json is missing or not a manifest of this version" in capsys.readouterr().err


# -- releases ------------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Exit code of the command line."""
    monkeypatch.setattr("sys.argv", ["pensionbook", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def reseal(folder: Path) -> None:
    """Make a changed release look right, as far as that can be done in its own folder."""
    content = manifest.read(folder)
    assert content is not None
    content["outputs"] = {name: record.sha256_file(folder / name) for name in content["outputs"]}
    manifest.write(content, folder)
    found = json.loads((folder / record.RECORD).read_text(encoding="utf-8"))
    found["manifest"] = record.sha256_file(folder / manifest.NAME)
    found["files"] = {name: record.sha256_file(folder / name) for name in found["files"]}
    found |= {name: content[name] for name in ("inputs", "parameters")}
    record.write_json(record.sealed(found), folder / record.RECORD)


CHANGED: dict[str, dict[str, Any]] = {
    "the note": {"note": "Withdrawn."},
    "the day": {"date": "2001-01-01"},
    "the number": {"number": 7},
    "the name": {"name": "other"},
    "the inputs": {"inputs": {}},
    "what it came after": {"after": {"release": "1-first", "sha256": "0" * 64}},
    "that it came after another": {"after": None},
}


@pytest.mark.parametrize("what", CHANGED)
@pytest.mark.parametrize("resealed", [False, True])
def test_a_changed_record_is_seen(shelf: Path, what: str, resealed: bool) -> None:
    folder = shelf / "2-second"
    assert releases.differences(folder) == []
    path = folder / record.RECORD
    rewrite(path, lambda found: found.update(CHANGED[what]))
    if resealed:
        rewrite(path, lambda found: found.update(record.sealed(found)))
    own = f"{record.RECORD}: altered"
    if not resealed:
        assert own in releases.differences(folder)
    # Whatever its own folder says, the next one knows.
    assert any("3-third came after" in line for line in releases.differences(folder))


@pytest.mark.parametrize("which", ["1-first", "2-second"])
def test_a_forged_release_is_told_by_the_next(
    shelf: Path, which: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shelf / which
    (folder / "CHANGES.md").write_text("Nothing.\n", encoding="utf-8")
    rewrite(folder / manifest.NAME, lambda found: found["parameters"].update(baseline="1990"))
    reseal(folder)
    alone = shutil.copytree(folder, shelf.parent / "alone" / which)
    assert releases.differences(alone) == []
    for other in ("1-first", "2-second", "3-third"):
        assert run(monkeypatch, "verify", shelf / other) == 1
        assert f"../{which}/release.json: not what" in capsys.readouterr().err


def test_a_release_taken_out_of_the_chain_is_missed(shelf: Path) -> None:
    shutil.rmtree(shelf / "2-second")
    told = ["../2: missing, and 3-third came after it"]
    assert releases.differences(shelf / "3-third") == told
    assert releases.differences(shelf / "1-first") == told


def test_no_release_is_added_to_a_broken_chain(published: Path, shelf: Path) -> None:
    rewrite(shelf / "1-first" / record.RECORD, lambda found: found.update(note="Else."))
    source = published / "first"
    with pytest.raises(ReleaseError, match=r"the releases in .* are not as they were: 1-first"):
        release("fourth", source / "out", data=source / "synthetic-town", target=shelf.parent)
    assert len(list(shelf.iterdir())) == 3


def test_a_release_that_lies_alone_passes_and_says_what_was_not_checked(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = shutil.copytree(shelf / "3-third", shelf.parent / "alone" / "3-third")
    assert run(monkeypatch, "verify", alone) == 0
    said = capsys.readouterr().out
    assert "it came after 2-second, which is not beside it and was not checked" in said
    assert run(monkeypatch, "verify", shelf / "3-third") == 0
    assert "it came after 2-second, which is as it was then" in capsys.readouterr().out


# -- the signature -------------------------------------------------------------------------------


def entries(folder: Path) -> Iterator[Path]:
    """All files of a release but its record."""
    return (path for path in folder.rglob("*") if path.is_file() and path.name != record.RECORD)


def test_the_one_file_that_is_signed_covers_everything(shelf: Path) -> None:
    folder = shelf / "3-third"
    signed = (folder / record.RECORD).read_bytes()
    for path in entries(folder):
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        name = path.relative_to(folder).as_posix()
        assert releases.differences(folder) == [f"{name}: altered"]
        if path.name == manifest.NAME:
            rewrite(path, lambda found: found["versions"].update(python="2"))
        # Made to look right, the file that was signed is another.
        listing = (folder / manifest.NAME).read_bytes() if path.name != manifest.NAME else content
        reseal(folder)
        assert releases.differences(folder) == []
        assert (folder / record.RECORD).read_bytes() != signed
        path.write_bytes(content)
        (folder / manifest.NAME).write_bytes(listing)
        (folder / record.RECORD).write_bytes(signed)
    assert releases.differences(folder) == []
    # And the releases before it: what was changed in them and made to look right.
    rewrite(shelf / "1-first" / manifest.NAME, lambda found: found["versions"].update(python="2"))
    reseal(shelf / "1-first")
    second = shelf / "2-second" / record.RECORD
    rewrite(second, lambda found: found.update(after=record.link_to(shelf / "1-first")))
    reseal(shelf / "2-second")
    assert releases.differences(folder) == ["../2-second/release.json: not what 3-third came after"]


def test_a_signature_lies_beside_the_record_and_is_told(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shelf / "3-third"
    (folder / record.SIGNATURE).write_text("-----BEGIN SSH SIGNATURE-----\n", encoding="utf-8")
    (folder / record.SIGNATURE).chmod(0o600)
    assert run(monkeypatch, "verify", folder) == 0
    assert "signed in release.json.sig" in capsys.readouterr().out


def commands_of_readme() -> list[str]:
    """The lines of README.md that sign a release and check its signature."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^    (ssh-keygen -Y .*|echo .*allowed_signers)$", text, re.MULTILINE)
    assert [command.split()[2] for command in found if "-Y" in command] == ["sign", "verify"]
    return found


def test_the_commands_of_the_readme_name_the_record_and_where_it_is_there_do_as_they_say(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = "\n".join(commands_of_readme())
    assert commands.count(f"/{record.RECORD}") == 3
    if not shutil.which("ssh-keygen"):
        return
    folder = shelf / "1-first"
    home = shelf.parent
    monkeypatch.setenv("HOME", str(home))
    key = home / ".ssh" / "id_ed25519"
    key.parent.mkdir(mode=0o700)
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(made, check=True)
    script = commands.replace("releases/tianjin-2002/1-first", str(folder))
    shell = ["sh", "-ec"]
    subprocess.run([*shell, script], check=True, cwd=home, capture_output=True)
    assert releases.differences(folder) == []
    check = script.splitlines()[-1]
    rewrite(folder / record.RECORD, lambda found: found.update(note="Else."))
    after = subprocess.run([*shell, check], check=False, cwd=home, capture_output=True, text=True)
    assert after.returncode != 0
    assert "incorrect signature" in (after.stdout + after.stderr)
