"""Executed notebooks as plain JSON: results put into the source, made the same on every run."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pensionbook.errors import BuildError, NotebookError
from pensionbook.fingerprint import sha256_json
from pensionbook.mimes import (
    ADDED,
    DATA_MIME,
    EXHIBIT,
    MODEL_MIME,
    PICTURE,
    TABLE_MIME,
    VALUES_MIME,
)
from pensionbook.parameters import TAG, SourceNotebook, Value, tagged_index
from pensionbook.partsread import ANY

INJECTED_TAG = "injected-parameters"

# Raise when a change here makes the results kept in caches wrong.
_RECIPE = 1
_PASSING_METADATA = ("execution", "papermill", "ExecuteTime", "trusted", "scrolled", "collapsed")
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")


def run_key(
    notebook: SourceNotebook,
    parameters: Mapping[str, Value],
    inputs: Mapping[str, str],
    versions: Mapping[str, str],
) -> str:
    """Digest of what the results of a notebook depend on; its prose is not among it.

    Args:
        inputs: digests of the library's files and of those of the package that all notebooks read.
        versions: of Python and the installed distributions.
    """
    cells = [
        ["".join(cell["source"]), sorted(cell.get("metadata", {}).get("tags", ()))]
        for cell in notebook.content["cells"]
        if cell["cell_type"] == "code"
    ]
    return sha256_json([_RECIPE, cells, dict(parameters), dict(inputs), dict(versions)])


def own_parameters(notebook: SourceNotebook, parameters: Mapping[str, Value]) -> dict[str, Value]:
    """Those of the parameters that the notebook declares, in its order."""
    return {name: parameters[name] for name in notebook.defaults if name in parameters}


def results_of(
    notebook: SourceNotebook, executed: Mapping[str, Any], paths: Iterable[str]
) -> list[dict[str, Any]]:
    """Source, count and outputs of each code cell, checked to be the same on every run.

    Args:
        paths: folders of this machine that no output may show.

    Raises:
        NotebookError: an output holds a warning, a memory address or a path of this machine.
    """
    results = []
    number = 0
    for cell in executed["cells"]:
        number += INJECTED_TAG not in cell["metadata"].get("tags", ())
        if cell["cell_type"] != "code":
            continue
        outputs = [_clean_output(output) for output in _merged_streams(cell["outputs"])]
        for output in outputs:
            problem = _problem(output, paths)
            if problem:
                raise NotebookError(notebook.path.name, number, problem)
        results.append(
            {
                "source": cell["source"],
                "execution_count": cell.get("execution_count"),
                "outputs": outputs,
            }
        )
    return results


def assemble(notebook: SourceNotebook, results: list[dict[str, Any]]) -> dict[str, Any]:
    """The source notebook with the results of its code cells, and nothing of how it was run.

    Where parameters were put in, their cell stands after the one with the defaults.
    """
    content = copy.deepcopy(notebook.content)
    cells = content["cells"]
    if len(results) > sum(cell["cell_type"] == "code" for cell in cells):
        injected = {"cell_type": "code", "id": INJECTED_TAG, "metadata": {"tags": [INJECTED_TAG]}}
        cells.insert(tagged_index(cells) + 1, injected | {"source": ""})
    remaining = iter(results)
    for number, cell in enumerate(cells):
        metadata = cell.setdefault("metadata", {})
        for name in _PASSING_METADATA:
            metadata.pop(name, None)
        cell.setdefault("id", f"cell-{number}")
        cell["source"] = "".join(cell["source"])
        if cell["cell_type"] == "code":
            result = next(remaining)
            cell["execution_count"] = result["execution_count"]
            cell["outputs"] = result["outputs"]
            if INJECTED_TAG in metadata.get("tags", ()):
                cell["source"] = result["source"]
    kept = {
        name: value
        for name, value in content.get("metadata", {}).items()
        if name not in ("papermill", "widgets")
    }
    return {
        "cells": cells,
        "metadata": kept | _METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def published(content: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook as it is published: charts in one form are enough."""
    result = copy.deepcopy(dict(content))
    for output in _outputs(result):
        output.get("data", {}).pop("image/svg+xml", None)
    return result


def notebook_text(content: Mapping[str, Any]) -> str:
    """A notebook as the text of its file."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_by(results: list[dict[str, Any]]) -> list[str] | None:
    """The parts of the package that a notebook says it read; None where it may have read any.

    Only its last cell can tell: what runs after it may read more.
    """
    for output in results[-1]["outputs"] if results else ():
        published = output.get("data", {}).get(VALUES_MIME)
        read = published.get("read") if isinstance(published, dict) else None
        if isinstance(read, list):
            return None if ANY in read else read
    return None


def values_of(name: str, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The values a notebook published, each with the notebook's name.

    Raises:
        BuildError: what it published is not a list of values with ids.
    """
    values = []
    for output in _outputs(content):
        published = output.get("data", {}).get(VALUES_MIME)
        if published is None:
            continue
        records = published.get("values") if isinstance(published, dict) else None
        if not isinstance(records, list) or not all(
            isinstance(record, dict) and isinstance(record.get("id"), str) for record in records
        ):
            raise BuildError(
                f"{name}: what it published is no list of values with ids; "
                "end the notebook with report.publish()"
            )
        values += [record | {"notebook": name} for record in records]
    return values


def place_of(name: str, content: Mapping[str, Any], identifier: str) -> str:
    """Where a notebook names a value: cell and line as readers of the notebook count them."""
    number = 0
    for cell in content["cells"]:
        number += not is_added(cell)
        for line, text in enumerate("".join(cell["source"]).splitlines(), 1):
            if cell["cell_type"] == "code" and f'"{identifier}"' in text:
                return f"notebooks/{name}.ipynb: cell {number}, line {line}"
    return f"notebooks/{name}.ipynb: report.publish()"


def is_added(cell: Mapping[str, Any]) -> bool:
    """Whether a build put the cell in, so that it does not stand in the source notebook."""
    metadata = cell["metadata"]
    return bool(metadata.get(ADDED)) or INJECTED_TAG in metadata.get("tags", ())


def exhibits(content: Mapping[str, Any]) -> dict[str, bool]:
    """Names of the notebook's figures and tables, and whether this edition has them."""
    return {
        cell["metadata"][EXHIBIT]["name"]: _shows_exhibit(cell)
        for cell in content["cells"]
        if cell["cell_type"] == "code" and "name" in cell["metadata"].get(EXHIBIT, {})
    }


def pictures_of(content: Mapping[str, Any]) -> dict[str, dict[str, str] | None]:
    """Small pictures kept for other pages: ``png`` as base64 and ``alt``, or None for none."""
    pictures: dict[str, dict[str, str] | None] = {}
    for output in _outputs(content):
        if name := _kept(output):
            data = output["data"]
            image = {"png": "".join(data.get("image/png", "")), "alt": data["text/plain"]}
            pictures[name] = image if image["png"] else None
    return pictures


def models_of(content: Mapping[str, Any]) -> dict[str, dict[str, Any] | None]:
    """What the notebook hands over to pages that compute, by name; None where it has nothing."""
    handed = (output.get("data", {}).get(MODEL_MIME) for output in _outputs(content))
    return {record["name"]: record["model"] for record in handed if record}


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
            if not _kept(output) and MODEL_MIME not in output.get("data", {})
        ]
        published = any(VALUES_MIME in o.get("data", {}) for o in cell["outputs"])
        if published or TAG in tags or INJECTED_TAG in tags:
            # myst-nb warns of a type it does not know even in a cell that is not shown.
            cell["outputs"] = []
            tags.append("remove-cell")
            continue
        if not {"remove-cell", "remove-input", "hide-input"} & set(tags):
            tags.append("hide-input" if cell["outputs"] else "remove-input")
        label = cell["metadata"].get(EXHIBIT, {})
        shown = _shows_exhibit(cell)
        for output in cell["outputs"]:
            for kind in (DATA_MIME, "image/svg+xml"):
                output.get("data", {}).pop(kind, None)
        if label and _image(cell):
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
    kept, tables = [], []
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


def _kept(output: Mapping[str, Any]) -> str:
    """The name of the small picture that an output is; empty for any other output."""
    return output.get("metadata", {}).get(PICTURE, "")


def _shows_exhibit(cell: Mapping[str, Any]) -> bool:
    return _image(cell) or any(TABLE_MIME in o.get("data", {}) for o in cell["outputs"])


def _image(cell: Mapping[str, Any]) -> bool:
    return any("image/png" in output.get("data", {}) for output in cell["outputs"])


def _alternative(cell: Mapping[str, Any]) -> str:
    """The alternative text of a cell's chart; empty without one."""
    texts = (o.get("metadata", {}).get("image/png", {}).get("alt") for o in cell["outputs"])
    return next((text for text in texts if text), "")


def _outputs(content: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            yield from cell["outputs"]


def _merged_streams(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # How a stream is cut into messages depends on timing.
    merged: list[dict[str, Any]] = []
    for output in outputs:
        last = merged[-1] if merged else None
        is_stream = output["output_type"] == "stream"
        if is_stream and last and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            merged.append(dict(output))
    return merged


def _clean_output(output: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in output.items() if name != "transient"}


def _problem(output: Mapping[str, Any], paths: Iterable[str]) -> str | None:
    if output["output_type"] == "stream" and output["name"] == "stderr":
        first = next((line for line in output["text"].splitlines() if line.strip()), "")
        return f"it warns: {first.strip()[:300]}; mend what the warning is about"
    for text in _texts(output):
        address = _ADDRESS.search(text)
        if address:
            around = text[max(0, address.start() - 60) : address.end()].splitlines()[-1]
            return (
                f"its output shows a memory address ({around.strip()}), which differs on every "
                "run; end the line with a semicolon or show something else"
            )
        for path in paths:
            if path in text:
                return (
                    f"its output shows a folder of this machine ({path}); "
                    "show a name relative to the package instead"
                )
    return None


def _texts(output: Mapping[str, Any]) -> Iterable[str]:
    if output["output_type"] == "stream":
        yield output["text"]
    for kind, content in output.get("data", {}).items():
        if isinstance(content, str) and (kind.startswith("text/") or kind == "image/svg+xml"):
            yield content
