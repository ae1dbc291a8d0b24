"""What a notebook hands to a build: media types, names in metadata, and records of both sides.

It imports nothing of the project and nothing slow, so all may import it.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

VALUES_MIME = "application/vnd.pensionbook.values+json"
# The columns behind a chart or a table: ``columns`` and ``rows``, numbers as numbers.
DATA_MIME = "application/vnd.pensionbook.data+json"
# What a notebook hands over to a page that computes with it: ``name`` and ``model``.
MODEL_MIME = "application/vnd.pensionbook.model+json"
TABLE_MIME = "application/vnd.pensionbook.table+json"
# Set in the environment of a build, whose charts come as SVG too.
WITH_SVG = "PENSIONBOOK_WITH_SVG"
# The entry of an output's metadata that names a small picture kept for other pages.
PICTURE = "pensionbook_picture"
# The entry of a code cell's metadata with the caption and the name of its chart or table.
EXHIBIT = "pensionbook"
# The entry of the metadata of a cell that the build put into a page.
ADDED = "pensionbook_added"
# The tag of the cell with a notebook's default parameters, and of the cell put in behind it.
PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"


# Significant digits of numbers in the data behind charts and tables.
_DIGITS = 12
# What pandas has for a missing cell, by the name of its type: pandas itself is slow to import.
_MISSING = ("NAType", "NaTType")


def data_record(table: pd.DataFrame) -> dict[str, Any]:
    """All columns and rows of a table; numbers stay numbers, what is missing becomes None."""
    return {
        "columns": [str(column) for column in table.columns],
        "rows": [[_plain(cell) for cell in row] for row in table.itertuples(index=False)],
    }


def _plain(cell: object) -> str | int | float | None:
    if isinstance(cell, numbers.Integral):
        return int(cell)
    if isinstance(cell, numbers.Real | Fraction):
        # Processors differ in the last digits of powers and logarithms; readers need none of them.
        value = float(f"{float(cell):.{_DIGITS}g}")
        return value if isfinite(value) else None
    return None if cell is None or type(cell).__name__ in _MISSING else str(cell)


def is_added(cell: Mapping[str, Any]) -> bool:
    """Whether a build put the cell in, so that it does not stand in the source notebook."""
    metadata = cell["metadata"]
    return bool(metadata.get(ADDED)) or INJECTED_TAG in metadata.get("tags", ())


def picture_name(output: Mapping[str, Any]) -> str:
    """The name of the small picture that an output is; empty for any other output."""
    return output.get("metadata", {}).get(PICTURE, "")


def shows_exhibit(cell: Mapping[str, Any]) -> bool:
    """Whether a cell of code shows a chart or a table."""
    return shows_image(cell) or any(TABLE_MIME in o.get("data", {}) for o in cell["outputs"])


def shows_image(cell: Mapping[str, Any]) -> bool:
    """Whether a cell of code shows a picture."""
    return any("image/png" in output.get("data", {}) for output in cell["outputs"])


def outputs_of(content: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """All outputs of a notebook's code, in order."""
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            yield from cell["outputs"]
