"""A data package as typed tables.

:func:`load_package` gives the tables, :func:`check_package` lists what is wrong with them; the
Table Schemas in ``data/schemas`` say what each column means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path

from pensionbook.check import check_raw_package
from pensionbook.errors import PackageError, Problem, quote
from pensionbook.evidence import names_of
from pensionbook.partsread import Noted, loading
from pensionbook.periods import release_date
from pensionbook.reading import OPTIONAL_TABLES, RawPackage, RawTable, read_package, table_columns
from pensionbook.scenariofiles import FOLDER, Scenario
from pensionbook.vintages import LATEST, split_by_vintage
from pensionbook.wordreference import without_looks

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
    "check_package",
    "load_package",
]


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed figure: a row of figures.csv, all text as printed, "" where a cell is empty.

    ``row`` is its line in the file, the header being line 1.
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

    @property
    def cell(self) -> tuple[str, ...]:
        """What the figure is about, whatever it says: equal for two vintages of a quantity."""
        place = (self.indicator, self.group, self.area, self.period, self.base_period)
        return (*place, self.statistic, *(self.of if self.has_of else ()))

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

    ``period`` is "*" where the identity holds in every period.
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
    """What is measured; ``unit`` is its base unit, ``kind`` stock, flow, rate or other."""

    id: str
    name_en: str
    name_zh: str
    kind: str
    unit: str
    definition_en: str
    definition_zh: str


@dataclass(frozen=True, slots=True)
class Group:
    """Whom a figure counts; ``parent`` is the group it is part of, "" for a root."""

    id: str
    name_en: str
    name_zh: str
    parent: str


@dataclass(frozen=True, slots=True)
class Area:
    """Where a figure holds; ``parent`` is the area it is part of, "" for a root."""

    id: str
    name_en: str
    name_zh: str
    parent: str


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
        word: the file that the Word report takes its looks from, by language.
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
    word: Mapping[str, str] = field(default_factory=dict)

    @property
    def optional_files(self) -> list[str]:
        """Those of its files that a notebook need not read, and all of its evidence."""
        tables = {*self.files.values()}
        results = without_looks(self.sha256)
        return sorted(name for name in results if "/" in name or name in tables)

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


def check_package(path: str | Path) -> list[Problem]:
    """All problems of a data package at once; an empty list when there are none.

    Structure, types and constraints are checked with frictionless against our Table Schemas, and
    what the tables say with rules of our own. Bad data never raises.

    Args:
        path: the folder that holds datapackage.yaml.
    """
    return check_raw_package(read_package(path))


def load_package(path: str | Path, *, check: bool = True, vintage: str = LATEST) -> Package:
    """Read a data package.

    Args:
        path: the folder that holds datapackage.yaml.
        check: run the whole check first; without it only files that cannot be read at all and
            numbers that cannot be parsed are noticed.
        vintage: which figure is in force where a quantity was published more than once: of each
            the latest up to this vintage (``revised``: the latest of all; ``preliminary``: the
            first published).

    Raises:
        PackageError: the package has problems; all of them are listed.
        ParameterError: there is no such vintage.
    """
    with loading(Path(path)):
        raw = read_package(path)
        problems = check_raw_package(raw) if check else raw.problems
    if problems:
        raise PackageError(problems)
    files = {
        name: raw.tables[name].file if name in raw.tables else f"{name}.csv"
        for name in OPTIONAL_TABLES
    }
    figures, superseded = split_by_vintage(_figures(raw.tables["figures"]), vintage)
    return Package(
        path=raw.path,
        name=str(raw.descriptor.get("name", "")),
        title_en=str(raw.descriptor.get("title", "")),
        title_zh=str(raw.descriptor.get("title_zh", "")),
        created=release_date(raw.descriptor.get("created")),
        figures=figures,
        superseded=superseded,
        identities=_identities(raw),
        indicators={row[0]: Indicator(*row) for row in raw.tables["indicators"].rows},
        groups={row[0]: Group(*row) for row in raw.tables["groups"].rows},
        areas={row[0]: Area(*row) for row in raw.tables["areas"].rows},
        units=_units(raw),
        tables=Noted(
            {
                name: tuple(raw.tables[name].records()) if name in raw.tables else ()
                for name in OPTIONAL_TABLES
            },
            files,
        ),
        sha256=raw.sha256,
        evidence=tuple(names_of(raw.descriptor)),
        area=_own_area(raw),
        files=files,
        word=raw.word,
        scenarios=Noted(raw.scenarios, FOLDER),
        translations=Noted(
            {
                (row["language"], row["text"]): row["translation"]
                for row in (
                    raw.tables["translations"].records() if "translations" in raw.tables else ()
                )
            },
            files["translations"],
        ),
    )


def _own_area(raw: RawPackage) -> str:
    own = raw.descriptor.get("pensionbook")
    parameters = own.get("parameters") if isinstance(own, dict) else None
    return str(parameters.get("area", "")) if isinstance(parameters, dict) else ""


def _figures(table: RawTable) -> tuple[Figure, ...]:
    fixed = len(table_columns("figures"))
    return tuple(
        Figure(*row[:fixed], line, *row[fixed:])
        for line, row in zip(table.lines, table.rows, strict=True)
    )


def _identities(raw: RawPackage) -> tuple[Identity, ...]:
    rows: dict[str, list[dict[str, str]]] = {}
    coefficients = _numbers(raw.tables["identities"], "coefficient")
    terms: dict[str, list[Term]] = {}
    for record, coefficient in zip(raw.tables["identities"].records(), coefficients, strict=True):
        place = (record[key] for key in ("indicator", "group", "area", "period", "base_period"))
        rows.setdefault(record["identity_id"], []).append(record)
        terms.setdefault(record["identity_id"], []).append(Term(coefficient, *place))
    return tuple(
        Identity(identity_id, tuple(terms[identity_id]), first["assumption"], first["why"])
        for identity_id, (first, *_) in rows.items()
    )


def _units(raw: RawPackage) -> dict[str, Unit]:
    scales = _numbers(raw.tables["units"], "scale")
    return {
        record["id"]: Unit(
            id=record["id"],
            name_en=record["name_en"],
            name_zh=record["name_zh"],
            base=record["base"],
            scale=scale,
            whole=record["whole"] == "yes",
        )
        for record, scale in zip(raw.tables["units"].records(), scales, strict=True)
    }


def _numbers(table: RawTable, column: str) -> list[Fraction]:
    place = table.columns.index(column)
    numbers = []
    for line, row in zip(table.lines, table.rows, strict=True):
        try:
            numbers.append(Fraction(row[place]))
        except (ValueError, ZeroDivisionError):
            found, mend = f"found {quote(row[place])}", "write a number such as 10000 or 1/3"
            raise PackageError([Problem(table.file, line, column, found, mend)]) from None
    return numbers
