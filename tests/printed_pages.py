"""Pages as the compiler of the book writes them, small and invented, for the printed formats."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

PAGES = ("index", "notebooks/growth", "register", "references")

_FRAME = """<!DOCTYPE html>
<html lang="{language}"><head><title>x</title><script src="theme.js"></script></head>
<body><nav><a href="index.html">Home</a></nav><main><article class="bd-article">
{content}
</article></main><footer>footer of the theme</footer></body></html>
"""
_LINK = '<a class="headerlink" href="#{0}" title="Link">#</a>'
_FORMULA = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML" display="{display}"><mrow><mfrac>'
    "<mi>a</mi><mi>b</mi></mfrac><mo>&#8804;</mo><msub><mi>x</mi><mn>1</mn></msub></mrow></math>"
)

_ENGLISH = {
    "title": "Small report",
    "lead": "In the region",
    "value": "1.90 million",
    "tip": "Bounds: 1 to 2.",
    "findings": "Findings",
    "card": "Contributors",
    "growth": "Growth",
    "section": "By group",
    "figure": "Figure 2.1",
    "table": "Table 2.1",
    "caption": "Growth of the groups",
    "alt": "Public: rises; private: falls",
    "note": "A note at the foot of the page.",
    "box": "Example",
    "register": "Register",
    "measure": "Contributors, all, 1999, level",
    "references": "References",
    "term": "Coverage",
}
_CHINESE = {
    "title": "小报告",
    "lead": "本地区共有",
    "value": "189.9万人",
    "tip": "区间：1至2。",
    "findings": "主要发现",
    "card": "缴费人数",
    "growth": "增长情况",
    "section": "分组情况",
    "figure": "图 2.1",
    "table": "表 2.1",
    "caption": "各组缴费人数的增长",
    "alt": "公有制：上升；非公有制：下降",
    "note": "页下注释一则。",
    "box": "示例",
    "register": "数据登记表",
    "measure": "缴费人数，全部，1999年，水平数",
    "references": "参考文献",
    "term": "覆盖面",
}
WORDS = {"en": _ENGLISH, "zh_CN": _CHINESE}


def write_pages(folder: Path, language: str, rows: int = 120) -> Path:
    """A small compiled book with everything that the printed formats have to cope with.

    Args:
        rows: of the register.
    """
    word = WORDS[language]
    (folder / "_images").mkdir(parents=True)
    (folder / "notebooks").mkdir()
    (folder / "_images" / "growth.png").write_bytes(picture(360, 200))
    (folder / "_images" / "spark.png").write_bytes(picture(90, 30))
    contents = {
        "index": _index(word),
        "notebooks/growth": _growth(word),
        "register": _register(word, rows),
        "references": _references(word),
    }
    for name, content in contents.items():
        text = _FRAME.format(language=language.replace("_", "-"), content=content)
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return folder


def _heading(level: int, name: str, text: str, number: str = "") -> str:
    number = f'<span class="section-number">{number} </span>' if number else ""
    return f"<h{level}>{number}{text}{_LINK.format(name)}</h{level}>"


def _value(word: dict[str, str], page: str) -> str:
    return (
        f'<span class="value"><a class="reference internal" href="{page}#figure-first">'
        f'{word["value"]}</a><span class="value-tip" role="tooltip">{word["tip"]}</span></span>'
    )


def _index(word: dict[str, str]) -> str:
    return f"""
<section id="report">{_heading(1, "report", word["title"])}
<p>{word["lead"]} {_value(word, "register.html")}. <a href="_sources/index.md">Source</a>
<a href="https://example.org/paper">paper</a></p>
<div class="sd-row"><div class="sd-col"><div class="sd-card"><div class="sd-card-body">
<div class="sd-card-title">{word["card"]}</div><p><strong>{_value(word, "register.html")}</strong>
</p><img class="picture" alt="{word["alt"]}" src="_images/spark.png"/><p>{word["lead"]}</p>
</div></div></div></div>
<section id="findings">{_heading(2, "findings", word["findings"])}
<ul class="simple"><li><p>{word["findings"]} <a href="notebooks/growth.html#by-group">
{word["section"]}</a>, <a href="notebooks/growth.html#fig-growth">{word["figure"]}</a>,
<a href="notebooks/growth.html#tbl-growth">{word["table"]}</a></p></li></ul>
<dl class="glossary"><dt id="term-x">{word["term"]}</dt><dd><p>{word["note"]}</p></dd></dl>
<p><a href="#term-x">{word["term"]}</a></p>
<div class="toctree-wrapper"><ul><li><a href="register.html">contents of the web</a></li></ul></div>
</section></section>"""


def _growth(word: dict[str, str]) -> str:
    inline, block = (_FORMULA.format(display=display) for display in ("inline", "block"))
    return f"""
<section id="growth">{_heading(1, "growth", word["growth"], "2.")}
<p>{word["lead"]} <a href="#fig-growth"><span class="std-numref">{word["figure"]}</span></a>,
<a href="#tbl-growth">{word["table"]}</a>, <a href="../references.html#id9">Reiter, 1987</a>
<a class="footnote-reference brackets" href="#note" id="id2" role="doc-noteref">1</a>
<span class="math">{inline}</span>
<code class="docutils literal"><span class="pre">a_b</span></code></p>
<div class="math">{block}</div>
<section id="findings"><span id="by-group"></span>
{_heading(2, "findings", word["section"], "2.1.")}
<div class="cell docutils"><details class="hide above-input"><summary>Show the code</summary>
<div class="cell_input"><div class="highlight"><pre>secret_code()</pre></div></div></details>
<div class="cell_output"><figure id="fig-growth"><a class="image-reference"
href="../_images/growth.png"><img alt="{word["alt"]}" src="../_images/growth.png"/></a>
<figcaption><p><span class="caption-number">{word["figure"]} </span>
<span class="caption-text">{word["caption"]}</span>{_LINK.format("fig-growth")}</p></figcaption>
</figure></div></div>
<div class="pst-scrollable-table-container"><table class="pb-table table" id="tbl-growth">
<caption><span class="caption-number">{word["table"]} </span><span class="caption-text">
{word["caption"]}</span></caption><thead><tr><th class="head text"><p>{word["card"]}</p></th>
<th class="head number"><p>1999</p></th></tr></thead><tbody><tr><td class="text"><p>{word["term"]}
</p></td><td class="number whole"><p>−71,457</p></td></tr></tbody></table></div>
<div class="admonition-x admonition"><p class="admonition-title">{word["box"]}</p>
<p>{word["note"]}</p></div>
<div class="highlight-bash"><div class="highlight"><pre><span></span>make <span>report</span>
</pre></div></div><button class="copybtn">copy</button>
<aside class="footnote brackets" id="note" role="doc-footnote"><span class="label"><span
class="fn-bracket">[</span><a role="doc-backlink" href="#id2">1</a><span
class="fn-bracket">]</span></span><p>{word["note"]}</p></aside></section></section>"""


def _register(word: dict[str, str], rows: int) -> str:
    names = ["first", *(f"a_rather_long_name_of_a_printed_figure_{n}" for n in range(1, rows))]
    body = "".join(
        f'<tr id="figure-{name}"><td><p>三(一)1({position})</p></td>'
        f"<td><p>{word['measure']}</p></td><td><p>{position}.5 %</p></td>"
        f"<td><p>{name}</p></td></tr>"
        for position, name in enumerate(names)
    )
    heads = "".join(f"<th><p>{word[name]}</p></th>" for name in ("box", "card", "value", "term"))
    return f"""
<section id="register">{_heading(1, "register", word["register"])}
<p>{word["note"]}</p><input class="web-only" type="search"/>
<table class="register generated table"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>
</section>"""


def _references(word: dict[str, str]) -> str:
    return f"""
<section id="references">{_heading(1, "references", word["references"])}
<div class="citation-list"><div class="citation" id="id9" role="doc-biblioentry"><span
class="label"><span class="fn-bracket">[</span>Rei87<span class="fn-bracket">]</span></span>
<p>Raymond Reiter. <em>A theory of diagnosis from first principles</em>, 1987.</p></div></div>
</section>"""


def picture(width: int, height: int) -> bytes:
    """A plain PNG picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\x00" + b"\x0b\x4f\x71" * width) * height
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
