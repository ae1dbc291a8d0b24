"""A comparison in the terminal, as JSON and as a page in Markdown."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from pensionbook.data.figures import Interval
from pensionbook.data.package import Figure
from pensionbook.editions.releases import wordsof
from pensionbook.editions.releases.compare import Comparison, Move, Range
from pensionbook.editions.releases.figurechanges import ADDITION, CORRECTION, REVISION, FigureChange
from pensionbook.editions.releases.sides import Side
from pensionbook.errors import ReleaseError, listed, quote
from pensionbook.files.atomic import write_whole
from pensionbook.language.messages import available, mark, translate

FORMAT = 1
# Longer tables tell nobody anything; JSON has every row.
_ROWS_AT_MOST = 25
_SPECIAL = re.compile(r"([\\`*{}\[\]<>|#~$^]|(?<!\w)_|_(?!\w))")
_FIGURES = {
    REVISION: mark("Printed figures revised (new data)"),
    ADDITION: mark("Printed figures added (new data)"),
    CORRECTION: mark("Printed figures corrected (our errors)"),
}
_MOVES = (
    ("values", mark("Values")),
    ("verdicts", mark("Verdicts")),
    ("bounds", mark("Bounds")),
)
_FIGURE_COLUMNS = (
    mark("Figure"), mark("Old"), mark("New"), mark("Difference"), mark("What happened"),
)  # fmt: skip
_MOVE_COLUMNS = (
    mark("Name"), mark("Old"), mark("New"), mark("Difference"), mark("New against old"),
    mark("Why"),
)  # fmt: skip

Row = tuple[list[str], bool]


@dataclass(frozen=True, slots=True)
class Listing:
    """A table of a comparison, in a language.

    Attributes:
        rows: the cells, and whether the row is of a finding.
        left_out: how many rows more there are, in words; empty where these are all.
    """

    title: str
    columns: list[str]
    rows: list[Row]
    left_out: str


def to_json(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison; numbers are as in values.json, a relative change is a fraction."""
    found = comparison.changes
    return {
        "format": FORMAT,
        "edition": comparison.new.edition,
        "old": _side(comparison.old),
        "new": _side(comparison.new),
        "counts": counts(comparison),
        "revisions": [_figure_change(change) for change in comparison.figures(REVISION)],
        "additions": [_figure_change(change) for change in comparison.figures(ADDITION)],
        "corrections": [_figure_change(change) for change in comparison.figures(CORRECTION)],
        "identities": dict(found.identities),
        "parameters": _pairs(found.parameters),
        "code": list(found.code),
        "versions": _pairs(found.versions),
        "data": {"files": list(found.files), "read": found.read},
        "values": [_move(move) for move in comparison.values],
        "verdicts": [_move(move) for move in comparison.verdicts],
        "bounds": [_move(move) for move in comparison.bounds],
    }


def counts(comparison: Comparison) -> dict[str, int]:
    """How many of each there are."""
    return {
        "revisions": len(comparison.figures(REVISION)),
        "additions": len(comparison.figures(ADDITION)),
        "corrections": len(comparison.figures(CORRECTION)),
        "values": len(comparison.values),
        "verdicts": len(comparison.verdicts),
        "bounds": len(comparison.bounds),
        "findings": len(comparison.findings),
    }


def print_comparison(comparison: Comparison, console: Any, *, every: bool = False) -> None:
    """Print the comparison as tables.

    Args:
        console: a ``rich`` console.
        every: print all rows of a long table.
    """
    from rich.table import Table
    from rich.text import Text

    for line in summary(comparison, "en"):
        console.print(Text(line))
    for listing in listings(comparison, "en", None if every else _ROWS_AT_MOST):
        table = Table(title=Text(listing.title, style="bold"), title_justify="left", pad_edge=False)
        for column in listing.columns:
            table.add_column(column, overflow="fold")
        for row, finding in listing.rows:
            table.add_row(*map(Text, row), style="bold yellow" if finding else None)
        console.print()
        console.print(table)
        if listing.left_out:
            console.print(Text(listing.left_out))


def to_markdown(comparison: Comparison, language: str) -> str:
    """The comparison as a page, with a title of the first level."""
    title = translate("What changed since {old}", language, old=comparison.old.label)
    lines = [f"# {plain(title)}", ""]
    for line in summary(comparison, language):
        lines += [plain(line), ""]
    for listing in listings(comparison, language, _ROWS_AT_MOST):
        columns = listing.columns
        lines += [f"## {plain(listing.title)}", "", _row(columns), _row(["---"] * len(columns))]
        lines += [
            _row([f"**{plain(cell)}**" if finding and not n else plain(cell)
                  for n, cell in enumerate(row)])
            for row, finding in listing.rows
        ]  # fmt: skip
        lines.append("")
        if listing.left_out:
            lines += [plain(listing.left_out), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def deliver(
    comparison: Comparison,
    output: Path | None,
    *,
    as_json: bool = False,
    language: str = "en",
    every: bool = False,
) -> Path | None:
    """Print a comparison, or write it into a file: JSON, or Markdown where it ends in ``.md``.

    Returns:
        The file that was written.

    Raises:
        ReleaseError: there is no such language, or the file cannot be written.
    """
    if language not in available():
        raise ReleaseError(
            f"--language: there is no catalogue for {quote(language)}; "
            f"write one of {listed(available())}"
        )
    as_page = output is not None and output.suffix == ".md" and not as_json
    if as_page:
        text = to_markdown(comparison, language)
    else:
        text = json.dumps(to_json(comparison), ensure_ascii=False, indent=1) + "\n"
    if output is None:
        if as_json:
            sys.stdout.write(text)
        else:
            from rich.console import Console

            print_comparison(comparison, Console(), every=every)
        return None
    try:
        write_whole(output, text.encode())
    except OSError as error:
        raise ReleaseError(
            f"cannot write {output}: {error.strerror or error}; name a file in a folder you may "
            "write to with --output"
        ) from None
    return output


def to_data(comparison: Comparison, language: str) -> dict[str, Any]:
    """The comparison as the book's page of revisions reads it."""
    return {
        "summary": summary(comparison, language),
        "tables": [asdict(listing) for listing in listings(comparison, language, _ROWS_AT_MOST)],
    }


def plain(text: str) -> str:
    """Text that Markdown shows as it stands, in one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def summary(comparison: Comparison, language: str) -> list[str]:
    """The comparison in a few sentences, then what else differs."""
    found = counts(comparison)
    lines = [
        translate(
            "{edition}: {old} and {new}",
            language,
            edition=comparison.new.edition,
            old=_called(comparison.old, language),
            new=_called(comparison.new, language),
        )
    ]
    if not comparison.moves and not comparison.changes.figures:
        lines.append(translate("No value, verdict or bound moved.", language))
    else:
        lines.append(
            translate(
                "Moved: {values} values, {verdicts} verdicts, {bounds} bounds; {findings} of "
                "these alter a stated finding. Figures: {revisions} revised (new data), "
                "{additions} added (new data), {corrections} corrected (our errors).",
                language,
                **found,
            )
        )
    return lines + wordsof.other_changes(comparison, language)


def listings(comparison: Comparison, language: str, at_most: int | None) -> list[Listing]:
    """The tables that have rows; terminal, Markdown and the book show the same ones."""
    found = []
    columns = [translate(column, language) for column in _FIGURE_COLUMNS]
    for kind, title in _FIGURES.items():
        changed = comparison.figures(kind)
        rows = [(_figure_row(c, comparison, language), False) for c in changed[:at_most]]
        found.append(_listing(title, columns, rows, len(changed), language))
    columns = [translate(column, language) for column in _MOVE_COLUMNS]
    for attribute, title in _MOVES:
        moves = _moved_first(getattr(comparison, attribute))
        rows = [(_move_row(m, comparison, language), bool(m.finding)) for m in moves[:at_most]]
        found.append(_listing(title, columns, rows, len(moves), language))
    return [listing for listing in found if listing.rows]


def _listing(title: str, columns: list[str], rows: list[Row], all_: int, language: str) -> Listing:
    count = all_ - len(rows)
    left = translate("{count} more rows are left out; the JSON has all.", language, count=count)
    return Listing(translate(title, language), columns, rows, left if count else "")


def _moved_first(moves: Iterable[Move]) -> list[Move]:
    """Findings first, then what moved, then what is new or gone."""
    return sorted(moves, key=lambda move: (not move.finding, move.status != "moved"))


def _figure_row(change: FigureChange, comparison: Comparison, language: str) -> list[str]:
    figure = change.new or change.old
    name = change.id
    if change.new and change.old and change.new.figure_id != change.old.figure_id:
        name = translate("{old}, now {new}", language, old=change.id, new=change.new.figure_id)
    told = wordsof.what_words(change, language)
    vintages = [f.vintage for f in (change.old, change.new) if f and f.vintage]
    if vintages:
        translated = [translate(vintage, language) for vintage in dict.fromkeys(vintages)]
        told += f" ({' → '.join(translated)})"
    elif change.fields and figure:
        told += f" ({', '.join(change.fields)})"
    return [
        name,
        wordsof.printed_words(change.old, language, comparison.old.package),
        wordsof.printed_words(change.new, language, comparison.new.package),
        wordsof.figure_difference_words(change, language),
        told,
    ]


def _move_row(move: Move, comparison: Comparison, language: str) -> list[str]:
    relation = wordsof.relation_words(move, language)
    finding = wordsof.finding_words(move, language)
    return [
        move.id,
        wordsof.side_words(move.old, language, comparison.old.package),
        wordsof.side_words(move.new, language, comparison.new.package),
        wordsof.difference_words(move, language),
        " · ".join(filter(None, (finding, relation))),
        wordsof.why_words(move, language),
    ]


def _called(side: Side, language: str) -> str:
    if not side.record:
        return side.label or translate("this edition", language)
    return translate("{name} of {day}", language, name=side.label, day=side.record["date"])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _side(side: Side) -> dict[str, Any]:
    record = side.record or {}
    return {"label": side.label} | {
        key: record[key] for key in ("number", "name", "date", "manifest") if key in record
    }


def _figure_change(change: FigureChange) -> dict[str, Any]:
    return {
        "id": change.id,
        "what": change.what,
        "fields": list(change.fields),
        "old": _figure(change.old),
        "new": _figure(change.new),
        "difference": _json_number(change.difference),
        "relative": _json_number(change.relative),
    }


def _figure(figure: Figure | None) -> dict[str, str] | None:
    if figure is None:
        return None
    columns = ("figure_id", "printed", "unit", "qualifier", "vintage", "locator", "period", "area")
    return {column: getattr(figure, column) for column in columns}


def _move(move: Move) -> dict[str, Any]:
    why = move.why
    return {
        "id": move.id,
        "status": move.status,
        "finding": move.finding or None,
        "old": _json_range(move.old),
        "new": _json_range(move.new),
        "relation": move.relation or None,
        "difference": [_json_number(end) for end in move.difference],
        "relative": [_json_number(end) for end in move.relative],
        "why": {
            "kind": why.kind or None,
            "kinds": list(why.kinds),
            "figures": list(why.figures),
            "identities": list(why.identities),
            "traced": why.traced,
        },
    }


def _json_range(found: Range | None) -> dict[str, Any] | None:
    if found is None:
        return None
    if found.interval is None:
        return {"text": found.text}
    ends: Interval = found.interval
    return {
        "low": _json_number(ends.low),
        "high": _json_number(ends.high),
        "unit": found.unit,
    } | ({"text": found.text} if found.text else {})


def _json_number(value: Fraction | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)


def _pairs(found: Any) -> dict[str, dict[str, Any]]:
    return {name: {"old": old, "new": new} for name, (old, new) in found.items()}
