"""What the tables of a data package say, as linear rows in exact arithmetic.

Written anew from docs/proofs.md and the schemas for prove_check.py; nothing of the engine is used.
A row is (coefficients by column, what they make: =, >= or > zero, owner, whether it holds only if
the figure is rounded and not cut off).
"""

import re
from fractions import Fraction

ONE, ZERO = {0: Fraction(1)}, Fraction(0)


def need(holds, why):
    if not holds:
        raise ValueError(why)


def unknown(why):
    raise NotImplementedError(why)


def plus(one, other, factor=1):
    total = {c: one.get(c, ZERO) + factor * other.get(c, ZERO) for c in one.keys() | other.keys()}
    return {column: a for column, a in total.items() if a}


def vector(written):
    return {int(column): Fraction(a) for column, a in written.items()}


def readings(row, unit):
    """What a numeral stands for, rounded and at most: (low, high, low is open, high is open)."""
    printed, kind = row["printed"], row["qualifier"]
    if row["statistic"] == "direction":
        return [{"rising": (ZERO, None), "falling": (None, ZERO)}[printed] + (False, False)] * 2
    match = re.fullmatch(r"([+-]?)([0-9]+)(?:\.([0-9]+)|/([0-9]+))?", printed)
    if not match or row.get("rounded_to"):
        unknown("a numeral of another kind")
    sign, whole, decimals, denominator = match.groups()
    value, digit = abs(Fraction(printed)), Fraction(1, 10 ** len(decimals or ""))
    places = (digit * 10**n for n in range(99))
    last = next(place for place in places if not value or value % (10 * place))
    low, high, over = value - last / 2, value + last / 2, value + last
    if denominator:
        low, high = (Fraction(2 * int(whole), 2 * int(denominator) + by) for by in (1, -1))
        over = high
    if kind in ("exact", "forecast"):
        counted = unit["whole"] == "yes" or row["statistic"] in ("count", "parameter", "rank")
        kind = "counted" if counted else "rounded" if value else "zero"
    known = {
        "about": (low, high, False, False),
        "over": (value, over, True, False),
        "nearly": (low, value, False, True),
        "at_least": (value, None, False, False),
        "counted": (value, value, False, False),
        "rounded": (value - digit / 2, value + digit / 2, False, True),
        "zero": (-digit / 2, digit / 2, True, True),
        "rounded cut": (value - digit / 2, value + digit, False, True),
        "zero cut": (-digit, digit, True, True),
    }
    kind = "about" if denominator and kind in ("counted", "rounded", "zero") else kind
    if kind not in known:
        unknown(f"the qualifier {kind}")
    scale, found = Fraction(unit["scale"]) * (-1 if sign == "-" else 1), []
    for *ends, low_open, high_open in (known[kind], known.get(f"{kind} cut", known[kind])):
        low, high = (None if end is None else end * scale for end in ends)
        found.append((low, high, low_open, high_open))
        if scale < 0:
            found[-1] = (high, low, high_open, low_open)
    return found


def rows_of(name, figure):
    """The rows of a figure, by name: (coefficients, what they make, owner, only if rounded)."""
    forms, rounded, widest = figure
    found = {}
    for n, (numerator, denominator) in enumerate(forms):
        if widest[0] == widest[1]:
            row = plus(numerator, denominator, -widest[0])
            found[f"{name}/{n}/is"] = (row, "=", name, False)
        for k, side, sign in ((0, "low", 1), (1, "high", -1)):
            for (end, is_open), word in ((widest[k::2], ""), (rounded[k::2], " rounded")):
                if end is not None and widest[0] != widest[1]:
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
                moved = f"{place(row)} {row['period']} {row['base_period']}"
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
        now = {self.index[f"{series} {period}"]: Fraction(1)}
        return plus(now, self.change(series, base), -1) if base else now

    def forms(self, row):
        own, whole, period, base = place(row), place(row, "of_"), row["period"], row["base_period"]
        statistic = row["statistic"]
        share, before = (f"{own} {p} / {whole} {p}" for p in (period, base))
        if row.get("prices"):
            unknown("constant prices")
        if statistic == "change" and row["unit"] == "percentage_point" and whole:
            return [({self.index[share]: Fraction(1), self.index[before]: Fraction(-1)}, ONE)]
        if statistic in ("level", "count", "parameter", "change", "direction", "rank"):
            return [(self.change(own, period, base), ONE)]
        if statistic == "growth":
            return [(self.change(own, period, base), self.change(own, base))]
        if statistic not in ("share", "ratio"):
            unknown(f"the statistic {statistic}")
        sign = -1 if self.falls.get(f"{whole} {period} {base}") and base else 1
        quotient = tuple(plus({}, self.change(of, period, base), sign) for of in (own, whole))
        own_unknown = [({self.index[share]: Fraction(1)}, ONE)] if share in self.index else []
        return [quotient, *([] if base else own_unknown)]

    def add_figure(self, name, said):
        """Take the rows of a figure as derived; where they cannot be, as the proofs say."""
        forms = [tuple(map(vector, form)) for form in said["forms"]]
        ends = [
            tuple(e if e in (None, True, False) else Fraction(e) for e in said[key])
            for key in ("rounded", "widest")
        ]
        self.figures[name] = (forms, *ends)
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
            assumption = terms[0]["assumption"] and f"assumption: {terms[0]['assumption']}"
            self.expected[name, assumption, frozenset(total.items())] = False

    def compare(self, name, equation):
        key = (name, equation[2], frozenset(equation[0].items()))
        if name not in self.tables["identities"]:
            unknown("no identity of the tables")
        need(key in self.expected, "it is not what identities.csv says")
        self.expected[key] = True
