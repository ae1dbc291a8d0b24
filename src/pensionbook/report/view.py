"""Bounded quantities as one area sees them: levels, changes, rates, and the names of things."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NotRequired, TypedDict

from pensionbook.data.package import Figure
from pensionbook.data.periods import end_in_years, is_period
from pensionbook.engine.cited import Cited
from pensionbook.engine.reconcile import Reconciliation
from pensionbook.engine.system import Quantity
from pensionbook.errors import ParameterError
from pensionbook.language.languages import SOURCE_LANGUAGE
from pensionbook.language.messages import translate
from pensionbook.language.numbers import LANGUAGES, commas, period_text
from pensionbook.report.measure import Measure

Terms = Mapping[Quantity, int | Fraction]
CONTRIBUTORS = "contributors"


class Chosen(TypedDict):
    """What a view is opened with; the last two have defaults."""

    area: str
    baseline: str
    as_of: str
    counted: NotRequired[str]
    language: NotRequired[str]


class View:
    """A reconciled package seen from one area, between a baseline and a reporting date.

    Attributes:
        counted: the indicator whose numbers the report is about: those who pay in or, where a
            package only has them, those who are registered. The two are never mixed.
    """

    def __init__(
        self,
        result: Reconciliation | Cited,
        *,
        area: str,
        baseline: str,
        as_of: str,
        counted: str = CONTRIBUTORS,
        language: str = "en",
    ) -> None:
        package = result.package
        if counted != CONTRIBUTORS and counted not in package.indicators:
            known = ", ".join(sorted(package.indicators))
            raise ParameterError(
                f"counted {counted!r} is not in indicators.csv; write whom the report counts, "
                f"one of: {known}"
            )
        if area not in package.areas:
            known = ", ".join(sorted(package.areas))
            raise ParameterError(f"area {area!r} is not in areas.csv; write one of: {known}")
        if language not in LANGUAGES:
            raise ParameterError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
        if not (is_period(baseline) and is_period(as_of)):
            raise ParameterError(
                f"baseline {baseline!r} and as_of {as_of!r} must be written YYYY or YYYY-MM"
            )
        if not end_in_years(baseline) < end_in_years(as_of):
            raise ParameterError(f"baseline {baseline!r} must lie before as_of {as_of!r}")
        self.result, self.package = result, package
        self.area, self.baseline, self.as_of = area, baseline, as_of
        self.counted = counted
        self.language = language

    def __repr__(self) -> str:
        period = f"{self.baseline} to {self.as_of}"
        kind = type(self).__name__
        return f"{kind} on {self.area}, {period}, of {self.package.label}, in {self.language}"

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

    def level_under_any_repair(
        self, indicator: str, group: str = "all", period: str = "", area: str = ""
    ) -> Measure:
        """A level's bounds whichever smallest repair is right; see the methods appendix."""
        quantity = self.quantity(indicator, group, period, area)
        bound = self.result.bound_under_any_repair({quantity: 1})
        formula = self.tr(
            "{quantity}, whichever smallest repair is right", quantity=self._name(quantity)
        )
        return Measure(bound, self._unit(indicator), formula)

    def change(
        self, indicator: str, group: str = "all", period: str = "", since: str = "", area: str = ""
    ) -> Measure:
        """The change of a level since the baseline (or ``since``), in its base unit."""
        end, start = self._pair(indicator, group, period, since, area)
        bound = self.result.bound({end: 1, start: -1})
        return Measure(bound, self._unit(indicator), f"{self._name(end)} - {self._name(start)}")

    def growth(
        self, indicator: str, group: str = "all", period: str = "", since: str = "", area: str = ""
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
        """Years and months in which the quantity is bounded on both sides, in order.

        Only those from the baseline to the reporting date, unless ``everywhen``.
        """
        wanted = (indicator, group, area or self.area)
        start, end = end_in_years(self.baseline), end_in_years(self.as_of)
        found = (
            quantity.period
            for quantity, bound in self.result.bounds.items()
            if tuple(quantity[:3]) == wanted
            and is_period(quantity.period)
            and bound.low is not None
            and bound.high is not None
            and (everywhen or start <= end_in_years(quantity.period) <= end)
        )
        return sorted(found, key=end_in_years)

    def mentioned_periods(self, indicator: str, group: str = "all", area: str = "") -> list[str]:
        """Years and months in which a figure or an identity mentions the quantity."""
        wanted = (indicator, group, area or self.area)
        found = (q.period for q in self.result.bounds if tuple(q[:3]) == wanted)
        return sorted(filter(is_period, found), key=end_in_years)

    def knows(self, indicator: str, group: str = "all", area: str = "") -> bool:
        """Whether the package bounds the quantity on both sides in any period."""
        return bool(self.periods(indicator, group, area, everywhen=True))

    def package_figure(self, figure_id: str) -> Figure | None:
        """A printed figure of the package; None where it has none of that id."""
        return next((f for f in self.package.figures if f.figure_id == figure_id), None)

    # -- words --------------------------------------------------------------------------------

    def label(self, table: str, identifier: str) -> str:
        """The name of an indicator, group, area or unit in the report's language.

        What the package has no entry for goes by its id.
        """
        row = getattr(self.package, table).get(identifier)
        if row is None:
            return identifier.replace("_", " ")
        return self.package.name_of(row, self.language)

    def noun(self, indicator: str) -> str:
        """An indicator's name as it stands within a sentence."""
        name = self.label("indicators", indicator)
        return name[:1].lower() + name[1:]

    def tr(self, message: str, **fields: object) -> str:
        """A message in the report's language, its fields filled in; English is the key."""
        return translate(message, self.language, **fields)

    def said(self, text: str) -> str:
        """A note, an assumption or another text of the package in the report's language."""
        return self.package.said(text, self.language)

    def span(self, start: str, end: str) -> str:
        """Two periods as an interval: ``1999 to 2002-09``."""
        return self.tr("{low} to {high}", low=start, high=end)

    def date(self, period: str) -> str:
        """A period in words: ``the end of 1999``, ``September 2002``."""
        return period_text(period, self.language)

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
        """A quantity in a formula: by its ids, which are English, or in the report's language."""

        def name(table: str, identifier: str) -> str:
            own = self.language == SOURCE_LANGUAGE
            return identifier if own else self.label(table, identifier)

        where = [quantity.period]
        if quantity.group != "all":
            where.append(name("groups", quantity.group))
        if quantity.area != self.area:
            where.append(name("areas", quantity.area))
        return f"{name('indicators', quantity.indicator)}[{commas(where, self.language)}]"

    def _sum(self, terms: Terms) -> str:
        parts = []
        for quantity, factor in terms.items():
            sign = "-" if factor < 0 else "+"
            size = "" if abs(factor) == 1 else f"{abs(factor)} * "
            parts.append(f"{sign} {size}{self._name(quantity)}")
        return " ".join(parts).removeprefix("+ ")
