"""What the projection starts from: each parameter as a range, with where its ends come from.

Three kinds, and each says which it is: starting levels are the bounds proved from the paper's
printed figures (:func:`starting_ranges`); rules in force have one value; the rest is assumed
(``assumption``), both in the table ``parameters``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from pensionbook.data.figures import read_figure
from pensionbook.data.package import Group, Indicator, Package
from pensionbook.data.periods import end_in_years, years_between
from pensionbook.errors import ParameterError
from pensionbook.projection.projection import NON_PUBLIC
from pensionbook.report.measure import Measure
from pensionbook.report.report import Report

Ends = tuple[Fraction, Fraction]
_KEPT = 10**6
# Counts that contradict one another: without all of them nothing is left but what is at work.
_DISPUTED = ("covered", "uncovered")
_MONTHS = 12


class NoStartError(ParameterError):
    """The projection has nothing to start from.

    Attributes:
        missing: a sentence for the report's readers that says what is missing, in its language.
    """

    def __init__(self, message: str, missing: str) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Range:
    """A parameter between two exact ends, in ``unit``.

    ``source`` is where the ends come from; ``assumption`` is true where somebody assumed them.
    """

    id: str
    low: Fraction
    high: Fraction
    unit: str
    name_en: str
    name_zh: str
    source: str
    assumption: bool = False
    note: str = ""

    @property
    def middle(self) -> Fraction:
        """Half-way between the ends."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Ranges(Mapping[str, Range]):
    """Ranges by parameter.

    Attributes:
        base_year: the year at whose end the projection starts.
        elapsed: years from there to the date of the calibrated contributors: 3/4 for September.
        payments_growth, subsidy_growth: printed growth of pension payments and of the subsidy in
            the years up to the first projected one, each a pair of exact ends; () where it is not
            printed.
    """

    ranges: dict[str, Range]
    base_year: int
    elapsed: Fraction
    payments_growth: tuple[Ends, ...] = ()
    subsidy_growth: tuple[Ends, ...] = ()

    def __getitem__(self, name: str) -> Range:
        return self.ranges[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.ranges)

    def __len__(self) -> int:
        return len(self.ranges)

    @property
    def unknown(self) -> list[str]:
        """Parameters whose two ends differ."""
        return [name for name, r in self.ranges.items() if r.low != r.high]

    def middle(self) -> dict[str, float]:
        """Each parameter half-way between its ends."""
        return {name: float(r.middle) for name, r in self.ranges.items()}

    def with_range(self, name: str, low: object, high: object) -> Ranges:
        """The same with other ends for one parameter; numbers or numerals.

        Raises:
            ParameterError: there is no such parameter, or the ends are the wrong way round.
        """
        if name not in self.ranges:
            raise ParameterError(f"no parameter {name!r}; write one of: {', '.join(self.ranges)}")
        ends = Fraction(str(low)), Fraction(str(high))
        if ends[0] > ends[1]:
            raise ParameterError(f"{name}: {low} is above {high}; exchange the two")
        changed = {"low": ends[0], "high": ends[1]}
        old = self.ranges[name]
        new = Range(**{f: changed.get(f, getattr(old, f)) for f in Range.__dataclass_fields__})
        return Ranges(
            self.ranges | {name: new},
            self.base_year,
            self.elapsed,
            self.payments_growth,
            self.subsidy_growth,
        )


def read_ranges(report: Report) -> Ranges:
    """All that the projection needs of a report's package.

    Raises:
        NoStartError: the package lacks a row of the table parameters or a starting level, or the
            baseline does not lie before the base year.
    """
    base_year, elapsed = _dates(report)
    in_force = rules_of(report)
    lacking = [name for name in _NEEDED if name not in in_force]
    if lacking:
        raise NoStartError(
            f"{report.package.name} lacks what the projection needs: {', '.join(lacking)}; "
            "add rows to parameters.csv",
            report.tr(
                "The package {package} has no {lacking}; this part is left out.",
                package=report.package.name,
                lacking=report.tr("parameters of a projection"),
            ),
        )
    return Ranges(
        starting_ranges(report) | in_force,
        base_year,
        elapsed,
        growth_intervals(report, "pension_payments", base_year + 1),
        growth_intervals(report, "fiscal_subsidy", base_year + 1),
    )


def rules_of(report: Report) -> dict[str, Range]:
    """The rows of the table parameters that hold in the first year that would be projected."""
    return rules(report.package, _dates(report)[0] + 1)


def rules(package: Package, year: int) -> dict[str, Range]:
    """The rows of the table parameters that hold at the end of a year; else the last before it.

    Where none began by then the first later one is taken (growth from the next year on, say).
    """
    rows: dict[str, list[dict[str, str]]] = {}
    for row in package.tables.get("parameters", ()):
        rows.setdefault(row["id"], []).append(row)
    return {name: _range(_in_force(found, year)) for name, found in rows.items()}


def _in_force(rows: list[dict[str, str]], year: int) -> dict[str, str]:
    def begins(row: dict[str, str]) -> tuple[int, int]:
        first = row["valid_from"]
        return (int(first[:4]), int(first[5:] or 1)) if first else (0, 0)

    ordered = sorted(rows, key=begins)
    begun = [row for row in ordered if begins(row) <= (year, _MONTHS)]
    return begun[-1] if begun else ordered[0]


def _range(row: dict[str, str]) -> Range:
    return Range(
        id=row["id"],
        low=Fraction(row["low"]),
        high=Fraction(row["high"]),
        unit=row["unit"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        source=row["source"],
        assumption=row["assumption"] == "yes",
        note=row["note"],
    )


def starting_ranges(report: Report) -> dict[str, Range]:
    """The levels that the paper gives, between the bounds proved from its printed figures.

    Where figures contradict one another and a level is bounded only whichever is wrong, those
    bounds are taken. Two are formed from proved levels: the covered share of foreign firms, which
    sets those outside in town and country against the employed in town (an assumption), and the
    pace of employment, from standstill to its yearly growth from the baseline to the base year,
    taken to go on (an assumption).

    Raises:
        NoStartError: the package does not bound a level, or there is no time over which, or nobody
            from whom, a pace could be told.
    """
    start = _Start(report)
    found = {}
    for group in ("public", *NON_PUBLIC):
        found[f"employed_{group}"] = start.level("employees", group)
        found[f"growth_{group}"] = start.pace(group)
    found["contributors_start"] = start.level("contributors", "all")
    for group in ("public", "non_public"):
        found[f"contributors_{group}"] = start.level("contributors", group, report.as_of)
    found["interrupted"] = start.level("interrupted_contributors", "all", report.as_of)
    found["migrants"] = start.level("migrants_employed", "informal")
    found["covered_private_individual"] = start.share("covered", "private_individual")
    found["covered_foreign"] = start.covered_foreign()
    found["late_share"] = start.late_share()
    return {name: replace(found_range, id=name) for name, found_range in found.items()}


class _Start:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.year = str(_dates(report)[0])

    def level(self, indicator: str, group: str, period: str = "") -> Range:
        measure = self._bounded(indicator, group, period or self.year)
        low, high = measure.ends
        return self._range(indicator, group, low, high, measure.unit, "proved")

    def share(self, indicator: str, group: str) -> Range:
        """Those counted relative to the employed of the same group."""
        low, high = self._bounded(indicator, group, self.year).ends
        least, most = self._bounded("employees", group, self.year).ends
        return self._range(indicator, group, *_share((low, high), (least, most)), "one")

    def covered_foreign(self) -> Range:
        outside = self._bounded("uncovered", "foreign_all", self.year).ends
        least, most = _share(outside, self._bounded("employees", "foreign", self.year).ends)
        return self._range("covered", "foreign", 1 - most, 1 - least, "one", assumed=True)

    def late_share(self) -> Range:
        report = self.report
        late = self._bounded("contributors_not_monthly", "all", report.as_of).ends
        ends = _share(late, self._bounded("contributors", "all", report.as_of).ends)
        return self._range("contributors_not_monthly", "all", *ends, "one")

    def pace(self, group: str) -> Range:
        """From standstill to the yearly growth since the baseline, rounded outward."""
        report = self.report
        years = years_between(report.baseline, self.year)
        if years <= 0:
            raise NoStartError(
                f"baseline: {report.baseline} does not lie before the end of {self.year}, from "
                "which the projection starts; choose an earlier one",
                report.tr(
                    "The projection would start at the end of {year} and needs the pace of "
                    "employment from the baseline to that date; the baseline {baseline} does not "
                    "lie before it, so that this part is left out.",
                    year=self.year,
                    baseline=report.baseline,
                ),
            )
        first = self._bounded("employees", group, report.baseline).ends
        last = self._bounded("employees", group, self.year).ends
        if first[0] == 0 and last[1] > 0:
            raise NoStartError(
                f"employees of {group} may be none at {report.baseline}, so that no pace of "
                "theirs can be told, which the projection needs; add the figures that do",
                report.tr(
                    "The projection needs the pace of employment, and nothing says that there was "
                    "anybody at the baseline: {quantity}, {date}. This part is left out.",
                    quantity=self._name("employees", group, report.language),
                    date=report.baseline,
                ),
            )
        slow, fast = (
            (float(end / start) ** (1 / float(years)) - 1 if start else 0.0)
            for end, start in zip(last, reversed(first), strict=True)
        )
        low = Fraction(math.floor(min(slow, 0.0) * _KEPT), _KEPT)
        high = Fraction(math.ceil(max(fast, 0.0) * _KEPT), _KEPT)
        return self._range("employees", group, low, high, "one", "pace", assumed=True)

    def _bounded(self, indicator: str, group: str, period: str) -> Measure:
        measure = self.report.level(indicator, group, period)
        if indicator in _DISPUTED or not measure.known:
            whichever = self.report.level_under_any_repair(indicator, group, period)
            measure = whichever if whichever.known else measure
        if not measure.known:
            report = self.report
            raise NoStartError(
                f"{report.package.name} does not bound {indicator} of {group} at {period}, "
                "which the projection starts from; add the figures that do",
                report.tr(
                    "The package {package} does not bound what the projection starts from: "
                    "{quantity}, {date}. This part is left out.",
                    package=report.package.name,
                    quantity=self._name(indicator, group, report.language),
                    date=period,
                ),
            )
        return measure

    def _range(
        self,
        indicator: str,
        group: str,
        low: Fraction,
        high: Fraction,
        unit: str,
        kind: str = "proved",
        *,
        assumed: bool = False,
    ) -> Range:
        names = [self._name(indicator, group, language) for language in ("en", "zh_CN")]
        if kind == "pace":
            names = [f"{names[0]}: growth a year", f"{names[1]}：年增长率"]
        elif unit == "one":
            names = [f"{names[0]}: share", f"{names[1]}：比例"]
        source = "bounds proved from the printed figures"
        if kind == "pace":
            source = "Authors of this edition; from standstill to the pace proved from the figures"
        elif assumed:
            source = "Authors of this edition; from bounds proved from the printed figures"
        return Range("", low, high, unit, names[0], names[1], source, assumed)

    def _name(self, indicator: str, group: str, language: str) -> str:
        package = self.report.package

        def name_of(rows: Mapping[str, Indicator | Group], identifier: str) -> str:
            # What a package does not know goes by its id, as it does in a view.
            row = rows.get(identifier)
            return package.name_of(row, language) if row else identifier.replace("_", " ")

        name = name_of(package.indicators, indicator)
        if group == "all":
            return name
        whose = name_of(package.groups, group)
        return f"{name}（{whose}）" if language != "en" else f"{name}, {whose.lower()}"


def _share(part: Ends, whole: Ends) -> Ends:
    """Least and greatest share of a whole; of one that may be nobody it may be anything."""
    low = part[0] / whole[1] if whole[1] else Fraction(0)
    high = part[1] / whole[0] if whole[0] else Fraction(1)
    return min(low, Fraction(1)), min(high, Fraction(1))


def growth_intervals(report: Report, indicator: str, until: int) -> tuple[Ends, ...]:
    """The printed yearly growth of an indicator since the baseline, as exact intervals.

    Forecasts count too: they are what the paper expects of its own year.

    Returns:
        One pair a year, from the year after the baseline; () unless every year is printed.
    """
    found = []
    for year in range(int(report.baseline[:4]) + 1, until + 1):
        figure = next(
            (
                f
                for f in report.package.figures
                if (f.indicator, f.group, f.area) == (indicator, "all", report.area)
                and (f.period, f.base_period) == (str(year), str(year - 1))
                and f.statistic == "growth"
            ),
            None,
        )
        if figure is None:
            return ()
        interval = read_figure(figure.printed, figure.qualifier).rounded
        scale = report.package.units[figure.unit].scale
        if interval.low is None or interval.high is None:
            return ()
        found.append((interval.low * scale, interval.high * scale))
    return tuple(found)


def _dates(report: Report) -> tuple[int, Fraction]:
    """The base year, before the year of the reporting date, and the time between the two."""
    end = end_in_years(report.as_of)
    base_year = math.ceil(end) - 2
    return base_year, end - (base_year + 1)


_NEEDED = (
    *("combined_rate", "self_employed_rate", "base_ratio", "base_ratio_joining", "collection"),
    *("average_wage", "growth_wage", "average_pension", "growth_pension"),
    *("dependency_start", "growth_retirees", "new_retirees_share"),
    *("covered_public", "covered_other", "older_share", "surcharge_collected"),
    *("paying_interrupted", "paying_older", "covered_migrants", "bonus_share", "surcharge"),
    "late_recovered",
)
