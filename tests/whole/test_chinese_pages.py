"""What readers of the Chinese pages see that no catalogue of the book holds."""

from pathlib import Path

import pandas as pd
import pytest

from pensionbook.book.theme_words import NAMES, in_language
from pensionbook.data.load import load_package
from pensionbook.language.messages import translate
from pensionbook.report.figures_in_words import printed_with_unit
from pensionbook.report.tables import rows_alt, series_alt

PACKAGE = Path(__file__).parents[2] / "data" / "tianjin-2002"
TABLE = pd.DataFrame(
    {"label": ["甲", "乙"], "period": ["1999", "2000"], "value": ["5", "6"], "other": ["x", "y"]}
)


def test_alternative_texts_have_the_punctuation_of_the_language() -> None:
    assert rows_alt(TABLE) == "甲: 5; 乙: 6"
    assert rows_alt(TABLE).say("zh_CN") == "甲：5；乙：6"
    assert rows_alt(TABLE, "other").say("zh_CN") == "甲：5，x；乙：6，y"
    assert series_alt(TABLE).say("zh_CN") == "甲，1999：5；乙，2000：6"


@pytest.mark.parametrize("name", NAMES)
def test_the_words_of_the_theme_are_in_the_language(name: str) -> None:
    page = f'<nav class="a" title="{name}">{name}</nav> <p aria-label="{name}">x</p>'
    said = translate(name, "zh_CN")
    assert said != name
    assert in_language(page, "zh_CN") == (
        f'<nav class="a" title="{said}">{name}</nav> <p aria-label="{said}">x</p>'
    )


def test_other_names_and_texts_stay() -> None:
    page = '<a title="Main street">© Copyright law, 2002; Toggle primary sidebar</a>'
    assert in_language(page, "zh_CN") == page
    assert in_language("<p>© Copyright 某单位.\n</p>", "zh_CN") == "<p>© 某单位。\n</p>"


@pytest.mark.parametrize(
    ("figure_id", "said"),
    [
        ("contributors_2000_change", "\u221263,629 人"),
        ("rank_of_fall", "第 4 位"),
        ("peak_age", "至少 40 岁"),
        ("dependency_ratio_districts", "近 1"),
        ("transfers_not_in_place_share", "1/3"),
        ("fiscal_revenue_2002_growth", "23%（预计）"),
        ("firms_in_arrears", "逾 1,000 家"),
    ],
)
def test_a_printed_figure_has_its_unit_as_the_language_writes_it(figure_id: str, said: str) -> None:
    package = load_package(PACKAGE)
    figure = next(f for f in package.figures if f.figure_id == figure_id)
    assert printed_with_unit(figure, package, "zh_CN") == said
