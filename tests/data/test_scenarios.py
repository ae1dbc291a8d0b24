"""The reforms: their files, what each changes, and what it leaves alone."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from pensionbook import projection as model
from pensionbook.data.load import check_package, load_package
from pensionbook.data.package import Change, Scenario
from pensionbook.data.read import read_package
from pensionbook.data.scenarios import LEVERS
from pensionbook.errors import PackageError, ParameterError
from tianjin_model import HAND, PACKAGE, paper, paper_ranges

SCENARIOS = paper().package.scenarios
ISSUE = {
    *("reconnect", "cover_private_foreign", "migrants_equal_terms", "low_rate_older"),
    *("liaoning_bonus", "surcharge_50", "settlement_year", "all_together"),
}
GOOD = """\
id: trial
name_en: A trial
name_zh: 试行
why_en: Because.
why_zh: 因此。
changes:
  collection: {set: [0.9, 1]}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the paper's package alone, with no reforms."""
    folder = tmp_path / "tianjin-2002"
    shutil.copytree(PACKAGE, folder)
    shutil.rmtree(folder / "scenarios")
    descriptor = folder / "datapackage.yaml"
    text = descriptor.read_text(encoding="utf-8")
    descriptor.write_text(text.replace("evidence: [nbs-yearbooks]", "evidence: []"), "utf-8")
    (folder / "scenarios").mkdir()
    return folder


def write(package: Path, text: str, name: str = "trial.yml") -> list[str]:
    """What is said against the package once the file is there."""
    (package / "scenarios" / name).write_text(text, encoding="utf-8")
    return [str(problem) for problem in read_package(package).problems]


# -- files ------------------------------------------------------------------------------------


def test_the_reforms_of_the_paper_are_there():
    assert set(SCENARIOS) == ISSUE
    assert set(SCENARIOS["all_together"].includes) == ISSUE - {"all_together"}


def test_a_build_depends_on_the_files(package):
    before = load_package(package).sha256
    assert write(package, GOOD) == []
    after = load_package(package)
    assert set(after.sha256) - set(before) == {"scenarios/trial.yml"}
    trial = after.scenarios["trial"]
    assert trial.changes["collection"] == Change("set", Fraction(9, 10), Fraction(1))
    write(package, GOOD.replace("0.9", "0.8"))
    changed = load_package(package).sha256["scenarios/trial.yml"]
    assert changed != after.sha256["scenarios/trial.yml"]


def test_no_folder_means_no_reforms(package):
    (package / "scenarios").rmdir()
    assert load_package(package).scenarios == {}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("collection:", "colection:", "write 'collection'|'collection'"),
        ("collection:", "growth_public:", "no parameter that a reform may change"),
        ("[0.9, 1]", "[1, 0.9]", "1 is above 0.9; exchange the two"),
        ("[0.9, 1]", "[0.9, 1, 2]", "write a plain number, or a range of two"),
        ("[0.9, 1]", "a lot", "found 'a lot'; write a plain number"),
        ("[0.9, 1]", ".nan", "write a plain number"),
        ("[0.9, 1]", "1e300", "write a plain number"),
        ("[0.9, 1]", "true", "write a plain number"),
        ("[0.9, 1]", "-0.5", "below zero"),
        ("{set: [0.9, 1]}", "0.9", "found '0.9'; write one of set, add, scale"),
        ("{set: [0.9, 1]}", "{put: 1}", "write one of set, add, scale"),
        ("{set: [0.9, 1]}", "{set: 1, add: 1}", "write one of set, add, scale"),
        ("changes:\n  collection: {set: [0.9, 1]}\n", "", "no change and nothing included"),
        ("changes:\n  collection: {set: [0.9, 1]}", "changes: [collection]", "not a mapping"),
        ("id: trial", "id: other", "found 'other'; write trial, as the file is named"),
        ("id: trial\n", "", "id: missing"),
        ("why_zh: 因此。\n", "", "why_zh: missing"),
        ("A trial", "<script>alert(1)</script>", "no tags"),
        ("A trial", "'=cmd|calc'", "begin with a word"),
        ("A trial", "[1, 2]", "write it in words"),
        ("A trial", "x" * 3000, "write it in words"),
        ("id: trial", "id: trial\nid: trial", "twice"),
        ("id: trial", "id: trial\nyear: 2003", "unknown entry"),
        ("id: trial", "id: trial\nincludes: [../../etc/passwd]", "write ids in brackets"),
        ("id: trial", "id: trial\nincludes: [nowhere]", "found 'nowhere'; write ids of other"),
        ("id: trial", "id: trial\nincludes: [trial]", "trial includes others itself"),
        ("id: trial", "id: trial\nmeasures: [centres_reconect]", "centres_reconnect"),
        ("id: trial", "id: trial\nmeasures: centres_reconnect", "write ids in brackets"),
        ("id: trial", "id: trial\nphase: 2003", "write {from: 2003, to: 2005}"),
        ("id: trial", "id: trial\nphase: {from: 2005, to: 2003}", "exchange the two years"),
        ("id: trial", "id: trial\nphase: {from: 20, to: 2003}", "write years of 1990"),
        ("id: trial", "id: trial\nphase: {from: 2003, to: 2004, by: 1}", "write {from"),
        ("id: trial", "id: &a trial\nincludes: [*a]", "alias"),
        ("id: trial", "id: [", "not valid YAML"),
        (GOOD, "- a list", "no entries of the form"),
        (GOOD, "[" * 3000, "nested too deeply|not valid YAML"),
        (GOOD, "", "the file is empty"),
        (GOOD, "id: !!python/object:os.system x", "not valid YAML"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(package, old, new, said):
    problems = write(package, GOOD.replace(old, new, 1))
    assert problems
    assert all(p.startswith("scenarios/trial.yml") for p in problems)
    assert any(part in p for part in said.split("|") for p in problems), problems


@pytest.mark.parametrize("name", ["Trial.yml", "tri-al.yml", "notes.txt", "trial.yaml"])
def test_a_file_of_another_name_is_not_passed_over(package, name):
    assert any("name it" in problem for problem in write(package, GOOD, name))


def test_a_file_that_is_no_text_or_leads_out_is_refused(package, tmp_path):
    trial = package / "scenarios" / "trial.yml"

    def problems() -> str:
        return " ".join(str(problem) for problem in read_package(package).problems)

    trial.write_bytes("名".encode("gb18030") * 9)
    assert "UTF-8" in problems()
    trial.write_bytes(b"a: " + b"x" * 2**17)
    assert "larger than" in problems()
    trial.unlink()
    (tmp_path / "outside.yml").write_text(GOOD, encoding="utf-8")
    trial.symlink_to(tmp_path / "outside.yml")
    assert "leads out of the package" in problems()


def test_the_check_lists_them_among_the_others(package):
    write(package, GOOD.replace("collection", "<b>"))
    figures = package / "figures.csv"
    figures.write_text(figures.read_text(encoding="utf-8") + "odd\n", encoding="utf-8")
    files = [problem.file for problem in check_package(package)]
    assert files == ["figures.csv", "scenarios/trial.yml"]
    with pytest.raises(PackageError, match=r"scenarios/trial\.yml"):
        load_package(package, check=False)


# -- what they do -----------------------------------------------------------------------------


def _nothing(**changes: object) -> Scenario:
    return replace(Scenario("nothing", "Nothing", "无", "-", "-"), **changes)


def test_no_differences_are_the_baseline_exactly():
    draws = model.sample(paper_ranges(), 300, 7)
    before = model.project(draws.values)
    for scenario in (
        _nothing(),
        _nothing(
            changes={
                name: Change("add", Fraction(0), Fraction(0))
                for name in LEVERS
                if name in draws.values
            }
        ),
        _nothing(
            changes={
                name: Change("scale", Fraction(1), Fraction(1))
                for name in LEVERS
                if name in draws.values
            }
        ),
    ):
        changed = model.apply_scenario(draws.values, scenario, {}, seed=7)
        after = model.project(changed)
        for output in model.OUTPUTS:
            np.testing.assert_array_equal(before[output], after[output])


def test_every_lever_is_a_parameter_of_the_projection():
    values = model.sample(paper_ranges(), 2).values
    assert set(LEVERS) <= set(values)


def test_a_reform_changes_no_draw_and_no_other_reform():
    ranges = paper_ranges()
    draws = model.sample(ranges, 200, 3)
    kept = {name: np.array(v, copy=True) for name, v in draws.values.items()}
    one = {"reconnect": SCENARIOS["reconnect"]}
    alone = model.differences(draws, SCENARIOS["reconnect"], one, seed=3)
    among = model.differences(draws, SCENARIOS["reconnect"], SCENARIOS, seed=3)
    for output in model.OUTPUTS:
        np.testing.assert_array_equal(alone[output], among[output])
    for name, value in draws.values.items():
        np.testing.assert_array_equal(value, kept[name])
    few = model.compare(ranges, one, n=200, seed=3).drop(columns="rank")
    many = model.compare(ranges, SCENARIOS, n=200, seed=3).drop(columns="rank")
    same = many[many["scenario"] == "reconnect"].reset_index(drop=True)
    assert few.equals(same)


def test_reconnecting_worked_by_hand():
    """From 2003 a half and from 2004 all of a change to 0.4 of the 400 interrupted."""
    scenario = _nothing(
        changes={"paying_interrupted": Change("set", Fraction(2, 5), Fraction(2, 5))},
        first=2003,
        last=2004,
    )
    years = (2002, 2003, 2004, 2005)
    before = model.project(HAND, years)
    after = model.project(model.apply_scenario(HAND, scenario, {}, years), years)
    added = after["contributors_persons"] - before["contributors_persons"]
    assert added == pytest.approx([0, 80, 160, 160])
    mean = np.array([0, 40, 120, 160])
    wage = 10_000 * 1.1 ** np.arange(4)
    revenue = after["revenue_yuan"] - before["revenue_yuan"]
    assert revenue == pytest.approx(0.27 * 0.9 * wage * 0.6 * mean)
    assert after["subsidy_yuan"] - before["subsidy_yuan"] == pytest.approx(-revenue)
    assert after["spending_yuan"] == pytest.approx(before["spending_yuan"])
    dependency = after["retirees_persons"] / (before["contributors_persons"] + added)
    assert after["dependency_ratio"] == pytest.approx(dependency)


def test_a_reform_never_reaches_back_into_the_base_year():
    early = _nothing(
        changes={"paying_interrupted": Change("set", Fraction(1), Fraction(1))},
        first=1999,
        last=2000,
    )
    found = model.apply_scenario(HAND, early, {}, (2002, 2003))["paying_interrupted"]
    assert found[:, 0] == pytest.approx([0, 1, 1])


def test_changes_follow_one_another_and_stay_shares():
    half = Fraction(1, 2)
    part = _nothing(id="part", changes={"collection": Change("add", half, half)})
    whole = _nothing(
        id="whole",
        includes=("part",),
        changes={"collection": Change("scale", half, half)},
    )
    found = model.apply_scenario(HAND, whole, {"part": part}, (2002, 2003))["collection"]
    # 0.9 and 0.5 are cut at one, then halved; the base year stays.
    assert found[:, 0] == pytest.approx([0.9, 0.5, 0.5])
    fined = _nothing(changes={"surcharge": Change("set", Fraction(50), Fraction(50))})
    assert model.apply_scenario(HAND, fined, {}, (2002,))["surcharge"][1, 0] == 50


def test_sizes_are_drawn_evenly_over_the_range_of_the_file():
    draws = model.sample(paper_ranges(), 1000, 1)
    changed = model.apply_scenario(draws.values, SCENARIOS["reconnect"], SCENARIOS, seed=1)
    last = changed["paying_interrupted"][-1]
    assert last.min() >= 0.2957
    assert last.max() <= 1
    assert np.mean(last) == pytest.approx((0.2957 + 1) / 2, abs=1e-3)
    middle = model.apply_scenario(draws.values, SCENARIOS["reconnect"], SCENARIOS)
    assert middle["paying_interrupted"][-1] == pytest.approx((0.2957 + 1) / 2)


def test_each_reform_does_what_it_is_for():
    draws = model.sample(paper_ranges(), 400, 2)
    added = {name: model.differences(draws, s, SCENARIOS, seed=2) for name, s in SCENARIOS.items()}
    for name, found in added.items():
        assert (found["contributors_persons"] >= -1e-6).all(), name
        assert (found["revenue_yuan"] >= -1e-3).all(), name
        assert (found["dependency_ratio"] <= 1e-12).all(), name
        assert (found["retirees_persons"] == 0).all(), name
        assert (found["contributors_persons"][0] == 0).all(), name
    assert (added["settlement_year"]["contributors_persons"] == 0).all()
    assert (added["surcharge_50"].at(2010, "surcharge_yuan") > 0).all()
    assert (added["low_rate_older"].at(2010, "cost_yuan") > 0).all()
    assert (added["liaoning_bonus"].at(2010, "spending_yuan") > 0).all()
    assert (added["reconnect"]["cost_yuan"] == 0).all()


def test_all_together_includes_each():
    draws = model.sample(paper_ranges(), 400, 2)
    found = model.apply_scenario(draws.values, SCENARIOS["all_together"], SCENARIOS, seed=2)
    own = SCENARIOS["all_together"].changes
    for name in SCENARIOS["all_together"].includes:
        alone = model.apply_scenario(draws.values, SCENARIOS[name], SCENARIOS, seed=2)
        for parameter in SCENARIOS[name].changes:
            if parameter not in own:
                assert (found[parameter] >= alone[parameter] - 1e-12).all(), (name, parameter)
    # Without its own change it is never less than any of them.
    plain = replace(SCENARIOS["all_together"], changes={})
    whole = model.differences(draws, plain, SCENARIOS, seed=2)
    for name in plain.includes:
        alone = model.differences(draws, SCENARIOS[name], SCENARIOS, seed=2)
        for output in ("contributors_persons", "revenue_yuan"):
            assert (whole[output] >= alone[output] - 1e-3).all(), (name, output)


def test_reforms_are_ranked_by_what_public_money_saves():
    table = model.compare(paper_ranges(), SCENARIOS, n=300, seed=4)
    last = table[(table["year"] == 2010) & (table["output"] == "net_gap_yuan")]
    assert last.sort_values("rank")["p50"].is_monotonic_increasing
    assert sorted(last["rank"]) == list(range(1, 9))
    assert set(table["output"]) == set(model.OUTPUTS)
    for low, p5, p50, p95, high in table[["low", "p5", "p50", "p95", "high"]].itertuples(
        index=False
    ):
        assert low <= p5 <= p50 <= p95 <= high
    two = model.compare(paper_ranges(), SCENARIOS, n=50, chosen=["reconnect", "surcharge_50"])
    assert set(two["scenario"]) == {"reconnect", "surcharge_50"}


def test_differences_are_paired_draw_by_draw():
    draws = model.sample(paper_ranges(), 300, 9)
    added = model.differences(draws, SCENARIOS["reconnect"], SCENARIOS, seed=9)
    before = model.project(draws.values).at(2010, "contributors_persons")
    found = added.at(2010, "contributors_persons")
    assert np.ptp(found) < np.ptp(before)


def test_an_unknown_reform_is_named():
    with pytest.raises(ParameterError, match="no reform 'reconect'"):
        model.compare(paper_ranges(), SCENARIOS, chosen=["reconect"], n=10)
    lost = _nothing(includes=("gone",))
    with pytest.raises(ParameterError, match="includes 'gone'"):
        model.apply_scenario(HAND, lost, {})
    odd = _nothing(changes={"luck": Change("add", Fraction(1), Fraction(1))})
    with pytest.raises(ParameterError, match="changes luck"):
        model.apply_scenario(HAND, odd, {})
