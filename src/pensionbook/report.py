"""What a notebook imports: bounded quantities in, named values and tables out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import pandas as pd

from pensionbook.display import AltText, Sentence, ShownTable, shown
from pensionbook.errors import ChartError, ParameterError
from pensionbook.evidence import Cited, load_evidence
from pensionbook.i18n import translate
from pensionbook.layout import SOURCE_LANGUAGE
from pensionbook.measure import Measure, word_record
from pensionbook.mimes import MODEL_MIME, VALUES_MIME
from pensionbook.package import Figure, Package, load_package
from pensionbook.periods import end_in_years, is_period
from pensionbook.reconcile import Reconciliation
from pensionbook.reconciled import reconciled
from pensionbook.system import Quantity
from pensionbook.wording import LANGUAGES, commas, end_text, period_text, value_text

Terms = Mapping[Quantity, int | Fraction]
CONTRIBUTORS = "contributors"


class Report:
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
        notebook: str = "",
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
        self.language, self.notebook = language, notebook
        self.values: dict[str, Measure] = {}
        self.words: dict[str, str] = {}

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
        start, end = end_in_years(self.baseline), end_in_years(self.as_of)
        found = (
            quantity.period
            for quantity, bound in self.result.bounds.items()
            if tuple(quantity[:3]) == wanted
            and bound.low is not None
            and bound.high is not None
            and (everywhen or start <= end_in_years(quantity.period) <= end)
        )
        return sorted(found, key=end_in_years)

    def mentioned_periods(self, indicator: str, group: str = "all", area: str = "") -> list[str]:
        """Periods in which a figure or an identity mentions the quantity, bounded or not."""
        wanted = (indicator, group, area or self.area)
        found = (q.period for q in self.result.bounds if tuple(q[:3]) == wanted)
        return sorted(found, key=end_in_years)

    def knows(self, indicator: str, group: str = "all", area: str = "") -> bool:
        """Whether the package bounds the quantity on both sides in any period."""
        return bool(self.periods(indicator, group, area, everywhen=True))

    def beside(
        self, name: str, *, area: str = "", counted: str, baseline: str, as_of: str
    ) -> Report:
        """Another package that this one is held against, as a report on the same area.

        Args:
            name: of a package that the descriptor names as evidence.
            area: by default this report's own.
            counted: whom the other report counts.

        Raises:
            ParameterError: the package names no such evidence, or a parameter does not fit it.
            PackageError: it cannot be read.
        """
        other = Cited(reconciled(load_evidence(self.package, name)))
        return Report(
            other,
            area=area or self.area,
            baseline=baseline,
            as_of=as_of,
            counted=counted,
            language=self.language,
            notebook=self.notebook,
        )

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

    def text(self, value: Measure | str) -> str:
        """A measure, or a value already named, formatted for the report's language."""
        measure = self.values[value] if isinstance(value, str) else value
        return value_text(measure.bound.interval, measure.unit, self.language)

    def signed(self, value: Measure | str) -> str:
        """The same with a plus sign where the value is surely positive: for changes in titles."""
        measure = self.values[value] if isinstance(value, str) else value
        surely = measure.bound.low is not None and measure.bound.low > 0
        return ("+" if surely else "") + self.text(measure)

    # -- named values -------------------------------------------------------------------------

    def value(self, identifier: str, measure: Measure) -> Measure:
        """Name a measure so that prose can use it; the id must be new in this notebook.

        Raises:
            ParameterError: the id is taken.
        """
        self._must_be_new(identifier)
        self.values[identifier] = measure
        return measure

    def say(self, identifier: str, text: str) -> None:
        """Name a word that depends on the parameters (a date, a place) so that prose can use it.

        Raises:
            ParameterError: the id is taken.
        """
        self._must_be_new(identifier)
        self.words[identifier] = text

    def named_values(self) -> list[dict[str, object]]:
        """All named values and words as plain records, in the form of ``values.json``."""
        words = [word_record(name, text, self.notebook) for name, text in self.words.items()]
        return words + [
            measure.record(name, self.text(measure), self.notebook)
            for name, measure in self.values.items()
        ]

    # -- what a cell shows --------------------------------------------------------------------

    def table(
        self, table: pd.DataFrame, columns: Mapping[str, str], *, lacking: str
    ) -> ShownTable | Sentence:
        """A table under readable heads, or a sentence when the package has none of it.

        Args:
            columns: column of the table -> head, in order.
            lacking: what is missing, as the object of "has no", in the report's language.
        """
        return self._lacks(lacking) if table.empty else shown(table, columns)

    def chart(
        self, draw: Callable[..., object], table: pd.DataFrame, *, lacking: str, **options: object
    ) -> Sentence | None:
        """Show a chart of a table, or return a sentence when there is nothing to draw."""
        if table.empty:
            return self._lacks(lacking)
        from pensionbook.charts import show

        told = self._in_own_language(options)
        show(draw(table, language=self.language, foot=self.foot(), **told), table)
        return None

    def keep(
        self, name: str, draw: Callable[..., object], table: pd.DataFrame, **options: object
    ) -> None:
        """Keep a small picture of a table for the book's other pages.

        Where the table has too little to draw, the pages go without.
        """
        from pensionbook.charts import keep

        try:
            told = self._in_own_language(options)
            figure = None if table.empty else draw(table, language=self.language, **told)
        except ChartError:
            figure = None
        keep(name, figure)

    def foot(self) -> str:
        """The source line under a chart."""
        return self.tr(
            "Source: {title}; package {package}, own bounds",
            title=self.package.title_in(self.language),
            package=self.package.name,
        )

    def _in_own_language(self, options: dict[str, object]) -> dict[str, object]:
        """A chart's options, its alternative text in the report's language."""
        alt = options.get("alt")
        return options | {"alt": alt.say(self.language)} if isinstance(alt, AltText) else options

    def _lacks(self, lacking: str) -> Sentence:
        return Sentence(
            self.tr(
                "The package {package} has no {lacking}; this part is left out.",
                package=self.package.name,
                lacking=lacking,
            )
        )

    def _must_be_new(self, identifier: str) -> None:
        if identifier in self.values or identifier in self.words:
            raise ParameterError(f"value {identifier!r} is named twice; choose another id")

    # -- handing over -------------------------------------------------------------------------

    def publish(self) -> None:
        """Hand the named values over to the build; the last call of a notebook."""
        from IPython.display import display

        records = self.named_values()
        lines = [f"{r['id']}: {r['text']} {r['unit']}".rstrip() for r in records]
        listing = json.dumps({"values": records}, ensure_ascii=False, sort_keys=True)
        display({VALUES_MIME: json.loads(listing), "text/plain": "\n".join(lines)}, raw=True)

    def hand_over(self, name: str, data: Mapping[str, object] | None) -> None:
        """Hand plain data over to the pages that compute with it; nothing where there is none.

        Args:
            name: by which a page asks for it; new in the edition.
            data: JSON-able, and the same in every language.
        """
        from IPython.display import display

        handed = {"name": name, "model": data}
        display({MODEL_MIME: handed, "text/plain": f"model {name}"}, raw=True)

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
        periods: Sequence[str] | None = None,
        areas: Sequence[str] = (),
    ) -> pd.DataFrame:
        """Levels by group, area and period.

        Columns ``group, label, area, period, low, high`` and, as texts, ``value, at_least,
        at_most``.

        Only cells that the package bounds on both sides stand in the table.
        """
        records = []
        cells = (
            (area, group, period)
            for area in areas or (self.area,)
            for group in groups
            for period in (self.periods(indicator, group, area) if periods is None else periods)
        )
        for area, group, period in cells:
            measure = self.level(indicator, group, period, area)
            if measure.known:
                records.append(
                    {
                        "group": group,
                        "label": self.label("groups", group),
                        "area": area,
                        "period": period,
                        "low": measure.low,
                        "high": measure.high,
                        "value": self.text(measure),
                        "at_least": end_text(measure.bound.low, self.language, up=False),
                        "at_most": end_text(measure.bound.high, self.language, up=True),
                    }
                )
        columns = ["group", "label", "area", "period", "low", "high"]
        return pd.DataFrame(records, columns=[*columns, "value", "at_least", "at_most"])

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


def open_report(
    package: str | Path | Package,
    *,
    area: str,
    baseline: str,
    as_of: str,
    counted: str = CONTRIBUTORS,
    language: str = "en",
    notebook: str = "",
) -> Report:
    """Load and reconcile a package and open it as a report.

    Args:
        package: a data package or its folder.
        area: id of the area the report is about.
        baseline: the period changes are counted from.
        as_of: the reporting date, ``YYYY`` or ``YYYY-MM``.
        counted: indicator of those whom the report counts.
        language: ``en`` or ``zh_CN``.
        notebook: name recorded with each value.

    Raises:
        PackageError: the package does not pass the check.
        ParameterError: a parameter does not fit the package.
    """
    if not isinstance(package, Package):
        package = load_package(Path(package), check=False)
    return Report(
        reconciled(package),
        area=area,
        baseline=str(baseline),
        as_of=str(as_of),
        counted=counted,
        language=language,
        notebook=notebook,
    )
