"""Numbers and dates as readers see them."""

import doctest
import re
from datetime import date
from fractions import Fraction as F

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pensionbook.book.gate
import pensionbook.data.figures
import pensionbook.language.numbers
from pensionbook.data.figures import Interval
from pensionbook.data.periods import end_date, end_in_years, is_period, years_between
from pensionbook.language.numbers import (
    LANGUAGES,
    end_text,
    grouped,
    period_text,
    typeset,
    value_text,
)


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
        (F(-5, 2), F(-5, 2), "percentage_point", "−2.5", "−2.5"),
        (F(2, 3), None, "one", "at least 0.66", "至少 0.66"),
        (None, F(1, 3), "percent", "at most 0.34%", "至多 0.34%"),
        (12_388_888, None, "person", "at least 12.38 million", "至少 1,238.88\u2009万"),
        (None, F("-63628.5"), "person", "at most −63,628", "至多 −6.36\u2009万"),
        (F(-1, 3000), F(-1, 3000), "one", "0.00", "0.00"),
        (0, 0, "person", "0", "0"),
        (529_850, 540_250, "person", "529,800 to 540,300", "52.98 至 54.03\u2009万"),
        (1_000_000, 2_000_000, "person", "1 to 2 million", "100 至 200\u2009万"),
    ],
)
def test_a_value_says_no_more_than_its_bounds(low, high, unit, en, zh):
    interval = Interval(*(None if end is None else F(end) for end in (low, high)))
    assert value_text(interval, unit, "en") == en
    assert value_text(interval, unit, "zh_CN") == zh


WORDS = {" billion": 10**9, " million": 10**6, "\u2009亿": 10**8, "\u2009万": 10**4, "%": 1}


def read(text):
    """The numerals of a text at the scale they are printed in: (value, unit of the last digit)."""
    factor = next((scale for word, scale in WORDS.items() if text.endswith(word)), 1)
    for word in WORDS:
        text = text.replace(word, "")
    found = []
    for part in re.split(" to | 至 ", text):
        plain = part.replace(",", "").replace("−", "-")
        unit = F(10) ** -len(plain.partition(".")[2])
        found.append((F(plain) * factor, unit * factor))
    return found


def last_digits(value, unit):
    """Units that the last digit of a numeral may have: zeros before the point may carry nothing."""
    yield unit
    while unit >= 1 and value % (unit * 10) == 0 and unit < abs(value):
        unit *= 10
        yield unit


lows = st.fractions(min_value=-(10**10), max_value=10**10, max_denominator=1000)
widths = st.one_of(
    st.fractions(min_value=0, max_value=10, max_denominator=1000),
    st.fractions(min_value=0, max_value=10**9, max_denominator=7),
)
units = st.sampled_from(["person", "yuan", "percent", "percentage_point", "one"])


@settings(deadline=None, max_examples=400)
@given(lows, widths, units, st.sampled_from(LANGUAGES))
def test_what_is_printed_of_bounds_is_true(low, width, unit, language):
    """A range holds the bounds; a single numeral stands for all between them."""
    assume(width > 0)
    high = low + width
    numerals = read(value_text(Interval(low, high), unit, language))
    if len(numerals) == 2:
        (first, _), (second, _) = numerals
        assert first <= low
        assert high <= second
        return
    ((value, printed_to),) = numerals
    assert any(
        # Right to one unit of its last digit, or everything in between rounds to it.
        (value - step <= low and high <= value + step)
        or (value - step / 2 <= low and high <= value + step / 2)
        for step in last_digits(value, printed_to)
    )
    assert width <= abs(low + high) / 2 / 50


@settings(deadline=None)
@given(lows, units, st.sampled_from(LANGUAGES), st.booleans())
def test_what_is_printed_of_one_end_promises_no_more_than_it(end, unit, language, is_low):
    assume(end != 0)
    text = value_text(Interval(end, None) if is_low else Interval(None, end), unit, language)
    told, rest = text[: len("at most ")], text[len("at least ") :]
    if language == "zh_CN":
        told, rest = text[:3], text[3:]
    elif not is_low:
        rest = text[len("at most ") :]
    ((value, _),) = read(rest)
    assert told.strip() in ("at least", "至少", "at most", "至多")
    assert value <= end if is_low else value >= end


@settings(deadline=None)
@given(lows, st.sampled_from(LANGUAGES))
def test_a_known_value_is_printed_to_half_a_unit(value, language):
    ((printed, unit),) = read(value_text(Interval(value, value), "one", language))
    assert abs(printed - value) <= unit / 2


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


@pytest.mark.parametrize(
    "module", [pensionbook.language.numbers, pensionbook.data.figures, pensionbook.book.gate]
)
def test_examples_in_the_docstrings_hold(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


@given(st.integers(-(10**9), 10**9), st.integers(0, 4))
def test_grouping_keeps_every_digit(whole: int, zeros: int) -> None:
    printed = f"{whole}" + ("." + "0" * zeros if zeros else "")
    assert grouped(printed).replace(",", "").replace("\u2212", "-") == printed


@pytest.mark.parametrize(
    ("written", "set_"),
    [
        ("印刷值：-63629 人，增减 -3.35 %", "印刷值：\u221263,629 人，增减 \u22123.35%"),
        ("其余数字允许 至少 52 万人", "其余数字允许至少 52 万人"),
        ("前提是1999 年无离岗挂编人员", "前提是 1999 年无离岗挂编人员"),
        ("contributors_2000_change in 2002-09", "contributors_2000_change in 2002-09"),
        ("nbs:insured_1999_09, 4.5 to 12.25 %", "nbs:insured_1999_09, 4.5 to 12.25%"),
    ],
)
def test_a_sentence_is_typeset_and_names_stay(written: str, set_: str) -> None:
    assert typeset(written) == set_
    assert typeset(set_) == set_
