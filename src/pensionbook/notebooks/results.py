"""Executed notebooks as plain JSON: results put into the source, made the same on every run."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pensionbook.errors import NotebookError
from pensionbook.exchange import (
    INJECTED_TAG,
    PARAMETERS_TAG,
    VALUES_MIME,
    outputs_of,
)
from pensionbook.files.digests import sha256_json
from pensionbook.notebooks.source import SourceNotebook, Value, tagged_index

# Raise when a change here makes the results kept in caches wrong.
_RECIPE = 2
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
    code: Mapping[str, str],
    read: Mapping[str, str],
    versions: Mapping[str, str],
) -> str:
    """Digest of what the results of a notebook depend on; its prose is not among it.

    Args:
        code: digests of the library's files that it imports.
        read: digests of the package's files that it reads.
        versions: of Python and the installed distributions.
    """
    cells = [
        ["".join(cell["source"]), sorted(cell.get("metadata", {}).get("tags", ()))]
        for cell in notebook.content["cells"]
        if cell["cell_type"] == "code"
    ]
    told = [dict(parameters), notebook.reads, dict(code), dict(read), dict(versions)]
    return sha256_json([_RECIPE, cells, *told])


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
        NotebookError: an output holds a warning, a memory address or a path of this machine, or
            nothing held the notebook to what it states to read.
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
    if notebook.reads is not None and not _was_held(notebook, results):
        raise NotebookError(
            notebook.path.name,
            None,
            "it states in its metadata what it reads, but nothing holds it to that; open the "
            f'report with notebook="{notebook.name}" and end with report.publish(), or take '
            "`reads` out of the metadata",
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
    """The notebook as it is published: charts in one form, and the parameters that it was run with.

    Whoever runs it again with other parameters changes those, not the defaults of its source.
    """
    result = copy.deepcopy(dict(content))
    tags = [cell["metadata"].get("tags", []) for cell in result["cells"]]
    if any(INJECTED_TAG in own for own in tags):
        for own in tags:
            if PARAMETERS_TAG in own:
                own.remove(PARAMETERS_TAG)
            if INJECTED_TAG in own:
                own[own.index(INJECTED_TAG)] = PARAMETERS_TAG
    for output in outputs_of(result):
        output.get("data", {}).pop("image/svg+xml", None)
    return result


def notebook_text(content: Mapping[str, Any]) -> str:
    """A notebook as the text of its file."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _was_held(notebook: SourceNotebook, results: list[dict[str, Any]]) -> bool:
    """Whether a report was opened that closed all that the notebook does not state to read."""
    published = (
        output.get("data", {}).get(VALUES_MIME)
        for result in results
        for output in result["outputs"]
    )
    stated = list(notebook.reads or ())
    return any(isinstance(one, dict) and one.get("reads") == stated for one in published)


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
