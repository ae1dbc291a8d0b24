"""Section 5, part three: the reforms tried out, and what one more year of contributions is worth.

Every reform is set against the same draws without it, so that a difference is a difference of the
reform alone. Its own ranges are assumed, and its file says by whom and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from pensionbook.analysis.outlook import GAP, PAYERS, RATIO, Outlook, plain, unit_of
from pensionbook.errors import ParameterError
from pensionbook.language.messages import mark
from pensionbook.projection import Range, break_even_base, one_more_year, rules_of
from pensionbook.projection.incentives import RULES
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import Report
from pensionbook.report.tables import Sentence

_ADDED = (PAYERS, "revenue_yuan", "cost_yuan", GAP, RATIO)


def reforms_table(found: Outlook | None) -> pd.DataFrame:
    """Each reform's effect in the last year, nine draws in ten, the best for the treasury first.

    Columns ``rank, id, label`` and, for each output, a text.
    """
    columns = ["rank", "id", "label", *_ADDED]
    if found is None or not found.report.package.scenarios:
        return pd.DataFrame(columns=columns)
    report, table = found.report, found.reforms
    last = table[table["year"] == found.last]
    name = "name_zh" if report.language.startswith("zh") else "name_en"
    rows = []
    for (rank, scenario), own in last.groupby(["rank", "scenario"], sort=True):
        texts = {output: report.text(plain(*_of(own, output), output)) for output in _ADDED}
        rows.append({"rank": rank, "id": scenario, "label": own[name].iloc[0]} | texts)
    return pd.DataFrame(rows, columns=columns)


def lacking(report: Report, missing: Sentence | None) -> str | Sentence:
    """What a table of reforms lacks: reforms, or else the projection that they are tried on."""
    if missing is not None and report.package.scenarios:
        return missing
    return report.tr("reforms to try out")


def _of(own: pd.DataFrame, output: str) -> tuple[float, float]:
    row = own[own["output"] == output].iloc[0]
    return float(row["p5"]), float(row["p95"])


def reforms_chart(found: Outlook | None, output: str) -> pd.DataFrame:
    """The reforms as intervals of one output in the last year: ``label, low, high, value``."""
    columns = ["label", "low", "high", "value"]
    if found is None or not found.report.package.scenarios:
        return pd.DataFrame(columns=columns)
    report, table = found.report, found.reforms
    name = "name_zh" if report.language.startswith("zh") else "name_en"
    last = table[(table["year"] == found.last) & (table["output"] == output)]
    last = last.sort_values("p50", ascending=output == GAP, kind="stable")
    rows = [
        [row[name], row["p5"], row["p95"], report.text(plain(row["p5"], row["p95"], output))]
        for _, row in last.iterrows()
    ]
    return pd.DataFrame(rows, columns=columns)


def reform(found: Outlook | None, scenario: str, output: str) -> Measure:
    """What one reform adds to an output in the last year, nine draws in ten."""
    if found is None or scenario not in found.report.package.scenarios:
        return UNKNOWN
    table = found.reforms
    own = table[(table["scenario"] == scenario) & (table["year"] == found.last)]
    formula = f"{scenario.replace('_', ' ')}: added {output.replace('_', ' ')}, {found.last}"
    return found.measure(*_of(own, output), unit_of(output), formula)


# -- incentives -----------------------------------------------------------------------------------

_WHO = {
    "worker": mark("worker's part alone"),
    "both_parts": mark("both parts, off post"),
    "alone": mark("paying alone"),
}


def incentives(report: Report) -> pd.DataFrame:
    """What one more year costs and returns at the floor, the average and twice the average wage.

    Columns ``wage, who, cost, gain_1997, back_1997, gain_liaoning, back_liaoning``; cost in months
    of the local average wage, gain in percent of it a month, time in years of pension.
    """
    columns = [
        "wage", "who", "cost", "gain_1997", "back_1997", "gain_liaoning", "back_liaoning",
    ]  # fmt: skip
    rules, rows = rules_of(report), []
    if not _told(rules):
        return pd.DataFrame(columns=columns)
    for wage in (rules["base_floor"].low, Fraction(1), Fraction(2)):
        for who, name in _WHO.items():
            told = [one_more_year(rules, wage, rule=rule, payer=who) for rule in RULES]
            row = [_percent(report, wage), report.tr(name), _decimal(report, told[0].cost)]
            for year in told:
                back = year.payback
                row += [
                    report.text(Measure.exact(year.gain * 100, "", "percent")),
                    _decimal(report, back / 12) if back else report.tr("never"),
                ]
            rows.append(row)
    return pd.DataFrame(rows, columns=columns)


def _told(rules: Mapping[str, Range]) -> bool:
    """Whether the rules say what one more year costs and returns."""
    try:
        one_more_year(rules, Fraction(1))
    except ParameterError:
        return False
    return True


def _percent(report: Report, value: Fraction) -> str:
    return report.text(Measure.exact(value * 100, "", "percent"))


def _decimal(report: Report, value: Fraction) -> str:
    return report.text(Measure.exact(Fraction(round(value * 10), 10), ""))


def payback_years(report: Report, rule: str) -> Measure:
    """Years of pension until one more year, both parts paid on the average wage, is back."""
    rules = rules_of(report)
    if not _told(rules):
        return UNKNOWN
    back = one_more_year(rules, Fraction(1), rule=rule, payer="both_parts").payback
    if back is None:
        return UNKNOWN
    tenth = Fraction(round(back / 12 * 10), 10)
    formula = f"cost / gain a month / 12, {rule.replace('_', ' ')}, without interest"
    return Measure.exact(tenth, formula, "year")


def break_even(report: Report) -> Measure:
    """The own base, percent of the average wage, above which paying alone costs less."""
    rules = rules_of(report)
    if not _told(rules):
        return UNKNOWN
    base = Fraction(round(break_even_base(rules) * 1000), 10)
    return Measure.exact(base, "self-employed rate / combined rate", "percent")
