"""A data package as typed tables; the Table Schemas in ``data/schemas`` say what each column means.

:mod:`pensionbook.data.load` makes one from its folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path

from pensionbook.errors import Problem

__all__ = [
    "Area",
    "Figure",
    "Group",
    "Identity",
    "Indicator",
    "Package",
    "Problem",
    "Term",
    "Unit",
]


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed figure: a row of figures.csv, all text as printed, "" where a cell is empty.

    ``row`` is its line in the file, the header being line 1. Of a row that prints a structure there
    is one figure for each part.
    """

    figure_id: str
    locator: str
    indicator: str
    group: str
    area: str
    period: str
    base_period: str
    statistic: str
    of_indicator: str
    of_group: str
    of_area: str
    printed: str
    unit: str
    qualifier: str
    note: str
    row: int
    vintage: str = ""
    published: str = ""
    source: str = ""
    rounded_to: str = ""
    prices: str = ""

    @property
    def cell(self) -> tuple[str, ...]:
        """What the figure is about, whatever it says: equal for two vintages of a quantity."""
        place = (self.indicator, self.group, self.area, self.period, self.base_period)
        return (*place, self.statistic, self.prices, *(self.of if self.has_of else ()))

    @property
    def has_of(self) -> bool:
        """Whether the figure is a share or ratio of something else."""
        return bool(self.of_indicator or self.of_group or self.of_area)

    @property
    def of(self) -> tuple[str, str, str]:
        """Indicator, group and area of the whole; what is empty is the figure's own.

        Means something only where :attr:`has_of` is true.
        """
        return (
            self.of_indicator or self.indicator,
            self.of_group or self.group,
            self.of_area or self.area,
        )


@dataclass(frozen=True, slots=True)
class Term:
    """One signed term of an identity: a level, or a change when it has a base period.

    ``period`` is "*" where the identity holds in every period; "*-1" is the same a year before.
    """

    coefficient: Fraction
    indicator: str
    group: str
    area: str
    period: str
    base_period: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Terms that sum to zero, by definition or under the named assumption."""

    identity_id: str
    terms: tuple[Term, ...]
    assumption: str
    why: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; one of it is ``scale`` of its base unit.

    ``whole`` units count indivisible things, so that a printed integer in them is exact.
    """

    id: str
    name_en: str
    name_zh: str
    base: str
    scale: Fraction
    whole: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is measured; ``unit`` is its base unit, ``kind`` stock, flow, mean, rate or other.

    ``weight`` is the indicator that a rate is a mean over, "" where none is said.
    """

    id: str
    name_en: str
    name_zh: str
    kind: str
    unit: str
    definition_en: str
    definition_zh: str
    may_be_negative: str = ""
    weight: str = ""

    @property
    def signed(self) -> bool:
        """Whether its amounts may be below zero, as those of a balance."""
        return self.may_be_negative == "yes"


@dataclass(frozen=True, slots=True)
class Group:
    """Whom a figure counts; ``parent`` is the group it is part of, "" for a root.

    Those of one parent and one ``partition`` make up the parent.
    """

    id: str
    name_en: str
    name_zh: str
    parent: str
    partition: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """Where a figure holds; ``parent`` is the area it is part of, "" for a root.

    Those of one parent and one ``partition`` make up the parent.
    """

    id: str
    name_en: str
    name_zh: str
    parent: str
    partition: str = ""


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

    @property
    def optional_files(self) -> list[str]:
        """Those of its files that a notebook need not read, and all of its evidence."""
        tables = {*self.files.values()}
        return sorted(name for name in self.sha256 if "/" in name or name in tables)

    def said(self, text: str, language: str) -> str:
        """A text of the tables in a language; as it stands where it is not translated."""
        return self.translations.get((language, text), text)

    def name_of(self, row: object, language: str) -> str:
        """The name of an indicator, group, area, unit, barrier or measure in a language."""
        get = row.get if isinstance(row, Mapping) else lambda column: getattr(row, column)
        if language.startswith("zh"):
            return get("name_zh")
        return self.said(get("name_en"), language)

    def title_in(self, language: str, area: str = "") -> str:
        """The title of the package in a language; with an area that is not its own, for that."""
        chinese = language.startswith("zh")
        title = self.title_zh if chinese and self.title_zh else self.said(self.title_en, language)
        if area in ("", self.area) or area not in self.areas:
            return title
        name = self.name_of(self.areas[area], language)
        return f"{title}：{name}" if chinese else f"{title}: {name}"


@dataclass(frozen=True, slots=True)
class Change:
    """What a reform does to one parameter: ``set``, ``add`` or ``scale``, by a range."""

    kind: str
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Scenario:
    """A reform as its file states it.

    Attributes:
        measures: ids of measures.csv that it stands for.
        includes: ids of other reforms, whose changes come before its own.
        changes: by parameter.
        first, last: years of the phase-in; None where it is there from the start.
    """

    id: str
    name_en: str
    name_zh: str
    why_en: str
    why_zh: str
    measures: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    changes: Mapping[str, Change] = field(default_factory=dict)
    first: int | None = None
    last: int | None = None
