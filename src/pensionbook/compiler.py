"""Compiles a staged book with Jupyter Book, by one builder after another in one process.

Run as ``python -m pensionbook.compiler FOLDER BUILDER...``. The pages are read once; each further
builder writes from what the first one read. FOLDER is as ``book.stage`` lays it out.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

TOC = "_toc.yml"


def main(folder: Path, builders: list[str]) -> int:
    """Compile into ``_build/BUILDER`` of the folder; 0 if all went well without a warning."""
    # An optional helper of the settings' validator; nothing here needs it, and it takes a second.
    sys.modules.setdefault("rfc3987_syntax", None)
    from jupyter_book.cli.main import main as jupyter_book
    from myst_parser.mdit_to_docutils import base

    # Made anew for each text that is parsed, as a default that no page ever takes.
    base.make_document = cache(base.make_document)

    source = folder / "source"
    command = ["build", str(source), "--path-output", str(folder)]
    command += ["--config", str(folder / "_config.yml"), "--toc", str(source / TOC)]
    command += ["-W", "-n", "--keep-going"]
    for builder in builders:
        other = [] if builder == "html" else ["--builder", "custom", "--custom-builder", builder]
        try:
            jupyter_book([*command, *other], standalone_mode=False)
        except SystemExit as stopped:
            if stopped.code:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
