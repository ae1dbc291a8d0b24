"""A data package from its folder: :func:`load_package` gives the tables, :func:`check_package` the
problems.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from pensionbook.data.check import Problems, check_raw_package
from pensionbook.data.evidence import folder_of, names_of
from pensionbook.data.package import Area, Figure, Group, Identity, Indicator, Package, Term, Unit
from pensionbook.data.periods import release_date
from pensionbook.data.read import read_package
from pensionbook.data.readings import STRUCTURE, parts_of_structure, sum_of_structure
from pensionbook.data.tables import OPTIONAL_TABLES, REQUIRED_TABLES, RawPackage, RawTable
from pensionbook.data.todo import to_do
from pensionbook.data.vintages import LATEST, split_by_vintage
from pensionbook.errors import PackageError, ParameterError, Problem, quote


def load_evidence(package: Package, name: str) -> Package:
    """One of the packages that a package names.

    Raises:
        ParameterError: it does not name it.
        PackageError: it cannot be read.
    """

    if name not in package.evidence:
        named = ", ".join(package.evidence) or "none"
        raise ParameterError(
            f"{package.name} names no evidence {name!r} in its datapackage.yaml; it names: {named}"
        )
    return load_package(folder_of(package.path, name), check=False)


def check_package(path: str | Path) -> Problems:
    """All problems of a data package at once; an empty list when there are none.

    Structure, types and constraints are checked with frictionless against our Table Schemas, and
    what the tables say with rules of our own. Bad data never raises.

    Args:
        path: the folder that holds datapackage.yaml.

    >>> pb.check("data/example-county-2004")
    example-county-2004: no problems: 12 figures, 2 identities
    >>> pb.check("data/example-country-2004").table()[["file", "mend"]]
                   file                                       mend
    0  datapackage.yaml  give the folder that holds datapackage.yaml
    """
    raw = read_package(path)
    problems = check_raw_package(raw)
    name = str(raw.descriptor.get("name", raw.path))
    if problems:
        count = len(problems)
        return Problems(problems, summary=f"{name}: {count} problem{'s' * (count != 1)}")
    figures = len(raw.tables["figures"].rows)
    identities = len({row[0] for row in raw.tables["identities"].rows})
    summary = (
        f"{name}: no problems: {figures} figure{'s' * (figures != 1)}, "
        f"{identities} identit{'y' if identities == 1 else 'ies'}"
    )
    return Problems(summary=summary, to_do=to_do(raw))


def load_package(
    source: str | Path | RawPackage, *, check: bool = True, vintage: str = LATEST
) -> Package:
    """Read a data package.

    Args:
        source: the folder that holds datapackage.yaml, or what was read of it already.
        check: run the whole check first; without it only files that cannot be read at all and
            numbers that cannot be parsed are noticed.
        vintage: which figure is in force where a quantity was published more than once: of each
            the latest up to this vintage (``revised``: the latest of all; ``preliminary``: the
            first published).

    Raises:
        PackageError: the package has problems; all of them are listed.
        ParameterError: there is no such vintage.

    >>> pb.load("data/example-county-2004")
    Package example-county-2004: 12 figures, 2 identities
    """
    raw = source if isinstance(source, RawPackage) else read_package(source)
    problems = check_raw_package(raw) if check else raw.problems
    if problems:
        raise PackageError(problems)
    files = {
        name: raw.tables[name].file if name in raw.tables else f"{name}.csv"
        for name in OPTIONAL_TABLES
    }
    parameters = _own_parameters(raw)
    rows, structures = _figures(raw.tables["figures"])
    figures, superseded = split_by_vintage(rows, vintage)
    return Package(
        path=raw.path,
        name=str(raw.descriptor.get("name", "")),
        title_en=str(raw.descriptor.get("title", "")),
        title_zh=str(raw.descriptor.get("title_zh", "")),
        created=release_date(raw.descriptor.get("created")),
        figures=figures,
        superseded=superseded,
        identities=(*_identities(raw), *structures),
        indicators={row["id"]: Indicator(**row) for row in raw.tables["indicators"].records()},
        groups={row["id"]: Group(**row) for row in raw.tables["groups"].records()},
        areas={row["id"]: Area(**row) for row in raw.tables["areas"].records()},
        units=_units(raw),
        tables={
            name: tuple(raw.tables[name].records()) if name in raw.tables else ()
            for name in OPTIONAL_TABLES
        },
        sha256=raw.sha256,
        evidence=tuple(names_of(raw.descriptor)),
        area=parameters.get("area", ""),
        parameters=parameters,
        changes=() if vintage == LATEST else (f"as of {vintage} figures",),
        files=files,
        required_files={name: raw.tables[name].file for name in REQUIRED_TABLES},
        word=raw.word,
        scenarios=raw.scenarios,
        translations={
            (row["language"], row["text"]): row["translation"]
            for row in (
                raw.tables["translations"].records() if "translations" in raw.tables else ()
            )
        },
    )


def _own_parameters(raw: RawPackage) -> dict[str, str]:
    own = raw.descriptor.get("pensionbook")
    parameters = own.get("parameters") if isinstance(own, dict) else None
    found = parameters if isinstance(parameters, dict) else {}
    return {str(name): str(value) for name, value in found.items()}


def _figures(table: RawTable) -> tuple[list[Figure], list[Identity]]:
    """The figures, and the sums that structures among them state."""
    figures: list[Figure] = []
    sums: list[Identity] = []
    for line, record in zip(table.lines, table.records(), strict=True):
        figure = Figure(**record, row=line)
        if figure.statistic != STRUCTURE:
            figures.append(figure)
            continue
        parts = parts_of_structure(figure)
        figures += parts
        sums.append(sum_of_structure(figure, parts))
    return figures, sums


def _identities(raw: RawPackage) -> tuple[Identity, ...]:
    rows: dict[str, list[dict[str, str]]] = {}
    coefficients = _numbers(raw.tables["identities"], "coefficient")
    terms: dict[str, list[Term]] = {}
    for record, coefficient in zip(raw.tables["identities"].records(), coefficients, strict=True):
        place = (record[key] for key in ("indicator", "group", "area", "period", "base_period"))
        rows.setdefault(record["identity_id"], []).append(record)
        terms.setdefault(record["identity_id"], []).append(Term(coefficient, *place))
    return tuple(
        Identity(identity_id, tuple(terms[identity_id]), first["assumption"], first["why"])
        for identity_id, (first, *_) in rows.items()
    )


def _units(raw: RawPackage) -> dict[str, Unit]:
    scales = _numbers(raw.tables["units"], "scale")
    return {
        record["id"]: Unit(
            id=record["id"],
            name_en=record["name_en"],
            name_zh=record["name_zh"],
            base=record["base"],
            scale=scale,
            whole=record["whole"] == "yes",
        )
        for record, scale in zip(raw.tables["units"].records(), scales, strict=True)
    }


def _numbers(table: RawTable, column: str) -> list[Fraction]:
    place = table.columns.index(column)
    numbers = []
    for line, row in zip(table.lines, table.rows, strict=True):
        try:
            numbers.append(Fraction(row[place]))
        except (ValueError, ZeroDivisionError):
            found, mend = f"found {quote(row[place])}", "write a number such as 10000 or 1/3"
            raise PackageError([Problem(table.file, line, column, found, mend)]) from None
    return numbers
