"""What a worker of the cluster does: build one edition with processes that outlive it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pensionbook.editions.batch.bundle import pack, unpack
from pensionbook.editions.inputs import runtime_versions
from pensionbook.editions.plan import Plan, build_planned, open_cache, plan_edition, planned_job
from pensionbook.editions.workshop import Workshop
from pensionbook.errors import BuildError, PensionbookError, listed

_LOCK = "ahead.lock"
_PACKAGES = "packages"


@dataclass(frozen=True, slots=True)
class Commission:
    """What all tasks of a batch have in common; paths are absolute and as the client sees them.

    Attributes:
        batch: a name that no other batch has.
        output: folder of the batch.
        given: texts of parameters, by name.
        inputs: sha256 of each input; a worker that has others must not take part.
        versions: of Python and the installed distributions; those of the workers must be the same.
        sent: the package and what it is held against, notebooks, book and settings as bytes;
            empty where workers see the client's folders.
    """

    batch: str
    package: Path
    notebooks: Path
    book: Path
    config: Path
    cache: Path
    output: Path
    given: Mapping[str, str]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    sent: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an edition went.

    Attributes:
        error: why it failed; empty if it did not.
        archive: the edition as bytes, where it is not in the client's folder already.
    """

    area: str
    error: str = ""
    seconds: float = 0.0
    archive: bytes = field(default=b"", repr=False)


class Stopped(BaseException):
    """The client asked to stop."""


def build(commission: Commission, area: str) -> Outcome:
    """Build the edition of an area in this process.

    What goes wrong comes back as an outcome: an error that is raised would count as the worker's.
    """
    begin = time.monotonic()
    say = _reporter(commission.batch, area)
    say("prepare")
    error, archive = "", b""
    try:
        station = _station(commission)
        archive = station.build(area, say)
    except PensionbookError as failure:
        error = str(failure)
    except Exception as failure:
        # Whatever stops an edition must not stop the others.
        error = f"{type(failure).__name__}: {failure}"
    if error and _STATIONS.get(commission.batch):
        _STATIONS[commission.batch].renew()
    say("")
    return Outcome(area, error, time.monotonic() - begin, archive)


def compare(
    commission: Commission,
    states: Mapping[str, str],
    failed: Mapping[str, str],
    left_out: Mapping[str, str],
) -> dict[str, bytes]:
    """The files of the overview, by their paths in the batch's folder.

    Args:
        states: of each area's edition; see :mod:`pensionbook.editions.batch.records`.
        failed: causes, by area.
        left_out: reasons, by area.
    """
    _reporter(commission.batch, "")("overview")
    station = _station(commission)
    from pensionbook.editions.batch.overview import overview_files

    return overview_files(station.package, station.base, station.kept, states, failed, left_out)


def look(commission: Commission) -> str:
    """Why this worker cannot take part; empty if it can."""
    wrong = _other_versions(commission.versions, runtime_versions())
    if wrong or commission.sent:
        return wrong
    for path in (commission.package, commission.notebooks, commission.book):
        if not path.is_dir():
            return f"it sees no folder {path}; share it, or send it with --transfer scheduler"
    return ""


def leave(batch: str) -> None:
    """End what this process keeps for a batch, whatever it does; returns at once."""
    station = _STATIONS.pop(batch, None)
    _ENDED.add(batch)
    if station:
        threading.Thread(target=station.close, daemon=True).start()


_STATIONS: dict[str, _Station] = {}
_ENDED: set[str] = set()
_MAKING = threading.Lock()


class _Station:
    """What a worker process keeps from edition to edition."""

    def __init__(self, commission: Commission) -> None:
        from pensionbook.data.load import load_package
        from pensionbook.editions.build import reconciled_folder

        self._commission = commission
        place = _worker_folder()
        self._folder = Path(tempfile.mkdtemp(prefix="pensionbook-", dir=place)).resolve()
        if commission.sent:
            unpack(commission.sent, self._folder)
            self._own_folders()
        own = self._commission
        self.base = plan_edition(
            own.package,
            given=own.given,
            languages=own.languages,
            formats=own.formats,
            output=own.output,
            notebooks=own.notebooks,
            book=own.book,
            config=own.config,
        )
        self._check(self.base)
        self._versions = dict(own.versions)
        self.kept = reconciled_folder(self.base.inputs, self._versions, open_cache(own.cache))
        self._workshop = Workshop(self._folder, own.cache, self.kept)
        self.package = load_package(own.package)
        self._ahead = False

    def build(self, area: str, say: Callable[[str], None]) -> bytes:
        """Build an edition; the bytes of it come back where the client sees no folder of it."""
        own = self._commission
        values = self.base.values | {"area": area}
        plan = replace(self.base, values=values, output=own.output / area)
        progress = _Told(say, own.batch)
        self._workshop.warm()
        if not self._ahead:
            progress.step("audit of the printed figures")
            # Others wait and then find it done, here and on other machines.
            with _alone(own.cache / _LOCK):
                job = planned_job(plan, self.package, self._versions, progress)
                job.ahead(open_cache(own.cache))
            self._ahead = True
        build_planned(plan, self.package, self._versions, own.cache, 1, progress, self._workshop)
        if not own.sent:
            return b""
        try:
            return pack({area: plan.output})
        finally:
            shutil.rmtree(plan.output, ignore_errors=True)

    def renew(self) -> None:
        """Start processes anew, so that nothing of a failed edition is left in them."""
        self._workshop.close()
        self._workshop = Workshop(self._folder, self._commission.cache, self.kept)

    def close(self) -> None:
        """End all processes and remove what was written aside."""
        self._workshop.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _own_folders(self) -> None:
        sent = self._commission
        self._commission = replace(
            sent,
            package=self._folder / _PACKAGES / sent.package.name,
            notebooks=self._folder / "notebooks",
            book=self._folder / "book",
            config=self._folder / "_config.yml",
            output=self._folder / "output",
            cache=_worker_folder() / "pensionbook-cache",
        )

    def _check(self, base: Plan) -> None:
        wrong = _other_versions(self._commission.versions, runtime_versions())
        wanted = self._commission.inputs
        found = base.inputs
        other = sorted(n for n in wanted.keys() | found.keys() if wanted.get(n) != found.get(n))
        if not wrong and other:
            wrong = f"its files differ in {listed(other)}; give it the same, or wait for a copy"
        if wrong:
            raise BuildError(f"the worker on {os.uname().nodename} cannot take part: {wrong}")


def _station(commission: Commission) -> _Station:
    with _MAKING:
        if commission.batch in _ENDED:
            raise Stopped
        for other in [batch for batch in _STATIONS if batch != commission.batch]:
            _STATIONS.pop(other).close()
        if commission.batch not in _STATIONS:
            _STATIONS[commission.batch] = _Station(commission)
        return _STATIONS[commission.batch]


def parcel(package: Path, evidence: list[str], sources: Any) -> bytes:
    """What a worker needs that sees none of the client's folders."""
    folders = {f"{_PACKAGES}/{package.name}": package}
    folders |= {f"{_PACKAGES}/{name}": package.parent / name for name in evidence}
    folders |= {"notebooks": sources.notebooks, "book": sources.book}
    if sources.config.is_file():
        folders["_config.yml"] = sources.config
    return pack(folders)


class _Told:
    """Tells the client how far a build is; also where a build notices that it is to stop."""

    def __init__(self, say: Callable[[str], None], batch: str) -> None:
        self._say, self._batch = say, batch

    def step(self, text: str) -> None:
        self._pass_on(text)

    def started(self, language: str, name: str) -> None:
        self._pass_on(f"{name} ({language})")

    def cells(self, language: str, name: str, done: int, total: int) -> None:
        if self._batch in _ENDED:
            raise Stopped

    def finished(self, language: str, name: str, *, kept: bool) -> None:
        pass

    def _pass_on(self, text: str) -> None:
        if self._batch in _ENDED:
            raise Stopped
        self._say(text)


def _reporter(batch: str, area: str) -> Callable[[str], None]:
    from distributed import get_worker

    worker = get_worker()
    name = str(worker.address)

    def say(text: str) -> None:
        worker.log_event(batch, {"worker": name, "area": area, "doing": text})

    return say


def _worker_folder() -> Path:
    """The worker's own folder, which goes when it does."""
    from distributed import get_worker

    return Path(get_worker().local_directory)


def _other_versions(wanted: Mapping[str, str], found: Mapping[str, str]) -> str:
    differing = [
        f"{name} {found.get(name, 'missing')} instead of {wanted.get(name, 'none')}"
        for name in sorted(wanted.keys() | found.keys())
        if wanted.get(name) != found.get(name)
    ]
    return f"it has {listed(differing)}; install requirements.txt there" if differing else ""


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
