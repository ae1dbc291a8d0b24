"""How tables and gaps look in a notebook: plain, deterministic HTML with a text twin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from pensionbook.exchange import DATA_MIME, TABLE_MIME, data_record
from pensionbook.language.languages import SOURCE_LANGUAGE
from pensionbook.language.messages import available, translate
from pensionbook.language.numbers import commas, is_whole, semicolons

if TYPE_CHECKING:
    import pandas as pd

MISSING = "—"


def _said(message: str) -> list[str]:
    """A message in all languages."""
    return [translate(message, language) for language in available()]


_BEFORE = "|".join(
    re.escape(text.removesuffix("{end}"))
    for text in _said("at most {end}") + _said("at least {end}")
)
_NUMBER = re.compile(f"(?:{_BEFORE})?[\u22120-9+-]")


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table for readers: chosen columns, readable heads, no index."""

    table: pd.DataFrame
    behind: pd.DataFrame | None = None

    def record(self) -> dict[str, Any]:
        """Heads, rows and the side each column stands on, as the book's pages read them."""
        return {
            "heads": [str(head) for head in self.table.columns],
            "sides": [_side(self.table[column]) for column in self.table],
            "rows": [[str(cell) for cell in row] for row in self.table.itertuples(index=False)],
        }

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        return {
            DATA_MIME: data_record(self.table if self.behind is None else self.behind),
            TABLE_MIME: self.record(),
            "text/html": self._html(),
            "text/plain": repr(self),
        }

    def _html(self) -> str:
        sides = [_side(self.table[column]) for column in self.table]
        head = _cells("th", self.table.columns, sides)
        body = "".join(
            f"<tr>{_cells('td', row, sides)}</tr>"
            for row in self.table.itertuples(index=False, name=None)
        )
        return (
            f'<table class="pb-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        )

    def __repr__(self) -> str:
        return self.table.to_string(index=False, na_rep=MISSING)


def _side(column: pd.Series) -> str:
    """Texts stand left, numbers right."""
    told = [str(cell) for cell in column if str(cell) != MISSING]
    numeric = all(_NUMBER.match(cell) or cell in _said("not recoverable") for cell in told)
    return "number" if told and numeric else "text"


def _cells(tag: str, cells: Iterable[object], sides: Iterable[str]) -> str:
    written = []
    for cell, side in zip(cells, sides, strict=True):
        kind = side if tag == "th" or not is_whole(str(cell)) else f"{side} whole"
        written.append(f'<{tag} class="{kind}">{escape(str(cell))}</{tag}>')
    return "".join(written)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence where a table or a chart would have stood."""

    text: str

    def _repr_markdown_(self) -> str:
        return f"*{self.text}*"

    def __repr__(self) -> str:
        return self.text


def shown(table: pd.DataFrame, columns: Mapping[str, str]) -> ShownTable:
    """The named columns of a table under readable heads, empty cells as a dash."""
    chosen = table[list(columns)].rename(columns=dict(columns))
    return ShownTable(chosen.astype(str).replace("", MISSING), table)


class AltText(str):
    """An alternative text in English that can be said with another language's punctuation."""

    say: Callable[[str], str]

    def __new__(cls, say: Callable[[str], str]) -> AltText:
        text = super().__new__(cls, say(SOURCE_LANGUAGE))
        text.say = say
        return text


def paired(name: str, value: str, language: str = SOURCE_LANGUAGE) -> str:
    """A name with what is said of it: ``Total: 5``."""
    return translate("{name}: {value}", language, name=name, value=value)


def rows_alt(table: pd.DataFrame, *more: str) -> AltText:
    """Alternative text of a bar chart: every label with its value, and with further columns."""
    rows = table[["label", "value", *more]].astype(str).to_numpy().tolist()
    return AltText(
        lambda language: semicolons(
            (paired(label, commas(values, language), language) for label, *values in rows), language
        )
    )


def series_alt(table: pd.DataFrame, series: str = "label", point: str = "period") -> AltText:
    """Alternative text of a line chart: every series, date and value."""
    rows = table[[series, point, "value"]].astype(str).to_numpy().tolist()
    return AltText(
        lambda language: semicolons(
            (paired(commas(names, language), value, language) for *names, value in rows), language
        )
    )
