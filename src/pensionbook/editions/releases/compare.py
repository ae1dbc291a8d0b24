"""What moved between two editions: values, verdicts and bounds, by how much and why."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from pensionbook.data.figures import Interval
from pensionbook.data.periods import is_period
from pensionbook.editions.releases.causes import KINDS, PARAMETER, Changes, Why, changes
from pensionbook.editions.releases.figurechanges import FigureChange
from pensionbook.editions.releases.sides import Side, number
from pensionbook.language.messages import available

if TYPE_CHECKING:
    import pandas as pd

VALUE, VERDICT, BOUND = "value", "verdict", "bound"
# How the new range lies to the old one.
SAME, WITHIN, WIDER, OVERLAPS, CONTRADICTS = "same", "within", "wider", "overlaps", "contradicts"
# With other parameters the two speak of different things.
RESTATED = "restated"
MOVED, ADDED, REMOVED = "moved", "added", "removed"
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Range:
    """What a side says of something: an interval in a unit, or a word.

    Attributes:
        interval: None for a word.
        text: as readers see it, in English or the only language there is.
        texts: the same by language.
    """

    interval: Interval | None
    unit: str
    text: str
    texts: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Move:
    """One value, verdict or bound that is not as it was.

    Attributes:
        kind: :data:`VALUE`, :data:`VERDICT` or :data:`BOUND`.
        id: of the value or the figure; for a bound what is bounded, separated by blanks.
        status: :data:`MOVED`, :data:`ADDED` or :data:`REMOVED`.
        relation: how the new range lies to the old one; :data:`RESTATED` where parameters make it
            that of something else, empty where ranges cannot be compared.
        difference: new less old, of the low and of the high end; None where an end is open.
        relative: each difference over the size of the old end; None where that is zero.
        finding: why it alters a stated finding: ``word``, ``verdict`` or ``sign``; else empty.
    """

    kind: str
    id: str
    status: str
    old: Range | None
    new: Range | None
    why: Why
    relation: str = ""
    difference: tuple[Fraction | None, Fraction | None] = (None, None)
    relative: tuple[Fraction | None, Fraction | None] = (None, None)
    finding: str = ""
    notebook: str = ""

    def __repr__(self) -> str:
        old, new = (_shown(side) for side in (self.old, self.new))
        return f"{self.kind} {self.id}: {old} -> {new}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that moved from one edition to another, and all that differs in what they rest on."""

    old: Side
    new: Side
    changes: Changes
    values: tuple[Move, ...]
    verdicts: tuple[Move, ...]
    bounds: tuple[Move, ...]

    @property
    def moves(self) -> tuple[Move, ...]:
        """Values, verdicts and bounds."""
        return (*self.values, *self.verdicts, *self.bounds)

    @property
    def findings(self) -> tuple[Move, ...]:
        """The moves that alter a stated finding."""
        return tuple(move for move in self.moves if move.finding)

    def figures(self, kind: str) -> tuple[FigureChange, ...]:
        """The figures that were revised, added or corrected."""
        return tuple(change for change in self.changes.figures if change.kind == kind)

    def __repr__(self) -> str:
        counts = [
            f"{len(moves)} {noun}{'s' * (len(moves) != 1)}"
            for noun, moves in (
                (VALUE, self.values), (VERDICT, self.verdicts), (BOUND, self.bounds),
            )
            if moves
        ]  # fmt: skip
        moved = f"{', '.join(counts)} moved" if counts else "nothing moved"
        return f"{self.old.label} -> {self.new.label}: {moved}"

    def _repr_html_(self) -> str:
        tables = [
            table.to_html(index=False, na_rep="")
            for table in (self.values_table(), self.verdicts_table(), self.bounds_table())
            if len(table)
        ]
        return "".join((f"<p>{escape(repr(self))}</p>", *tables))

    def verdicts_table(self) -> pd.DataFrame:
        """The verdicts that moved: ``figure_id, old, new, status, finding``, then why.

        The reason is the columns ``kind`` (of cause) and ``figures``, the changed ones.
        """
        return _frame(
            ("figure_id", "old", "new"),
            [(m.id, _text(m.old), _text(m.new)) for m in self.verdicts],
            self.verdicts,
        )

    def bounds_table(self) -> pd.DataFrame:
        """The bounds that moved: what is bounded, its old and new ends, how they lie, and why.

        Ends are numbers, NaN where nothing bounds them; ``relation`` is how the new range lies to
        the old one: within, wider, overlaps or contradicts.
        """
        columns = ("indicator", "group", "area", "period", *_END_COLUMNS)
        return _frame(columns, [(*m.id.split(" "), *_ends(m)) for m in self.bounds], self.bounds)

    def values_table(self) -> pd.DataFrame:
        """The named values that moved, of two editions; likewise."""
        columns = ("id", "old", "new", *_END_COLUMNS)
        rows = [(m.id, _text(m.old), _text(m.new), *_ends(m)) for m in self.values]
        return _frame(columns, rows, self.values)


_END_COLUMNS = ("old_low", "old_high", "new_low", "new_high", "unit", "relation")


def _ends(move: Move) -> tuple[object, ...]:
    """The four ends of a move as floats, None for an open one; the unit, and the relation."""
    ends = (
        None if end is None else float(end)
        for side in (move.old, move.new)
        for end in (
            (side.interval.low, side.interval.high) if side and side.interval else (None, None)
        )
    )
    known = move.new or move.old
    return (*ends, known.unit if known else "", move.relation)


def _frame(
    columns: Sequence[str], rows: Iterable[tuple[object, ...]], moves: Iterable[Move]
) -> pd.DataFrame:
    import pandas as pd

    causes = [(m.status, m.finding, m.why.kind, ";".join(m.why.figures)) for m in moves]
    every = [(*row, *cause) for row, cause in zip(rows, causes, strict=True)]
    table = pd.DataFrame(every, columns=[*columns, "status", "finding", "kind", "figures"])
    ends = [column for column in _END_COLUMNS[:4] if column in table.columns]
    return table.astype(dict.fromkeys(ends, float))


def _text(side: Range | None) -> str:
    return side.text if side else ""


def _shown(side: Range | None) -> str:
    if side is None:
        return "nothing"
    return side.text if side.interval is None else f"{side.interval} {side.unit}"


def compare(old: Side, new: Side) -> Comparison:
    """Compare two editions of one data package."""
    found = changes(old, new)
    verdicts = _verdicts(old, new, found)
    # A figure whose verdict moved bounds something that it did not bound before, or no longer.
    judged = {move.id: move.why for move in verdicts if move.why.traced}
    values, bounds = _values(old, new, found, judged), _bounds(old, new, found, judged)
    return Comparison(old, new, found, values, verdicts, bounds)


def relation(old: Interval, new: Interval) -> str:
    """How a new range lies to an old one.

    ``contradicts`` means that they have no point in common: not both can be right.

    >>> relation(Interval(Fraction(1), Fraction(3)), Interval(Fraction(2), Fraction(3)))
    'within'
    """
    if old == new:
        return SAME
    if not old.meets(new):
        return CONTRADICTS
    if _holds(old, new):
        return WITHIN
    return WIDER if _holds(new, old) else OVERLAPS


def sign(interval: Interval) -> str:
    """Where a range lies to zero: ``+``, ``-``, ``0``, or ``?`` where it may be either.

    A range that ends at zero is ``?``: zero is neither a rise nor a fall.
    """
    low, high = interval.low, interval.high
    if low is not None and low > 0:
        return "+"
    if high is not None and high < 0:
        return "-"
    return "0" if low == high == 0 else "?"


def _holds(outer: Interval, inner: Interval) -> bool:
    below = outer.low is None or (inner.low is not None and inner.low >= outer.low)
    return below and (outer.high is None or (inner.high is not None and inner.high <= outer.high))


def _values(old: Side, new: Side, found: Changes, judged: Mapping[str, Why]) -> tuple[Move, ...]:
    labels = _labels(old, new)
    moves = []
    for name, one, other in _pairs(old.values, new.values):
        before, after = _range_of_value(one), _range_of_value(other)
        if before == after or (before and after and _says_the_same(before, after)):
            continue
        named = [f for row in (one, other) if row for f in row.get("figures") or ()]
        why = _judged(found.of_value(one, other), named, judged)
        move = _move(VALUE, name, before, after, why)
        words = {r.text for r in (before, after) if r and r.interval is None}
        if words and not words <= labels:
            move = replace(move, finding="word")
        notebook = str((other or one or {})["notebook"])
        moves.append(replace(move, notebook=notebook))
    # What names no figure, and has no moved neighbour that does, may count verdicts.
    counted = [replace(why, figures=(), identities=()) for why in judged.values()]
    told = _with_neighbours(moves, found, lambda move: move.notebook, counted)
    return tuple(_restated(move) for move in told)


def _restated(move: Move) -> Move:
    """A move that other parameters may have caused: its ranges need not agree in anything."""
    if PARAMETER in move.why.kinds and move.relation not in ("", SAME):
        return replace(move, relation=RESTATED)
    return move


def _says_the_same(before: Range, after: Range) -> bool:
    """Whether nothing but the looks of a number or the translation of a word differs."""
    if before.interval is None and after.interval is None:
        shared = before.texts.keys() & after.texts.keys()
        # Words of editions without a common language cannot be compared.
        return not shared or any(before.texts[name] == after.texts[name] for name in shared)
    return (before.interval, before.unit) == (after.interval, after.unit)


def _verdicts(old: Side, new: Side, found: Changes) -> tuple[Move, ...]:
    moves = []
    for name, one, other in _pairs(old.verdicts, new.verdicts):
        words = [row["verdict"] if row else None for row in (one, other)]
        if words[0] == words[1]:
            continue
        before, after = (Range(None, "", word) if word else None for word in words)
        move = _move(VERDICT, name, before, after, found.of_verdict(one, other))
        # A verdict among the superseded figures states nothing about those in force.
        in_force = not _superseded(name, old) and not _superseded(name, new)
        if move.status == MOVED and in_force:
            move = replace(move, finding="verdict")
        moves.append(move)
    return tuple(_with_neighbours(moves, found, lambda move: move.kind))


def _superseded(figure: str, side: Side) -> bool:
    if side.package is None:
        return False
    return figure in {other.figure_id for other in side.package.superseded}


def _bounds(old: Side, new: Side, found: Changes, judged: Mapping[str, Why]) -> tuple[Move, ...]:
    moves = []
    for key, one, other in _pairs(old.bounds, new.bounds):
        before, after = _range_of_bound(one), _range_of_bound(other)
        if before != after:
            named = [f for row in (one, other) if row for f in row["figures"].split(";")]
            why = _judged(found.of_bound(key, one, other), named, judged)
            move = _move(BOUND, " ".join(key), before, after, why)
            # A bound is of a level, which is never less than nothing.
            moves.append(replace(move, finding=""))
    return tuple(_with_neighbours(moves, found, lambda move: move.id.split(" ")[0]))


def _moved_by(old: Fraction | None, new: Fraction | None) -> Fraction | None:
    return None if old is None or new is None else new - old


def _move(kind: str, name: str, old: Range | None, new: Range | None, why: Why) -> Move:
    status = MOVED if old and new else ADDED if new else REMOVED
    move = Move(kind, name, status, old, new, why)
    if not (old and new and old.interval and new.interval) or old.unit != new.unit:
        return move
    ends = [(old.interval.low, new.interval.low), (old.interval.high, new.interval.high)]
    low, high = (_moved_by(*end) for end in ends)
    return replace(
        move,
        relation=relation(old.interval, new.interval),
        difference=(low, high),
        relative=(_over(low, old.interval.low), _over(high, old.interval.high)),
        finding="sign" if _turned(old.interval, new.interval) else "",
    )


def _turned(old: Interval, new: Interval) -> bool:
    """Whether the order against zero is another; what is not recoverable has none."""
    known = all(ends.low not in (None, 0) or ends.high is not None for ends in (old, new))
    return known and sign(old) != sign(new)


def _over(difference: Fraction | None, end: Fraction | None) -> Fraction | None:
    return None if difference is None or not end else difference / abs(end)


def _judged(why: Why, named: Iterable[str], judged: Mapping[str, Why]) -> Why:
    """A move's causes, or where it has none those of the verdicts on the figures under it."""
    verdicts = [judged[name] for name in dict.fromkeys(named) if name in judged]
    if why.kinds or not verdicts:
        return why
    return Why(
        tuple(kind for kind in KINDS if any(kind in other.kinds for other in verdicts)),
        tuple(dict.fromkeys(name for other in verdicts for name in other.figures)),
        tuple(dict.fromkeys(name for other in verdicts for name in other.identities)),
    )


def _with_neighbours(
    moves: list[Move],
    found: Changes,
    place: Callable[[Move], str],
    otherwise: Iterable[Why] = (),
) -> Iterable[Move]:
    """The moves, those without a cause of their own with the causes of what stands beside them."""
    traced: dict[str, list[Why]] = {}
    for move in moves:
        if move.why.kinds:
            traced.setdefault(place(move), []).append(move.why)
    for move in moves:
        if move.why.kinds:
            yield move
        else:
            word = "text" in {side.unit for side in (move.old, move.new) if side}
            near = traced.get(place(move)) or otherwise
            yield replace(move, why=found.beside(near, word=word))


def _pairs(
    old: Mapping[_Key, Any], new: Mapping[_Key, Any]
) -> Iterable[tuple[_Key, Any | None, Any | None]]:
    """Key, old and new row of each, in the order of the new side, then what is gone."""
    for key in [*new, *(key for key in old if key not in new)]:
        yield key, old.get(key), new.get(key)


def _range_of_value(record: Mapping[str, Any] | None) -> Range | None:
    if record is None:
        return None
    said = record.get("text", record.get("value"))
    texts = {k: str(v) for k, v in (said if isinstance(said, dict) else {"en": said}).items()}
    text = texts.get("en") or next(iter(texts.values()), "")
    if record["unit"] == "text":
        return Range(None, "text", text, texts)
    if "value" in record:
        exact = number(record["value"])
        return Range(Interval(exact, exact), str(record["unit"]), text, texts)
    ends = Interval(number(record.get("low")), number(record.get("high")))
    return Range(ends, str(record["unit"]), text, texts)


def _range_of_bound(row: Mapping[str, str] | None) -> Range | None:
    if row is None:
        return None
    ends = Interval(number(row["low"]), number(row["high"]))
    return Range(ends, row["unit"], "")


def _labels(old: Side, new: Side) -> set[str]:
    """Words that only name a time or a place; another one is no other finding."""
    from pensionbook.language.numbers import period_text

    found: set[str] = set()
    periods: set[str] = set()
    for side in (old, new):
        periods |= {str(v) for v in side.parameters.values() if is_period(str(v))}
        texts = {str(r.get("text", "")) for r in side.values.values() if r["unit"] == "text"}
        periods |= {text for text in texts if is_period(text)}
        if side.package is None:
            continue
        for figure in (*side.package.figures, *side.package.superseded):
            periods |= {figure.period, figure.base_period} - {""}
        for table in (side.package.areas, side.package.indicators, side.package.groups):
            for row in table.values():
                found |= {side.package.name_of(row, language) for language in available()}
    for period in periods:
        found |= {period, *(period_text(period, language) for language in available())}
    return found
