#!/usr/bin/env python3
"""Check the proofs of an audit in exact arithmetic, without the program that made them.

    python tools/prove_check.py PACKAGE FOLDER

FOLDER holds audit.csv, bounds.csv and proofs.json; docs/proofs.md states what is checked and how.
Exit code 1 if anything is wrong.
"""

import csv
import hashlib
import io
import json
import sys
from collections import Counter
from fractions import Fraction
from functools import partial
from itertools import product
from math import prod
from pathlib import Path

from prove_numerals import ZERO, in_forms, unknown
from prove_rows import ONE, System, need, place, plus, rows_of, vector, write_out_structures

MOST_STEPS, NEAR = 200_000, Fraction(1, 1000)


class Tally:
    """Counts what holds; lists what is wrong, and what is unknown here or would take too long."""

    def __init__(self):
        self.holds, self.wrong, self.left = Counter(), [], []

    def __call__(self, kind, what, check, *args):
        try:
            check(*args)
            self.holds[kind] += 1
        except NotImplementedError as why:
            self.left.append(f"{what}: {why}")
        except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError) as why:
            self.wrong.append(f"{what}: {f'no {why}' if isinstance(why, KeyError) else why}")


def smallest_hits(sets):
    """All smallest sets that have a member of each of some sets."""
    steps, size = iter(range(MOST_STEPS)), 0

    def grow(chosen):
        if next(steps, None) is None:
            unknown("too many conflicts to find all smallest repairs")
        left = [members for members in sets if not members & chosen]
        if not left or len(chosen) == size:
            return set() if left else {chosen}
        return set().union(*(grow(chosen | {member}) for member in min(left, key=len)))

    while not (found := grow(frozenset())):
        size += 1
    return found


def both(pairs):
    """Several repairs made together: what they remove, and what they read as cut off."""
    pairs = list(pairs)
    return tuple(frozenset().union(*(pair[k] for pair in pairs)) for k in (0, 1))


class Pass:
    """A component: all that was observed, or the forecasts beside what was observed before."""

    def __init__(self, system, said, before, tally):
        self.said, self.system, self.tally, self.rows, self.verdicts = said, system, tally, {}, {}
        self.clusters = [[tuple(map(frozenset, r)) for r in c] for c in said["clusters"]]
        self.all = both(repair for cluster in self.clusters for repair in cluster)
        gone, cut = before.all if before else ((), ())
        for name in [n for n in before.said["figures"] if n not in gone] if before else ():
            forms, rounded, widest = system.figures[name]
            granted = rows_of(name, (forms, widest if name in cut else rounded, widest)).items()
            self.rows |= {row: (a, kind, None, False) for row, (a, kind, *_) in granted}
        for name in said["figures"]:
            self.rows |= rows_of(name, system.figures[name])
        equations = {f"={n}": system.equations[n] for n in (before or self).said["equations"]}
        self.rows |= {name: row for name, row in equations.items() if row[2] not in gone}
        self.columns = {column for row, *_ in self.rows.values() for column in row} - {0}
        self.conflicts, about = [], min(said["figures"], default="identities alone")
        if not said["proved"]:
            return tally("", f"all about {about}", unknown, "the engine found no proof")
        for rows in said["conflicts"]:
            tally("conflicts", f"a conflict about {about}", self.add_conflict, rows)
        tally("sets of repairs", f"the repairs about {about}", self.check_repairs)
        for removed, cut_off, point in said["witnesses"]:
            what = f"the witness for {', '.join(removed) or about}"
            tally("witnesses", what, self.check_witness, removed, cut_off, point)

    def combined(self, multipliers):
        """The sum of rows: its coefficients, owners, those of rounded rows, whether one is >."""
        total, owners, cut, strict = {}, set(), set(), False
        for name, y in multipliers.items():
            row, kind, owner, narrow = self.rows[name]
            need(kind == "=" or Fraction(y) > 0, f"the multiplier of {name} has the wrong sign")
            total, strict = plus(total, row, Fraction(y)), strict or kind == ">"
            owners |= {owner} if owner else set()
            cut |= {owner} if narrow else set()
        return total, (frozenset(owners), frozenset(cut)), strict

    def add_conflict(self, multipliers):
        total, owners, strict = self.combined(multipliers)
        excluded = all(a <= 0 for a in total.values()) and (strict or 0 in total)
        need(excluded and owners[0], "its rows do not exclude each other")
        self.conflicts.append(owners)

    def check_repairs(self):
        """That the repairs are all smallest ways to meet the conflicts, group by group."""
        groups, met = [], 0
        for conflict in self.conflicts:
            joined = [g for g in groups if any(c[0] & conflict[0] for c in g)]
            groups = [g for g in groups if g not in joined] + [sum(joined, [conflict])]
        for group in groups:
            items, found = both(group)[0], set()
            for removed in smallest_hits([owners for owners, cut in group if not cut]):
                left = [cut for owners, cut in group if not owners & removed]
                found |= {(removed, cut) for cut in smallest_hits(left)}
            own = [c for c in self.clusters if frozenset().union(*both(c)) & items]
            same = prod(map(len, own)) == len(found) and {both(r) for r in product(*own)} == found
            need(same, "they are not all the smallest")
            met += len(own)
            for name in items:
                removed, cut = ({name in repair[k] for repair in found} for k in (0, 1))
                if True in removed:
                    self.verdicts[name] = "disputed" if False in removed else "inconsistent"
                elif False not in cut:
                    self.verdicts[name] = "truncated"
        need(met == len(self.clusters), "one of them meets no conflict")
        seen = {(frozenset(removed), frozenset(cut)) for removed, cut, _ in self.said["witnesses"]}
        if self.said["all_repairs_checked"]:
            need({both(c) for c in product(*self.clusters)} == seen, "one has no witness")
        for repair in (r for cluster in self.clusters for r in cluster):
            need(any(repair[0] <= w[0] and repair[1] <= w[1] for w in seen), "one has no witness")

    def check_witness(self, removed, cut_off, point):
        point = vector(point) | ONE
        need(all(value >= 0 for value in point.values()), "it is below zero")
        for name, (row, kind, owner, narrow) in self.rows.items():
            if owner not in removed and not (narrow and owner in cut_off):
                total = sum(a * point.get(column, ZERO) for column, a in row.items())
                holds = {"=": total == 0, ">=": total >= 0, ">": total > 0}[kind]
                need(holds, f"it does not satisfy {name}")

    def check_end(self, side, end, proofs, forms, repairs, cell, told):
        """That nothing lies beyond an end under some repairs, and that a table says no more."""
        sign, good = {"low": 1, "high": -1}[side], []
        if end["value"] == "unproved":
            unknown("the engine found no proof")
        if end["value"] is None:
            return need(not cell or cell == "unproved", "the table has an end without a proof")
        if not repairs:
            unknown("too many repairs to look at each")
        value = Fraction(end["value"])
        for proof in [*end["proofs"], *proofs]:
            total, owners, _ = self.combined(proof["multipliers"])
            proved = sign * Fraction(proof["value"])
            rests = (plus(plus(plus({}, a, sign), b, -proved), total, -1) for a, b in forms)
            need(any(min(r.values(), default=0) >= 0 for r in rests), "its proof proves nothing")
            good += [owners] if proved >= sign * value else []
        for removed, cut in repairs:
            free = any(not (o[0] & removed or o[1] & cut) for o in good)
            need(free, f"no proof does without {', '.join(sorted(removed)) or 'anything'}")
        if cell is not None:
            need(sign * (value - told(Fraction(cell))) >= 0, f"the table says more: {cell}")
            near = told(Fraction(cell) + sign * NEAR)
            need(sign * (value - near) < 0, f"the table says less: {cell}")

    def check_bounds(self, table):
        """The rows of bounds.csv."""
        few = prod(map(len, self.clusters)) <= MOST_STEPS
        choices = [both(choice) for choice in product(*self.clusters)] if few else []
        for bound in self.said["bounds"]:
            name = self.system.columns[bound["column"]]
            row, forms = table.pop(name), [(self.system.change(*name.rsplit(" ", 1)), ONE)]
            for side in ("low", "high"):
                strict, under_any = (bound.get(side + suffix) for suffix in ("", "_any_repair"))
                args = (self.check_end, side, strict, [], forms, [self.all])
                self.tally(
                    "ends of bounds", f"the {side} end of {name}", *args, row[side], Fraction
                )
                if under_any:
                    args = (self.check_end, side, under_any, strict["proofs"], forms, choices)
                what = f"the {side} end of {name} under any repair"
                self.tally(
                    "ends under any repair", what, *args, row[f"{side}_any_repair"], Fraction
                )

    def check_figures(self, table):
        """The rows of audit.csv."""
        for name, ends in self.said["implied"].items():
            row, printed = table.pop(name), self.system.tables["figures"][name]
            rows = {r for end in ends.values() for p in end["proofs"] for r in p["multipliers"]}
            tested = any(not r.startswith("=") for r in rows)
            own = next((c for c in self.clusters if name in both(c)[0]), [])
            rest = both(r for cluster in self.clusters if cluster is not own for r in cluster)
            dropped = [r for r in own if name in r[0]] or [({name}, ())]
            repairs = [both([rest, repair]) for repair in dropped]
            unit = self.system.tables["units"].get(printed["unit"], {"scale": 1})
            for side, end in ends.items():
                cell = row[f"implied_{side}"] or None
                told = partial(in_forms, printed, Fraction(unit["scale"]))
                args = (end, [], self.system.figures[name][0], repairs, cell, told)
                what = f"the implied {side} end of {name}"
                self.tally("implied ends", what, self.check_end, side, *args)
            so = {self.verdicts.get(name, "untested")} | (
                {"consistent"} if tested and name not in self.verdicts else set()
            )
            self.tally(
                "verdicts",
                f"the verdict on {name}",
                need,
                row["verdict"] in so,
                f"not {row['verdict']}",
            )


def check_parts(system, passes):
    """That each figure and equation is in one component, and that components share no column."""
    observed = [each for each in passes if each.said["after"] is None]
    for each in passes:
        for name in each.said["figures"]:
            late = system.tables["figures"][name]["qualifier"] == "forecast"
            need(late == (each not in observed), f"{name} is tested with what it must not be")
    figures = Counter(name for each in passes for name in each.said["figures"])
    need(figures == Counter(system.figures.keys()), "a figure is in none, or in two")
    equations = Counter(n for each in observed for n in each.said["equations"])
    need(equations == Counter(system.equations.keys()), "an equation is in none, or in two")
    columns = Counter(column for each in observed for column in each.columns)
    need(set(columns.values()) <= {1}, "two of them share a column")


def rows_in(content):
    return csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))


def main(package, folder):
    tally, tables = Tally(), {}
    proofs = json.loads((folder / "proofs.json").read_text(encoding="utf-8"))
    need([proofs["format"], proofs["version"]] == ["pensionbook-proofs", 1], "another format")
    for name, said in proofs["tables"].items():
        content = (package / said["file"]).read_bytes()
        same = hashlib.sha256(content).hexdigest() == said["sha256"]
        tally("tables", said["file"], need, same, "it is not the file that was audited")
        tables[name] = {}
        for row in rows_in(content):
            key = next(iter(row.values()))
            if name == "identities":
                tables[name].setdefault(key, []).append(row)
            elif not key.startswith("#"):
                tables[name][key] = row
    write_out_structures(tables)
    audit, bounds = (rows_in((folder / f"{n}.csv").read_bytes()) for n in ("audit", "bounds"))
    audit = {row["figure_id"]: row for row in audit}
    bounds = {f"{place(row)} {row['period']}": row for row in bounds}
    for number, said in enumerate(proofs["systems"]):
        system, passes = System(said, tables, tally), []
        for each in said["passes"]:
            before = None if each["after"] is None else passes[each["after"]]
            passes.append(Pass(system, each, before, tally))
            if not number:
                passes[-1].check_bounds(bounds)
            passes[-1].check_figures(audit)
        tally("systems", "the components", check_parts, system, passes)
    for name in tables["figures"].keys() - proofs["systems"][0]["figures"].keys():
        row = tables["figures"][name]
        need(row.get("vintage") or row.get("published"), f"the figure {name} is left out")
        tally.left.append(f"figure {name}: that another is in force in its stead")
    tally("", "audit.csv", need, not audit, f"it has more rows: {', '.join(audit)}")
    tally("", "bounds.csv", need, not bounds, f"it has more rows: {', '.join(bounds)}")
    return tally


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        found = main(*map(Path, sys.argv[1:]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as why:
        sys.exit(f"WRONG: these are no proofs of that package: {why!r}")
    for text in found.left:
        print("not checked:", text)
    for text in found.wrong:
        print("WRONG:", text)
    for kind, count in found.holds.items():
        if kind:
            print(f"{count:7,} {kind}")
    print(f"{len(found.left):7,} not checked, {len(found.wrong):,} wrong")
    sys.exit(bool(found.wrong))
