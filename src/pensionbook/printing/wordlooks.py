"""How each style of the Word report looks, by language; sizes and distances in points."""

from __future__ import annotations

from dataclasses import dataclass

ACCENT = "0B4F71"
_INK = "1D2329"
_MUTED = "4D5962"

Fonts = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """One paragraph style.

    Attributes:
        fonts: Latin and East Asian; empty for those of the style it is based on.
        bold: None leaves it to what stands around, a table's head for example.
        line: least distance of the lines; 0 for single spacing.
        keep: the paragraph stays on one page with the next.
        hanging: how far the lines after the first are set in.
    """

    fonts: Fonts | tuple[()] = ()
    size: float = 0
    bold: bool | None = False
    colour: str = _INK
    before: float = 0
    after: float = 0
    line: float = 0
    align: str = "left"
    keep: bool = False
    indent: float = 0
    hanging: float = 0


@dataclass(frozen=True, slots=True)
class Look:
    """The look of a report in one language.

    Attributes:
        body: fonts of what has no others.
        code: fonts of code.
        emphasis: fonts of emphasised words in Chinese.
        size: of the body.
        margins: top, right, bottom, left, in millimetres.
        footer: distance of the page number from the lower edge, in millimetres.
        indented: first lines of paragraphs are set in by two characters.
        number: what stands before and after the number of a page.
        rules: colour of the rules of tables.
    """

    body: Fonts
    code: Fonts
    emphasis: Fonts
    size: float
    margins: tuple[float, float, float, float]
    footer: float
    indented: bool
    language: str
    number: tuple[str, str]
    rules: str
    shapes: dict[str, Shape]


_SANS: Fonts = ("Calibri", "SimHei")
_CODE: Fonts = ("Consolas", "SimSun")
_BODY = Shape(size=11, line=15.5, after=7, align="justify")

_ENGLISH = Look(
    body=("Calibri", "SimSun"),
    code=_CODE,
    emphasis=("Calibri", "KaiTi"),
    size=11,
    margins=(30, 28, 27, 28),
    footer=14,
    indented=False,
    language="en-GB",
    number=("", ""),
    rules=ACCENT,
    shapes={
        "Title": Shape(_SANS, 30, bold=True, colour=ACCENT, before=150, after=12),
        "Subtitle": Shape(_SANS, 15, colour=_MUTED, after=200),
        "Author": Shape(_SANS, 13, bold=True, after=4),
        "Date": Shape(_SANS, 12, after=4),
        "Imprint": Shape(_SANS, 9, colour=_MUTED, before=30),
        "Body Text": _BODY,
        "First Paragraph": _BODY,
        "Compact": Shape(size=11, line=15, after=3),
        "Heading 1": Shape(_SANS, 22, bold=True, colour=ACCENT, after=16, keep=True),
        "Heading 2": Shape(_SANS, 15, bold=True, colour=ACCENT, before=18, after=7, keep=True),
        "Heading 3": Shape(_SANS, 12.5, bold=True, colour=ACCENT, before=13, after=5, keep=True),
        "Heading 4": Shape(_SANS, 11, bold=True, before=9, after=4, keep=True),
        "TOC Heading": Shape(_SANS, 22, bold=True, colour=ACCENT, after=14),
        "TOC 1": Shape(_SANS, 10.5, bold=True, before=5, after=1),
        "TOC 2": Shape(_SANS, 10.5, after=1, indent=16),
        "Caption": Shape(_SANS, 10, before=8, after=6, keep=True),
        "Captioned Figure": Shape(before=8, keep=True),
        "Table Text": Shape(size=9, bold=None),
        "Table Text Small": Shape(size=7.5, bold=None),
        "Definition Term": Shape(_SANS, 11, bold=True, before=8, keep=True),
        "Definition": Shape(size=11, line=15, after=4, indent=16),
        "Bibliography": Shape(size=11, line=15, after=6, hanging=20),
        "Footnote Text": Shape(size=9),
        "Formula": Shape(size=11, before=4, after=6, align="center"),
        "Key Figure": Shape(size=10, after=1),
        "Key Figure Head": Shape(_SANS, 11, bold=True, before=8, after=1, keep=True),
        "Box": Shape(size=11, line=15, after=4, indent=10),
        "Source Code": Shape(_CODE, 8),
        "Header": Shape(size=9, colour=_MUTED),
        "Footer": Shape(size=9, colour=_MUTED, align="center"),
    },
)

_ROMAN = "Times New Roman"
_SMALL_STANDARD: Fonts = (_ROMAN, "方正小标宋简体")
_BLACK: Fonts = (_ROMAN, "黑体")
_REGULAR: Fonts = (_ROMAN, "楷体")
_IMITATION: Fonts = (_ROMAN, "仿宋")
_SONG: Fonts = (_ROMAN, "宋体")
# GB/T 9704: size 3 (16 points), 28 points from line to line, first lines set in by two characters.
_TEXT = Shape(_IMITATION, 16, line=28, align="justify")

_CHINESE = Look(
    body=_IMITATION,
    code=("Consolas", "宋体"),
    emphasis=_BLACK,
    size=16,
    margins=(37, 26, 35, 28),
    footer=28,
    indented=True,
    language="zh-CN",
    number=("— ", " —"),
    rules="000000",
    shapes={
        "Title": Shape(_SMALL_STANDARD, 22, before=150, after=14, align="center"),
        "Subtitle": Shape(_REGULAR, 16, after=200, align="center"),
        "Author": Shape(_IMITATION, 16, after=4, align="center"),
        "Date": Shape(_IMITATION, 16, after=4, align="center"),
        "Imprint": Shape(_SONG, 10.5, colour=_MUTED, before=30),
        "Body Text": _TEXT,
        "First Paragraph": _TEXT,
        "Compact": Shape(_IMITATION, 16, line=28),
        "Heading 1": Shape(_BLACK, 16, before=6, after=6, line=28, keep=True),
        "Heading 2": Shape(_REGULAR, 16, before=6, after=3, line=28, keep=True),
        "Heading 3": Shape(_IMITATION, 16, bold=True, before=3, line=28, keep=True),
        "Heading 4": Shape(_IMITATION, 16, line=28, keep=True),
        "TOC Heading": Shape(_SMALL_STANDARD, 22, after=14, align="center"),
        "TOC 1": Shape(_BLACK, 14, before=5, after=1),
        "TOC 2": Shape(_IMITATION, 14, after=1, indent=28),
        "Caption": Shape(_BLACK, 12, before=8, after=6, align="center", keep=True),
        "Captioned Figure": Shape(before=8, align="center", keep=True),
        "Table Text": Shape(_SONG, 10.5, bold=None),
        "Table Text Small": Shape(_SONG, 8, bold=None),
        "Definition Term": Shape(_BLACK, 16, before=6, line=28, keep=True),
        "Definition": Shape(_IMITATION, 16, line=28, indent=32),
        "Bibliography": Shape(_IMITATION, 14, line=24, hanging=28),
        "Footnote Text": Shape(_SONG, 9),
        "Formula": Shape(size=14, before=4, after=6, align="center"),
        "Key Figure": Shape(_IMITATION, 14, line=22, after=1),
        "Key Figure Head": Shape(_BLACK, 14, before=8, after=1, keep=True),
        "Box": Shape(_REGULAR, 14, line=24, after=2, indent=10),
        "Source Code": Shape(("Consolas", "宋体"), 8),
        "Header": Shape(_SONG, 9, colour=_MUTED),
        "Footer": Shape(_SONG, 14, align="center"),
    },
)

LOOKS = {"en": _ENGLISH, "zh_CN": _CHINESE}
