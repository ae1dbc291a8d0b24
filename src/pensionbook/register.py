"""The register of printed figures, as plain data for the book's pages."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from pensionbook.audit import all_verdicts, troubled_first, verdict_counts
from pensionbook.explain import because, interval_text, superseded_in_words
from pensionbook.figures import Interval, decimals_printed, read_direction, read_figure
from pensionbook.i18n import mark, translate
from pensionbook.package import Figure, Package
from pensionbook.reconcile import Reconciliation
from pensionbook.verdicts import Verdict
from pensionbook.wording import commas, grouped, semicolons, typeset

_STATISTICS = {
    "level": mark("level"),
    "change": mark("change"),
    "growth": mark("growth"),
    "share": mark("share"),
    "ratio": mark("ratio"),
    "direction": mark("direction"),
    "rank": mark("rank"),
    "count": mark("count"),
    "parameter": mark("rule"),
}
_DIRECTIONS = {"rising": mark("rising"), "falling": mark("falling")}
_QUALIFIERS = {
    "about": mark("about {number}"),
    "nearly": mark("nearly {number}"),
    "over": mark("over {number}"),
    "at_least": mark("at least {number}"),
    "forecast": mark("{number} (forecast)"),
}
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
    figure = verdict.figure
    if figure.statistic == "direction":
        return read_direction(figure.printed)
    unit = package.units.get(figure.unit)
    whole = bool(unit and unit.whole) or figure.statistic in ("count", "parameter", "rank")
    reading = read_figure(figure.printed, figure.qualifier, whole=whole)
    return reading.widest if verdict.verdict == "truncated" else reading.rounded


def _decimals_of(read: Interval, figure: Figure) -> int:
    """As many decimals as the ends have; half a last digit takes one more than is printed."""
    printed = _decimals_told(figure)
    ends = [end * 10**printed for end in (read.low, read.high) if end is not None]
    exact = "/" in figure.printed or all(end.denominator == 1 for end in ends)
    return printed if exact else printed + 1


def _decimals_told(figure: Figure) -> int:
    """As many as printed; a fraction prints none, but its interval needs some."""
    return 3 if "/" in figure.printed else decimals_printed(figure.printed)


def _number_printed(figure: Figure) -> Fraction | None:
    return None if figure.statistic == "direction" else Fraction(figure.printed)


def _end(interval: Interval) -> Fraction | None:
    """The end that an interval is sorted by."""
    return interval.high if interval.low is None else interval.low


def _sortable(value: Fraction | None, figure: Figure, package: Package) -> float | None:
    """A number to sort by, in the base unit."""
    unit = package.units.get(figure.unit)
    return None if value is None else float(value * (unit.scale if unit else 1))


def unit_printed(figure: Figure, package: Package, language: str = "en") -> str:
    """The unit that follows the numeral; a fraction, a plain number and a direction have none."""
    if figure.unit in ("", "one") or "/" in figure.printed:
        return ""
    name = package.name_of(package.units[figure.unit], language)
    return f"× {name}" if name[:1].isdigit() else name


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


def figure_in_prose(figure: Figure, package: Package, language: str = "en") -> str:
    """The numeral as a sentence says it: in its base unit, with the language's separators.

    ``43`` in units of ten thousand persons is 430,000 in English and 43 万 in Chinese.
    """
    from babel.numbers import format_decimal

    try:
        printed = Fraction(figure.printed)
    except ValueError:
        return _direction(figure.printed, language)
    if "/" in figure.printed:
        return figure.printed
    unit = package.units.get(figure.unit)
    scale = unit.scale if unit else Fraction(1)
    decimals = decimals_printed(figure.printed)
    word = "%" if figure.unit == "percent" else ""
    if scale > 1:
        power, word = _large_unit(printed * scale, scale, language)
        printed, decimals = printed * scale / power, decimals + _zeros(power) - _zeros(scale)
    pattern = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
    text = format_decimal(
        Decimal(printed.numerator) / printed.denominator, pattern, locale=language
    )
    return text.replace("-", "\u2212") + word


def _large_unit(value: Fraction, scale: Fraction, language: str) -> tuple[Fraction, str]:
    """The power of ten that a large number is told in, and its word."""
    if language.startswith("zh"):
        return scale, "\u2009" + {4: "万", 8: "亿"}.get(_zeros(scale), "")
    return (Fraction(10**9), " billion") if abs(value) >= 10**9 else (Fraction(1), "")


def _zeros(power: Fraction) -> int:
    return len(str(power.numerator)) - 1


def _direction(word: str, language: str) -> str:
    return translate(_DIRECTIONS.get(word, word), language)


def printed_in_words(figure: Figure, language: str = "en", unit: str = "") -> str:
    """The numeral as printed, its digits grouped, with its unit and its qualifier."""
    if figure.statistic == "direction":
        return _direction(figure.printed, language)
    number = grouped(figure.printed)
    if figure.statistic == "rank" and unit:
        number = translate("number {number}", language, number=number)
    elif unit:
        number += unit if unit == "%" else f" {unit}"
    word = _QUALIFIERS.get(figure.qualifier, "")
    return typeset(translate(word, language, number=number)) if word else number


def printed_with_unit(figure: Figure, package: Package, language: str = "en") -> str:
    """The numeral as printed with its unit: ``nearly 40%``, ``−148,672 persons``."""
    return printed_in_words(figure, language, unit_printed(figure, package, language))


def measure_in_words(figure: Figure, package: Package, language: str = "en") -> str:
    """What a figure measures, in one phrase: indicator, of whom, where, when and how."""

    def name(table: str, identifier: str) -> str:
        return package.name_of(getattr(package, table)[identifier], language)

    parts = [name("indicators", figure.indicator)]
    if figure.group != "all":
        parts.append(name("groups", figure.group))
    parts.append(name("areas", figure.area))
    span = f"{figure.base_period}–{figure.period}" if figure.base_period else figure.period
    parts += [span, translate(_STATISTICS[figure.statistic], language)]
    text = commas(parts, language)
    if not figure.has_of:
        return text
    indicator, group, area = figure.of
    whole, of_whom = name("indicators", indicator), []
    if group != figure.group or group != "all":
        of_whom.append(name("groups", group))
    if area != figure.area:
        of_whom.append(name("areas", area))
    if of_whom:
        names = " ".join(of_whom)
        whole = translate("{indicator} {names}", language, indicator=whole, names=names)
    return translate("{part} of {whole}", language, part=text, whole=whole)
