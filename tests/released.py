"""Small editions for tests of releases: a synthetic package, and an output as a build leaves it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packages import DESCRIPTOR, write_package
from pensionbook.data.load import load_package
from pensionbook.data.read import read_package
from pensionbook.editions import manifest
from pensionbook.report.audit import write_audit

HEADER = (
    "figure_id,locator,indicator,group,area,period,base_period,statistic,of_indicator,of_group,"
    "of_area,printed,unit,qualifier,note,vintage"
)
IDENTITIES = """\
identity_id,coefficient,indicator,group,area,period,base_period,assumption,why
owners,1,workers,public,town,*,,,Every worker is in one of the two.
owners,1,workers,private,town,*,,,Every worker is in one of the two.
owners,-1,workers,all,town,*,,,Every worker is in one of the two.
"""
PARAMETERS = {"area": "town", "baseline": "2000", "as_of": "2001"}
CODE = {"pensionbook/report/report.py": "0" * 64, "notebooks/01_trends.ipynb": "1" * 64}


def row(
    figure_id: str,
    printed: str,
    *,
    group: str = "all",
    period: str = "2001",
    locator: str = "page 1",
    vintage: str = "",
    unit: str = "person",
) -> str:
    """A line of figures.csv for a level of workers in town."""
    place = f"workers,{group},town,{period},,level,,,"
    return f"{figure_id},{locator},{place},{printed},{unit},exact,,{vintage}"


FIGURES = (
    row("all_2001", "1000"),
    row("public_2001", "600", group="public"),
    row("all_2000", "900", period="2000"),
)


def value(
    name: str,
    low: float | None,
    high: float | None = None,
    *,
    figures: Sequence[str] = (),
    notebook: str = "01_trends",
    **more: Any,
) -> dict[str, Any]:
    """A record of values.json; with one number an exact value."""
    ends = {"value": low} if high is None else {"low": low, "high": high}
    record = {"id": name, "unit": "person", "text": str(low), "formula": "workers[2001]"}
    lists = {"figures": list(figures), "identities": [], "assumptions": []}
    return record | ends | lists | {"notebook": notebook} | more


def word(name: str, text: str) -> dict[str, Any]:
    """A recorded word."""
    formula = "a parameter of this edition"
    return value(name, None, text=text, unit="text", formula=formula) | {"value": text}


VALUES = (
    value("workers_last", 1000, figures=["all_2001"]),
    value("workers_change", 100, figures=["all_2001", "all_2000"]),
    word("pace_finding", "The rise is speeding up."),
)


@dataclass(frozen=True)
class Edition:
    """A built edition and its package."""

    folder: Path
    data: Path


def edition(
    folder: Path,
    figures: Sequence[str] = FIGURES,
    values: Sequence[Mapping[str, Any]] = VALUES,
    *,
    identities: str = IDENTITIES,
    parameters: Mapping[str, Any] = PARAMETERS,
    code: Mapping[str, str] = CODE,
    created: str = "2006-03-01",
    files: Mapping[str, str] | None = None,
) -> Edition:
    """Make a package with these figures in a new folder, and an output beside it.

    The audit is real; the values and the pages are as given.
    """
    folder.mkdir(parents=True)
    data = write_package(folder)
    tables = {
        "figures.csv": "\n".join((HEADER, *figures)) + "\n",
        "identities.csv": identities,
        "barriers.csv": "id,locator,kind,name_en,name_zh,affected,figures,note\n",
        "measures.csv": "id,locator,lever,name_en,name_zh,target_group,responsible,precedent,"
        "barrier,reach_indicator,reach_group,note\n",
        "datapackage.yaml": DESCRIPTOR + (f"created: {created}\n" if created else ""),
    }
    for name, text in tables.items():
        (data / name).write_text(text, encoding="utf-8")
    output = folder / "out"
    write_audit(load_package(data), output)
    pages = {"en/html/index.html": "<p>A report.</p>\n"} if files is None else files
    texts = {"values.json": json.dumps({"values": list(values)}, ensure_ascii=False), **pages}
    for name, text in texts.items():
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_text(text, encoding="utf-8")
    inputs = {f"package/{name}": digest for name, digest in read_package(data).sha256.items()}
    content = {
        "format": manifest.FORMAT,
        "edition": "synthetic-town",
        "parameters": dict(parameters),
        "languages": ["en", "zh_CN"],
        "formats": ["html"],
        "inputs": inputs | dict(code),
        "versions": {"python": "3.11.0"},
        "outputs": manifest.output_digests(output),
    }
    manifest.write(content, output)
    return Edition(output, data)
