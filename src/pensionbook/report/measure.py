"""A quantity for a reader: proved bounds, unit, formula, and the record of it in values.json."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from pensionbook.engine.results import Bound
from pensionbook.language.messages import mark

_KEPT_DECIMALS = 6
# Formulas that analyses put together from words, named here for the catalogues.
FORMULAS = (
    mark("number of barriers"),
    mark("number of kinds of barrier"),
    mark("number of barriers without a measure"),
    mark("number of measures"),
    mark("number of levers"),
    mark("number of measures with a named actor"),
    mark("number of measures tried before"),
    mark("number of measures without a barrier"),
    mark("number of measures with a known reach"),
    mark("number of measures without a known reach"),
    mark("number of claims"),
    mark("number of claims found contradicted"),
    mark("number of claims found not borne out"),
    mark("number of claims found compatible"),
    mark("number of claims found cannot be decided"),
)


class Ends(NamedTuple):
    """Both exact ends of a known measure, in its unit."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity computed from the package: proved bounds, unit, and how it was formed.

    ``bound`` is in ``unit``: a base unit such as ``person``, or ``percent``, or ``one``.
    """

    bound: Bound
    unit: str
    formula: str

    def __repr__(self) -> str:
        return f"{self.formula}, in {self.unit}: {self.bound!r}"

    @classmethod
    def exact(cls, number: int | Fraction, formula: str, unit: str = "one") -> Measure:
        """A number that is known exactly, such as a count."""
        return cls(Bound(Fraction(number), Fraction(number)), unit, formula)

    @property
    def known(self) -> bool:
        """Whether anything bounds it on both sides."""
        return self.bound.low is not None and self.bound.high is not None

    @property
    def ends(self) -> Ends:
        """Both ends, exact, of a measure that is :attr:`known`.

        Raises:
            ValueError: it is not.
        """
        low, high = self.bound.low, self.bound.high
        if low is None or high is None:
            raise ValueError(f"not bounded on both sides: {self.formula}")
        return Ends(low, high)

    @property
    def low(self) -> float:
        """Lower end as a float for charts; NaN where unbounded."""
        return float("nan") if self.bound.low is None else float(self.bound.low)

    @property
    def high(self) -> float:
        """Upper end as a float for charts; NaN where unbounded."""
        return float("nan") if self.bound.high is None else float(self.bound.high)

    def times(self, factor: int | Fraction, unit: str, formula: str) -> Measure:
        """The measure multiplied by an exact positive factor, in another unit."""
        scaled = self.bound.interval.scaled(Fraction(factor))
        return Measure(replace(self.bound, low=scaled.low, high=scaled.high), unit, formula)

    def negated(self, formula: str | None = None) -> Measure:
        """The opposite value: a fall as a positive number."""
        turned = self.bound.interval.mirrored()
        bound = replace(self.bound, low=turned.low, high=turned.high)
        return Measure(bound, self.unit, formula or f"-({self.formula})")

    def at_least(self) -> Measure:
        """The lower end alone, as an exact value."""
        return replace(self, bound=replace(self.bound, high=self.bound.low))

    def at_most(self) -> Measure:
        """The upper end alone, as an exact value."""
        return replace(self, bound=replace(self.bound, low=self.bound.high))

    def assuming(self, *assumptions: str) -> Measure:
        """The same measure under further assumptions."""
        every = tuple(dict.fromkeys((*self.bound.assumptions, *assumptions)))
        return replace(self, bound=replace(self.bound, assumptions=every))

    def record(self, identifier: str, text: str, notebook: str) -> dict[str, object]:
        """The measure as an entry of ``values.json``: ``value``, or ``low`` and ``high``."""
        bound = self.bound
        record: dict[str, object] = {"id": identifier}
        if bound.low is not None and bound.low == bound.high:
            record["value"] = _number(bound.low, up=False)
        else:
            record["low"] = _number(bound.low, up=False)
            record["high"] = _number(bound.high, up=True)
        return record | {
            "unit": self.unit,
            "text": text,
            "formula": self.formula,
            "figures": list(bound.figures),
            "identities": list(bound.identities),
            "assumptions": list(bound.assumptions),
            "notebook": notebook,
        }


# What a package does not say; prose shows it as not recoverable.
UNKNOWN = Measure(Bound(None, None), "one", "not in the package")


def word_record(identifier: str, text: str, notebook: str) -> dict[str, object]:
    """A word that depends on the parameters, as an entry of ``values.json``."""
    return {
        "id": identifier,
        "value": text,
        "unit": "text",
        "text": text,
        "formula": "a parameter of this edition",
        "figures": [],
        "identities": [],
        "assumptions": [],
        "notebook": notebook,
    }


def _number(value: Fraction | None, *, up: bool) -> int | float | None:
    """A JSON number, rounded outward to six decimals; whole where it is whole."""
    if value is None:
        return None
    if value.denominator == 1:
        return int(value)
    scaled = value * 10**_KEPT_DECIMALS
    down, upward = (
        scaled.numerator // scaled.denominator,
        -(-scaled.numerator // scaled.denominator),
    )
    return (upward if up else down) / 10**_KEPT_DECIMALS
