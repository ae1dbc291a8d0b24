"""Charts are measured as a reader sees them: rendered, in both languages, on synthetic tables."""

from __future__ import annotations

import itertools
import subprocess
import sys
from functools import cache
from pathlib import Path

import matplotlib
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.font_manager import get_font
from matplotlib.patches import Polygon, Rectangle

import chart_tables
from chart_tables import (
    KINDS,
    NAN,
    changes,
    draw,
    hundred,
    lines,
    parts,
    rows_table,
    series_table,
    text_boxes,
    words,
)
from pensionbook import charts
from pensionbook.charts.labels import Placer, spread
from pensionbook.charts.sheet import Sheet
from pensionbook.charts.style import fills, looks, readable, style, tint, typeset
from pensionbook.data.periods import end_in_years
from pensionbook.errors import ChartError
from pensionbook.exchange import DATA_MIME

LANGUAGES = ("en", "zh_CN")
OKABE_ITO = {
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7",
}  # fmt: skip
NEUTRAL = {"#222222", "#5a5a5a", "#8a8f94", "#ececec"}
ALL = pytest.mark.parametrize(
    ("kind", "language"), list(itertools.product(KINDS, LANGUAGES)), ids=lambda value: str(value)
)


@cache
def drawn(kind: str, language: str):
    """A chart that tests only look at."""
    return draw(kind, language)


def drawn_bars(figure, kind: type = Rectangle) -> list:
    """Bars and hatched ends in the plot, without the key."""
    return [patch for axes in figure.axes for patch in axes.patches if isinstance(patch, kind)]


def one_bar(low: float, high: float):
    table = rows_table("en", ("public", low, high))
    return charts.bounded_bars(table, title="t", xlabel="persons", alt="a")


# -- what a reader sees ---------------------------------------------------------------------------


@ALL
def test_no_text_covers_another_or_leaves_the_sheet(kind: str, language: str) -> None:
    figure = drawn(kind, language)
    boxes = text_boxes(figure)
    assert len(boxes) > 6
    wide, tall = figure.get_size_inches() * figure.dpi
    for name, box in boxes.items():
        assert box.x0 >= 0, name
        assert box.y0 >= 0, name
        assert box.x1 <= wide, name
        assert box.y1 <= tall, name
    for (first, one), (second, two) in itertools.combinations(boxes.items(), 2):
        apart_x = one.x1 <= two.x0 + 1 or two.x1 <= one.x0 + 1
        apart_y = one.y1 <= two.y0 + 2 or two.y1 <= one.y0 + 2
        assert apart_x or apart_y, f"{first} covers {second}"


@pytest.mark.parametrize("kind", KINDS)
def test_two_drawings_are_the_same_bytes(kind: str) -> None:
    assert charts.png(draw(kind, "zh_CN")) == charts.png(draw(kind, "zh_CN"))


def test_a_vector_drawing_is_the_same_bytes_and_tells_no_date() -> None:
    first, second = (charts.svg(draw("bars", "zh_CN")) for _ in range(2))
    assert first == second
    assert b"<dc:date>" not in first


@ALL
def test_every_glyph_comes_from_an_intended_font(kind: str, language: str) -> None:
    """A missing glyph would warn as well, and a warning fails a test."""
    figure = drawn(kind, language)
    with style():
        families = matplotlib.rcParams["font.family"]
        path = matplotlib.font_manager.findfont(families[0], fallback_to_default=False)
        assert Path(path).name == "NotoSansCJKsc-Regular.otf"
        glyphs = get_font(path).get_charmap()
        letters = {letter for name in text_boxes(figure) for letter in name if letter.isprintable()}
    assert {letter for letter in letters if ord(letter) not in glyphs} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_colours_are_okabe_and_ito_s_and_at_most_four(kind: str) -> None:
    figure = drawn(kind, "en")
    colours = {to_hex(patch.get_edgecolor()) for patch in drawn_bars(figure, Rectangle)}
    colours |= {to_hex(patch.get_edgecolor()) for patch in drawn_bars(figure, Polygon)}
    for axes in figure.axes:
        colours |= {
            to_hex(line.get_color())
            for line in axes.lines
            if line.get_marker() not in ("None", "_", "", None)
        }
    if kind == "before and after":
        pale = {tint(colour, 0.45) for colour in (*OKABE_ITO, *NEUTRAL)}
        assert colours & pale
        colours -= pale
    hues = colours - NEUTRAL
    assert hues
    assert hues <= OKABE_ITO
    assert len(hues) <= 4


def test_a_group_keeps_its_colour_whatever_stands_beside_it() -> None:
    alone = looks(["non_public"])["non_public"]
    assert looks(["unheard_of", "public", "non_public"])["non_public"] == alone
    assert fills(["non_public", "public"])["non_public"] == alone[0]


def test_series_differ_in_dash_and_marker_too_for_grey_print() -> None:
    found = looks(["public", "non_public", "foreign", "other"]).values()
    assert len({str(dash) for _, dash, _ in found}) == 4
    assert len({marker for _, _, marker in found}) == 4


def test_parts_that_need_too_many_hues_take_their_group_s() -> None:
    found = fills(["state", "collective", "foreign", "private_individual", "other"])
    assert found["state"] == found["collective"] == fills(["public"])["public"]
    assert len(set(found.values())) == 2


@pytest.mark.parametrize("colour", sorted(OKABE_ITO))
def test_small_text_in_a_colour_is_darkened_until_it_can_be_read(colour: str) -> None:
    channels = [int(readable(colour)[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (light + 0.05) >= 4.49


# -- bounds ---------------------------------------------------------------------------------------


def test_wide_bounds_are_a_hatched_band_without_a_line_through_it() -> None:
    figure = draw("lines")
    axes = figure.axes[0]
    hatched = [c for c in axes.collections if isinstance(c, PolyCollection) and c.get_hatch()]
    assert len(hatched) == 4
    table = lines("en")
    wide = table[table["high"] > table["low"]]
    middles = {(low + high) / 2 for low, high in zip(wide["low"], wide["high"], strict=True)}
    levels = {float(level) for line in axes.lines for level in line.get_ydata()}
    assert not middles & levels
    assert sum(isinstance(c, ErrorbarContainer) for c in axes.containers) == len(wide)


def test_nine_months_are_three_quarters_of_a_year_on_the_axis() -> None:
    ticks = sorted(draw("lines").axes[0].get_xticks())
    assert ticks[-1] - ticks[-2] == pytest.approx(0.75 * (ticks[1] - ticks[0]))
    assert ticks[0] == float(end_in_years("1999"))


def test_a_period_not_known_breaks_the_line() -> None:
    points = [("1999", 5, 5), ("2000", NAN, NAN), ("2001", 6, 6)]
    table = series_table("en", ("all", points))
    figure = charts.bounded_lines(table, title="t", ylabel="persons", alt="a")
    assert not [line for line in figure.axes[0].lines if len(line.get_xdata()) > 1]


def test_a_bound_on_one_side_is_an_arrow_from_it() -> None:
    table = series_table("en", ("all", [("1999", 5, 5), ("2000", 4, NAN)]))
    figure = charts.bounded_lines(table, title="t", ylabel="persons", alt="a")
    arrows = [text for text in figure.axes[0].texts if getattr(text, "arrow_patch", None)]
    assert [(arrow.xyann[1], arrow.xy[1] > 4) for arrow in arrows] == [(4, True)]


@pytest.mark.parametrize(
    ("low", "high", "certain", "possible"),
    [
        pytest.param(40, 40, (0, 40), None, id="a point is solid"),
        pytest.param(40, 60, (0, 40), (40, 60), id="solid to the low end, hatched to the high"),
        pytest.param(-60, -40, (-40, 0), (-60, -40), id="a fall is solid to its smaller end"),
        pytest.param(-10, 30, None, (-10, 30), id="a change of unknown sign is hatched"),
        pytest.param(0, 30, None, (0, 30), id="nothing is certain above zero"),
    ],
)
def test_bars_are_solid_as_far_as_is_certain(low, high, certain, possible) -> None:
    figure = one_bar(low, high)
    solid = [(b.get_x(), b.get_x() + b.get_width()) for b in drawn_bars(figure, Rectangle)]
    hatched = [(min(p.get_xy()[:, 0]), max(p.get_xy()[:, 0])) for p in drawn_bars(figure, Polygon)]
    assert solid == ([] if certain is None else [certain])
    assert hatched == ([] if possible is None else [possible])
    assert all(patch.get_hatch() for patch in drawn_bars(figure, Polygon))


@pytest.mark.parametrize(("low", "high", "tip"), [(40, NAN, 1), (NAN, -40, -1)])
def test_an_open_end_is_drawn_as_a_point_beyond_the_bound(low, high, tip) -> None:
    (patch,) = drawn_bars(one_bar(low, high), Polygon)
    xs = patch.get_xy()[:, 0] * tip
    assert len(patch.get_xy()) == 6  # five corners, closed
    assert max(xs) > 40
    assert list(xs).count(max(xs)) == 1


@pytest.mark.parametrize("kind", ["bars", "headed bars", "before and after", "stacked parts"])
def test_the_axis_of_bars_reaches_zero(kind: str) -> None:
    low, high = draw(kind).axes[0].get_xlim()
    assert low <= 0 <= high


def test_a_lost_value_is_said_and_not_drawn() -> None:
    table = changes("en")
    figure = charts.bounded_bars(table, title="t", xlabel="%", alt="a")
    assert "not recoverable" in [text.get_text() for text in figure.axes[0].texts]
    assert len({round(b.get_y(), 3) for b in drawn_bars(figure, Rectangle)}) == 4
    chinese = charts.bounded_bars(table, title="t", xlabel="%", alt="a", language="zh_CN")
    assert "无法恢复" in [text.get_text() for text in chinese.axes[0].texts]


def test_the_key_explains_hatching_only_where_there_is_some() -> None:
    def key(low: float, high: float) -> list[str]:
        return [text.get_text() for text in one_bar(low, high).texts]

    assert "certain" not in key(40, 40)
    assert {"certain", "possible within the bounds"} <= set(key(40, 60))
    assert "no bound on this side" in key(40, NAN)


def test_a_stacked_part_is_solid_only_where_it_surely_lies() -> None:
    figure = draw("stacked parts")
    solid = sorted((b.get_x(), b.get_x() + b.get_width()) for b in drawn_bars(figure, Rectangle))
    # The third part starts between 190,000 and 211,240 and ends between 400,000 and 471,240.
    assert (211_240, 400_000) in solid
    assert (0, 430_000) in solid  # the total stands on its own bounds


def test_parts_that_overlap_start_at_zero() -> None:
    figure = draw("stacked parts", from_zero=True)
    assert {b.get_x() for b in drawn_bars(figure, Rectangle)} == {0}


def test_a_cut_that_is_only_bounded_is_hatched_over_its_range() -> None:
    (patch,) = drawn_bars(draw("shares"), Polygon)
    xs = patch.get_xy()[:, 0]
    assert (min(xs), max(xs)) == (62, 69)


def test_an_open_whisker_runs_past_what_it_is_compared_with() -> None:
    figure = draw("audit whiskers")
    arrows = [line for line in figure.axes[0].lines if line.get_marker() == ">"]
    assert len(arrows) == 1
    assert float(arrows[0].get_xdata()[0]) > 1


# -- texts and places -----------------------------------------------------------------------------


def test_chinese_gets_thin_spaces_and_a_narrow_minus() -> None:
    assert typeset("减少63,629人，2002 年−5", "zh_CN") == (
        "减少\u200963,629\u2009人，2002\u2009年\u2009\u20135"
    )
    assert typeset(typeset("减少63,629人", "zh_CN"), "zh_CN") == "减少\u200963,629\u2009人"
    assert typeset("the paper’s “fall”", "en") == 'the paper\'s "fall"'


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_wrap_within_the_sheet_and_no_line_starts_with_punctuation(language: str) -> None:
    with style():
        sheet = Sheet(title="", subtitle="", foot="", alt="", language=language)
        for room in (1.5, 2.5, 4.0, 7.0):
            wrapped = sheet.wrap(words(language)["title"] * 2, room, 9)
            assert sheet.width(wrapped, 9) <= room
            assert not [line for line in wrapped.split("\n") if line[0] in "，。：；、）"]


@pytest.mark.parametrize("kind", ["bars", "waterfall", "whiskers", "before and after", "lines"])
def test_a_name_without_a_break_is_broken_where_the_room_ends(kind: str, monkeypatch) -> None:
    names = dict.fromkeys(chart_tables._NAMES, ("W" * 97, "W" * 97))
    monkeypatch.setattr(chart_tables, "_NAMES", names)
    figure = draw(kind)
    wide, tall = figure.get_size_inches() * figure.dpi
    boxes = text_boxes(figure)
    assert any("W\\nW" in name for name in boxes)
    for name, box in boxes.items():
        assert min(box.x0, box.y0) >= 0, name
        assert box.x1 <= wide, name
        assert box.y1 <= tall, name


def test_labels_are_spread_in_order_without_touching() -> None:
    places = spread([5.0, 5.1, 5.2, 9.0], [1.0] * 4, 0.0, 10.0)
    assert places == sorted(places)
    assert all(b - a >= 1 - 1e-9 for a, b in itertools.pairwise(places))
    assert places[3] == 9.0
    assert spread([9.9, 10.0], [1.0, 1.0], 0.0, 10.0) == [8.5, 9.5]


def test_a_label_avoids_other_labels_first_and_lines_second() -> None:
    placer = Placer((0, 0, 10, 10), [((0, 1), (10, 1))])
    crossed, free = (1, 0.5, 2, 1.5), (1, 3, 2, 4)
    assert placer.place([crossed, free]) == 1
    assert placer.place([crossed, free]) == 0
    assert placer.place([crossed, free]) is None
    assert placer.place([(9, 9, 11, 10)]) is None


# -- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda t: t.iloc[:0], "is empty; say in a sentence", id="no rows"),
        pytest.param(lambda t: t.drop(columns="high"), "lacks high; it has", id="no column"),
        pytest.param(lambda t: t.assign(low=t["high"] + 1), "has low above high", id="crossed"),
        pytest.param(lambda t: t.assign(low="1"), "column low .* is not a number", id="text"),
        pytest.param(lambda t: t.assign(low=-2e308), "is infinite; write NaN", id="infinite"),
        pytest.param(lambda t: t.assign(low=NAN, high=NAN), "no row .* known bound", id="all lost"),
    ],
)
def test_a_table_that_cannot_be_drawn_is_refused(change, message: str) -> None:
    table = change(rows_table("en", ("public", 1, 2), ("other", 2, 3)))
    with pytest.raises(ChartError, match=message):
        charts.bounded_bars(table, title="t", xlabel="persons", alt="a")


@pytest.mark.parametrize(
    ("draws", "message"),
    [
        pytest.param(
            lambda: draw("lines", values="some"), "values 'some' .* is not auto", id="values"
        ),
        pytest.param(lambda: draw("bars", hue="area"), "hue 'area' .* neither", id="hue"),
        pytest.param(lambda: draw("bars", totals=["Sum"]), "names no row of it: Sum", id="totals"),
        pytest.param(
            lambda: charts.stacked_parts(
                changes("en"), title="t", xlabel="%", alt="a", totals=["All"]
            ),
            "not bounded on both sides",
            id="open part",
        ),
        pytest.param(
            lambda: charts.shares(
                hundred("en").assign(low=70.0, high=80.0), title="t", alt="a"
            ),
            "exceed the whole",
            id="more than all",
        ),
        pytest.param(
            lambda: charts.bounded_lines(
                series_table("en", ("all", [("autumn", 1, 1)])), title="t", ylabel="p", alt="a"
            ),
            "column period .* 'autumn' is not a period",
            id="period",
        ),
        pytest.param(
            lambda: charts.bounded_lines(
                series_table("en", ("all", [("1999", 1, 1), ("1999", 2, 2)])),
                title="t", ylabel="p", alt="a",
            ),
            "has 1999 twice",
            id="twice",
        ),
        pytest.param(lambda: looks(list("abcde")), "more than 4 hues; draw fewer", id="hues"),
    ],
)  # fmt: skip
def test_what_a_chart_cannot_show_is_refused(draws, message: str) -> None:
    with pytest.raises(ChartError, match=message):
        draws()


# -- in a notebook --------------------------------------------------------------------------------


def test_a_chart_is_shown_as_a_picture_with_its_alternative_text(monkeypatch) -> None:
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append((data, more)))
    table = pd.DataFrame({"label": ["a"], "low": [1.5]})
    charts.show(draw("bars", alt="Falls and rises"), table)
    ((data, more),) = shown
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == "Falls and rises"
    assert data[DATA_MIME] == {"columns": ["label", "low"], "rows": [["a", 1.5]]}
    assert "image/svg+xml" not in data
    assert more["metadata"]["image/png"] == {"width": 720, "alt": "Falls and rises"}


def test_drawing_leaves_the_settings_of_others_alone() -> None:
    before = dict(matplotlib.rcParams)
    charts.png(draw("lines", "zh_CN"))
    assert dict(matplotlib.rcParams) == before


def test_charts_need_no_window_system() -> None:
    code = "import sys, pensionbook.charts; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_tables_are_left_as_they_were() -> None:
    table = parts("en")
    copy = table.copy(deep=True)
    charts.stacked_parts(table, title="t", xlabel="p", alt="a", totals=["All"])
    pd.testing.assert_frame_equal(table, copy)


def test_in_a_build_a_chart_comes_as_svg_too(monkeypatch) -> None:
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append(data))
    monkeypatch.setenv("PENSIONBOOK_WITH_SVG", "1")
    charts.show(draw("bars"), pd.DataFrame({"low": [1]}))
    assert shown[0]["image/svg+xml"].startswith("<?xml")


@pytest.mark.parametrize(
    ("draw_small", "table"),
    [
        (charts.spark_line, {"period": ["2001"], "low": [1.0], "high": [2.0]}),
        (charts.spark_line, {"period": ["2000", "2001"], "low": [1.0, None], "high": [2.0, 2.0]}),
        (charts.spark_bars, {"label": list("abcdefg"), "low": [1.0] * 7, "high": [2.0] * 7}),
        (charts.spark_bars, {"label": ["a"], "low": [0.0], "high": [0.0]}),
    ],
)
def test_a_small_picture_that_says_nothing_is_refused(draw_small, table) -> None:
    with pytest.raises(ChartError):
        draw_small(pd.DataFrame(table), alt="x")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_small_pictures_have_their_texts_and_are_the_same_every_time(language) -> None:
    line = pd.DataFrame({"period": ["1999", "2002-09"], "low": [2.0, 1.0], "high": [2.5, 1.0]})
    bars = pd.DataFrame({"label": ["缴费", "b"], "low": [-2.0, 0.0], "high": [-1.0, 3.0]})
    for draw_small, table in ((charts.spark_line, line), (charts.spark_bars, bars)):
        first, second = (draw_small(table, alt="A fall", language=language) for _ in range(2))
        assert first.alt == "A fall"
        assert charts.png(first) == charts.png(second)
