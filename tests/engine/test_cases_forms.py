"""What sources print, each form with a value that is right and one that is wrong."""

from fractions import Fraction as F

import pytest

from pensionbook.book.register import register_data
from pensionbook.engine.system import Quantity
from pensionbook.report.reasons import because
from typed import audited, problems, row, sums_to_zero, typed, verdicts

SEX = sums_to_zero("sex", ("1", "contributors"), ("-1", "contributors", "men"),
                   ("-1", "contributors", "women"))  # fmt: skip
SEX_OF_EMPLOYEES = sums_to_zero(
    "sex_of_employees",
    ("1", "employees"),
    ("-1", "employees", "men"),
    ("-1", "employees", "women"),
)
TOTAL = row("total", "level", "42637", "person")


def months(number: int, printed: str) -> list[dict]:
    return [
        row(f"m{n:02}", "level", printed, "100m_yuan", indicator="spending", period=f"2003-{n:02}")
        for n in range(1, number + 1)
    ]


def women(printed: str, qualifier: str = "exact") -> dict:
    unit = "one" if "/" in printed else "percent"
    return row("w", "share", printed, unit, group="women", of_group="all", qualifier=qualifier)


def real(figure_id: str, statistic: str, printed: str, period: str, base: str, **more) -> dict:
    unit = "percentage_point" if statistic == "growth_change" else "percent"
    columns = {"indicator": "gdp", "period": period, "base_period": base, "prices": "constant"}
    return row(figure_id, statistic, printed, unit, **columns | more)


def rate(figure_id: str, printed: str, unit: str = "percent", **more) -> dict:
    columns = {"indicator": "unemployment_rate", "statistic": "level"} | more
    return row(figure_id, columns.pop("statistic"), printed, unit, **columns)


def ratio(figure_id: str, printed: str, unit: str, indicator: str, of: str, **more) -> dict:
    return row(figure_id, "ratio", printed, unit, indicator=indicator, of_indicator=of, **more)


def money(figure_id: str, printed: str, indicator: str, period: str = "2003", **more) -> dict:
    return row(figure_id, "level", printed, "100m_yuan", indicator=indicator, period=period, **more)


BALANCE = sums_to_zero("bal", ("1", "balance"), ("-1", "income"), ("1", "spending"))
STOCKS = sums_to_zero("stocks", ("1", "retirees"), ("-1", "retirees", "all", "*-1"),
                      ("-1", "new_retirees"), ("1", "deaths"))  # fmt: skip
MEAN_POPULATION = sums_to_zero("mean", ("2", "mean_population"), ("-1", "population"),
                               ("-1", "population", "all", "*-1"))  # fmt: skip
WAGES = [
    row("n_m", "level", "3.00", "10k_person", indicator="employees", group="men"),
    row("n_w", "level", "2.00", "10k_person", indicator="employees", group="women"),
    row("w_m", "level", "12000", "yuan_per_person", indicator="mean_wage", group="men"),
    row("w_w", "level", "9000", "yuan_per_person", indicator="mean_wage", group="women"),
]


def persons(figure_id: str, printed: str, indicator: str = "retirees", **more) -> dict:
    return row(figure_id, "level", printed, "person", indicator=indicator, **more)


def wide(printed: str) -> dict:
    return row("pop", "level", printed, "10k_person", indicator="population")


def grown(statistic: str, printed: str, unit: str = "percent", base: str = "2000", **more) -> list:
    """Contributors of 100.0 in the base period and 121.0 in 2002, and how they grew."""
    return [
        row("a", "level", "100.0", "10k_person", period=base),
        row("b", "level", "121.0", "10k_person", period="2002"),
        row("g", statistic, printed, unit, period="2002", base_period=base, **more),
    ]


# name: rows that are right, rows with one that is wrong, identities
FORMS = {
    "range": ([women("10..15"), TOTAL, row("b", "level", "5000", "person", group="women")],
              [women("10..15"), TOTAL, row("b", "level", "9000", "person", group="women")], ()),
    "range_touches": (
        [women("10..15"), TOTAL, row("b", "level", "6550", "person", group="women")],
        [women("10..15"), TOTAL, row("b", "level", "6630", "person", group="women")], ()),
    "under_half": (
        [women("1/2", "less_than"), TOTAL, row("b", "level", "9000", "person", group="women")],
        [women("1/2", "less_than"), TOTAL, row("b", "level", "22000", "person", group="women")],
        ()),
    "less_than_excludes_its_number": (
        [women("50", "less_than"), row("t", "level", "100", "person"),
         row("b", "level", "49", "person", group="women")],
        [women("50", "less_than"), row("t", "level", "100", "person"),
         row("b", "level", "50", "person", group="women")], ()),
    "at_most_includes_its_number": (
        [women("50", "at_most"), row("t", "level", "100", "person"),
         row("b", "level", "50", "person", group="women")],
        [women("50", "at_most"), row("t", "level", "100", "person"),
         row("b", "level", "51", "person", group="women")], ()),
    "over_half_up_to_the_whole": (
        [women("1/2", "over"), TOTAL, row("b", "level", "40000", "person", group="women")],
        [women("1/2", "over"), TOTAL, row("b", "level", "21000", "person", group="women")], ()),
    "more_than_half": (
        [women("50", "more_than"), TOTAL, row("b", "level", "40000", "person", group="women")],
        [women("50", "more_than"), TOTAL, row("b", "level", "21000", "person", group="women")],
        ()),
    "one_sixth": (
        [women("1/6"), row("t", "level", "295.4", "10k_person"),
         row("b", "level", "54.02", "10k_person", group="women")],
        [women("1/6"), row("t", "level", "295.4", "10k_person"),
         row("b", "level", "54.22", "10k_person", group="women")], ()),
    "about_is_not_stricter": (
        [row("a", "level", "106", "10k_person", qualifier="about"),
         row("b", "level", "106.8", "10k_person")],
        [row("a", "level", "106", "10k_person", qualifier="about"),
         row("b", "level", "107.2", "10k_person")], ()),
    "rounded_to_hundreds": (
        [row("m", "level", "400", "person", group="men", rounded_to="100"),
         row("w", "level", "300", "person", group="women", rounded_to="100"),
         row("t", "level", "800", "person", rounded_to="100")],
        [row("m", "level", "6000", "person", group="men", rounded_to="100"),
         row("w", "level", "3300", "person", group="women", rounded_to="100"),
         row("t", "level", "9700", "person", rounded_to="100")], SEX),
    "rounded_up": (
        [row("a", "level", "1.2", "10k_person", qualifier="rounded_up"),
         row("b", "level", "11120", "person")],
        [row("a", "level", "1.2", "10k_person", qualifier="rounded_up"),
         row("b", "level", "12120", "person")], ()),
    "less_than_half_a_unit": (
        [row("a", "level", "...", "10k_person"), row("b", "level", "4900", "person")],
        [row("a", "level", "...", "10k_person"), row("b", "level", "5000", "person")], ()),
    "less_than_half_of_a_hundredth": (
        [row("a", "level", "...", "10k_person", rounded_to="0.01"),
         row("b", "level", "49", "person")],
        [row("a", "level", "...", "10k_person", rounded_to="0.01"),
         row("b", "level", "51", "person")], ()),
    "multiple": (grown("multiple", "1.2", "one"), grown("multiple", "1.3", "one"), ()),
    "index_of_the_previous_year": (grown("index", "121.0", base="2001"),
                                   grown("index", "127.7", base="2001"), ()),
    "indices_chain": (
        [row("i1", "index", "107.7", "percent", period="2002", base_period="2001"),
         row("i2", "index", "110.0", "percent", base_period="2002"),
         row("i3", "index", "118.5", "percent", base_period="2001")],
        [row("i1", "index", "107.7", "percent", period="2002", base_period="2001"),
         row("i2", "index", "110.0", "percent", base_period="2002"),
         row("i3", "index", "117.7", "percent", base_period="2001")], ()),
    "mean_annual_growth": (grown("mean_growth", "10.0"), grown("mean_growth", "10.5"), ()),
    "growth_at_constant_prices": (
        [money("then", "2051.16", "gdp", "2002"), money("now", "2386.94", "gdp"),
         real("g", "growth", "14.5", "2003", "2002"), real("i", "index", "114.5", "2003", "2002")],
        [money("then", "2051.16", "gdp", "2002"), money("now", "2386.94", "gdp"),
         real("g", "growth", "14.5", "2003", "2002"), real("i", "index", "114.9", "2003", "2002")],
        ()),
    "real_growths_chain": (
        [real("g1", "growth", "12.5", "2002", "2001"), real("g2", "growth", "14.5", "2003", "2002"),
         real("m", "mean_growth", "13.5", "2003", "2001")],
        [real("g1", "growth", "12.5", "2002", "2001"), real("g2", "growth", "14.5", "2003", "2002"),
         real("m", "mean_growth", "14.0", "2003", "2001")], ()),
    "points_of_growth": (
        [real("g3", "growth", "14.5", "2003", "2002"), real("g2", "growth", "12.5", "2002", "2001"),
         real("dg", "growth_change", "2.0", "2003", "2002")],
        [real("g3", "growth", "14.5", "2003", "2002"), real("g2", "growth", "12.5", "2002", "2001"),
         real("dg", "growth_change", "3.0", "2003", "2002")], ()),
    "points_of_a_rate": (
        [rate("u3", "3.8"), rate("u2", "3.9", period="2002"),
         rate("du", "-0.1", "percentage_point", base_period="2002", statistic="change")],
        [rate("u3", "3.8"), rate("u2", "3.9", period="2002"),
         rate("du", "-0.5", "percentage_point", base_period="2002", statistic="change")], ()),
    "structure": (
        [row("s", "structure", "21.5:36.1:42.4", "percent", indicator="gdp", of_group="all",
             group="primary:secondary:tertiary"), money("p", "215", "gdp", group="primary"),
         money("t", "1000", "gdp")],
        [row("s", "structure", "21.5:36.1:42.4", "percent", indicator="gdp", of_group="all",
             group="primary:secondary:tertiary"), money("p", "225", "gdp", group="primary"),
         money("t", "1000", "gdp")], ()),
    "structure_adds_up": (
        [row("s", "structure", "21.5:36.1:42.3", "percent", indicator="gdp", of_group="all",
             group="primary:secondary:tertiary")],
        [row("s", "structure", "21.5:36.1:43.4", "percent", indicator="gdp", of_group="all",
             group="primary:secondary:tertiary")], ()),
    "contribution_to_growth": (
        [money("p2", "20.0", "gdp", "2002", group="primary"), money("t2", "100.0", "gdp", "2002"),
         money("p3", "24.0", "gdp", group="primary"),
         row("c", "contribution", "4.0", "percentage_point", indicator="gdp", group="primary",
             base_period="2002", of_group="all")],
        [money("p2", "20.0", "gdp", "2002", group="primary"), money("t2", "100.0", "gdp", "2002"),
         money("p3", "24.0", "gdp", group="primary"),
         row("c", "contribution", "20.0", "percentage_point", indicator="gdp", group="primary",
             base_period="2002", of_group="all")], ()),
    "months_add_up": ([*months(12, "4.0"), money("year", "48.2", "spending")],
                      [*months(12, "4.0"), money("year", "60.0", "spending")], ()),
    "quarters_add_up": (
        [money("q1", "11.0", "spending", "2003-01/03"), money("h1", "23.0", "spending",
         "2003-01/06"), money("q2", "12.0", "spending", "2003-04/06")],
        [money("q1", "11.0", "spending", "2003-01/03"), money("h1", "23.0", "spending",
         "2003-01/06"), money("q2", "13.0", "spending", "2003-04/06")], ()),
    "nine_months_lie_within_the_year": (
        [money("ytd", "30.0", "spending", "2003-01/09"), money("year", "40.0", "spending")],
        [money("ytd", "45.0", "spending", "2003-01/09"), money("year", "40.0", "spending")], ()),
    "a_month_lies_within_the_year": (
        [money("sep", "30.0", "spending", "2003-09"), money("year", "40.0", "spending")],
        [money("sep", "45.0", "spending", "2003-09"), money("year", "40.0", "spending")], ()),
    "mean_population": (
        [persons("p2", "1000", "population", period="2002"), persons("p3", "1100", "population"),
         persons("mean", "1050", "mean_population")],
        [persons("p2", "1000", "population", period="2002"), persons("p3", "1100", "population"),
         persons("mean", "1100", "mean_population")], MEAN_POPULATION),
    "permille": (
        [ratio("b", "7.14", "permille", "births", "mean_population"),
         ratio("d", "6.04", "permille", "deaths", "mean_population"),
         ratio("n", "1.10", "permille", "natural_increase", "mean_population")],
        [ratio("b", "7.14", "permille", "births", "mean_population"),
         ratio("d", "6.04", "permille", "deaths", "mean_population"),
         ratio("n", "1.30", "permille", "natural_increase", "mean_population")],
        sums_to_zero("nat", ("1", "natural_increase"), ("-1", "births"), ("1", "deaths"))),
    "natural_decrease": (
        [ratio("b", "4.30", "permille", "births", "population"),
         ratio("d", "7.50", "permille", "deaths", "population"),
         ratio("n", "-3.20", "permille", "natural_increase", "population")],
        [ratio("b", "4.30", "permille", "births", "population"),
         ratio("d", "7.50", "permille", "deaths", "population"),
         ratio("n", "3.20", "permille", "natural_increase", "population")],
        sums_to_zero("nat", ("1", "natural_increase"), ("-1", "births"), ("1", "deaths"))),
    "balance_below_zero": (
        [money("in", "120.5", "income"), money("out", "131.2", "spending"),
         money("left", "-10.7", "balance")],
        [money("in", "120.5", "income"), money("out", "131.2", "spending"),
         money("left", "10.7", "balance")], BALANCE),
    "mean_wage_with_its_weights": (
        [*WAGES, row("w", "level", "10800", "yuan_per_person", indicator="mean_wage")],
        [*WAGES, row("w", "level", "10500", "yuan_per_person", indicator="mean_wage")],
        SEX_OF_EMPLOYEES),
    "rate_between_those_of_its_parts": (
        [rate("a", "3.5"), rate("m", "3.0", group="men"), rate("w", "4.0", group="women")],
        [rate("a", "9.0"), rate("m", "3.0", group="men"), rate("w", "4.0", group="women")], ()),
    "rate_just_outside_its_parts": (
        [rate("a", "4.0"), rate("m", "3.0", group="men"), rate("w", "4.0", group="women")],
        [rate("a", "4.2"), rate("m", "3.0", group="men"), rate("w", "4.0", group="women")], ()),
    "product_over_twelve_months": (
        [ratio("rate", "28", "percent", "payroll", "base_total"),
         ratio("base", "850", "yuan_per_person_month", "base_total", "contributors"),
         row("n", "level", "4.00", "10k_person"), money("rev", "1.14", "payroll")],
        [ratio("rate", "28", "percent", "payroll", "base_total"),
         ratio("base", "850", "yuan_per_person_month", "base_total", "contributors"),
         row("n", "level", "4.00", "10k_person"), money("rev", "0.98", "payroll")], ()),
    "two_currencies": (
        [ratio("cny", "25874", "yuan_per_person", "gdp", "population"),
         ratio("usd", "3126", "usd_per_person", "gdp_in_dollars", "population"),
         ratio("rate", "8.2770", "yuan_per_usd", "gdp", "gdp_in_dollars")],
        [ratio("cny", "25874", "yuan_per_person", "gdp", "population"),
         ratio("usd", "3216", "usd_per_person", "gdp_in_dollars", "population"),
         ratio("rate", "8.2770", "yuan_per_usd", "gdp", "gdp_in_dollars")], ()),
    "estimate_with_its_interval": ([rate("a", "5.2 (4.6..5.8)"), rate("b", "5.6")],
                                   [rate("a", "5.2 (4.6..5.8)"), rate("b", "6.0")], ()),
    "two_sources": (
        [row("a", "level", "28391", "10k_person", source="Yearbook"),
         row("b", "level", "28391.2", "10k_person", source="Communique")],
        [row("a", "level", "28391", "10k_person", source="Yearbook"),
         row("b", "level", "28390.2", "10k_person", source="Communique")], ()),
    "stock_from_each_year_to_the_next": (
        [persons("r1", "1000", period="2001"), persons("r3", "1150"),
         *(persons(f"in{n}", "100", "new_retirees", period=f"200{n}") for n in (2, 3)),
         persons("out2", "20", "deaths", period="2002"), persons("out3", "30", "deaths")],
        [persons("r1", "1000", period="2001"), persons("r3", "1180"),
         *(persons(f"in{n}", "100", "new_retirees", period=f"200{n}") for n in (2, 3)),
         persons("out2", "20", "deaths", period="2002"), persons("out3", "30", "deaths")], STOCKS),
    "part_not_larger_than_its_whole": (
        [row("t", "level", "5.00", "10k_person"),
         row("w", "level", "5.00", "10k_person", group="women")],
        [row("t", "level", "5.00", "10k_person"),
         row("w", "level", "6.00", "10k_person", group="women")], ()),
    "part_of_a_part": (
        [row("t", "level", "5.00", "10k_person"),
         row("w", "level", "4.00", "10k_person", group="young_women", area="town")],
        [row("t", "level", "5.00", "10k_person"),
         row("w", "level", "6.00", "10k_person", group="young_women", area="town")], ()),
    "share_of_ones_own_parent": ([women("100.0")], [women("120")], ()),
    "stock_in_december": (
        [row("dec", "level", "42637", "person", period="2003-12"), TOTAL],
        [row("dec", "level", "42637", "person", period="2003-12"),
         row("year", "level", "45000", "person")], ()),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_the_right_value_contradicts_nothing(name, tmp_path):
    right, _, identities = FORMS[name]
    found = verdicts(tmp_path, right, identities)
    assert set(found.values()) <= {"consistent", "untested"}


@pytest.mark.parametrize("name", FORMS)
def test_the_wrong_value_is_found(name, tmp_path):
    _, wrong, identities = FORMS[name]
    found = verdicts(tmp_path, wrong, identities)
    assert {"disputed", "inconsistent", "truncated"} & set(found.values())


def test_a_rank_says_nothing_about_the_amount(tmp_path):
    result = audited(tmp_path, [row("rank", "rank", "3", "rank"), TOTAL])
    assert result.verdicts["rank"].verdict == "untested"
    bound = result.bounds[Quantity("contributors", "all", "county", "2003")]
    assert (bound.low, bound.high) == (42637, 42637)
    assert "number 3" in because(result.verdicts["rank"], result.package)
    assert "says nothing about the amount" in because(result.verdicts["rank"], result.package)


def test_a_rank_alone_bounds_nothing(tmp_path):
    result = audited(tmp_path, [row("rank", "rank", "3", "rank")])
    bound = result.bound({Quantity("contributors", "all", "county", "2003"): 1})
    assert (bound.low, bound.high) == (None, None)


@pytest.mark.parametrize("word", ["not_available", "confidential"])
def test_a_cell_without_a_number_is_listed_and_constrains_nothing(word, tmp_path):
    rows = [TOTAL, row("m", "level", "20000", "person", group="men"),
            row("w", "level", word, "person", group="women")]  # fmt: skip
    result = audited(tmp_path, rows, SEX)
    hidden = result.verdicts["w"]
    assert hidden.verdict == "untested"
    assert (hidden.implied.low, hidden.implied.high) == (22637, 22637)
    assert word.replace("_", " ") in because(hidden, result.package)


def test_a_balance_that_is_not_printed_may_be_below_zero(tmp_path):
    rows = [money("in", "120.5", "income"), money("out", "131.2", "spending")]
    result = audited(tmp_path, rows, BALANCE)
    bound = result.bounds[Quantity("balance", "all", "county", "2003")]
    assert (bound.low, bound.high) == (F(-1080000000), F(-1060000000))
    asked = result.bound({Quantity("balance", "all", "county", "2003"): 2})
    assert (asked.low, asked.high) == (F(-2160000000), F(-2120000000))


def test_what_may_be_negative_is_no_base(tmp_path):
    rows = [
        money("then", "-10.0", "balance", "2002"),
        money("now", "-12.0", "balance"),
        row("g", "growth", "-50", "percent", indicator="balance", base_period="2002"),
    ]
    assert verdicts(tmp_path, rows)["g"] == "untested"


def test_december_to_year_and_the_last_quarter_are_bounded(tmp_path):
    rows = [money("ytd", "30.0", "spending", "2003-01/09"), money("year", "40.0", "spending")]
    result = audited(tmp_path, rows)
    bound = result.bounds[Quantity("spending", "all", "county", "2003-10/12")]
    assert (bound.low, bound.high) == (F(990000000), F(1010000000))


def test_mean_growth_is_told_as_a_yearly_rate(tmp_path):
    result = audited(tmp_path, grown("mean_growth", "10.0"))
    implied = result.verdicts["g"].implied
    assert F("9.9") < implied.low < 10 < implied.high < F("10.1")
    assert (1 + implied.low / 100) ** 2 <= F("120.95") / F("100.05")
    assert (1 + implied.high / 100) ** 2 >= F("121.05") / F("99.95")


def test_the_rate_of_a_whole_is_bounded_by_those_of_its_parts(tmp_path):
    rows = [rate("m", "3.0", group="men"), rate("w", "4.0", group="women"),
            rate("a", "0.1", qualifier="at_least")]  # fmt: skip
    result = audited(tmp_path, rows)
    bound = result.bounds[Quantity("unemployment_rate", "all", "county", "2003")]
    assert (bound.low, bound.high) == (F("0.0295"), F("0.0405"))
    assert "at least as wide as" in because(result.verdicts["a"], result.package)


def test_a_mean_between_its_parts_but_not_with_their_weights_is_wrong(tmp_path):
    """10,500 is the simple mean of the two wages, 10,800 the right one."""
    rows = [*WAGES, row("w", "level", "10500", "yuan_per_person", indicator="mean_wage")]
    result = audited(tmp_path, rows, SEX_OF_EMPLOYEES)
    implied = result.verdicts["w"].implied
    assert 10776 - 10 < implied.low < 10800 < implied.high < 10824 + 10


def test_births_are_bounded_by_their_rate(tmp_path):
    rows = [ratio("b", "7.14", "permille", "births", "mean_population"),
            row("p2", "level", "1007.18", "10k_person", indicator="population", period="2002"),
            row("p3", "level", "1011.30", "10k_person", indicator="population")]  # fmt: skip
    result = audited(tmp_path, rows, MEAN_POPULATION)
    bound = result.bounds[Quantity("births", "all", "county", "2003")]
    assert 72_000 < bound.low < bound.high < 72_120


def test_the_source_out_of_line_is_named(tmp_path):
    rows = [
        row(name, "level", printed, "10k_person", source=f"the {name} yearbook")
        for name, printed in (("first", "28391"), ("second", "28391.2"), ("third", "28393"))
    ]
    result = audited(tmp_path, rows)
    assert result.verdicts["third"].verdict == "inconsistent"
    assert "in the third yearbook" in because(result.verdicts["third"], result.package)


def test_rounding_up_is_offered_as_an_explanation(tmp_path):
    rows = [row("a", "level", "1.2", "10k_person"), row("b", "level", "11120", "person")]
    result = audited(tmp_path, rows)
    assert "agrees if it was rounded up" in because(result.verdicts["a"], result.package)
    assert "rounded up" not in because(result.verdicts["b"], result.package)


def test_a_change_of_a_rate_is_told_in_points(tmp_path):
    rows = [rate("u3", "3.8"), rate("u2", "3.9", period="2002"),
            rate("du", "-0.5", statistic="change", base_period="2002")]  # fmt: skip
    result = audited(tmp_path, rows)
    reason = because(result.verdicts["du"], result.package)
    assert "printed -0.5 percentage points" in reason
    assert " %" not in reason


def test_real_growth_is_never_held_against_current_prices(tmp_path):
    rows = [money("then", "100.0", "gdp", "2002"), money("now", "150.0", "gdp"),
            real("g", "growth", "5.0", "2003", "2002")]  # fmt: skip
    assert verdicts(tmp_path, rows) == dict.fromkeys(("then", "now", "g"), "untested")


REFUSED = {
    "growth_from_nothing": (
        [row("a", "level", "0", "person", period="2002"),
         row("g", "growth", "50.0", "percent", base_period="2002")],
        "row 3, column base_period: a growth from nothing: row 2 says that it is 0"),
    "share_of_nothing": ([row("a", "level", "0", "person"), women("60")],
                         "row 3, column of_group: a share of nothing: row 2 says that it is 0"),
    "span_of_a_stock": ([row("a", "level", "1", "person", period="2003-01/09")],
                        "write 2003-09, as a stock is counted at the end of a period"),
    "span_written_another_way": ([money("a", "1", "gdp", "2003-01/12")], "write 2003, as such"),
    "fiscal_year": ([money("a", "1", "gdp", "2003/04")], "it may be a fiscal year; write its"),
    "footnote_mark": ([row("a", "level", "1234¹", "person")],
                      "with a footnote mark; write 1234; the footnote mark ¹ is no digit"),
    "circled_digit": ([row("a", "level", "1234①", "person")], "write 1234; the footnote mark ①"),
    "permille_sign": ([ratio("b", "7.14‰", "permille", "births", "population")],
                      "write 7.14 and put permille into the column unit"),
    "not_understood": ([row("a", "level", "5℃", "person")], "which is not understood"),
    "range_the_wrong_way_round": ([women("15..10")], "write the lower end first: 10..15"),
    "hedged_range": ([women("10..15", "over")], "column qualifier: found 'over'; write exact"),
    "structure_without_parts": (
        [row("s", "structure", "21.5:78.5", "percent", of_group="all")],
        "no column names the parts; write the ids of the parts"),
    "structure_with_too_few_numbers": (
        [row("s", "structure", "21.5:78.5", "percent", group="primary:secondary:tertiary",
             of_group="all")], "write a numeral for each of the 3 parts"),
    "negative_level": ([money("a", "-1", "income")],
                       "write yes into the column may_be_negative of indicators.csv"),
    "mean_growth_of_months": (
        [row("g", "mean_growth", "1", "percent", period="2003-09", base_period="2000")],
        "write a period that is whole years before the other"),
    "prices_of_a_level": ([money("a", "1", "gdp") | {"prices": "constant"}],
                          "column prices: found 'constant'; leave it empty"),
    "points_of_growth_in_percent": (
        [real("g", "growth_change", "1", "2003", "2002") | {"unit": "percent"}],
        "write percentage_point, as two rates of growth differ by points"),
    "rounded_to_nothing": ([TOTAL | {"rounded_to": "0"}], "write what it was rounded to"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_means_nothing_is_refused_in_its_row(name, tmp_path):
    rows, message = REFUSED[name]
    (found,) = problems(tmp_path, rows)
    assert message in str(found)


def test_what_a_later_publication_changes_takes_its_growth_along(tmp_path):
    rows = [
        row("l02", "level", "150.0", "10k_person", period="2002", vintage="final"),
        row("l03", "level", "160.0", "10k_person", vintage="preliminary"),
        row("g03", "growth", "6.7", "percent", base_period="2002", vintage="preliminary"),
        row("l03_final", "level", "163.0", "10k_person", vintage="final"),
    ]
    result = audited(tmp_path, rows)
    assert [f.figure_id for f in result.package.superseded] == ["l03", "g03"]
    assert set(result.verdicts) == {"l02", "l03_final"}


def test_the_latest_of_two_revisions_is_in_force(tmp_path):
    days = {"a": ("900309", "2019-02-28"), "b": ("919281", "2019-11-22"), "c": ("915244", "2024")}
    rows = [money(name, printed, "gdp", published=day) for name, (printed, day) in days.items()]
    result = audited(tmp_path, rows)
    assert [f.figure_id for f in result.package.superseded] == ["a", "b"]
    assert result.verdicts["c"].verdict == "untested"


def test_typed_packages_are_like_any_other(tmp_path):
    assert (typed(tmp_path, [TOTAL]) / "figures.csv").is_file()


@pytest.mark.parametrize(
    ("name", "figure_id", "english", "chinese"),
    [
        ("range", "w", "10 to 15 percent", "10 至 15 单位"),
        ("under_half", "w", "less than 1/2", "不足 1/2"),
        ("at_most_includes_its_number", "w", "at most 50 percent", "至多 50 单位"),
        ("more_than_half", "w", "more than 50 percent", "多于 50 单位"),
        ("rounded_to_hundreds", "t", "800 person, rounded to 100", "800 单位（以 100 为单位取整）"),
        ("rounded_up", "a", "1.2 × 10k_person (rounded up)", "1.2 单位（进位取整）"),
        ("less_than_half_a_unit", "a", "less than 0.5 × 10k_person", "不足 0.5 单位"),
        ("multiple", "g", "1.2 times", "1.2 倍"),
        ("index_of_the_previous_year", "g", "121.0", "121.0"),
        ("estimate_with_its_interval", "a", "5.2 percent (4.6 to 5.8)", "5.2 单位（4.6 至 5.8）"),
        ("points_of_a_rate", "du", "−0.1 percentage_point", "−0.1 单位"),
    ],
)
def test_the_register_says_what_is_printed_in_both_languages(
    name, figure_id, english, chinese, tmp_path
):
    right, _, identities = FORMS[name]
    result = audited(tmp_path, right, identities)
    for language, words in (("en", english), ("zh_CN", chinese)):
        records = {r["id"]: r for r in register_data(result, language)["figures"]}
        assert records[figure_id]["as_printed"] == words


@pytest.mark.parametrize(
    ("name", "figure_id", "english", "chinese"),
    [
        ("mean_annual_growth", "g", "mean annual growth", "年均增长"),
        ("index_of_the_previous_year", "g", "index, earlier amount = 100", "指数（基期 = 100）"),
        ("multiple", "g", "multiple of the earlier amount", "为基期的倍数"),
        ("points_of_growth", "dg", "change of growth at constant prices", "增速变动（按可比价格）"),
        (
            "contribution_to_growth",
            "c",
            "contribution to growth, in gdp all",
            "对增长的拉动，总体为",
        ),
    ],
)
def test_the_register_says_what_is_measured_in_both_languages(
    name, figure_id, english, chinese, tmp_path
):
    right, _, identities = FORMS[name]
    result = audited(tmp_path, right, identities)
    for language, words in (("en", english), ("zh_CN", chinese)):
        records = {r["id"]: r for r in register_data(result, language)["figures"]}
        assert words in records[figure_id]["measure"]
