"""The printed formats of the report: PDF, Word and EPUB, all from the pages of the web book."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
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

__all__ = ["Document", "Imprint", "Words", "gather", "write", "write_all"]


def write(
    kind: str,
    document: Document,
    target: Path,
    imprint: Imprint,
    cache: Cache | None = None,
    reference: Path | None = None,
) -> None:
    """Write the report in one format.

    Args:
        kind: ``pdf`` (tagged after PDF/UA-1, fonts embedded, no clock time inside), ``docx`` (the
            Chinese one laid out after GB/T 9704) or ``epub`` (EPUB 3, formulas as MathML).
        cache: keeps the trees of chapters for later builds.
        reference: Word file whose styles, page, header and footer a ``docx`` takes; by default the
            library's for the language.

    Raises:
        BuildError: the document cannot be set or converted.
    """
    tree, words = _tree(document.chapters, cache), words_of(document.language)
    content = _maker(kind, reference or own_reference(document.language))(
        document, tree, imprint, words
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _maker(kind: str, reference: Path) -> Callable[[Document, Node, Imprint, Words], bytes]:
    # Each has much to import that the others do without.
    if kind == "pdf":
        from pensionbook.printing.pdf import typeset

        return typeset
    if kind == "docx":
        from pensionbook.printing.word import write_word

        return partial(write_word, reference=reference)
    from pensionbook.printing.epub import write_ebook

    return write_ebook


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
    with ThreadPoolExecutor(len(targets) or 1) as pool:
        running = [
            pool.submit(write, kind, document, path, imprint, cache, reference)
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
