"""Vintages: the same quantity printed first as preliminary, later as final, then revised.

Of figures about the very same cell only those of one vintage are in force; the others are
superseded. A superseded figure never constrains what is in force: it is tested against other
superseded figures of its own vintage alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from pensionbook.data.figures import VINTAGES, read_figure
from pensionbook.errors import ParameterError, listed, nearest, quote

if TYPE_CHECKING:
    from pensionbook.data.package import Figure, Package

LATEST = VINTAGES[-1]


def split_by_vintage(
    figures: Iterable[Figure], vintage: str = LATEST
) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """The figures in force and the others, each in the order given.

    Args:
        figures: figures of one package; one without a vintage is always in force.
        vintage: of each cell the latest vintage that is not later than this one is in force, or
            the earliest there is. ``revised`` takes the latest of all, ``preliminary`` the first
            published.

    Raises:
        ParameterError: there is no such vintage.
    """
    if vintage not in VINTAGES:
        raise ParameterError(
            f"there is no vintage {quote(str(vintage))}; write one of "
            f"{listed(VINTAGES)}{nearest(str(vintage), VINTAGES)}"
        )
    figures = tuple(figures)
    ranks: dict[tuple[str, ...], set[int]] = {}
    for figure in figures:
        if figure.vintage:
            ranks.setdefault(figure.cell, set()).add(VINTAGES.index(figure.vintage))
    most = VINTAGES.index(vintage)
    chosen = {
        cell: VINTAGES[max((rank for rank in found if rank <= most), default=min(found))]
        for cell, found in ranks.items()
    }
    in_force, others = [], []
    for figure in figures:
        stays = not figure.vintage or chosen[figure.cell] == figure.vintage
        (in_force if stays else others).append(figure)
    return tuple(in_force), tuple(others)


def packages_of_superseded(package: Package) -> list[Package]:
    """The package with the superseded figures alone, once for each vintage among them."""
    return [
        replace(package, figures=chosen, superseded=())
        for vintage in VINTAGES
        if (chosen := tuple(f for f in package.superseded if f.vintage == vintage))
    ]


def successor(figure: Figure, package: Package) -> Figure:
    """The figure in force that stands in the place of a superseded one: the most precise.

    Raises:
        ValueError: the figure is not superseded.
    """
    rivals: Sequence[Figure] = [f for f in package.figures if f.vintage and f.cell == figure.cell]
    return min(rivals, key=lambda rival: _width(rival, package))


def revision(figure: Figure, package: Package) -> Fraction | None:
    """How much more the figure in force says than the superseded one, in the latter's unit.

    None where no numerals are compared: both are directions.
    """
    other = successor(figure, package)
    if figure.statistic == "direction":
        return None
    scale = package.units[other.unit].scale / package.units[figure.unit].scale
    return Fraction(other.printed) * scale - Fraction(figure.printed)


def _width(figure: Figure, package: Package) -> tuple[bool, Fraction]:
    """How much a figure leaves open, in base units; an open end is more than any number."""
    if figure.statistic == "direction":
        return True, Fraction(0)
    unit = package.units[figure.unit]
    read = read_figure(figure.printed, figure.qualifier, whole=unit.whole).rounded
    if read.low is None or read.high is None:
        return True, Fraction(0)
    return False, (read.high - read.low) * unit.scale
