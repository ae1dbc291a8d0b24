"""The command line: ``pensionbook new | check | audit | build | verify | release | diff``.

Slow imports stand inside the commands, so that help and a build with nothing to do are instant.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pensionbook import __version__
from pensionbook.cli import releases as commands
from pensionbook.cli.options import argument, option
from pensionbook.cli.streams import forgive_closed_streams
from pensionbook.editions.places import FORMATS, cache_folder
from pensionbook.errors import BuildError, PackageError, ParameterError, PensionbookError

_PACKAGE = argument("PACKAGE", "Folder of the data package, the one with datapackage.yaml.")
_OUTPUT = option(
    value="FOLDER", help="Folder to write to; by default _build/EDITION in the current folder."
)
_LANGUAGE = option(
    value="LANGUAGE",
    help="A language to build in, such as en or zh_CN; repeatable.",
    default="all that the book is translated into",
)
_FORMAT = option(
    "--format",
    value="FORMAT",
    help=f"A format to build: {', '.join(FORMATS)}; repeatable.",
    default="all",
)
_NOTEBOOKS = option(value="FOLDER", help="Notebooks to run.", default="the project's")
_BOOK = option(value="FOLDER", help="Pages of the book, with _toc.yml.", default="the project's")
_JOBS = typer.Option(
    min=1,
    help="Notebooks that run at one time; with --each editions.",
    show_default="as many as processors",
)
_TIME_LIMIT = typer.Option(
    "--time-limit",
    min=0.0,
    metavar="SECONDS",
    help="After so many seconds look for no more proofs; what is not proved is told so.",
)
_PARAMETER = option(
    *("--parameter", "-p"),
    value="NAME=VALUE",
    help="A parameter of the notebooks (area, baseline, as_of); repeatable.",
)
_EACH = option(value="area", help="One edition for each part of the area, and an overview of them.")
_ONLY = option(value="AREA,AREA", help="With --each: only these of them.")
_SCHEDULER = option(
    value="ADDRESS",
    help="With --each: a Dask scheduler, such as tcp://host:8786.",
    default="a cluster of this machine's own",
)
_TRANSFER = option(
    value="WAY",
    help="With --each: how data and editions travel: folder (that all can see), scheduler.",
    default="folder",
)
_SINCE = option(
    value="RELEASE", help="An earlier release: a page of the report says what moved since."
)

app = typer.Typer(
    name="pensionbook",
    help="Turns the printed figures of a pension study into an audited, reproducible report.",
    epilog="Examples: pensionbook build data/tianjin-2002; pensionbook new my-region-2004",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; an error of the user's data is one message, and exit code 1."""
    from pensionbook.files.staging import Interrupted, interruptible

    forgive_closed_streams()
    try:
        with interruptible():
            app(prog_name="pensionbook")
    except PensionbookError as error:
        _fail(str(error))
    except Interrupted as interrupted:
        _fail(f"stopped by {interrupted}; what was built before is as it was", code=130)
    except MemoryError:
        _fail("memory ran out; close other programs, raise the limit, or build with --jobs 1")


def _fail(message: str, code: int = 1) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True)
    console.print(Text(f"error: {message}", style="bold red"))
    sys.exit(code)


def _watched() -> bool:
    """Whether somebody looks on as it runs."""
    return sys.stderr.isatty()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pensionbook {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


@app.command(
    epilog="Examples: pensionbook new my-region-2004; "
    "pensionbook new my-region-2004 --folder ../my-region",
)
def new(
    name: Annotated[
        str,
        argument(
            "NAME", "Id of the edition: small letters, digits and single hyphens, with the year."
        ),
    ],
    folder: Annotated[
        Path | None,
        option(
            value="FOLDER",
            help="Folder to make; by default data/NAME, or NAME where there is no folder data.",
        ),
    ] = None,
) -> None:
    """Begin an edition for another region or year: a data package to be filled in.

    Its tables hold the words that the report's sections look for and an example row each. Rows
    that begin with # are not read. `pensionbook check` says what is still to do.
    """
    from pensionbook.data.scaffold import new_edition

    made = new_edition(name, folder)
    typer.echo(f"""\
written: {made}
Next:
  1. say what it is about in datapackage.yaml, and of which area in areas.csv
  2. type the printed figures into figures.csv, as its example row shows
  3. write into identities.csv what must add up
  4. pensionbook check {made}    (what is wrong, what is to do)
  5. pensionbook build {made}    (the report)""")


@app.command(epilog="Example: pensionbook check data/tianjin-2002")
def check(package: Annotated[Path, _PACKAGE]) -> None:
    """List all problems of a data package; exit code 1 if there are any.

    Each line says the file, the row, the column, what was found and what to write instead. Where
    there are no problems, lines that begin with "to do" say what the package still waits for.
    """
    from pensionbook.data.load import check_package

    found = check_package(package)
    if found:
        raise PackageError(found)
    typer.echo(found.summary)
    for note in found.to_do:
        typer.echo(f"to do: {note}")


@app.command(
    epilog="Example: pensionbook audit data/tianjin-2002 --output checked --strict",
)
def audit(
    package: Annotated[Path, _PACKAGE],
    output: Annotated[Path | None, _OUTPUT] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with code 1 if any figure is inconsistent.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Also list the figures nothing else constrains.")
    ] = False,
    prove: Annotated[
        bool,
        typer.Option(
            "--prove",
            help="Also write proofs.json, which tools/prove_check.py checks without this program.",
        ),
    ] = False,
    time_limit: Annotated[float, _TIME_LIMIT] = 600.0,
) -> None:
    """Test all printed figures against each other and say which cannot be right, and why.

    Writes audit.csv (a verdict for each figure) and bounds.csv (proved bounds of each quantity).
    A published edition is left as it is: without --output, the audit then goes beside it.
    """
    from rich.console import Console
    from rich.progress import Progress

    from pensionbook.data.load import load_package
    from pensionbook.editions.manifest import NAME as MANIFEST
    from pensionbook.report.audit import print_audit, verdict_counts, write_audit

    loaded = load_package(package)
    folder = output or Path("_build", loaded.name)
    if output is None and (folder / MANIFEST).exists():
        typer.echo(f"{folder} is a published edition and is left as it is", err=True)
        folder = folder.with_name(f"{loaded.name}-audit")
    with Progress(console=Console(stderr=True), transient=True, disable=not _watched()) as bar:
        task = bar.add_task("audit", total=None)
        result = write_audit(
            loaded,
            folder,
            jobs=os.cpu_count() or 1,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            prove=prove,
            time_limit=time_limit,
        )
    print_audit(result, Console(), every=every)
    written = [folder / name for name in ("audit.csv", "bounds.csv")]
    if prove:
        written.append(folder / "proofs.json")
    typer.echo(f"written: {', '.join(map(str, written[:-1]))} and {written[-1]}")
    inconsistent = verdict_counts(result)["inconsistent"]
    if strict and inconsistent:
        raise typer.Exit(1)


@app.command(
    epilog="Examples: pensionbook build data/tianjin-2002; "
    "pensionbook build ../my-region -p baseline=2015 -p as_of=2020 --output report; "
    "pensionbook build data/nbs-yearbooks --each area",
)
def build(
    package: Annotated[Path, _PACKAGE],
    parameter: Annotated[list[str] | None, _PARAMETER] = None,
    language: Annotated[list[str] | None, _LANGUAGE] = None,
    kind: Annotated[list[str] | None, _FORMAT] = None,
    output: Annotated[Path | None, _OUTPUT] = None,
    notebooks: Annotated[Path | None, _NOTEBOOKS] = None,
    book: Annotated[Path | None, _BOOK] = None,
    jobs: Annotated[int | None, _JOBS] = None,
    each: Annotated[str | None, _EACH] = None,
    only: Annotated[str | None, _ONLY] = None,
    scheduler: Annotated[str | None, _SCHEDULER] = None,
    transfer: Annotated[str | None, _TRANSFER] = None,
    since: Annotated[Path | None, _SINCE] = None,
) -> None:
    """Build the report: audit, notebooks, web pages; with --each one for each part of the area.

    Only what changed is run again. The earlier report stays as it is until the new one is complete.
    """
    if each is not None and since is not None:
        raise ParameterError("--since: only for one edition; leave it out, or --each")
    from pensionbook.editions.request import Request
    from pensionbook.notebooks.source import split_assignments

    request = Request(
        package=package,
        given=split_assignments(parameter or []),
        languages=language or (),
        formats=kind or (),
        output=output,
        notebooks=notebooks,
        book=book,
        since=since,
    )
    if each is not None:
        from pensionbook.cli.batch import build_each

        code = build_each(
            request,
            each=each,
            only=only,
            jobs=jobs or 0,
            scheduler=scheduler or "",
            transfer=transfer,
        )
        raise typer.Exit(code)
    alone = {"--only": only, "--scheduler": scheduler, "--transfer": transfer}
    if named := [option for option, value in alone.items() if value is not None]:
        raise ParameterError(f"{named[0]}: only for many editions; write --each area, or leave out")
    from pensionbook.editions.edition import build_edition
    from pensionbook.editions.progress import BarProgress, PlainProgress, progress_on

    with progress_on(PlainProgress, BarProgress) as progress:
        built = build_edition(request, jobs=jobs or 0, progress=progress)
    if not built.changed:
        typer.echo("nothing changed")
    for first, *others in built.reports:
        beside = "".join(f", {path.name}" for path in others)
        typer.echo(f"report: {_relative(first)}{beside}")


@app.command(epilog="Example: pensionbook verify _build/tianjin-2002")
def verify(
    folder: Annotated[
        Path,
        argument("FOLDER", "A published edition or batch, with manifest.json."),
    ],
) -> None:
    """Check a published edition against its manifest: nothing missing, altered or added.

    Exit code 1 if a file differs, is a link, or has another mode than the others. Whoever made all
    of it anew, manifest included, is not found out. Of a release the data package, the papers that
    go with it and the chain of the releases beside it are checked as well; README.md says how to
    sign one, and how to check the signature.
    """
    from pensionbook.editions import manifest, releases
    from pensionbook.editions.batch import records

    batch = records.differences(folder)
    wrong = releases.differences(folder) if batch is None else batch
    if wrong:
        listing = "\n".join(f"  {line}" for line in wrong)
        raise BuildError(f"{folder} is not as it was published:\n{listing}")
    found = manifest.read(folder) or {}
    files = len(found["outputs"]) if batch is None else records.count_files(found, folder)
    inputs = len(found["inputs"])
    typer.echo(f"{found['edition']}: {files} files are as published, from {inputs} inputs")
    for note in releases.notes(folder):
        typer.echo(note)


commands.add_to(app)


@app.command(
    epilog="Examples: pensionbook cache; pensionbook cache --trim 500MB; "
    "pensionbook cache --trim 30d; pensionbook cache --clear",
)
def cache(
    trim: Annotated[
        str | None,
        option(
            value="SIZE|DAYS",
            help="Drop what was not used for longest, beyond a size such as 500MB or 2GB, "
            "or what was not used for a number of days such as 30d.",
        ),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Drop everything.")] = False,
    folder: Annotated[
        Path | None,
        option(
            value="FOLDER",
            help="Folder of the cache; by default _build/.cache in the current folder.",
        ),
    ] = None,
) -> None:
    """Show what builds keep for the next build, or drop some of it; a build remakes what it needs.

    Executed notebooks, audits, reconciliations and half-read books are kept under digests of all
    they depend on, so that many editions share them. A damaged entry is noticed and made anew.
    """
    from pensionbook.editions import cache_limits as cachetools

    if trim is not None and clear:
        raise ParameterError("--trim and --clear: given together; leave one out")
    place = cache_folder(folder)
    if trim is not None or clear:
        limit = cachetools.read_limit(trim) if trim is not None else cachetools.NOTHING
        dropped = cachetools.drop(place, limit)
        size = cachetools.size_text(sum(entry.size for entry in dropped))
        typer.echo(f"dropped: {len(dropped)} entries, {size}")
    typer.echo(cachetools.summary(place))


def _relative(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
