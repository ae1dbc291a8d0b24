"""What the tables of a data package say, as linear rows in exact arithmetic.

Written anew from docs/proofs.md and the schemas for prove_check.py; nothing of the engine is used.
A row is (coefficients by column, what they make: =, >= or > zero, owner, whether it holds only if
the figure is rounded and not cut off).
"""

from fractions import Fraction

from prove_numerals import ZERO, months, moved, readings, unknown

ONE = {0: Fraction(1)}


def need(holds, why):
    if not holds:
        raise ValueError(why)


def plus(one, other, factor=1):
    total = {c: one.get(c, ZERO) + factor * other.get(c, ZERO) for c in one.keys() | other.keys()}
    return {column: a for column, a in total.items() if a}


def vector(written):
    return {int(column): Fraction(a) for column, a in written.items()}


def rows_of(name, figure):
    """The rows of a figure, by name: (coefficients, what they make, owner, only if rounded)."""
    forms, rounded, widest = figure
    found = {}
    for n, (numerator, denominator) in enumerate(forms):
        exact = widest[0] is not None and widest[0] == widest[1]
        if exact:
            row = plus(numerator, denominator, -widest[0])
            found[f"{name}/{n}/is"] = (row, "=", name, False)
        for k, side, sign in ((0, "low", 1), (1, "high", -1)):
            for (end, is_open), word in ((widest[k::2], ""), (rounded[k::2], " rounded")):
                if end is not None and not exact:
                    row = plus({}, plus(numerator, denominator, -end), sign)
                    kind = ">" if is_open else ">="
                    found[f"{name}/{n}/{side}{word}"] = (row, kind, name, bool(word))
        if denominator != ONE:
            found[f"{name}/{n}/base"] = (denominator, ">", name, False)
    return found


def place(row, of=""):
    keys = ("indicator", "group", "area")
    if of and not any(row[of + key] for key in keys):
        return ""
    return " ".join(row[of + key] or row[key] for key in keys)


def write_out_structures(tables):
    """A row that prints several shares as one row each; and that they make up the whole."""
    keys = ("indicator", "group", "area")
    for name in [n for n, row in tables["figures"].items() if row["statistic"] == "structure"]:
        row = tables["figures"].pop(name)
        key = next(key for key in keys if ":" in row[key])
        parts = zip(row[key].split(":"), row["printed"].split(":"), strict=True)
        shares = [row | {"statistic": "share", key: part, "printed": text} for part, text in parts]
        tables["figures"] |= {f"{name}_{share[key]}": share for share in shares}
        whole = row | dict(zip(keys, place(shares[0], "of_").split(" "), strict=True))
        terms = [(1, share) for share in shares] + [(-1, whole)]
        more = {"base_period": "", "assumption": ""}
        tables["identities"][name] = [term | more | {"coefficient": c} for c, term in terms]


class System:
    """Columns, figures and equations, derived from the tables and compared with the proofs."""

    def __init__(self, said, tables, tally):
        self.tables, self.columns = tables, said["columns"]
        self.index = {name: n for n, name in enumerate(self.columns)}
        need(self.columns[0] == "one", "the first column is not the constant")
        need(len(self.index) == len(self.columns), "two columns have one name")
        self.figures, self.equations, self.expected, self.falls = {}, {}, {}, {}
        for row in map(tables["figures"].get, said["figures"]):
            if row["statistic"] in ("change", "growth", "direction") and not place(row, "of_"):
                prices = f"{row['prices']}: " if row.get("prices") else ""
                moved = f"{prices}{place(row)} {row['period']} {row['base_period']}"
                self.falls[moved] = row["printed"].startswith(("-", "falling"))
        for name, figure in said["figures"].items():
            tally("rows of figures", f"rows of {name}", self.add_figure, name, figure)
        for name, terms in tables["identities"].items():
            tally("identities", f"identity {name}", self.expand, name, terms)
        for n, (name, assumption, coefficients) in enumerate(said["equations"]):
            owner = assumption and f"assumption: {assumption}"
            self.equations[n] = (vector(coefficients), "=", owner, False)
            tally("equations", f"equation {n} ({name})", self.compare, name, self.equations[n])
        for (name, *_), found in self.expected.items():
            tally("", f"identity {name}", need, found, "an equation is left out")

    def change(self, series, period, base=""):
        name = f"{series} {period}"
        now = {self.index[name]: Fraction(1)}
        if f"minus: {name}" in self.index:
            now[self.index[f"minus: {name}"]] = Fraction(-1)
        return plus(now, self.change(series, base), -1) if base else now

    def difference(self, one, other):
        return [({self.index[one]: Fraction(1), self.index[other]: Fraction(-1)}, ONE)]

    def forms(self, row):
        plain, of, period, base = place(row), place(row, "of_"), row["period"], row["base_period"]
        statistic, prices = row["statistic"], row.get("prices", "")
        own, whole = (f"{prices}: {name}" if prices else name for name in (plain, of))
        share, old_share = (f"{plain} {p} / {of} {p}" for p in (period, base))
        times = f"times: {plain} {period} / {base} / {prices}"
        if statistic == "rank":
            return [({self.index[f"rank: {own} {period} / {row['figure_id']}"]: Fraction(1)}, ONE)]
        if statistic == "growth_change":
            before = 2 * int(base) - int(period)
            return self.difference(times, f"times: {plain} {base} / {before} / {prices}")
        if statistic == "change" and row["unit"] == "percentage_point" and of:
            return self.difference(share, old_share)
        change, less = self.change(own, period, base), 0
        if statistic in ("level", "count", "parameter", "change", "direction"):
            return [(change, ONE)]
        if statistic in ("share", "ratio"):
            sign = -1 if base and self.falls.get(f"{whole} {period} {base}") else 1
            quotient = [plus({}, side, sign) for side in (change, self.change(whole, period, base))]
            alone = "" if base else share
        elif statistic == "contribution":
            quotient, alone = [change, self.change(whole, base)], ""
        elif statistic in ("growth", "multiple", "index", "mean_growth"):
            level = change if statistic == "growth" else self.change(own, period)
            quotient, alone = [level, self.change(own, base)], times
            less = 1 if statistic == "growth" else 0
        else:
            unknown(f"the statistic {statistic}")
        found = [tuple(quotient)]
        if any(f"minus: {self.columns[column]}" in self.index for column in quotient[1]):
            name = f"quotient: {row['figure_id']}"
            found = self.difference(f"{name} / +", f"{name} / -")
        if alone in self.index and statistic != "mean_growth":
            found.append((plus({self.index[alone]: Fraction(1)}, ONE, -less), ONE))
        return found

    def add_figure(self, name, said):
        """Take the rows of a figure as derived; where they cannot be, as the proofs say."""
        forms = [tuple(map(vector, form)) for form in said["forms"]]
        ends = [
            tuple(e if e in (None, True, False) else Fraction(e) for e in said[key])
            for key in ("rounded", "widest")
        ]
        self.figures[name] = (forms, *ends)
        row = self.tables["figures"][name]
        derived = (self.forms(row), *readings(row, self.tables["units"]))
        same = (forms[: len(derived[0])], *ends) == derived
        need(same, "they are not what figures.csv says")
        if len(forms) > len(derived[0]):
            unknown("rows of a rate as a mean of its parts")

    def expand(self, name, terms):
        """The equations that an identity stands for: one, or one in each period it can be for."""
        series, periods = {place(term) for term in terms}, {""}
        yearly = any("*-1" in (term["period"], term["base_period"]) for term in terms)
        if yearly or any(term["period"] == "*" for term in terms):
            named = [column for column in self.columns if ": " not in column]
            cells = [cell.rpartition(" ") for column in named for cell in column.split(" / ")]
            periods = {period for own, _, period in cells if own in series}
        if yearly:
            periods |= {moved(period, 1) for period in periods}
        for period in sorted(periods):
            then = moved(period, -1)
            try:
                total = {}
                for term in terms:
                    own, base = (
                        term[key].replace("*-1", then).replace("*", period)
                        for key in ("period", "base_period")
                    )
                    change = self.change(place(term), own, base)
                    total = plus(total, change, Fraction(term["coefficient"]))
            except KeyError:
                # Between the first and the last year alone; which these are is not looked into.
                need(yearly, "an equation needs a quantity that has no column")
                continue
            assumption = terms[0]["assumption"] and f"assumption: {terms[0]['assumption']}"
            self.expected[name, assumption, frozenset(total.items())] = yearly

    def compare(self, name, equation):
        key = (name, equation[2], frozenset(equation[0].items()))
        if name not in self.tables["identities"]:
            need(not equation[2], "it rests on an assumption that no table has")
            return self.implicit(name, equation[0])
        need(key in self.expected, "it is not what identities.csv says")
        self.expected[key] = True

    def implicit(self, name, coefficients):
        """What holds without being written down, if this program knows it."""
        signs = {}
        for column, a in coefficients.items():
            signs.setdefault(a, []).append(self.columns[column])
        ones, (whole,) = signs.pop(Fraction(1)), signs.pop(Fraction(-1), [""])
        names = [column.split(" ") for column in (*ones, whole)]
        kind = self.tables["indicators"].get(names[-1][0], {}).get("kind")
        alike = len({tuple(column[:3]) for column in names}) == 1 and not signs
        if name == "end_of_year" and alike:
            need(kind == "stock" and ones[0] == f"{whole}-12", "they are not the same date")
        elif name == "months_of_flow" and alike:
            spans = sorted(months(column[3]) for column in names[:-1])
            ends = [end for _, end in spans]
            first, last = months(names[-1][3])
            joined = [start for start, _ in spans] == [first, *ends[:-1]] and ends[-1] == last
            need(kind == "flow" and joined, "the months do not make up the whole")
        elif name == "part_of_whole" and len(ones) == 2 and not signs:
            part = next(column for column in ones if not column.startswith("rest: "))
            need(f"rest: {whole} / {part}" in ones, "its rest is not its own")
            (of, *places, period), (whole_of, *wholes, whole_period) = (
                names[ones.index(part)],
                names[-1],
            )
            need((of, period) == (whole_of, whole_period), "they are not the same thing")
            signed = self.tables["indicators"][of].get("may_be_negative") == "yes"
            need(kind in ("stock", "flow", "mean") and not signed, "they are not counted")
            for table, low, high in zip(("groups", "areas"), places, wholes, strict=True):
                while low and low != high:
                    low = self.tables[table][low]["parent"]
                need(low, "the one is not part of the other")
        else:
            unknown("no identity of the tables")
