"""What the program says is translated, completely, into each language it speaks."""

import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import matplotlib.text
import pytest
from babel.messages.pofile import read_po

from pensionbook import charts
from pensionbook.book.register import register_data
from pensionbook.data.addresses import is_address
from pensionbook.data.load import load_package
from pensionbook.engine.reconcile import reconcile
from pensionbook.language import catalogues as messages
from pensionbook.language.languages import SOURCE_LANGUAGE
from pensionbook.language.messages import CATALOGUES, available, catalogue, translate
from pensionbook.report.report import Report
from pensionbook.report.tables import Sentence

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
PACKAGE = ROOT / "data" / "tianjin-2002"
TRANSLATED = [language for language in available() if language != SOURCE_LANGUAGE]
# A word of English in a Chinese text; names of packages and figures, and GDP, may stand there.
ENGLISH = re.compile(r"(?<![\w-])(?!GDP\b)[A-Za-z]{3,}(?![\w-])")
# Addresses as tables show them: ssa.gov/…/china.html.
ADDRESS = re.compile(r"[a-z0-9.]+\.[a-z]+/\S+")


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_catalogue_has_all_that_is_said_and_nothing_else(language: str) -> None:
    assert messages.problems(language, NOTEBOOKS) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_is_read_as_babel_reads_it(language: str) -> None:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        read = {message.id: message.string for message in read_po(file) if message.id}
    assert catalogue(language) == read


def test_a_message_without_a_translation_is_said_in_english() -> None:
    assert translate("{number} unheard-of things", "zh_CN", number=3) == "3 unheard-of things"
    assert translate("at most {end}", "xx", end="5") == "at most 5"


@pytest.fixture
def own_catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(messages, "CATALOGUES", tmp_path)
    monkeypatch.setattr(messages, "messages", lambda _=None: {"at least {end}": "wording.py:1"})
    return tmp_path / "fr.po"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "wording.py:1: not in locale/fr.po: 'at least {end}'"),
        ('msgid "at least {end}"\nmsgstr ""\n', "wording.py:1: not translated: 'at least {end}'"),
        ('#, fuzzy\nmsgid "at least {end}"\nmsgstr "au moins {end}"\n', "marked fuzzy"),
        ('msgid "at least {end}"\nmsgstr "au moins {fin}"\n', "fields ['fin']"),
        (
            'msgid "at least {end}"\nmsgstr "au moins {end}"\n\nmsgid "no"\nmsgstr "non"\n',
            "locale/fr.po: nothing says this any more: 'no'",
        ),
    ],
)
def test_a_gap_in_a_catalogue_is_named_with_its_place(
    own_catalogues: Path, text: str, said: str
) -> None:
    own_catalogues.write_text(text, encoding="utf-8")
    (problem,) = messages.problems("fr", NOTEBOOKS)
    assert said in problem


def test_an_update_keeps_translations_and_drops_what_is_no_longer_said(
    own_catalogues: Path,
) -> None:
    own_catalogues.write_text(
        'msgid "at least {end}"\nmsgstr "au moins {end}"\n\nmsgid "no"\nmsgstr "non"\n',
        encoding="utf-8",
    )
    assert messages.update("fr", NOTEBOOKS) == (1, 0)
    assert messages.problems("fr", NOTEBOOKS) == []


def test_a_new_language_begins_with_all_messages_untranslated(own_catalogues: Path) -> None:
    assert messages.update("fr", NOTEBOOKS) == (1, 1)
    assert own_catalogues.is_file()


# -- what a reader of another language meets ------------------------------------------------------


@cache
def reconciled():
    return reconcile(load_package(PACKAGE))


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_package_says_its_notes_in_each_language_and_nothing_it_no_longer_says(
    language: str,
) -> None:
    package = load_package(PACKAGE)
    said = {figure.note for figure in package.figures}
    said |= {identity.assumption for identity in package.identities}
    said |= {row["note"] for table in ("barriers", "measures") for row in package.tables[table]}
    said |= {row[c] for row in package.tables["measures"] for c in ("responsible", "precedent")}
    said |= {row["source"] for row in package.tables["parameters"] if not is_address(row["source"])}
    told = {text for known, text in package.translations if known == language}
    assert told == said - {""}


@pytest.mark.slow
def test_the_chinese_register_holds_no_english() -> None:
    data = register_data(reconciled(), "zh_CN")
    names = re.compile("|".join([*(f["id"] for f in data["figures"]), *identities()]))
    texts = [
        f"{column}: {names.sub('', figure[column])}"
        for figure in data["figures"]
        for column in ("locator", "measure", "as_printed", "read", "implied", "because", "remark")
    ]  # fmt: skip
    assert [text for text in texts if ENGLISH.search(text.partition(": ")[2])] == []


def identities() -> list[str]:
    return [identity.identity_id for identity in reconciled().package.identities]


def texts_of(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """All texts of a notebook's charts and tables, and its words, in Chinese."""
    shown: list[object] = []
    table = Report.table

    def record(*given: object, **named: object) -> object:
        shown.append(table(*given, **named))
        return shown[-1]

    monkeypatch.setattr(Report, "table", record)
    monkeypatch.setattr(charts, "show", lambda figure, _table: shown.append(figure))
    monkeypatch.setattr(charts, "keep", lambda _name, figure: shown.append(figure))
    monkeypatch.setattr(Report, "publish", lambda report: shown.append(report))
    monkeypatch.chdir(NOTEBOOKS)
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    space: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"]).replace('language = "en"', 'language = "zh_CN"')
            exec(source, space)
    for one in shown:
        if isinstance(one, Report):
            yield from one.words.values()
            yield from (one.text(measure) for measure in one.values.values())
        elif isinstance(one, Sentence):
            yield one.text
        elif hasattr(one, "record"):
            record_ = one.record()
            yield from [*record_["heads"], *(cell for row in record_["rows"] for cell in row)]
        elif one is not None:
            yield one.alt
            yield from (text.get_text() for text in one.findobj(matplotlib.text.Text))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))
def test_no_english_stands_in_the_chinese_charts_and_tables(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [
        ADDRESS.sub("", text.replace("tianjin-2002", "")) for text in texts_of(name, monkeypatch)
    ]
    assert texts
    assert sorted({text for text in texts if ENGLISH.search(text)}) == []


def test_no_translation_of_a_note_is_empty() -> None:
    with (PACKAGE / "translations.csv").open(encoding="utf-8") as file:
        assert all(row["translation"] for row in csv.DictReader(file))
