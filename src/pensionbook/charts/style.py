"""Fonts, colours and typesetting of the charts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.patheffects as effects
from matplotlib import font_manager, rc_context
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text

from pensionbook.data.signs import chart_fonts
from pensionbook.errors import ChartError

WIDTH_INCHES = 7.2
DPI = 200
INK, FAINT, GRID, PAPER = "#222222", "#5a5a5a", "#dedede", "#ffffff"
HATCH = "/////"
MOST_HUES = 4

# Okabe and Ito's colours.
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, YELLOW = "#E69F00", "#56B4E9", "#F0E442"

# One group has one colour, dash and marker throughout, so that grey print tells them apart too.
_LOOKS: dict[str, tuple[str, Any, str]] = {
    "all": (INK, "solid", "o"),
    "public": (BLUE, "solid", "s"),
    "non_public": (VERMILION, (0, (5, 1.6)), "D"),
    "state": (SKY, "solid", "v"),
    "collective": (YELLOW, (0, (1, 1.2)), "P"),
    "foreign": (GREEN, (0, (4, 1.5, 1, 1.5)), "^"),
    "private_individual": (PURPLE, (0, (1, 1.2)), "X"),
    "other": (ORANGE, (0, (7, 2)), "v"),
    "pension_payments": (BLUE, "solid", "o"),
    "fiscal_subsidy": (VERMILION, (0, (5, 1.6)), "D"),
}
_SPARE: tuple[tuple[str, Any, str], ...] = (
    (BLUE, "solid", "o"),
    (VERMILION, (0, (5, 1.6)), "D"),
    (GREEN, (0, (4, 1.5, 1, 1.5)), "^"),
    (PURPLE, (0, (1, 1.2)), "s"),
)
# Where the parts alone would need more hues than a chart may have, they take their group's.
_PARENT = {
    "state": "public",
    "collective": "public",
    "foreign": "non_public",
    "private_individual": "non_public",
    "other": "non_public",
}

_SETTINGS: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.facecolor": "none",
    "axes.labelcolor": FAINT,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.8,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": PAPER,
    "font.size": 9,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.9,
    "savefig.facecolor": PAPER,
    "svg.fonttype": "path",
    "svg.hashsalt": "pensionbook",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": FAINT,
    "xtick.labelsize": 8.5,
    "xtick.major.size": 0,
    "ytick.color": FAINT,
    "ytick.labelsize": 8.5,
    "ytick.major.size": 0,
}


@cache
def _families() -> list[str]:
    """The fonts of both languages, those in front first.

    The files are known by names of our own: by a family's name matplotlib would take whatever
    font of that name the system has.
    """
    return [_registered(path) for path in chart_fonts()]


def _registered(path: Path) -> str:
    """The name by which matplotlib knows a file of a regular font, and no other."""
    # A hyphen would begin the size in what matplotlib reads as a pattern.
    name = f"pensionbook {path.stem.replace('-', ' ')}"
    entry = font_manager.FontEntry(fname=str(path), name=name, weight=400, size="scalable")
    font_manager.fontManager.ttflist.append(entry)
    return name


@contextmanager
def style() -> Iterator[None]:
    """The charts' settings while a figure is made or drawn; nothing stays set afterwards."""
    settings: Any = _SETTINGS | {"font.family": _families()}
    with rc_context(settings):
        yield


# -- colours ------------------------------------------------------------------------------------


def looks(identifiers: Sequence[str]) -> dict[str, tuple[str, Any, str]]:
    """Colour, dash and marker of each series: fixed for known groups, else the next free one.

    Raises:
        ChartError: they need more than four hues.
    """
    ids = list(dict.fromkeys(identifiers))
    found = {name: _LOOKS[name] for name in ids if name in _LOOKS}
    taken = {look[0] for look in found.values()}
    spare = [look for look in _SPARE if look[0] not in taken]
    unknown = [name for name in ids if name not in found]
    if len(taken - {INK}) + len(unknown) > MOST_HUES or len(unknown) > len(spare):
        raise ChartError(
            f"{len(ids)} series need more than {MOST_HUES} hues; draw fewer of them, "
            "or small multiples"
        )
    found |= dict(zip(unknown, spare, strict=False))
    return {name: found[name] for name in ids}


def fills(identifiers: Sequence[str]) -> dict[str, str]:
    """Colour of each bar by group; a group's own, its parent's, or blue when there are too many."""
    ids = list(dict.fromkeys(identifiers))
    try:
        return {name: look[0] for name, look in looks(ids).items()}
    except ChartError:
        parents = {name: _PARENT.get(name, name) for name in ids}
        if all(parent in _LOOKS for parent in parents.values()):
            return {name: _LOOKS[parent][0] for name, parent in parents.items()}
        return {name: INK if name == "all" else BLUE for name in ids}


def tint(colour: str, part: float) -> str:
    """The colour thinned with white: 0 is white, 1 the colour itself."""
    red, green, blue = (1 - part * (1 - channel) for channel in to_rgb(colour))
    return to_hex((red, green, blue))


def readable(colour: str) -> str:
    """The colour darkened until small text in it stands out from white (contrast 4.5 to 1)."""
    rgb = to_rgb(colour)
    while 1.05 / (_luminance(rgb) + 0.05) < 4.5:
        red, green, blue = rgb
        rgb = (red * 0.95, green * 0.95, blue * 0.95)
    return to_hex(rgb)


def on_fill(colour: str) -> str:
    """White or ink, whichever is easier to read on the colour."""
    light = _luminance(to_rgb(colour))
    return PAPER if 1.05 / (light + 0.05) >= (light + 0.05) / 0.065 else INK


def _luminance(rgb: Sequence[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# -- text ---------------------------------------------------------------------------------------

_HAN = "\u3400-\u9fff\uf900-\ufaff"
_AFTER_HAN = re.compile(f"(?<=[{_HAN}]) ?(?=[A-Za-z0-9+\u2013])")
_BEFORE_HAN = re.compile(f"(?<=[A-Za-z0-9%]) ?(?=[{_HAN}])")
# The font's minus and curly quotation marks are as wide as a Chinese character.
_NARROW = str.maketrans({"\u2212": "\u2013", "\u2018": "'", "\u2019": "'"})
_STRAIGHT = str.maketrans({"\u201c": '"', "\u201d": '"'})
_TOKEN = re.compile(
    f"[（《“‘「]*[{_HAN}][，。、；：？！）》”’」％]*"
    f"|(?:[^\\s{_HAN}（《「]|\u2009(?![{_HAN}]))+(?:\u2009[{_HAN}])?[，。、；：）》」]*"
    "|\\S|\\s+"
)


def is_chinese(language: str) -> bool:
    """Whether the language code is a Chinese one."""
    return language.startswith("zh")


def typeset(text: object, language: str) -> str:
    """The text with the signs that the font sets well, and thin spaces around Latin in Chinese."""
    plain = str(text).translate(_NARROW)
    if not is_chinese(language):
        return plain.translate(_STRAIGHT)
    return _BEFORE_HAN.sub("\u2009", _AFTER_HAN.sub("\u2009", plain))


def bolden(text: Text) -> Text:
    """Make a text bold by an outline of its own colour; the font comes in one weight only."""
    width = 0.042 * float(text.get_fontsize())
    text.set_path_effects([effects.withStroke(linewidth=width, foreground=text.get_color())])
    return text


def halo(text: Text) -> Text:
    """Keep a text readable over lines and hatching."""
    text.set_path_effects([effects.withStroke(linewidth=2.4, foreground=PAPER)])
    return text


def tokens(text: str) -> list[str]:
    """Pieces between which a line may break; closing punctuation stays with what it closes."""
    return _TOKEN.findall(text)
