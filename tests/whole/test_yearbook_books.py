"""The official yearbooks as reports: the nation in both languages, and a province."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from pensionbook.book.contents import reading_order
from projects import PROGRAM, ROOT

pytestmark = pytest.mark.slow

PACKAGE = ROOT / "data" / "nbs-yearbooks"
NATION, PROVINCE = "china", "liaoning"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Editions of the nation and of a province, built one after the other."""
    folder = tmp_path_factory.mktemp("yearbooks")
    for area, *languages in ((NATION,), (PROVINCE, "--language", "en")):
        command = [str(PROGRAM), "build", str(PACKAGE), "-p", f"area={area}", "--output", area]
        run = subprocess.run(
            [*command, "--format", "html", *languages],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
    return {area: folder / area for area in (NATION, PROVINCE)}


def named(book: Path) -> dict[str, dict[str, object]]:
    """The values of an edition by name."""
    values = json.loads((book / "values.json").read_text(encoding="utf-8"))["values"]
    return {value["id"]: value for value in values}


@pytest.mark.parametrize(
    ("area", "language"), [(NATION, "en"), (NATION, "zh_CN"), (PROVINCE, "en")]
)
def test_every_page_is_there(books: dict[str, Path], area: str, language: str) -> None:
    for page in reading_order(ROOT / "book"):
        assert (books[area] / language / "html" / f"{page}.html").stat().st_size > 5000


def test_each_speaks_of_its_own_area_and_counts_the_insured(books: dict[str, Path]) -> None:
    index = {area: book / "en" / "html" / "index.html" for area, book in books.items()}
    texts = {area: path.read_text(encoding="utf-8") for area, path in index.items()}
    assert "Liaoning" in texts[PROVINCE]
    assert "Liaoning" not in texts[NATION]
    chinese = (books[NATION] / "zh_CN" / "html" / "index.html").read_text(encoding="utf-8")
    assert "全国" in chinese
    for area, book in books.items():
        values = named(book)
        assert "insured" in str(values["counted"]["text"]), area
        assert values["contributors_last"]["figures"], area


def test_the_audit_of_the_package_is_the_same_in_both(books: dict[str, Path]) -> None:
    audits = [
        json.loads((book / "notebooks" / "en" / "06_audit.ipynb").read_text(encoding="utf-8"))
        for book in books.values()
    ]
    assert audits[0] == audits[1]
    assert (books[NATION] / "audit.csv").read_bytes() == (
        books[PROVINCE] / "audit.csv"
    ).read_bytes()
    levels = {area: named(book)["contributors_last"]["text"] for area, book in books.items()}
    assert levels[NATION] != levels[PROVINCE]
