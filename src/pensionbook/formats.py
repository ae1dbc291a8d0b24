"""The printed formats of the report: PDF, Word and EPUB, all from the pages of the web book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from pensionbook import pandoc
from pensionbook.errors import BuildError
from pensionbook.pandoc import Node
from pensionbook.printed import Document, gather

__all__ = [
    "Document",
    "Imprint",
    "Words",
    "gather",
    "write_docx",
    "write_epub",
    "write_pdf",
]


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands on the cover.

    Attributes:
        edition: what tells this edition from others: a place and a date, for example.
        note: small print at the foot: licence, where the data and the web book are.
        description: one or two sentences for catalogues; not printed.
        released: day of publication, for the files' records; a PDF without it is no PDF/A.
    """

    title: str
    subtitle: str = ""
    authors: str = ""
    edition: str = ""
    note: str = ""
    description: str = ""
    released: date | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Words that the printed formats add to the text of the book."""

    contents: str
    figures: str
    tables: str
    figure: str
    table: str
    page: str
    cover: str


_WORDS = {
    "en": Words("Contents", "Figures", "Tables", "Figure", "Table", "Page", "Cover"),
    "zh_CN": Words("目录", "图目录", "表目录", "图", "表", "页", "封面"),
}


def words_of(language: str) -> Words:
    """The interface words of a language.

    Raises:
        BuildError: the printed formats do not know the language yet.
    """
    try:
        return _WORDS[language]
    except KeyError:
        raise BuildError(
            f"the printed formats have no words for the language {language!r}; "
            "add them to formats.py"
        ) from None


def write_pdf(document: Document, target: Path, imprint: Imprint) -> None:
    """Write the report as PDF: tagged after PDF/UA-1, fonts embedded, no clock time inside.

    Raises:
        BuildError: the document cannot be set.
    """
    from pensionbook.typesetting import typeset

    words = words_of(document.language)
    _write(target, typeset(document, _tree(document.html), imprint, words))


@lru_cache(maxsize=2)
def _tree(html: str) -> Node:
    """pandoc's tree; the formats of one document share it, and none of them changes it."""
    return pandoc.parse(html)


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def write_docx(document: Document, target: Path, imprint: Imprint) -> None:
    """Write the report as a Word file; the Chinese one is laid out after GB/T 9704.

    Raises:
        BuildError: the document cannot be converted.
    """
    from pensionbook.wordfile import write_word

    words = words_of(document.language)
    _write(target, write_word(document, _tree(document.html), imprint, words))


def write_epub(document: Document, target: Path, imprint: Imprint) -> None:
    """Write the report as EPUB 3, formulas as MathML.

    Raises:
        BuildError: the document cannot be converted.
    """
    from pensionbook.ebook import write_ebook

    words = words_of(document.language)
    _write(target, write_ebook(document, _tree(document.html), imprint, words))
