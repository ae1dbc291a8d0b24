"""Why something moved: figures, identities, parameters, code; each cause by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pensionbook.data.package import Identity, Package
from pensionbook.editions.releases.figurechanges import (
    ADDITION,
    CORRECTION,
    REVISION,
    FigureChange,
    figure_changes,
)
from pensionbook.editions.releases.sides import Quantity, Side, package_inputs
from pensionbook.language.messages import mark

IDENTITY, PARAMETER = mark("identity"), mark("parameter")
CODE, DATA, SEVERAL = mark("code"), mark("data"), "several"
KINDS = (REVISION, ADDITION, CORRECTION, IDENTITY, PARAMETER, CODE, DATA)
_LIBRARY = ("pensionbook/", "schemas/")
_NOTEBOOK = "notebooks/{name}.ipynb"
_ID = re.compile(r"[\w:.-]*\w")


@dataclass(frozen=True, slots=True)
class Why:
    """The causes of one move.

    Attributes:
        kinds: of :data:`KINDS`, in that order.
        figures: ids of the changed figures it rests on.
        identities: ids of the changed identities it rests on.
        traced: whether it rests on what changed by its own record; otherwise the causes are those
            of what stands beside it.
    """

    kinds: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    traced: bool = field(default=True, kw_only=True)

    @property
    def kind(self) -> str:
        """The cause in one word; ``several`` where there are more, empty where there is none."""
        return SEVERAL if len(self.kinds) > 1 else "".join(self.kinds)


@dataclass(frozen=True, slots=True)
class Changes:
    """All that differs in what two editions were made from.

    Attributes:
        figures: the changed figures; empty where a package was not to be had.
        identities: what happened to each changed identity: added, removed or changed.
        parameters: old and new value of each changed parameter.
        code: the changed files of library, schemas, notebooks and book.
        versions: old and new version of each changed distribution.
        files: the changed files of the package.
        read: whether the packages of both sides were read.
    """

    figures: tuple[FigureChange, ...]
    identities: Mapping[str, str]
    parameters: Mapping[str, tuple[Any, Any]]
    code: tuple[str, ...]
    versions: Mapping[str, tuple[str | None, str | None]]
    files: tuple[str, ...]
    read: bool
    _quantities: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def computing(self) -> tuple[str, ...]:
        """The changed files of the library."""
        return tuple(name for name in self.code if name.startswith(_LIBRARY))

    def of_value(self, one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> Why:
        """Why a value moved: by the figures, identities and formula of its two records."""
        records = [record for record in (one, other) if record]
        figures = {name for record in records for name in record.get("figures") or ()}
        identities = {name for record in records for name in record.get("identities") or ()}
        formulas = {str(record.get("formula", "")) for record in records}
        restated = len(records) == 2 and len(formulas) == 2
        notebooks = {_NOTEBOOK.format(name=record["notebook"]) for record in records}
        kinds = set()
        if self.parameters and restated:
            kinds.add(PARAMETER)
        if notebooks & set(self.code):
            kinds.add(CODE)
        return self._traced(kinds, figures, identities)

    def of_verdict(self, one: Mapping[str, str] | None, other: Mapping[str, str] | None) -> Why:
        """Why a verdict moved: by the figure and by all that its reason names."""
        rows = [row for row in (one, other) if row]
        named = {name for row in rows for name in _ID.findall(row["because"])}
        return self._traced(set(), named | {row["figure_id"] for row in rows}, named)

    def of_bound(
        self, quantity: Quantity, one: Mapping[str, str] | None, other: Mapping[str, str] | None
    ) -> Why:
        """Why a bound moved: by its figures, and by the identities that its indicator is in."""
        figures = {name for row in (one, other) if row for name in row["figures"].split(";")}
        identities = {name for name, used in self._quantities.items() if quantity[0] in used}
        why = self._traced(set(), figures, ())
        return why if why.kinds else self._traced(set(), figures, identities)

    def beside(self, neighbours: Iterable[Why], *, word: bool = False) -> Why:
        """Why something moved that rests on no change itself: by what moved its neighbours.

        Where they tell nothing either, whatever changed comes into question.

        Args:
            word: it is a word, which has no formula to tell whether a parameter changed it.
        """
        near = [why for why in neighbours if why.kinds]
        kinds = {kind for why in near for kind in why.kinds}
        if self.parameters and (word or not kinds):
            kinds.add(PARAMETER)
        if not kinds:
            kinds = {change.kind for change in self.figures}
            kinds |= {IDENTITY} if self.identities else set()
            kinds |= {DATA} if self.files and not kinds else set()
            kinds |= (
                {CODE} if self.computing or (not kinds and (self.code or self.versions)) else set()
            )
        return Why(
            _in_order(kinds),
            tuple(dict.fromkeys(name for why in near for name in why.figures)),
            tuple(dict.fromkeys(name for why in near for name in why.identities)),
            traced=False,
        )

    def _traced(self, kinds: set[str], figures: set[str], identities: Iterable[str]) -> Why:
        changed = [change for change in self.figures if change.ids & figures]
        moved = [name for name in self.identities if name in set(identities)]
        found = kinds | {change.kind for change in changed} | ({IDENTITY} if moved else set())
        names = dict.fromkeys(change.id for change in changed)
        return Why(_in_order(found), tuple(names), tuple(moved))


def changes(old: Side, new: Side) -> Changes:
    """All that differs in what two editions were made from."""
    before, after = old.inputs, new.inputs
    differing = sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )
    files = package_inputs(dict.fromkeys(differing, ""))
    identities, quantities = _identity_changes(old, new)
    return Changes(
        figures=tuple(figure_changes(old, new)),
        identities=identities,
        parameters=_differing(old.parameters, new.parameters),
        code=tuple(name for name in differing if not name.startswith(("package/", "since/"))),
        versions=_differing(old.manifest["versions"], new.manifest["versions"]),
        files=tuple(files),
        read=old.package is not None and new.package is not None,
        _quantities=quantities,
    )


def _identity_changes(old: Side, new: Side) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """What happened to each changed identity, and the indicators that it ties together."""
    found: dict[str, str] = {}
    quantities: dict[str, frozenset[str]] = {}
    if old.package is None or new.package is None:
        return found, quantities
    before, after = _identities(old.package), _identities(new.package)
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name), after.get(name)
        if one and other and (one.terms, one.assumption) == (other.terms, other.assumption):
            continue
        found[name] = "changed" if one and other else "removed" if one else "added"
        quantities[name] = frozenset(
            term.indicator for identity in (one, other) if identity for term in identity.terms
        )
    return found, quantities


def _identities(package: Package) -> dict[str, Identity]:
    return {identity.identity_id: identity for identity in package.identities}


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = sorted(old.keys() | new.keys())
    return {n: (old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n)}


def _in_order(kinds: Iterable[str]) -> tuple[str, ...]:
    found = set(kinds)
    return tuple(kind for kind in KINDS if kind in found)
