"""The report as EPUB 3: pandoc writes it, this module adds particulars and makes it repeatable."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from pensionbook.files.archives import read_parts, write_parts
from pensionbook.printing import pandoc
from pensionbook.printing.pandoc import Node
from pensionbook.printing.pdf import picture_of_cover

if TYPE_CHECKING:
    from pensionbook.printing.document import Document
    from pensionbook.printing.imprint import Imprint, Words

_STYLE = Path(__file__).parent / "templates" / "ebook.css"
_FILE = "report.epub"
_COVER = "cover.png"
_OPF = "http://www.idpf.org/2007/opf"
# pandoc knows its own words for Chinese by the script, not by the country.
_LANGUAGE_TAGS = {"zh_CN": "zh-Hans"}
_ACCESSIBILITY = (
    ("schema:accessMode", "textual"),
    ("schema:accessMode", "visual"),
    ("schema:accessModeSufficient", "textual"),
    ("schema:accessibilityFeature", "alternativeText"),
    ("schema:accessibilityFeature", "MathML"),
    ("schema:accessibilityFeature", "structuralNavigation"),
    ("schema:accessibilityFeature", "tableOfContents"),
    ("schema:accessibilityHazard", "none"),
)


def write_ebook(document: Document, tree: Node, imprint: Imprint, words: Words) -> bytes:
    """Write a document as EPUB 3, one file a chapter.

    Args:
        tree: pandoc's tree of the document.
    """
    language = document.language
    content = json.dumps(tree | {"meta": {}, "blocks": _chapters(tree["blocks"])})
    cover = picture_of_cover(imprint, words, language)
    day = imprint.released.isoformat() if imprint.released else "1980-01-01"
    digest = hashlib.sha256(f"{imprint}\n{content}".encode()).hexdigest()
    metadata = {
        "title": imprint.title,
        "subtitle": imprint.subtitle,
        "author": imprint.authors,
        "date": day if imprint.released else "",
        "description": imprint.description,
        "lang": _LANGUAGE_TAGS.get(language, language),
        "identifier": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, digest)}",
        "toc-title": words.contents,
        "rights": imprint.note,
    }
    meta = {name: {"t": "MetaString", "c": text} for name, text in metadata.items() if text}
    with tempfile.TemporaryDirectory(prefix="pensionbook-epub-") as name:
        for picture, path in document.pictures.items():
            shutil.copyfile(path, Path(name, picture))
        Path(name, _COVER).write_bytes(cover)
        pandoc.run(
            [
                *("--from", "json", "--to", "epub3", "--toc", "--toc-depth=2", "--mathml"),
                *("--split-level=1", f"--css={_STYLE}", f"--epub-cover-image={_COVER}"),
                *("-o", _FILE),
            ],
            json.dumps(json.loads(content) | {"meta": meta}),
            Path(name),
        )
        parts = read_parts(Path(name, _FILE).read_bytes())
    name = next(part for part in parts if part.endswith(".opf"))
    parts[name] = _described(parts[name], day)
    return write_parts(parts, "mimetype")


def _chapters(blocks: list[Node]) -> list[Node]:
    """Chapters out of their divisions: pandoc divides the book at top-level headings only."""
    result = []
    for block in blocks:
        if block["t"] == "Div" and "chapter" in pandoc.classes(block):
            result += block["c"][1]
        else:
            result.append(block)
    return _findable(result)


def _findable(content: Any) -> Any:
    """Figures in divisions that bear their names: pandoc finds no figure from another chapter."""
    if isinstance(content, list):
        return [_findable(part) for part in content]
    if not isinstance(content, dict) or "c" not in content:
        return content
    node = {**content, "c": _findable(content["c"])}
    if node["t"] != "Figure" or not pandoc.identifier(node):
        return node
    (name, kinds, pairs), *rest = node["c"]
    figure = {"t": "Figure", "c": [["", kinds, pairs], *rest]}
    return {"t": "Div", "c": [[name, [], []], [figure]]}


def _described(content: bytes, day: str) -> bytes:
    """The package document with what a reader who cannot see needs to know beforehand."""
    package = etree.fromstring(content)
    metadata = package.find(f"{{{_OPF}}}metadata")
    for meta in metadata.findall(f"{{{_OPF}}}meta"):
        name = meta.get("property", "")
        if name.startswith("schema:access"):
            metadata.remove(meta)
        elif name == "dcterms:modified":
            meta.text = f"{day}T00:00:00Z"
    for name, value in _ACCESSIBILITY:
        meta = etree.SubElement(metadata, f"{{{_OPF}}}meta")
        meta.set("property", name)
        meta.text = value
    return etree.tostring(package, xml_declaration=True, encoding="UTF-8")
