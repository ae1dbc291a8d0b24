"""The rows of a data package as records: figures, identities, and what they name."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

_TERMS_SHOWN = 3


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

    @property
    def as_printed(self) -> str:
        """What is printed, with its unit and qualifier: ``over 130 10k_person``."""
        qualifier = "" if self.qualifier == "exact" else self.qualifier.replace("_", " ")
        return " ".join(filter(None, (qualifier, self.printed, self.unit)))

    def __repr__(self) -> str:
        period = f"{self.base_period} to {self.period}" if self.base_period else self.period
        where = ", ".join((f"{self.statistic} of {self.indicator}", self.group, self.area, period))
        return f"Figure {self.figure_id}: {where}: {self.as_printed} ({self.locator})"


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

    def __str__(self) -> str:
        period = f"{self.period} - {self.base_period}" if self.base_period else self.period
        sign, size = "-" if self.coefficient < 0 else "+", abs(self.coefficient)
        factor = "" if size == 1 else f"{size} * "
        where = ", ".join((self.group, self.area, period))
        return f"{sign} {factor}{self.indicator}[{where}]"


@dataclass(frozen=True, slots=True)
class Identity:
    """Terms that sum to zero, by definition or under the named assumption."""

    identity_id: str
    terms: tuple[Term, ...]
    assumption: str
    why: str

    def __repr__(self) -> str:
        terms = " ".join(map(str, self.terms[:_TERMS_SHOWN])).removeprefix("+ ")
        more = len(self.terms) - _TERMS_SHOWN
        rest = f" and {more} more terms" if more > 0 else ""
        assumed = f", assuming that {self.assumption}" if self.assumption else ""
        return f"Identity {self.identity_id}: {terms}{rest} = 0{assumed}"


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
