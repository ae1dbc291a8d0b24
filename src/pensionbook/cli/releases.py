"""The commands ``release`` and ``diff``; slow imports stand inside, as in the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pensionbook.cli.options import argument, option, switch

_RELEASE_EXAMPLES = (
    "Examples: pensionbook release first; pensionbook release spring-2006 "
    '--edition _build/tianjin-2002 --date 2006-03-01 --note "With the final figures of 2005."'
)
_DIFF_EXAMPLES = (
    "Examples: pensionbook diff releases/tianjin-2002/1-first _build/tianjin-2002; "
    "pensionbook diff old new --data data-2006 --data data-2007 --json --output diff.json"
)
_NAME = argument("NAME", "What to call it: small letters, digits and single hyphens.")
_EDITION = option(
    value="FOLDER", help="The built edition to release.", default="the only one in _build"
)
_DATE = option(
    value="YYYY-MM-DD", help="Day of the release.", default="`created` of the data package"
)
_NOTE = option(value="TEXT", help="What readers should know; goes into CHANGES.md.", default="")
_TO = option(value="FOLDER", help="Where the releases of all editions are kept.", default=True)
_DATA = option(
    value="FOLDER",
    help="The data package the edition was built from.",
    default="data/EDITION",
)
_OLD = argument("OLD", "The earlier release or built edition.")
_NEW = argument("NEW", "The later one.")
_PACKAGES = option(
    value="FOLDER",
    help="The data package a built edition was made from; repeatable. A release has its own.",
    default="data/EDITION, if it is the one",
)
_JSON = switch("--json", "Print everything as JSON instead of tables.")
_FILE = option(
    value="FILE",
    help="File to write instead: JSON, or a page in Markdown if it ends in .md.",
)
_LANGUAGE = option(value="LANGUAGE", help="Language of a page in Markdown.", default=True)
_ALL = switch("--all", "Print all rows of long tables.")


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(epilog=_RELEASE_EXAMPLES)(release)
    app.command(epilog=_DIFF_EXAMPLES)(diff)


def release(
    name: Annotated[str, _NAME],
    edition: Annotated[Path | None, _EDITION] = None,
    date: Annotated[str, _DATE] = "",
    note: Annotated[str, _NOTE] = "",
    to: Annotated[Path, _TO] = Path("releases"),
    data: Annotated[Path | None, _DATA] = None,
) -> None:
    """Freeze a built edition as a numbered, dated release: releases/EDITION/NUMBER-NAME.

    A release holds the edition with its manifest, the data package it was built from, RO-Crate
    metadata, CITATION.cff, and in CHANGES.md what moved since the release before it. It is
    written whole or not at all, is never overwritten, and with the same inputs and day it is the
    same bytes. An edition that was changed since it was built is refused.
    """
    from pensionbook.editions.releases.freeze import release as freeze

    made = freeze(name, edition, day=date, note=note, target=to, data=data)
    source = "as --date says" if date else "the day its data package was published"
    typer.echo(f"release {made.number} of {made.day} ({source}): {made.folder}")
    if made.comparison:
        from pensionbook.editions.releases.show import summary

        typer.echo("\n".join(summary(made.comparison, "en")))


def diff(
    old: Annotated[Path, _OLD],
    new: Annotated[Path, _NEW],
    data: Annotated[list[Path] | None, _PACKAGES] = None,
    as_json: Annotated[bool, _JSON] = False,
    output: Annotated[Path | None, _FILE] = None,
    language: Annotated[str, _LANGUAGE] = "en",
    every: Annotated[bool, _ALL] = False,
) -> None:
    """Say which values, verdicts and bounds moved between two editions, by how much and why.

    Revisions are new data: another source, a later vintage, a new figure. Corrections mend our
    own errors: the same place of the source and the same vintage, read otherwise. What moved may
    also rest on an identity, a parameter or the code that changed. Moves that alter a stated
    finding (another word, verdict or sign) come first.
    """
    from pensionbook.editions.releases.doubts import diff as compared
    from pensionbook.editions.releases.show import deliver

    found = compared(old, new, data=data or ())
    written = deliver(found, output, as_json=as_json, language=language, every=every)
    if written:
        typer.echo(f"written: {written}")
