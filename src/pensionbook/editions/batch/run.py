"""Builds a batch: the editions that are missing or changed, then the overview over all."""

from __future__ import annotations

import contextlib
import os
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pensionbook.editions import manifest, places
from pensionbook.editions.batch import records
from pensionbook.editions.batch.folder import held, publish, sweep, wanted_manifest
from pensionbook.editions.batch.order import Order
from pensionbook.editions.batch.records import CURRENT, EARLIER, MISSING, BatchState
from pensionbook.editions.inputs import runtime_versions, still_installed
from pensionbook.editions.request import Request
from pensionbook.errors import BuildError, ParameterError
from pensionbook.files.cache import Cache
from pensionbook.files.temporary import check_temporary_folder

if TYPE_CHECKING:
    from distributed import Client

    from pensionbook.data.package import Package
    from pensionbook.editions.batch.work import Commission, Outcome
    from pensionbook.editions.progress import BatchProgress

FOLDER, SCHEDULER = TRANSFERS = ("folder", "scheduler")


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch gave.

    Attributes:
        built: areas that were built now.
        kept: areas whose edition stood already.
        failed: causes, by area.
        left_out: reasons, by area.
        changed: whether anything was written.
    """

    folder: Path
    built: list[str]
    kept: list[str]
    failed: dict[str, str]
    left_out: dict[str, str]
    changed: bool


def check_options(scheduler: str, transfer: str, jobs: int) -> None:
    """Check the options that say where a batch runs.

    Raises:
        ParameterError: one cannot be, or they exclude each other.
    """
    if transfer not in TRANSFERS:
        raise ParameterError(f"--transfer {transfer}: write one of: {', '.join(TRANSFERS)}")
    if scheduler and not _is_address(scheduler):
        raise ParameterError(
            f"--scheduler {scheduler}: no address of a scheduler; write one such as tcp://host:8786"
        )
    if scheduler and jobs:
        raise ParameterError(
            "--jobs: the workers of a scheduler are started beside it; leave out --jobs"
        )


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("tcp", "tls") and bool(parts.hostname) and bool(parts.port)
    except ValueError:
        return False


def build_batch(
    order: Order,
    *,
    cache_folder: Path | None = None,
    jobs: int = 0,
    scheduler: str = "",
    transfer: str = FOLDER,
    progress: BatchProgress,
) -> Batch:
    """Build what of a batch is missing or changed.

    An edition that fails leaves its earlier output as it is; the others are finished.

    Args:
        cache_folder: by default ``_build/.cache`` in the current folder.
        jobs: workers of the embedded cluster; 0 for as many as there are processors.
        scheduler: address of a cluster; empty for an embedded one.
        transfer: ``folder`` where the workers see the folders of this machine, ``scheduler``
            where everything is to travel over the network.

    Raises:
        ParameterError: an option or a parameter cannot have its value.
        PackageError: the package does not pass the check.
        BuildError: the cluster cannot be reached, or nothing can be written.
    """
    check_options(scheduler, transfer, jobs)
    base = order.base
    standing = order.standing()
    waiting = [area for area in order.wanted if area not in standing]
    if not waiting and _overview_stands(order, _state(order, standing)):
        return Batch(base.output, [], list(order.wanted), {}, order.left_out, changed=False)

    from pensionbook.data.load import load_package
    from pensionbook.notebooks.source import check_values

    package = load_package(base.raw)
    check_values(base.values, package.areas, package.periods)
    check_temporary_folder()
    with held(base.output, order):
        if reason := Cache(places.cache_folder(cache_folder)).reason_against():
            progress.step(f"nothing is kept for the next build: {reason}")
            # Goes with what killed builds left.
            cache_folder = Path(tempfile.mkdtemp(prefix=".overview-", dir=base.output))
        commission = _commission(order, package, cache_folder, sent=transfer == SCHEDULER)
        count = min(jobs or os.cpu_count() or 1, max(len(waiting), 1))
        from pensionbook.editions.batch.cluster import open_client

        progress.step("workers start")
        with (
            open_client(scheduler, count) as client,
            _at_work(client, commission, progress),
        ):
            outcomes = _editions(client, commission, base.output, waiting, progress)
            built = {area for area, outcome in outcomes.items() if not outcome.error}
            failed = {a: outcomes[a].error for a in waiting if outcomes[a].error}
            state = _state(order, standing | built, failed)
            files = _overview(client, commission, state)
        progress.step("overview")
        publish(order, files, state, commission.versions)
        sweep(base.output)
    kept = [area for area in order.wanted if area in standing]
    return Batch(base.output, sorted(built), kept, failed, order.left_out, changed=True)


def _state(order: Order, standing: set[str], failed: Mapping[str, str] | None = None) -> BatchState:
    """What the folder holds of each area's edition."""
    editions = {
        area: CURRENT
        if area in standing
        else EARLIER
        if (order.base.output / area / manifest.NAME).is_file()
        else MISSING
        for area in order.areas
    }
    return BatchState(editions, failed or {}, order.left_out)


def _overview_stands(order: Order, state: BatchState) -> bool:
    found = records.read(order.base.output)
    if found is None or not still_installed(found["versions"]):
        return False
    wanted = wanted_manifest(order, state, found["versions"])
    return records.stands(found, order.base.output, wanted)


def _commission(
    order: Order, package: Package, cache_folder: Path | None, *, sent: bool
) -> Commission:
    from pensionbook.editions.batch.work import Commission, parcel

    base = order.base
    own = base.raw.path.resolve()
    return Commission(
        batch=f"pensionbook-{uuid.uuid4().hex}",
        request=Request(
            package=own,
            given={name: str(value) for name, value in base.values.items()},
            languages=base.languages,
            formats=base.formats,
            output=base.output,
            notebooks=base.sources.notebooks.resolve(),
            book=base.sources.book.resolve(),
            config=base.sources.config.resolve(),
        ),
        cache=places.cache_folder(cache_folder),
        inputs=base.inputs,
        versions=runtime_versions(),
        sent=parcel(own, list(package.evidence), base.sources) if sent else b"",
    )


@contextlib.contextmanager
def _at_work(client: Client, commission: Commission, progress: BatchProgress) -> Iterator[None]:
    """Check the workers, listen to them, and end what they keep when the block does."""
    from pensionbook.editions.batch import work

    def told(event: tuple[Any, dict[str, str]]) -> None:
        said = event[1]
        progress.doing(said["worker"], said["area"], said["doing"])

    client.subscribe_topic(commission.batch, told)
    try:
        plain = replace(commission, sent=commission.sent[:1])
        _must_fit(_on_all(client, work.look, plain))
        yield
    finally:
        with contextlib.suppress(Exception):
            client.unsubscribe_topic(commission.batch)
        with contextlib.suppress(Exception):
            client.run(work.leave, commission.batch, on_error="ignore")


def _on_all(client: Client, function: Any, *arguments: Any) -> dict[str, Any]:
    return client.run(function, *arguments, on_error="return")


def _must_fit(answers: Mapping[str, Any]) -> None:
    """Raise an error naming a worker that cannot take part."""
    for worker, answer in answers.items():
        if isinstance(answer, BaseException):
            answer = (
                f"it cannot run this program ({type(answer).__name__}: {str(answer)[:200]}); "
                "install the same pensionbook and requirements.txt there"
            )
        if answer:
            raise BuildError(f"the worker {worker} cannot take part: {answer}")


def _editions(
    client: Client,
    commission: Commission,
    output: Path,
    waiting: list[str],
    progress: BatchProgress,
) -> dict[str, Outcome]:
    """Build the editions; one whose worker dies goes to another."""
    from distributed import as_completed

    from pensionbook.editions.batch import work

    progress.begin(len(waiting), len(client.scheduler_info(n_workers=-1)["workers"]))
    # Held by the scheduler, so that the death of a worker loses nothing.
    futures = {
        client.submit(work.build, commission, area, key=f"{area}-{commission.batch}"): area
        for area in waiting
    }
    outcomes: dict[str, Outcome] = {}
    for future in as_completed(list(futures), loop=client.loop):
        area = futures[future]
        if future.status == "finished":
            outcome = future.result()
            if outcome.archive:
                outcome = _received(outcome, output)
        else:
            error = future.exception()
            cause = f"no worker could finish it ({type(error).__name__}: {str(error)[:300]})"
            outcome = work.Outcome(area, cause)
        outcomes[area] = outcome
        future.release()
        progress.done(area, outcome.error, outcome.seconds)
    return outcomes


def _received(outcome: Outcome, output: Path) -> Outcome:
    """Put an edition that came as bytes into its place."""
    from pensionbook.editions.batch.bundle import unpack
    from pensionbook.files.staging import staging_folder, swap_into_place

    target = output / outcome.area
    try:
        with staging_folder(target, manifest.reason_to_keep) as staging:
            unpack(outcome.archive, staging)
            wrong = manifest.differences(staging / outcome.area)
            if wrong:
                raise BuildError(f"it did not arrive whole: {wrong[0]}")
            swap_into_place(staging / outcome.area, target)
    except (BuildError, OSError) as error:
        return replace(outcome, error=str(error), archive=b"")
    return replace(outcome, archive=b"")


def _overview(client: Client, commission: Commission, state: BatchState) -> dict[str, bytes]:
    from pensionbook.editions.batch import work

    key = f"overview-{commission.batch}"
    return client.submit(work.compare, commission, state, key=key).result()
