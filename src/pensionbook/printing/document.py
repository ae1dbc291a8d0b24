"""From the pages of the web book to one plain tree for print: no navigation, no code, no scripts.

The compiled pages already hold numbers, links, formulas and alternative texts, so the printed
formats need no second compilation; what they show is what the web book shows.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml import html as markup

from pensionbook.book.downloads import download_path
from pensionbook.errors import BuildError
from pensionbook.printing.tables import lay_out

# What a reader of paper cannot use. Pages may mark further parts with the class `web-only`.
_WEB_ONLY = (
    "script",
    "style",
    "form",
    "button",
    "input",
    "select",
    "nav",
    "template",
    "dialog",
    ".headerlink",
    ".value-tip",
    ".cell_input",
    ".toctree-wrapper",
    ".web-only",
    "details.hide",
)
_KEPT_DIVISIONS = ("admonition", "citation", "chapter", "formula", "facts", "fact")
_KEPT_SPANS = ("section-number", "caption-number")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Tables with these classes are too wide for an upright page.
_WIDE_TABLES = {"register", "cited", "values"}
_PARAGRAPHS = {"p"}


@dataclass(frozen=True, slots=True)
class Document:
    """A book as one tree, ready to be printed.

    Attributes:
        chapters: each a ``<div class="chapter">`` in HTML. Every link leads into one of them or to
            another host; every image is named as in ``pictures`` and has a text.
        language: as Sphinx writes it, ``en`` or ``zh_CN``.
        pictures: where the images are, by name.
        drawings: the same as SVG, by the name of the image; only charts have one.
    """

    chapters: tuple[str, ...]
    language: str
    pictures: Mapping[str, Path] = field(default_factory=dict)
    drawings: Mapping[str, Path] = field(default_factory=dict)

    @property
    def html(self) -> str:
        """The chapters one after the other."""
        return "".join(self.chapters)


def gather(pages_folder: Path, pages: Sequence[str], language: str) -> Document:
    """Put the pages of a compiled web book together, cleaned, in reading order.

    Args:
        pages_folder: the book's ``html`` folder.
        pages: names of the pages without ``.html``, ``notebooks/01_trends`` for example.
        language: ``en`` or ``zh_CN``.

    Raises:
        BuildError: a page is missing, a link leads nowhere, or an image has no file or no text.
    """
    chapters = {page: _article(pages_folder, page) for page in pages}
    known: dict[str, str] = {}
    for page, article in chapters.items():
        _strip(article)
        _collect_anchors(page, article, known)
    used: set[str] = set()
    for page, article in chapters.items():
        _relink(page, article, known, used)
    pictures: dict[str, Path] = {}
    drawings: dict[str, Path] = {}
    for page, article in chapters.items():
        _footnotes(article)
        drawings |= _drawings(article, pages_folder)
        _keep_anchors(article, used)
        pictures |= _images(page, article, pages_folder)
        _simplify(article, language)
    texts = tuple(_serialised(article) for article in chapters.values())
    named = {name for text in texts for name in ids(text)}
    missing = sorted(used - named)
    if missing:
        raise BuildError(
            f"nothing in the pages is called {missing[0]!r}, yet a link leads there; mend the link"
        )
    return Document(texts, language, pictures, drawings)


def _article(folder: Path, page: str) -> etree._Element:
    path = folder / f"{page}.html"
    try:
        tree = markup.document_fromstring(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BuildError(f"cannot read the page {path}: {error.strerror}") from error
    found = _select(tree, "article")
    if not found:
        raise BuildError(f"{path} holds no <article>; the printed formats have nothing to print")
    article = found[0]
    article.tail = None
    article.tag = "div"
    article.attrib.clear()
    article.set("class", "chapter")
    return article


def _strip(article: etree._Element) -> None:
    for selector in _WEB_ONLY:
        for element in _select(article, selector):
            element.drop_tree()
    # Labels of citations and notes, and the ways back that they hold.
    for kind in ("div.citation", "aside.footnote"):
        for element in _select(article, kind):
            for label in _select(element, ".label"):
                label.drop_tree()
    for comment in article.xpath(".//comment()"):
        comment.drop_tree()


def _select(tree: etree._Element, selector: str) -> list[etree._Element]:
    """Elements by ``tag``, ``.class`` or ``tag.class``."""
    tag, _, name = selector.partition(".")
    found = tree.iter(tag) if tag else tree.iter()
    return [e for e in found if isinstance(e.tag, str) and (not name or _has_class(e, name))]


def _slug(text: str) -> str:
    """A name that HTML, Typst labels and Word bookmarks all take."""
    return re.sub(r"[^0-9A-Za-z.:_-]+", "-", text).strip("-.:") or "x"


def _collect_anchors(page: str, article: etree._Element, known: dict[str, str]) -> None:
    """Give each anchor a name that is unique in the whole book; `known` maps page#id to it."""
    own = f"page-{_slug(page)}"
    heading = next(article.iter("h1"), None)
    if heading is None:
        raise BuildError(f"the page {page} has no title; begin it with a heading")
    heading.set("id", own)
    known[page] = own
    for section in article.iter("section"):
        title = next((child for child in section if child.tag in _HEADINGS), None)
        if title is None:
            continue
        if title.get("id") is None:
            title.set("id", f"{own}--{_slug(section.get('id', 'x'))}")
        names = [section.attrib.pop("id", None)]
        for span in [child for child in section.iterchildren("span") if _empty(child)]:
            names.append(span.get("id"))
            span.drop_tree()
        known.update({f"{page}#{name}": title.get("id") for name in names if name})
    named = set(known.values())
    for element in article.xpath(".//*[@id]"):
        name = element.get("id")
        if name in named:
            continue
        unique = f"{own}--{_slug(name)}"
        known[f"{page}#{name}"] = unique
        element.set("id", unique)


def _empty(element: etree._Element) -> bool:
    return not len(element) and not (element.text or "").strip()


def _relink(page: str, article: etree._Element, known: dict[str, str], used: set[str]) -> None:
    for link in article.xpath(".//a[@href]"):
        parts = urlsplit(link.get("href"))
        if parts.scheme or parts.netloc:
            link.attrib.pop("title", None)
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
        target = path.removesuffix(".html") if parts.path else page
        name = f"{target}#{unquote(parts.fragment)}" if parts.fragment else target
        if name in known:
            used.add(known[name])
            own = "value" if _has_class(link.getparent(), "value") else None
            link.attrib.clear()
            link.set("href", f"#{known[name]}")
            if own:
                link.set("class", own)
        elif target in known:
            raise BuildError(f"{page} links to {link.get('href')!r}, which leads nowhere")
        else:
            # Downloads and further files of the web book are not part of the printed one.
            link.drop_tag()


def _has_class(element: etree._Element | None, name: str) -> bool:
    return element is not None and name in element.get("class", "").split()


def _footnotes(article: etree._Element) -> None:
    """Footnotes in the form that pandoc takes as such: numbered references, a list at the end."""
    notes = article.xpath('.//aside[@role="doc-footnote"]')
    if not notes:
        return
    section = etree.SubElement(article, "section", role="doc-endnotes")
    section.set("class", "footnotes")
    items = etree.SubElement(section, "ol")
    for note in notes:
        item = etree.SubElement(items, "li", id=note.get("id"))
        item.extend(list(note))
        for reference in article.xpath(f'.//a[@href="#{note.get("id")}"]'):
            for child in list(reference):
                reference.remove(child)
            reference.text = "*"
            reference.set("role", "doc-noteref")
            reference.set("class", "footnote-ref")
        note.drop_tree()


def _keep_anchors(article: etree._Element, used: set[str]) -> None:
    """Drop the anchors that no link needs; the others move where every format keeps them."""
    for element in article.xpath(".//*[@id]"):
        name = element.get("id")
        if name not in used and element.tag != "h1":
            del element.attrib["id"]
        elif element.tag in ("tr", "dt", "li", "p") and element.getparent().get("role") is None:
            if element.tag == "li" and element.getparent().getparent().get("role"):
                continue
            del element.attrib["id"]
            holder = next(element.iter("td", "th"), element) if element.tag == "tr" else element
            holder = next(holder.iterchildren("p"), holder)
            anchor = etree.Element("span", id=name)
            anchor.tail, holder.text = holder.text, None
            holder.insert(0, anchor)


def _images(page: str, article: etree._Element, folder: Path) -> dict[str, Path]:
    pictures = {}
    for image in article.iter("img"):
        source = unquote(image.get("src", ""))
        path = (folder / posixpath.dirname(page) / source).resolve()
        if not path.is_file() or not path.is_relative_to(folder.resolve()):
            raise BuildError(f"{page} shows {source!r}, which is no file of the book")
        text = " ".join(image.get("alt", "").split())
        if not text or posixpath.basename(text) == posixpath.basename(source):
            raise BuildError(
                f"{page} shows {source!r} without alternative text; give the chart its alt="
            )
        small = _has_class(image, "picture")
        image.attrib.clear()
        if small:
            image.set("width", "5cm")
        image.set("src", path.name)
        image.set("alt", text)
        pictures[path.name] = path
    return pictures


def _drawings(article: etree._Element, folder: Path) -> dict[str, Path]:
    """The downloads of charts as SVG, by the name of the image that shows the chart."""
    found: dict[str, Path] = {}
    for figure in _select(article, "figure"):
        path = folder / download_path(figure.get("id", "").rpartition("--")[2], "svg")
        if path.is_file():
            found |= {posixpath.basename(i.get("src", "")): path for i in figure.iter("img")}
    return found


def _simplify(article: etree._Element, language: str) -> None:
    for block in _select(article, "div.highlight"):
        outer = block.getparent()
        text = "".join(block.itertext()).strip("\n")
        replaced = outer if outer.get("class", "").startswith("highlight-") else block
        code = etree.Element("pre")
        code.text, code.tail = text, replaced.tail
        replaced.getparent().replace(replaced, code)
    for code in article.iter("code"):
        _flatten(code)
    for number in _select(article, "span.section-number"):
        number.text = f"{(number.text or '').strip().rstrip('.')} "
    for block in _select(article, "div.math"):
        block.set("class", "formula")
    for title in _select(article, ".admonition-title"):
        title.set("class", "admonition-title")
        _wrap_content(title, "strong")
    for row in _select(article, "div.sd-row"):
        row.set("class", "facts")
        for card in _select(row, "div.sd-card"):
            card.set("class", "fact")
            for title in _select(card, "div.sd-card-title"):
                title.tag = "p"
    for image in article.iter("img"):
        if image.getparent().tag == "div":
            paragraph = etree.Element("p")
            paragraph.tail, image.tail = image.tail, None
            image.getparent().replace(image, paragraph)
            paragraph.append(image)
    for table in article.iter("table"):
        classes = set(table.get("class", "").split())
        lay_out(table, language)
        if classes & _WIDE_TABLES:
            article.set("class", "chapter wide")
    for element in list(
        article.iterdescendants("a", "div", "section", "span", "details", "summary", "aside")
    ):
        _unwrap(element)
    for item in article.iter("li", "dd", "figcaption", "caption"):
        _tighten(item)
    for element in article.iter():
        if element.tag not in ("div", "span", "a", "table", "td", "th", "col", "section"):
            for name in ("class", "style", "title"):
                element.attrib.pop(name, None)
        if element.get("role") == "doc-biblioentry":
            del element.attrib["role"]


def _unwrap(element: etree._Element) -> None:
    classes = element.get("class", "").split()
    if element.tag == "div":
        kept = [name for name in _KEPT_DIVISIONS if name in classes]
        if "admonition" in kept:
            element.set("class", "admonition")
        keep = bool(kept) or element.get("id") is not None
    elif element.tag == "span":
        keep = bool(set(classes) & set(_KEPT_SPANS)) or element.get("id") is not None
    elif element.tag == "a":
        keep = element.get("href") is not None
    else:
        keep = element.get("role") == "doc-endnotes"
    if not keep:
        element.drop_tag()


def _tighten(item: etree._Element) -> None:
    """An item of one paragraph is set without space around it."""
    paragraphs = [child for child in item if child.tag in _PARAGRAPHS]
    if len(paragraphs) == 1 and not (item.text or "").strip():
        paragraphs[0].drop_tag()


def _flatten(element: etree._Element) -> None:
    text = "".join(element.itertext())
    for child in list(element):
        element.remove(child)
    element.text = text


def _wrap_content(element: etree._Element, tag: str) -> None:
    wrapper = etree.Element(tag)
    wrapper.text, element.text = element.text, None
    wrapper.extend(list(element))
    element.append(wrapper)


def _serialised(article: etree._Element) -> str:
    return etree.tostring(article, encoding="unicode", method="html") + "\n"


def ids(text: str) -> list[str]:
    """What elements of a text in HTML are called."""
    return re.findall(r'\bid="([^"]+)"', text)


def headings(document: Document) -> Iterator[tuple[int, str]]:
    """Level and text of each heading, in order."""
    for heading in markup.fragment_fromstring(document.html, create_parent=True).iter(*_HEADINGS):
        yield int(heading.tag[1]), "".join(heading.itertext()).strip()
