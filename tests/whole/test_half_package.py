"""The report of a package that lacks half its indicators: it builds, and says what is missing."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from pages import dead_links, read_pages
from pensionbook.data.load import check_package
from projects import PROGRAM, ROOT

pytestmark = pytest.mark.slow

# What a page says of an indicator that is lacking.
MISSED = (
    ("contributors", "01_trends", "has no series of contributors; this part is left out"),
    ("employees", "02_causes", "has no employment by ownership; this part is left out"),
    ("migrants_employed", "04_coverage_gaps", "has no figures on migrant workers"),
    ("double_digit_growth_years", "conditions", "Political will: left out"),
)
SOURCE = ROOT / "data" / "tianjin-2002"


def rewrite(path: Path, change) -> None:
    """Pass each row of a table through a function; rows it turns into None are left out."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = reader.fieldnames, [change(row) for row in reader]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if row is not None)


def halved(folder: Path, first: int) -> tuple[Path, set[str]]:
    """A copy of the package without every second indicator, and the ids of those taken out."""
    package = folder / "half"
    shutil.copytree(SOURCE, package)
    shutil.copytree(SOURCE.parent / "nbs-yearbooks", folder / "nbs-yearbooks")
    with (SOURCE / "indicators.csv").open(encoding="utf-8", newline="") as file:
        lost = {row["id"] for row in csv.DictReader(file)}
    lost = set(sorted(lost)[first::2])
    with (SOURCE / "figures.csv").open(encoding="utf-8", newline="") as file:
        kept = {
            row["figure_id"]
            for row in csv.DictReader(file)
            if not {row["indicator"], row["of_indicator"]} & lost
        }
    with (SOURCE / "identities.csv").open(encoding="utf-8", newline="") as file:
        broken = {row["identity_id"] for row in csv.DictReader(file) if row["indicator"] in lost}

    def with_evidence(row):
        named = [name for name in row["figures"].split(";") if name in kept]
        return row | {"figures": ";".join(named)}

    def with_reach(row):
        gone = row["reach_indicator"] in lost
        return row | ({"reach_indicator": "", "reach_group": ""} if gone else {})

    rewrite(package / "indicators.csv", lambda row: None if row["id"] in lost else row)
    rewrite(package / "figures.csv", lambda row: row if row["figure_id"] in kept else None)
    rewrite(package / "identities.csv", lambda row: None if row["identity_id"] in broken else row)
    rewrite(package / "barriers.csv", with_evidence)
    rewrite(package / "measures.csv", with_reach)
    descriptor = package / "datapackage.yaml"
    text = descriptor.read_text(encoding="utf-8")
    descriptor.write_text(text.replace("name: tianjin-2002", "name: half"), encoding="utf-8")
    return package, lost


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both builds keep what they have in common, such as the audit of the evidence."""
    return tmp_path_factory.mktemp("builds")


@pytest.mark.parametrize("first", [0, 1])
def test_the_report_of_half_a_package_says_what_is_missing(
    folder: Path, tmp_path: Path, first: int
) -> None:
    package, lost = halved(tmp_path, first)
    assert check_package(package) == []
    output = tmp_path / "out"
    command = [str(PROGRAM), "build", str(package), "--output", str(output)]
    run = subprocess.run(
        [*command, "--format", "html", "--language", "en"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    html = output / "en" / "html"
    text = {
        path.stem: page.soup.find("article").get_text()
        for path, page in read_pages(html).items()
        if page.soup.find("article")
    }
    for indicator, page, sentence in MISSED:
        assert (sentence in text[page]) == (indicator in lost), indicator
    assert dead_links(html) == []
