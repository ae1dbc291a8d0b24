"""Executed notebooks as pages of the book."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from pensionbook.exchange import (
    ADDED,
    DATA_MIME,
    EXHIBIT,
    INJECTED_TAG,
    MODEL_MIME,
    PARAMETERS_TAG,
    TABLE_MIME,
    VALUES_MIME,
    picture_name,
    shows_exhibit,
    shows_image,
)


def for_page(content: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook as a page of the book: code folded away, what only programs read left out.

    Charts become figures, tables become real tables, both numbered where the cell's metadata
    gives them a caption and a name.
    """
    page = copy.deepcopy(dict(content))
    cells = []
    for cell in page["cells"]:
        cells.append(cell)
        if cell["cell_type"] != "code":
            continue
        tags = cell["metadata"].setdefault("tags", [])
        cell["outputs"] = [
            output
            for output in cell["outputs"]
            if not picture_name(output) and MODEL_MIME not in output.get("data", {})
        ]
        published = any(VALUES_MIME in o.get("data", {}) for o in cell["outputs"])
        if published or PARAMETERS_TAG in tags or INJECTED_TAG in tags:
            # myst-nb warns of a type it does not know even in a cell that is not shown.
            cell["outputs"] = []
            tags.append("remove-cell")
            continue
        if not {"remove-cell", "remove-input", "hide-input"} & set(tags):
            tags.append("hide-input" if cell["outputs"] else "remove-input")
        label = cell["metadata"].get(EXHIBIT, {})
        shown = shows_exhibit(cell)
        for output in cell["outputs"]:
            for kind in (DATA_MIME, "image/svg+xml"):
                output.get("data", {}).pop(kind, None)
        if label and shows_image(cell):
            cell["metadata"].setdefault("mystnb", {})["figure"] = dict(label)
        if text := _alternative(cell):
            # The compiler reads widths from an output, but the alternative text from the cell.
            cell["metadata"].setdefault("mystnb", {})["image"] = {"alt": text}
        cells += _tables(cell, label)
        if "name" in label and shown:
            cells.append(_added(cell, "downloads", f"```{{downloads}} {label['name']}\n```"))
    page["cells"] = cells
    return page


def _tables(cell: dict[str, Any], label: Mapping[str, str]) -> list[dict[str, Any]]:
    """A cell's tables, taken out of its outputs, as cells that the compiler can number."""
    kept: list[dict[str, Any]] = []
    tables: list[dict[str, Any]] = []
    for output in cell["outputs"]:
        record = output.get("data", {}).get(TABLE_MIME)
        if record is None:
            kept.append(output)
            continue
        name = f":name: {label['name']}\n" if "name" in label else ""
        text = json.dumps(record, ensure_ascii=False, sort_keys=True)
        source = f"::::{{datatable}} {label.get('caption', '')}\n{name}\n{text}\n::::"
        number = f"-{len(tables)}" if tables else ""
        tables.append(_added(cell, f"table{number}", source))
    cell["outputs"] = kept
    return tables


def _added(cell: Mapping[str, Any], name: str, source: str) -> dict[str, Any]:
    """A cell of prose that the build puts behind a cell of code."""
    return {
        "cell_type": "markdown",
        "id": f"{cell['id']}-{name}",
        "metadata": {ADDED: True},
        "source": source,
    }


def _alternative(cell: Mapping[str, Any]) -> str:
    """The alternative text of a cell's chart; empty without one."""
    texts = (o.get("metadata", {}).get("image/png", {}).get("alt") for o in cell["outputs"])
    return next((text for text in texts if text), "")
