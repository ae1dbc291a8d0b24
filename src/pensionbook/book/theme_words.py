"""The words of the theme that it has in English only, or wrong, in the reader's language."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from sphinx.application import Sphinx
from sphinx.locale import get_translation

from pensionbook.language.languages import SOURCE_LANGUAGE
from pensionbook.language.messages import mark, translate

# What a button, a link or a landmark is called.
NAMES = (
    mark("Color mode"),
    mark("Main"),
    mark("Page"),
    mark("Link to this heading"),
    mark("Link to this image"),
    mark("Link to this table"),
    mark("Link to this term"),
    mark("Link to this code"),
    mark("Link to this equation"),
    mark("Print to PDF"),
    mark("System Settings"),
    mark("Toggle hidden content"),
    mark("Toggle primary sidebar"),
    mark("Toggle secondary sidebar"),
)
_NAME = re.compile(r'(?<= )(title|aria-label|data-bs-title)="([^"]+)"')
_COPYRIGHT = re.compile(r"© Copyright ([^<]+?)\.(?=\s)")


def speak(app: Sphinx) -> None:
    """Let pages leave the theme's templates with these words in the book's language.

    Some stand in the templates as they are, so that no message catalogue reaches them.
    """
    language = app.config.language
    templates = getattr(app.builder, "templates", None)
    if language == SOURCE_LANGUAGE or templates is None:
        return
    render = templates.render

    def render_in_language(template: str, context: dict[str, Any]) -> str:
        return in_language(render(template, context), language)

    templates.render = render_in_language


def in_language(page: str, language: str) -> str:
    """A page with the names and the copyright line in the language."""
    names = {name: escape(translate(name, language)) for name in NAMES}
    theme = get_translation("booktheme")
    names |= {str(theme(name)): said for name, said in names.items()}

    def renamed(found: re.Match[str]) -> str:
        return f'{found[1]}="{names.get(found[2], found[2])}"'

    def rights(found: re.Match[str]) -> str:
        return translate("© Copyright {holder}.", language, holder=found[1])

    return _COPYRIGHT.sub(rights, _NAME.sub(renamed, page))
