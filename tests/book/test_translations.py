"""Catalogues: what they must keep, and what a build says when they do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from pensionbook.book.catalogues import differences, problems_of, update
from pensionbook.book.handed import check_exhibits, write_values
from pensionbook.errors import BuildError
from projects import Project

SOURCE = (
    "It fell by {value}`fall` ({see}`fig-a`), see `check` and {ref}`repairs <methods-repairs>`."
)
GOOD = "变动为 {value}`fall`（{see}`fig-a`），见 `check` 与{ref}`修复集 <methods-repairs>`。"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not translated"),
        (GOOD.replace("{value}`fall`", "5"), "lacks roles {value}`fall`"),
        (GOOD + "{value}`rise`", "adds roles {value}`rise`"),
        (GOOD.replace("fig-a", "fig-b"), "lacks roles {see}`fig-a`"),
        (GOOD.replace("`check`", "检查"), "lacks code `check`"),
        (GOOD.replace("methods-repairs", "methods-bounds"), "lacks roles {ref}`methods-repairs`"),
    ],
)
def test_a_translation_keeps_every_role_and_piece_of_code(text: str, said: str) -> None:
    assert problems_of(Message(SOURCE, GOOD)) == []
    assert any(said in problem for problem in problems_of(Message(SOURCE, text)))


def test_a_fuzzy_translation_is_none() -> None:
    (problem,) = problems_of(Message(SOURCE, GOOD, flags=["fuzzy"]))
    assert "fuzzy" in problem


def write_template(folder: Path, page: str, *texts: str) -> Path:
    """A template as the compiler writes it."""
    from babel.messages.pofile import write_po

    catalogue = Catalog()
    for text in texts:
        catalogue.add(text)
    path = folder / f"{page}.pot"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue)
    return folder


def test_an_update_keeps_translations_and_drops_what_no_page_says(tmp_path: Path) -> None:
    templates, locale = tmp_path / "pot", tmp_path / "locale"
    write_template(templates, "notebooks/01", "A fall", "A rise of the number")
    assert update(templates, locale, "zh_CN") == (2, 2)
    path = locale / "zh_CN" / "LC_MESSAGES" / "notebooks" / "01.po"
    text = path.read_text(encoding="utf-8")
    text = text.replace('msgid "A fall"\nmsgstr ""', 'msgid "A fall"\nmsgstr "下降"')
    text = text.replace('number"\nmsgstr ""', 'number"\nmsgstr "人数上升"')
    path.write_text(text, encoding="utf-8")
    assert differences(templates, locale, "zh_CN") == []
    write_template(templates, "notebooks/01", "A fall", "A rise of the numbers", "New")
    told = differences(templates, locale, "zh_CN")
    assert [line.split(": ")[1] for line in told] == [
        "not in the catalogue",
        "not in the catalogue",
        "no page says this any more",
    ]
    assert update(templates, locale, "zh_CN") == (3, 2)
    with path.open("rb") as file:
        found = {m.id: (m.string, m.fuzzy) for m in read_po(file) if m.id}
    assert found == {
        "A fall": ("下降", False),
        "A rise of the numbers": ("人数上升", True),
        "New": ("", False),
    }
    before = path.read_bytes()
    update(templates, locale, "zh_CN")
    assert path.read_bytes() == before
    (templates / "notebooks" / "01.pot").unlink()
    update(templates, locale, "zh_CN")
    assert not path.exists()


def test_what_has_no_words_needs_no_translator(tmp_path: Path) -> None:
    templates, locale = tmp_path / "pot", tmp_path / "locale"
    write_template(templates, "page", "[](a.md), {see}`fig-a`", "三(一)1", "`code`", "one")
    assert update(templates, locale, "zh_CN") == (4, 1)
    assert [line.rpartition(": ")[2] for line in differences(templates, locale, "zh_CN")] == [
        "'one'"
    ]


def record(**fields: object) -> dict[str, object]:
    """A published value."""
    return {"id": "fall", "value": -5, "unit": "person", "text": "−5", "figures": []} | fields


def test_values_are_written_once_with_their_texts_by_language(tmp_path: Path) -> None:
    path = tmp_path / "values.json"
    write_values({"en": [record()], "zh_CN": [record(text="−5 人")]}, path)
    (value,) = json.loads(path.read_text(encoding="utf-8"))["values"]
    assert value["text"] == {"en": "−5", "zh_CN": "−5 人"}
    assert value["value"] == -5


@pytest.mark.parametrize(
    ("other", "said"),
    [([], "'fall' is recorded in one language only"), ([record(value=-6)], "'fall' differs")],
)
def test_a_value_that_differs_between_languages_stops_the_build(
    tmp_path: Path, other: list, said: str
) -> None:
    with pytest.raises(BuildError, match=said):
        write_values({"en": [record()], "zh_CN": other}, tmp_path / "values.json")


def test_a_chart_that_stands_in_one_language_only_stops_the_build() -> None:
    check_exhibits({"en": {"fig-a": True}, "zh_CN": {"fig-a": True}})
    for other in ({"fig-a": False}, {}):
        with pytest.raises(BuildError, match="'fig-a' stands in en and not in zh_CN"):
            check_exhibits({"en": {"fig-a": True}, "zh_CN": other})


@pytest.mark.slow
def test_a_build_fails_on_a_missing_and_on_a_wrong_translation(tmp_path: Path) -> None:
    project = Project.make(tmp_path / "project", "ok")
    (project.book / "index.md").write_text(
        "# Title\n\nIt is {value}`number_of_files`.\n", encoding="utf-8"
    )
    folder = project.book / "locale" / "zh_CN" / "LC_MESSAGES"
    (folder / "notebooks").mkdir(parents=True)
    titles = 'msgid "A notebook that works"\nmsgstr "可用的笔记本"\n\n'
    source, text = (
        f"{said} $a \\\\ge \\\\frac{{1}}{{2}}$" for said in ("The formula is", "公式为")
    )
    formula = f'msgid "{source}."\nmsgstr "{text}。"\n'
    (folder / "notebooks" / "ok.po").write_text(titles + formula, encoding="utf-8")
    title = 'msgid "Title"\nmsgstr "题目"\n\n'
    value = 'msgid "It is {value}`number_of_files`."\nmsgstr "为{value}`number_of_files`。"\n'
    (folder / "index.po").write_text(title, encoding="utf-8")
    missing = project.build()
    assert missing.returncode == 1
    assert "index.md:3: WARNING: no translation into zh_CN: 'It is {value}" in missing.stderr

    (folder / "index.po").write_text(title + value.replace("为{value}`number_of_files`", "为 6"))
    wrong = project.build()
    assert wrong.returncode == 1
    assert "index.po:4: WARNING: the translation lacks roles {value}`number_of_f" in wrong.stderr

    (folder / "index.po").write_text(title + value, encoding="utf-8")
    run = project.build()
    assert run.returncode == 0, run.stderr
    for language, other in (("en", "zh_CN"), ("zh_CN", "en")):
        page = (project.output / language / "html" / "index.html").read_text(encoding="utf-8")
        assert f'href="../../{other}/html/index.html"' in page
    assert "为" in page
