"""The report as a Word file: pandoc writes it after a reference file, this module adds the rest.

That is captions with fields, a contents field filled in beforehand, pages on their side for wide
tables, the styles of text in tables, and the file's own particulars.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from pensionbook.data.word_reference import own_reference, style_ids
from pensionbook.files.archives import read_parts, write_parts
from pensionbook.printing import pandoc
from pensionbook.printing.pandoc import Node, raw_block, raw_inline

if TYPE_CHECKING:
    from pensionbook.printing.document import Document
    from pensionbook.printing.imprint import Imprint, Words

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DIVISION_STYLES = {
    "admonition": "Box",
    "citation": "Bibliography",
    "formula": "Formula",
}
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")
_FILE = "report.docx"
_TURN = "pensionbook-turn"
# Sides of a page that lies on its side, and those of the upright page that they were.
_TURNED = {
    "pgSz": {"w": "h", "h": "w"},
    "pgMar": {"top": "left", "right": "top", "bottom": "right", "left": "bottom"},
}


def write_word(
    document: Document, tree: Node, imprint: Imprint, words: Words, reference: Path
) -> bytes:
    """Write a document as a Word file.

    Args:
        tree: pandoc's tree of the document.
        reference: Word file whose styles, page, header and footer are taken.
    """
    language = document.language
    looks = reference.read_bytes()
    ids = {name: id for (kind, name), id in style_ids(looks).items() if kind == "paragraph"}
    blocks = [
        *_cover(imprint),
        raw_block("openxml", _contents(tree["blocks"], words, ids)),
        *_Word(words).blocks(tree["blocks"]),
    ]
    # Where another language's file has to do, the language of its text does not.
    borrowed = language != "en" and reference == own_reference("en")
    meta = {"lang": {"t": "MetaString", "c": language.replace("_", "-")}} if borrowed else {}
    with tempfile.TemporaryDirectory(prefix="pensionbook-docx-") as name:
        for picture, path in document.pictures.items():
            shutil.copyfile(path, Path(name, picture))
        Path(name, "reference.docx").write_bytes(looks)
        pandoc.run(
            ["--from", "json", "--to", "docx", "--reference-doc=reference.docx", "-o", _FILE],
            json.dumps(tree | {"blocks": blocks, "meta": meta}),
            Path(name),
        )
        parts = read_parts(Path(name, _FILE).read_bytes())
    body = etree.fromstring(parts["word/document.xml"])
    _finish_tables(body, ids)
    _finish_sections(body)
    parts["word/document.xml"] = _xml(body)
    for part in parts:
        if re.fullmatch(r"word/(header|footer)\d*\.xml", part):
            parts[part] = _with_title(etree.fromstring(parts[part]), imprint.title)
    settings = etree.fromstring(parts["word/settings.xml"])
    update = etree.Element(_w("updateFields"))
    update.set(_w("val"), "true")
    place = settings.find(_w("footnotePr"))
    (settings.append if place is None else place.addprevious)(update)
    # A template stands on one machine only, or leads to another.
    for template in settings.findall(_w("attachedTemplate")):
        settings.remove(template)
    parts.pop("word/_rels/settings.xml.rels", None)
    parts["word/settings.xml"] = _xml(settings)
    parts["docProps/core.xml"] = _particulars(imprint, language).encode()
    return write_parts(parts, "[Content_Types].xml")


def _w(name: str) -> str:
    return f"{{{_W}}}{name}"


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _division(style: str, blocks: list[Node]) -> Node:
    return {"t": "Div", "c": [["", [], [["custom-style", style]]], blocks]}


def _styled(style: str, text: str) -> Node:
    return _division(style, [{"t": "Para", "c": [{"t": "Str", "c": text}]}])


def _cover(imprint: Imprint) -> list[Node]:
    lines = (
        ("Title", imprint.title),
        ("Subtitle", imprint.subtitle),
        ("Author", imprint.authors),
        ("Date", imprint.edition),
        ("Imprint", imprint.note),
    )
    return [_styled(style, text) for style, text in lines if text]


def _contents(blocks: list[Node], words: Words, ids: Mapping[str, str]) -> str:
    """The contents as a field that Word brings up to date, with its entries already in it."""
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        r'<w:r><w:instrText xml:space="preserve">TOC \o "1-2" \h \z \u</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    lines = []
    for header in (node for node in pandoc.walk(blocks) if node["t"] == "Header"):
        level, (name, _, _), inlines = header["c"]
        if level > 2:
            continue
        text = escape(" ".join(pandoc.plain(inlines).split()))
        lines.append(
            f'<w:p><w:pPr><w:pStyle w:val="{ids[f"toc {level}"]}"/></w:pPr>{{begin}}'
            f'<w:hyperlink w:anchor={quoteattr(_bookmark(name))} w:history="1">'
            f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:hyperlink>{{end}}</w:p>'
        )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    filled = [
        line.replace("{begin}", begin if not position else "").replace(
            "{end}", end if position == len(lines) - 1 else ""
        )
        for position, line in enumerate(lines)
    ]
    return (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
        "<w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>"
        f'<w:p><w:pPr><w:pStyle w:val="{ids["toc heading"]}"/><w:pageBreakBefore/></w:pPr>'
        f"<w:r><w:t>{escape(words.contents)}</w:t></w:r></w:p>{''.join(filled)}"
        "</w:sdtContent></w:sdt>"
    )


def _bookmark(name: str) -> str:
    """The name pandoc gives a bookmark: Word takes forty characters at most."""
    import hashlib

    if len(name) <= 40 and name[:1].isalpha():
        return name
    return "X" + hashlib.sha1(name.encode()).hexdigest()[1:]


class _Word:
    """Rewrites pandoc's tree for its Word writer."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def blocks(self, blocks: list[Node]) -> list[Node]:
        return [new for block in blocks for new in self._rewrite(block)]

    def _inside(self, content: Any) -> Any:
        if isinstance(content, dict):
            if "t" not in content:
                return content
            return self._rewrite(content)[0]
        if not isinstance(content, list):
            return content
        new: list[Any] = []
        for part in content:
            if isinstance(part, dict) and "t" in part:
                new += self._rewrite(part)
            else:
                new.append(self._inside(part))
        return new

    def _rewrite(self, node: Node) -> list[Node]:
        kind = node["t"]
        if kind == "Div":
            return self._division(node)
        if kind == "Span":
            return self._span(node)
        if kind == "Emph" and _CHINESE.search(pandoc.plain(node)):
            styled = ["", [], [["custom-style", "Chinese Emphasis"]]]
            return [{"t": "Span", "c": [styled, self._inside(node["c"])]}]
        if kind == "Table":
            marks = {"register": "Small", "cited": "Small", "values": "Small", "troubled": "Small"}
            small = marks.get(next(iter(pandoc.classes(node)), ""), "")
            mark = [raw_block("openxml", f"<!--{_TURN}:small-->")] if small else []
            return [*mark, {**node, "c": self._inside(node["c"])}]
        return [{**node, "c": self._inside(node["c"])} if "c" in node else node]

    def _division(self, node: Node) -> list[Node]:
        (name, kinds, pairs), inside = node["c"]
        inside = self.blocks(inside)
        if "chapter" in kinds:
            if "wide" not in kinds:
                return inside
            return [_turn("upright"), *inside, _turn("wide")]
        if "facts" in kinds:
            return inside
        if "fact" in kinds:
            # Its name and its number, then what explains them.
            return [_division("Key Figure Head", inside[:2]), _division("Key Figure", inside[2:])]
        style = next((_DIVISION_STYLES[kind] for kind in kinds if kind in _DIVISION_STYLES), None)
        if style:
            pairs = [*pairs, ["custom-style", style]]
        return [{"t": "Div", "c": [[name, [], pairs], inside]}]

    def _span(self, node: Node) -> list[Node]:
        (name, kinds, pairs), inside = node["c"]
        text = pandoc.plain(inside).strip()
        if "section-number" in kinds:
            return [{"t": "Str", "c": f"{text}\u2003"}]
        if "caption-number" in kinds:
            return [raw_inline("openxml", self._caption_number(text)), {"t": "Space"}]
        return [{"t": "Span", "c": [[name, kinds, pairs], self._inside(inside)]}]

    def _caption_number(self, text: str) -> str:
        """``Figure 2.1`` with a field in place of the last number, so that Word can list it."""
        label, _, number = text.rpartition(" ")
        chapter, dot, last = number.rpartition(".")
        sequence = "Table" if label == self._words.table else "Figure"
        # Each chapter counts anew; not every program understands Word's own way to say so.
        reset = r" \r 1" if last == "1" else ""
        bold = "<w:rPr><w:b/></w:rPr>"
        return (
            f'<w:r>{bold}<w:t xml:space="preserve">{escape(f"{label} {chapter}{dot}")}</w:t></w:r>'
            f'<w:fldSimple w:instr=" SEQ {sequence} \\* ARABIC{reset} ">'
            f"<w:r>{bold}<w:t>{escape(last)}</w:t></w:r></w:fldSimple>"
        )


def _turn(ended: str) -> Node:
    """The end of a section; the page's own particulars are filled in afterwards."""
    return raw_block(
        "openxml",
        f'<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
        f'<w:rPr><w:rStyle w:val="{_TURN}-{ended}"/></w:rPr></w:pPr></w:p>',
    )


def _finish_tables(root: etree._Element, ids: Mapping[str, str]) -> None:
    captions = [ids["table caption"], ids["image caption"]]
    headings = [ids[f"heading {level}"] for level in range(1, 5)]
    small = False
    for element in list(root.iter(_w("tbl"), etree.Comment)):
        if element.tag is etree.Comment:
            small = f"{_TURN}:small" in (element.text or "")
            element.getparent().remove(element)
            continue
        name = ids["table text small" if small else "table text"]
        small = False
        for paragraph in element.iter(_w("p")):
            properties = paragraph.find(_w("pPr"))
            if properties is None:
                properties = etree.Element(_w("pPr"))
                paragraph.insert(0, properties)
            style = properties.find(_w("pStyle"))
            if style is None:
                style = etree.Element(_w("pStyle"))
                properties.insert(0, style)
            style.set(_w("val"), name)
        for row in element.iter(_w("tr")):
            properties = row.find(_w("trPr"))
            if properties is None:
                properties = etree.Element(_w("trPr"))
                row.insert(0, properties)
            etree.SubElement(properties, _w("cantSplit"))
            properties.insert(0, properties[-1])
        _set_apart(element.getnext(), headings)
    for style in root.iter(_w("pStyle")):
        if style.get(_w("val")) in captions:
            style.set(_w("val"), ids["caption"])


def _set_apart(following: etree._Element | None, headings: list[str]) -> None:
    """Some room between a table and the text after it; headings bring their own."""
    while following is not None and following.tag == _w("bookmarkEnd"):
        following = following.getnext()
    if following is None or following.tag != _w("p"):
        return
    properties = following.find(_w("pPr"))
    if properties is None:
        return
    style = properties.find(_w("pStyle"))
    own = properties.find(_w("spacing"))
    if own is None and style is not None and style.get(_w("val")) not in headings:
        spacing = etree.Element(_w("spacing"))
        spacing.set(_w("before"), "240")
        style.addnext(spacing)


def _finish_sections(root: etree._Element) -> None:
    """Give each section the page of the reference file; only the first has a cover."""
    body = root.find(_w("body"))
    model = body.find(_w("sectPr"))
    marks = [m for m in root.iter(_w("rStyle")) if m.get(_w("val"), "").startswith(_TURN)]
    for number, mark in enumerate(marks):
        properties = mark.getparent().getparent()
        properties.remove(mark.getparent())
        wide = mark.get(_w("val")).endswith("wide")
        properties.append(_section(model, wide=wide, cover=number == 0))
    body.replace(model, _section(model, wide=False, cover=not marks))


def _section(model: etree._Element, *, wide: bool, cover: bool) -> etree._Element:
    section = deepcopy(model)
    if not cover:
        for own in section.findall(_w("titlePg")):
            section.remove(own)
    if wide:
        for name, sides in _TURNED.items():
            element = section.find(_w(name))
            upright = dict(element.attrib)
            for side, former in sides.items():
                element.set(_w(side), upright[_w(former)])
        section.find(_w("pgSz")).set(_w("orient"), "landscape")
    return section


def _with_title(root: etree._Element, title: str) -> bytes:
    """A header or footer whose fields TITLE show the title already, as Word will make them do."""
    for field in root.iter(_w("fldSimple")):
        if field.get(_w("instr"), "").split()[:1] == ["TITLE"]:
            _show(title, list(field.iter(_w("t"))))
    instruction = ""
    texts: list[etree._Element] = []
    for node in root.iter(_w("fldChar"), _w("instrText"), _w("t")):
        kind = node.get(_w("fldCharType"))
        if kind == "begin":
            instruction = ""
        elif kind == "separate":
            texts = []
        elif kind == "end" and instruction.split()[:1] == ["TITLE"]:
            _show(title, texts)
        elif node.tag == _w("instrText"):
            instruction += node.text or ""
        else:
            texts.append(node)
    return _xml(root)


def _show(text: str, places: list[etree._Element]) -> None:
    for place, shown in zip(places, [text] + [""] * len(places), strict=False):
        place.text = shown


def _particulars(imprint: Imprint, language: str) -> str:
    day = imprint.released.isoformat() if imprint.released else "1980-01-01"
    stamp = f'xsi:type="dcterms:W3CDTF">{day}T00:00:00Z'
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        "<cp:coreProperties"
        ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(imprint.title)}</dc:title>"
        f"<dc:creator>{escape(imprint.authors)}</dc:creator>"
        f"<dc:description>{escape(imprint.description)}</dc:description>"
        f"<dc:language>{language.replace('_', '-')}</dc:language>"
        f"<dcterms:created {stamp}</dcterms:created><dcterms:modified {stamp}</dcterms:modified>"
        "</cp:coreProperties>"
    )
