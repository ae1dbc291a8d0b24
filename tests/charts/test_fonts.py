"""Charts and covers come from the package's font files, whatever fonts the system has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import matplotlib
import pytest
from fontTools.ttLib import TTFont

pytestmark = pytest.mark.slow

_DRAWN = """
import hashlib, json, os
from matplotlib import font_manager
from chart_tables import draw
from pensionbook import charts
from pensionbook.printing.imprint import Imprint, words_of
from pensionbook.printing.pdf import picture_of_cover

# Which of two fonts of one name comes first is chance; here it is the one of the system.
home = os.environ["XDG_DATA_HOME"]
font_manager.fontManager.ttflist.sort(key=lambda entry: not entry.fname.startswith(home))
drawn = {}
for language, title in (("en", "Who pays"), ("zh_CN", "\\u517b\\u8001\\u4fdd\\u9669 1999")):
    figure = draw("bars", language)
    cover = picture_of_cover(Imprint(title, edition="Tianjin"), words_of(language), language)
    kinds = {"svg": charts.svg(figure), "png": charts.png(figure), "cover": cover}
    for kind, content in kinds.items():
        drawn[f"{language} {kind}"] = hashlib.sha256(content).hexdigest()
print(json.dumps([drawn, sorted(entry.fname for entry in font_manager.fontManager.ttflist)]))
"""


def decoy(source: Path, family: str, folder: Path) -> Path:
    """A font by the name of another, in a folder of fonts."""
    font = TTFont(source)
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = family
    path = folder / f"{family.replace(' ', '')}.ttf"
    font.save(path)
    return path


def drawn(home: Path) -> tuple[dict[str, str], list[str]]:
    """Digests of charts and covers by language, and the fonts that matplotlib knows."""
    run = subprocess.run(
        [sys.executable, "-c", _DRAWN],
        cwd=Path(__file__).parents[1],
        env=os.environ
        | {"XDG_DATA_HOME": str(home), "MPLCONFIGDIR": str(home / "matplotlib")}
        | {"TYPST_FONT_PATHS": str(home / "fonts"), "SOURCE_DATE_EPOCH": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    digests, known = json.loads(run.stdout)
    return digests, known


def test_a_font_of_the_same_name_in_the_system_changes_nothing(tmp_path: Path) -> None:
    plain, other = tmp_path / "plain", tmp_path / "other"
    for home in (plain, other):
        (home / "fonts").mkdir(parents=True)
    package = find_spec("mplfonts")
    assert package is not None
    assert package.origin is not None
    chinese = Path(package.origin).parent / "fonts" / "SimHei.ttf"
    latin = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSerif.ttf")
    decoys = [
        *(decoy(chinese, f"Noto {kind} CJK SC", other / "fonts") for kind in ("Sans", "Serif")),
        decoy(latin, "DejaVu Sans", other / "fonts"),
        *(decoy(latin, f"Source {kind} Pro", other / "fonts") for kind in ("Sans", "Serif")),
    ]
    before, _ = drawn(plain)
    after, known = drawn(other)
    assert {str(path) for path in decoys} <= set(known)
    assert len(set(before.values())) == 6
    assert after == before
