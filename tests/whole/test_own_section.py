"""The page on a section of one's own tells the truth: what it shows is built, and runs again."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from pages import Page
from pensionbook.editions.releases.freeze import release
from projects import EDITION, PROGRAM, ROOT, Project

pytestmark = pytest.mark.slow

PAGE = (ROOT / "book" / "own_section.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^```(markdown|python)\n((?:.*\n)*?)```$", PAGE, re.MULTILINE)
LINE = re.search(r"^```yaml\n(.+\n)```$", PAGE, re.MULTILINE)[1]
PARAMETERS = ["package", "area", "baseline", "as_of", "language", "since"]
NBVAL = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "-W", "ignore")
CHINESE = {
    "# A section of mine": "# 自撰一节",
    "At the reporting date": "截至报告期共有",
    "people paid in. Since": "人缴费。自",
    "their number changed by": "年起变动了",
    "}`.": "}`人。",
}


def write_notebook(folder: Path, instead: Mapping[str, str] = MappingProxyType({})) -> None:
    """The notebook of the page, as the lab would save it, with other texts instead of its own."""
    cells = []
    for kind, source in CELLS:
        for old, new in instead.items():
            source = source.replace(old, new)
        cell = {"cell_type": "markdown", "id": f"c{len(cells)}", "metadata": {}, "source": source}
        if kind == "python":
            cell |= {"cell_type": "code", "execution_count": None, "outputs": []}
            if source.startswith("package ="):
                cell["metadata"] = {"tags": ["parameters"]}
        cells.append(cell | {"source": source.rstrip("\n")})
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "08_mine.ipynb").write_text(json.dumps(content), encoding="utf-8")


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=500, check=False
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small project with the page's notebook, built in English."""
    project = Project.make(tmp_path_factory.mktemp("own") / "project", "ok")
    write_notebook(project.notebooks)
    contents = project.book / "_toc.yml"
    contents.write_text(contents.read_text("utf-8") + LINE.replace("      -", "  -"), "utf-8")
    done = project.build("--format", "html")
    assert done.returncode == 0, done.stderr
    return project


def test_the_page_shows_a_notebook_with_all_that_a_section_has() -> None:
    sources = [source for _, source in CELLS]
    assert [line.split(" = ")[0] for line in sources[1].splitlines()] == PARAMETERS
    for call in ("report.value(", "report.table(", "report.chart(", "report.publish()"):
        assert any(call in source for source in sources), call
    assert LINE.strip() == "- file: notebooks/08_mine"


def test_a_notebook_and_a_line_are_a_section(project: Project) -> None:
    page = project.output / "en" / "html" / "notebooks" / "08_mine.html"
    soup = Page.read(page).soup
    for tip in soup.select(".value-tip"):
        tip.decompose()
    assert " ".join(soup.article.p.get_text().split()) == (
        "At the reporting date 900 people paid in. Since 2000 their number changed by −100."
    )
    assert "At least (persons)" in [cell.get_text() for cell in soup.select("table th")]
    assert any("900" in image["alt"] for image in soup.select("article img"))
    values = json.loads((project.output / "values.json").read_text(encoding="utf-8"))["values"]
    assert {"mine_since", "mine_last", "mine_change"} <= {value["id"] for value in values}


def test_its_parameter_can_be_set(project: Project, tmp_path: Path) -> None:
    done = project.build("-p", "since=2001", "--output", str(tmp_path / "since-2001"))
    assert done.returncode == 0, done.stderr
    values = json.loads((tmp_path / "since-2001" / "values.json").read_text("utf-8"))["values"]
    assert next(value["text"] for value in values if value["id"] == "mine_since") == {"en": "2001"}


@pytest.fixture(params=["moved", "released"])
def published(
    request: pytest.FixtureRequest,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The published notebooks, in an edition that was moved away from its data, or in a release."""
    if request.param == "moved":
        shutil.copytree(project.output, tmp_path / "elsewhere")
        return tmp_path / "elsewhere" / "notebooks" / "en"
    monkeypatch.chdir(tmp_path)
    made = release("spring", project.output, data=project.package, day="2006-03-01")
    shutil.move(made.folder, tmp_path / "fetched")
    return tmp_path / "fetched" / "notebooks" / "en"


def test_published_notebooks_pass_nbval_where_they_lie(published: Path) -> None:
    names = sorted(path.name for path in published.iterdir())
    assert names == ["08_mine.ipynb", "ok.ipynb"]
    # The name of the folder that tells a notebook of a release from that of the project.
    assert (published.parents[1] / "data" / EDITION / "figures.csv").is_file()
    done = run(sys.executable, *NBVAL, *names, cwd=published)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed", done.stdout)
    assert not re.search(r"failed|skipped|error", done.stdout)


def test_nbval_would_see_other_data(project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.output, tmp_path / "altered")
    figures = tmp_path / "altered" / "data" / EDITION / "figures.csv"
    text = figures.read_text(encoding="utf-8")
    figures.write_text(text.replace(",-100,", ",-90,").replace(",-10.0,", ",-9.0,"), "utf-8")
    folder = tmp_path / "altered" / "notebooks" / "en"
    done = run(sys.executable, *NBVAL, "08_mine.ipynb", cwd=folder)
    assert done.returncode == 1
    assert "failed" in done.stdout


def test_nbconvert_and_papermill_run_a_published_notebook(project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.output, tmp_path / "edition")
    folder = tmp_path / "edition" / "notebooks" / "en"
    jupyter = str(PROGRAM.with_name("jupyter"))
    options = ("--to", "notebook", "--execute", "08_mine.ipynb", "--output", "again.ipynb")
    done = run(jupyter, "nbconvert", *options, cwd=folder)
    assert done.returncode == 0, done.stderr
    papermill = str(PROGRAM.with_name("papermill"))
    done = run(papermill, "08_mine.ipynb", "later.ipynb", "-r", "since", "2001", cwd=folder)
    assert done.returncode == 0, done.stderr
    texts = {
        name: json.dumps(json.loads((folder / name).read_text("utf-8"))["cells"][-1]["outputs"])
        for name in ("08_mine.ipynb", "again.ipynb", "later.ipynb")
    }
    assert "mine_last: 900 person" in texts["08_mine.ipynb"]
    assert "mine_last: 900 person" in texts["again.ipynb"]
    assert "mine_since: 2001" in texts["later.ipynb"]


def test_a_section_in_chinese_needs_no_catalogue_either(tmp_path: Path) -> None:
    project = Project.make(tmp_path / "project")
    write_notebook(project.notebooks, CHINESE)
    project.list_pages("notebooks/08_mine")
    (project.book / "index.md").write_text("# 一本书\n\n只有一节。\n", encoding="utf-8")
    # So that the book has the language at all.
    (project.book / "locale" / "zh_CN" / "LC_MESSAGES").mkdir(parents=True)
    done = project.build("--language", "zh_CN")
    assert done.returncode == 0, done.stderr
    page = project.output / "zh_CN" / "html" / "notebooks" / "08_mine.html"
    assert "截至报告期共有" in page.read_text(encoding="utf-8")

    write_notebook(project.notebooks, {**CHINESE, "# A section of mine": "# A section of mine"})
    done = project.build("--language", "zh_CN")
    assert done.returncode == 1
    assert "no translation into zh_CN: 'A section of mine'" in done.stderr


@pytest.fixture
def own_book(built_edition: Path, tmp_path: Path) -> list[str]:
    """The command that builds the project's own book with the page's section in it.

    The other notebooks were run for the edition; their results are taken from its cache.
    """
    shutil.copytree(built_edition.with_name(".cache"), tmp_path / "_build" / ".cache")
    for name in ("book", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    write_notebook(tmp_path / "notebooks")
    contents = tmp_path / "book" / "_toc.yml"
    text = contents.read_text(encoding="utf-8")
    contents.write_text(
        text.replace("      - file: conditions\n", LINE + "      - file: conditions\n")
    )
    folders = ("--notebooks", "notebooks", "--book", "book", "--format", "html")
    return [str(PROGRAM), "build", str(ROOT / "data" / "tianjin-2002"), *folders]


def test_the_projects_own_book_takes_the_section(own_book: list[str], tmp_path: Path) -> None:
    done = run(*own_book, "--language", "en", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    pages = tmp_path / "_build" / "tianjin-2002" / "en" / "html"
    assert "A section of mine" in (pages / "index.html").read_text(encoding="utf-8")
    shown = (pages / "notebooks" / "08_mine.html").read_text(encoding="utf-8")
    assert "people paid in" in shown

    # In two languages what is missing is told, with where to write it.
    done = run(*own_book, cwd=tmp_path)
    assert done.returncode == 1
    told = " ".join(done.stderr.split())
    assert "no translation into zh_CN: 'A section of mine'" in told
    catalogue = "book/locale/zh_CN/LC_MESSAGES/notebooks/08_mine.po"
    assert f"run `make messages` and write what is missing into {catalogue}, or build" in told
    assert "--language en" in told
