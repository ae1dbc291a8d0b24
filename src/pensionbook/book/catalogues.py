"""The translations of the pages: catalogues brought up to date, and held against the source.

They lie in ``book/locale/LANGUAGE/LC_MESSAGES``, a catalogue a page;
:mod:`pensionbook.cli.catalogues` keeps them up to date. A build fails on a text without a
translation, and on a translation that drops or adds a value, a figure or a reference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from pensionbook.book.layout import TEMPLATES
from pensionbook.errors import listed
from pensionbook.language.languages import LOCALE, SOURCE_LANGUAGE

_ROLE = re.compile(r"\{(?P<role>[a-z:]+)\}`(?P<target>[^`]*)`")
# Of a role with a text of its own only the target must be the same.
_TARGET = re.compile(r"<([^<>]+)>$")
_BARE_LINK = re.compile(r"\[\]\([^)]*\)")
_FORMULA = re.compile(r"\$[^$]+\$")
_MISSING = "no translation into"
_MISSED = re.compile(rf"(?:^|\s)(\S+)\.(?:md|ipynb):.*?{_MISSING} (\w+):")
_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_CODE = re.compile(r"(?<![}`])`[^`]+`")


def catalogues(locale: Path, language: str) -> Iterator[tuple[str, Catalog]]:
    """The catalogues of a language, each with the page it belongs to."""
    folder = locale / language / "LC_MESSAGES"
    for path in sorted(folder.rglob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        yield path.relative_to(folder).with_suffix("").as_posix(), catalogue


@lru_cache
def _catalogue_of(locale: Path, language: str, page: str) -> Catalog:
    path = locale / language / "LC_MESSAGES" / f"{page}.po"
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def problems_of(message: Message) -> list[str]:
    """What is wrong with a translation beside its words.

    Values, printed figures, references and pieces of code must be the same on both sides.
    """
    source, text = str(message.id), str(message.string)
    if not text:
        return ["not translated"]
    if message.fuzzy:
        return ["marked fuzzy: compare it with its source and take the mark away"]
    found = []
    for what, pattern in (("roles", _roles), ("code", _code)):
        ours, theirs = pattern(source), pattern(text)
        missing, added = ours - theirs, theirs - ours
        if missing:
            found.append(f"the translation lacks {what} {', '.join(sorted(missing))}")
        if added:
            found.append(f"the translation adds {what} {', '.join(sorted(added))}")
    return found


def _roles(text: str) -> Counter[str]:
    return Counter(
        f"{{{found['role']}}}`{_target(found['target'])}`" for found in _ROLE.finditer(text)
    )


def _target(text: str) -> str:
    named = _TARGET.search(text)
    return named[1] if named else text


def _code(text: str) -> Counter[str]:
    return Counter(_CODE.findall(_ROLE.sub("", text)))


def update(templates: Path, locale: Path, language: str) -> tuple[int, int]:
    """Bring the catalogues of a language up to date.

    What no page says any more is dropped; a text that changed a little keeps its old translation,
    marked fuzzy.

    Args:
        templates: folder with a ``.pot`` for each page.

    Returns:
        Number of messages, and of those that wait for a translator.
    """
    folder = locale / language / "LC_MESSAGES"
    known = dict(catalogues(locale, language))
    count = waiting = 0
    for path in sorted(templates.rglob("*.pot")):
        page = path.relative_to(templates).with_suffix("").as_posix()
        with path.open("rb") as file:
            template = read_po(file)
        catalogue = known.pop(page, Catalog(locale=language))
        catalogue.update(template, update_header_comment=False)
        catalogue.obsolete.clear()
        messages = [message for message in catalogue if message.id]
        for message in messages:
            # A translator may still have put other punctuation between the roles.
            if not _has_words(str(message.id)) and (not message.string or message.fuzzy):
                message.string = message.id
                message.flags.discard("fuzzy")
        count += len(messages)
        waiting += sum(bool(problems_of(message)) for message in messages)
        _write(catalogue, folder / f"{page}.po", language)
    for page in known:
        (folder / f"{page}.po").unlink()
    return count, waiting


def _has_words(text: str) -> bool:
    """Whether anything is left to translate beside roles, links, code, formulas and numerals."""
    if text.startswith("\n") and "\\" in text:
        # A displayed formula stands between line ends.
        return False
    return _LATIN.search(_bare(text)) is not None


def _bare(text: str) -> str:
    return _BARE_LINK.sub("", _CODE.sub("", _ROLE.sub("", _FORMULA.sub("", text))))


def _write(catalogue: Catalog, path: Path, language: str) -> None:
    """Write a catalogue without dates or names, so that the same texts give the same file."""
    plain = Catalog(locale=language, fuzzy=False, header_comment="")
    for message in catalogue:
        if message.id:
            added = plain.add(message.id, message.string, context=message.context)
            added.flags = message.flags & {"fuzzy"}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, plain, width=0, omit_header=True)


def differences(templates: Path, locale: Path, language: str) -> list[str]:
    """What keeps the catalogues of a language from being complete, each with its page."""
    known = dict(catalogues(locale, language))
    found = []
    for path in sorted(templates.rglob("*.pot")):
        page = path.relative_to(templates).with_suffix("").as_posix()
        with path.open("rb") as file:
            wanted = [message.id for message in read_po(file) if message.id]
        catalogue = known.pop(page, Catalog(locale=language))
        for identifier in wanted:
            message = catalogue.get(identifier)
            wrong = problems_of(message) if message else ["not in the catalogue"]
            found += [f"{page}.po: {problem}: {_short(identifier)}" for problem in wrong]
        stale = {message.id for message in catalogue if message.id} - set(wanted)
        found += [f"{page}.po: no page says this any more: {_short(text)}" for text in stale]
    found += [f"{page}.po: there is no such page" for page in known]
    return found


def _short(text: object) -> str:
    return f"{str(text)[:60]!r}"


# -- in a build -------------------------------------------------------------------------------


def check_catalogues(app: Any, config: Any) -> None:
    """Warn of each translation of the built language that changes more than words."""
    from sphinx.util import logging

    logger = logging.getLogger(__name__)
    if config.language == SOURCE_LANGUAGE:
        return
    locale = Path(app.srcdir) / LOCALE
    folder = locale / config.language / "LC_MESSAGES"
    for path in sorted(folder.rglob("*.po")):
        page = path.relative_to(folder).with_suffix("").as_posix()
        catalogue = _catalogue_of(locale, config.language, page)
        place = f"{LOCALE}/{config.language}/LC_MESSAGES/{page}.po"
        for message in catalogue:
            # What is not translated is told where the page says it.
            if message.id and message.string and (wrong := problems_of(message)):
                text = f"{'; '.join(wrong)} ({_short(message.id)})"
                logger.warning("%s", text, location=f"{place}:{message.lineno or 1}")


def translate_captions(app: Any, doctree: Any) -> None:
    """Say the captions of the table of contents in the built language.

    They come from ``_toc.yml`` too late for Sphinx to translate them.
    """
    from sphinx import addnodes

    if app.config.language == SOURCE_LANGUAGE or app.builder.name == TEMPLATES:
        return
    own = _catalogue_of(Path(app.srcdir) / LOCALE, app.config.language, app.env.docname)
    for node in doctree.findall(addnodes.toctree):
        message = own.get(node.get("caption") or "")
        if message is not None and message.string and not message.fuzzy:
            node["caption"] = message.string


def check_translated(app: Any, doctree: Any) -> None:
    """Warn of each text of a page that has no translation."""
    from docutils import nodes
    from sphinx.util import logging
    from sphinx.util.nodes import extract_messages

    from pensionbook.book.gate import is_prose

    logger = logging.getLogger(__name__)
    if app.config.language == SOURCE_LANGUAGE or app.builder.name == TEMPLATES:
        return
    known = _catalogue_of(Path(app.srcdir) / LOCALE, app.config.language, app.env.docname)
    if known:
        found = (n for n in doctree.findall(nodes.Element) if n.get("translated") is False)
    else:
        # Sphinx looks at no text of a page that has no catalogue.
        found = (node for node, _ in extract_messages(doctree))
    for node in filter(is_prose, found):
        text = node.rawsource or node.astext()
        message = known.get(text)
        # A text that is the same in both languages counts as translated.
        untranslated = message is None or not message.string or message.fuzzy
        if untranslated and not _is_written_in(app.config.language, text):
            logger.warning(f"{_MISSING} %s: %s", app.config.language, _short(text), location=node)


def _is_written_in(language: str, text: str) -> bool:
    """Whether a page says a text in this language already, as somebody's own section may."""
    words = _bare(text)
    latin = len(_LATIN.findall(words))
    return not latin or (language.startswith("zh") and len(_CJK.findall(words)) > latin)


def mend_of(printed: str) -> str:
    """What to do about the translations that a compiler missed; empty where it missed none."""
    missed = dict.fromkeys(_MISSED.findall(printed))
    if not missed:
        return ""
    files = listed(f"book/{LOCALE}/{language}/LC_MESSAGES/{page}.po" for page, language in missed)
    return (
        f"run `make messages` and write what is missing into {files}, or build the language that "
        f"it is written in alone: --language {SOURCE_LANGUAGE}"
    )
