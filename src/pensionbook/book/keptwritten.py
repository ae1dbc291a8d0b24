"""Writes again only the pages that changed, as long as nothing changed that other pages show.

A page shows what it holds itself and what the environment knows of other pages: titles, numbers,
labels, terms, pictures. Where the environment is as it was when the pages were written, the pages
that were not read again stay; otherwise all are written anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MethodType
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_FILE = "written.pickle"
_STATE = "pensionbook_written_state"
# Of this process or of the files' times, and what no page shows.
_NOT_SHOWN = {
    *("all_docs", "app", "config", "config_status", "config_status_extra", "dependencies"),
    *("doctreedir", "domains", "events", "included", "project", "ref_context", "reread_always"),
    *("settings", "srcdir", "temp_data", "version"),
    *("_pickled_doctree_cache", "_write_doc_doctree_cache"),
}
# They have a tree of symbols of their own even where no page names one.
_OTHER_LANGUAGES = {"c", "cpp"}
_COLLECTED = ("_images", "_downloads")
_INDEXED = (
    *("_all_titles", "_filenames", "_index_entries", "_mapping", "_title_mapping", "_titles"),
)


def always_read(_app: Sphinx, env: Any, added: set[str], changed: set[str], *_: Any) -> list[str]:
    """The pages to read beside those that changed: one at least, or Sphinx would write nothing."""
    return [] if added | changed else [env.config.root_doc]


def keep_written(app: Sphinx, env: Any) -> list[str]:
    """The pages to write beside those that were read: none, or all."""
    if app.builder.name != "html":
        return []
    state = _digest(env)
    setattr(app, _STATE, state)
    kept = _kept(app)
    if kept.get("state") != state:
        # What no page shows any more would stay behind.
        for name in _COLLECTED:
            shutil.rmtree(Path(app.outdir, name), ignore_errors=True)
        Path(app.outdir, "searchindex.js").unlink(missing_ok=True)
        return sorted(env.found_docs)

    def load(builder: Any, names: Any) -> None:
        vars(builder.indexer).update(kept["indexed"])
        builder.indexer.prune(set(env.all_docs) - set(names))
        for words in (builder.indexer._mapping, builder.indexer._title_mapping):
            for word in [word for word, pages in words.items() if not pages]:
                del words[word]

    builder: Any = app.builder
    dump = builder.dump_search_index

    def dump_sorted() -> None:
        entries = builder.indexer._index_entries
        builder.indexer._index_entries = dict(sorted(entries.items()))
        dump()

    # Sphinx would read what it wrote for browsers, which lacks the index's entries.
    builder.load_indexer = MethodType(load, builder)
    builder.dump_search_index = dump_sorted
    return []


def note_written(app: Sphinx, error: Exception | None) -> None:
    """Remember for the next build what the pages were written with."""
    state = getattr(app, _STATE, None)
    if error is None and state is not None:
        indexer = vars(app.builder.indexer)  # type: ignore[attr-defined]
        kept = {"state": state, "indexed": {name: indexer[name] for name in _INDEXED}}
        (Path(app.doctreedir) / _FILE).write_bytes(pickle.dumps(kept))


def _kept(app: Sphinx) -> dict[str, Any]:
    """What the last build remembered; only once, as one that fails leaves pages half done."""
    path = Path(app.doctreedir) / _FILE
    with contextlib.suppress(OSError):
        content = path.read_bytes()
        path.unlink()
        if Path(app.outdir).is_dir():
            return pickle.loads(content)
    return {}


def _digest(env: Any) -> str:
    """Digest of all that the environment knows and a page may show."""
    known = {name: value for name, value in vars(env).items() if name not in _NOT_SHOWN}
    known["metadata"] = [(name, _seen(data)) for name, data in sorted(env.metadata.items())]
    domains = known.pop("domaindata").items()
    known |= {f"domain {name}": data for name, data in domains if name not in _OTHER_LANGUAGES}
    return hashlib.sha256(_text(known).encode()).hexdigest()


def _seen(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """What other pages may show of a page's metadata: not how long it is, nor in which lines."""
    seen = {name: data for name, data in metadata.items() if name != "wordcount"}
    slugs = metadata.get("myst_slugs", {})
    return seen | {"myst_slugs": {name: target for name, (_line, *target) in slugs.items()}}


def _text(value: Any) -> str:
    if isinstance(value, nodes.Node):
        return value.pformat()
    if isinstance(value, Mapping):
        pairs = sorted(f"{_text(key)}: {_text(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(map(_text, value)))}}}"
    if isinstance(value, (list, tuple)):
        return f"({', '.join(map(_text, value))})"
    # What shows its address only is made from the bibliography, with which a kept book ends.
    return _ADDRESS.sub("", repr(value))
