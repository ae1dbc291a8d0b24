"""Styles, page, header and footer of the Word report: a file that pandoc takes them from."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from pensionbook.printing import pandoc
from pensionbook.printing.wordlooks import ACCENT, LOOKS, Fonts, Look, Shape

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

# Styles that pandoc's own file lacks, and what they are based on.
_NEW = {
    "Box": "Body Text",
    "Formula": "Body Text",
    "Key Figure": "Body Text",
    "Key Figure Head": "Body Text",
    "Table Text": "Normal",
    "Table Text Small": "Normal",
    "TOC 1": "Normal",
    "TOC 2": "Normal",
    "Header": "Normal",
    "Footer": "Normal",
    "Source Code": "Normal",
    "Imprint": "Normal",
}
# Chinese is emphasised by another script, not by a slant.
EMPHASIS = "Chinese Emphasis"


def reference(language: str, title: str) -> bytes:
    """A Word file whose styles, page, header and footer pandoc takes over.

    Args:
        title: of the report, for the running head.
    """
    import docx
    from docx.enum.style import WD_STYLE_TYPE

    look = LOOKS[language]
    own = pandoc.run(["--print-default-data-file", "reference.docx"], "")
    document = docx.Document(io.BytesIO(own))
    known = {style.name for style in document.styles}
    for name, base in _NEW.items():
        if name not in known:
            document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        _named(document, name).base_style = _named(document, base)
    emphasis = document.styles.add_style(EMPHASIS, WD_STYLE_TYPE.CHARACTER)
    _fonts(emphasis.element.get_or_add_rPr(), look.emphasis)
    _defaults(document, look)
    for name, shape in look.shapes.items():
        _apply(_named(document, name), shape)
    _special(document, look)
    _table_style(document, look)
    _page(document, look, title)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _named(document: WordDocument, name: str) -> Any:
    """A style by the name in the file, whichever way its capitals are written."""
    return next(s for s in document.styles if s.element.name_val.lower() == name.lower())


def _defaults(document: WordDocument, look: Look) -> None:
    from docx.oxml.ns import qn

    properties = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}")[0]
    _fonts(properties, look.body)
    for name in ("w:sz", "w:szCs"):
        properties.find(qn(name)).set(qn("w:val"), str(int(look.size * 2)))
    latin = "en-GB" if look.language == "zh-CN" else look.language
    for element in (
        properties.find(qn("w:lang")),
        document.settings.element.find(qn("w:themeFontLang")),
    ):
        element.set(qn("w:val"), latin)
        element.set(qn("w:eastAsia"), "zh-CN")


def _fonts(properties: Any, fonts: Fonts) -> None:
    """Set Latin and East Asian fonts; a theme's fonts would win over them."""
    from docx.oxml.ns import qn

    element = properties.find(qn("w:rFonts"))
    if element is None:
        element = properties.makeelement(qn("w:rFonts"), {})
        properties.insert(0, element)
    element.attrib.clear()
    latin, asian = fonts
    for name in ("ascii", "hAnsi", "cs"):
        element.set(qn(f"w:{name}"), latin)
    element.set(qn("w:eastAsia"), asian)


def _apply(style: Any, shape: Shape) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.shared import Pt, RGBColor

    if shape.fonts:
        _fonts(style.element.get_or_add_rPr(), shape.fonts)
    font, form = style.font, style.paragraph_format
    if shape.size:
        font.size = Pt(shape.size)
    font.bold, font.italic = shape.bold, False
    font.color.rgb = RGBColor.from_string(shape.colour)
    form.space_before, form.space_after = Pt(shape.before), Pt(shape.after)
    if shape.line:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(shape.line)
    else:
        form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    form.alignment = getattr(WD_ALIGN_PARAGRAPH, shape.align.upper())
    form.keep_with_next = shape.keep
    form.left_indent = Pt(shape.indent + shape.hanging)
    form.first_line_indent = Pt(-shape.hanging)


def _special(document: WordDocument, look: Look) -> None:
    """What a shape cannot say."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn
    from docx.shared import Pt, RGBColor

    _named(document, "Heading 1").paragraph_format.page_break_before = True
    link = _named(document, "Hyperlink").font
    link.color.rgb, link.underline = RGBColor.from_string(ACCENT), False
    code = _named(document, "Verbatim Char")
    _fonts(code.element.get_or_add_rPr(), look.code)
    code.font.size = Pt(look.size - 1.5)
    if look.indented:
        for name in ("Body Text", "First Paragraph"):
            indent = _named(document, name).element.get_or_add_pPr().get_or_add_ind()
            indent.set(qn("w:firstLineChars"), "200")
            indent.set(qn("w:firstLine"), str(int(look.size * 2 * 20)))
    line = f'<w:left w:val="single" w:sz="18" w:space="8" w:color="{ACCENT}"/>'
    border = parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>")
    # The schema wants borders before distances.
    _named(document, "Box").element.pPr.find(qn("w:spacing")).addprevious(border)


def _table_style(document: WordDocument, look: Look) -> None:
    """Rules above, below and under the head; nothing upright."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn

    style = _named(document, "Table").element
    for name in ("w:tblPr", "w:tblStylePr"):
        for old in style.findall(qn(name)):
            style.remove(old)
    heavy = f'w:val="single" w:sz="8" w:space="0" w:color="{look.rules}"'
    light = 'w:val="single" w:sz="2" w:space="0" w:color="C9D1D6"'
    style.append(
        parse_xml(
            f"<w:tblPr {nsdecls('w')}><w:tblBorders><w:top {heavy}/><w:bottom {heavy}/>"
            f"<w:insideH {light}/></w:tblBorders><w:tblCellMar>"
            '<w:top w:w="40" w:type="dxa"/><w:left w:w="60" w:type="dxa"/>'
            '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
            "</w:tblCellMar></w:tblPr>"
        )
    )
    style.append(
        parse_xml(
            f'<w:tblStylePr {nsdecls("w")} w:type="firstRow"><w:rPr><w:b/><w:bCs/></w:rPr>'
            f"<w:tcPr><w:tcBorders><w:bottom {heavy}/></w:tcBorders>"
            '<w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
        )
    )


def _page(document: WordDocument, look: Look, title: str) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    top, right, bottom, left = look.margins
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance, section.footer_distance = Mm(15), Mm(look.footer)
    head = section.header.paragraphs[0]
    head.style = _named(document, "Header")
    head.paragraph_format.tab_stops.add_tab_stop(Mm(210 - left - right), WD_TAB_ALIGNMENT.RIGHT)
    head.add_run(f"{title}\t")
    _field(head, 'STYLEREF "Heading 1"')
    foot = section.footer.paragraphs[0]
    foot.style = _named(document, "Footer")
    before, after = look.number
    foot.add_run(before)
    _field(foot, "PAGE", "1")
    foot.add_run(after)


def _field(paragraph: Any, instruction: str, result: str = "") -> None:
    from docx.oxml import OxmlElement, parse_xml
    from docx.oxml.ns import nsdecls, qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    field.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>{result}</w:t></w:r>"))
    paragraph._p.append(field)
