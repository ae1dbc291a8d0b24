"""A reform as a data package states it: what it changes, by how much, and from when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction


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
