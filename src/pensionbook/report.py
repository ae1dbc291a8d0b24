"""What a notebook imports: bounded quantities in, named values and tables out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pandas as pd

from pensionbook.errors import ParameterError
from pensionbook.figures import Interval
from pensionbook.package import Package, load_package
from pensionbook.reconcile import Bound, Reconciliation, reconcile
from pensionbook.system import Quantity
from pensionbook.wording import LANGUAGES, value_text

VALUES_MIME = "application/vnd.pensionbook.values+json"
_KEPT_DECIMALS = 6

Terms = Mapping[Quantity, int | Fraction]


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity computed from the package: proved bounds, unit, and how it was formed.

    ``bound`` is in ``unit``: a base unit such as ``person``, or ``percent``, or ``one``.
    """

    bound: Bound
    unit: str
    formula: str

    @property
    def known(self) -> bool:
        """Whether anything bounds it on both sides."""
        return self.bound.low is not None and self.bound.high is not None

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


class Report:
    """A reconciled package seen from one area, between a baseline and a reporting date."""

    def __init__(
        self,
        result: Reconciliation,
        *,
        area: str,
        baseline: str,
        as_of: str,
        language: str = "en",
        notebook: str = "",
    ) -> None:
        package = result.package
        if area not in package.areas:
            known = ", ".join(sorted(package.areas))
            raise ParameterError(f"area {area!r} is not in areas.csv; write one of: {known}")
        if language not in LANGUAGES:
            raise ParameterError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
        if not baseline < as_of:
            raise ParameterError(f"baseline {baseline!r} must lie before as_of {as_of!r}")
        self.result, self.package = result, package
        self.area, self.baseline, self.as_of = area, baseline, as_of
        self.language, self.notebook = language, notebook
        self.values: dict[str, Measure] = {}

    # -- quantities ---------------------------------------------------------------------------

    def quantity(
        self, indicator: str, group: str = "all", period: str = "", area: str = ""
    ) -> Quantity:
        """A quantity of this report's area and reporting date unless others are named."""
        return Quantity(indicator, group, area or self.area, period or self.as_of)

    def level(
        self, indicator: str, group: str = "all", period: str = "", area: str = ""
    ) -> Measure:
        """A level in its base unit."""
        quantity = self.quantity(indicator, group, period, area)
        return Measure(
            self.result.bound({quantity: 1}), self._unit(indicator), self._name(quantity)
        )

    def change(
        self,
        indicator: str,
        group: str = "all",
        period: str = "",
        since: str = "",
        area: str = "",
    ) -> Measure:
        """The change of a level since the baseline (or ``since``), in its base unit."""
        end, start = self._pair(indicator, group, period, since, area)
        bound = self.result.bound({end: 1, start: -1})
        return Measure(bound, self._unit(indicator), f"{self._name(end)} - {self._name(start)}")

    def growth(
        self,
        indicator: str,
        group: str = "all",
        period: str = "",
        since: str = "",
        area: str = "",
    ) -> Measure:
        """The change relative to the earlier level, in percent."""
        end, start = self._pair(indicator, group, period, since, area)
        measure = self.quotient({end: 1, start: -1}, {start: 1})
        formula = f"({self._name(end)} - {self._name(start)}) / {self._name(start)}"
        return measure.times(100, "percent", formula)

    def share(self, part: Quantity, whole: Quantity) -> Measure:
        """A part relative to a whole, in percent."""
        return self.ratio(part, whole).times(
            100, "percent", f"{self._name(part)} / {self._name(whole)}"
        )

    def ratio(self, part: Quantity, whole: Quantity) -> Measure:
        """One quantity divided by another, as a plain number."""
        return self.quotient({part: 1}, {whole: 1})

    def total(self, terms: Terms, unit: str = "") -> Measure:
        """A weighted sum of quantities of one unit, bounded jointly."""
        unit = unit or self._unit(next(iter(terms)).indicator)
        return Measure(self.result.bound(terms), unit, self._sum(terms))

    def quotient(self, numerator: Terms, denominator: Terms) -> Measure:
        """A quotient of two weighted sums, bounded jointly, as a plain number."""
        formula = f"({self._sum(numerator)}) / ({self._sum(denominator)})"
        return Measure(self.result.bound(numerator, denominator), "one", formula)

    def periods(
        self, indicator: str, group: str = "all", area: str = "", *, everywhen: bool = False
    ) -> list[str]:
        """Periods in which the quantity is bounded on both sides, in order.

        Only those from the baseline to the reporting date, unless ``everywhen``.
        """
        wanted = (indicator, group, area or self.area)
        return sorted(
            quantity.period
            for quantity, bound in self.result.bounds.items()
            if tuple(quantity[:3]) == wanted
            and bound.low is not None
            and bound.high is not None
            and (everywhen or self.baseline <= quantity.period <= self.as_of)
        )

    def mentioned_periods(self, indicator: str, group: str = "all", area: str = "") -> list[str]:
        """Periods in which a figure or an identity mentions the quantity, bounded or not."""
        wanted = (indicator, group, area or self.area)
        return sorted(q.period for q in self.result.bounds if tuple(q[:3]) == wanted)

    def knows(self, indicator: str, group: str = "all", area: str = "") -> bool:
        """Whether the package bounds the quantity on both sides in any period."""
        return bool(self.periods(indicator, group, area, everywhen=True))

    # -- words --------------------------------------------------------------------------------

    def label(self, table: str, identifier: str) -> str:
        """The name of an indicator, group, area or unit in the report's language."""
        row = getattr(self.package, table)[identifier]
        return row.name_zh if self.language.startswith("zh") else row.name_en

    def text(self, value: Measure | str) -> str:
        """A measure, or a value already named, formatted for the report's language."""
        measure = self.values[value] if isinstance(value, str) else value
        return value_text(measure.bound.interval, measure.unit, self.language)

    # -- named values -------------------------------------------------------------------------

    def value(self, identifier: str, measure: Measure) -> Measure:
        """Name a measure so that prose can use it; the id must be new in this notebook.

        Raises:
            ParameterError: the id is taken.
        """
        if identifier in self.values:
            raise ParameterError(f"value {identifier!r} is named twice; choose another id")
        self.values[identifier] = measure
        return measure

    def named_values(self) -> list[dict[str, object]]:
        """All named values as plain records, in the form of ``values.json``."""
        return [self._record(name, measure) for name, measure in self.values.items()]

    def publish(self) -> None:
        """Hand the named values over to the build; the last call of a notebook."""
        from IPython.display import display

        records = self.named_values()
        lines = [f"{r['id']}: {r['text']} {r['unit']}".rstrip() for r in records]
        listing = json.dumps({"values": records}, ensure_ascii=False, sort_keys=True)
        display({VALUES_MIME: json.loads(listing), "text/plain": "\n".join(lines)}, raw=True)

    def measures_table(self, rows: Iterable[tuple[str, Measure]], unit: str = "") -> pd.DataFrame:
        """Rows of (label, measure) as columns ``low, high, value, unit``; unknown rows kept."""
        records = [
            {
                "label": label,
                "low": measure.low,
                "high": measure.high,
                "value": self.text(measure),
                "unit": unit or self.unit_label(measure.unit),
            }
            for label, measure in rows
        ]
        return pd.DataFrame(records, columns=["label", "low", "high", "value", "unit"])

    def levels_table(
        self,
        indicator: str,
        groups: Sequence[str] = ("all",),
        periods: Sequence[str] = (),
        areas: Sequence[str] = (),
    ) -> pd.DataFrame:
        """Levels by group, area and period: ``group, area, period, low, high, value``.

        Only cells that the package bounds on both sides stand in the table.
        """
        records = []
        for area in areas or (self.area,):
            for group in groups:
                for period in periods or self.periods(indicator, group, area):
                    measure = self.level(indicator, group, period, area)
                    if measure.known:
                        records.append(
                            {
                                "group": group,
                                "area": area,
                                "period": period,
                                "low": measure.low,
                                "high": measure.high,
                                "value": self.text(measure),
                            }
                        )
        return pd.DataFrame(records, columns=["group", "area", "period", "low", "high", "value"])

    def unit_label(self, unit: str) -> str:
        """A unit's name in the report's language."""
        return self.label("units", unit) if unit in self.package.units else unit

    # -- inside -------------------------------------------------------------------------------

    def _pair(
        self, indicator: str, group: str, period: str, since: str, area: str
    ) -> tuple[Quantity, Quantity]:
        end = self.quantity(indicator, group, period, area)
        return end, end._replace(period=since or self.baseline)

    def _unit(self, indicator: str) -> str:
        known = self.package.indicators.get(indicator)
        return known.unit if known else "one"

    def _name(self, quantity: Quantity) -> str:
        group = "" if quantity.group == "all" else f", {quantity.group}"
        area = "" if quantity.area == self.area else f", {quantity.area}"
        return f"{quantity.indicator}[{quantity.period}{group}{area}]"

    def _sum(self, terms: Terms) -> str:
        parts = []
        for quantity, factor in terms.items():
            sign = "-" if factor < 0 else "+"
            size = "" if abs(factor) == 1 else f"{abs(factor)} * "
            parts.append(f"{sign} {size}{self._name(quantity)}")
        return " ".join(parts).removeprefix("+ ")

    def _record(self, identifier: str, measure: Measure) -> dict[str, object]:
        bound = measure.bound
        record: dict[str, object] = {"id": identifier}
        if bound.low is not None and bound.low == bound.high:
            record["value"] = _number(bound.low, up=False)
        else:
            record["low"] = _number(bound.low, up=False)
            record["high"] = _number(bound.high, up=True)
        return record | {
            "unit": measure.unit,
            "text": self.text(measure),
            "formula": measure.formula,
            "figures": list(bound.figures),
            "identities": list(bound.identities),
            "assumptions": list(bound.assumptions),
            "notebook": self.notebook,
        }


def open_report(
    package: str | Path | Package,
    *,
    area: str,
    baseline: str,
    as_of: str,
    language: str = "en",
    notebook: str = "",
) -> Report:
    """Load and reconcile a package and open it as a report.

    Args:
        package: a data package or its folder.
        area: id of the area the report is about.
        baseline: the period changes are counted from.
        as_of: the reporting date, ``YYYY`` or ``YYYY-MM``.
        language: ``en`` or ``zh_CN``.
        notebook: name recorded with each value.

    Raises:
        PackageError: the package does not pass the check.
        ParameterError: a parameter does not fit the package.
    """
    if not isinstance(package, Package):
        package = load_package(Path(package), check=False)
    return Report(
        reconcile(package),
        area=area,
        baseline=str(baseline),
        as_of=str(as_of),
        language=language,
        notebook=notebook,
    )


def _number(value: Fraction | None, *, up: bool) -> int | float | None:
    """A JSON number, rounded outward to six decimals; whole where it is whole."""
    if value is None:
        return None
    if value.denominator == 1:
        return int(value)
    step = 10**_KEPT_DECIMALS
    scaled = value * step
    steps = (
        -(-scaled.numerator // scaled.denominator)
        if up
        else (scaled.numerator // scaled.denominator)
    )
    return steps / step


def interval_of(measure: Measure) -> Interval:
    """The measure's bounds as an exact interval in its unit."""
    return measure.bound.interval
