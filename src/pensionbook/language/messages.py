"""What the program itself says, in the reader's language; the English text is the key.

A language is a catalogue ``locale/LANGUAGE.po`` beside this module. ``python -m
pensionbook.language.catalogues`` keeps the catalogues complete.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pensionbook.language.languages import SOURCE_LANGUAGE

CATALOGUES = Path(__file__).parent / "locale"


def translate(message: str, language: str, **fields: object) -> str:
    """A message in a language, its fields filled in; in English where the catalogue lacks it.

    >>> translate("at most {end}", "zh_CN", end="5%")
    '至多 5%'
    """
    text = catalogue(language).get(message, message)
    return text.format(**fields) if fields else text


def mark(message: str) -> str:
    """The message itself, so that the extraction finds a text which is translated elsewhere."""
    return message


def available() -> tuple[str, ...]:
    """The languages the program speaks: the source's, and each that has a catalogue."""
    return (SOURCE_LANGUAGE, *sorted(path.stem for path in CATALOGUES.glob("*.po")))


@lru_cache
def catalogue(language: str) -> Mapping[str, str]:
    """The translations of a language by their English text; empty where there is no catalogue."""
    path = CATALOGUES / f"{language}.po"
    if language == SOURCE_LANGUAGE or not path.is_file():
        return {}
    return _entries(path.read_text(encoding="utf-8"))


def _entries(text: str) -> dict[str, str]:
    """Messages and translations of a catalogue, fuzzy ones too; babel takes ten times as long."""
    found: dict[str, str] = {}
    message = ""
    pieces: list[str] = []
    for line in [*text.splitlines(), 'msgid ""']:
        word, _, quoted = line.partition(" ")
        if word == "msgid":
            if message and "".join(pieces):
                found[message] = "".join(pieces)
            message, pieces = "", [ast.literal_eval(quoted)]
        elif word == "msgstr":
            message, pieces = "".join(pieces), [ast.literal_eval(quoted)]
        elif line.startswith('"'):
            pieces.append(ast.literal_eval(line))
    return found
