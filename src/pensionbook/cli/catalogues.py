"""Brings all catalogues up to date, for those who translate.

``python -m pensionbook.cli.catalogues`` takes the texts out of the modules, the notebooks and the
pages and puts what is new into the catalogues of the program and of the book. With
``--new LANGUAGE`` it begins a language; with
``--check`` it only says what is missing, and fails if anything is.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from pensionbook.book import catalogues as pages
from pensionbook.book.layout import TEMPLATES
from pensionbook.editions.edition import build_edition
from pensionbook.editions.progress import PlainProgress
from pensionbook.editions.request import Request
from pensionbook.editions.sources import Sources
from pensionbook.language import catalogues as program
from pensionbook.language.languages import LOCALE, SOURCE_LANGUAGE, languages_of


def templates_of(package: Path, folder: Path, **sources: Any) -> Path:
    """The texts of all pages as ``.pot`` files.

    Args:
        package: a data package that has all that the pages speak of.
        folder: a new folder to build in.
        sources: ``book`` and ``notebooks`` of a request.
    """
    request = Request(
        package,
        languages=[SOURCE_LANGUAGE],
        formats=[TEMPLATES],
        output=folder / "edition",
        **sources,
    )
    built = build_edition(request, progress=PlainProgress())
    return built.folder / SOURCE_LANGUAGE / TEMPLATES


def main() -> int:
    """Bring all catalogues up to date, or say what they lack."""
    parser = argparse.ArgumentParser(
        prog="python -m pensionbook.cli.catalogues", description=__doc__
    )
    parser.add_argument("package", type=Path, nargs="?", default=Path("data/tianjin-2002"))
    parser.add_argument("--new", metavar="LANGUAGE", action="append", default=[])
    parser.add_argument("--check", action="store_true", help="only say what is missing; exit 1")
    options = parser.parse_args()
    sources = Sources.locate()
    locale = sources.book / LOCALE
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        templates = templates_of(options.package, Path(folder))
        for language in sorted({*languages_of(sources.book)[1:], *options.new}):
            if options.check:
                found = program.problems(language, sources.notebooks)
                found += pages.differences(templates, locale, language)
                wrong += len(found)
                print(*(f"{language}: {line}" for line in found), sep="\n")
                continue
            for what, (count, waiting) in (
                ("program", program.update(language, sources.notebooks)),
                ("pages", pages.update(templates, locale, language)),
            ):
                print(f"{language}, {what}: {count} messages, {waiting} wait for a translator")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
