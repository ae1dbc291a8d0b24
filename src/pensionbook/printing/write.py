"""The printed formats of the report: PDF, Word and EPUB, all from the pages of the web book."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

from pensionbook.data.word_reference import own_reference
from pensionbook.files.cache import Cache
from pensionbook.files.digests import sha256_json
from pensionbook.printing import pandoc
from pensionbook.printing.document import Document, gather, ids
from pensionbook.printing.imprint import Imprint, Words, words_of
from pensionbook.printing.pandoc import Node

__all__ = [
    "Document",
    "Imprint",
    "Words",
    "gather",
    "write_docx",
    "write_epub",
    "write_pdf",
]


def write_pdf(
    document: Document, target: Path, imprint: Imprint, cache: Cache | None = None
) -> None:
    """Write the report as PDF: tagged after PDF/UA-1, fonts embedded, no clock time inside.

    Raises:
        BuildError: the document cannot be set.
    """
    from pensionbook.printing.pdf import typeset

    words = words_of(document.language)
    _write(target, typeset(document, _tree(document.chapters, cache), imprint, words))


def write_all(
    document: Document,
    targets: Mapping[str, Path],
    imprint: Imprint,
    cache: Cache | None = None,
    reference: Path | None = None,
) -> None:
    """Write several formats at one time; most of the work is done by other programs.

    Args:
        targets: where to write, by format: ``pdf``, ``docx``, ``epub``.
        cache: keeps the trees of chapters for later builds.
        reference: Word file that the Word report takes its looks from; by default the library's.

    Raises:
        BuildError: the document cannot be set or converted.
    """
    # All of them read the same tree.
    _tree(document.chapters, cache)
    docx = partial(write_docx, reference=reference)
    writers = {"pdf": write_pdf, "docx": docx, "epub": write_epub}
    with ThreadPoolExecutor(len(writers)) as pool:
        running = [
            pool.submit(writers[kind], document, path, imprint, cache)
            for kind, path in targets.items()
        ]
        for written in running:
            written.result()


@lru_cache(maxsize=2)
def _tree(chapters: tuple[str, ...], cache: Cache | None) -> Node:
    """pandoc's tree; the formats of one document share it, and none of them changes it."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        first, *others = pool.map(partial(_chapter, cache=cache), chapters)
    tree = first | {"blocks": [block for part in (first, *others) for block in part["blocks"]]}
    pandoc.number_alike(tree, {name for html in chapters for name in ids(html)})
    return tree


def _chapter(html: str, cache: Cache | None) -> Node:
    key = sha256_json(["pandoc's tree", pandoc.version(), html])
    found = cache.load(key) if cache else None
    if found is None:
        found = pandoc.parse(html)
        if cache:
            cache.store(key, found)
    return found


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def write_docx(
    document: Document,
    target: Path,
    imprint: Imprint,
    cache: Cache | None = None,
    reference: Path | None = None,
) -> None:
    """Write the report as a Word file; the Chinese one is laid out after GB/T 9704.

    Args:
        reference: Word file whose styles, page, header and footer it takes; by default the
            library's for the language.

    Raises:
        BuildError: the document cannot be converted.
    """
    from pensionbook.printing.word import write_word

    words = words_of(document.language)
    tree = _tree(document.chapters, cache)
    reference = reference or own_reference(document.language)
    _write(target, write_word(document, tree, imprint, words, reference))


def write_epub(
    document: Document, target: Path, imprint: Imprint, cache: Cache | None = None
) -> None:
    """Write the report as EPUB 3, formulas as MathML.

    Raises:
        BuildError: the document cannot be converted.
    """
    from pensionbook.printing.epub import write_ebook

    words = words_of(document.language)
    _write(target, write_ebook(document, _tree(document.chapters, cache), imprint, words))
