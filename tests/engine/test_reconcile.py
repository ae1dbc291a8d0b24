"""Known-right and known-wrong printed figures side by side (synthetic numbers throughout)."""

from fractions import Fraction as F

import pytest

from pensionbook.data.figures import Interval
from pensionbook.engine.system import Quantity
from pensionbook.report.audit import audit_rows, bounds_rows, troubled_first, verdict_counts
from pensionbook.report.reasons import because, decimal_outward, interval_text
from small import audited, figure, identity, level


def verdicts(result):
    return {name: verdict.verdict for name, verdict in result.verdicts.items()}


def test_a_share_that_fits_its_parts_is_consistent():
    result = audited(
        level("all", "160.43"),
        level("part", "31.54", group="private"),
        figure("share", "share", "19.66", "percent", group="private", of_group="all"),
    )
    assert set(verdicts(result).values()) == {"consistent"}


def test_a_share_nobody_else_allows_is_inconsistent_and_says_what_is_allowed():
    result = audited(
        level("all", "160.4"),
        level("public", "128.89", group="public"),
        level("private", "31.54", group="private"),
        figure("public_share", "share", "80.34", "percent", group="public", of_group="all"),
        figure("share", "share", "18.66", "percent", group="private", of_group="all"),
    )
    assert verdicts(result) == {
        "all": "consistent",
        "public": "consistent",
        "private": "consistent",
        "public_share": "consistent",
        "share": "inconsistent",
    }
    sentence = because(result.verdicts["share"], result.package)
    assert sentence.startswith("printed 18.66 %, the others allow 19.65 to 19.67 %")


def test_two_figures_that_exclude_each_other_are_disputed_and_name_each_other():
    result = audited(level("one", "10.0"), level("other", "11.0"), identities=())
    assert verdicts(result) == {"one": "disputed", "other": "disputed"}
    assert result.verdicts["one"].implied.interval == Interval(F("10.95"), F("11.05"))
    assert "either this or other is wrong" in because(result.verdicts["one"], result.package)


def test_a_wrong_pair_can_be_one_smallest_repair():
    # Three say 10, two say 12: the two must both be wrong.
    result = audited(
        *(level(f"ten_{n}", "10.0") for n in range(3)),
        *(level(f"twelve_{n}", "12.0") for n in range(2)),
        identities=(),
    )
    assert verdicts(result)["ten_0"] == "consistent"
    assert verdicts(result)["twelve_0"] == "inconsistent"
    assert verdicts(result)["twelve_1"] == "inconsistent"


def test_a_figure_that_was_cut_off_is_told_from_one_that_was_rounded():
    cut = audited(
        level("exact", "104599", "person"),
        level("again", "104599", "person"),
        level("cut", "10.45"),
        identities=(),
    )
    assert verdicts(cut) == {"exact": "consistent", "again": "consistent", "cut": "truncated"}
    assert "cut off instead of rounded" in because(cut.verdicts["cut"], cut.package)
    rounded = audited(level("exact", "104599", "person"), level("r", "10.46"), identities=())
    assert verdicts(rounded) == {"exact": "consistent", "r": "consistent"}


def test_a_lonely_figure_is_untested():
    result = audited(level("alone", "10.0"), identities=())
    assert verdicts(result) == {"alone": "untested"}
    assert "nothing else in the package constrains it" in because(
        result.verdicts["alone"], result.package
    )


def test_being_part_of_a_whole_is_a_constraint_only_if_the_whole_is_printed():
    lonely = audited(level("part", "10.0", group="public"))
    assert verdicts(lonely) == {"part": "untested"}
    framed = audited(level("part", "10.0", group="public"), level("whole", "12.0"))
    assert verdicts(framed)["part"] == "consistent"


def test_growth_and_change_together_bound_both_levels():
    result = audited(
        figure("change", "change", "-63629", "person", base_period="2000"),
        figure("growth", "growth", "-3.35", "percent", base_period="2000"),
        identities=(),
    )
    bound = result.bounds[Quantity("contributors", "all", "town", "2000")]
    assert bound.low == F(63629) / F("0.03355")
    assert bound.high == F(63629) / F("0.03345")
    assert set(bound.figures) == {"change", "growth"}


def test_a_lost_part_comes_back_as_the_rest():
    result = audited(level("all", "10.0"), level("public", "7.0", group="public"))
    bound = result.bounds[Quantity("contributors", "private", "town", "2001")]
    assert (bound.low, bound.high) == (29_000, 31_000)
    assert bound.identities == ("ownership",)


def test_a_verdict_that_needs_an_assumption_says_which():
    assumed = identity("same", (1, "public", "2001"), (-1, "all", "2001"), assumption="all public")
    result = audited(
        level("all", "10.0"), level("public", "12.0", group="public"), identities=(assumed,)
    )
    assert verdicts(result) == {"all": "disputed", "public": "disputed"}
    assert result.verdicts["all"].implied.assumptions == ("all public",)
    assert "either this or public or the assumption that all public is wrong" in because(
        result.verdicts["all"], result.package
    )
    assert result.doubted == {"all public": False}
    assert "assuming that all public" in because(result.verdicts["all"], result.package)


def test_forecasts_never_constrain_what_was_observed():
    forecast = level("forecast", "99.0", period="2002", qualifier="forecast")
    growth = figure(
        "forecast_growth", "growth", "50", "percent", period="2002", base_period="2001",
        qualifier="forecast",
    )  # fmt: skip
    result = audited(level("now", "10.0"), forecast, growth, identities=())
    bound = result.bounds[Quantity("contributors", "all", "town", "2001")]
    assert (bound.low, bound.high) == (99_500, 100_500)
    assert verdicts(result) == {
        "now": "untested", "forecast": "disputed", "forecast_growth": "disputed",
    }  # fmt: skip


def test_forecasts_bound_what_only_they_speak_of():
    growth = figure(
        "growth", "growth", "50", "percent", period="2002", base_period="2001",
        qualifier="forecast",
    )  # fmt: skip
    result = audited(level("now", "10.0"), growth, identities=())
    bound = result.bounds[Quantity("contributors", "all", "town", "2002")]
    assert (bound.low, bound.high) == (F("99500") * F("1.495"), F("100500") * F("1.505"))


def test_a_change_of_a_share_ties_two_shares():
    def share(name, printed, period):
        return figure(
            name, "share", printed, "percent", group="private", of_group="all", period=period
        )

    points = figure(
        "points", "change", "15.06", "percentage_point", group="private", of_group="all",
        base_period="2000",
    )  # fmt: skip
    good = audited(share("s0", "47.21", "2000"), share("s1", "62.27", "2001"), points)
    assert set(verdicts(good).values()) == {"consistent"}
    bad = audited(share("s0", "47.21", "2000"), share("s1", "63.27", "2001"), points)
    assert set(verdicts(bad).values()) == {"disputed"}


def test_a_share_of_a_fall_is_read_with_its_sign():
    fall = figure("fall", "change", "-100", "person", base_period="2000")
    part = figure("part", "change", "-60", "person", base_period="2000", group="public")
    share = figure(
        "share", "share", "60", "percent", base_period="2000", group="public", of_group="all"
    )
    assert set(verdicts(audited(fall, part, share)).values()) == {"consistent"}
    wrong = figure(
        "share", "share", "40", "percent", base_period="2000", group="public", of_group="all"
    )
    assert set(verdicts(audited(fall, part, wrong)).values()) == {"disputed"}


def test_a_direction_is_tested_only_by_figures_that_fix_the_sign():
    falling = figure("down", "direction", "falling", "", base_period="2000")
    loose = audited(falling, level("now", "10.0"), identities=())
    assert verdicts(loose)["down"] == "untested"
    fixed = audited(
        falling, level("now", "10.0"), level("then", "12.0", period="2000"), identities=()
    )
    assert verdicts(fixed)["down"] == "consistent"
    against = audited(
        falling, level("now", "12.0"), level("then", "10.0", period="2000"), identities=()
    )
    assert verdicts(against)["down"] == "disputed"


def test_a_joint_bound_is_tighter_than_the_difference_of_bounds():
    result = audited(
        level("then", "100.0", period="2000"),
        figure("change", "change", "-500", "person", base_period="2000"),
        identities=(),
    )
    now = Quantity("contributors", "all", "town", "2001")
    change = result.bound({now: 1, now._replace(period="2000"): -1})
    assert (change.low, change.high) == (-500, -500)
    growth = result.bound(
        {now: 1, now._replace(period="2000"): -1}, {now._replace(period="2000"): 1}
    )
    assert (growth.low, growth.high) == (F(-500, 999_500), F(-500, 1_000_500))


def test_what_nothing_mentions_is_unbounded():
    result = audited(level("now", "10.0"), identities=())
    nowhere = Quantity("contributors", "private", "town", "1990")
    assert not result.knows(nowhere)
    assert result.bound({nowhere: 1}).interval == Interval(None, None)


def test_rows_of_the_files_follow_the_contract():
    result = audited(level("all", "10.0"), level("public", "7.0", group="public"))
    first = next(iter(audit_rows(result)))
    assert first[:5] == ("all", "1", "10.0", "10k_person", "consistent")
    rows = {row[1]: row for row in bounds_rows(result)}
    assert rows["private"] == (
        "contributors", "private", "town", "2001", "29000", "31000", "person", "all;public",
        "29000", "31000",
    )  # fmt: skip
    assert sum(verdict_counts(result).values()) == 2


def test_troubled_figures_come_first():
    result = audited(
        level("fine", "1.0", period="1990"), level("a", "10.0"), level("b", "12.0"), identities=()
    )
    order = [verdict.figure.figure_id for verdict in troubled_first(result.verdicts.values())]
    assert order == ["a", "b", "fine"]


@pytest.mark.parametrize(
    ("value", "decimals", "up", "text"),
    [
        (F(1, 3), 2, True, "0.34"),
        (F(1, 3), 2, False, "0.33"),
        (F(-1, 3), 2, True, "-0.33"),
        (F(-1, 3), 2, False, "-0.34"),
        (F(5), 0, True, "5"),
        (F(-1, 1000), 2, True, "0.00"),
    ],
)
def test_ends_are_rounded_outward(value, decimals, up, text):
    assert decimal_outward(value, decimals, up=up) == text


def test_open_intervals_are_put_in_words():
    assert interval_text(Interval(None, F(3)), 0, "percent") == "at most 3 %"
    assert interval_text(Interval(F(3), None), 0, "persons") == "at least 3 persons"
    assert interval_text(Interval(None, None), 0, "") == "anything"


def test_what_cannot_be_proved_is_said_to_be_so_and_never_printed(monkeypatch):
    monkeypatch.setattr("pensionbook.engine.repairs.MOST_CONFLICTS", 0)
    result = audited(
        level("one", "10.0"), level("other", "11.0"), level("third", "12.0"), identities=()
    )
    assert set(verdicts(result).values()) == {"untested"}
    assert "no exact proof was found" in because(result.verdicts["one"], result.package)
    (row,) = bounds_rows(result)
    assert row[4:6] == ("unproved", "unproved")
