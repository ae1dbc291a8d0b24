"""The commands ``release`` and ``diff``; slow imports stand inside, as in the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_RELEASE_EXAMPLES = (
    "Examples: pensionbook release first; pensionbook release spring-2006 "
    '--edition _build/tianjin-2002 --date 2006-03-01 --note "With the final figures of 2005."'
)
_DIFF_EXAMPLES = (
    "Examples: pensionbook diff releases/tianjin-2002/1-first _build/tianjin-2002; "
    "pensionbook diff old new --data data-2006 --data data-2007 --json --output diff.json"
)


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(epilog=_RELEASE_EXAMPLES)(release)
    app.command(epilog=_DIFF_EXAMPLES)(diff)


def release(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="What to call it: small letters, digits and single hyphens.",
        ),
    ],
    edition: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The built edition to release.",
            show_default="the only one in _build",
        ),
    ] = None,
    date: Annotated[
        str,
        typer.Option(
            metavar="YYYY-MM-DD",
            help="Day of the release.",
            show_default="`created` of the data package",
        ),
    ] = "",
    note: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="What readers should know; goes into CHANGES.md.", show_default=""
        ),
    ] = "",
    to: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the releases of all editions are kept.")
    ] = Path("releases"),
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The data package the edition was built from.",
            show_default="data/EDITION",
        ),
    ] = None,
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
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="The earlier release or built edition.")
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later one.")],
    data: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="The data package a built edition was made from; repeatable. A release has its "
            "own.",
            show_default="data/EDITION, if it is the one",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print everything as JSON instead of tables.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File to write instead: JSON, or a page in Markdown if it ends in .md.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="LANGUAGE", help="Language of a page in Markdown.")
    ] = "en",
    every: Annotated[bool, typer.Option("--all", help="Print all rows of long tables.")] = False,
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
