"""pandoc as a function: one tree in, one file out; the tree is plain JSON."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from pensionbook.errors import BuildError

# One moment for all files, so that no clock time gets into them: 1 January 1980, as zip starts.
EPOCH = 315532800
Node = dict[str, Any]


@cache
def program() -> str:
    """Path of the pandoc that the package pypandoc_binary brings.

    Raises:
        BuildError: it is not installed.
    """
    try:
        import pypandoc

        return pypandoc.get_pandoc_path()
    except (ImportError, OSError) as error:
        raise BuildError(
            "pandoc is missing; run `pip install pypandoc_binary`, or leave out pdf, docx and epub"
        ) from error


@cache
def version() -> str:
    """Version of the package that brings pandoc."""
    return metadata.version("pypandoc_binary")


def run(arguments: Sequence[str], content: str, folder: Path | None = None) -> bytes:
    """Run pandoc on a text; what it prints comes back.

    Args:
        folder: where it finds and writes files; names it is told get into what it writes.

    Raises:
        BuildError: pandoc stops, or warns.
    """
    done = subprocess.run(
        [program(), "--fail-if-warnings", *arguments],
        input=content.encode(),
        capture_output=True,
        env={"SOURCE_DATE_EPOCH": str(EPOCH), "LANG": "C.UTF-8", "PATH": os.defpath},
        cwd=folder,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise BuildError(f"pandoc cannot convert the report: {said}")
    return done.stdout


def parse(html: str) -> Node:
    """pandoc's tree of a document in HTML."""
    return json.loads(run(["--from", "html", "--to", "json"], html))


def number_alike(tree: Node, given: set[str]) -> None:
    """Tell headings apart that pandoc called alike, as they were parsed one chapter at a time.

    Args:
        given: ids that the text itself gives; these stay.
    """
    taken = set(given)
    for node in walk(tree["blocks"]):
        if node["t"] != "Header" or not (name := identifier(node)) or name in given:
            continue
        number = 0
        while (fresh := f"{name}-{number}" if number else name) in taken:
            number += 1
        taken.add(fresh)
        _attributes(node)[0] = fresh


def raw_block(form: str, text: str) -> Node:
    """A block that only one writer shows, as it is."""
    return {"t": "RawBlock", "c": [form, text]}


def raw_inline(form: str, text: str) -> Node:
    """A part of a line that only one writer shows, as it is."""
    return {"t": "RawInline", "c": [form, text]}


def identifier(node: Node) -> str:
    """The id of a node with attributes."""
    return _attributes(node)[0]


def classes(node: Node) -> list[str]:
    """The classes of a node with attributes."""
    return _attributes(node)[1]


def _attributes(node: Node) -> list[Any]:
    return node["c"][1] if node["t"] == "Header" else node["c"][0]


def walk(node: Any) -> Iterator[Node]:
    """All nodes below a node or a list of nodes, outer ones first."""
    if isinstance(node, dict):
        if "t" in node:
            yield node
        node = node.get("c", ())
    if isinstance(node, list):
        for child in node:
            yield from walk(child)


def plain(node: Any) -> str:
    """The text of a node or a list of nodes."""
    words = []
    for part in walk(node):
        if part["t"] == "Str":
            words.append(part["c"])
        elif part["t"] in ("Space", "SoftBreak", "LineBreak"):
            words.append(" ")
        elif part["t"] in ("Code", "Math"):
            words.append(part["c"][1])
    return "".join(words)
