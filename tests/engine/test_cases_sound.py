"""Small cases and their right answers: what is true whatever is typed (synthetic numbers)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import pytest
from gmpy2 import mpq

from pensionbook.data.load import load_package
from pensionbook.engine import proved_lp, simplex
from pensionbook.engine.proved_lp import ExactLP, Infeasible, Row, Unbounded
from pensionbook.engine.reconcile import Reconciliation, reconcile
from pensionbook.engine.results import NamedRepair
from pensionbook.engine.simplex import AT_LEAST_ZERO, NORM, OFF, ZERO, Program, lowest
from pensionbook.engine.system import Quantity
from pensionbook.report.audit import audit_rows, bounds_rows
from pensionbook.report.reasons import because
from small import audited, figure, identity, level

PAPER = Path(__file__).parents[2] / "data" / "tianjin-2002"
PARTS = identity("parts", (1, "all", "2001"), (-1, "public", "2001"), (-1, "private", "2001"))


def share(name: str, printed: str, group: str, **fields: str):
    return figure(name, "share", printed, "percent", group=group, of_group="all", **fields)


def growth(name: str, printed: str, **fields: str):
    return figure(name, "growth", printed, "percent", base_period="2000", **fields)


def found(result: Reconciliation) -> dict[str, str]:
    return {name: verdict.verdict for name, verdict in result.verdicts.items()}


def ends(result: Reconciliation, group: str = "all", period: str = "2001"):
    bound = result.bounds[Quantity("contributors", group, "town", period)]
    return bound.low, bound.high


# -- rates alone ----------------------------------------------------------------------------------


def test_shares_of_more_than_the_whole_contradict_each_other_without_any_level():
    result = audited(
        share("a", "60.0", "public"), share("b", "60.0", "private"), identities=[PARTS]
    )
    assert found(result) == {"a": "disputed", "b": "disputed"}
    assert ends(result) == (0, None)
    assert result.verdicts["a"].implied.interval.low == F("39.95")


@pytest.mark.parametrize(("last", "verdict"), [("19.8", "disputed"), ("9.8", "consistent")])
def test_four_shares_add_up_to_the_whole(last, verdict):
    groups = ("state", "collective", "foreign", "other")
    four = identity("four", (1, "all", "2001"), *((-1, group, "2001") for group in groups))
    shares = [
        share(group, printed, group)
        for group, printed in zip(groups, ("40.1", "30.1", "20.0", last), strict=True)
    ]
    assert set(found(audited(*shares, identities=[four])).values()) == {verdict}


def test_thirds_may_add_up_to_99_per_cent():
    thirds = identity("thirds", (1, "all", "2001"), *((-1, g, "2001") for g in "abc"))
    result = audited(*(share(g, "33", g) for g in "abc"), identities=[thirds])
    assert found(result) == dict.fromkeys("abc", "consistent")


def test_growths_that_do_not_multiply_contradict_each_other():
    result = audited(
        growth("one", "10"),
        figure("two", "growth", "10", "percent", period="2002", base_period="2001"),
        figure("both", "growth", "50", "percent", period="2002", base_period="2000"),
        identities=(),
    )
    assert set(found(result).values()) == {"disputed"}
    assert [ends(result, period=year) for year in ("2000", "2001", "2002")] == [(0, None)] * 3


def test_one_growth_is_not_both_up_and_down():
    result = audited(growth("up", "10.0"), growth("down", "-10.0"), identities=())
    assert found(result) == {"up": "disputed", "down": "disputed"}
    assert ends(result) == ends(result, period="2000") == (0, None)


def test_nothing_does_not_grow():
    result = audited(
        level("nothing", "0", "person", period="2000"), growth("rate", "50.0"), identities=()
    )
    assert found(result) == {"nothing": "disputed", "rate": "disputed"}


def test_a_share_of_nobody_is_no_share():
    result = audited(level("nobody", "0", "person"), share("part", "60", "public"), identities=())
    assert found(result) == {"nobody": "disputed", "part": "disputed"}


def test_a_part_may_be_nothing_and_may_shrink_to_nothing():
    result = audited(
        level("all", "10.0"), share("none", "0.0", "public"), level("gone", "0", group="public"),
        identities=(),
    )  # fmt: skip
    assert "disputed" not in found(result).values()
    result = audited(
        level("before", "10.0", period="2000"), level("after", "0", "person"),
        growth("rate", "-100"), identities=(),
    )  # fmt: skip
    assert found(result) == {"before": "untested", "after": "consistent", "rate": "consistent"}


# -- half-open ends -------------------------------------------------------------------------------


def test_no_number_rounds_to_two_neighbours():
    result = audited(level("a", "28391"), level("c", "28390"), identities=())
    # Only if digits were cut off can it be both.
    assert found(result) == {"a": "consistent", "c": "truncated"}
    assert ends(result) == (283_905_000, 283_910_000)
    result = audited(level("a", "28391"), level("c", "28389"), identities=())
    assert set(found(result).values()) == {"disputed"}
    nearly = level("b", "28390", qualifier="nearly")
    result = audited(level("a", "28390"), nearly, level("o", "28390", qualifier="over"),
                     identities=())  # fmt: skip
    assert found(result) == {"a": "untested", "b": "disputed", "o": "disputed"}


def test_a_whole_number_at_the_open_end_is_outside():
    assert found(audited(level("a", "1.0"), level("n", "10500", "person"), identities=())) == {
        "a": "truncated", "n": "consistent",
    }  # fmt: skip
    assert found(audited(level("a", "1.0"), level("n", "9500", "person"), identities=())) == {
        "a": "consistent", "n": "consistent",
    }  # fmt: skip
    assert set(
        found(audited(level("a", "1.0"), level("n", "11000", "person"), identities=())).values()
    ) == {"disputed"}


def test_bounds_are_those_of_the_closure():
    result = audited(level("a", "10.0"), identities=())
    assert ends(result) == (99_500, 100_500)


# -- who is wrong ---------------------------------------------------------------------------------


def test_readings_as_cut_off_do_not_decide_who_is_wrong():
    # Without `rounded` the rest agrees as rounded, without `cut` only as cut off.
    result = audited(
        level("cut", "104599", "person"),
        level("both", "10.45"),
        level("rounded", "104549", "person"),
        identities=(),
    )
    assert found(result) == {"cut": "disputed", "both": "untested", "rounded": "disputed"}
    assert result.verdicts["cut"].repairs == (
        NamedRepair(("cut",)),
        NamedRepair(("rounded",), (), 1),
    )
    assert because(result.verdicts["cut"], result.package).endswith(
        "either this or rounded (with one other figure cut off) is wrong"
    )
    assert because(result.verdicts["rounded"], result.package).endswith(
        "either this or cut is wrong; if it is this, one other figure was cut off"
    )


def test_an_assumption_alone_may_be_what_is_wrong():
    assumed = [
        identity("a", (1, "all", "2001"), (-1, "public", "2001"), assumption="they are the same"),
        identity("b", (1, "all", "2000"), (-1, "public", "2000"), assumption="they are the same"),
    ]
    result = audited(
        level("all_1", "10.0"), level("public_1", "9.0", group="public"),
        level("all_0", "8.0", period="2000"),
        level("public_0", "7.0", group="public", period="2000"),
        figure("change", "change", "20000", "person", base_period="2000"),
        identities=assumed,
    )  # fmt: skip
    assert result.doubted == {"they are the same": True}
    assert "disputed" not in found(result).values()
    assert result.verdicts["all_1"].contradicted == ("they are the same",)
    assert "it excludes the assumption that they are the same" in because(
        result.verdicts["all_1"], result.package
    )
    assert ends(result) == (99_500, 100_500)


def test_giving_up_an_assumption_competes_with_setting_a_figure_aside():
    assumed = identity("a", (1, "all", "2001"), (-1, "public", "2001"), assumption="it is so")
    result = audited(
        level("all", "10.0"), level("again", "10.0"), level("public", "9.0", group="public"),
        identities=[assumed],
    )  # fmt: skip
    assert found(result) == {"all": "consistent", "again": "consistent", "public": "disputed"}
    assert result.verdicts["public"].repairs == (
        NamedRepair(("public",)), NamedRepair((), ("it is so",))
    )  # fmt: skip
    (row,) = [row for row in bounds_rows(result) if row[1] == "public"]
    assert row[4:6] == ("0", "")
    assert row[8:] == ("89500", "100500")


def test_a_figure_in_dispute_does_not_take_its_bounds_away():
    result = audited(level("one", "10.0"), level("other", "11.0"), identities=())
    (row,) = bounds_rows(result)
    assert row[4:6] == ("0", "")
    assert row[8:] == ("99500", "110500")


def test_beyond_what_can_be_tried_the_bounds_of_any_repair_are_unproved(monkeypatch):
    monkeypatch.setattr("pensionbook.engine.component.COMBINATIONS_TRIED", 1)
    result = audited(level("one", "10.0"), level("other", "11.0"), identities=())
    (row,) = bounds_rows(result)
    assert row[4:6] == ("0", "")
    assert row[8:] == ("unproved", "unproved")


# -- whatever is typed ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def paper():
    return load_package(PAPER, check=False)


@pytest.mark.parametrize(
    ("figure_id", "printed"),
    [
        pytest.param("fiscal_revenue_2000", "744.8", marks=pytest.mark.slow),
        ("fiscal_revenue_2000", "245.8"),
        pytest.param("non_public_fiscal_revenue_2000", "162.46", marks=pytest.mark.slow),
        pytest.param("foreign_employees_2001", "41.19", marks=pytest.mark.slow),
        pytest.param("on_post_public_2001_growth", "-38.17", marks=pytest.mark.slow),
    ],
)
def test_one_digit_typed_wrong_is_found_and_breaks_nothing(paper, figure_id, printed):
    figures = tuple(
        replace(f, printed=printed) if f.figure_id == figure_id else f for f in paper.figures
    )
    result = reconcile(replace(paper, figures=figures))
    verdicts = found(result)
    assert verdicts[figure_id] in ("disputed", "inconsistent")
    wrong = {name for name, verdict in verdicts.items() if verdict == "inconsistent"}
    assert wrong <= {figure_id, "non_public_contributors_2002_09_share"}
    assert len(list(audit_rows(result))) == len(paper.figures)
    assert len(list(bounds_rows(result))) == len(result.bounds)


def test_forecasts_beside_a_contradiction_that_is_not_settled_are_not_proved(monkeypatch):
    monkeypatch.setattr("pensionbook.engine.repairs.MOST_CONFLICTS", 0)
    result = audited(
        level("one", "10.0"), level("other", "11.0"), level("third", "12.0"),
        figure("next", "growth", "5", "percent", period="2002", base_period="2001",
               qualifier="forecast"),
        identities=(),
    )  # fmt: skip
    assert set(found(result).values()) == {"untested"}
    assert all(verdict.implied.unproved for verdict in result.verdicts.values())
    nexts = Quantity("contributors", "all", "town", "2002")
    assert result.bound({nexts: 1}).unproved
    assert result.bound_under_any_repair({nexts: 1}).unproved


# -- exact proofs ---------------------------------------------------------------------------------


def program(rows: Iterable[dict[int, int]], kinds: list[str], columns: int) -> Program:
    exact = [{j: mpq(a) for j, a in row.items()} for row in rows]
    by_column = [[i for i, row in enumerate(exact) if j in row] for j in range(columns)]
    return Program(exact, kinds, frozenset(), by_column, [1.0] * columns)


def test_the_exact_method_finds_the_optimum_from_no_basis_at_all():
    # z0 = 1, z1 + z2 >= 2, z2 <= 1: the least z1 is 1.
    lp = program(
        [{1: 1, 2: 1, 0: -2}, {0: 1, 2: -1}, {0: 1}], [AT_LEAST_ZERO, AT_LEAST_ZERO, NORM], 3
    )
    for columns, tight in (([], []), ([0, 1], [0, 1]), ([1, 2], [1, 2]), ([0, 1, 2], [0])):
        optimum = lowest(lp, {1: mpq(1)}, columns, tight)
        assert optimum.value == 1
        assert optimum.point[1] == 1


def test_the_exact_method_proves_that_nothing_satisfies_all():
    lp = program([{1: 1, 0: -2}, {0: 1, 1: -1}, {0: 1}], [AT_LEAST_ZERO, AT_LEAST_ZERO, NORM], 2)
    with pytest.raises(Infeasible) as caught:
        lowest(lp, {}, [], [])
    assert simplex.proves_infeasible(lp, caught.value.multipliers)
    assert not simplex.proves_infeasible(lp, {0: mpq(1), 2: mpq(1)})
    assert not simplex.proves_infeasible(lp, {0: mpq(-1), 1: mpq(-1), 2: mpq(1)})
    off = replace(lp, kinds=[AT_LEAST_ZERO, OFF, NORM])
    assert not simplex.proves_infeasible(off, caught.value.multipliers)


def test_the_exact_method_proves_that_nothing_ends_a_quantity():
    lp = program([{1: 1, 2: -1}, {0: 1}], [ZERO, NORM], 3)
    with pytest.raises(Unbounded):
        lowest(lp, {1: mpq(-1)}, [], [])
    assert simplex.is_ray(lp, {1: mpq(-1)}, {1: mpq(1), 2: mpq(1)})
    assert not simplex.is_ray(lp, {1: mpq(-1)}, {1: mpq(1)})
    assert not simplex.is_ray(lp, {1: mpq(1)}, {1: mpq(1), 2: mpq(1)})
    assert not simplex.is_ray(lp, {1: mpq(-1)}, {0: mpq(1), 1: mpq(1), 2: mpq(1)})


@pytest.mark.parametrize("status", ["kInfeasible", "kUnbounded", "kOptimal", "kUnknown"])
def test_what_the_solver_says_is_believed_in_nothing(monkeypatch, status):
    said = getattr(proved_lp.highspy.HighsModelStatus, status)

    class Liar(proved_lp.highspy.Highs):
        def getModelStatus(self):
            return said

    monkeypatch.setattr(proved_lp.highspy, "Highs", Liar)
    rows = [Row({1: mpq(1), 0: mpq(-2)}), Row({0: mpq(3), 1: mpq(-1)}, strict=True)]
    lp = ExactLP(3, rows, [1.0, 1.0, 1.0])
    one = {0: mpq(1)}
    assert lp.minimise({1: mpq(1)}, one).value == 2
    assert lp.minimise({1: mpq(-1)}, one).value == -3
    with pytest.raises(Unbounded):
        lp.minimise({2: mpq(-1)}, one)
    assert lp.minimise_within({}).value == 0
    lp = ExactLP(2, [Row({1: mpq(1), 0: mpq(-3)}), *rows[1:]], [1.0, 1.0])
    assert lp.minimise({1: mpq(1)}, one).value == 3
    with pytest.raises(Infeasible):
        lp.minimise_within({})
