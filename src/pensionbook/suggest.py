"""Words for messages: lists and the nearest known word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LISTED_AT_MOST = 12
_COMPARED_AT_MOST = 5_000


def listed(words: Iterable[str]) -> str:
    """The words in a row, cut short after a dozen."""
    words = list(words)
    if len(words) <= _LISTED_AT_MOST:
        return ", ".join(words)
    return f"{', '.join(words[:_LISTED_AT_MOST])} and {len(words) - _LISTED_AT_MOST} more"


def nearest(word: str, known: Iterable[str]) -> str:
    """A bracket naming the known word most like ``word``, or nothing when none is like it."""
    words = list(known)[:_COMPARED_AT_MOST]
    found = difflib.get_close_matches(word[:100].strip().lower(), words, n=1, cutoff=0.6)
    return f" (nearest: {found[0]!r})" if found else ""
