"""How tables and gaps look in a notebook: plain, deterministic HTML with a text twin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

MISSING = "—"


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table for readers: chosen columns, readable heads, no index."""

    table: pd.DataFrame

    def _repr_html_(self) -> str:
        return self.table.to_html(
            index=False, border=0, classes="pb-table", na_rep=MISSING, escape=True
        )

    def __repr__(self) -> str:
        return self.table.to_string(index=False, na_rep=MISSING)


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
    return ShownTable(chosen.replace("", MISSING))


def rows_alt(table: pd.DataFrame) -> str:
    """Alternative text of a bar chart: every label with its value."""
    return "; ".join(f"{row.label}: {row.value}" for row in table.itertuples(index=False))


def series_alt(table: pd.DataFrame) -> str:
    """Alternative text of a line chart: every series, date and value."""
    return "; ".join(
        f"{row.label}, {row.period}: {row.value}" for row in table.itertuples(index=False)
    )
