"""The folder of a batch: held by one process, and written so that a cut is noticed."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pensionbook.editions import manifest
from pensionbook.editions.batch import records
from pensionbook.editions.batch.order import Order
from pensionbook.editions.batch.records import MISSING, BatchState
from pensionbook.errors import BuildError
from pensionbook.files.atomic import locked
from pensionbook.files.staging import swap_into_place, writing


def wanted_manifest(order: Order, state: BatchState, versions: Mapping[str, str]) -> dict[str, Any]:
    """The manifest of a batch without outputs: an edition's with more entries.

    Each of its editions is known by sha256 of its own manifest.
    """
    whole = order.base.manifest(versions)
    last = {name: whole.pop(name) for name in ("inputs", "versions")}
    editions = {
        area: records.manifest_digest(order.base.output / area)
        for area, found in sorted(state.editions.items())
        if found != MISSING
    }
    own = {"left_out": dict(state.left_out), "failed": dict(state.failed)}
    return whole | own | {records.EDITIONS: editions} | last


def publish(
    order: Order, files: Mapping[str, bytes], state: BatchState, versions: Mapping[str, str]
) -> None:
    """Put the overview in place; the manifest comes last, so that a cut is noticed.

    Before the first overview there comes one that says what is about to be written.
    """
    output = order.base.output
    staging = Path(tempfile.mkdtemp(prefix=".overview-", dir=output))
    try:
        for name, content in files.items():
            path = staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if records.read(output) is None:
            coming = {name: sha256(content).hexdigest() for name, content in files.items()}
            manifest.write(wanted_manifest(order, state, versions) | {"outputs": coming}, output)
        for entry in sorted(staging.iterdir()):
            if entry.is_dir():
                swap_into_place(entry, output / entry.name)
            else:
                entry.replace(output / entry.name)
        _drop_former(output, order, {name.partition("/")[0] for name in files})
        written = wanted_manifest(order, state, versions)
        beside = records.overview(output, [*written[records.EDITIONS], *order.areas])
        # What is hidden is this staging folder, or a killed worker's, and goes.
        written["outputs"] = {n: digest for n, digest in beside.files.items() if n[0] != "."}
        manifest.write(written, staging)
        (staging / manifest.NAME).replace(output / manifest.NAME)
    except OSError as error:
        reason = error.strerror or error
        raise BuildError(f"cannot write {error.filename or output}: {reason}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _drop_former(output: Path, order: Order, own: set[str]) -> None:
    """Remove what an earlier batch wrote and this one does not have."""
    earlier = records.read(output) or {records.EDITIONS: {}, "outputs": {}}
    for name in {*earlier[records.EDITIONS], *(n.partition("/")[0] for n in earlier["outputs"])}:
        path = output / name
        if name in own or name in order.areas or path.parent != output:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def held(output: Path, order: Order) -> Iterator[None]:
    """The folder of the batch, made and held by this process alone.

    Raises:
        BuildError: another batch is at work in it, or it holds something that is not a batch's.
    """
    with contextlib.ExitStack() as stack:
        with writing(output):
            output.mkdir(parents=True, exist_ok=True)
            alone = stack.enter_context(locked(output / ".batch.lock", wait=False))
        if not alone:
            raise BuildError(
                f"another batch is at work in {output}; wait until it is done, or name another "
                "folder with --output"
            )
        stack.callback(sweep, output)
        _check_folder(output, order)
        yield


def _check_folder(output: Path, order: Order) -> None:
    earlier = records.read(output) or {records.EDITIONS: {}, "outputs": {}}
    # Whoever builds an edition sees to what lies in its folder.
    editions = (*order.areas, *order.left_out, *earlier[records.EDITIONS])
    beside = records.overview(output, editions)
    found = {*beside.files, *beside.strange} - set(earlier["outputs"])
    strangers = sorted(name for name in found if name[0] != ".")
    if strangers:
        raise BuildError(
            f"{output} holds {strangers[0]!r}, which no batch of these areas writes; move it "
            "away, or name another folder with --output"
        )


def sweep(output: Path) -> None:
    """Remove what killed builds left behind; their locks stay, as two must not hold one name."""
    for stale in [*output.glob(".*.staging-*"), *output.glob(".overview-*")]:
        shutil.rmtree(stale, ignore_errors=True)
