"""Printed numerals and the exact intervals they stand for."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pensionbook.data.figures import (
    Interval,
    decimals_printed,
    parse_numeral,
    read_direction,
    read_figure,
)

CASES = [
    # printed, qualifier, whole, rounded low, rounded high, widest low, widest high
    ("160.4", "exact", False, F("160.35"), F("160.45"), F("160.35"), F("160.5")),
    ("4.50", "exact", False, F("4.495"), F("4.505"), F("4.495"), F("4.51")),
    ("-3.35", "exact", False, F("-3.355"), F("-3.345"), F("-3.36"), F("-3.345")),
    ("+0.6", "exact", False, F("0.55"), F("0.65"), F("0.55"), F("0.7")),
    ("-63629", "exact", True, F(-63629), F(-63629), F(-63629), F(-63629)),
    ("48", "exact", False, F("47.5"), F("48.5"), F("47.5"), F(49)),
    ("30", "nearly", False, F(25), F(30), F(25), F(30)),
    ("-30", "nearly", False, F(-30), F(-25), F(-30), F(-25)),
    ("43", "nearly", False, F("42.5"), F(43), F("42.5"), F(43)),
    ("130", "over", False, F(130), F(140), F(130), F(140)),
    ("52", "over", False, F(52), F(53), F(52), F(53)),
    ("6000", "over", True, F(6000), F(7000), F(6000), F(7000)),
    ("120", "at_least", False, F(120), None, F(120), None),
    ("-120", "at_least", False, None, F(-120), None, F(-120)),
    ("58", "about", False, F("57.5"), F(59), F("57.5"), F(59)),
    ("58", "about", True, F("57.5"), F("58.5"), F("57.5"), F("58.5")),
    ("100", "about", False, F(50), F(150), F(50), F(150)),
    ("23", "forecast", False, F("22.5"), F("23.5"), F("22.5"), F(24)),
    ("1/3", "exact", False, F(2, 7), F(5, 12), F(2, 7), F(5, 12)),
    ("1/6", "about", False, F(2, 13), F(11, 60), F(2, 13), F(11, 60)),
    ("1/3", "over", False, F(1, 3), F(1, 2), F(1, 3), F(1, 2)),
    ("1/2", "over", False, F(1, 2), F(1), F(1, 2), F(1)),
    ("1/3", "nearly", False, F(2, 7), F(1, 3), F(2, 7), F(1, 3)),
    ("0.50", "over", False, F("0.50"), F("0.60"), F("0.50"), F("0.60")),
    ("0", "about", False, F(-1), F(1), F(-1), F(1)),
    ("1/2", "less_than", False, None, F(1, 2), None, F(1, 2)),
    ("1/2", "more_than", False, F(1, 2), None, F(1, 2), None),
    ("5", "at_most", False, None, F(5), None, F(5)),
    ("-5", "at_most", False, F(-5), None, F(-5), None),
    ("1.2", "rounded_up", False, F("1.1"), F("1.2"), F("1.1"), F("1.2")),
    ("10..15", "exact", False, F("9.5"), F("15.5"), F("9.5"), F("15.5")),
    ("10..15", "exact", True, F(10), F(15), F(10), F(15)),
    ("-3.0..-2.5", "exact", False, F("-3.05"), F("-2.45"), F("-3.05"), F("-2.45")),
    ("5.2 (4.6..5.8)", "exact", False, F("4.55"), F("5.85"), F("4.55"), F("5.85")),
    ("...", "exact", False, F(0), F("0.5"), F(0), F("0.5")),
    ("not_available", "exact", False, None, None, None, None),
    ("confidential", "exact", True, None, None, None, None),
]


@pytest.mark.parametrize(
    ("printed", "qualifier", "whole", "low", "high", "wide_low", "wide_high"),
    CASES,
    ids=[f"{case[1]} {case[0]}" for case in CASES],
)
def test_a_printed_figure_stands_for_an_exact_interval(
    printed, qualifier, whole, low, high, wide_low, wide_high
):
    reading = read_figure(printed, qualifier, whole=whole)
    assert (reading.rounded.low, reading.rounded.high) == (low, high)
    assert (reading.widest.low, reading.widest.high) == (wide_low, wide_high)


@pytest.mark.parametrize(
    ("printed", "qualifier", "low", "high", "wide_high"),
    [
        ("800", "exact", 750, 850, 900),
        ("1000", "about", 500, 1500, 1500),
        ("9600", "about", 9550, 9700, 9700),
        ("800", "rounded_up", 700, 800, 800),
        ("...", "exact", 0, 50, 50),
        ("800..1200", "exact", 750, 1250, 1250),
    ],
)
def test_a_base_of_rounding_takes_the_place_of_the_last_digit(
    printed, qualifier, low, high, wide_high
):
    reading = read_figure(printed, qualifier, whole=True, rounded_to=F(100))
    assert (reading.rounded.low, reading.rounded.high) == (low, high)
    assert reading.widest.high == wide_high


@given(st.integers(0, 10**6), st.integers(0, 3))
def test_about_is_never_stricter_than_the_numeral_alone(number, decimals):
    printed = f"{number / 10**decimals:.{decimals}f}"
    alone, about = read_figure(printed, "exact").widest, read_figure(printed, "about").rounded
    assert about.low <= alone.low
    assert alone.high <= about.high


@pytest.mark.parametrize(
    ("printed", "qualifier", "low_open", "high_open"),
    [
        ("28390", "exact", False, True),
        ("-3.35", "exact", True, False),
        ("0.0", "exact", True, True),
        ("-0.0", "forecast", True, True),
        ("130", "over", True, False),
        ("-130", "over", False, True),
        ("30", "nearly", False, True),
        ("1/3", "over", True, False),
        ("1/3", "nearly", False, True),
        ("1/3", "exact", False, False),
        ("100", "about", False, False),
        ("120", "at_least", False, False),
    ],
)
def test_an_end_that_would_have_been_printed_otherwise_is_open(
    printed, qualifier, low_open, high_open
):
    reading = read_figure(printed, qualifier)
    for interval in (reading.rounded, reading.widest):
        assert (interval.low_open, interval.high_open) == (low_open, high_open)


def test_no_number_is_rounded_to_two_neighbours():
    assert not read_figure("28390", "exact").rounded.meets(read_figure("28391", "exact").rounded)
    assert read_figure("28390", "exact").widest.meets(read_figure("28391", "exact").rounded)
    assert F("28390.5") not in read_figure("28390", "exact").rounded
    assert F("28390.5") in read_figure("28391", "exact").rounded
    assert F("-28390.5") in read_figure("-28391", "exact").rounded


def test_nothing_printed_may_have_been_cut_off_from_either_side():
    assert read_figure("0.0", "exact").widest == Interval(
        F(-1, 10), F(1, 10), low_open=True, high_open=True
    )


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=4), st.integers(0, 3))
def test_what_was_rounded_lies_in_the_interval_of_its_numeral(true, decimals):
    printed = str(true.quantize(Decimal(10) ** -decimals, ROUND_HALF_UP))
    assert F(true) in read_figure(printed, "exact").rounded


@given(st.decimals(min_value=0, max_value=10**6, places=4), st.integers(0, 3))
def test_what_was_cut_off_lies_in_the_widest_interval(true, decimals):
    whole, _, part = f"{true:.4f}".partition(".")
    printed = f"{whole}.{part[:decimals]}" if decimals else whole
    assert F(true) in read_figure(printed, "exact").widest


@given(
    st.integers(0, 10**7),
    st.sampled_from(["exact", "about", "nearly", "over", "at_least", "forecast"]),
)
def test_a_decrease_mirrors_an_increase(number, qualifier):
    up = read_figure(f"{number}", qualifier)
    down = read_figure(f"-{number}", qualifier)
    assert down.rounded == up.rounded.mirrored()
    assert down.widest == up.widest.mirrored()


@pytest.mark.parametrize(
    "text", ["1,234", "１２３", "12%", "about 5", "", " 5", "1e5", "1/0", "--3", "3.", ".5", "½"]
)
def test_what_is_not_a_numeral_is_refused(text):
    with pytest.raises(ValueError, match="is not a numeral; write digits"):
        parse_numeral(text)


def test_an_unknown_qualifier_is_refused():
    with pytest.raises(ValueError, match="'circa' is not a qualifier; write one of exact"):
        read_figure("5", "circa")


def test_directions_are_half_lines():
    assert read_direction("rising") == Interval(F(0), None)
    assert read_direction("falling") == Interval(None, F(0))
    with pytest.raises(ValueError, match="write rising or falling"):
        read_direction("up")


@pytest.mark.parametrize(("text", "count"), [("4.50", 2), ("12", 0), ("1/3", 0), ("-0.001", 3)])
def test_decimals_are_counted_as_printed(text, count):
    assert decimals_printed(text) == count


def test_intervals_meet_and_scale():
    assert Interval(F(1), F(2)).meets(Interval(F(2), None))
    assert not Interval(F(1), F(2)).meets(Interval(F(3), F(4)))
    assert Interval(F(1), None).scaled(F(10)) == Interval(F(10), None)
    half_open = Interval(F(1), F(2), high_open=True)
    assert half_open.scaled(F(10)) == Interval(F(10), F(20), high_open=True)
    assert half_open.mirrored() == Interval(F(-2), F(-1), low_open=True)


WHOLE = st.integers(0, 3)
INTERVALS = st.builds(
    lambda low, length, *opened: Interval(F(low), F(low + length), *opened),
    WHOLE, st.integers(1, 3), st.booleans(), st.booleans(),
) | st.builds(lambda point: Interval(F(point), F(point)), WHOLE)  # fmt: skip


@given(INTERVALS, INTERVALS)
def test_intervals_meet_if_some_point_lies_in_both(one, other):
    common = any(F(n, 4) in one and F(n, 4) in other for n in range(25))
    assert one.meets(other) == common == other.meets(one)
