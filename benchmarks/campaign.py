"""Audits of the project's packages with one random typing error each: ``make campaign``.

Counts what ends in an error, what takes longer than it may, what is left unproved, and how often
the figure with the error is called into question. An error that the check finds counts as found.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

import pensionbook as pb
from pensionbook.engine.reconcile import reconcile

PACKAGES = ("tianjin-2002", "example-county-2004", "nbs-yearbooks")
DATA = Path(__file__).parents[1] / "data"
LONGEST_SECONDS = 60
_ROUTES = ("digit", "left out", "doubled", "swapped")


def mistyped(printed: str, draw: random.Random) -> str:
    """The numeral with one slip of the fingers; a direction stays as it is."""
    places = [place for place, sign in enumerate(printed) if sign.isdigit()]
    if not places:
        return printed
    place = draw.choice(places)
    before, sign, after = printed[:place], printed[place], printed[place + 1 :]
    route = draw.choice(_ROUTES)
    if route == "left out" and len(places) > 1:
        return before + after
    if route == "doubled":
        return before + sign * 2 + after
    if route == "swapped" and after[:1].isdigit():
        return before + after[0] + sign + after[1:]
    return before + draw.choice([digit for digit in "0123456789" if digit != sign]) + after


def main() -> int:
    """Run the audits and print the counts; 1 if one of them ended in an error or took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    packages = [pb.load(DATA / name) for name in PACKAGES]
    counts: Counter[str] = Counter()
    slowest, faults = 0.0, 0
    for number in range(options.count):
        package = packages[number % len(packages)]
        figure = draw.choice(package.figures)
        printed = mistyped(figure.printed, draw)
        try:
            other = package.reading(figure.figure_id, printed=printed)
        except pb.PensionbookError:
            counts["refused by the check"] += 1
            continue
        began = time.perf_counter()
        try:
            result = reconcile(other)
        except Exception as error:
            faults += 1
            print(f"{package.name}, {figure.figure_id}: {printed}: {error!r}", flush=True)
            continue
        seconds = time.perf_counter() - began
        slowest = max(slowest, seconds)
        if seconds > LONGEST_SECONDS:
            faults += 1
            print(f"{package.name}, {figure.figure_id}: {printed}: {seconds:.0f} s", flush=True)
        counts[result.verdicts[figure.figure_id].verdict] += 1
    print(f"{options.count} typing errors, seed {options.seed}: {faults} faults")
    print(f"slowest audit {slowest:.1f} s")
    for verdict, count in counts.most_common():
        print(f"  {verdict}: {count}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
