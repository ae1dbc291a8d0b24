"""Mends markup of the web pages that a browser or a screen reader would stumble over."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def mend(
    _app: Sphinx, _pagename: str, _template: str, context: dict[str, Any], _doctree: Any
) -> None:
    """Give a page's references a role that still stands, and let the theme follow the system."""
    # DPUB-ARIA 1.1 took doc-biblioentry back: entries are items of their list.
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
    # Without a mode the theme complains in the console of each first visit.
    context.setdefault("default_mode", "auto")
