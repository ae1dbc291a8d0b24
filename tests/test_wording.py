"""Numbers and dates as readers see them."""

import doctest
from datetime import date
from fractions import Fraction as F

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import pensionbook.explain
import pensionbook.gate
import pensionbook.wording
from pensionbook.figures import Interval
from pensionbook.periods import end_date, end_in_years, is_period, years_between
from pensionbook.wording import end_text, period_text, value_text


@pytest.mark.parametrize(
    ("low", "high", "unit", "en", "zh"),
    [
        (-294994, -294994, "person", "−294,994", "−29.50\u2009万"),
        (F("1604217.7"), 1604400, "person", "1.6043 million", "160.43\u2009万"),
        (0, 315450, "person", "0 to 320,000", "0 至 32\u2009万"),
        (F("19.65"), F("19.67"), "percent", "19.66%", "19.66%"),
        (F("-10.6"), F("-0.5"), "percent", "−10.6% to −0.5%", "−10.6% 至 −0.5%"),
        (24475000000, 24485000000, "yuan", "24.48 billion", "244.8\u2009亿"),
        (None, 5, "one", "at most 5", "至多 5"),
        (7, None, "one", "at least 7", "至少 7"),
        (0, None, "person", "not recoverable", "无法恢复"),
        (None, None, "one", "not recoverable", "无法恢复"),
        (F("174.5"), F("176.2"), "one", "174.5 to 176.2", "174.5 至 176.2"),
    ],
)
def test_a_value_says_no_more_than_its_bounds(low, high, unit, en, zh):
    interval = Interval(*(None if end is None else F(end) for end in (low, high)))
    assert value_text(interval, unit, "en") == en
    assert value_text(interval, unit, "zh_CN") == zh


def number(text):
    return F(text.replace(",", "").replace("−", "-"))


@given(
    st.fractions(min_value=1, max_value=10**7, max_denominator=1000),
    st.fractions(min_value=0, max_value=10**5, max_denominator=1000),
)
def test_a_printed_range_holds_the_bounds_and_a_single_numeral_is_near_them(low, width):
    assume(width > 0)
    high = low + width
    text = value_text(Interval(low, high), "one")
    if " to " in text:
        first, second = (number(part) for part in text.split(" to "))
        assert first <= low
        assert high <= second
    else:
        text = text.replace(",", "")
        decimals = len(text.partition(".")[2])
        zeros = len(text) - len(text.rstrip("0")) if "." not in text else 0
        unit = F(10) ** (zeros - decimals)
        assert abs(number(text) - low) <= unit
        assert abs(number(text) - high) <= unit


def test_ends_are_whole_and_rounded_outward():
    assert end_text(F("1604217.7"), up=False) == "1,604,217"
    assert end_text(F("1604217.2"), up=True) == "1,604,218"
    assert end_text(None, up=True) == "—"


def test_periods_in_words():
    assert period_text("1999") == "the end of 1999"
    assert period_text("2002-09") == "September 2002"
    assert period_text("2002-09", "zh_CN") == "2002\u2009年\u20099\u2009月"
    assert period_text("1999", "zh_CN") == "1999\u2009年末"


def test_periods_on_the_time_axis():
    assert end_in_years("1999") == 2000
    assert end_in_years("2002-09") == F("2002.75")
    assert years_between("2001", "2002-09") == F(3, 4)
    assert end_date("2002-09") == date(2002, 9, 30)
    assert end_date("1999") == date(1999, 12, 31)
    assert is_period("2002-12")
    assert not is_period("2002-13")
    with pytest.raises(ValueError, match="'99' is not a period; write YYYY or YYYY-MM"):
        end_in_years("99")


@pytest.mark.parametrize("module", [pensionbook.wording, pensionbook.explain, pensionbook.gate])
def test_examples_in_the_docstrings_hold(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0
