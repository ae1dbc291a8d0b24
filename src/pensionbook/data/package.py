"""A data package as typed tables; the Table Schemas in ``data/schemas`` say what each column means.

:mod:`pensionbook.data.load` makes one from its folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pensionbook.data.check import check_raw_package
from pensionbook.data.figures import VINTAGES
from pensionbook.data.periods import end_in_years
from pensionbook.data.records import Area, Figure, Group, Identity, Indicator, Term, Unit
from pensionbook.data.reforms import Change, Scenario
from pensionbook.data.tables import RawPackage, RawTable
from pensionbook.errors import PackageError, ParameterError, Problem, nearest, quote

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Area",
    "Change",
    "Figure",
    "Group",
    "Identity",
    "Indicator",
    "Package",
    "Problem",
    "Scenario",
    "Term",
    "Unit",
]

_FIGURES = "figures.csv"


def without_looks(digests: Mapping[str, str]) -> dict[str, str]:
    """Those files that bear on more than the looks of the Word report."""
    return {name: digest for name, digest in digests.items() if not name.endswith(".docx")}


@dataclass(frozen=True, slots=True)
class Package:
    """A data package; ``name`` is the edition's id.

    Attributes:
        path: the folder it was read from.
        figures: the figures in force.
        superseded: figures of which another vintage is in force.
        tables: the rows of the optional tables (measures, barriers, parameters), () where absent.
        sha256: hex digest of each file that was read, by file name.
        translations: what the tables say, by language and text, from translations.csv.
        created: the day the package was published, for the records of printed reports.
        evidence: names of the packages beside this one that it is held against.
        area: the area that an edition is about unless another is chosen; "" where none is said.
        scenarios: the reforms of its folder scenarios, by id.
        files: the file of each optional table, by the table's name.
        required_files: the file of each other table.
        word: the file that the Word report takes its looks from, by language.
        parameters: what a report is about unless something else is asked for.
        changes: in words, how it differs from its files; see :meth:`without`.
    """

    path: Path
    name: str
    title_en: str
    title_zh: str
    figures: tuple[Figure, ...]
    identities: tuple[Identity, ...]
    indicators: dict[str, Indicator]
    groups: dict[str, Group]
    areas: dict[str, Area]
    units: dict[str, Unit]
    tables: Mapping[str, tuple[dict[str, str], ...]]
    sha256: dict[str, str]
    translations: Mapping[tuple[str, str], str] = field(default_factory=dict)
    created: date | None = None
    superseded: tuple[Figure, ...] = ()
    evidence: tuple[str, ...] = ()
    area: str = ""
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    required_files: Mapping[str, str] = field(default_factory=dict)
    word: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()

    def said(self, text: str, language: str) -> str:
        """A text of the tables in a language; as it stands where it is not translated."""
        return self.translations.get((language, text), text)

    def name_of(self, row: object, language: str) -> str:
        """The name of an indicator, group, area, unit, barrier or measure in a language."""
        chinese = language.startswith("zh")
        column = "name_zh" if chinese else "name_en"
        name = str(row[column] if isinstance(row, Mapping) else getattr(row, column))
        return name if chinese else self.said(name, language)

    def title_in(self, language: str, area: str = "") -> str:
        """The title of the package in a language; with an area that is not its own, for that."""
        chinese = language.startswith("zh")
        title = self.title_zh if chinese and self.title_zh else self.said(self.title_en, language)
        if area in ("", self.area) or area not in self.areas:
            return title
        name = self.name_of(self.areas[area], language)
        return f"{title}：{name}" if chinese else f"{title}: {name}"

    # -- figures, and doubts about them -------------------------------------------------------

    @property
    def periods(self) -> list[str]:
        """All dates that a figure speaks of, from or to, in order."""
        named = {period for f in self.figures for period in (f.period, f.base_period) if period}
        return sorted(named, key=lambda period: (end_in_years(period), period))

    def __repr__(self) -> str:
        superseded = f", {len(self.superseded)} superseded" if self.superseded else ""
        counts = f"{len(self.figures)} figures{superseded}, {len(self.identities)} identities"
        return f"Package {self.label}: {counts}"

    @property
    def label(self) -> str:
        """Its name, with what was changed in it."""
        return ", ".join((self.name, *self.changes))

    def figure(self, figure_id: str) -> Figure:
        """A printed figure, in force or superseded.

        Raises:
            ParameterError: the package has none of that id.

        >>> pb.load("data/example-county-2004").figure("staff_2004")
        Figure staff_2004: level of employees, all, example_county, 2004: 6.13 10k_person (Table 1)
        """
        every = {figure.figure_id: figure for figure in (*self.figures, *self.superseded)}
        if figure_id not in every:
            raise ParameterError(
                f"{self.name} has no figure {quote(str(figure_id))}"
                f"{nearest(str(figure_id), every)}; write an id of {_FIGURES}"
            )
        return every[figure_id]

    def table(self) -> pd.DataFrame:
        """The figures in force, all cells as text: the columns of figures.csv and ``row``."""
        import pandas as pd

        columns = [column.name for column in fields(Figure)]
        rows = [[getattr(figure, column) for column in columns] for figure in self.figures]
        return pd.DataFrame(rows, columns=columns)

    def without(self, *figure_ids: str) -> Package:
        """The package as if these figures had not been printed; this one stays as it is.

        Where a figure had superseded others, the latest vintage of these comes into force.

        Raises:
            ParameterError: the package has no such figure.

        >>> package = pb.load("data/example-county-2004")
        >>> package.without("staff_2004")
        Package example-county-2004, without staff_2004: 11 figures, 2 identities
        """
        gone = {self.figure(figure_id).figure_id for figure_id in figure_ids}
        in_force = [figure for figure in self.figures if figure.figure_id not in gone]
        others = [figure for figure in self.superseded if figure.figure_id not in gone]
        heirs = _latest_without_heir(others, {figure.cell for figure in in_force})
        return replace(
            self,
            figures=tuple(sorted((*in_force, *heirs), key=lambda figure: figure.row)),
            superseded=tuple(figure for figure in others if figure not in heirs),
            changes=(*self.changes, *(f"without {name}" for name in dict.fromkeys(figure_ids))),
        )

    def reading(
        self,
        figure_id: str,
        *,
        printed: str | None = None,
        qualifier: str | None = None,
        unit: str | None = None,
    ) -> Package:
        """The package as if a figure had been printed otherwise; this one stays as it is.

        Args:
            figure_id: of the figure.
            printed: the numeral, as text: its last digit says how it was rounded.
            qualifier: ``exact``, ``about``, ``nearly``, ``over``, ``at_least`` or ``forecast``.
            unit: an id of units.csv.

        Raises:
            ParameterError: the package has no such figure, or nothing is to be read otherwise.
            PackageError: the figure would not pass the check; all its problems are listed.

        >>> package = pb.load("data/example-county-2004")
        >>> package.reading("staff_2004", printed="6.31").figure("staff_2004").as_printed
        '6.31 10k_person'
        """
        old = self.figure(figure_id)
        told = {"printed": printed, "qualifier": qualifier, "unit": unit}
        chosen = {column: cell for column, cell in told.items() if cell is not None}
        if not chosen:
            raise ParameterError(
                f"{figure_id}: nothing to read otherwise; write printed=, qualifier= or unit="
            )
        for column, cell in chosen.items():
            if not isinstance(cell, str):
                raise ParameterError(
                    f"{column}={cell!r} is no text, which alone says how a numeral was rounded; "
                    f"write {column}={str(cell)!r} as it would be printed"
                )
        new = replace(
            old,
            printed=chosen.get("printed", old.printed),
            qualifier=chosen.get("qualifier", old.qualifier),
            unit=chosen.get("unit", old.unit),
        )
        problems = [p for p in check_raw_package(self._raw(new)) if p.file == _FIGURES]
        if problems:
            raise PackageError(problems)

        def put(figures: Iterable[Figure]) -> tuple[Figure, ...]:
            return tuple(new if figure is old else figure for figure in figures)

        return replace(
            self,
            figures=put(self.figures),
            superseded=put(self.superseded),
            changes=(*self.changes, f"{figure_id} read as {new.as_printed}"),
        )

    def _raw(self, figure: Figure) -> RawPackage:
        """One figure, with the words that it may use, as its rows in the tables."""
        tables: dict[str, Iterable[Any]] = {
            "figures": [figure],
            "indicators": self.indicators.values(),
            "groups": self.groups.values(),
            "areas": self.areas.values(),
            "units": self.units.values(),
        }
        raw = RawPackage(self.path)
        for name, rows in tables.items():
            columns = tuple(f.name for row in rows for f in fields(row) if f.name != "row")
            columns = tuple(dict.fromkeys(columns))
            cells = [[_cell(getattr(row, column)) for column in columns] for row in rows]
            lines = [getattr(row, "row", number) for number, row in enumerate(rows, 2)]
            raw.tables[name] = RawTable(f"{name}.csv", columns, lines, cells)
        return raw


def _cell(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _latest_without_heir(
    superseded: Iterable[Figure], in_force: set[tuple[str, ...]]
) -> list[Figure]:
    """Of the figures about cells that nothing in force is about, those of the latest vintage."""
    alone = [figure for figure in superseded if figure.cell not in in_force]
    latest: dict[tuple[str, ...], int] = {}
    for figure in alone:
        rank = VINTAGES.index(figure.vintage)
        latest[figure.cell] = max(rank, latest.get(figure.cell, 0))
    return [f for f in alone if VINTAGES.index(f.vintage) == latest[f.cell]]
