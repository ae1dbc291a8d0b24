"""Parameters of the notebooks: found, checked by name and type, and given their values.

Only the standard library is needed, so that a wrong parameter is told at once.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pensionbook.data.stated import reads_of
from pensionbook.errors import BuildError, NotebookError, ParameterError, listed, nearest
from pensionbook.exchange import PARAMETERS_TAG

Value = str | int | float | bool
PACKAGE = "package"
# An edition keeps its notebooks in notebooks/LANGUAGE and the packages they read in this folder.
DATA = "data"
PERIODS = ("baseline", "as_of")
_TYPES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class SourceNotebook:
    """A notebook as it stands in its folder, with the defaults of its parameters.

    Attributes:
        reads: the optional parts of a package that it states to read; None where it does not say.
    """

    path: Path
    content: dict[str, Any] = field(repr=False)
    defaults: dict[str, Value]
    reads: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """File name without its ending."""
        return self.path.stem

    @property
    def is_of_package(self) -> bool:
        """Whether it is about the whole package, whichever area and period an edition is about.

        Its metadata say so: ``pensionbook: {about: package}``. It runs with the package's own
        parameters, once for all editions.
        """
        own = self.content.get("metadata", {}).get("pensionbook")
        return isinstance(own, dict) and own.get("about") == "package"


def read_notebooks(folder: Path) -> list[SourceNotebook]:
    """All notebooks of a folder, by name.

    Raises:
        BuildError: there is none, or one cannot be read.
        NotebookError: one has no cell tagged ``parameters``, or one that is not plain values, or
            what it states to read is no list of parts.
    """
    paths = sorted(path for path in folder.glob("*.ipynb") if path.name[0] != ".")
    if not paths:
        raise BuildError(f"no notebooks (*.ipynb) in {folder}; name their folder with --notebooks")
    return [read_notebook(path) for path in paths]


def read_notebook(path: Path) -> SourceNotebook:
    """One notebook and the defaults in its tagged cell."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        cells = content["cells"]
    except OSError as error:
        raise BuildError(f"cannot read {path}: {error.strerror}; allow reading it") from error
    except (ValueError, KeyError, TypeError):
        raise BuildError(
            f"{path.name} is not a notebook; open it in JupyterLab and save it as .ipynb (format 4)"
        ) from None
    tagged = [
        (number, cell)
        for number, cell in enumerate(cells, start=1)
        if cell["cell_type"] == "code"
        and PARAMETERS_TAG in cell.get("metadata", {}).get("tags", ())
    ]
    if len(tagged) != 1:
        count = "no code cell" if not tagged else f"{len(tagged)} code cells"
        raise NotebookError(
            path.name,
            None,
            f"{count} tagged {PARAMETERS_TAG!r}; give the tag to exactly one, with the defaults",
        )
    number, cell = tagged[0]
    defaults = _defaults(path.name, number, "".join(cell["source"]))
    if not defaults:
        raise NotebookError(path.name, number, 'no parameters; write lines such as package = "."')
    try:
        reads = reads_of(content.get("metadata", {}))
    except ParameterError as error:
        raise NotebookError(path.name, None, str(error)) from None
    return SourceNotebook(path, content, defaults, reads)


def published_package(edition: str) -> str:
    """The parameter ``package`` of a published notebook: the folder as seen from where it lies."""
    return f"../../{DATA}/{edition}"


def tagged_index(cells: Sequence[Mapping[str, Any]]) -> int:
    """Index of the cell with the defaults of the parameters.

    Raises:
        StopIteration: there is none.
    """
    return next(
        index
        for index, cell in enumerate(cells)
        if cell["cell_type"] == "code"
        and PARAMETERS_TAG in cell.get("metadata", {}).get("tags", ())
    )


def _defaults(notebook: str, number: int, source: str) -> dict[str, Value]:
    def wrong(found: str) -> NotebookError:
        advice = 'write lines such as area = "tianjin", with text, a number, True or False'
        return NotebookError(notebook, number, f"{found} among the parameters; {advice}")

    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise wrong(f"line {error.lineno} is no Python") from None
    defaults: dict[str, Value] = {}
    for statement in tree.body:
        target: ast.expr
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, told = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, told = statement.target, statement.value
        else:
            raise wrong(f"line {statement.lineno} is no assignment")
        try:
            value = ast.literal_eval(told)
        except ValueError:
            value = None
        if not isinstance(target, ast.Name) or type(value) not in _TYPES:
            raise wrong(f"line {statement.lineno} has no plain value")
        defaults[target.id] = value
    return defaults


def resolve_parameters(
    notebooks: Iterable[SourceNotebook],
    edition: Mapping[str, Any],
    given: Mapping[str, str],
) -> dict[str, Value]:
    """The value of every parameter but ``package``: the notebooks' defaults, changed by the
    edition's, changed by those given on the command line.

    Args:
        edition: values from ``datapackage.yaml``.
        given: texts from the command line.

    Raises:
        ParameterError: a name no notebook has, a value of the wrong type, or notebooks that
            disagree on a type.
    """
    defaults: dict[str, Value] = {}
    for notebook in notebooks:
        for name, value in notebook.defaults.items():
            known = defaults.setdefault(name, value)
            if type(known) is not type(value):
                raise ParameterError(
                    f"parameter {name}: {_TYPES[type(value)]} in {notebook.path.name}, "
                    f"{_TYPES[type(known)]} in another notebook; give it one type"
                )
    if PACKAGE in given:
        raise ParameterError(
            f"parameter {PACKAGE}: it is the folder named after `build`; leave out -p {PACKAGE}=..."
        )
    defaults.pop(PACKAGE, None)
    values = dict(defaults)
    for name, value in edition.items():
        place = "pensionbook.parameters in datapackage.yaml"
        values[name] = _typed(name, value, defaults, place)
    for name, text in given.items():
        values[name] = _typed(name, text, defaults, f"-p {name}={text}")
    return values


def split_assignments(texts: Iterable[str]) -> dict[str, str]:
    """Texts ``name=value`` as a dictionary.

    Raises:
        ParameterError: one has no equals sign, or a name is given twice.
    """
    given: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ParameterError(f"-p {text}: not of the form name=value; write -p area=tianjin")
        if name.strip() in given:
            raise ParameterError(f"-p {name.strip()}: given twice; keep one")
        given[name.strip()] = value
    return given


def _typed(name: str, value: Any, defaults: Mapping[str, Value], place: str) -> Value:
    if name not in defaults:
        raise ParameterError(
            f"{place}: no notebook has a parameter {name!r}{nearest(name, defaults)}; "
            f"write one of: {listed(sorted(defaults))}"
        )
    wanted = type(defaults[name])
    try:
        return _convert(value, wanted)
    except ValueError:
        raise ParameterError(
            f"{place}: {name} takes {_TYPES[wanted]}, such as {defaults[name]!r}, not {value!r}"
        ) from None


def _convert(value: Any, wanted: type) -> Value:
    if wanted is bool:
        if isinstance(value, bool):
            return value
        if str(value).lower() not in _TRUTH:
            raise ValueError
        return _TRUTH[str(value).lower()]
    if isinstance(value, bool | list | dict | None):
        raise ValueError
    if wanted is str:
        # YAML reads a year as a number.
        return str(value)
    number = wanted(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError
    if isinstance(value, float) and number != value:
        raise ValueError
    return number


def check_values(
    values: Mapping[str, Value], areas: Iterable[str], dates: Sequence[str] = ()
) -> None:
    """Check the values whose meaning every edition shares: area, periods and language.

    Args:
        areas: the ids in the package's areas.csv.
        dates: the periods that its figures speak of, in order. Where there are fewer than the two
            that a report lies between, any period will do.

    Raises:
        ParameterError: one of them cannot be.
    """
    from pensionbook.data.periods import end_in_years, is_period
    from pensionbook.language.numbers import LANGUAGES

    areas = list(areas)
    area, language = values.get("area"), values.get("language")
    if area is not None and area not in areas:
        raise ParameterError(
            f"area: {area!r} is not in areas.csv{nearest(str(area), areas)}; "
            f"write one of: {listed(sorted(areas))}"
        )
    if language is not None and language not in LANGUAGES:
        raise ParameterError(
            f"language: {language!r} is not known{nearest(str(language), LANGUAGES)}; "
            f"write one of: {listed(LANGUAGES)}"
        )
    periods = {name: str(values[name]) for name in PERIODS if name in values}
    for name, period in periods.items():
        if not is_period(period):
            raise ParameterError(
                f"{name}: {period!r} is no period; write a year such as 1999, "
                "or a year and month such as 2002-09"
            )
    if len(periods) == len(PERIODS):
        baseline, as_of = (periods[name] for name in PERIODS)
        if end_in_years(baseline) >= end_in_years(as_of):
            raise ParameterError(
                f"baseline: {baseline} does not lie before as_of {as_of}; choose an earlier one"
            )
    if len(dates) >= len(PERIODS):
        for name, period in periods.items():
            if period not in dates:
                raise ParameterError(
                    f"{name}: no figure speaks of {period}; write {_usable(name, periods, dates)}"
                )


def _usable(name: str, periods: Mapping[str, str], dates: Sequence[str]) -> str:
    """The dates that one of the two periods may have beside the other one, in words."""
    from pensionbook.data.periods import end_in_years

    baseline, as_of = (periods.get(which) for which in PERIODS)
    usable = [
        date
        for date in dates
        if not (name == "baseline" and as_of and end_in_years(date) >= end_in_years(as_of))
        and not (name == "as_of" and baseline and end_in_years(date) <= end_in_years(baseline))
    ]
    if usable:
        return f"one of: {', '.join(usable)}"
    return f"two of: {', '.join(dates)}"
