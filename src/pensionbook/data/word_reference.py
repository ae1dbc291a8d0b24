"""The Word files that the Word report takes its styles, page, header and footer from.

Two come with the library, made to be opened and changed in Word. A package may have its own, by
language, named in its descriptor: ``pensionbook: {word: {en: looks/report-en.docx}}``.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from pensionbook.data.findings import Findings
from pensionbook.data.tables import DESCRIPTOR, RawPackage, read_bytes, stays_inside
from pensionbook.errors import Problem, listed, quote

if TYPE_CHECKING:
    from lxml import etree


# Styles that the report needs, by the names that they keep in whatever language Word is.
STYLES = {
    "paragraph": (
        *("Title", "Subtitle", "Author", "Date", "Imprint", "TOC Heading", "toc 1", "toc 2"),
        *("heading 1", "heading 2", "heading 3", "heading 4", "First Paragraph", "Body Text"),
        *("Compact", "Box", "Key Figure Head", "Key Figure", "Formula", "Source Code"),
        *("Definition Term", "Definition", "Bibliography", "footnote text", "caption"),
        *("Table Caption", "Image Caption", "Captioned Figure", "Table Text", "Table Text Small"),
        *("header", "footer"),
    ),
    "character": ("Verbatim Char", "Hyperlink", "Chinese Emphasis", "footnote reference"),
    "table": ("Table",),
}
_ENDING = ".docx"
_LOOKS = Path(__file__).parent / "looks"
_ENTRY = "pensionbook, word"
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?")
_LARGEST_BYTES = 16 * 1024**2
_LARGEST_UNPACKED_BYTES = 64 * 1024**2
_READ = ("document", "styles")
# Headers, footers, notes and where they find pictures: these get into the report as they are.
_AROUND = re.compile(r"word/(_rels/)?(header|footer|footnotes)\d*\.xml(\.rels)?")
_REACHING = re.compile(r"\b(DDE|DDEAUTO|LINK|IMPORT|INCLUDE\w*)\s.*", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def own_reference(language: str) -> Path:
    """The library's own file for a language; the English one where there is none."""
    path = _LOOKS / f"report-{language}{_ENDING}"
    return path if path.is_file() else own_reference("en")


def add_references(raw: RawPackage) -> None:
    """Note the files that a raw package names, their digests and what stands in the way."""

    def problem(entry: str, found: str, mend: str) -> None:
        raw.problems.append(Problem(DESCRIPTOR, None, entry, found, mend))

    own = raw.descriptor.get("pensionbook")
    named = own.get("word", {}) if isinstance(own, dict) else {}
    if not isinstance(named, dict):
        mend = "write a file for each language, such as {en: looks/report-en.docx}"
        return problem(_ENTRY, f"found {quote(str(named))}", mend)
    for language, file in named.items():
        entry = f"{_ENTRY}, {language}"
        if not _LANGUAGE.fullmatch(str(language)):
            found = f"found {quote(str(language))}, which is no language"
            problem(_ENTRY, found, "write one such as en or zh_CN")
        elif not isinstance(file, str) or not file.endswith(_ENDING):
            found = f"found {quote(str(file))}"
            problem(entry, found, f"write the path of a Word file, ending in {_ENDING}")
        elif not stays_inside(file):
            found = f"{quote(file)} leads out of the package"
            problem(entry, found, "put the file into the package's folder and write its path there")
        elif read_bytes(raw, file, _LARGEST_BYTES) is not None:
            raw.word[language] = file


def check_references(raw: RawPackage, findings: Findings) -> None:
    """Note the named files that are no Word files or lack what the report needs."""
    for language, file in raw.word.items():
        mend = f"mend it in Word, or begin again with a copy of {own_reference(language)}"
        try:
            found = style_ids((raw.path / file).read_bytes())
        except ValueError as error:
            findings.add(file, None, None, f"no sound Word file ({error})", mend)
            continue
        wanted = [(kind, name) for kind, names in STYLES.items() for name in names]
        lacking = [f"{name} ({kind})" for kind, name in wanted if (kind, name.lower()) not in found]
        if lacking:
            findings.add(file, None, None, f"lacks the style {listed(lacking)}", mend)


def style_ids(content: bytes) -> dict[tuple[str, str], str]:
    """The ids of a Word file's styles, by kind and name in small letters.

    A Word in another language gives its own styles other ids, but keeps their names.

    Raises:
        ValueError: it is no sound Word file, or says nothing of its page.
    """
    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _LARGEST_UNPACKED_BYTES:
                raise ValueError(f"more than {_LARGEST_UNPACKED_BYTES // 1024**2} MiB unpacked")
            if damaged := archive.testzip():
                raise ValueError(f"its part {quote(damaged)} is damaged")
            document, styles = (_parse(archive, f"word/{part}.xml") for part in _READ)
            for part in filter(_AROUND.fullmatch, archive.namelist()):
                if strange := _from_elsewhere(_parse(archive, part)):
                    raise ValueError(f"{part} takes {quote(strange)} from elsewhere")
    except KeyError as error:
        raise ValueError(f"its part {error.args[0]} is missing") from error
    except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, RuntimeError) as error:
        raise ValueError(str(error)) from error
    for part in ("pgSz", "pgMar"):
        if document.find(f"{_W}body/{_W}sectPr/{_W}{part}") is None:
            raise ValueError("it does not say the size and the margins of its page")
    return {
        (style.get(f"{_W}type"), name.get(f"{_W}val").lower()): style.get(f"{_W}styleId")
        for style in styles.iter(f"{_W}style")
        if (name := style.find(f"{_W}name")) is not None
    }


def _parse(archive: zipfile.ZipFile, part: str) -> etree._Element:
    from lxml import etree

    root = etree.fromstring(archive.read(part), etree.XMLParser(resolve_entities=False))
    if root.getroottree().docinfo.doctype:
        raise ValueError(f"{part} declares a document type, which no Word file does")
    return root


def _from_elsewhere(part: etree._Element) -> str:
    """What a part of a Word file takes from another machine or program; links do not count."""
    for link in part.iter("{*}Relationship"):
        if link.get("TargetMode") == "External" and not link.get("Type", "").endswith("/hyperlink"):
            return str(link.get("Target", ""))
    simple = [field.get(f"{_W}instr", "") for field in part.iter(f"{_W}fldSimple")]
    split = "".join(field.text or "" for field in part.iter(f"{_W}instrText"))
    found = _REACHING.search("\n".join([*simple, split]))
    return found.group() if found else ""
