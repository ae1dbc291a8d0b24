"""Two audits, releases or built editions compared: what moves if a figure is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pensionbook.data.package import Package
from pensionbook.editions.releases.compare import Comparison, compare
from pensionbook.editions.releases.sides import Side, read_sides
from pensionbook.engine.reconcile import Reconciliation
from pensionbook.errors import ReleaseError
from pensionbook.report.audit import AUDIT_COLUMNS, BOUNDS_COLUMNS, audit_rows, bounds_rows
from pensionbook.report.audited import Audit

Compared = str | Path | Audit | Reconciliation


def diff(old: Compared, new: Compared, *, data: Sequence[str | Path] = ()) -> Comparison:
    """Which verdicts and bounds moved from one audit to another, by how much and why.

    Args:
        old: an audit, or the folder of a release or of a built edition.
        new: the later one, or the one with a figure doubted; a folder if ``old`` is one.
        data: of folders, the data packages that built editions were made from; a release has its
            own.

    Raises:
        ReleaseError: a folder is no edition, was changed or is damaged; the two are of different
            packages, or not of one kind.

    >>> package = pb.load("data/example-county-2004")
    >>> audit = pb.reconcile(package)
    >>> moved = pb.diff(audit, pb.reconcile(package.reading("staff_2004", printed="6.31")))
    >>> moved
    example-county-2004 -> example-county-2004, staff_2004 read as 6.31 10k_person: 1 verdict moved
    >>> moved.verdicts_table()[["figure_id", "old", "new"]]
        figure_id           old         new
    0  staff_2004  inconsistent  consistent
    """
    if isinstance(old, str | Path) and isinstance(new, str | Path):
        return compare(*read_sides(Path(old), Path(new), [Path(folder) for folder in data]))
    if isinstance(old, Audit | Reconciliation) and isinstance(new, Audit | Reconciliation):
        sides = _side(old), _side(new)
        sides[1].check_edition(sides[0].edition)
        return compare(*sides)
    found = " and ".join(type(side).__name__ for side in (old, new))
    raise ReleaseError(
        f"{found} cannot be compared; name two folders of editions or releases, or give two audits "
        "(pensionbook.reconcile makes one of a package)"
    )


def _side(audit: Audit | Reconciliation) -> Side:
    """What an audit says, as a built edition would say it."""
    result = audit.result if isinstance(audit, Audit) else audit
    package: Package = result.package
    verdicts = [dict(zip(AUDIT_COLUMNS, row, strict=True)) for row in audit_rows(result)]
    bounds = [dict(zip(BOUNDS_COLUMNS, row, strict=True)) for row in bounds_rows(result)]
    nothing: dict[str, object] = {"parameters": {}, "inputs": {}, "versions": {}, "outputs": {}}
    return Side(
        folder=package.path,
        label=package.label,
        record=None,
        manifest={"edition": package.name, **nothing},
        values={},
        verdicts={row["figure_id"]: row for row in verdicts},
        bounds={
            (row["indicator"], row["group"], row["area"], row["period"]): row for row in bounds
        },
        package=package,
    )
