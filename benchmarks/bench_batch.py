"""Many editions beside a loop of papermill and Jupyter Book, all in one run.

python benchmarks/bench_batch.py [--regions N] [--measured N] [--all]

The loop is measured on a few regions and stated per region; so is the cost of one region more in
a batch, from batches of two sizes. Ratios are of these.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from pensionbook.editions.batch.order import Order

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "data" / "nbs-yearbooks"
BIN = Path(sys.executable).parent
JUPYTER_BOOK = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
EDITIONS = 20


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock, and the resident memory of the largest process in megabytes."""

    seconds: float
    memory: float


def took(command: list[str], folder: Path) -> Took:
    """Run a command; a failing one ends the benchmark."""
    with (folder / "said").open("w+", encoding="utf-8") as said:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        largest = [0]
        watcher = threading.Thread(target=_watch, args=(process, largest), daemon=True)
        watcher.start()
        code = process.wait()
        seconds = time.perf_counter() - begin
        watcher.join()
        if code:
            said.seek(0)
            sys.exit(f"{' '.join(command)}\n{said.read()[-3000:]}")
    return Took(seconds, largest[0] / 1e6)


def _watch(process: subprocess.Popen[bytes], largest: list[int]) -> None:
    while process.poll() is None:
        try:
            whole = psutil.Process(process.pid)
            for one in [whole, *whole.children(recursive=True)]:
                largest[0] = max(largest[0], one.memory_info().rss)
        except psutil.Error:
            pass
        time.sleep(0.2)


def loop(area: str, folder: Path) -> Took:
    """One region by the papermill command for each notebook, then Jupyter Book, in English."""
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "book", folder / "book")
    (folder / "book" / "notebooks").mkdir()
    values = {"area": area, "counted": "insured_staff", "baseline": "2004", "as_of": "2010"}
    seconds = memory = 0.0
    for source in sorted((ROOT / "notebooks").glob("*.ipynb")):
        command = [str(BIN / "papermill"), str(source), f"book/notebooks/{source.name}"]
        own = "".join("".join(c["source"]) for c in json.loads(source.read_text("utf-8"))["cells"])
        for name, value in {**values, "package": str(PACKAGE)}.items():
            if f"{name} = " in own:
                command += ["-r", name, value]
        spent = took([*command, "-k", "python3", "--cwd", str(folder)], folder)
        seconds, memory = seconds + spent.seconds, max(memory, spent.memory)
    settings = folder / "_config.yml"
    shutil.copy(ROOT / "_config.yml", settings)
    book = folder / "book"
    command = [*JUPYTER_BOOK, str(book), "--path-output", str(folder / "out")]
    command += ["--config", str(settings), "--toc", str(book / "_toc.yml")]
    spent = took(command, folder)
    return Took(seconds + spent.seconds, max(memory, spent.memory))


def batch(
    areas: list[str], folder: Path, workers: int, kinds: list[str], again: bool = False
) -> Took:
    """A batch of these regions, from an empty cache unless it is run again."""
    if not again:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    command = [str(BIN / "pensionbook"), "build", str(PACKAGE), "--each", "area"]
    return took([*command, "--only", ",".join(areas), "--jobs", str(workers), *kinds], folder)


def main() -> None:
    """Run all and print seconds and ratios."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--regions", type=int, default=EDITIONS, help="size of the batch")
    arguments.add_argument("--measured", type=int, default=2, help="regions the loop builds")
    arguments.add_argument("--all", action="store_true", help="also all languages and formats")
    given = arguments.parse_args()
    areas = list(Order.make(PACKAGE, each="area", given={}).areas)[: given.regions]
    english = ["--language", "en", "--format", "html"]
    with tempfile.TemporaryDirectory() as name:
        place = Path(name).resolve()
        measured = areas[: given.measured]
        spent = [loop(area, place / "loop" / area) for area in measured]
        each = sum(one.seconds for one in spent) / len(spent)
        print(f"loop of papermill and jupyter-book, English web pages, {len(spent)} regions:")
        print(f"  {each:8.1f} s a region, {max(one.memory for one in spent):6.0f} MB")
        two = batch(areas, place / "two", 2, english)
        _line(f"batch of {len(areas)}, two workers", two, len(areas), each)
        stands = batch(areas, place / "two", 2, english, again=True)
        print(f"  unchanged: {stands.seconds:.2f} s")
        few = areas[: max(2, len(areas) // 4)]
        one = batch(few, place / "one", 1, english)
        _line(f"batch of {len(few)}, one worker", one, len(few), each)
        pair = batch(few, place / "pair", 2, english)
        _line(f"batch of {len(few)}, two workers", pair, len(few), each)
        print(f"  one worker to two: {one.seconds / pair.seconds:.2f} times")
        if given.all:
            whole = batch(areas, place / "all", 2, [])
            _line(f"batch of {len(areas)}, all languages and formats", whole, len(areas), each)
    print("The loop audits nothing, checks no package and lets warnings pass; all batches begin")
    print("with an empty cache, and their seconds hold the start of the workers and the overview.")


def _line(what: str, spent: Took, regions: int, loop_seconds: float) -> None:
    each = spent.seconds / regions
    print(f"{what}: {spent.seconds:.1f} s, largest process {spent.memory:.0f} MB")
    print(f"  {each:8.1f} s a region, the loop takes {loop_seconds / each:.1f} times as long")


if __name__ == "__main__":
    main()
