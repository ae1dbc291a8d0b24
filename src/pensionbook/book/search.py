"""Full-text search in Chinese: texts and queries are cut into pairs of neighbouring characters.

Sphinx cuts Chinese texts into words by a dictionary, and the browser cannot cut a query the same
way, so that many words are never found. Pairs need no dictionary and are cut alike on both sides: a
query is found where all its pairs stand.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx
from sphinx.search import SearchLanguage

_HAN = "\\u3400-\\u9fff\\uf900-\\ufaff"
_RUN = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_IS_HAN = re.compile(f"[{_HAN}]")


class ChinesePairs(SearchLanguage):
    """Pairs of characters; a character between others that are not Chinese stands alone."""

    lang = "zh"
    language_name = "Chinese"
    js_splitter_code = f"""
function splitQuery(query) {{
  const runs = query.match(/[{_HAN}]+|[^\\s\\p{{P}}\\p{{S}}{_HAN}]+/gu) || [];
  return runs.flatMap((run) => {{
    const letters = [...run];
    if (!/[{_HAN}]/.test(run) || letters.length === 1) return [run];
    return letters.slice(1).map((letter, n) => letters[n] + letter);
  }});
}}
"""

    def split(self, input: str) -> list[str]:
        """The pairs, and the words of other scripts, of a text.

        >>> ChinesePairs({}).split("缴费人数 of 2001")
        ['缴费', '费人', '人数', 'of', '2001']
        """
        return [piece for run in _RUN.findall(input) for piece in _pieces(run)]

    def word_filter(self, word: str) -> bool:
        """Every piece is worth finding."""
        return bool(word)


def _pieces(run: str) -> list[str]:
    if len(run) == 1 or not _IS_HAN.match(run):
        return [run]
    return [run[n : n + 2] for n in range(len(run) - 1)]


def setup_search(app: Sphinx) -> None:
    """Search Chinese texts by pairs."""
    app.add_search_language(ChinesePairs)
