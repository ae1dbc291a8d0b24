"""Runs notebooks in place, for maintainers.

``python -m pensionbook.notebooks.refresh NOTEBOOK...``; the outputs kept in the repository are what
the tests compare with.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pensionbook.errors import PensionbookError
from pensionbook.exchange import WITH_SVG
from pensionbook.notebooks.pool import Job, clean_environment, open_pool
from pensionbook.notebooks.results import assemble, notebook_text, results_of
from pensionbook.notebooks.run import executed_notebook
from pensionbook.notebooks.source import read_notebook


def refresh(paths: Sequence[Path]) -> None:
    """Run notebooks with their own defaults and write their outputs into them.

    Raises:
        NotebookError: one stops; those already done keep their new outputs.
    """
    sources = {path.name: read_notebook(path) for path in paths}
    jobs = [
        Job(name, source.content, {}, source.path.parent.absolute())
        for name, source in sources.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        environment = clean_environment(Path(folder), Path(folder))
        # Only a build needs them, and the kept outputs are to be compared with a plain run.
        del environment[WITH_SVG]
        with open_pool(environment, min(len(jobs), os.cpu_count() or 1)) as pool:
            for name, event in pool.run(jobs):
                if event["event"] in ("started", "cell"):
                    continue
                source = sources[name]
                executed = executed_notebook(source, event)
                results = results_of(source, executed, [folder, sys.prefix])
                text = notebook_text(assemble(source, results))
                source.path.write_text(text, encoding="utf-8")
                print(f"{source.path}: run")


if __name__ == "__main__":
    try:
        refresh([Path(argument) for argument in sys.argv[1:]])
    except PensionbookError as error:
        sys.exit(f"error: {error}")
