"""Whatever true numbers are printed in whatever form, nothing is said to be wrong, and they stay in
the bounds. The worlds and what is printed of them know nothing of the engine.
"""

from fractions import Fraction as F
from math import floor
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pensionbook.data.load import load_package
from pensionbook.engine.reconcile import reconcile
from pensionbook.engine.system import Quantity
from typed import row, sums_to_zero, typed

YEARS = ("2001", "2002", "2003")
SEXES = ("men", "women")
SUMS = [
    *sums_to_zero("sex", ("1", "contributors"), ("-1", "contributors", "men"),
                  ("-1", "contributors", "women")),
    *sums_to_zero("sex_of_employees", ("1", "employees"), ("-1", "employees", "men"),
                  ("-1", "employees", "women")),
    *sums_to_zero("bal", ("1", "balance"), ("-1", "income"), ("1", "spending")),
    *sums_to_zero("stocks", ("1", "retirees"), ("-1", "retirees", "all", "*-1"),
                  ("-1", "new_retirees"), ("1", "deaths")),
]  # fmt: skip


def rounded(value: F, decimals: int) -> str:
    """Half away from zero, as sources round."""
    scaled = abs(value) * 10**decimals
    digits = str(floor(scaled + F(1, 2))).rjust(decimals + 1, "0")
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    sign = "-" if value < 0 and int(digits) else ""
    return f"{sign}{whole}.{part}" if decimals else f"{sign}{whole}"


@st.composite
def worlds(draw):
    """True amounts by (indicator, group, period), for three years."""
    amount = st.integers(1_000, 5_000_000)
    world = {}
    for year in YEARS:
        for indicator in ("contributors", "employees"):
            parts = [F(draw(amount)) for _ in SEXES]
            for sex, part in zip(SEXES, parts, strict=True):
                world[indicator, sex, year] = part
            world[indicator, "all", year] = sum(parts)
        wages = {sex: F(draw(amount), 7) for sex in SEXES}
        for sex in SEXES:
            world["mean_wage", sex, year] = wages[sex]
        world["mean_wage", "all", year] = (
            sum(wages[sex] * world["employees", sex, year] for sex in SEXES)
            / world["employees", "all", year]
        )
        income, spending = F(draw(amount), 3), F(draw(amount), 3)
        world |= {
            ("income", "all", year): income,
            ("spending", "all", year): spending,
            ("balance", "all", year): income - spending,
            ("new_retirees", "all", year): F(draw(amount)),
            ("deaths", "all", year): F(draw(st.integers(0, 900))),
        }
    stock = F(draw(amount))
    for year in YEARS:
        stock += world["new_retirees", "all", year] - world["deaths", "all", year]
        world["retirees", "all", year] = stock
    pieces = [F(draw(amount), 3) for _ in range(3)]
    for period, piece in zip(("2003-01/06", "2003-07/09", "2003-10/12"), pieces, strict=True):
        world["gdp", "all", period] = piece
    world["gdp", "all", "2003-01/09"] = pieces[0] + pieces[1]
    world["gdp", "all", "2003"] = sum(pieces)
    return world


def base_of(period: str) -> str:
    return str(int(period) - 1)


@st.composite
def printed(draw, world):
    """Rows that print some of a world, each in one form."""
    cells = draw(st.lists(st.sampled_from(sorted(world)), min_size=4, max_size=14, unique=True))
    rows = []
    for number, cell in enumerate(cells):
        indicator, group, period = cell
        value = world[cell]
        forms = ["level", "range", "at_most", "over", "rounded_to", "about"]
        if indicator == "balance":
            # Words before a fall speak of its size.
            forms = ["level", "range", "about"]
        before = (indicator, group, base_of(period)) if period in YEARS else None
        if before in world and indicator != "balance":
            forms += ["change", "growth", "multiple", "index"]
        if before in world and indicator != "balance" and period == "2003":
            forms += ["mean_growth", "growth_change"]
        if group != "all" and indicator != "mean_wage":
            forms += ["share", "contribution"] if before in world else ["share"]
        form = draw(st.sampled_from(forms))
        decimals = draw(st.integers(0, 3))
        unit = {"mean_wage": "yuan_per_person", "contributors": "10k_person",
                "employees": "10k_person"}.get(indicator)  # fmt: skip
        unit = unit or ("10k_person" if indicator in ("retirees", "new_retirees", "deaths") else "")
        unit = unit or "100m_yuan"
        scale = {"10k_person": 10_000, "100m_yuan": 10**8}.get(unit, 1)
        columns = {"indicator": indicator, "group": group, "period": period}
        rows.append(_row(f"f{number}", form, value / scale, unit, decimals, columns, world))
    return rows


def _row(name, form, value, unit, decimals, columns, world):
    indicator, group, period = columns["indicator"], columns["group"], columns["period"]
    numeral = rounded(value, decimals)
    if form == "level":
        return row(name, "level", numeral, unit, **columns)
    if form == "about":
        return row(name, "level", numeral, unit, qualifier="about", **columns)
    if form == "range":
        step = F(1, 10**decimals)
        ends = floor(value / step) * step, (floor(value / step) + 1) * step
        low, high = (rounded(end, decimals) for end in ends)
        return row(name, "level", f"{low}..{high}", unit, **columns)
    if form == "at_most":
        high = rounded(value + F(1, 10**decimals), decimals)
        return row(name, "level", high, unit, qualifier="at_most", **columns)
    if form == "over":
        low = rounded(max(value - F(1, 2 * 10**4), F(0)), 4)
        return row(name, "level", low, unit, qualifier="at_least", **columns)
    if form == "rounded_to":
        numeral = rounded(floor(value / 5 + F(1, 2)) * 5 * F(1), 0)
        return row(name, "level", numeral, unit, rounded_to="5", **columns)
    if form in ("share", "contribution"):
        whole = world[indicator, "all", period if form == "share" else base_of(period)]
        part = world[indicator, group, period]
        if form == "share":
            return row(name, "share", rounded(100 * part / whole, decimals), "percent",
                       of_group="all", **columns)  # fmt: skip
        gain = 100 * (part - world[indicator, group, base_of(period)]) / whole
        return row(name, "contribution", rounded(gain, decimals), "percentage_point",
                   of_group="all", base_period=base_of(period), **columns)  # fmt: skip
    now, then = world[indicator, group, period], world[indicator, group, base_of(period)]
    base = base_of(period)
    if form == "change":
        scale = {"10k_person": 10_000, "100m_yuan": 10**8}.get(unit, 1)
        return row(name, "change", rounded((now - then) / scale, decimals), unit,
                   base_period=base, **columns)  # fmt: skip
    if form == "multiple":
        return row(name, "multiple", rounded(now / then, decimals), "one", base_period=base,
                   **columns)  # fmt: skip
    if form == "growth_change":
        difference = now / then - then / world[indicator, group, "2001"]
        return row(name, form, rounded(100 * difference, decimals), "percentage_point",
                   base_period=base, **columns)  # fmt: skip
    if form == "mean_growth":
        ratio = now / world[indicator, group, "2001"]
        return row(name, form, _root_growth(ratio, decimals), "percent", base_period="2001",
                   **columns)  # fmt: skip
    number = 100 * (now / then - 1) if form == "growth" else 100 * now / then
    return row(name, form, rounded(number, decimals), "percent", base_period=base, **columns)


def _root_growth(ratio: F, decimals: int) -> str:
    """The yearly growth over two years, found without a root: the step that is nearest."""
    step, unit = 0, F(1, 100 * 10**decimals)
    low, high = 0, 10**9
    # The largest number of half steps whose square is not more than the ratio.
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if (middle * unit / 2) ** 2 <= ratio else (low, middle)
    step = (low + 1) // 2
    return rounded((step * unit - 1) * 100, decimals)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_true_numbers_are_never_called_wrong(data):
    world = data.draw(worlds())
    rows = data.draw(printed(world))
    with TemporaryDirectory() as folder:
        result = reconcile(load_package(typed(Path(folder), rows, SUMS), check=False))
    wrong = {n: v.verdict for n, v in result.verdicts.items()
             if v.verdict in ("disputed", "inconsistent", "truncated")}  # fmt: skip
    assert wrong == {}
    for (indicator, group, period), value in world.items():
        bound = result.bounds.get(Quantity(indicator, group, "county", period))
        if bound is not None:
            assert bound.low is None or bound.low <= value
            assert bound.high is None or value <= bound.high
