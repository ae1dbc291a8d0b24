"""The switch on each web page that leads to the same page in another language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel import Locale
from sphinx.application import Sphinx

from pensionbook.book.data import book_data
from pensionbook.language.messages import translate

_TEMPLATES = Path(__file__).parent / "pagetemplates"


def add_templates(_app: Sphinx, config: Any) -> None:
    """Let the theme find the switch."""
    config.templates_path = [*config.templates_path, str(_TEMPLATES)]


def add_switch(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _: Any) -> None:
    """Tell a page where it stands in the other languages.

    The languages lie beside each other: ``en/html/page.html`` and ``zh_CN/html/page.html``.
    """
    own = app.config.language
    up = "../" * (pagename.count("/") + 2)
    context["language_switch_label"] = translate("Language", own)
    context["other_languages"] = [
        (code, code.replace("_", "-"), _name(code), f"{up}{code}/html/{pagename}.html")
        for code in book_data(app)["languages"]
        if code != own
    ]


def _name(code: str) -> str:
    locale = Locale.parse(code)
    return (locale.get_language_name() or code).capitalize()
