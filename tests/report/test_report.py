"""What a notebook asks of a report: joint bounds, named values, and words where data lack."""

import json
from fractions import Fraction as F

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packages import write_package
from pensionbook.engine.results import Bound
from pensionbook.engine.system import Quantity
from pensionbook.errors import PackageError, ParameterError
from pensionbook.report.measure import UNKNOWN, Measure
from pensionbook.report.report import VALUES_MIME, Report, open_report
from pensionbook.report.tables import Sentence, shown
from small import OWNERSHIP, audited, falling, figure, level, report_of


def split():
    """A total and its parts, the private one lost, and a change since the baseline."""
    return report_of(
        level("all", "10.0"),
        level("public", "7.0", group="public"),
        figure("change", "change", "-500", "person", base_period="1999"),
        identities=(OWNERSHIP,),
        as_of="2001",
    )


def ends(measure):
    return measure.bound.low, measure.bound.high


def test_each_quantity_is_bounded_over_all_figures_jointly():
    report = split()
    public, private = (report.quantity("contributors", group) for group in ("public", "private"))
    everyone = report.quantity("contributors")
    assert everyone == Quantity("contributors", "all", "town", "2001")
    assert ends(report.level("contributors", "private")) == (29_000, 31_000)
    assert ends(report.change("contributors")) == (-500, -500)
    assert ends(report.growth("contributors")) == (F(-50_000, 100_000), F(-50_000, 101_000))
    assert ends(report.share(private, everyone)) == (F(2900_000, 99_500), F(3100_000, 100_500))
    assert ends(report.ratio(private, public)) == (F(29_000, 70_500), F(31_000, 69_500))
    assert ends(report.total({public: 1, private: 1})) == (99_500, 100_500)
    assert ends(report.total({everyone: 2, public: -2, private: -2})) == (0, 0)
    assert ends(report.quotient({public: 1, private: 1}, {everyone: 1})) == (1, 1)


def test_a_share_that_is_printed_narrows_the_share_of_the_levels():
    report = report_of(
        level("all", "10.0"),
        level("public", "7.0", group="public"),
        figure("share", "share", "30.1", "percent", group="private", of_group="all"),
        identities=(OWNERSHIP,),
        as_of="2001",
    )
    private = report.quantity("contributors", "private")
    share = report.share(private, report.quantity("contributors"))
    assert ends(share) == (F("30.05"), F("30.15"))
    assert "share" in share.bound.figures


def test_formulas_name_what_they_are_made_of():
    report = split()
    private = report.quantity("contributors", "private")
    assert report.change("contributors").formula == "contributors[2001] - contributors[1999]"
    assert report.growth("contributors").formula == (
        "(contributors[2001] - contributors[1999]) / contributors[1999]"
    )
    assert report.share(private, report.quantity("contributors")).formula == (
        "contributors[2001, private] / contributors[2001]"
    )
    assert report.total({private: F(1, 2), report.quantity("contributors"): -1}).formula == (
        "1/2 * contributors[2001, private] - contributors[2001]"
    )


def test_periods_are_those_bounded_on_both_sides_within_the_dates():
    report = report_of(
        level("a", "9", period="1998"),
        level("b", "10", period="2000"),
        level("c", "11", period="2001", qualifier="at_least"),
        level("d", "12", period="2002-09"),
    )
    assert report.periods("contributors") == ["2000", "2002-09"]
    assert report.periods("contributors", everywhen=True) == ["1998", "2000", "2002-09"]
    assert report.mentioned_periods("contributors") == ["1998", "2000", "2001", "2002-09"]
    assert report.knows("contributors")
    assert not report.knows("contributors", "private")


def test_tables_hold_the_bounds_and_the_words_for_them():
    table = split().levels_table("contributors", ("all", "private", "nobody"), ("2001",))
    assert table[["group", "low", "high", "at_least", "at_most"]].values.tolist() == [
        ["all", 99_500, 100_500, "99,500", "100,500"],
        ["private", 29_000, 31_000, "29,000", "31,000"],
    ]
    report = split()
    rows = report.measures_table([("a", report.change("contributors")), ("b", UNKNOWN)])
    assert rows["value"].tolist() == ["−500", "not recoverable"]
    assert rows["unit"].tolist() == ["persons", "one"]


def test_a_sign_is_put_only_where_it_is_sure():
    report = split()
    sure, unsure = (Measure(Bound(F(low), F(9)), "one", "") for low in (9, -9))
    assert report.signed(sure) == "+9"
    assert report.signed(unsure) == "−9 to 9"
    assert report.signed(sure.negated()) == "−9"


def test_texts_follow_the_language():
    report = report_of(level("a", "10.0"), as_of="2001", language="zh_CN")
    assert report.tr("at most {end}", end=1) == "至多 1"
    assert report.label("areas", "town") == "镇"
    assert report.date("2002-09") == "2002\u2009年\u20099\u2009月"
    assert report.text(UNKNOWN) == "无法恢复"
    assert report.foot().startswith("来源：合成")


# -- named values ---------------------------------------------------------------------------------


# Fifteen digits are what a number of JSON surely carries: nine before the point, six after.
@settings(deadline=None)
@given(
    st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**8),
    st.one_of(st.just(F(0)), st.fractions(min_value=0, max_value=10**6, max_denominator=10**8)),
)
def test_a_record_holds_the_bounds_rounded_outward_by_less_than_a_millionth(low, width):
    measure = Measure(Bound(low, low + width, ("a",)), "one", "x")
    written = json.dumps(measure.record("x", "text", "01"))
    record = json.loads(written, parse_float=F)
    step = F(1, 10**6)
    if width == 0:
        assert {"low", "high"}.isdisjoint(record)
        assert abs(record["value"] - low) < step
    else:
        assert "value" not in record
        assert low - step < record["low"] <= low
        assert low + width <= record["high"] < low + width + step


@pytest.mark.parametrize(
    ("low", "high", "kept"),
    [
        (F(5), F(5), {"value": 5}),
        (F(1, 3), F(2, 3), {"low": 0.333333, "high": 0.666667}),
        (F(-2, 3), F(-1, 3), {"low": -0.666667, "high": -0.333333}),
        (None, F(7), {"low": None, "high": 7}),
        (F(1, 2), None, {"low": 0.5, "high": None}),
    ],
)
def test_a_record_has_a_value_or_two_ends(low, high, kept):
    record = Measure(Bound(low, high), "one", "x").record("x", "text", "01")
    assert {key: record[key] for key in ("value", "low", "high") if key in record} == kept
    assert list(record)[-7:] == [
        "unit", "text", "formula", "figures", "identities", "assumptions", "notebook",
    ]  # fmt: skip


def test_publishing_shows_the_records_and_a_text_twin(monkeypatch):
    shown_data = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, **more: shown_data.append((data, more))
    )
    report = report_of(level("a", "10.0"), as_of="2001", notebook="01_trends")
    report.value("now", report.level("contributors"))
    report.say("place", "Town")
    report.publish()
    ((data, more),) = shown_data
    assert more == {"raw": True}
    records = data[VALUES_MIME]["values"]
    assert records == report.named_values()
    assert {record["notebook"] for record in records} == {"01_trends"}
    assert sorted(data["text/plain"].splitlines()) == ["now: 100,000 person", "place: Town text"]


def test_a_word_is_named_once_and_not_like_a_value():
    report = falling()
    report.say("place", "Town")
    for again in (
        lambda: report.say("place", "Town"),
        lambda: report.value("place", report.level("contributors")),
    ):
        with pytest.raises(ParameterError, match="value 'place' is named twice"):
            again()


# -- what is not there ----------------------------------------------------------------------------


def test_what_the_package_lacks_is_unknown_and_a_sentence():
    report = falling()
    for measure in (
        report.level("rent"),
        report.change("rent"),
        report.growth("contributors", "private"),
        report.level_under_any_repair("rent"),
        report.share(report.quantity("rent"), report.quantity("contributors")),
    ):
        assert not measure.known
        assert report.text(measure) == "not recoverable"
    empty = report.levels_table("rent")
    said = Sentence("The package synthetic has no rents; this part is left out.")
    assert report.table(empty, {"value": "Rent"}, lacking="rents") == said
    drawn = []
    assert report.chart(lambda *a, **o: drawn.append(a), empty, lacking="rents") == said
    assert drawn == []
    assert said._repr_markdown_() == f"*{said.text}*"


def test_a_chart_is_drawn_with_the_report_s_language_and_source(monkeypatch):
    monkeypatch.setattr("pensionbook.charts.output.show", lambda figure, table: None)
    report, calls = falling(), []
    table = report.levels_table("contributors")
    assert report.chart(lambda t, **o: calls.append(o), table, lacking="levels", title="T") is None
    assert calls == [{"language": "en", "foot": report.foot(), "title": "T"}]


def test_a_report_is_opened_from_a_folder_or_refused(tmp_path):
    path = write_package(tmp_path)
    report = open_report(path, area="town", baseline="2000", as_of="2001")
    assert ends(report.change("workers")) == (100, 100)
    with pytest.raises(PackageError, match="nowhere"):
        open_report(tmp_path / "nowhere", area="town", baseline="2000", as_of="2001")


def test_bounds_whichever_repair_is_right_are_the_hull_over_the_repairs():
    report = report_of(level("one", "10.0"), level("other", "11.0"), as_of="2001")
    quantity = Quantity("contributors", "all", "town", "2001")
    assert report.result.bound({quantity: 1}).high is None
    hull = report.result.bound_under_any_repair({quantity: 1})
    assert (hull.low, hull.high) == (99_500, 110_500)


def test_changes_and_growth_are_bounded_jointly():
    report = report_of(
        level("then", "100.0", period="1999"),
        figure("change", "change", "-500", "person", period="2001", base_period="1999"),
        as_of="2001",
    )
    assert report.change("contributors").bound.low == -500
    growth = report.growth("contributors").bound
    assert (growth.low, growth.high) == (F(-50_000, 999_500), F(-50_000, 1_000_500))


def test_named_values_are_records_with_outward_bounds():
    report = falling()
    report.value("change", report.change("contributors"))
    report.value("growth", report.growth("contributors", period="2000"))
    report.value("nothing", report.level("contributors", "public"))
    report.say("place", "Town")
    records = {r["id"]: r for r in json.loads(json.dumps(report.named_values()))}
    assert records["change"]["value"] == -210_000
    assert records["growth"]["value"] == -5
    assert records["nothing"]["low"] is records["nothing"]["high"] is None
    assert records["nothing"]["text"] == "not recoverable"
    assert records["place"]["unit"] == "text"
    assert records["change"]["figures"] == ["a", "d"]


def test_a_value_is_named_once():
    report = falling()
    report.value("change", report.change("contributors"))
    with pytest.raises(ParameterError, match="value 'change' is named twice; choose another id"):
        report.value("change", report.change("contributors"))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"area": "nowhere"}, "area 'nowhere' is not in areas.csv; write one of: town"),
        ({"language": "fr"}, "language 'fr' is not one of en, zh_CN"),
        ({"baseline": "2003"}, "baseline '2003' must lie before as_of '2002-09'"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(parameters, message):
    result = audited(level("a", "10"), identities=())
    wanted = {"area": "town", "baseline": "1999", "as_of": "2002-09"} | parameters
    with pytest.raises(ParameterError, match=message):
        Report(result, **wanted)


def test_shown_tables_escape_texts_and_put_numbers_right():
    table = shown(
        pd.DataFrame({"a": ["<b>x</b>", "y"], "b": ["−1 to 2", ""], "c": [1, 2]}),
        {"a": "Name", "b": "Value"},
    )
    html = table._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert '<td class="text whole">y</td><td class="number whole">—</td>' in html
    assert "Value" in repr(table)
