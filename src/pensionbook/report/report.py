"""What a notebook imports: bounded quantities in, named values and tables out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from pensionbook.data.load import load_evidence, load_package
from pensionbook.data.package import Package
from pensionbook.data.stated import reads_of, restricted
from pensionbook.engine.cited import Cited
from pensionbook.engine.kept import reconciled
from pensionbook.engine.reconcile import Reconciliation
from pensionbook.errors import ChartError, ParameterError
from pensionbook.exchange import MODEL_MIME, VALUES_MIME
from pensionbook.language.numbers import end_text, value_text
from pensionbook.report.audited import Audit
from pensionbook.report.measure import Measure, word_record
from pensionbook.report.tables import AltText, Sentence, ShownTable, shown
from pensionbook.report.view import CONTRIBUTORS, Chosen, Terms, View

if TYPE_CHECKING:
    import pandas as pd

    from pensionbook.charts.sheet import Chart

_EXAMPLES = {"area": "tianjin", "baseline": "1999", "as_of": "2002-09"}

__all__ = ["CONTRIBUTORS", "Report", "Terms", "open_report"]


class Report(View):
    """A view that names values for the prose, shows tables and charts, and hands them over.

    :func:`open_report` opens one. Its methods ``level``, ``change``, ``growth``, ``share`` and
    ``ratio`` give measures: proved bounds with their unit and formula.

    >>> report = pb.open_report("data/example-county-2004")
    >>> report.change("contributors")
    contributors[2004] - contributors[2000], in person: -5,575.88 to -5,570.819 (rests on 3 figures)
    >>> report.text(report.change("contributors"))
    '−5,576 to −5,570'
    """

    def __init__(
        self,
        result: Reconciliation | Cited,
        *,
        notebook: str = "",
        reads: Sequence[str] | None = None,
        **chosen: Unpack[Chosen],
    ) -> None:
        """What a view wants, and the name recorded with each value."""
        super().__init__(result, **chosen)
        self.notebook = notebook
        self.reads = reads
        self.values: dict[str, Measure] = {}
        self.words: dict[str, str] = {}

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

    def text(self, value: Measure | str) -> str:
        """A measure, or a value already named, formatted for the report's language."""
        measure = self.values[value] if isinstance(value, str) else value
        return value_text(measure.bound.interval, measure.unit, self.language)

    def signed(self, value: Measure | str) -> str:
        """The same with a plus sign where the value is surely positive: for changes in titles."""
        measure = self.values[value] if isinstance(value, str) else value
        surely = measure.bound.low is not None and measure.bound.low > 0
        return ("+" if surely else "") + self.text(measure)

    # -- what a cell shows --------------------------------------------------------------------

    def table(
        self, table: pd.DataFrame, columns: Mapping[str, str], *, lacking: str | Sentence
    ) -> ShownTable | Sentence:
        """A table under readable heads, or a sentence when the package has none of it.

        Args:
            columns: column of the table -> head, in order.
            lacking: what is missing, as the object of "has no", in the report's language; or the
                whole sentence where it is not the package that lacks it.
        """
        return self._lacks(lacking) if table.empty else shown(table, columns)

    def chart(
        self,
        draw: Callable[..., Chart],
        table: pd.DataFrame,
        *,
        lacking: str | Sentence,
        **options: object,
    ) -> Sentence | None:
        """Show a chart of a table, or return a sentence when there is nothing to draw."""
        if table.empty:
            return self._lacks(lacking)
        from pensionbook.charts.output import show

        told = self._in_own_language(options)
        show(draw(table, language=self.language, foot=self.foot(), **told), table)
        return None

    def keep(
        self, name: str, draw: Callable[..., Chart], table: pd.DataFrame, **options: object
    ) -> None:
        """Keep a small picture of a table for the book's other pages.

        Where the table has too little to draw, the pages go without.
        """
        from pensionbook.charts.output import keep

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

    def _lacks(self, lacking: str | Sentence) -> Sentence:
        if isinstance(lacking, Sentence):
            return lacking
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
        handed = {"values": records} | ({} if self.reads is None else {"reads": [*self.reads]})
        listing = json.dumps(handed, ensure_ascii=False, sort_keys=True)
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
        import pandas as pd

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
        import pandas as pd

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


def open_report(
    package: str | Path | Package | Reconciliation | Audit,
    *,
    area: str = "",
    baseline: str | int = "",
    as_of: str | int = "",
    counted: str = "",
    language: str = "en",
    notebook: str = "",
) -> Report:
    """Open a package as a report on one area, between two dates.

    What is left out is as the package's datapackage.yaml says under ``pensionbook: parameters``.

    Args:
        package: an audit, a data package, or its folder; the latter two are reconciled first.
        area: id of the area the report is about.
        baseline: the period changes are counted from.
        as_of: the reporting date, ``YYYY`` or ``YYYY-MM``.
        counted: indicator of those whom the report counts; by default contributors.
        language: ``en`` or ``zh_CN``.
        notebook: name of the notebook, without its ending, recorded with each value. Where a
            notebook of this name lies in the working folder and states in its metadata what it
            reads, the other optional parts of the package are closed.

    Raises:
        PackageError: the package cannot be read.
        ParameterError: a parameter is missing or does not fit the package, or what the notebook
            states is no list of parts. Later, when it looks into a part that it did not state.

    >>> report = pb.open_report("data/example-county-2004", baseline="2002")
    >>> report
    Report on example_county, 2002 to 2004, of example-county-2004, in en
    >>> report.growth("contributors")
    (contributors[2004] - contributors[2002]) / contributors[2002], in percent:
    -7.169605923 to -7.169605922 (rests on 2 figures)
    """
    if isinstance(package, str | Path):
        package = load_package(Path(package), check=False)
    reads = _stated(notebook)
    if reads is not None and isinstance(package, Package):
        package = restricted(package, reads, notebook)
    if isinstance(package, Audit):
        package = package.result
    result = reconciled(package) if isinstance(package, Package) else package
    told = {"area": area, "baseline": baseline, "as_of": as_of, "counted": counted}
    chosen = {"counted": CONTRIBUTORS, **result.package.parameters}
    chosen |= {name: str(value) for name, value in told.items() if value}
    for name in ("area", "baseline", "as_of"):
        if not chosen.get(name):
            raise ParameterError(
                f"{name}: {result.package.name} names none in its datapackage.yaml; write "
                f"open_report(..., {name}={_EXAMPLES[name]!r})"
            )
    return Report(
        result,
        area=chosen["area"],
        baseline=chosen["baseline"],
        as_of=chosen["as_of"],
        counted=chosen["counted"],
        language=language,
        notebook=notebook,
        reads=reads,
    )


def _stated(notebook: str) -> tuple[str, ...] | None:
    """What a notebook of the working folder states that it reads; None where it states nothing."""
    try:
        content = json.loads(Path(f"{notebook}.ipynb").read_text(encoding="utf-8"))
        return reads_of(content["metadata"])
    except (OSError, ValueError, KeyError, TypeError):
        # None there, or none that can be read: then nothing is stated.
        return None
