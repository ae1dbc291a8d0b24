"""The reforms of a package: one small file of differences each, in its folder ``scenarios``.

A file says what a reform changes in the projection and nothing else::

    id: reconnect
    name_en: Interrupted contributors resume
    name_zh: 间断缴费人员恢复缴费
    why_en: What the range stands for, and who assumes it.
    why_zh: ...
    measures: [centres_reconnect]
    phase: {from: 2003, to: 2005}
    changes:
      paying_interrupted: {set: [0.2957, 1]}

A change ``set``s a parameter, ``add``s to it or ``scale``s it, by a number or a range of two. With
a phase it grows in equal yearly steps from the first to the last year; without one it is there
from the first projected year. ``includes`` lists other reforms whose changes come first.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

from pensionbook.data.reforms import Change, Scenario
from pensionbook.data.signs import CONTROLS, undrawn
from pensionbook.data.structure import not_drawn
from pensionbook.data.tables import RawPackage, decode, read_bytes, yaml_entries
from pensionbook.errors import Problem, listed, nearest, quote

FOLDER = "scenarios"
# What a reform may change: shares, rates and sums of a year, not growth rates or starting levels.
LEVERS = (
    "combined_rate",
    "base_ratio",
    "collection",
    "covered_public",
    "covered_foreign",
    "covered_private_individual",
    "covered_other",
    "covered_migrants",
    "paying_public",
    "paying_non_public",
    "paying_interrupted",
    "paying_older",
    "bonus_share",
    "surcharge",
    "late_recovered",
)
KINDS = ("set", "add", "scale")
_ENTRIES = ("id", "name_en", "name_zh", "why_en", "why_zh", "measures", "phase", "changes")
_OPTIONAL = ("measures", "phase", "changes", "includes")
_ID = re.compile("[a-z][a-z0-9_]{0,79}")
_HOSTILE = re.compile(r"^[=+@＝＋－＠-]|<[A-Za-z/!?]")
_LARGEST_BYTES = 64 * 1024
_MOST_FILES = 100
_LARGEST_NUMBER = 10**6
_YEARS = (1990, 2100)


def add_scenarios(raw: RawPackage) -> None:
    """Read the reforms of a raw package into it, with their digests and their problems."""
    folder = raw.path / FOLDER
    if folder.is_symlink():
        # Not read, as it would tell what other folders hold.
        advice = "put the folder itself here, or take the link out"
        raw.problems.append(Problem(FOLDER, None, None, "a link", advice))
        return
    try:
        if not folder.is_dir():
            return
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        found = f"cannot be read ({error.strerror})"
        raw.problems.append(Problem(FOLDER, None, None, found, "allow reading it"))
        return
    for name in names[:_MOST_FILES]:
        if name.endswith(".yml"):
            _read(raw, name)
        else:
            _problem(raw, name, None, "not a file of a reform", "name it *.yml or take it out")
    if len(names) > _MOST_FILES:
        _problem(raw, names[_MOST_FILES], None, "too many files", f"keep at most {_MOST_FILES}")
    _check_references(raw)


def _problem(raw: RawPackage, name: str, entry: str | None, found: str, mend: str) -> None:
    raw.problems.append(Problem(f"{FOLDER}/{name}", None, entry, found, mend))


def _read(raw: RawPackage, name: str) -> None:
    file = f"{FOLDER}/{name}"
    content = read_bytes(raw, file, _LARGEST_BYTES)
    text = None if content is None else decode(raw, file, content)
    if text is None:
        return
    entries = yaml_entries(raw, file, text, f"write {listed(_ENTRIES)}")
    if entries is None:
        return
    before = len(raw.problems)
    scenario = _Reader(raw, name, entries).scenario()
    if scenario is not None and len(raw.problems) == before:
        raw.scenarios[scenario.id] = scenario


class _Reader:
    """One file's entries, checked; problems go to the raw package."""

    def __init__(self, raw: RawPackage, name: str, entries: dict[Any, Any]) -> None:
        self.raw, self.name, self.entries = raw, name, entries

    def wrong(self, entry: str | None, found: str, mend: str) -> None:
        _problem(self.raw, self.name, entry, found, mend)

    def scenario(self) -> Scenario | None:
        known = (*_ENTRIES, "includes")
        for key in self.entries:
            if key not in known:
                advice = f"write one of {listed(known)}{nearest(str(key), known)}"
                self.wrong(str(key), "unknown entry", advice)
        for key in known:
            if key not in self.entries and key not in _OPTIONAL:
                self.wrong(key, "missing", f"add '{key}:' and its text")
        first, last = self._phase()
        changes, includes = self._changes(), self._names("includes")
        if not self.entries.get("changes") and not includes:
            self.wrong("changes", "no change and nothing included", "write what it changes")
        texts = {key: self._text(key) for key in ("name_en", "name_zh", "why_en", "why_zh")}
        return Scenario(
            id=self._id(),
            **texts,
            measures=self._names("measures"),
            includes=includes,
            changes=changes,
            first=first,
            last=last,
        )

    def _id(self) -> str:
        found, wanted = self.entries.get("id"), self.name.removesuffix(".yml")
        if found is None:
            return ""
        if not _ID.fullmatch(wanted):
            mend = "name it in small letters, digits and underscores"
            self.wrong(None, f"found the file name {quote(self.name)}", mend)
        elif found != wanted:
            self.wrong("id", f"found {quote(str(found))}", f"write {wanted}, as the file is named")
        return str(found)

    def _text(self, key: str) -> str:
        text = self.entries.get(key)
        if key not in self.entries:
            return ""
        if not isinstance(text, str) or not text.strip() or len(text) > 2000:
            self.wrong(key, f"found {quote(str(text))}", "write it in words")
        elif _HOSTILE.search(text) or CONTROLS.search(re.sub(r"[\n\t]", " ", text)):
            mend = "begin with a word, and write no tags and no control characters"
            self.wrong(key, f"found {quote(text)}", mend)
        elif key.startswith("name_") and (sign := undrawn(text)):
            self.wrong(key, *not_drawn(text, sign))
        return " ".join(str(text).split())

    def _names(self, key: str) -> tuple[str, ...]:
        names = self.entries.get(key, [])
        if not isinstance(names, list) or not all(
            isinstance(name, str) and _ID.fullmatch(name) for name in names
        ):
            self.wrong(key, f"found {quote(str(names))}", "write ids in brackets: [one, two]")
            return ()
        if len(set(names)) < len(names):
            self.wrong(key, "an id stands twice", "write each once")
        return tuple(names)

    def _phase(self) -> tuple[int | None, int | None]:
        phase = self.entries.get("phase")
        if phase is None:
            return None, None
        years: list[Any] = [phase.get("from"), phase.get("to")] if isinstance(phase, dict) else []
        if len(years) != 2 or set(phase) != {"from", "to"}:
            self.wrong("phase", f"found {quote(str(phase))}", "write {from: 2003, to: 2005}")
            return None, None
        least, most = _YEARS
        if not all(type(year) is int and least <= year <= most for year in years):
            self.wrong("phase", f"found {quote(str(phase))}", f"write years of {least} to {most}")
            return None, None
        if years[0] > years[1]:
            self.wrong("phase", f"{years[0]} is after {years[1]}", "exchange the two years")
        return years[0], years[1]

    def _changes(self) -> dict[str, Change]:
        found = self.entries.get("changes", {})
        if not isinstance(found, dict):
            self.wrong("changes", "not a mapping", "write 'parameter: {set: number}' lines")
            return {}
        changes = {}
        for parameter, what in found.items():
            entry = f"changes, {parameter}"
            if parameter not in LEVERS:
                advice = f"write one of {listed(LEVERS)}{nearest(str(parameter), LEVERS)}"
                self.wrong(entry, "no parameter that a reform may change", advice)
                continue
            change = self._change(entry, what)
            if change is not None:
                changes[parameter] = change
        return changes

    def _change(self, entry: str, what: Any) -> Change | None:
        if not isinstance(what, dict) or len(what) != 1 or next(iter(what)) not in KINDS:
            mend = f"write one of {listed(KINDS)} with a number: {{set: [0.5, 1]}}"
            self.wrong(entry, f"found {quote(str(what))}", mend)
            return None
        ((kind, numbers),) = what.items()
        ends = numbers if isinstance(numbers, list) else [numbers, numbers]
        if len(ends) != 2 or not all(_is_number(end) for end in ends):
            mend = "write a plain number, or a range of two in brackets: [0.5, 1]"
            self.wrong(entry, f"found {quote(str(numbers))}", mend)
            return None
        low, high = (Fraction(str(end)) for end in ends)
        if low > high:
            self.wrong(entry, f"{ends[0]} is above {ends[1]}", "exchange the two")
            return None
        if low < 0 and kind != "add":
            mend = "write zero or more, or take from it with {add: -0.1}"
            self.wrong(entry, f"found {ends[0]}, below zero", mend)
            return None
        return Change(kind, low, high)


def _is_number(end: Any) -> bool:
    plain = isinstance(end, int | float) and not isinstance(end, bool)
    return plain and math.isfinite(end) and abs(end) <= _LARGEST_NUMBER


def _check_references(raw: RawPackage) -> None:
    """Measures and included reforms must exist, and no reform may include itself."""
    table = raw.tables.get("measures")
    measures = None if table is None else {row[0] for row in table.rows}
    for scenario in list(raw.scenarios.values()):
        name = f"{scenario.id}.yml"
        for measure in scenario.measures:
            if measures is None or measure not in measures:
                advice = f"write ids of the table measures{nearest(measure, measures or ())}"
                _problem(raw, name, "measures", f"found {quote(measure)}", advice)
        for other in scenario.includes:
            if other not in raw.scenarios:
                advice = f"write ids of other reforms{nearest(other, raw.scenarios)}"
                _problem(raw, name, "includes", f"found {quote(other)}", advice)
            elif raw.scenarios[other].includes:
                advice = "include reforms that include no others"
                _problem(raw, name, "includes", f"{other} includes others itself", advice)
