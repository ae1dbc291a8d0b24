"""``pensionbook build PACKAGE --each area``: what its user reads."""

from __future__ import annotations

from pathlib import Path

import typer

from pensionbook.editions.batch.order import Order
from pensionbook.editions.batch.run import FOLDER, Batch, build_batch, check_options
from pensionbook.editions.progress import BarBatch, PlainBatch, progress_on
from pensionbook.editions.request import Request
from pensionbook.errors import ParameterError


def build_each(
    request: Request,
    *,
    each: str,
    only: str | None,
    jobs: int,
    scheduler: str,
    transfer: str | None,
) -> int:
    """Build a batch and say how it went; the exit code comes back, 1 where an edition failed."""
    check_options(scheduler, transfer or FOLDER, jobs)
    order = Order.make(request, each, _names(only))
    with progress_on(PlainBatch, BarBatch) as progress:
        batch = build_batch(
            order, jobs=jobs, scheduler=scheduler, transfer=transfer or FOLDER, progress=progress
        )
    _tell(batch)
    return 1 if batch.failed else 0


def _names(only: str | None) -> tuple[str, ...]:
    if only is None:
        return ()
    names = tuple(name.strip() for name in only.split(","))
    if not all(names):
        raise ParameterError(f"--only {only}: an empty name; write --only area,area")
    return names


def _tell(batch: Batch) -> None:
    if batch.changed:
        typer.echo(
            f"editions: {len(batch.built)} built, {len(batch.kept)} unchanged, "
            f"{len(batch.failed)} failed, {len(batch.left_out)} left out"
        )
    else:
        typer.echo("nothing changed")
    for area, reason in batch.left_out.items():
        typer.echo(f"left out: {area}: {reason}")
    for area, cause in batch.failed.items():
        typer.secho(f"failed: {area}: {cause}", err=True, fg="red")
    path = batch.folder / "index.html"
    here = Path.cwd()
    typer.echo(f"overview: {path.relative_to(here) if path.is_relative_to(here) else path}")
