"""Every baseline and reporting date that a package's figures allow gives a report.

What a build does with a choice of parameters is to run the notebooks' cells; here they run in this
process, with no kernel, no picture written and no book, and each bound is proved once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from types import CodeType
from typing import Any

import pytest

from pensionbook.data.load import load_package
from pensionbook.data.package import Figure, Package
from pensionbook.data.periods import end_in_years
from pensionbook.engine.reconcile import Reconciliation, reconcile
from pensionbook.exchange import DATA_MIME, PARAMETERS_TAG
from pensionbook.notebooks.source import SourceNotebook, read_notebooks
from projects import ROOT
from small import OWNERSHIP, figure, level, package_of

Pair = tuple[str, str]
# What a number or a text becomes that is not there.
_NOTHING = re.compile(r"\b(nan|NaN|None|inf)\b")
_YEARBOOKS = "nbs-yearbooks"
_CHOICES = {
    "tianjin-2002": ("tianjin",),
    "example-county-2004": ("example_county",),
    _YEARBOOKS: ("china", "hunan", "tianjin"),
}


class Notebooks:
    """The project's notebooks, ready to run with any parameters."""

    def __init__(self, shown: list[Any]) -> None:
        self._shown = shown
        self._cells = {
            notebook.name: (notebook, list(_cells(notebook)))
            for notebook in read_notebooks(ROOT / "notebooks")
            if not notebook.is_of_package
        }

    def run(self, result: Reconciliation, **values: str) -> dict[str, list[str]]:
        """All texts that each notebook hands over for the parameters."""
        texts = {}
        for name, (notebook, cells) in self._cells.items():
            space: dict[str, Any] = {
                **notebook.defaults,
                **{key: value for key, value in values.items() if key in notebook.defaults},
                "package": result,
            }
            self._shown.clear()
            for body, last in cells:
                exec(body, space)
                if last is not None:
                    self._shown.append(eval(last, space))
            texts[name] = [text for thing in self._shown for text in _texts(thing)]
        return texts


def _cells(notebook: SourceNotebook) -> Iterator[tuple[CodeType, CodeType | None]]:
    """The code of each cell but that with the parameters, and its last expression apart."""
    for number, cell in enumerate(notebook.content["cells"], start=1):
        if cell["cell_type"] != "code" or PARAMETERS_TAG in cell["metadata"].get("tags", ()):
            continue
        tree, last, place = ast.parse("".join(cell["source"])), None, f"{notebook.name}[{number}]"
        if tree.body and isinstance(expression := tree.body[-1], ast.Expr):
            tree.body.pop()
            last = compile(ast.Expression(expression.value), place, "eval")
        yield compile(tree, place, "exec"), last


def _texts(thing: Any) -> Iterator[str]:
    """All that is read of what a cell shows or hands over; not the table behind it."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            if key != DATA_MIME:
                yield from _texts(value)
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from _texts(value)
    elif isinstance(thing, str | float):
        yield str(thing)
    elif hasattr(thing, "_repr_mimebundle_"):
        yield from _texts(thing._repr_mimebundle_())
    elif hasattr(thing, "_repr_markdown_"):
        yield thing._repr_markdown_()


def _remembered(ask: Callable[..., Any]) -> Callable[..., Any]:
    """A method that works each answer out once."""
    found: dict[Any, Any] = {}

    def answer(self: Reconciliation, *terms: Any, **options: Any) -> Any:
        key = (id(self), *(tuple(term.items()) for term in terms), *options.items())
        if key not in found:
            found[key] = ask(self, *terms, **options)
        return found[key]

    return answer


@pytest.fixture(scope="module")
def audited() -> Callable[[Package], Reconciliation]:
    """The audit of a package, made once."""
    known: dict[str, Reconciliation] = {}

    def audit(package: Package) -> Reconciliation:
        if package.name not in known:
            known[package.name] = reconcile(package)
        return known[package.name]

    return audit


@pytest.fixture(scope="module")
def notebooks(audited: Callable[[Package], Reconciliation]) -> Iterator[Notebooks]:
    """The notebooks, what they show caught instead of shown."""
    shown: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", lambda *things, **_: shown.extend(things))
        patch.setattr("pensionbook.charts.output.png", lambda _figure: b"")
        patch.setattr("pensionbook.report.report.reconciled", audited)
        for name in ("bound", "bound_under_any_repair"):
            patch.setattr(Reconciliation, name, _remembered(getattr(Reconciliation, name)))
        yield Notebooks(shown)


def _pairs(package: Package) -> list[Pair]:
    """Each baseline with each reporting date after it."""
    return [
        (baseline, as_of)
        for baseline, as_of in combinations(package.periods, 2)
        if end_in_years(baseline) < end_in_years(as_of)
    ]


def _sample(package: Package, area: str) -> list[Pair]:
    """Each date with the one after it, of many only some, and the longest time."""
    apart = 1 if area == package.area and package.name != _YEARBOOKS else 4
    pairs = set(_pairs(package))
    longest = (package.periods[0], package.periods[-1])
    return [pair for pair in (*pairwise(package.periods), longest) if pair in pairs][::-apart]


def _check(
    notebooks: Notebooks, result: Reconciliation, area: str, pairs: list[Pair], language: str
) -> None:
    counted = result.package.parameters.get("counted", "contributors")
    wrong = []
    for baseline, as_of in pairs:
        choice = f"{result.package.name}, {area}, {baseline} to {as_of}"
        try:
            texts = notebooks.run(
                result,
                area=area,
                baseline=baseline,
                as_of=as_of,
                counted=counted,
                language=language,
            )
        except Exception as error:
            error.add_note(choice)
            raise
        wrong += [
            f"{choice}, {name}: {text}"
            for name, found in texts.items()
            for text in found
            if _NOTHING.search(text)
        ]
    assert not wrong


@pytest.mark.parametrize(
    ("name", "area"), [(name, area) for name, areas in _CHOICES.items() for area in areas]
)
def test_dates_next_to_each_other(
    name: str, area: str, notebooks: Notebooks, audited: Callable[[Package], Reconciliation]
) -> None:
    package = load_package(ROOT / "data" / name, check=False)
    pairs = _sample(package, area)
    assert pairs
    _check(notebooks, audited(package), area, pairs, "en")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "area"), [(name, area) for name, areas in _CHOICES.items() for area in areas]
)
def test_all_dates(
    name: str, area: str, notebooks: Notebooks, audited: Callable[[Package], Reconciliation]
) -> None:
    package = load_package(ROOT / "data" / name, check=False)
    _check(notebooks, audited(package), area, _pairs(package), "zh_CN")


def _town(*figures: Figure) -> Reconciliation:
    parents = {"public": "all", "private": "all"}
    return reconcile(package_of(figures, [OWNERSHIP], parents))


def test_a_group_in_which_nobody_is(notebooks: Notebooks) -> None:
    figures = [
        level(f"{indicator}_{group}_{year}", number, "person", indicator=indicator, group=group,
              period=year)
        for year in ("2001", "2002", "2003")
        for indicator, groups in (
            ("contributors", {"all": "400", "public": "400"}),
            ("employees", {"all": "613", "public": "613", "non_public": "0"}),
        )
        for group, number in groups.items()
    ]  # fmt: skip
    _check(notebooks, _town(*figures), "town", [("2001", "2002"), ("2001", "2003")], "en")


def test_a_rank_says_nothing_of_a_number(notebooks: Notebooks) -> None:
    result = _town(figure("rank", "rank", "3", "rank", period="2002"))
    pairs = [("2001", "2002")]
    _check(notebooks, result, "town", pairs, "en")
    texts = notebooks.run(result, area="town", baseline="2001", as_of="2002", language="en")
    assert any("contributors_last: not recoverable" in text for text in texts["01_trends"])
