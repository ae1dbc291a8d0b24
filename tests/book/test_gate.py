"""The gate on prose: what may be typed, and that a find fails the build with file and line."""

import json
import re
import subprocess
import sys

import pytest

from pensionbook.book.gate import typed_numbers
from projects import Project

RECORD = {
    "id": "fall", "value": 5, "unit": "person", "text": "5", "formula": "a - b",
    "figures": ["first"], "identities": [], "assumptions": ["all <b>paid</b>"], "notebook": "01",
    "place": "notebooks/01.ipynb: cell 3, line 2",
}  # fmt: skip
FIGURE = {
    "id": "first", "locator": "1", "measure": "Contributors", "printed": "5",
    "text": "5", "as_printed": "5",
    "unit": "persons", "read": "5",
    "verdict": "consistent", "implied": "4 to 6", "because": "printed 5",
    "remark": "<script>alert(1)</script>",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In 2001 and in 2002-09 the number fell.", []),
        ("It fell by 4.5% in 2001.", ["4.5%"]),
        ("About 1,604,379 people", ["1,604,379"]),
        ("a fall of −63,629 persons", ["−63,629"]),
        ("see Table 2, Figures 1 to 6 and Section 3", []),
        ("Order No. 259 and 国发〔1997〕26号", []),
        ("截至2002年9月，下降8.48％", ["8.48％"]),
        ("on 22 January 1999 under CC BY 4.0", []),
        ("two of the three groups", []),
        ("the years 1996–2001", []),
        ("a2001b and x3", []),
        ("1899 people", []),  # a number that looks like a year passes; the register catches it
    ],
)
def test_numbers_that_are_not_dates_or_titles_are_found(text, found):
    assert typed_numbers(text) == found


def built(folder, page, values=None):
    """Compile a page with the extension, warnings as errors."""
    source = folder / "source"
    (source / "_data").mkdir(parents=True)
    (source / "conf.py").write_text("extensions = ['myst_parser', 'pensionbook.book.extension']\n")
    (source / "index.md").write_text(page, encoding="utf-8")
    (source / "register.md").write_text("---\norphan:\n---\n# Register\n\n```{register}\n```\n")
    (source / "values.md").write_text("---\norphan:\n---\n# Values\n\n```{values}\n```\n")
    counts = {"inconsistent": 0, "consistent": 1}
    data = {
        "counts": counts,
        "figures": [FIGURE],
        "values": {"fall": RECORD} if values is None else values,
    }
    (source / "_data" / "report.json").write_text(json.dumps(data))
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-b", "html"]
    return subprocess.run(
        [*command, str(source), str(folder / "html")], capture_output=True, text=True, check=False
    )


def test_a_named_value_is_shown_with_its_basis_and_linked(tmp_path):
    run = built(tmp_path, "# Page\n\nIt fell by {value}`fall`.\n")
    assert run.returncode == 0, run.stderr
    html = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert 'href="values.html#value-fall">5</a>' in html
    assert "Formula: a - b. Assumes that all &lt;b&gt;paid&lt;/b&gt;." in html
    values = (tmp_path / "html" / "values.html").read_text(encoding="utf-8")
    assert 'id="value-fall"' in values
    assert 'href="register.html#figure-first"' in values


def test_the_register_has_an_anchor_a_figure_and_escapes_its_texts(tmp_path):
    assert built(tmp_path, "# Page\n\n{value}`fall`, {printed}`first`\n").returncode == 0
    html = (tmp_path / "html" / "register.html").read_text(encoding="utf-8")
    assert 'id="figure-first"' in html
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_verdicts_are_counted_and_absent_ones_said_to_be_absent(tmp_path):
    page = "# Page\n\n{value}`fall`\n\n```{verdicts}\n```\n\n```{register}\n:only: disputed\n```\n"
    run = built(tmp_path, page)
    assert run.returncode == 0, run.stderr
    html = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert re.search(r"<p>all</p></td>\s*<td><p>1</p></td>", html)
    assert "No printed figure of this edition has this verdict." in html


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (
            "# Page\n\n{value}`fall`\n\nIt fell by 4.5%.\n",
            "index.md:5: WARNING: typed number '4.5%'",
        ),
        ("# Page\n\n{value}`fall` {value}`rise`\n", "index.md:3: WARNING: unknown value 'rise'"),
        ("# Page\n\n{value}`fall` {printed}`no`\n", "index.md:3: WARNING: unknown figure 'no'"),
        (
            "# Page\n\nNothing.\n",
            "notebooks/01.ipynb: cell 3, line 2: WARNING: value 'fall' is recorded by 01",
        ),
        ("# 7 things\n\n{value}`fall`\n", "index.md:1: WARNING: typed number '7'"),
    ],
    ids=["typed number", "unknown value", "unknown figure", "unused value", "number in a heading"],
)
def test_a_find_fails_the_build_with_file_and_line(tmp_path, page, message):
    run = built(tmp_path, page)
    assert run.returncode != 0
    assert message.replace("01.ipynb.md", "01.ipynb") in run.stderr.replace(".ipynb.rst", ".ipynb")


@pytest.mark.slow
def test_a_find_in_a_notebook_names_the_cell_as_its_writer_counts(tmp_path):
    project = Project.make(tmp_path / "project", "ok")
    project.edit_cell("ok", "markdown", "\n\nIt fell by 37 persons.")
    run = project.build()
    content = json.loads((project.notebooks / "ok.ipynb").read_text(encoding="utf-8"))
    texts = ["".join(cell["source"]) for cell in content["cells"]]
    (cell,) = [number for number, text in enumerate(texts, 1) if "37" in text]
    line = next(n for n, text in enumerate(texts[cell - 1].splitlines(), 1) if "37" in text)
    assert run.returncode == 1
    assert f"notebooks/ok.ipynb: cell {cell}, line {line}: WARNING: typed number '37'" in run.stderr
