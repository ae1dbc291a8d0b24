"""Engine time on synthetic packages of growing size; prints ratios within the one run.

Run: python benchmarks/bench_engine.py [--quick]

The named alternative is the smallest package of the same run: time a figure, relative to it, says
how far growth is from linear. Every run also checks that all planted wrong figures are found.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from pensionbook.data.load import load_package
from pensionbook.engine.reconcile import reconcile
from synthetic import write_package

SIZES = (1_000, 10_000, 100_000)
LARGE = 2_000


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the largest package")
    sizes = SIZES[:-1] if parser.parse_args().quick else SIZES
    jobs = os.cpu_count() or 1
    print("figures  component  wrong  found  load s  engine s  ms/figure  vs smallest")
    smallest = None
    for size in sizes:
        for large in (0, LARGE):
            if large >= size:
                continue
            wrong = max(5, size // 1000)
            with tempfile.TemporaryDirectory() as root:
                folder = Path(root) / f"synthetic-{size}"
                planted = write_package(folder, size, large=large, wrong=wrong)
                start = time.perf_counter()
                package = load_package(folder, check=False)
                loaded = time.perf_counter()
                result = reconcile(package, jobs=jobs)
                done = time.perf_counter()
            blamed = {i for i, v in result.verdicts.items() if v.verdict == "inconsistent"}
            each = (done - loaded) / len(package.figures) * 1000
            smallest = smallest or each
            print(
                f"{len(package.figures):7d}  {large or FIGURES:9d}  {wrong:5d}  "
                f"{len(blamed & planted):5d}  {loaded - start:6.2f}  {done - loaded:8.2f}  "
                f"{each:9.3f}  {each / smallest:11.2f}",
                flush=True,
            )
            if blamed != planted:
                print(f"planted {sorted(planted)[:5]}, blamed {sorted(blamed)[:5]}")
                return 1
    return 0


FIGURES = 10

if __name__ == "__main__":
    sys.exit(main())
