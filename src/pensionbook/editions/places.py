"""Where an edition's folder has what; it imports nothing slow."""

from __future__ import annotations

from pathlib import Path

FORMATS = ("html", "pdf", "docx", "epub")
REPORT = "report"
# Books that the next build goes on from, in the cache.
KEPT_BOOKS = "books"


def report_file(folder: Path, language: str, kind: str) -> Path:
    """Where an output folder has the report in a language and a format."""
    own = folder / language
    return own / "html" / "index.html" if kind == "html" else own / f"{REPORT}.{kind}"


def cache_folder(named: Path | None = None) -> Path:
    """Absolute folder of the cache; by default ``_build/.cache`` in the current one."""
    return Path(named or Path("_build", ".cache")).absolute()
