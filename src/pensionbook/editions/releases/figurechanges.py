"""What happened to the printed figures between two packages: new data, or an error of ours?

A *revision* is new data in the place of older: another source, a later vintage. An *addition* is
a figure of which there was none before. A *correction* mends an error of ours: the same place of
the source and the same vintage, read or placed otherwise, or a figure taken out without a
successor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from pensionbook.data.figures import number_of
from pensionbook.data.package import Figure, Package
from pensionbook.data.vintages import publication, successor
from pensionbook.editions.releases.sides import Side
from pensionbook.engine.cited import MARK
from pensionbook.language.messages import mark

REVISION, ADDITION, CORRECTION = mark("revision"), mark("addition"), mark("correction")
# What happened to a figure.
REVISED, ADDED, SUPERSEDED = "revised", "added", "superseded"
CORRECTED, WITHDRAWN, REINSTATED = "corrected", "withdrawn", "reinstated"
_WHAT = ("indicator", "group", "area", "period", "base_period", "statistic")
_OF = ("of_indicator", "of_group", "of_area")
_SAYS = ("printed", "unit", "qualifier")


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A change of one printed figure.

    Attributes:
        kind: :data:`REVISION`, :data:`ADDITION` or :data:`CORRECTION`.
        what: what happened, one of the words above.
        old: the figure as it was in force; None where it is new.
        new: the figure now in force in its place; None where there is none.
        fields: the columns that differ.
        mark: what stands before its ids where it belongs to a package of evidence.
        difference: new less old in the unit of the old one; None where that means nothing.
        relative: the difference to the old numeral.
    """

    kind: str
    what: str
    old: Figure | None
    new: Figure | None
    fields: tuple[str, ...] = ()
    mark: str = ""
    difference: Fraction | None = None
    relative: Fraction | None = None

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the figures it is about, as values name them."""
        found = (figure.figure_id for figure in (self.old, self.new) if figure)
        return frozenset(self.mark + identifier for identifier in found)

    @property
    def id(self) -> str:
        """The id it is listed under: the figure's as it was, else the new one's."""
        figure = self.old or self.new
        assert figure is not None
        return self.mark + figure.figure_id


def figure_changes(old: Side, new: Side) -> list[FigureChange]:
    """All changes of figures, of the package and of those it is held against.

    Empty where a package is not to be had.
    """
    if old.package is None or new.package is None:
        return []
    found = changes_between(old.package, new.package)
    for name in sorted(old.evidence.keys() & new.evidence.keys()):
        found += changes_between(old.evidence[name], new.evidence[name], name + MARK)
    return found


def changes_between(old: Package, new: Package, mark: str = "") -> list[FigureChange]:
    """All changes of figures between two states of a package, in the order of the new one."""
    before = {figure.figure_id: figure for figure in (*old.figures, *old.superseded)}
    after = {figure.figure_id: figure for figure in (*new.figures, *new.superseded)}
    was_in_force = {figure.figure_id for figure in old.figures}
    in_force = {figure.figure_id for figure in new.figures}
    cells: dict[tuple[str, ...], list[Figure]] = {}
    for figure in new.figures:
        cells.setdefault(figure.cell, []).append(figure)
    renamed = _renamed(before, after)
    found: list[FigureChange] = []
    # New figures that stand in the place of one that was in force.
    placed: set[str] = set()

    def note(kind: str, what: str, one: Figure | None, other: Figure | None) -> None:
        fields = _differing(one, other) if one and other else ()
        amounts = _difference(one, other, old, new)
        found.append(FigureChange(kind, what, one, other, fields, mark, *amounts))
        if other:
            placed.add(other.figure_id)

    for identifier, figure in before.items():
        later = after.get(identifier) or after.get(renamed.get(identifier, ""))
        if later is not None and (kind := _kind(figure, later)):
            note(kind, REVISED if kind == REVISION else CORRECTED, figure, later)
        elif later is None:
            heir = _heir(figure, cells)
            if identifier not in was_in_force and heir is None:
                continue
            if heir is not None and _rank(heir) > _rank(figure):
                note(REVISION, SUPERSEDED, figure, heir)
            else:
                note(CORRECTION, WITHDRAWN, figure, heir)
        if later is None:
            continue
        if identifier in was_in_force and later.figure_id not in in_force:
            heir = successor(later, new)
            kind = REVISION if heir.figure_id not in before else CORRECTION
            kind = REVISION if _rank(heir) > _rank(later) else kind
            note(kind, SUPERSEDED, figure, heir)
        elif identifier not in was_in_force and later.figure_id in in_force:
            note(CORRECTION, REINSTATED, figure, later)
    new_names = set(after) - set(before) - set(renamed.values())
    for identifier in after:
        if identifier in new_names and identifier in in_force and identifier not in placed:
            note(ADDITION, ADDED, None, after[identifier])
    return found


def _renamed(before: dict[str, Figure], after: dict[str, Figure]) -> dict[str, str]:
    """Figures that only got another id: one and the same place, vintage and quantity."""
    gone = [figure for name, figure in before.items() if name not in after]
    come = [figure for name, figure in after.items() if name not in before]
    return {
        one.figure_id: other.figure_id
        for key, one in _single(gone).items()
        if (other := _single(come).get(key)) is not None
    }


def _single(figures: Iterable[Figure]) -> dict[tuple[object, ...], Figure]:
    """Figures by place, vintage and quantity, those that share all three left out."""
    found: dict[tuple[object, ...], Figure | None] = {}
    for figure in figures:
        key = (figure.locator, figure.vintage, figure.cell)
        found[key] = None if key in found else figure
    return {key: figure for key, figure in found.items() if figure}


def _kind(one: Figure, other: Figure) -> str | None:
    """Whether a figure that kept its id was revised or corrected; None where it says the same."""
    fields = set(_differing(one, other))
    if not fields:
        return None
    numeral, place = fields & set(_SAYS), fields & {"locator", "vintage"}
    quantity = fields - numeral - place
    if quantity or not place:
        # What it measures does not change with the data: it was placed wrongly.
        return CORRECTION if not place or not numeral else REVISION
    if numeral:
        return REVISION
    # The numeral stands: both another place and another vintage confirm it, one alone mends.
    return REVISION if len(place) == 2 else CORRECTION


def _differing(one: Figure, other: Figure) -> tuple[str, ...]:
    columns = ("locator", "vintage", *_WHAT, *_OF, *_SAYS)
    return tuple(c for c in columns if getattr(one, c) != getattr(other, c))


def _heir(figure: Figure, cells: dict[tuple[str, ...], list[Figure]]) -> Figure | None:
    """The figure in force for the same quantity; the latest, and of these the first."""
    rivals = cells.get(figure.cell, [])
    return max(rivals, key=_rank) if rivals else None


def _rank(figure: Figure) -> tuple[int, str]:
    return publication(figure)


def _difference(
    one: Figure | None, other: Figure | None, old: Package, new: Package
) -> tuple[Fraction | None, Fraction | None]:
    if one is None or other is None:
        return None, None
    first, second = old.units.get(one.unit), new.units.get(other.unit)
    if first is None or second is None or first.base != second.base:
        return None, None
    before, after = number_of(one.printed), number_of(other.printed)
    if before is None or after is None:
        return None, None
    difference = after * second.scale / first.scale - before
    return difference, difference / abs(before) if before else None
