"""A comparison in words, for readers and in their language."""

from __future__ import annotations

from fractions import Fraction

from pensionbook.data.figures import Interval, decimal_outward
from pensionbook.data.package import Figure, Package
from pensionbook.editions.releases.compare import Comparison, Move, Range
from pensionbook.editions.releases.figurechanges import FigureChange
from pensionbook.errors import quote
from pensionbook.language.messages import mark, translate
from pensionbook.language.numbers import enumerated, grouped

_DECIMALS = 3
_RELATIONS = {
    "within": mark("within the old range"),
    "wider": mark("holds the old range"),
    "overlaps": mark("overlaps the old range"),
    "contradicts": mark("contradicts the old range"),
    "restated": mark("of other parameters"),
    "same": mark("the same range"),
    "added": mark("new"),
    "removed": mark("no longer stated"),
}
_FINDINGS = {
    "word": mark("another finding"),
    "verdict": mark("another verdict"),
    "sign": mark("another sign"),
}
_WHAT = {
    "revised": mark("revised by the source"),
    "added": mark("new figure"),
    "superseded": mark("superseded"),
    "corrected": mark("corrected by us"),
    "withdrawn": mark("taken out by us"),
    "reinstated": mark("in force again"),
}


def relation_words(move: Move, language: str) -> str:
    """How the new range lies to the old one, or that it is new or gone."""
    text = _RELATIONS.get(move.relation or move.status)
    return translate(text, language) if text else ""


def finding_words(move: Move, language: str) -> str:
    """Why a move alters a stated finding; empty where it does not."""
    return translate(_FINDINGS[move.finding], language) if move.finding else ""


def what_words(change: FigureChange, language: str) -> str:
    """What happened to a figure, in a word."""
    return translate(_WHAT[change.what], language)


def why_words(move: Move, language: str, at_most: int = 3) -> str:
    """The causes of a move, with the figures and identities it was traced to."""
    why = move.why
    if not why.kinds:
        return translate("not known", language)
    kinds = enumerated([translate(kind, language) for kind in why.kinds], language)
    names = [*why.figures, *why.identities]
    if not why.traced or not names:
        if why.traced:
            return kinds
        return translate("{kinds}, by way of others", language, kinds=kinds)
    named = enumerated(names[:at_most], language)
    if len(names) > at_most:
        more = len(names) - at_most
        named = translate("{names} and {more} more", language, names=named, more=more)
    return translate("{kinds}: {names}", language, kinds=kinds, names=named)


def side_words(range_: Range | None, language: str, package: Package | None = None) -> str:
    """What a side says: a word, a verdict, or a range with its unit."""
    if range_ is None:
        return "—"
    if range_.interval is None:
        return range_.texts.get(language, range_.text) or "—"
    if range_.interval.low in (None, 0) and range_.interval.high is None:
        return translate("not recoverable", language)
    return f"{range_words(range_.interval, language)}{_unit(range_.unit, language, package)}"


def range_words(interval: Interval, language: str) -> str:
    """A range to three decimals, its ends rounded outward."""
    low, high = (
        None if end is None else _plain(end, up=up)
        for end, up in ((interval.low, False), (interval.high, True))
    )
    if low is None:
        return translate("at most {end}", language, end=high)
    if high is None:
        return translate("at least {end}", language, end=low)
    if interval.low == interval.high or low == high:
        return low
    return translate("{low} to {high}", language, low=low, high=high)


def difference_words(move: Move, language: str) -> str:
    """By how much the ends moved, and that relative to the old ends; empty where none is known."""
    if move.relation in ("", "same"):
        return ""
    low, high = (_signed(end, "") for end in move.difference)
    relative = [_signed(None if end is None else end * 100, "%") for end in move.relative]
    amount = low if low == high else translate("{low} / {high}", language, low=low, high=high)
    if relative == ["—", "—"]:
        return amount
    low, high = relative
    shares = low if low == high else translate("{low} / {high}", language, low=low, high=high)
    return f"{amount} ({shares})"


def printed_words(figure: Figure | None, language: str, package: Package | None) -> str:
    """A figure as it is printed, with its unit."""
    if figure is None:
        return "—"
    return f"{grouped(figure.printed)}{_unit(figure.unit, language, package)}"


def figure_difference_words(change: FigureChange, language: str) -> str:
    """How much more the new figure says, in the unit of the old one."""
    if change.difference is None:
        return ""
    text = _signed(change.difference, "")
    if change.relative is None or not change.difference:
        return text
    return f"{text} ({_signed(change.relative * 100, '%')})"


def other_changes(comparison: Comparison, language: str) -> list[str]:
    """What else differs in what the two rest on, a sentence each; empty where nothing does."""
    found = comparison.changes
    lines = []
    for name, what in found.identities.items():
        text = {
            "added": mark("identity {name} is new"),
            "removed": mark("identity {name} is gone"),
            "changed": mark("identity {name} says something else"),
        }[what]
        lines.append(translate(text, language, name=name))
    for name, (old, new) in found.parameters.items():
        old, new = ("—" if value is None else quote(str(value)) for value in (old, new))
        lines.append(
            translate("parameter {name}: {old}, now {new}", language, name=name, old=old, new=new)
        )
    if found.code:
        lines.append(
            translate(
                "code: files that differ: {count}, of the library: {library}; a move is put down "
                "to the library only where nothing else it rests on differs",
                language,
                count=len(found.code),
                library=len(found.computing),
            )
        )
    if found.versions:
        lines.append(
            translate(
                "code: installed versions that differ: {count}", language, count=len(found.versions)
            )
        )
    if found.files and not found.read:
        lines.append(
            translate(
                "data: {files} differ; whether that is a revision or a correction only the "
                "packages of both sides can say (name them with --data)",
                language,
                files=enumerated(found.files, language),
            )
        )
    return lines


def _unit(unit: str, language: str, package: Package | None) -> str:
    if unit in ("", "one", "text"):
        return ""
    if unit == "percent":
        return "%"
    row = package.units.get(unit) if package else None
    if package and row:
        name = package.name_of(row, language)
    else:
        name = translate(unit.replace("_", " "), language)
    # "10,000 persons" after a numeral would be read as part of it.
    return f" ({name})" if name[:1].isdigit() else f" {name}"


def _plain(value: Fraction, *, up: bool) -> str:
    text = decimal_outward(value, _DECIMALS, up=up, grouped=True)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\u2212")


def _signed(value: Fraction | None, suffix: str) -> str:
    if value is None:
        return "—"
    text = f"{float(value):+,.{0 if abs(value) >= 100 else 2}f}"
    if value and abs(value) < 1:
        text = f"{float(value):+.2g}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\u2212") + suffix
