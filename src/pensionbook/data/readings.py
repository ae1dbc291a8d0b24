"""A row of figures.csv read: which values its numeral stands for, and a row that prints several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from pensionbook.data.figures import WITHOUT_NUMBER, Reading, read_direction, read_figure
from pensionbook.data.records import Figure, Identity, Term, Unit

STRUCTURE = "structure"
PART_COLUMNS = ("indicator", "group", "area")
_UNROUNDED = ("count", "parameter", "rank")


def reading_of(figure: Figure, units: Mapping[str, Unit]) -> Reading:
    """What a figure's numeral stands for, in its printed unit.

    Raises:
        ValueError: it cannot be read.
    """
    if figure.statistic == "direction" and figure.printed not in WITHOUT_NUMBER:
        direction = read_direction(figure.printed)
        return Reading(direction, direction)
    unit = units.get(figure.unit)
    return read_figure(
        figure.printed,
        figure.qualifier,
        whole=figure.statistic in _UNROUNDED or bool(unit and unit.whole),
        rounded_to=Fraction(figure.rounded_to) if figure.rounded_to else None,
    )


def parts_of_structure(figure: Figure) -> list[Figure]:
    """The shares of a structure printed as ``21.5:36.1:42.4``, a figure for each part."""
    column = next(name for name in PART_COLUMNS if ":" in getattr(figure, name))
    parts = getattr(figure, column).split(":")
    return [
        replace(
            figure,
            figure_id=f"{figure.figure_id}_{part}",
            statistic="share",
            printed=printed,
            **{column: part},
        )
        for part, printed in zip(parts, figure.printed.split(":"), strict=True)
    ]


def sum_of_structure(figure: Figure, parts: list[Figure]) -> Identity:
    """That the parts of a structure make up its whole, in its period."""
    whole = parts[0].of

    def term(coefficient: int, indicator: str, group: str, area: str) -> Term:
        return Term(Fraction(coefficient), indicator, group, area, figure.period, "")

    return Identity(
        figure.figure_id,
        (*(term(1, p.indicator, p.group, p.area) for p in parts), term(-1, *whole)),
        "",
        "The source prints the parts of the whole one behind the other.",
    )
