"""Looks at each read page once where Sphinx, for every numbered reference, reads it from disk."""

from __future__ import annotations

from types import MethodType
from typing import Any

from sphinx.application import Sphinx


class _KeptPages:
    """The environment, whose pages are read once; they are only looked at, never changed."""

    def __init__(self, env: Any) -> None:
        self._env = env
        self._pages: dict[str, Any] = {}

    def get_doctree(self, name: str) -> Any:
        if name not in self._pages:
            self._pages[name] = self._env.get_doctree(name)
        return self._pages[name]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)


def keep_pages(app: Sphinx, env: Any) -> None:
    """Let numbered references find their charts and tables in pages that are kept."""
    domain = env.get_domain("std")
    resolve = type(domain)._resolve_numref_xref
    kept = _KeptPages(env)

    def from_kept(self: Any, _env: Any, *rest: Any) -> Any:
        return resolve(self, kept, *rest)

    domain._resolve_numref_xref = MethodType(from_kept, domain)
