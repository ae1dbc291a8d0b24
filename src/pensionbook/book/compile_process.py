"""Compiles staged books with Jupyter Book: imports once, then forks a process for each book.

Run as ``python -m pensionbook.book.compile_process``, with one request a line on the standard
input: a JSON list of a folder, as ``book.stage`` lays it out, and builders. Each is answered by a
line on the standard output: a JSON list of the folder and the exit code. What the compiler says
stands in ``LOG`` of the folder. The pages are read once; each further builder writes from what the
first one read. With arguments, ``FOLDER BUILDER...``, it compiles that book in this process.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import sys
from functools import cache
from pathlib import Path
from typing import Any

TOC = "_toc.yml"
LOG = "compiler.log"
_PARTS_BETWEEN_COLLECTIONS = 200_000
_IMPORTS = (
    "babel.messages.mofile",
    "docutils.parsers.rst.directives.images",
    "docutils.parsers.rst.directives.tables",
    "docutils.writers.html5_polyglot",
    "jupyter_book.sphinx",
    "myst_nb.sphinx_ext",
    "pensionbook.book.mathml",
    "pensionbook.book.extension",
    "pydata_sphinx_theme",
    "sphinx.builders.html",
    "sphinx.domains.cpp",
    "sphinx.domains.std",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.search.en",
    "sphinx.search.zh",
    "sphinx.transforms.post_transforms.images",
    "sphinx_book_theme",
    "sphinx_comments",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_external_toc",
    "sphinx_togglebutton",
    "sphinxcontrib.bibtex",
)


def main(folder: Path, builders: list[str]) -> int:
    """Compile into ``_build/BUILDER`` of the folder; 0 if all went well without a warning."""
    _prepare()
    from jupyter_book.cli.main import main as jupyter_book

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


@cache
def _prepare() -> None:
    # An optional helper of the settings' validator; nothing here needs it, and it takes a second.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from myst_parser.mdit_to_docutils import base

    # Made anew for each text that is parsed, as a default that no page ever takes; only a passage
    # in reStructuredText fills it, and the next one needs another.
    make, unused = base.make_document, [base.make_document()]

    def make_document(*_given: Any, **_named: Any) -> Any:
        if unused[0].children:
            unused[0] = make()
        return unused[0]

    base.make_document = make_document


def serve() -> None:
    """Import what compiling needs, then fork a compiler for each request until the input ends."""
    _prepare()
    for name in _IMPORTS:
        # What cannot be imported is left to the compiler to stumble on.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    # Pages are trees of many small parts, which a collection would look through again and again.
    gc.freeze()
    gc.set_threshold(_PARTS_BETWEEN_COLLECTIONS, 20, 100)
    running: dict[int, str] = {}
    waiting = b""
    while True:
        ready, _, _ = select.select([0], [], [], 0.02 if running else None)
        if ready:
            read = os.read(0, 65536)
            if not read:
                return
            *requests, waiting = (waiting + read).split(b"\n")
            for request in requests:
                folder, *builders = json.loads(request)
                pid = os.fork()
                if pid == 0:
                    _compile(Path(folder), builders)
                running[pid] = folder
        while running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            answer = json.dumps([running.pop(pid), os.waitstatus_to_exitcode(status)])
            os.write(1, f"{answer}\n".encode())


def _compile(folder: Path, builders: list[str]) -> None:
    """Compile in this fork; never returns."""
    code = 1
    try:
        log = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        null = os.open(os.devnull, os.O_RDONLY)
        for handle, number in ((null, 0), (log, 1), (log, 2)):
            os.dup2(handle, number)
        os.chdir(folder)
        code = main(folder, builders)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
    serve()
