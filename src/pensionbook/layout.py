"""Names that the build, the pages and their readers agree on; it imports nothing slow."""

from __future__ import annotations

from pathlib import Path

# The language that notebooks and pages are written in; all others are translations.
SOURCE_LANGUAGE = "en"
LOCALE = "locale"
FORMATS = ("html", "pdf", "docx", "epub")
# Texts of the pages for translators; no reader's format.
TEMPLATES = "gettext"
REPORT = "report"
# Where the pages of the staged book find the register and the named values, and small pictures.
DATA_FILE = "_data/report.json"
PICTURES = "_pictures"
# What readers can take from the pages, in a folder of the web pages and of the staged book.
DOWNLOADS = "files"
EXTRA = "_extra"
# Names, in the environment of notebooks, the folder that keeps reconciliations.
RECONCILED = "PENSIONBOOK_RECONCILED"
# Books that the next build goes on from, in the cache.
KEPT_BOOKS = "books"


def languages_of(book: Path) -> tuple[str, ...]:
    """The languages a book can be built in: the source's, and each that has a catalogue."""
    folders = sorted((book / LOCALE).glob("*/LC_MESSAGES"))
    return (SOURCE_LANGUAGE, *(folder.parent.name for folder in folders))


def report_file(folder: Path, language: str, kind: str) -> Path:
    """Where an output folder has the report in a language and a format."""
    own = folder / language
    return own / "html" / "index.html" if kind == "html" else own / f"{REPORT}.{kind}"
