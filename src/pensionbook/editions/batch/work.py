"""What a worker of the cluster does: build one edition with processes that outlive it."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pensionbook.editions.batch.bundle import pack, unpack
from pensionbook.editions.batch.records import BatchState
from pensionbook.editions.inputs import runtime_versions
from pensionbook.editions.plan import Plan, plan
from pensionbook.editions.request import Request
from pensionbook.editions.workshop import Workshop
from pensionbook.errors import BuildError, PensionbookError, listed
from pensionbook.files.atomic import locked
from pensionbook.files.cache import Cache

_LOCK = "ahead.lock"
_PACKAGES = "packages"


@dataclass(frozen=True, slots=True)
class Commission:
    """What all tasks of a batch have in common; paths are absolute and as the client sees them.

    Attributes:
        batch: a name that no other batch has.
        request: the whole of it, with every choice made.
        inputs: sha256 of each input; a worker that has others must not take part.
        versions: of Python and the installed distributions; those of the workers must be the same.
        sent: the package and what it is held against, notebooks, book and settings as bytes;
            empty where workers see the client's folders.
    """

    batch: str
    request: Request
    cache: Path
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


def compare(commission: Commission, state: BatchState) -> dict[str, bytes]:
    """The files of the overview, by their paths in the batch's folder."""
    _reporter(commission.batch, "")("overview")
    from pensionbook.editions.batch.overview import overview_files

    own = _station(commission)
    return overview_files(own.package, own.base, own.workshop.kept, state)


def look(commission: Commission) -> str:
    """Why this worker cannot take part; empty if it can."""
    wrong = _other_versions(commission.versions, runtime_versions())
    if wrong or commission.sent:
        return wrong
    own = commission.request
    for path in (own.package, own.notebooks, own.book):
        if path and not path.is_dir():
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

        self._place = _worker_folder()
        self._folder = Path(tempfile.mkdtemp(prefix="pensionbook-", dir=self._place)).resolve()
        self._commission = self._received(commission) if commission.sent else commission
        self.base = plan(self._commission.request)
        self._check(self.base)
        self.workshop = self._open_workshop()
        self.package = load_package(self.base.raw)
        self._ahead = False

    def build(self, area: str, say: Callable[[str], None]) -> bytes:
        """Build an edition; the bytes of it come back where the client sees no folder of it."""
        from pensionbook.editions import build as whole

        own = self.base.of_part(area)
        progress = _Told(say, self._commission.batch)
        self.workshop.warm()
        if not self._ahead:
            progress.step("audit of the printed figures")
            # Others wait and then find it done, here and on other machines.
            with locked(self._commission.cache / _LOCK):
                whole.build_ahead(own, self.package, self.workshop, progress)
            self._ahead = True
        whole.build(own, self.package, self.workshop, progress)
        if not self._commission.sent:
            return b""
        try:
            return pack({area: own.output})
        finally:
            shutil.rmtree(own.output, ignore_errors=True)

    def renew(self) -> None:
        """Start processes anew, so that nothing of a failed edition is left in them."""
        self.workshop.close()
        self.workshop = self._open_workshop()

    def close(self) -> None:
        """End all processes and remove what was written aside."""
        self.workshop.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _open_workshop(self) -> Workshop:
        cache, versions = Cache(self._commission.cache), self._commission.versions
        return Workshop(self.base, self._folder, cache, versions, holds_temporary=True)

    def _received(self, commission: Commission) -> Commission:
        """The commission with what was sent, in folders of this machine."""
        unpack(commission.sent, self._folder)
        request = replace(
            commission.request,
            package=self._folder / _PACKAGES / commission.request.package.name,
            notebooks=self._folder / "notebooks",
            book=self._folder / "book",
            config=self._folder / "_config.yml",
            output=self._folder / "output",
        )
        return replace(commission, request=request, cache=self._place / "pensionbook-cache")

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
