"""Section 5, parts two and three: the projection and the reforms, as tables and named values.

The model is :mod:`pensionbook.projection`; this module only asks it and says the answers. A range
of draws is what the assumptions give when every unknown may lie anywhere in its range, all alike.
It is no probability, and the text must not call it one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, log10
from typing import Any

import pandas as pd

from pensionbook.data.addresses import short_address
from pensionbook.engine.results import Bound
from pensionbook.errors import ParameterError
from pensionbook.language.messages import mark
from pensionbook.language.numbers import semicolons
from pensionbook.projection import (
    YEARS,
    NoStartError,
    Ranges,
    bounds,
    compare,
    model_json,
    percentiles,
    project,
    read_ranges,
    sample,
    subsidy_share_bounds,
    tornado,
)
from pensionbook.projection.calibration import PAYMENTS_ARE_MET
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import Report
from pensionbook.report.tables import Sentence

PAYERS, RATIO, GAP = "contributors_persons", "dependency_ratio", "net_gap_yuan"
_ASSUMED = mark("the unknowns lie within the ranges assumed in the table of parameters")
# Outputs of the model and the official quantity nearest to each.
HELD_OUT = {
    PAYERS: ("insured_enterprise_staff", "insured_staff"),
    RATIO: ("", ""),
    "retirees_persons": ("retirees",),
    "revenue_yuan": ("fund_revenue",),
    "spending_yuan": ("fund_expenditure",),
}
_NAMES = {
    PAYERS: mark("Contributors"),
    RATIO: mark("Retirees to a contributor"),
    "retirees_persons": mark("Retirees"),
    "revenue_yuan": mark("Contributions collected"),
    "spending_yuan": mark("Pension payments"),
}
_KINDS = {
    "proved": mark("proved from the source"),
    "rule": mark("rule"),
    "assumed": mark("assumed"),
}
# Where a starting level comes from, as model.ranges says it.
_SOURCES = (
    mark("bounds proved from the printed figures"),
    mark("Authors of this edition; from bounds proved from the printed figures"),
    mark("Authors of this edition; from standstill to the pace proved from the figures"),
)
_TOP = 8


@dataclass
class Outlook:
    """The projection of one report, each answer worked out once."""

    report: Report
    ranges: Ranges
    draws: int
    seed: int

    @property
    def years(self) -> tuple[int, ...]:
        """The projected years: as many as :data:`YEARS`, from the one after the base year on."""
        first = self.ranges.base_year + 1
        return tuple(range(first, first + len(YEARS)))

    @property
    def last(self) -> int:
        """The last projected year."""
        return self.years[-1]

    @cached_property
    def exact(self) -> pd.DataFrame:
        """Proved ends of each output by year."""
        return bounds(self.ranges, self.years)

    @cached_property
    def drawn(self) -> pd.DataFrame:
        """Percentiles of each output by year."""
        drawn = sample(self.ranges, self.draws, self.seed)
        return percentiles(project(drawn.values, self.years))

    @cached_property
    def calibrated(self) -> pd.DataFrame | None:
        """The same of the draws that meet the source's rates of growth; see subsidy_share."""
        try:
            drawn = sample(self.ranges, self.draws, self.seed, calibrated=True)
        except ParameterError:
            return None
        return percentiles(project(drawn.values, self.years))

    @cached_property
    def reforms(self) -> pd.DataFrame:
        """What each reform adds, by year and output."""
        scenarios = self.report.package.scenarios
        return compare(self.ranges, scenarios, self.years, n=self.draws, seed=self.seed)

    @cached_property
    def basis(self) -> tuple[str, ...]:
        """The printed figures that the starting levels rest on."""
        report, year = self.report, str(self.ranges.base_year)
        levels = [
            report.level("contributors", period=year),
            *(report.level("employees", g, year) for g in ("public", "non_public")),
            *(report.level("contributors", g) for g in ("public", "non_public")),
        ]
        return tuple(dict.fromkeys(name for level in levels for name in level.bound.figures))

    def measure(self, low: float, high: float, unit: str, formula: str) -> Measure:
        """A model's range with three digits, rounded outward."""
        step = _step(max(abs(low), abs(high)))
        ends = Fraction(floor(low / step)) * step, Fraction(ceil(high / step)) * step
        return Measure(Bound(*ends, self.basis, (), (_ASSUMED,)), unit, formula)


def _step(size: float) -> Fraction:
    """The unit of the third digit."""
    if size <= 0:
        return Fraction(1)
    power = floor(log10(size)) - 2
    return Fraction(10) ** power


def outlook(report: Report, draws: int, seed: int) -> tuple[Outlook | None, Sentence | None]:
    """The projection, or a sentence that says why there is none; the other is ``None``."""
    try:
        found = Outlook(report, read_ranges(report), draws, seed)
    except NoStartError as error:
        return None, Sentence(error.missing)
    try:
        # Whether any values are possible together shows here; both are kept.
        _ = found.exact, found.drawn
    except ParameterError:
        return None, Sentence(
            report.tr(
                "By the figures between {baseline} and {as_of} more persons would pay than are "
                "covered, whatever the parameters of the projection; this part is left out.",
                baseline=report.baseline,
                as_of=report.as_of,
            )
        )
    return found, None


def parameters_table(found: Outlook | None) -> pd.DataFrame:
    """Every parameter with its range: ``name, range, unit, kind, source``."""
    columns = ["name", "range", "unit", "kind", "source"]
    if found is None:
        return pd.DataFrame(columns=columns)
    report, rows = found.report, []
    for one in found.ranges.values():
        if one.low == one.high == 0:
            continue
        kind = "assumed" if one.assumption else "proved" if "proved" in one.source else "rule"
        percent = one.unit == "one" and one.high <= 1
        measure = Measure(
            Bound(one.low * (100 if percent else 1), one.high * (100 if percent else 1)),
            "percent" if percent else one.unit,
            "",
        )
        rows.append(
            [
                one.name_zh if report.language.startswith("zh") else one.name_en,
                report.text(measure),
                "" if percent else report.unit_label(one.unit) if one.unit != "one" else "",
                report.tr(_KINDS[kind]),
                _shortened(
                    report.tr(one.source) if one.source in _SOURCES else report.said(one.source)
                ),
            ]
        )
    return pd.DataFrame(rows, columns=columns)


def _shortened(text: str) -> str:
    """A text whose addresses are short enough for a table; the data has them whole."""
    return re.sub(r"https?://[^\s,，；;]+", lambda found: short_address(found[0]), text)


def fan(found: Outlook | None, official: Report | None, output: str) -> pd.DataFrame:
    """An output by year: proved ends, draws, and official points, for a chart of lines.

    Columns ``series, label, period, low, high, value``.
    """
    columns = ["series", "label", "period", "low", "high", "value"]
    if found is None:
        return pd.DataFrame(columns=columns)
    report, rows = found.report, []
    for year in found.years:
        low, high = _ends(found.drawn, output, year, "p5", "p95")
        rows.append(["drawn", report.tr("Projection, nine draws in ten"), str(year), low, high])
    rows += [
        ["official", label, period, measure.low, measure.high]
        for period, label, measure in _official(official, output, found.years)
    ]
    table = pd.DataFrame(rows, columns=columns[:-1])
    table["value"] = [
        report.text(plain(low, high, output))
        for low, high in table[["low", "high"]].itertuples(index=False)
    ]
    return table


def plain(low: float, high: float, output: str) -> Measure:
    """A model's range for a table, three digits, rounded outward."""
    step = _step(max(abs(low), abs(high)))
    ends = Fraction(floor(low / step)) * step, Fraction(ceil(high / step)) * step
    return Measure(Bound(*ends), unit_of(output), "")


def unit_of(output: str) -> str:
    """The unit that an output's name ends with."""
    return output.rpartition("_")[2].replace("persons", "person").replace("ratio", "one")


def _ends(table: pd.DataFrame, output: str, year: int, low: str, high: str) -> tuple[float, float]:
    row = table[(table["output"] == output) & (table["year"] == year)].iloc[0]
    return float(row[low]), float(row[high])


def _official(
    official: Report | None, output: str, years: tuple[int, ...]
) -> list[tuple[str, str, Measure]]:
    """Official figures nearest to an output: period, what they count, measure."""
    if official is None:
        return []
    found = []
    for year in map(str, years):
        if output == RATIO:
            retired = official.quantity("retirees", period=year)
            measure = official.ratio(retired, retired._replace(indicator="insured_staff"))
            label = official.tr("Official: retirees to an insured person")
            if measure.known:
                found.append((year, label, measure))
            continue
        for indicator in HELD_OUT[output]:
            measure = official.level(indicator, period=year)
            # Where a count is only bounded by the wider one, the wider one is the figure.
            if measure.known and measure.low > 0:
                label = official.tr("Official: {name}", name=official.noun(indicator))
                found.append((year, label, measure))
                break
    if output == PAYERS:
        label = official.tr("Official: insured, the wider count")
        found = [(year, label, measure) for year, _, measure in found]
    return found


def held_out_table(found: Outlook | None, official: Report | None) -> pd.DataFrame:
    """Official figures of the years that were held out, beside the projection.

    Columns ``what, period, official, exact, drawn, calibrated, met``.
    """
    columns = ["what", "period", "official", "exact", "drawn", "calibrated", "met"]
    if found is None or official is None:
        return pd.DataFrame(columns=columns)
    report, rows = found.report, []
    for output in HELD_OUT:
        for period, _, measure in _official(official, output, found.years):
            exact = _ends(found.exact, output, int(period), "low", "high")
            drawn = _ends(found.drawn, output, int(period), "p5", "p95")
            near = ""
            if found.calibrated is not None:
                ends = _ends(found.calibrated, output, int(period), "p5", "p95")
                near = report.text(plain(*ends, output))
            rows.append(
                [
                    report.tr(_NAMES[output]),
                    period,
                    official.text(measure),
                    report.text(plain(*exact, output)),
                    report.text(plain(*drawn, output)),
                    near,
                    report.tr(_met(measure, exact, drawn)),
                ]
            )
    return pd.DataFrame(rows, columns=columns)


_WITHIN, _EDGE, _MISSED = mark("within the draws"), mark("within the ends"), mark("missed")


def _met(measure: Measure, exact: tuple[float, float], drawn: tuple[float, float]) -> str:
    middle = (measure.low + measure.high) / 2
    if drawn[0] <= middle <= drawn[1]:
        return _WITHIN
    return _EDGE if exact[0] <= middle <= exact[1] else _MISSED


def missed(found: Outlook | None, official: Report | None) -> tuple[Measure, Measure]:
    """How many held-out figures there are, and how many lie outside even the proved ends."""
    table = held_out_table(found, official)
    if found is None or table.empty:
        return UNKNOWN, UNKNOWN
    word = found.report.tr(_MISSED)
    return (
        Measure.exact(len(table), "official figures of the years held out"),
        Measure.exact(
            int((table["met"] == word).sum()), "of these, outside the ends of the projection"
        ),
    )


def at(found: Outlook | None, output: str, year: int, *, exact: bool = False) -> Measure:
    """One output in one year: nine draws in ten, or between its proved ends."""
    if found is None:
        return UNKNOWN
    table, low, high = (found.exact, "low", "high") if exact else (found.drawn, "p5", "p95")
    kind = "proved ends" if exact else f"percentiles 5 and 95 of {found.draws:,} draws"
    formula = f"projection of {output.replace('_', ' ')}, {year}, {kind}"
    return found.measure(*_ends(table, output, year, low, high), unit_of(output), formula)


def subsidy_share(found: Outlook | None) -> Measure:
    """Greatest share of the subsidy in payments, first projected year, percent."""
    if found is None or not (found.ranges.payments_growth and found.ranges.subsidy_growth):
        return UNKNOWN
    top = subsidy_share_bounds(found.ranges.payments_growth, found.ranges.subsidy_growth)[-1]
    figures = tuple(
        f.figure_id
        for f in found.report.package.figures
        if f.indicator in ("pension_payments", "fiscal_subsidy") and f.statistic == "growth"
    )
    step = Fraction(1, 10)
    bound = Bound(Fraction(0), Fraction(ceil(top * 100 / step)) * step, figures)
    share = Measure(bound, "percent", "from the growth of payments and subsidy")
    return share.at_most().assuming(PAYMENTS_ARE_MET)


def kept_share(found: Outlook | None) -> Measure:
    """Share of the draws in which the subsidy is as small a part of payments as that, percent."""
    if found is None or not found.ranges.payments_growth:
        return UNKNOWN
    try:
        drawn = sample(found.ranges, 2_000, found.seed, calibrated=True)
    except ParameterError:
        return UNKNOWN
    percent = Fraction(round(drawn.kept * 1000), 10)
    return Measure.exact(percent, "draws kept / draws that are possible", "percent")


def tornado_table(found: Outlook | None, output: str) -> pd.DataFrame:
    """The unknowns that move an output of the last year most: ``label, low, high, value``."""
    columns = ["label", "low", "high", "value"]
    if found is None:
        return pd.DataFrame(columns=columns)
    report = found.report
    name = "name_zh" if report.language.startswith("zh") else "name_en"
    try:
        table = tornado(found.ranges, found.last, output, years=found.years).head(_TOP)
    except ParameterError:
        # Half-way between their ends the unknowns need not be possible together.
        return pd.DataFrame(columns=columns)
    rows = [
        [row[name], row["low"], row["high"], report.text(plain(row["low"], row["high"], output))]
        for _, row in table.iterrows()
    ]
    return pd.DataFrame(rows, columns=columns)


def rows_in_words(report: Report, table: pd.DataFrame) -> str:
    """A chart of intervals in words."""
    return semicolons((f"{row.label}: {row.value}" for row in table.itertuples()), report.language)


def first_name(table: pd.DataFrame) -> str:
    """The name in the first row of a table; "" where there is none."""
    return "" if table.empty else str(table["label"].iloc[0])


def browser_model(found: Outlook | None) -> dict[str, Any] | None:
    """The model for the page that computes it again; ``None`` without one."""
    if found is None:
        return None
    return model_json(found.ranges, found.report.package.scenarios, found.years)
