"""The catalogues of what the program says: brought up to date, and held against the source.

The texts come out of the modules and the notebooks' code; :mod:`pensionbook.cli.catalogues` puts
what is new into each catalogue of ``locale``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from pensionbook.language.languages import SOURCE_LANGUAGE
from pensionbook.language.messages import CATALOGUES

_LIBRARY = Path(__file__).parents[1]
_KEYWORDS = {"tr": None, "translate": None, "mark": None}
_FIELD = re.compile(r"\{([a-z_]*)\}")


def messages(notebooks: Path | None = None) -> dict[str, str]:
    """All messages of the modules and notebooks, each with the first place that says it.

    Args:
        notebooks: folder of notebooks; without it only the modules are read.
    """
    found: dict[str, str] = {}
    for place, source in _sources(notebooks):
        told = extract("python", BytesIO(source.encode()), _KEYWORDS)
        for line, message, _comments, _context in told:
            # Of several texts in one call only the first is the message.
            text = message[0] if isinstance(message, tuple) else message
            found.setdefault(text, f"{place}:{line}")
    return found


def _sources(notebooks: Path | None) -> Iterator[tuple[str, str]]:
    for path in sorted(_LIBRARY.rglob("*.py")):
        yield path.relative_to(_LIBRARY.parent).as_posix(), path.read_text(encoding="utf-8")
    for path in sorted(notebooks.glob("*.ipynb")) if notebooks else ():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for number, cell in enumerate(cells, 1):
            if cell["cell_type"] == "code":
                yield f"{path.name} cell {number}", "".join(cell["source"])


def problems(language: str, notebooks: Path | None = None, *, stale: bool = True) -> list[str]:
    """What keeps a language from being complete, each entry with its place.

    What no module and no notebook says any more is told only where the notebooks are read, and
    ``stale`` is not false: the notebooks of one book need not say all that the catalogue holds.
    """
    if language == SOURCE_LANGUAGE:
        return []
    catalogue, wanted = _read(language), messages(notebooks)
    file = f"locale/{language}.po"
    found = []
    for text, place in wanted.items():
        message = catalogue.get(text)
        if message is None:
            found.append(f"{place}: not in {file}: {_short(text)}")
        else:
            found += [f"{place}: {wrong}: {_short(text)}" for wrong in _problems_of(message)]
    if notebooks and stale:
        unsaid = [message.id for message in catalogue if message.id and message.id not in wanted]
        found += [f"{file}: nothing says this any more: {_short(text)}" for text in unsaid]
    return found


def _problems_of(message: Message) -> list[str]:
    source, text = str(message.id), str(message.string)
    if not text:
        return ["not translated"]
    if message.fuzzy:
        return ["marked fuzzy, so compare it with its source and take the mark away"]
    ours, theirs = (Counter(_FIELD.findall(side)) for side in (source, text))
    if ours.keys() != theirs.keys():
        return [f"the translation has the fields {sorted(theirs)} and its source {sorted(ours)}"]
    return []


def update(language: str, notebooks: Path | None) -> tuple[int, int]:
    """Bring a catalogue up to date; what is no longer said is dropped.

    A text that changed a little keeps its old translation, marked fuzzy.

    Returns:
        Number of messages, and of those that wait for a translator.
    """
    template = Catalog()
    for text in messages(notebooks):
        template.add(text)
    catalogue = _read(language)
    catalogue.update(template, update_header_comment=False)
    plain = Catalog(locale=language, fuzzy=False, header_comment="")
    waiting = 0
    for message in catalogue:
        if message.id:
            waiting += bool(_problems_of(message))
            added = plain.add(message.id, message.string)
            added.flags = message.flags & {"fuzzy"}
    with (CATALOGUES / f"{language}.po").open("wb") as file:
        write_po(file, plain, width=0, omit_header=True)
    return len(plain), waiting


def _read(language: str) -> Catalog:
    path = CATALOGUES / f"{language}.po"
    if not path.is_file():
        return Catalog(locale=language)
    return read_po(BytesIO(path.read_bytes()), locale=language)


def _short(text: object) -> str:
    return f"{str(text)[:60]!r}"
