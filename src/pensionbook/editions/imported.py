"""Which of the library's files a notebook's results depend on: those that its code imports.

Read from the sources, imports inside functions too, without running anything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pensionbook.editions.inputs import LIBRARY, NOTEBOOK_ROOMS, of_rooms, room_of
from pensionbook.notebooks.source import SourceNotebook

_NAME = "pensionbook"


def code_of(notebook: SourceNotebook, inputs: Mapping[str, str]) -> dict[str, str]:
    """Digests, among the inputs, of the library's files behind a notebook's code.

    Files beside the code, such as catalogues, count with the room that they lie in. Where the
    imports do not tell, it is all that notebooks may import.
    """
    files = [name for name in inputs if name.startswith(f"{_NAME}/")]
    modules = {_module(name): name for name in files if name.endswith(".py")}
    try:
        waiting = [
            module
            for cell in notebook.content["cells"]
            if cell["cell_type"] == "code"
            for module in _imported("".join(cell["source"]), frozenset(modules))
        ]
        found: set[str] = set()
        while waiting:
            module = waiting.pop()
            if module not in found:
                found.add(module)
                waiting += _imported_by(
                    modules[module], inputs[modules[module]], frozenset(modules)
                )
    except (SyntaxError, _Unclear):
        return of_rooms(inputs, NOTEBOOK_ROOMS)
    names = {modules[module] for module in found}
    rooms = {room_of(name) for name in names}
    names |= {name for name in files if not name.endswith(".py") and room_of(name) in rooms}
    return {n: d for n, d in inputs.items() if n in names or n.startswith("schemas/")}


class _Unclear(Exception):
    """What is imported cannot be told from the source."""


@lru_cache(maxsize=1000)
def _imported_by(file: str, _digest: str, known: frozenset[str]) -> tuple[str, ...]:
    source = (LIBRARY.parent / file).read_text(encoding="utf-8")
    return tuple(_imported(source, known))


def _imported(source: str, known: frozenset[str]) -> Iterator[str]:
    """The library's modules that a source imports, and the packages they lie in."""
    for node in _run(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            if _NAME in names:
                # What it takes from there may be imported on first use.
                raise _Unclear
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            if node.module == _NAME and not known.issuperset(names):
                raise _Unclear
        else:
            continue
        for name in names:
            parts = name.split(".")
            packages = (".".join(parts[: count + 1]) for count in range(len(parts)))
            yield from (package for package in packages if package in known)


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from _run(node)


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
