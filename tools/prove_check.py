#!/usr/bin/env python3
"""Check the proofs of an audit in exact arithmetic, without the program that made them.

    python tools/prove_check.py PACKAGE FOLDER

FOLDER holds audit.csv, bounds.csv and proofs.json; docs/proofs.md states what is checked and how.
Exit code 1 if anything is wrong.
"""

import csv
import hashlib
import json
import re
import sys
from collections import Counter
from fractions import Fraction
from itertools import product
from pathlib import Path

ONE, ZERO = {0: Fraction(1)}, Fraction(0)
MOST_STEPS, NEAR = 200_000, Fraction(1, 1000)


class WrongError(Exception):
    """What is said is not so."""


class NotCheckedError(Exception):
    """What this program does not know, or has no time for."""


class Tally:
    """What was checked, what is wrong, and what was not checked."""

    def __init__(self):
        self.checked, self.wrong, self.left = Counter(), [], []

    def __call__(self, kind, what, check, *args):
        try:
            check(*args)
            self.checked[kind] += 1
        except NotCheckedError as why:
            self.left.append(f"{what}: {why}")
        except (WrongError, LookupError, ValueError, TypeError, AttributeError) as why:
            self.wrong.append(
                f"{what}: {why!r}" if isinstance(why, LookupError) else f"{what}: {why}"
            )


def need(holds, why):
    if not holds:
        raise WrongError(why)


def refuse(why):
    raise NotCheckedError(why)


def plus(one, other, factor=1):
    total = {c: one.get(c, ZERO) + factor * other.get(c, ZERO) for c in one.keys() | other.keys()}
    return {column: a for column, a in total.items() if a}


def vector(written):
    return {int(column): Fraction(a) for column, a in written.items()}


def readings(row, unit):
    """What a numeral stands for, rounded and at most: (low, high, low is open, high is open)."""
    printed, kind = row["printed"], row["qualifier"]
    if row["statistic"] == "direction":
        return [
            {"rising": (ZERO, None, False, False), "falling": (None, ZERO, False, False)}[printed]
        ] * 2
    match = re.fullmatch(r"([+-]?)([0-9]+)(?:\.([0-9]+)|/([0-9]+))?", printed)
    if not match or row.get("rounded_to"):
        refuse("a numeral of another kind")
    sign, whole, decimals, denominator = match.groups()
    value, digit = abs(Fraction(printed)), Fraction(1, 10 ** len(decimals or ""))
    digits = (whole + (decimals or "")).lstrip("0")
    last = digit * 10 ** (len(digits) - len(digits.rstrip("0")))
    low, high, above = value - last / 2, value + last / 2, value + last
    if denominator:
        low, high = (Fraction(2 * int(whole), 2 * int(denominator) + by) for by in (1, -1))
        above = high
    if kind in ("exact", "forecast") and not denominator:
        counted = unit["whole"] == "yes" or row["statistic"] in ("count", "parameter", "rank")
        kind = "counted" if counted else "rounded" if value else "zero"
    known = {
        "over": (value, above, True, False), "nearly": (low, value, False, True),
        "at_least": (value, None, False, False), "counted": (value, value, False, False),
        "rounded": (value - digit / 2, value + digit / 2, False, True),
        "zero": (-digit / 2, digit / 2, True, True),
    } | dict.fromkeys(("about", "exact", "forecast"), (low, high, False, False))  # fmt: skip
    cut = {
        "rounded": (value - digit / 2, value + digit, False, True),
        "zero": (-digit, digit, True, True),
    }
    if kind not in known:
        refuse(f"the qualifier {kind}")
    scale, found = Fraction(unit["scale"]), []
    for low, high, *opens in (known[kind], cut.get(kind, known[kind])):
        ends = [None if end is None else end * scale for end in (low, high)]
        if sign == "-":
            ends, opens = [None if end is None else -end for end in ends[::-1]], opens[::-1]
        found.append((*ends, *opens))
    return found


def rows_of(name, figure):
    """The rows of a figure, by name: (coefficients, what they make, owner, only if rounded)."""
    forms, rounded, widest = figure
    found = {}
    for n, (numerator, denominator) in enumerate(forms):
        exact = widest[0] is not None and widest[0] == widest[1]
        if exact:
            row = plus(numerator, denominator, -widest[0])
            found[f"{name}/{n}/is"] = (row, "=", name, False)
        for k, side, sign in () if exact else ((0, "low", 1), (1, "high", -1)):
            for end, word in ((widest[k::2], ""), (rounded[k::2], " rounded")):
                if end[0] is not None and not (word and end == widest[k::2]):
                    row = plus({}, plus(numerator, denominator, -end[0]), sign)
                    kind = ">" if end[1] else ">="
                    found[f"{name}/{n}/{side}{word}"] = (row, kind, name, bool(word))
        if denominator != ONE:
            found[f"{name}/{n}/base"] = (denominator, ">", name, False)
    return found


def place(row):
    return f"{row['indicator']} {row['group']} {row['area']}"


def whole_of(row):
    names = [(row[f"of_{key}"], row[key]) for key in ("indicator", "group", "area")]
    return " ".join(of or own for of, own in names) if any(of for of, _ in names) else ""


class System:
    """Columns, figures and equations, derived from the tables and compared with the proofs."""

    def __init__(self, said, tables, tally):
        self.tables, self.columns = tables, said["columns"]
        self.index = {name: n for n, name in enumerate(self.columns)}
        need(len(self.index) == len(self.columns), "two columns have one name")
        self.figures, self.equations, self.expected = {}, {}, {}
        self.own = [tables["figures"][name] for name in said["figures"]]
        for name, figure in said["figures"].items():
            tally("rows of figures", f"rows of {name}", self.add_figure, name, figure)
        for name, terms in tables["identities"].items():
            tally("identities", f"identity {name}", self.expand, name, terms)
        for n, (identity, assumption, written) in enumerate(said["equations"]):
            self.equations[n] = (
                vector(written),
                "=",
                assumption and f"assumption: {assumption}",
                False,
            )
            key = (identity, assumption, frozenset(vector(written).items()))
            tally("equations", f"equation {n} ({identity})", self.compare, key)
        for key, found in self.expected.items():
            tally("", f"identity {key[0]}", need, found, "an equation is left out")

    def change(self, series, period, base=""):
        now = {self.index[f"{series} {period}"]: Fraction(1)}
        return plus(now, self.change(series, base), -1) if base else now

    def forms(self, row):
        statistic, own, whole = row["statistic"], place(row), whole_of(row)
        period, base = row["period"], row["base_period"]
        share, before = (f"{own} {p} / {whole} {p}" for p in (period, base))
        if row.get("prices"):
            refuse("constant prices")
        if statistic == "change" and row["unit"] == "percentage_point" and whole:
            return [({self.index[share]: Fraction(1), self.index[before]: Fraction(-1)}, ONE)]
        if statistic in ("level", "count", "parameter", "change", "direction", "rank"):
            return [(self.change(own, period, base), ONE)]
        if statistic == "growth":
            return [(self.change(own, period, base), self.change(own, base))]
        if statistic not in ("share", "ratio"):
            refuse(f"the statistic {statistic}")
        moves = [
            other["printed"].startswith(("-", "falling")) for other in self.own if base
            and other["statistic"] in ("change", "growth", "direction") and not whole_of(other)
            and (place(other), other["period"], other["base_period"]) == (whole, period, base)
        ]  # fmt: skip
        sign = -1 if moves and moves[-1] else 1
        quotient = tuple(plus({}, self.change(of, period, base), sign) for of in (own, whole))
        if base or share not in self.index:
            return [quotient]
        return [quotient, ({self.index[share]: Fraction(1)}, ONE)]

    def add_figure(self, name, said):
        """Take the rows of a figure as derived; where they cannot be, as the proofs say."""
        forms = [tuple(map(vector, form)) for form in said["forms"]]
        ends = [
            [e if e is None else Fraction(e) for e in said[i][:2]] for i in ("rounded", "widest")
        ]
        opens = [said[i][2:] for i in ("rounded", "widest")]
        self.figures[name] = (forms, *((*e, *o) for e, o in zip(ends, opens, strict=True)))
        row = self.tables["figures"][name]
        derived = (self.forms(row), *readings(row, self.tables["units"].get(row["unit"])))
        need(self.figures[name] == derived, "they are not what figures.csv says")

    def expand(self, name, terms):
        """The equations that an identity stands for: one, or one in each period it can be for."""
        series, periods = {place(term) for term in terms}, {""}
        if any(term["period"] == "*" for term in terms):
            cells = [c.rpartition(" ") for column in self.columns for c in column.split(" / ")]
            periods = {period for own, _, period in cells if own in series}
        for period in periods:
            total = {}
            for term in terms:
                own = term["period"].replace("*", period)
                change = self.change(place(term), own, term["base_period"])
                total = plus(total, change, Fraction(term["coefficient"]))
            self.expected[name, terms[0]["assumption"], frozenset(total.items())] = False

    def compare(self, key):
        if key[0] not in self.tables["identities"]:
            refuse("no identity of the tables")
        need(key in self.expected, "it is not what identities.csv says")
        self.expected[key] = True


def smallest_hits(sets):
    """All smallest sets that have a member of each of some sets."""
    steps, size = iter(range(MOST_STEPS)), 0

    def grow(chosen):
        if next(steps, None) is None:
            refuse("too many conflicts to find all smallest repairs")
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
        for name in before.said["figures"] if before else ():
            forms, rounded, widest = system.figures[name]
            granted = rows_of(name, (forms, widest if name in cut else rounded, widest)).items()
            if name not in gone:
                self.rows |= {row: (a, kind, None, False) for row, (a, kind, *_) in granted}
        for name in said["figures"]:
            self.rows |= rows_of(name, system.figures[name])
        for n in (before or self).said["equations"]:
            if system.equations[n][2] not in gone:
                self.rows[f"={n}"] = system.equations[n]
        self.conflicts, about = [], min(said["figures"], default="identities alone")
        if not said["proved"]:
            return tally("", f"all about {about}", refuse, "the engine found no proof")
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
            need(name in self.rows, f"the row {name} is not in force")
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
        groups, met = [], []
        for conflict in self.conflicts:
            joined = [g for g in groups if any(c[0] & conflict[0] for c in g)]
            groups = [g for g in groups if g not in joined] + [sum(joined, [conflict])]
        for group in groups:
            items, found = both(group)[0], set()
            for removed in smallest_hits([owners for owners, cut in group if not cut]):
                left = [cut for owners, cut in group if not owners & removed]
                found |= {(removed, cut) for cut in smallest_hits(left)}
            own = [c for c in self.clusters if frozenset().union(*both(c)) & items]
            need({both(r) for r in product(*own)} == found, "they are not all the smallest")
            met += own
            for name in items:
                removed, cut = ({name in repair[k] for repair in found} for k in (0, 1))
                if True in removed:
                    self.verdicts[name] = "disputed" if False in removed else "inconsistent"
                elif False not in cut:
                    self.verdicts[name] = "truncated"
        need(len(met) == len(self.clusters), "one of them meets no conflict")
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

    def check_end(self, side, end, proofs, forms, repairs, cell, scale):
        """That nothing lies beyond an end under some repairs, and that a table says no more."""
        sign, good = {"low": 1, "high": -1}[side], []
        if end["value"] == "unproved":
            refuse("the engine found no proof")
        if end["value"] is None:
            return need(not cell or cell == "unproved", "the table has an end without a proof")
        value = Fraction(end["value"])
        for proof in [*end["proofs"], *proofs]:
            total, owners, _ = self.combined(proof["multipliers"])
            rests = (
                plus(plus(plus({}, num, sign), den, -sign * Fraction(proof["value"])), total, -1)
                for num, den in forms
            )
            need(
                any(all(a >= 0 for a in rest.values()) for rest in rests), "a proof proves nothing"
            )
            if sign * (Fraction(proof["value"]) - value) >= 0:
                good.append(owners)
        for removed, cut in repairs:
            free = any(not (o[0] & removed or o[1] & cut) for o in good)
            need(free, f"no proof without {', '.join(sorted(removed)) or 'anything'}")
        if cell is not None:
            less = sign * (value - Fraction(cell) * scale)
            need(0 <= less < NEAR * scale, f"the table says {cell}, the proof {value / scale}")

    def check_bounds(self, table):
        """The rows of bounds.csv."""
        if not self.said["proved"]:
            return
        choices = [both(choice) for choice in product(*self.clusters)]
        for bound in self.said["bounds"]:
            name = self.system.columns[bound["column"]]
            row, forms = table.pop(name), [({bound["column"]: Fraction(1)}, ONE)]
            for side in ("low", "high"):
                strict, other = bound[side], bound.get(f"{side}_any_repair")
                args = (self.check_end, side, strict, [], forms, [self.all])
                self.tally("ends of bounds", f"the {side} end of {name}", *args, row[side], 1)
                if other:
                    args = (self.check_end, side, other, strict["proofs"], forms, choices)
                what = f"the {side} end of {name} under any repair"
                self.tally("ends under any repair", what, *args, row[f"{side}_any_repair"], 1)

    def check_figures(self, table):
        """The rows of audit.csv."""
        for name, ends in self.said["implied"].items():
            row, forms = table.pop(name), self.system.figures[name][0]
            rows = {r for end in ends.values() for p in end["proofs"] for r in p["multipliers"]}
            tested = any(not r.startswith("=") for r in rows)
            own = next((c for c in self.clusters if name in both(c)[0]), [])
            rest = both(
                repair for cluster in self.clusters if cluster is not own for repair in cluster
            )
            repairs = [both([rest, r]) for r in own if name in r[0]]
            repairs = repairs or [both([rest, ({name}, ())])]
            unit = self.system.tables["units"].get(self.system.tables["figures"][name]["unit"])
            scale = Fraction(unit["scale"]) if unit else 1
            for side, end in ends.items():
                cell = row[f"implied_{side}"] or ("" if tested else None)
                args = (self.check_end, side, end, [], forms, repairs, cell, scale)
                self.tally("implied ends", f"the implied {side} end of {name}", *args)
            expected = (
                [self.verdicts[name]] if name in self.verdicts else ["untested", "consistent"]
            )
            what = f"the verdict {row['verdict']} on {name}"
            need_it = (
                need,
                row["verdict"] in expected[: 2 if tested else 1],
                "the proofs say otherwise",
            )
            self.tally("verdicts", what, *need_it)


def main(package, folder):
    tally, tables = Tally(), {}
    proofs = json.loads((folder / "proofs.json").read_text(encoding="utf-8"))
    need([proofs["format"], proofs["version"]] == ["pensionbook-proofs", 1], "another format")
    for name, said in proofs["tables"].items():
        content = (package / said["file"]).read_bytes()
        same = hashlib.sha256(content).hexdigest() == said["sha256"]
        tally("tables", said["file"], need, same, "it is not the file that was audited")
        rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
        key = next(iter(rows[0])) if rows else ""
        tables[name] = {row[key]: row for row in rows if not row[key].startswith("#")}
        if name == "identities":
            terms = {i: [row for row in rows if row[key] == i] for i in tables[name]}
            tables[name] = terms
    audit, bounds = (
        list(csv.DictReader((folder / name).open(encoding="utf-8", newline="")))
        for name in ("audit.csv", "bounds.csv")
    )
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
        seen = Counter(name for each in said["passes"] for name in each["figures"])
        need(seen == Counter(said["figures"].keys()), "a figure is in no component, or in two")
    for name, row in tables["figures"].items():
        if name not in proofs["systems"][0]["figures"]:
            need(row.get("vintage") or row.get("published"), f"the figure {name} is left out")
            tally.left.append(f"figure {name}: that another is in force in its stead")
    tally("", "audit.csv", need, not audit, f"it has more rows: {', '.join(audit)}")
    tally("", "bounds.csv", need, not bounds, f"it has more rows: {', '.join(bounds)}")
    return tally


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    tally = main(*map(Path, sys.argv[1:]))
    for text in tally.left:
        print("not checked:", text)
    for text in tally.wrong:
        print("WRONG:", text)
    for kind, count in tally.checked.items():
        print(f"{count:7,} {kind}" if kind else "", end="\n" if kind else "")
    print(f"{len(tally.left):7,} not checked, {len(tally.wrong):,} wrong")
    sys.exit(bool(tally.wrong))
