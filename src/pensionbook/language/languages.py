"""The languages of a book; it imports nothing slow."""

from __future__ import annotations

from pathlib import Path

# The language that notebooks and pages are written in; all others are translations.
SOURCE_LANGUAGE = "en"
LOCALE = "locale"


def languages_of(book: Path) -> tuple[str, ...]:
    """The languages a book can be built in: the source's, and each that has a catalogue."""
    folders = sorted((book / LOCALE).glob("*/LC_MESSAGES"))
    return (SOURCE_LANGUAGE, *(folder.parent.name for folder in folders))
