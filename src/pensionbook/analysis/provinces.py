"""Section 5, part one: the place among the provinces, from later official figures.

Growth of insured staff is regressed on the system dependency ratio at the start. The provinces
are nearly all there are, not a sample from a larger number; the standard errors say how much the
line depends on single provinces, and nothing about other countries or years.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, isfinite

import numpy as np
import pandas as pd

from pensionbook.analysis.trends import compounded
from pensionbook.data.periods import years_between
from pensionbook.engine.results import Bound
from pensionbook.language.messages import mark
from pensionbook.language.numbers import commas, semicolons
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import Report

CONFIDENCE = 0.95
FEWEST = 8
INSURED, RETIREES = "insured_staff", "retirees"


@dataclass(frozen=True, slots=True)
class Fit:
    """Growth (percent a year) on the dependency ratio (percent), by ordinary least squares.

    ``slope`` and ``intercept`` come with standard errors robust to unequal variances (HC3,
    MacKinnon and White 1985) and intervals by Student's t. ``pull`` is the externally studentised
    residual of the place, ``reach`` the 95 % prediction interval for it from a fit without it.
    """

    slope: float
    slope_error: float
    slope_interval: tuple[float, float]
    intercept: float
    places: int
    degrees_of_freedom: int
    r_squared: float
    equal_variance_p: float
    normal_p: float
    largest_cook: float
    most_influential: str
    pull: float
    reach: tuple[float, float]


def official(report: Report) -> Report | None:
    """The official figures on the same area: the package's own, or those it is held against."""
    if report.counted == INSURED:
        return report
    for name in report.package.evidence:
        return report.beside(name, counted=INSURED, baseline="2004", as_of="2010")
    return None


def whole_of(report: Report) -> str:
    """The area of which the provinces are parts: this one's parent, or this one itself."""
    return report.package.areas[report.area].parent or report.area


def provinces_table(report: Report | None) -> pd.DataFrame:
    """Each province between the baseline and the reporting date.

    Columns ``id, label``; ``x_low, x_high`` (retirees to a hundred insured staff at the
    baseline), ``low, high`` (growth of insured staff, percent a year), ``end`` and ``growth,
    start_ratio, end_ratio`` as texts, by growth. Provinces without both dates are left out.
    """
    columns = [
        "id", "label", "x_low", "x_high", "low", "high", "value", "start_ratio", "end_ratio",
    ]  # fmt: skip
    if report is None:
        return pd.DataFrame(columns=columns)
    whole = whole_of(report)
    years = years_between(report.baseline, report.as_of)
    rows = []
    for area, row in report.package.areas.items():
        if row.parent != whole:
            continue
        growth = report.growth(INSURED, area=area)
        ratios = [dependency(report, area, p) for p in (report.baseline, report.as_of)]
        if not (growth.known and ratios[0].known):
            continue
        yearly = compounded(growth, years)
        rows.append(
            {
                "id": area,
                "label": report.label("areas", area),
                "x_low": ratios[0].low,
                "x_high": ratios[0].high,
                "low": yearly.low,
                "high": yearly.high,
                "value": f"{_rounded(yearly)}%",
                "start_ratio": _rounded(ratios[0]),
                "end_ratio": _rounded(ratios[1]) if ratios[1].known else "",
            }
        )
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("high", ascending=False, kind="stable", ignore_index=True)


def dependency(report: Report, area: str, period: str) -> Measure:
    """Retirees to a hundred insured staff."""
    part = report.quantity(RETIREES, period=period, area=area)
    ratio = report.ratio(part, part._replace(indicator=INSURED))
    return ratio.times(100, "one", f"100 * {ratio.formula}")


def fit(table: pd.DataFrame, area: str) -> Fit | None:
    """The line through the provinces' middles; ``None`` with fewer than eight of them."""
    if len(table) < FEWEST:
        return None
    import statsmodels.api as sm
    from scipy import stats
    from statsmodels.stats.diagnostic import het_breuschpagan

    x = ((table["x_low"] + table["x_high"]) / 2).to_numpy()
    y = ((table["low"] + table["high"]) / 2).to_numpy()
    design = sm.add_constant(x)
    plain = sm.OLS(y, design).fit()
    robust = plain.get_robustcov_results("HC3", use_t=True)
    influence = plain.get_influence()
    cook = influence.cooks_distance[0]
    here = np.flatnonzero(table["id"] == area)
    pull, reach = float("nan"), (float("nan"), float("nan"))
    if len(here):
        place = int(here[0])
        pull = float(influence.resid_studentized_external[place])
        others = np.delete(np.arange(len(y)), place)
        without = sm.OLS(y[others], design[others]).fit()
        told = without.get_prediction(design[[place]]).conf_int(obs=True, alpha=1 - CONFIDENCE)
        reach = (float(told[0, 0]), float(told[0, 1]))
    low, high = robust.conf_int(alpha=1 - CONFIDENCE)[1]
    return Fit(
        slope=float(robust.params[1]),
        slope_error=float(robust.bse[1]),
        slope_interval=(float(low), float(high)),
        intercept=float(robust.params[0]),
        places=len(y),
        degrees_of_freedom=int(plain.df_resid),
        r_squared=float(plain.rsquared),
        equal_variance_p=float(het_breuschpagan(plain.resid, design)[1]),
        normal_p=float(stats.shapiro(plain.resid).pvalue),
        largest_cook=float(cook.max()),
        most_influential=str(table["label"].iloc[int(cook.argmax())]),
        pull=pull,
        reach=reach,
    )


def line(table: pd.DataFrame, found: Fit | None) -> pd.DataFrame:
    """The fitted line with its 95 % band for the mean: ``x, y, low, high``."""
    if found is None:
        return pd.DataFrame(columns=["x", "y", "low", "high"])
    import statsmodels.api as sm

    x = ((table["x_low"] + table["x_high"]) / 2).to_numpy()
    y = ((table["low"] + table["high"]) / 2).to_numpy()
    grid = np.linspace(x.min(), x.max(), 40)
    robust = sm.OLS(y, sm.add_constant(x)).fit().get_robustcov_results("HC3", use_t=True)
    told = robust.get_prediction(sm.add_constant(grid))
    band = told.conf_int(alpha=1 - CONFIDENCE)
    return pd.DataFrame(
        {"x": grid, "y": told.predicted_mean, "low": band[:, 0], "high": band[:, 1]}
    )


def fit_table(report: Report, found: Fit | None) -> pd.DataFrame:
    """The fit as rows of ``label, value``; empty without one."""
    if found is None:
        return pd.DataFrame(columns=["label", "value"])
    tr = report.tr
    low, high = found.slope_interval
    rows = [
        (tr("Provinces"), str(found.places)),
        (tr("Degrees of freedom"), str(found.degrees_of_freedom)),
        (tr("Slope (points of growth a year for one retiree more to a hundred insured)"),
         _number(found.slope, 3)),
        (tr("Standard error, robust to unequal variances (HC3)"), _number(found.slope_error, 3)),
        (tr("95% interval by Student's t"),
         tr("{low} to {high}", low=_number(low, 3), high=_number(high, 3))),
        (tr("Share of the variance on the line (R²)"), _number(found.r_squared, 2)),
        (tr("Equal variances (Breusch and Pagan), p"), _number(found.equal_variance_p, 2)),
        (tr("Normal residuals (Shapiro and Wilk), p"), _number(found.normal_p, 2)),
        (tr("Largest influence on the line (Cook's distance)"),
         commas([_number(found.largest_cook, 2), found.most_influential], report.language)),
    ]  # fmt: skip
    if isfinite(found.pull):
        rows += [
            (tr("Studentised residual of {area}", area=report.label("areas", report.area)),
             _number(found.pull, 2)),
            (tr("What the other provinces lead one to expect of it (% a year, 95%)"),
             tr("{low} to {high}", low=_number(found.reach[0], 1),
                high=_number(found.reach[1], 1))),
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=["label", "value"])


def slope(found: Fit | None) -> Measure:
    """The 95 % interval of the slope, in percentage points, rounded outward to two decimals."""
    if found is None:
        return UNKNOWN
    low, high = found.slope_interval
    bound = Bound(Fraction(floor(low * 100), 100), Fraction(ceil(high * 100), 100))
    formula = mark("least squares over the provinces, HC3 standard errors, 95% interval")
    return Measure(bound, "percentage_point", formula)


def slope_finding(report: Report, found: Fit | None) -> str:
    """What the slope says, as far as its interval is sure of it."""
    if found is None:
        return ""
    low, high = found.slope_interval
    if low > 0:
        return report.tr("Provinces with more retirees to support grew faster.")
    if high < 0:
        return report.tr("Provinces with more retirees to support grew more slowly.")
    return report.tr("The provinces show no sure relation between the two.")


def rank(table: pd.DataFrame, area: str, *, from_below: bool = False) -> Measure:
    """The place's position by growth, the fastest first; unknown where it is not in the table.

    Bounded where intervals of growth overlap.
    """
    here = table[table["id"] == area]
    if here.empty:
        return UNKNOWN
    own = here.iloc[0]
    others = table[table["id"] != area]
    if from_below:
        surely = int((others["high"] < own["low"]).sum())
        perhaps = int((others["low"] <= own["high"]).sum())
    else:
        surely = int((others["low"] > own["high"]).sum())
        perhaps = int((others["high"] >= own["low"]).sum())
    bound = Bound(Fraction(surely + 1), Fraction(perhaps + 1))
    fastest = mark("position by growth among the provinces, the fastest first")
    slowest = mark("position by growth among the provinces, the slowest first")
    return Measure(bound, "one", slowest if from_below else fastest)


def alt(report: Report, table: pd.DataFrame) -> str:
    """The chart in words: each province with its ratio and its growth."""
    return semicolons(
        (f"{row.label} {row.start_ratio} / {row.value}" for row in table.itertuples()),
        report.language,
    )


def _rounded(measure: Measure) -> str:
    """One decimal, which the bounds carry: they are closer than half of it."""
    return _number((measure.low + measure.high) / 2, 1)


def _number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", "\u2212")
