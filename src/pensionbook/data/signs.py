"""What may stand in a text: no controls, and in a name only what the charts' fonts can draw."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from pensionbook.errors import ChartError

# Controls, line separators, and marks that turn the direction of what follows.
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# What nearly all names are made of; the fonts have it all.
_COMMON = re.compile("[ -~\u00a1-\u00ac\u00ae-\u017f\u3001-\u3011\u4e00-\u9fa5！-～]*")


@cache
def chart_fonts() -> tuple[Path, ...]:
    """The files of the charts' fonts: Noto Sans CJK, and DejaVu for the few signs it lacks.

    Raises:
        ChartError: one is not installed.
    """
    parts = {
        "mplfonts": ("fonts", "NotoSansCJKsc-Regular.otf"),
        "matplotlib": ("mpl-data", "fonts", "ttf", "DejaVuSans.ttf"),
    }
    found = []
    for name, inside in parts.items():
        package = find_spec(name)
        if package is None or package.origin is None:
            raise ChartError(f"a font of the charts is not installed; install the package {name}")
        path = Path(package.origin).parent.joinpath(*inside)
        if not path.is_file():
            raise ChartError(f"a font of the charts is not in {name}: {path.name}; reinstall it")
        found.append(path)
    return tuple(found)


@cache
def _drawn() -> frozenset[int]:
    # Opened only for what is not common, as it takes half a second.
    from fontTools.ttLib import TTFont

    return frozenset(code for path in chart_fonts() for code in TTFont(path).getBestCmap())


def undrawn(text: str) -> str:
    """The first sign of a text that no font of the charts has; empty if they have all."""
    if _COMMON.fullmatch(text):
        return ""
    return next((sign for sign in text if ord(sign) not in _drawn()), "")
