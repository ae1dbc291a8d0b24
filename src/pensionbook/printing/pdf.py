"""The report as PDF: pandoc writes Typst, Typst sets it, checks PDF/UA and embeds the fonts."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pensionbook.errors import BuildError
from pensionbook.printing import pandoc
from pensionbook.printing.mathtext import read_aloud
from pensionbook.printing.pandoc import Node, raw_block, raw_inline

if TYPE_CHECKING:
    from pensionbook.printing.document import Document
    from pensionbook.printing.imprint import Imprint, Words

_TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
# Where the installed packages keep the fonts that the template names.
_FONTS = {
    "mplfonts": ("fonts", ("NotoSansCJKsc-Regular.otf", "NotoSerifCJKsc-Regular.otf")),
    "font_source_sans_pro": (
        "files",
        tuple(f"SourceSansPro-{cut}.otf" for cut in ("Regular", "It", "Semibold", "SemiboldIt")),
    ),
    "font_source_serif_pro": (
        "files",
        tuple(f"SourceSerifPro-{cut}.otf" for cut in ("Regular", "It", "Semibold", "SemiboldIt")),
    ),
}
_ACCESSIBLE = "ua-1"
_ARCHIVED = "a-2a"


def typeset(document: Document, tree: Node, imprint: Imprint, words: Words) -> bytes:
    """Set a document as PDF, tagged for PDF/UA-1, and PDF/A-2a where it has a date.

    Args:
        tree: pandoc's tree of the document.

    Raises:
        BuildError: Typst refuses the document; its reasons are listed.
    """
    with tempfile.TemporaryDirectory(prefix="pensionbook-pdf-") as name:
        # Charts are drawn, not painted: sharp at every size, and set faster.
        drawn = {picture: f"{picture}.svg" for picture in document.drawings}
        for picture, path in {**document.pictures, **document.drawings}.items():
            shutil.copyfile(path, Path(name, drawn.get(picture, picture)))
        blocks = _Typst(drawn).blocks(tree["blocks"])
        text = pandoc.run(
            ["--from", "json", "--to", "typst", "--wrap", "none"],
            json.dumps(tree | {"blocks": blocks, "meta": {}}),
        ).decode()
        # PDF/A asks for a date, and a clock's would differ from build to build.
        standards = [_ACCESSIBLE, *([_ARCHIVED] if imprint.released else [])]
        head = _head("report", imprint, words, document.language)
        return _compiled(Path(name), head + text, format="pdf", pdf_standards=standards)


def picture_of_cover(imprint: Imprint, words: Words, language: str) -> bytes:
    """The cover of the PDF as a PNG picture, 1,170 pixels high.

    Raises:
        BuildError: Typst refuses it.
    """
    with tempfile.TemporaryDirectory(prefix="pensionbook-cover-") as name:
        head = _head("only-cover", imprint, words, language)
        return _compiled(Path(name), head, format="png", ppi=100)


def _compiled(folder: Path, text: str, **options: Any) -> bytes:
    import typst

    (folder / "fonts").mkdir()
    for path in font_files():
        (folder / "fonts" / path.name).symlink_to(path)
    shutil.copyfile(_TEMPLATE, folder / "report.typ")
    (folder / "main.typ").write_text(text, encoding="utf-8")
    try:
        return typst.compile(
            str(folder / "main.typ"),
            root=str(folder),
            font_paths=[str(folder / "fonts")],
            ignore_system_fonts=True,
            **options,
        )
    except typst.TypstError as error:
        said = str(error).replace(f"{folder}/", "")
        raise BuildError(f"the PDF cannot be set: {said}") from error


def font_files() -> list[Path]:
    """The fonts that are embedded, wherever the packages are installed.

    Raises:
        BuildError: one is missing.
    """
    found = []
    for package, (folder, names) in _FONTS.items():
        place = find_spec(package)
        if place is None or place.origin is None:
            raise BuildError(
                f"the fonts of the PDF are not installed: pip install {package.replace('_', '-')}"
            )
        for name in names:
            path = Path(place.origin).parent / folder / name
            if not path.is_file():
                raise BuildError(f"the font {name} is not in {package}; install it again")
            found.append(path)
    return found


def _head(function: str, imprint: Imprint, words: Words, language: str) -> str:
    named = {
        "title": imprint.title,
        "subtitle": imprint.subtitle,
        "authors": imprint.authors,
        "edition": imprint.edition,
        "imprint": imprint.note,
        "description": imprint.description,
        "language": language.partition("_")[0],
    }
    lines = [f"  {name}: {_string(value)}," for name, value in named.items()]
    if imprint.released:
        day = imprint.released
        lines.append(f"  date: datetime(year: {day.year}, month: {day.month}, day: {day.day}),")
    terms = ", ".join(
        f"{name}: {_string(getattr(words, name))}" for name in ("contents", "figures", "tables")
    )
    return "\n".join(
        [
            '#import "report.typ": *',
            f"#show: {function}.with(",
            *lines,
            f"  words: ({terms}),",
            ")",
            "",
            "",
        ]
    )


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class _Typst:
    """Rewrites pandoc's tree so that its Typst writer says what the template understands.

    Args:
        drawn: file to show, by the name of the image that it takes the place of.
    """

    def __init__(self, drawn: Mapping[str, str]) -> None:
        self._drawn = drawn

    def blocks(self, blocks: list[Node]) -> list[Node]:
        return [new for block in blocks for new in self._block(block)]

    def _block(self, block: Node) -> list[Node]:
        match block["t"]:
            case "Div":
                return self._division(block)
            case "Figure":
                return self._figure(block)
            case "Table":
                kind = next(iter(pandoc.classes(block)), "plain")
                inner = {"t": "Table", "c": self._inside(block["c"])}
                return [raw_block("typst", f'#ruled("{kind}")['), inner, raw_block("typst", "]")]
            case _:
                return [{**block, "c": self._inside(block["c"])} if "c" in block else block]

    def _inside(self, content: Any) -> Any:
        """Rewrite what stands inside a node: lists of blocks or of inlines, however deep."""
        if isinstance(content, dict) and "t" in content:
            new = self._inline(content)
            return (
                new
                if new is not content or "c" not in content
                else ({**content, "c": self._inside(content["c"])})
            )
        if not isinstance(content, list):
            return content
        if content and all(isinstance(part, dict) and "t" in part for part in content):
            result = []
            for part in content:
                if part["t"] in _BLOCKS:
                    result += self._block(part)
                else:
                    result += self._inlines(part)
            return result
        return [self._inside(part) for part in content]

    def _inline(self, node: Node) -> Node:
        return node

    def _inlines(self, node: Node) -> list[Node]:
        match node["t"]:
            case "Math":
                style, tex = node["c"]
                opening = raw_inline("typst", f"#formula({_string(read_aloud(tex))})[")
                # pandoc's Typst writer loses these spaces and Typst's own with them.
                spaced = tex.replace("\\;", " ").replace("\\:", " ")
                return [opening, {**node, "c": [style, spaced]}, raw_inline("typst", "]")]
            case "Image":
                return [raw_inline("typst", f"#{self._image(node)}")]
            case "Span":
                (name, kinds, _), inside = node["c"]
                anchor = [raw_inline("typst", f"#anchor({_string(name)})")] if name else []
                inside = self._inside(inside)
                if "section-number" in kinds:
                    number = pandoc.plain(inside).strip()
                    inside = [raw_inline("typst", f"#number[{number}]")]
                elif "caption-number" in kinds:
                    inside = [{"t": "Strong", "c": _trimmed(inside)}, {"t": "Space"}]
                return anchor + inside
            case _:
                return [{**node, "c": self._inside(node["c"])} if "c" in node else node]

    def _division(self, block: Node) -> list[Node]:
        (name, kinds, _), inside = block["c"]
        inside = self.blocks(inside)
        label = f"] <{name}>" if name else "]"
        if "chapter" in kinds:
            if "wide" not in kinds:
                return inside
            turn = raw_block("typst", "#set page(flipped: true)")
            return [turn, *inside, raw_block("typst", "#set page(flipped: false)")]
        if "fact" in kinds:
            return [raw_block("typst", "fact["), *inside, raw_block("typst", "],")]
        for kind, function in (("admonition", "boxed"), ("citation", "entry")):
            if kind in kinds:
                opening = raw_block("typst", f"#{function}[")
                return [opening, *inside, raw_block("typst", label)]
        if "facts" in kinds:
            return [raw_block("typst", "#facts("), *inside, raw_block("typst", ")")]
        anchor = [raw_block("typst", f"#anchor({_string(name)})")] if name else []
        return anchor + inside

    def _figure(self, block: Node) -> list[Node]:
        (name, _, _), (_, caption), inside = block["c"]
        image = next(node for node in pandoc.walk(inside) if node["t"] == "Image")
        text = self._inside([{"t": "Plain", "c": part["c"]} for part in caption])
        opening = raw_block(
            "typst",
            f"#figure({self._image(image, '100%')}, kind: image, placement: bottom, caption: [",
        )
        closing = raw_block("typst", f"]) <{name}>" if name else "])")
        return [opening, *text, closing]

    def _image(self, node: Node, width: str = "") -> str:
        (_, _, pairs), inlines, (path, _) = node["c"]
        width = width or dict(map(tuple, pairs)).get("width", "") or "auto"
        alt = _string(pandoc.plain(inlines))
        path = self._drawn.get(path, path)
        return f"image({_string(path)}, width: {width}, alt: {alt})"


_BLOCKS = {
    *("Para", "Plain", "Header", "Div", "Table", "Figure", "BulletList", "OrderedList"),
    *("DefinitionList", "BlockQuote", "CodeBlock", "LineBlock", "RawBlock", "HorizontalRule"),
}


def _trimmed(inlines: list[Node]) -> list[Node]:
    while inlines and inlines[-1]["t"] in ("Space", "SoftBreak"):
        inlines = inlines[:-1]
    return inlines
