"""The audit on paper: ``audit.csv``, ``bounds.csv`` and the table printed in the terminal."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pensionbook.data.figures import decimal_outward, decimals_printed
from pensionbook.data.package import Package
from pensionbook.data.vintages import packages_of_superseded
from pensionbook.engine.cited import Cited
from pensionbook.engine.kept import reconciled
from pensionbook.engine.proofs import proofs_of
from pensionbook.engine.reconcile import Reconciliation, reconcile, superseded_verdicts
from pensionbook.engine.results import VERDICTS, Verdict
from pensionbook.errors import BuildError, NoFiguresError
from pensionbook.files.atomic import write_whole
from pensionbook.report.reasons import because, interval_text

if TYPE_CHECKING:
    from rich.console import Console

AUDIT_FILE, BOUNDS_FILE, PROOFS_FILE = "audit.csv", "bounds.csv", "proofs.json"
AUDIT_COLUMNS = (
    "figure_id", "locator", "printed", "unit", "verdict", "implied_low", "implied_high", "because",
)  # fmt: skip
BOUNDS_COLUMNS = (
    "indicator", "group", "area", "period", "low", "high", "unit", "figures",
    "low_any_repair", "high_any_repair",
)  # fmt: skip

# Implied intervals carry this many decimals more than the printed figure, rounded outward.
EXTRA_DECIMALS = 3
BOUND_DECIMALS = 3


def write_audit(
    package: Package,
    folder: Path,
    *,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    keep_in: Path | None = None,
    prove: bool = False,
    time_limit: float | None = None,
) -> Reconciliation:
    """Reconcile a package and write ``audit.csv`` and ``bounds.csv`` into a folder.

    Each file is written whole or not at all.

    Args:
        keep_in: folder that keeps reconciliations; one found there is not done again.
        prove: write ``proofs.json`` too; what is kept has no proofs and is done again.
        time_limit: seconds after which no more proofs are looked for, where nothing is kept.

    Raises:
        NoFiguresError: the package has no printed figures yet.
        BuildError: the folder cannot be written.
    """
    if not package.figures:
        raise NoFiguresError(
            f"{package.name} has no printed figures yet; type the first ones into figures.csv of "
            f"{package.path}, one row each, and say the same command again"
        )
    if keep_in is None or prove:
        result = reconcile(
            package, jobs=jobs, progress=progress, prove=prove, time_limit=time_limit
        )
    else:
        result = reconciled(package, keep_in)
    write_tables(result, folder, prove=prove)
    return result


def write_tables(result: Reconciliation, folder: Path, *, prove: bool = False) -> None:
    """Write ``audit.csv`` and ``bounds.csv`` of a reconciliation, each whole or not at all.

    Args:
        prove: write ``proofs.json`` too; the reconciliation must have kept its proofs.

    Raises:
        BuildError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_csv(folder / AUDIT_FILE, AUDIT_COLUMNS, audit_rows(result))
        _write_csv(folder / BOUNDS_FILE, BOUNDS_COLUMNS, bounds_rows(result))
        if prove:
            older = packages_of_superseded(result.package)
            limit = result.time_limit
            of_older = (reconcile(part, prove=True, time_limit=limit) for part in older)
            results = [result, *of_older]
            proofs = proofs_of(result.package, results)
            text = json.dumps(proofs, ensure_ascii=False, indent=0)
            write_whole(folder / PROOFS_FILE, f"{text}\n".encode())
    except OSError as error:
        raise BuildError(
            f"cannot write the audit to {folder}: {error.strerror or error}; "
            "name a folder you may write to with --output"
        ) from error


def audit_rows(result: Reconciliation) -> Iterable[tuple[str, ...]]:
    """Rows of ``audit.csv``, in the order of ``figures.csv``; an end nobody bounds is empty."""
    for verdict in all_verdicts(result):
        figure, implied = verdict.figure, verdict.implied
        decimals = decimals_printed(figure.printed) + EXTRA_DECIMALS
        # That a level is not negative is no news; an end that rests on no figure is left empty.
        low = implied.low if implied.figures else None
        high = implied.high if implied.figures else None
        yield (
            figure.figure_id,
            figure.locator,
            figure.printed,
            figure.unit,
            verdict.verdict,
            _cell(low, decimals, up=False, unproved=implied.unproved),
            _cell(high, decimals, up=True, unproved=implied.unproved),
            because(verdict, result.package),
        )


def all_verdicts(result: Reconciliation) -> list[Verdict]:
    """The verdicts on every figure of the package, superseded ones too, in the package's order."""
    verdicts = list(result.verdicts.values())
    superseded = superseded_verdicts(result.package, time_limit=result.time_limit).values()
    if not superseded:
        return verdicts
    return sorted([*verdicts, *superseded], key=lambda verdict: verdict.figure.row)


def bounds_rows(result: Reconciliation) -> Iterable[tuple[str, ...]]:
    """Rows of ``bounds.csv``, in base units; ``figures`` are ids separated by ``;``.

    ``low`` and ``high`` rest on nothing that is in any smallest repair; the last two hold whichever
    smallest repair is the right one.
    """
    for quantity, bound in sorted(result.bounds.items()):
        under_any = result.bounds_under_any_repair[quantity]
        yield (
            *quantity,
            _cell(bound.low, BOUND_DECIMALS, up=False, unproved=bound.unproved),
            _cell(bound.high, BOUND_DECIMALS, up=True, unproved=bound.unproved),
            result.package.indicators[quantity.indicator].unit,
            ";".join(bound.figures),
            _cell(under_any.low, BOUND_DECIMALS, up=False, unproved=under_any.unproved),
            _cell(under_any.high, BOUND_DECIMALS, up=True, unproved=under_any.unproved),
        )


def verdict_counts(result: Reconciliation | Cited) -> dict[str, int]:
    """Number of figures for each verdict, troubled ones first."""
    counts = Counter(verdict.verdict for verdict in result.verdicts.values())
    return {name: counts[name] for name in VERDICTS}


def print_audit(result: Reconciliation, console: Console, *, every: bool = False) -> None:
    """Print the counts and the verdicts as a table, the troubled figures first.

    Args:
        console: a ``rich`` console.
        every: also list the figures nothing else constrains.
    """
    from rich.table import Table
    from rich.text import Text

    colours = {"inconsistent": "bold red", "disputed": "yellow", "truncated": "magenta"}
    counts = verdict_counts(result)
    summary = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    console.print(Text(f"{result.package.name}: {len(result.verdicts)} printed figures: {summary}"))
    superseded = superseded_verdicts(result.package, time_limit=result.time_limit).values()
    if superseded:
        console.print(Text(f"superseded by later figures: {len(superseded)}, listed last"))
    for assumption, always in result.doubted.items():
        said = "cannot hold beside the figures" if always else "may be what is wrong"
        console.print(Text(f"the assumption that {assumption} {said}"))
    late = sum(verdict.implied.out_of_time for verdict in result.verdicts.values())
    late_bounds = sum(bound.out_of_time for bound in result.bounds.values())
    if late or late_bounds:
        told = f"what the others allow for {late} figures, and {late_bounds} bounds"
        console.print(Text(f"not proved within the time given: {told}; give a longer --time-limit"))
    table = Table(pad_edge=False)
    table.add_column("verdict", no_wrap=True)
    table.add_column("figure and where it stands", ratio=2, overflow="fold")
    table.add_column("why", ratio=5)
    for verdict in troubled_first(result.verdicts.values()):
        if verdict.verdict == "untested" and not every:
            continue
        figure = verdict.figure
        table.add_row(
            Text(verdict.verdict, style=colours.get(verdict.verdict, "")),
            Text(f"{figure.figure_id}, {figure.locator}"),
            Text(because(verdict, result.package, brief=True)),
        )
    for verdict in troubled_first(superseded):
        figure = verdict.figure
        table.add_row(
            Text(f"{verdict.verdict}, superseded"),
            Text(f"{figure.figure_id}, {figure.locator}"),
            Text(because(verdict, result.package, brief=True)),
        )
    console.print(table)
    if counts["untested"] and not every:
        console.print(
            Text(
                f"{counts['untested']} figures that nothing else constrains are not listed; "
                "audit.csv has them all"
            )
        )


def troubled_first(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Inconsistent, disputed, truncated, consistent, untested; within each the package's order."""
    return sorted(verdicts, key=lambda verdict: VERDICTS.index(verdict.verdict))


def _cell(value: Fraction | None, decimals: int, *, up: bool, unproved: bool) -> str:
    if value is None:
        return "unproved" if unproved else ""
    text = decimal_outward(value, decimals, up=up)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    write_whole(path, text.getvalue().encode())


__all__ = [
    "all_verdicts",
    "audit_rows",
    "bounds_rows",
    "interval_text",
    "print_audit",
    "troubled_first",
    "verdict_counts",
    "write_audit",
    "write_tables",
]
