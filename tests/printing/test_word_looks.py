"""The looks of the Word report: files that an office can change, its own and the library's."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

import packages
from pensionbook.data.load import check_package, load_package
from pensionbook.data.package import without_looks
from pensionbook.data.stated import digests_by_part
from pensionbook.data.word_reference import STYLES, own_reference, style_ids
from pensionbook.files.archives import read_parts, write_parts
from pensionbook.printing import write as formats
from pensionbook.printing.write import Document, Imprint, gather
from printed_pages import PAGES, write_pages
from projects import Project

LANGUAGES = ("en", "zh_CN")
SANS, SERIF = ("Calibri", "SimHei"), ("Calibri", "SimSun")
STANDARD = ("Times New Roman", "方正小标宋简体")
HEI, KAI, FANG, SONG = (("Times New Roman", asian) for asian in ("黑体", "楷体", "仿宋", "宋体"))

# Latin and East Asian font and size in points of each style. GB/T 9704 wants the Chinese text in
# 仿宋 of size 3, which is 16 points, and its headings in 黑体, 楷体 and 仿宋.
LOOKS = {
    "en": {
        "Title": (*SANS, 30),
        "Subtitle": (*SANS, 15),
        "Author": (*SANS, 13),
        "Date": (*SANS, 12),
        "Imprint": (*SANS, 9),
        "TOC Heading": (*SANS, 22),
        "toc 1": (*SANS, 10.5),
        "toc 2": (*SANS, 10.5),
        "heading 1": (*SANS, 22),
        "heading 2": (*SANS, 15),
        "heading 3": (*SANS, 12.5),
        "heading 4": (*SANS, 11),
        "First Paragraph": (*SERIF, 11),
        "Body Text": (*SERIF, 11),
        "Compact": (*SERIF, 11),
        "Box": (*SERIF, 11),
        "Key Figure Head": (*SANS, 11),
        "Key Figure": (*SERIF, 10),
        "Formula": (*SERIF, 11),
        "Source Code": ("Consolas", "SimSun", 8),
        "Definition Term": (*SANS, 11),
        "Definition": (*SERIF, 11),
        "Bibliography": (*SERIF, 11),
        "footnote text": (*SERIF, 9),
        "caption": (*SANS, 10),
        "Table Caption": (*SANS, 10),
        "Image Caption": (*SANS, 10),
        "Captioned Figure": (*SERIF, 11),
        "Table Text": (*SERIF, 9),
        "Table Text Small": (*SERIF, 7.5),
        "header": (*SERIF, 9),
        "footer": (*SERIF, 9),
        "Verbatim Char": ("Consolas", "SimSun", 9.5),
        "Hyperlink": (*SERIF, 11),
        "Chinese Emphasis": ("Calibri", "KaiTi", 11),
        "footnote reference": (*SERIF, 11),
    },
    "zh_CN": {
        "Title": (*STANDARD, 22),
        "Subtitle": (*KAI, 16),
        "Author": (*FANG, 16),
        "Date": (*FANG, 16),
        "Imprint": (*SONG, 10.5),
        "TOC Heading": (*STANDARD, 22),
        "toc 1": (*HEI, 14),
        "toc 2": (*FANG, 14),
        "heading 1": (*HEI, 16),
        "heading 2": (*KAI, 16),
        "heading 3": (*FANG, 16),
        "heading 4": (*FANG, 16),
        "First Paragraph": (*FANG, 16),
        "Body Text": (*FANG, 16),
        "Compact": (*FANG, 16),
        "Box": (*KAI, 14),
        "Key Figure Head": (*HEI, 14),
        "Key Figure": (*FANG, 14),
        "Formula": (*FANG, 14),
        "Source Code": ("Consolas", "宋体", 8),
        "Definition Term": (*HEI, 16),
        "Definition": (*FANG, 16),
        "Bibliography": (*FANG, 14),
        "footnote text": (*SONG, 9),
        "caption": (*HEI, 12),
        "Table Caption": (*HEI, 12),
        "Image Caption": (*HEI, 12),
        "Captioned Figure": (*FANG, 16),
        "Table Text": (*SONG, 10.5),
        "Table Text Small": (*SONG, 8),
        "header": (*SONG, 9),
        "footer": (*SONG, 14),
        "Verbatim Char": ("Consolas", "宋体", 14.5),
        "Hyperlink": (*FANG, 16),
        "Chinese Emphasis": (*HEI, 16),
        "footnote reference": (*FANG, 16),
    },
}
WITH_NEXT = {
    *("heading 1", "heading 2", "heading 3", "heading 4", "Key Figure Head", "Definition Term"),
    *("caption", "Table Caption", "Image Caption", "Captioned Figure"),
}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each language with a file of its own."""
    return request.param


@pytest.fixture
def looks(language: str) -> Any:
    """The library's file for the language."""
    return docx.Document(str(own_reference(language)))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """A small report in English."""
    folder = write_pages(tmp_path_factory.mktemp("pages") / "html", "en")
    return gather(folder, PAGES, "en")


def style(document: Any, name: str) -> Any:
    """A style by the name that stands in the file."""
    return next(s for s in document.styles if s.element.name_val.lower() == name.lower())


def effective(document: Any, name: str, path: str) -> str:
    """What a style or the first that it is based on says; else what the file does by default."""
    one = style(document, name)
    while one is not None:
        if found := one.element.xpath(f"./{path}"):
            return found[0]
        one = one.base_style
    return document.styles.element.xpath(f"./w:docDefaults/w:rPrDefault/{path}")[0]


# What the files hold


def test_each_style_has_its_fonts_and_its_size(looks: Any, language: str) -> None:
    found = {
        name: (
            effective(looks, name, "w:rPr/w:rFonts/@w:ascii"),
            effective(looks, name, "w:rPr/w:rFonts/@w:eastAsia"),
            int(effective(looks, name, "w:rPr/w:sz/@w:val")) / 2,
        )
        for names in (STYLES["paragraph"], STYLES["character"])
        for name in names
    }
    assert found == LOOKS[language]


def test_headings_and_captions_stay_with_what_follows(looks: Any) -> None:
    def keeps(name: str) -> bool:
        one = style(looks, name)
        while one.paragraph_format.keep_with_next is None and one.base_style is not None:
            one = one.base_style
        return bool(one.paragraph_format.keep_with_next)

    assert {name for name in STYLES["paragraph"] if keeps(name)} == WITH_NEXT
    assert style(looks, "heading 1").paragraph_format.page_break_before


def test_tables_have_rules_above_below_and_under_the_head(looks: Any, language: str) -> None:
    table = style(looks, "Table").element
    colour = {"en": "0B4F71", "zh_CN": "000000"}[language]
    for side in ("top", "bottom"):
        assert table.xpath(f"./w:tblPr/w:tblBorders/w:{side}/@w:color") == [colour]
    assert not table.xpath("./w:tblPr/w:tblBorders/*[self::w:left or self::w:right]")
    head = '//w:style[w:name/@w:val="Table"]/w:tblStylePr[@w:type="firstRow"]'
    assert table.xpath(f"{head}/w:tcPr/w:tcBorders/w:bottom/@w:color") == [colour]
    assert table.xpath(f"{head}/w:rPr/w:b")


def test_the_page_has_its_margins_its_head_and_its_number(looks: Any, language: str) -> None:
    (section,) = looks.sections
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    sides = ("top_margin", "right_margin", "bottom_margin", "left_margin")
    margins = [round(getattr(section, side).mm) for side in sides]
    assert margins == {"en": [30, 28, 27, 28], "zh_CN": [37, 26, 35, 28]}[language]
    assert section.different_first_page_header_footer

    def fields(part: Any) -> list[str]:
        return [text.strip() for text in part._element.xpath(".//w:instrText/text()")]

    # By its number, as the name of the heading's style is another in a Chinese Word.
    assert fields(section.header) == ["TITLE", "STYLEREF 1"]
    assert fields(section.footer) == ["PAGE"]
    assert section.footer.paragraphs[0].text == {"en": "1", "zh_CN": "— 1 —"}[language]
    assert section.header.paragraphs[0].style.element.name_val == "header"
    assert section.footer.paragraphs[0].style.element.name_val == "footer"


def test_the_text_is_checked_in_its_own_languages(looks: Any) -> None:
    (said,) = looks.styles.element.xpath("./w:docDefaults/w:rPrDefault/w:rPr/w:lang")
    assert said.get(qn("w:val")) == "en-GB"
    assert said.get(qn("w:eastAsia")) == "zh-CN"


def test_word_shows_every_style_in_its_gallery_and_in_the_file(looks: Any) -> None:
    shown = {one.style.element.name_val for one in looks.paragraphs}
    for table in looks.tables:
        shown.add(table.style.element.name_val)
        shown |= {p.style.element.name_val for cell in table._cells for p in cell.paragraphs}
    for part in (looks.sections[0].header, looks.sections[0].footer):
        shown.add(part.paragraphs[0].style.element.name_val)
    runs = (run for one in looks.paragraphs for run in one.runs)
    shown |= {run.style.element.name_val for run in runs}
    for names in STYLES.values():
        for name in names:
            element = style(looks, name).element
            assert element.name_val in shown
            assert element.xpath("./w:qFormat")
            assert not element.xpath("./w:semiHidden")


# What a package names


def named(folder: Path, entry: str, content: bytes | None = None, file: str = "own.docx") -> Path:
    """A package that names files for the Word report, with one in its folder ``looks``."""
    path = packages.write_package(folder)
    descriptor = path / "datapackage.yaml"
    text = descriptor.read_text(encoding="utf-8")
    descriptor.write_text(f"{text}pensionbook:\n  word: {entry}\n", encoding="utf-8")
    if content is not None:
        (path / "looks").mkdir()
        (path / "looks" / file).write_bytes(content)
    return path


def changed(change: Callable[[dict[str, bytes]], object], language: str = "en") -> bytes:
    """The library's file with other parts in it."""
    parts = read_parts(own_reference(language).read_bytes())
    change(parts)
    return write_parts(parts, "[Content_Types].xml")


def without_box(parts: dict[str, bytes]) -> None:
    styles = parts["word/styles.xml"]
    box = re.search(rb'<w:style [^>]*w:styleId="Box".*?</w:style>', styles, re.DOTALL)
    parts["word/styles.xml"] = styles.replace(box.group(), b"")


def with_picture_from_afar(parts: dict[str, bytes]) -> None:
    parts["word/_rels/header1.xml.rels"] = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Target="https://example.org/seen.png" TargetMode="External" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>'
        b"</Relationships>"
    )


def with_program(parts: dict[str, bytes]) -> None:
    head = parts["word/header1.xml"]
    parts["word/header1.xml"] = head.replace(b" TITLE ", b' DDEAUTO cmd "/c calc" ')


def with_entity(parts: dict[str, bytes]) -> None:
    bomb = b'<!DOCTYPE w:styles [<!ENTITY a "b">]><w:styles'
    parts["word/styles.xml"] = parts["word/styles.xml"].replace(b"<w:styles", bomb, 1)


def without_page(parts: dict[str, bytes]) -> None:
    page = re.compile(rb"<w:pgSz[^>]*/>")
    parts["word/document.xml"] = page.sub(b"", parts["word/document.xml"])


def bomb() -> bytes:
    """A few kilobytes that are 70 MiB unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/styles.xml", b" " * 70 * 1024**2)
    return packed.getvalue()


def damaged() -> bytes:
    """The library's file with a byte of a part turned over."""
    content = bytearray(own_reference("en").read_bytes())
    content[200] ^= 0xFF
    return bytes(content)


def test_a_package_may_name_files_of_its_own(tmp_path: Path) -> None:
    path = named(tmp_path, "{en: looks/own.docx}", own_reference("en").read_bytes())
    assert check_package(path) == []
    package = load_package(path)
    assert package.word == {"en": "looks/own.docx"}
    assert "looks/own.docx" in package.sha256
    # No notebook runs for its sake.
    always, parts = digests_by_part(package)
    assert "looks/own.docx" not in always.keys() | {file for own in parts.values() for file in own}
    assert "looks/own.docx" not in without_looks(package.sha256)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("looks/own.docx", "pensionbook, word: found 'looks/own.docx'; write a file for each lang"),
        ("{zh-CN: looks/own.docx}", "word: found 'zh-CN', which is no language; .* or zh_CN"),
        ("{en: looks/own.dotx}", r"word, en: found 'looks/own.dotx'; .* ending in \.docx"),
        ("{en: 7}", "word, en: found '7'; write the path of a Word file"),
        ("{en: ../own.docx}", "word, en: '../own.docx' leads out of the package; put the file in"),
        ("{en: /etc/own.docx}", "word, en: '/etc/own.docx' leads out of the package"),
        (r"{en: looks\..\..\own.docx}", "leads out of the package"),
        ("{en: looks/none.docx}", "looks/none.docx: there is no such file; add it to the folder"),
    ],
)
def test_an_entry_that_names_no_file_of_the_package_is_refused(
    tmp_path: Path, entry: str, message: str
) -> None:
    path = named(tmp_path, entry, own_reference("en").read_bytes())
    (problem,) = check_package(path)
    assert re.search(message, str(problem)), problem


def test_a_link_out_of_the_package_is_refused(tmp_path: Path) -> None:
    path = named(tmp_path, "{en: looks/own.docx}", b"x")
    (path / "looks" / "own.docx").unlink()
    (path / "looks" / "own.docx").symlink_to(own_reference("en"))
    (problem,) = check_package(path)
    assert "looks/own.docx: a link that leads out of the package" in str(problem)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda: b"plain text", "no sound Word file .File is not a zip file.; mend it in Word, or"),
        (lambda: changed(without_box), r"own.docx: lacks the style Box \(paragraph\); mend it"),
        (lambda: changed(lambda p: p.pop("word/styles.xml")), "styles.xml"),
        (lambda: changed(without_page), "does not say the size and the margins of its page"),
        (lambda: changed(with_picture_from_afar), "'https://example.org/seen.png' from elsewhere"),
        (lambda: changed(with_program), "takes 'DDEAUTO cmd .* from elsewhere"),
        (lambda: changed(with_entity), "styles.xml declares a document type"),
        (bomb, "more than 64 MiB unpacked"),
        (damaged, "no sound Word file"),
    ],
)
def test_a_file_that_the_report_cannot_take_its_looks_from_is_refused(
    tmp_path: Path, content: Callable[[], bytes], message: str
) -> None:
    path = named(tmp_path, "{en: looks/own.docx}", content())
    (problem,) = check_package(path)
    assert problem.file == "looks/own.docx"
    assert re.search(message, str(problem)), problem
    assert "begin again with a copy of" in str(problem)
    assert "report-en.docx" in str(problem)


# What becomes of them in the report


@pytest.fixture
def write(pages: Document, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Write the small report as a Word file and open it."""

    def write(reference: bytes | None = None, language: str = "en") -> Any:
        own = None
        if reference is not None:
            own = tmp_path / "own.docx"
            own.write_bytes(reference)
        target = tmp_path / "report.docx"
        document = replace(pages, language=language)
        formats.write("docx", document, target, Imprint("Title & more"), reference=own)
        return docx.Document(str(target))

    return write


def styles_of(document: Any) -> list[str]:
    """The style of each paragraph, in tables too, by its name."""
    body = document.element.body
    names = {s.style_id: s.element.name_val for s in document.styles}
    return [names.get(value, "") for value in body.xpath(".//w:pStyle/@w:val")]


def test_ids_that_another_word_gave_its_styles_do_not_matter(write: Callable[..., Any]) -> None:
    def as_in_china(parts: dict[str, bytes]) -> None:
        given = {
            "Normal": "a", "Heading1": "1", "Heading2": "2", "Title": "a3", "TOC1": "TOC10",
            "TOCHeading": "TOC", "Caption": "a7", "TableText": "a9", "Header": "aa",
        }  # fmt: skip
        for part in ("word/styles.xml", "word/document.xml", "word/header1.xml"):
            for old, new in given.items():
                for name in ("styleId", "val"):
                    parts[part] = parts[part].replace(
                        f'w:{name}="{old}"'.encode(), f'w:{name}="{new}"'.encode()
                    )

    renamed = changed(as_in_china)
    assert style_ids(renamed)["paragraph", "heading 1"] == "1"
    ours, theirs = styles_of(write()), styles_of(write(renamed))
    assert "" not in theirs
    assert theirs == ours
    for name in ("heading 1", "toc 1", "TOC Heading", "caption", "Table Text", "Table Text Small"):
        assert name in theirs


def test_the_head_shows_the_title_however_word_wrote_the_field(write: Callable[..., Any]) -> None:
    def simply(parts: dict[str, bytes]) -> None:
        head = parts["word/header1.xml"]
        field = rb'<w:fldSimple w:instr=" TITLE  \\* MERGEFORMAT "><w:r><w:t>x</w:t></w:r>'
        first = re.compile(rb'<w:r><w:fldChar w:fldCharType="begin"/>.*?"end"/></w:r>', re.DOTALL)
        parts["word/header1.xml"] = first.sub(field + b"</w:fldSimple>", head, count=1)

    for reference in (None, changed(simply)):
        head = write(reference).sections[0].header._element
        assert "".join(head.itertext("{*}t")) == "Title & more"


def test_wide_pages_turn_the_page_of_the_file(write: Callable[..., Any]) -> None:
    letter = docx.Document(str(own_reference("en")))
    section = letter.sections[0]
    section.page_width, section.page_height = Pt(612), Pt(792)
    section.top_margin, section.left_margin = Pt(50), Pt(90)
    buffer = io.BytesIO()
    letter.save(buffer)
    first, wide, last = write(buffer.getvalue()).sections
    assert (wide.page_width.pt, wide.page_height.pt) == (792, 612)
    assert (wide.top_margin.pt, wide.right_margin.pt) == (90, 50)
    assert (first.page_width.pt, first.top_margin.pt) == (612, 50)
    covers = [s.different_first_page_header_footer for s in (first, wide, last)]
    assert covers == [True, False, False]


def test_no_template_of_the_office_gets_into_the_report(write: Callable[..., Any]) -> None:
    def attach(parts: dict[str, bytes]) -> None:
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        parts["word/_rels/settings.xml.rels"] = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{kind}/attachedTemplate" TargetMode="External" '
            'Target="file:///C:/Users/li/Normal.dotm"/></Relationships>'
        ).encode()
        template = f'<w:attachedTemplate xmlns:r="{kind}" r:id="rId1"/><w:zoom'.encode()
        settings = parts["word/settings.xml"]
        parts["word/settings.xml"] = settings.replace(b"<w:zoom", template, 1)

    report = io.BytesIO()
    write(changed(attach)).save(report)
    for name, part in read_parts(report.getvalue()).items():
        assert b"Normal.dotm" not in part or name == "docProps/app.xml"
        assert b"attachedTemplate" not in part


def test_a_language_without_a_file_takes_the_english_one(write: Callable[..., Any]) -> None:
    assert own_reference("fr") == own_reference("en")
    report = write(language="fr")
    assert style(report, "heading 1").font.color.rgb == RGBColor.from_string("0B4F71")
    (said,) = report.styles.element.xpath("./w:docDefaults/w:rPrDefault/w:rPr/w:lang")
    assert said.get(qn("w:val")) == "fr"


@pytest.mark.slow
def test_a_changed_style_changes_the_word_report_and_nothing_else(tmp_path: Path) -> None:
    project = Project.make(tmp_path / "project", "ok")
    own = project.package / "looks" / "own.docx"
    own.parent.mkdir()
    descriptor = project.package / "datapackage.yaml"
    text = descriptor.read_text(encoding="utf-8")
    entry = "pensionbook: {word: {en: looks/own.docx}, "
    descriptor.write_text(text.replace("pensionbook: {", entry), encoding="utf-8")
    kinds = [word for kind in ("html", "pdf", "docx", "epub") for word in ("--format", kind)]

    def build(colour: str) -> tuple[Mapping[str, bytes], str]:
        document = docx.Document(str(own_reference("en")))
        style(document, "heading 1").font.color.rgb = RGBColor.from_string(colour)
        document.save(str(own))
        run = project.build(*kinds)
        assert run.returncode == 0, run.stderr
        report = docx.Document(str(project.output / "en" / "report.docx"))
        assert str(style(report, "heading 1").font.color.rgb) == colour
        return project.output_bytes(), run.stdout + run.stderr

    before, _ = build("C00000")
    after, said = build("00C000")
    assert "ok (en): unchanged, not run" in said
    differing = {name for name in before if before[name] != after[name]}
    assert differing == {
        "en/report.docx",
        "data/small-region/looks/own.docx",
        "manifest.json",
    }
    assert before.keys() == after.keys()


@pytest.mark.slow
def test_a_language_that_the_book_lacks_stops_the_build(tmp_path: Path) -> None:
    project = Project.make(tmp_path / "project", "ok")
    (project.package / "own.docx").write_bytes(own_reference("en").read_bytes())
    descriptor = project.package / "datapackage.yaml"
    text = descriptor.read_text(encoding="utf-8")
    entry = "pensionbook: {word: {zh: own.docx}, "
    descriptor.write_text(text.replace("pensionbook: {", entry), encoding="utf-8")
    run = project.build()
    assert run.returncode != 0
    assert "pensionbook, word in datapackage.yaml: zh: not known here" in run.stderr
