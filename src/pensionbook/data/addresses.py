"""Web addresses as places in a source: which locators are one, and how a table shows them."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit


def is_address(text: str) -> bool:
    """Whether a text is a web address that can be made a link."""
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def short_address(text: str) -> str:
    """Host and last part of the path of an address; any other text as it stands.

    >>> short_address("https://www.stats.gov.cn/sj/ndsj/2005/html/W2340e.htm")
    'stats.gov.cn/…/W2340e.htm'
    """
    if not is_address(text):
        return text
    parts = urlsplit(text)
    host = (parts.hostname or "").removeprefix("www.")
    steps = [step for step in parts.path.split("/") if step]
    if not steps:
        return host
    last = unquote(steps[-1])
    last = last if last.isprintable() else steps[-1]
    return f"{host}/{last}" if len(steps) == 1 else f"{host}/…/{last}"
