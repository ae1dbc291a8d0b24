"""The register of printed figures, as plain data for the book's pages."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pensionbook.data.figures import Interval, number_of
from pensionbook.data.package import Figure, Package
from pensionbook.data.readings import reading_of
from pensionbook.engine.reconcile import Reconciliation
from pensionbook.engine.results import Verdict
from pensionbook.language.messages import translate
from pensionbook.language.numbers import semicolons, typeset
from pensionbook.report.audit import all_verdicts, troubled_first, verdict_counts
from pensionbook.report.figures_in_words import (
    _decimals_told,
    figure_in_prose,
    measure_in_words,
    printed_with_unit,
)
from pensionbook.report.reasons import because, interval_text, superseded_in_words

# The register's verdict on a figure that another vintage replaces.
SUPERSEDED = "superseded"


def register_data(result: Reconciliation, language: str = "en") -> dict[str, Any]:
    """Everything the register's page needs.

    Returns:
        ``edition``, ``language``, ``counts`` (verdict -> number, and the superseded where there
        are any), ``figures`` (records in the package's order; the verdict of a superseded one is
        ``superseded``), ``troubled`` (ids), what the package has: ``indicators`` and
        ``tables`` (names), and in the language ``units`` and ``assumptions``.
    """
    troubled = [
        verdict.figure.figure_id
        for verdict in troubled_first(result.verdicts.values())
        if verdict.verdict in ("inconsistent", "disputed", "truncated")
    ]
    counts = verdict_counts(result)
    if result.package.superseded:
        counts[SUPERSEDED] = len(result.package.superseded)
    return {
        "edition": result.package.name,
        "language": language,
        "counts": counts,
        "figures": [_record(verdict, result.package, language) for verdict in all_verdicts(result)],
        "troubled": troubled,
        "indicators": sorted({figure.indicator for figure in result.package.figures}),
        "units": {
            unit.id: result.package.name_of(unit, language)
            for unit in result.package.units.values()
        },
        "assumptions": {
            text: result.package.said(text, language)
            for text in dict.fromkeys(i.assumption for i in result.package.identities)
            if text
        },
        "tables": sorted(name for name, rows in result.package.tables.items() if rows),
    }


def _record(verdict: Verdict, package: Package, language: str) -> dict[str, Any]:
    figure, read = verdict.figure, _reading(verdict, package)
    return {
        "id": figure.figure_id,
        "locator": package.said(figure.locator, language),
        "measure": measure_in_words(figure, package, language),
        "printed": figure.printed,
        "text": figure_in_prose(figure, package, language),
        "as_printed": printed_with_unit(figure, package, language),
        "read": typeset(interval_text(read, _decimals_of(read, figure), "one", language)),
        "verdict": SUPERSEDED if figure in package.superseded else verdict.verdict,
        "implied": typeset(
            interval_text(verdict.implied.interval, _decimals_told(figure), "one", language)
        )
        if verdict.implied.figures
        else "",
        "because": typeset(because(verdict, package, language)),
        "remark": typeset(_remark(verdict, package, language)),
        "order": {
            "printed": _sortable(_number_printed(figure), figure, package),
            "read": _sortable(_end(read), figure, package),
            "implied": _sortable(_end(verdict.implied.interval), figure, package)
            if verdict.implied.figures
            else None,
        },
    }


def _reading(verdict: Verdict, package: Package) -> Interval:
    """What the numeral stands for in its printed unit; cut off where only that agrees."""
    reading = reading_of(verdict.figure, package.units)
    return reading.widest if verdict.verdict == "truncated" else reading.rounded


def _decimals_of(read: Interval, figure: Figure) -> int:
    """As many decimals as the ends have; half a last digit takes one more than is printed."""
    printed = _decimals_told(figure)
    ends = [end * 10**printed for end in (read.low, read.high) if end is not None]
    exact = "/" in figure.printed or all(end.denominator == 1 for end in ends)
    return printed if exact else printed + 1


def _number_printed(figure: Figure) -> Fraction | None:
    return number_of(figure.printed)


def _end(interval: Interval) -> Fraction | None:
    """The end that an interval is sorted by."""
    return interval.high if interval.low is None else interval.low


def _sortable(value: Fraction | None, figure: Figure, package: Package) -> float | None:
    """A number to sort by, in the base unit."""
    unit = package.units.get(figure.unit)
    return None if value is None else float(value * (unit.scale if unit else 1))


def _remark(verdict: Verdict, package: Package, language: str) -> str:
    """The reason where a figure is in trouble, its note, and what the verdict assumes."""
    parts = [package.said(verdict.figure.note, language)]
    if verdict.verdict in ("inconsistent", "disputed", "truncated"):
        parts.append(because(verdict, package, language, brief=True))
    elif verdict.figure in package.superseded:
        parts.append(superseded_in_words(verdict.figure, package, language))
    elif verdict.implied.assumptions and verdict.implied.figures:
        assumed = semicolons(
            (package.said(text, language) for text in verdict.implied.assumptions), language
        )
        parts.append(translate("assuming that {assumptions}", language, assumptions=assumed))
    return semicolons(filter(None, parts), language)
