"""The skeleton of a new edition: a data package that passes the check and says what to do."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from pensionbook.data.names import is_slug
from pensionbook.errors import ScaffoldError, quote

_SKELETON = Path(__file__).parent / "skeleton"
_YEAR_AT_END = re.compile("-?((?:19|20)[0-9]{2})$")
LONGEST_NAME = 60
# The year that stands in a skeleton whose name has none, and how far back its baseline lies.
_SOME_YEAR, _YEARS_BACK = 2002, 4


def new_edition(name: str, folder: Path | None = None) -> Path:
    """Write the skeleton of a data package into a new folder, whole or not at all.

    Args:
        name: the edition's id: small letters, digits and single hyphens, perhaps with the year at
            its end (``my-region-2004``), from which the dates and the area's id are taken.
        folder: the folder to make; by default ``data/NAME`` where the current folder has a folder
            ``data``, else ``NAME``.

    Returns:
        The folder, as it was named.

    Raises:
        ScaffoldError: the name cannot be one, the folder exists, or it cannot be written.
    """
    if not is_slug(name) or len(name) > LONGEST_NAME:
        raise ScaffoldError(
            f"{quote(name)} cannot name an edition; use small letters, digits and single hyphens, "
            f"at most {LONGEST_NAME} of them, such as my-region-2004"
        )
    target = folder or (Path("data", name) if Path("data").is_dir() else Path(name))
    if os.path.lexists(target):
        raise ScaffoldError(
            f"{target} exists already and stays as it is; choose another name, or another folder "
            "with --folder"
        )
    try:
        _write(target, _filled_in(name))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ScaffoldError(
            f"cannot make the folder {target}: {reason}; name a new folder below one that you may "
            "write to with --folder"
        ) from error
    return target


def _filled_in(name: str) -> dict[str, str]:
    """The skeleton's files by name, with the words that depend on the edition."""
    year = _YEAR_AT_END.search(name)
    as_of = int(year[1]) if year else _SOME_YEAR
    area = (name[: year.start()] if year else name) or name
    words = {
        "name": name,
        "area": area.replace("-", "_"),
        "as_of": str(as_of),
        "baseline": str(as_of - _YEARS_BACK),
    }
    files = {}
    for path in sorted(_SKELETON.iterdir()):
        if path.suffix in (".yaml", ".csv"):
            text = path.read_text(encoding="utf-8")
            files[path.name] = re.sub("@([a-z_]+)@", lambda match: words[match[1]], text)
    return files


def _write(target: Path, files: dict[str, str]) -> None:
    """Write beside the target, then rename: nothing half-written is ever seen there."""
    target = target.absolute()
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        new = aside / "new"
        new.mkdir()
        for file, text in files.items():
            (new / file).write_text(text, encoding="utf-8", newline="")
        new.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
