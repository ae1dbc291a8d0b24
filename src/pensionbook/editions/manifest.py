"""The manifest of an edition: what went in, what came out, and whether it still stands.

It holds the digest of each file and of its own content. Whoever can write the folder can make all
of it anew; what a release adds against that stands in ``releases/record.py``.
"""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pensionbook.errors import BuildError
from pensionbook.files.digests import sha256_file, sha256_json

NAME = "manifest.json"
FORMAT = 3
_DIGEST = "digest"
_KINDS: dict[str, type] = {
    "edition": str, "parameters": dict, "languages": list, "formats": list, "inputs": dict,
    "versions": dict, "outputs": dict,
}  # fmt: skip
# What an audit writes into a folder of its own.
_OF_AUDITS = {"audit.csv", "bounds.csv"}
# What programs leave in folders they only look at.
_OF_TOOLS = {".ipynb_checkpoints", "__pycache__", ".DS_Store"}
_PERMISSIONS = 0o7777


def sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest with the digest of its own content."""
    content = {name: value for name, value in manifest.items() if name != _DIGEST}
    return content | {_DIGEST: sha256_json(content)}


def write(manifest: Mapping[str, Any], folder: Path) -> None:
    """Write a manifest, with its digest, into its output folder."""
    text = json.dumps(sealed(manifest), ensure_ascii=False, indent=1) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8")


def read(folder: Path) -> dict[str, Any] | None:
    """The manifest in an output folder; None when there is none that can be used.

    Whether it is as it was written, :func:`differences` says.
    """
    found = _read(folder)
    usable = found.get("format") == FORMAT and all(
        isinstance(found.get(name), kind) for name, kind in _KINDS.items()
    )
    return found if usable else None


def _read(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def versions_of(folder: Path) -> dict[str, str]:
    """The versions that an edition was built with; none where it is missing or damaged."""
    return (read(folder) or {}).get("versions", {})


def differences(folder: Path) -> list[str]:
    """What in a published folder is not as its manifest says, a line for each file.

    Raises:
        BuildError: there is no manifest that can be read.
    """
    found = read(folder)
    if found is None:
        raise BuildError(
            f"{folder / NAME} is missing or not a manifest of this version; "
            "name the folder of an edition, such as _build/tianjin-2002"
        )
    return own_differences(found) + differing(found["outputs"], contents(folder))


def own_differences(manifest: Mapping[str, Any]) -> list[str]:
    """Whether a manifest is not as it was written: a line, or none."""
    return [] if manifest == sealed(manifest) else [f"{NAME}: altered"]


@dataclass(slots=True)
class Contents:
    """What lies in a folder.

    Attributes:
        files: sha256 of each file but the manifest, by its path in the folder.
        strange: what no build writes there, in words, by its path: links, pipes, sockets, devices,
            empty folders, what cannot be read.
        uneven: another mode than the other files or folders have, in words, by path.
    """

    files: dict[str, str] = field(default_factory=dict)
    strange: dict[str, str] = field(default_factory=dict)
    uneven: dict[str, str] = field(default_factory=dict)


def contents(folder: Path, *, without: Collection[str] = ()) -> Contents:
    """All that lies in an output folder, no link followed.

    Args:
        without: entries of the folder that are left out.
    """
    found = Contents()
    modes: dict[bool, dict[str, int]] = {False: {}, True: {}}
    for name, path, state in _entries(folder, without):
        is_folder = stat.S_ISDIR(state.st_mode)
        what = _what(path, state)
        try:
            if not what and not is_folder and name != NAME:
                found.files[name] = sha256_file(path)
        except OSError as error:
            what = f"cannot be read ({error.strerror})"
        if what:
            found.strange[name] = what
        else:
            modes[is_folder][name] = state.st_mode & _PERMISSIONS
    for of_kind in modes.values():
        found.uneven |= _uneven(of_kind)
    return found


def _entries(folder: Path, without: Collection[str]) -> Iterable[tuple[str, Path, os.stat_result]]:
    """Path in the folder, path and state of all that lies below, in a fixed order."""
    for root, folders, files in os.walk(folder):
        if root == str(folder):
            folders[:] = [name for name in folders if name not in without]
            files = [name for name in files if name not in without]
        folders.sort()
        for name in sorted([*folders, *files]):
            path = Path(root, name)
            yield path.relative_to(folder).as_posix(), path, path.lstat()


def _what(path: Path, state: os.stat_result) -> str:
    """What an entry is that no build writes; empty for a file and a folder with content."""
    if stat.S_ISLNK(state.st_mode):
        return f"a link to {shown(str(path.readlink()))}"
    if stat.S_ISDIR(state.st_mode):
        try:
            return "" if any(path.iterdir()) else "an empty folder"
        except OSError as error:
            return f"cannot be read ({error.strerror})"
    kinds = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return "" if stat.S_ISREG(state.st_mode) else kinds.get(stat.S_IFMT(state.st_mode), "a device")


def _uneven(modes: Mapping[str, int]) -> dict[str, str]:
    # Which mode they have depends on who copied them to where; but they all have the same.
    if not modes:
        return {}
    ((usual, _),) = Counter(modes.values()).most_common(1)
    return {
        name: f"mode {mode:o}, where others have {usual:o}"
        for name, mode in modes.items()
        if mode != usual
    }


def differing(listed: Mapping[str, str], found: Contents) -> list[str]:
    """What files are not as they are listed, by their digests, and what else lies there.

    Returns:
        A line for each.
    """
    files, strange = found.files, found.strange
    missing = [name for name in sorted(listed.keys() - files.keys()) if not _covered(name, strange)]
    altered = sorted(name for name in listed.keys() & files.keys() if listed[name] != files[name])
    lines = [f"{shown(name)}: missing" for name in missing]
    lines += [f"{shown(name)}: not in the manifest" for name in sorted(files.keys() - listed)]
    lines += [f"{shown(name)}: altered" for name in altered]
    for named in (strange, found.uneven):
        lines += [f"{shown(name)}: {what}" for name, what in sorted(named.items())]
    return lines


def _covered(name: str, strange: Collection[str]) -> bool:
    """Whether a file, or a folder that it should lie in, was found to be something else."""
    return name in strange or any(parent.as_posix() in strange for parent in Path(name).parents)


def shown(name: str) -> str:
    """A file's name fit for a terminal."""
    return name if name.isprintable() else ascii(name)


def output_digests(folder: Path) -> dict[str, str]:
    """sha256 of each file in an output folder but the manifest, by its path in it."""
    return contents(folder).files


def even_out(folder: Path) -> None:
    """Give all files and folders the modes that new ones get, and drop empty folders."""
    for root, folders, _ in os.walk(folder, topdown=False):
        for path in (Path(root, name) for name in folders):
            if not path.is_symlink() and not any(path.iterdir()):
                path.rmdir()
    plain = folder / ".mode"
    plain.mkdir()
    (plain / "file").touch()
    usual = {kind: p.stat().st_mode for kind, p in ((True, plain), (False, plain / "file"))}
    (plain / "file").unlink()
    plain.rmdir()
    for _, path, state in _entries(folder, ()):
        wanted = usual[stat.S_ISDIR(state.st_mode)]
        if state.st_mode != wanted and not stat.S_ISLNK(state.st_mode):
            path.chmod(wanted & _PERMISSIONS)


def stands(found: Mapping[str, Any], wanted: Mapping[str, Any], folder: Path) -> bool:
    """Whether a folder is exactly what a build gave, byte for byte, and that what is wanted.

    Args:
        wanted: a manifest without outputs; its versions are the caller's to compare.
    """
    also = {name: found.get(name) for name in ("versions", "outputs")}
    same = found == sealed({**wanted, **also})
    return same and not differing(found["outputs"], contents(folder))


def reason_to_keep(folder: Path) -> str:
    """Why a build must not put an edition in a folder's place; empty if it may.

    It may if the folder is empty, or if its manifest, of this version or an earlier one, lists all
    files that are there.
    """
    # A build may be at work in it, where nothing beside it can be written.
    at_work = [path.name for path in folder.glob(f".{folder.name}.staging-*")]
    present = [
        (name, stat.S_ISDIR(state.st_mode))
        for name, _, state in _entries(folder, at_work)
        if not _OF_TOOLS.intersection(Path(name).parts)
    ]
    found = _read(folder)
    outputs, kind = found.get("outputs"), found.get("format")
    is_ours = isinstance(outputs, dict) and kind in range(1, FORMAT + 1)
    listed = {*outputs, NAME} if isinstance(outputs, dict) and is_ours else _OF_AUDITS
    others = [name for name, is_folder in present if not is_folder and name not in listed]
    if not is_ours:
        # Folders of the user that hold nothing are not swept away either.
        others += [name for name, is_folder in present if is_folder]
    if not others:
        return ""
    first = min(others, key=lambda name: (name.count("/"), name))
    why = "" if is_ours else f"has no {NAME} of an edition and "
    return f"it {why}holds {shown(first)!r}, which no build writes"
