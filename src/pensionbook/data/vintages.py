"""Vintages: the same quantity printed first as preliminary, later as final, then revised.

Of figures about the very same cell only those of one publication are in force; the others are
superseded. A superseded figure never constrains what is in force: it is tested against other
superseded figures of its own publication alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from pensionbook.data.figures import VINTAGES, number_of
from pensionbook.data.readings import reading_of
from pensionbook.errors import ParameterError, listed, nearest, quote

if TYPE_CHECKING:
    from pensionbook.data.package import Figure, Package

LATEST = VINTAGES[-1]
_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_LEVELS = ("level", "count")


def publication(figure: Figure) -> tuple[int, str]:
    """What a figure says of its publication, in order of time; (-1, "") where it says nothing."""
    return (VINTAGES.index(figure.vintage) if figure.vintage else -1), figure.published


def is_later(figure: Figure, other: Figure) -> bool:
    """Whether a figure was published after another: by the days, or else by the vintages."""
    if figure.published and other.published:
        return figure.published > other.published
    return publication(figure)[0] > publication(other)[0]


def split_by_vintage(
    figures: Iterable[Figure], vintage: str = LATEST
) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """The figures in force and the others, each in the order given.

    Where all figures of a cell that say anything of their publication say its day, the days decide,
    else the vintages. What was printed with a level that is superseded, such as its growth, is
    superseded with it.

    Args:
        figures: figures of one package; one without a vintage or a day is always in force.
        vintage: of each cell the latest vintage that is not later than this one is in force, or
            the earliest there is. ``revised`` takes the latest of all, ``preliminary`` the first
            published. A day, a month or a year (``2019-11``) stands for what was published by
            then.

    Raises:
        ParameterError: there is no such vintage.
    """
    if vintage not in VINTAGES and not _DAY.fullmatch(str(vintage)):
        raise ParameterError(
            f"there is no vintage {quote(str(vintage))}; write one of "
            f"{listed(VINTAGES)}{nearest(str(vintage), VINTAGES)}"
        )
    figures = tuple(figures)
    cells: dict[tuple[str, ...], list[Figure]] = {}
    for figure in figures:
        if figure.vintage or figure.published:
            cells.setdefault(figure.cell, []).append(figure)
    replaced = {
        figure.figure_id for rivals in cells.values() for figure in _superseded(rivals, vintage)
    }
    replaced |= _left_behind(figures, replaced)
    return (
        tuple(figure for figure in figures if figure.figure_id not in replaced),
        tuple(figure for figure in figures if figure.figure_id in replaced),
    )


def _superseded(rivals: Sequence[Figure], vintage: str) -> list[Figure]:
    """Those of one cell that another is in force for."""
    by_day = all(figure.published for figure in rivals)
    dated = vintage not in VINTAGES

    def order(figure: Figure) -> tuple[int, str]:
        return (0, figure.published) if by_day else (publication(figure)[0], "")

    def in_time(figure: Figure) -> bool:
        if dated:
            # A month holds all its days.
            return not figure.published or figure.published[: len(vintage)] <= vintage
        return publication(figure)[0] <= VINTAGES.index(vintage)

    placed = [figure for figure in rivals if by_day or figure.vintage]
    if by_day and vintage == VINTAGES[0]:
        chosen = min(map(order, placed))
    else:
        known = [order(figure) for figure in placed if in_time(figure)]
        chosen = max(known) if known else min(map(order, placed), default=(0, ""))
    return [figure for figure in placed if order(figure) != chosen]


def _left_behind(figures: Sequence[Figure], replaced: set[str]) -> set[str]:
    """Figures in force that speak of a level as it stood in a publication since superseded."""
    levels: dict[tuple[str, ...], set[tuple[int, str]]] = {}
    for figure in figures:
        if figure.figure_id in replaced and figure.statistic in _LEVELS:
            levels.setdefault(_level(figure), set()).add(publication(figure))
    return {
        figure.figure_id
        for figure in figures
        if figure.figure_id not in replaced
        and figure.statistic not in _LEVELS
        and publication(figure) != (-1, "")
        and any(publication(figure) in levels.get(level, ()) for level in _levels_in(figure))
    }


def _level(figure: Figure) -> tuple[str, ...]:
    return (figure.indicator, figure.group, figure.area, figure.period)


def _levels_in(figure: Figure) -> list[tuple[str, ...]]:
    """The levels that a figure of the same publication speaks of.

    Vintages have one word for the communiques of all years, so that they tell of the figure's own
    period alone; with a day of publication the base period is its own too.
    """
    periods = [figure.period]
    if figure.published and figure.base_period:
        periods.append(figure.base_period)
    places = [(figure.indicator, figure.group, figure.area)]
    if figure.has_of:
        places.append(figure.of)
    return [(*place, period) for place in places for period in periods]


def packages_of_superseded(package: Package) -> list[Package]:
    """The package with the superseded figures alone, once for each publication among them."""
    editions: dict[tuple[int, str], list[Figure]] = {}
    for figure in package.superseded:
        editions.setdefault(publication(figure), []).append(figure)
    return [
        replace(package, figures=tuple(editions[edition]), superseded=())
        for edition in sorted(editions)
    ]


def successor(figure: Figure, package: Package) -> Figure:
    """The figure in force that stands in the place of a superseded one: the most precise.

    For one that is superseded with a level, the level in force.

    Raises:
        ValueError: the figure is not superseded.
    """
    dated = [f for f in package.figures if f.vintage or f.published]
    rivals = [f for f in dated if f.cell == figure.cell]
    if not rivals:
        levels = _levels_in(figure)
        rivals = [f for f in dated if f.statistic in _LEVELS and _level(f) in levels]
    return min(rivals, key=lambda rival: _width(rival, package))


def revision(figure: Figure, package: Package) -> Fraction | None:
    """How much more the figure in force says than the superseded one, in the latter's unit.

    None where no numerals are compared: both are directions, or it is superseded with a level.
    """
    other = successor(figure, package)
    before, after = number_of(figure.printed), number_of(other.printed)
    if before is None or after is None or other.cell != figure.cell:
        return None
    scale = package.units[other.unit].scale / package.units[figure.unit].scale
    return after * scale - before


def _width(figure: Figure, package: Package) -> tuple[bool, Fraction]:
    """How much a figure leaves open, in base units; an open end is more than any number."""
    read = reading_of(figure, package.units).rounded
    if read.low is None or read.high is None:
        return True, Fraction(0)
    unit = package.units.get(figure.unit)
    return False, (read.high - read.low) * (unit.scale if unit else 1)
