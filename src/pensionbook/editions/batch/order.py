"""A batch that was asked for, worked out from files alone, and whether it stands already."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from pensionbook.book.layout import TEMPLATES
from pensionbook.editions import manifest
from pensionbook.editions.batch.parts import check_each, parts_of
from pensionbook.editions.inputs import still_installed
from pensionbook.editions.plan import Plan, plan
from pensionbook.editions.request import Request
from pensionbook.errors import ParameterError

# Digests are computed in C, outside the interpreter's lock.
_READERS = 4


@dataclass(frozen=True, slots=True)
class Order:
    """A batch that was asked for.

    Attributes:
        base: the plan of the whole; its output is the folder of the batch.
        areas: the parts that can have an edition each, in the order of areas.csv.
        wanted: those of them that are to be built now.
        left_out: reasons why other parts get none, by area.
    """

    base: Plan
    areas: tuple[str, ...]
    wanted: tuple[str, ...]
    left_out: dict[str, str]

    @classmethod
    def make(cls, request: Request, each: str, only: Sequence[str] = ()) -> Order:
        """Work out what is asked for; nothing is built.

        Args:
            request: of the whole; its output is the folder of the batch, by default
                ``_build/<edition>-each-area`` in the current folder.
            each: what editions are told apart by: ``area``.
            only: the parts that are wanted; by default all.

        Raises:
            ParameterError: a parameter or an option cannot have its value.
            BuildError: a folder is missing, or cannot be named.
            PackageError: the package cannot be read.
        """
        check_each(each)
        base = plan(request)
        if TEMPLATES in base.formats:
            raise ParameterError(
                f"--format {TEMPLATES}: the texts for translators are the same for every area; "
                "leave out --each"
            )
        folder = request.output or Path("_build", f"{base.edition}-each-{each}")
        base = replace(base, output=Path(folder).absolute())
        areas, left_out = parts_of(base.raw, base.values, only, base.languages)
        wanted = tuple(area for area in areas if not only or area in only)
        if not wanted:
            reasons = "\n".join(
                f"  {area}: {reason}"
                for area, reason in left_out.items()
                if not only or area in only
            )
            raise ParameterError(f"--each {each}: no part can have a report:\n{reasons}")
        return cls(base, areas, wanted, left_out)

    def standing(self) -> set[str]:
        """The areas whose edition is there and just as a build would give it."""
        versions = {area: manifest.versions_of(self.base.output / area) for area in self.areas}
        # One look at what is installed serves all editions that were built with the same.
        looked: list[tuple[dict[str, str], bool]] = []
        known = []
        for area, own in versions.items():
            found = next((installed for seen, installed in looked if seen == own), None)
            if found is None:
                found = bool(own) and still_installed(own)
                looked.append((own, found))
            if found:
                known.append(area)
        with ThreadPoolExecutor(_READERS) as threads:
            stands = threads.map(lambda area: self.base.of_part(area).stands(), known)
            return {area for area, stand in zip(known, stands, strict=True) if stand}
