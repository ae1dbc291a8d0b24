"""Time of our build beside Jupyter Book executing the same notebooks itself, in one run.

python benchmarks/bench_build.py [PACKAGE] [--notebooks FOLDER] [--book FOLDER]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(sys.executable).with_name("pensionbook")
JUPYTER_BOOK = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]


def timed(command: list[str], folder: Path) -> float:
    """Seconds a command takes; a failing command ends the benchmark."""
    begin = time.perf_counter()
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begin
    # Jupyter Book only warns of a notebook that fails.
    if run.returncode or "Executing notebook failed" in run.stdout + run.stderr:
        sys.exit(f"{' '.join(command)}\n{run.stdout[-3000:]}\n{run.stderr[-3000:]}")
    return seconds


def lay_out(folder: Path, package: Path, notebooks: Path, book: Path) -> None:
    """Copy the inputs, so that a benchmark can edit them."""
    # Where the notebooks' own default finds the package, whichever it is.
    default = json.loads(next(notebooks.glob("*.ipynb")).read_text("utf-8"))
    source = next("".join(c["source"]) for c in default["cells"] if c["cell_type"] == "code")
    place = source.split('package = "')[1].split('"')[0]
    shutil.copytree(book, folder / "book")
    shutil.copytree(notebooks, folder / "book" / "notebooks")
    laid = (folder / "book" / "notebooks" / place).resolve()
    shutil.copytree(package, laid)
    descriptor = yaml.safe_load((package / "datapackage.yaml").read_text("utf-8"))
    for name in descriptor.get("pensionbook", {}).get("evidence", []):
        shutil.copytree(package.parent / name, laid.parent / name)
    (folder / "book" / "notebooks").rename(folder / "notebooks")
    shutil.copytree(folder / "notebooks", folder / "book" / "notebooks")


def edit_code(folder: Path) -> None:
    """Change the code of one notebook."""
    path = sorted((folder / "notebooks").glob("*.ipynb"))[0]
    content = json.loads(path.read_text("utf-8"))
    cell = [cell for cell in content["cells"] if cell["cell_type"] == "code"][-1]
    cell["source"] = "# changed\n" + "".join(cell["source"])
    path.write_text(json.dumps(content), encoding="utf-8")


def edit_prose(folder: Path) -> None:
    """Add a sentence to the first page, and its translations."""
    page = folder / "pages" / "index.md"
    page.write_text(page.read_text("utf-8") + "\nOne sentence more.\n", encoding="utf-8")
    for catalogue in (folder / "pages").glob("locale/*/LC_MESSAGES/index.po"):
        text = catalogue.read_text("utf-8") + '\nmsgid "One sentence more."\nmsgstr "又一句。"\n'
        catalogue.write_text(text, encoding="utf-8")


def bench_ours(folder: Path, package: Path) -> dict[str, float]:
    """Our build, all languages and formats: from nothing, again, after edits of code and prose."""
    shutil.copytree(folder / "book", folder / "pages", ignore=shutil.ignore_patterns("notebooks"))
    command = [
        *(str(PROGRAM), "build", str(package)),
        *("--notebooks", str(folder / "notebooks"), "--book", str(folder / "pages")),
    ]
    seconds = {"from nothing": timed(command, folder), "nothing changed": timed(command, folder)}
    edit_code(folder)
    seconds["one notebook's code changed"] = timed(command, folder)
    edit_prose(folder)
    seconds["one sentence changed"] = timed(command, folder)
    return seconds


def bench_jupyter_book(folder: Path, mode: str) -> dict[str, float]:
    """Jupyter Book, which executes the notebooks one after another and does no audit."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    settings["execute"] = {"execute_notebooks": mode, "timeout": -1}
    config = folder / f"_config-{mode}.yml"
    config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    command = [
        *(*JUPYTER_BOOK, str(folder / "book"), "--path-output", str(folder / mode)),
        *("--config", str(config), "--toc", str(folder / "book" / "_toc.yml")),
    ]
    return {"from nothing": timed(command, folder), "nothing changed": timed(command, folder)}


def main() -> None:
    """Run all and print a table of seconds, with ratios to our build."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("package", nargs="?", type=Path, default=ROOT / "data/tianjin-2002")
    arguments.add_argument("--notebooks", type=Path, default=ROOT / "notebooks")
    arguments.add_argument("--book", type=Path, default=ROOT / "book")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        lay_out(folder, given.package.resolve(), given.notebooks, given.book)
        ours = bench_ours(folder, given.package.resolve())
        force = bench_jupyter_book(folder, "force")
        cached = bench_jupyter_book(folder, "cache")
    count = len(list(given.notebooks.glob("*.ipynb")))
    print(f"{given.package.name}: {count} notebooks; seconds (ratio to pensionbook build)")
    print(f"{'':30}{'pensionbook':>14}{'jupyter-book force':>22}{'jupyter-book cache':>22}")
    for case, seconds in ours.items():
        row = f"{case:30}{seconds:14.2f}"
        for other in (force, cached):
            if case in other:
                row += f"{other[case]:14.2f} ({other[case] / seconds:4.1f})"
            else:
                row += f"{'':21}-"
        print(row.rstrip("- ") if case not in force else row)
    print("pensionbook builds every language and format; Jupyter Book one language as web pages.")
    print("pensionbook also audits the figures, checks the package and treats warnings as errors;")
    print("the cache of Jupyter Book looks at code only, so a changed figure would not show.")


if __name__ == "__main__":
    main()
