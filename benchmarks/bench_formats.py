"""Time and size of each printed format, made from the pages of a report that is already built.

python benchmarks/bench_formats.py [FOLDER] [--language LANGUAGE] [--runs NUMBER]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pypdf

from pensionbook.book.contents import reading_order
from pensionbook.printing import write as formats
from pensionbook.printing.imprint import Imprint
from pensionbook.printing.write import Document

ROOT = Path(__file__).resolve().parents[1]


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    """Measure each step several times and print the shortest."""
    parser = argparse.ArgumentParser(description=__doc__)
    built = ROOT / "_build" / "tianjin-2002"
    parser.add_argument("folder", nargs="?", type=Path, default=built, help="a built edition")
    parser.add_argument("--language", default="en")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    pages = options.folder / options.language / "html"
    if not (pages / "index.html").is_file():
        sys.exit(f"there is no {pages / 'index.html'}; run `make report` first")
    order = reading_order(ROOT / "book")
    imprint = Imprint.for_edition("Title, subtitle", options.language, options.folder.name)

    def gather() -> Document:
        return formats.gather(pages, order, options.language)

    document = gather()
    with tempfile.TemporaryDirectory() as name:
        files = {kind: Path(name, f"report.{kind}") for kind in ("pdf", "docx", "epub")}
        steps = {"gather": gather}
        for kind, path in files.items():
            writer = getattr(formats, f"write_{kind}")
            steps[kind] = lambda writer=writer, path=path: writer(document, path, imprint)
        steps["all three at one time"] = lambda: formats.write_all(document, files, imprint)
        print(f"{'step':24}{'first':>10}{'best':>10}{'size':>14}")
        for step, work in steps.items():
            times = [seconds(work) for _ in range(options.runs)]
            size = f"{files[step].stat().st_size:,} B" if step in files else ""
            print(f"{step:24}{times[0]:>8.2f} s{min(times):>8.2f} s{size:>14}")
        print(f"pages of the PDF: {len(pypdf.PdfReader(files['pdf']).pages)}")


if __name__ == "__main__":
    main()
