"""An audited package for whoever works in Python: verdicts with reasons, bounds, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from pensionbook.data.load import load_package
from pensionbook.data.package import Package
from pensionbook.data.periods import is_period
from pensionbook.engine import reconcile as engine
from pensionbook.engine.results import Bound, Verdict
from pensionbook.engine.system import Quantity
from pensionbook.errors import ParameterError, nearest, quote
from pensionbook.report.audit import (
    AUDIT_COLUMNS,
    BOUNDS_COLUMNS,
    all_verdicts,
    audit_rows,
    bounds_rows,
    verdict_counts,
    write_tables,
)
from pensionbook.report.reasons import because

if TYPE_CHECKING:
    import pandas as pd

_TROUBLED = ("inconsistent", "disputed", "truncated")
_ENDS = ("implied_low", "implied_high", "low", "high")
Terms = Mapping[Quantity, int | Fraction]


@dataclass(frozen=True, slots=True, repr=False)
class Judgement(Verdict):
    """A verdict that knows its package, and so can say its reason in words.

    Attributes:
        figure: the printed figure.
        printed: what is printed, with its unit and qualifier.
        verdict: ``inconsistent``, ``disputed``, ``truncated``, ``consistent`` or ``untested``.
        implied: what the others allow, a :class:`Bound` in the printed unit.
        repairs: the smallest sets of figures one of which must be wrong, where it is in conflict.
    """

    package: Package = field(kw_only=True, compare=False)

    @property
    def why(self) -> str:
        """The reason in one sentence, with the figures and assumptions it rests on."""
        return because(self, self.package)


class Audit:
    """What :func:`reconcile` gives: a verdict on each figure, proved bounds on each quantity.

    Attributes:
        package: the data package.
        verdicts: by the figure's id, each with ``printed``, ``verdict``, ``implied`` and ``why``;
            superseded figures are among them.
        bounds: of every quantity that a figure or an identity mentions, in base units.
        result: the reconciled system, as the other rooms of the library take it.
    """

    def __init__(self, result: engine.Reconciliation) -> None:
        self.result = result
        self.package = result.package
        self.bounds = result.bounds
        self.verdicts = {
            verdict.figure.figure_id: _judgement(verdict, result.package)
            for verdict in all_verdicts(result)
        }

    def __repr__(self) -> str:
        counts = verdict_counts(self.result)
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        return f"Audit of {self.package.label}: {told or 'no figures'}; {len(self.bounds)} bounds"

    def _repr_html_(self) -> str:
        table = self.table()
        troubled = table[table["verdict"].isin(_TROUBLED)]
        shown = troubled.to_html(index=False, na_rep="") if len(troubled) else ""
        return f"<p>{escape(repr(self))}</p>{shown}"

    def table(self) -> pd.DataFrame:
        """The rows of audit.csv: a figure each, in the package's order.

        Columns ``figure_id, locator, printed, unit, verdict, implied_low, implied_high, because``.
        ``printed`` is text, as printed; the ends are numbers in the printed unit, rounded outward,
        NaN where nothing bounds them or no proof was found.
        """
        return _table(AUDIT_COLUMNS, audit_rows(self.result))

    def bounds_table(self) -> pd.DataFrame:
        """The rows of bounds.csv: a quantity each.

        Columns ``indicator, group, area, period, low, high, unit, figures``; the ends are numbers
        in base units, rounded outward, NaN where nothing bounds them.
        """
        return _table(BOUNDS_COLUMNS, bounds_rows(self.result))

    def write(self, folder: str | Path) -> None:
        """Write audit.csv and bounds.csv into a folder, as ``pensionbook audit`` does.

        Raises:
            BuildError: the folder cannot be written.
        """
        write_tables(self.result, Path(folder))

    def bound(self, quantity: Quantity | Terms, per: Quantity | Terms | None = None) -> Bound:
        """Proved bounds of a quantity, of a sum, or of a quotient of two.

        All figures are used jointly, so the bounds of a difference are tighter than the
        difference of bounds. A quantity that nothing mentions is unbounded.

        Args:
            quantity: a quantity, or a factor for each of several: ``{end: 1, start: -1}``.
            per: what to divide by, likewise.

        Raises:
            ParameterError: an id is not in the package's tables, or a period cannot be read.

        >>> audit = pb.reconcile(pb.load("data/example-county-2004"))
        >>> start, end = (
        ...     pb.Quantity("contributors", "all", "example_county", period)
        ...     for period in ("2000", "2004")
        ... )
        >>> audit.bound({end: 1, start: -1}, per=start)
        -0.11565126 to -0.11555842 (rests on 3 figures)
        """
        numerator = self._terms(quantity)
        return self.result.bound(numerator, None if per is None else self._terms(per))

    def _terms(self, told: Quantity | Terms) -> Terms:
        terms = {told: 1} if isinstance(told, Quantity) else told
        for quantity in terms:
            if not isinstance(quantity, Quantity):
                raise ParameterError(
                    f"found {quote(str(quantity))} for a quantity; write "
                    'Quantity("contributors", "all", "tianjin", "2000"), or a factor for each: '
                    "{Quantity(...): 1, Quantity(...): -1}"
                )
            for column, table in _TABLES.items():
                name, known = getattr(quantity, column), getattr(self.package, table)
                if name not in known:
                    raise ParameterError(
                        f"{column} {quote(str(name))} is not in {table}.csv of "
                        f"{self.package.name}{nearest(str(name), known)}; write one of its ids"
                    )
            period = quantity.period
            if not isinstance(period, str):
                raise ParameterError(
                    f"period {period!r} is no text; write it as text, {str(period)!r}"
                )
            if not is_period(period):
                raise ParameterError(f"period {quote(period)} is not written YYYY or YYYY-MM")
        return terms


_TABLES = {"indicator": "indicators", "group": "groups", "area": "areas"}


def reconcile(
    package: Package | str | Path,
    *,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    time_limit: float | None = None,
) -> Audit:
    """Audit a package: which printed figures agree, and what they prove together.

    Args:
        package: a data package, or its folder.
        jobs: processes to use where there are many independent parts.
        progress: called with (parts done, parts in all).
        time_limit: seconds after which no more proofs are looked for: what is not proved by then
            is told so. By default there is no limit.

    Raises:
        PackageError: the package in the folder has problems; all of them are listed.

    >>> audit = pb.reconcile(pb.load("data/example-county-2004"))
    >>> audit
    Audit of example-county-2004: 1 inconsistent, 9 consistent, 2 untested; 15 bounds
    >>> audit.verdicts["staff_2004"]
    staff_2004: 6.13 10k_person: inconsistent; the others allow 6.310101 to 6.3104525 10k_person
    >>> print(audit.verdicts["staff_2004"].why)
    printed 6.13 × 10,000 persons, the others allow 6.31 to 6.32 × 10,000 persons (from
    public_staff_2002, public_staff_growth, non_public_staff_2004, non_public_staff_change,
    staff_growth; by employees_by_owner)
    >>> audit.table()[["figure_id", "printed", "verdict", "implied_low"]].tail(2)
           figure_id printed       verdict  implied_low
    10    staff_2004    6.13  inconsistent      6.31010
    11  staff_growth    4.30    consistent      4.29919
    """
    if not isinstance(package, Package):
        package = load_package(package)
    return Audit(engine.reconcile(package, jobs=jobs, progress=progress, time_limit=time_limit))


def _judgement(verdict: Verdict, package: Package) -> Judgement:
    told = {column.name: getattr(verdict, column.name) for column in fields(verdict)}
    return Judgement(**told, package=package)


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(rows, columns=list(columns))
    for column in table.columns.intersection([*_ENDS]):
        # A cell is empty or "unproved" where there is no end.
        table[column] = pd.to_numeric(table[column], errors="coerce")
    return table
