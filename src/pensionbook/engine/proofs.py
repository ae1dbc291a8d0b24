"""The proofs of an audit as plain data, for a program that trusts none of the engine.

The format is stated in ``docs/proofs.md``; ``tools/prove_check.py`` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gmpy2 import mpq

from pensionbook.data.figures import Interval
from pensionbook.data.package import Package
from pensionbook.engine.problem import OUT_OF_TIME, UNPROVED, End, Repair, RowOf, rows_of
from pensionbook.engine.reconcile import Pass, Reconciliation
from pensionbook.engine.system import (
    ONE,
    Coefficients,
    Own,
    Quantity,
    Share,
    Statement,
    System,
)

FORMAT, VERSION = "pensionbook-proofs", 1
_TABLES = ("figures", "indicators", "groups", "areas", "units", "identities")


def proofs_of(package: Package, results: Sequence[Reconciliation]) -> dict[str, Any]:
    """All that proves an audit, ready to be written as JSON.

    Args:
        package: a checked package.
        results: its reconciliation and those of its superseded figures, made with ``prove``.
    """
    files = {name: package.required_files.get(name, f"{name}.csv") for name in _TABLES}
    return {
        "format": FORMAT,
        "version": VERSION,
        "package": package.name,
        "tables": {
            name: {"file": file, "sha256": package.sha256.get(file, "")}
            for name, file in files.items()
        },
        "systems": [_system(result) for result in results],
    }


def _system(result: Reconciliation) -> dict[str, Any]:
    system = result.system
    passes: list[dict[str, Any]] = []
    observed: dict[int, int] = {}
    for each in result.passes():
        first = each.columns[0]
        passes.append(_pass(system, each, observed.get(first)))
        observed.setdefault(first, len(passes) - 1)
    return {
        "columns": [_name(unknown) for unknown in system.columns],
        "figures": {s.figure.figure_id: _figure(s) for s in system.statements},
        "equations": [
            [e.identity.identity_id, e.identity.assumption, _vector(e.coefficients)]
            for e in system.equations
        ],
        "passes": passes,
    }


def _name(unknown: object) -> str:
    """``contributors all tianjin 2001``; of a share both quantities, of others what they are."""
    if unknown is None:
        return "one"
    if isinstance(unknown, Own):
        return f"{unknown.what}: {' / '.join(map(_name, unknown.of))}"
    if isinstance(unknown, Share):
        return " / ".join(map(_name, unknown))
    return " ".join(unknown) if isinstance(unknown, Quantity) else str(unknown)


def _figure(statement: Statement) -> dict[str, Any]:
    return {
        "forms": [[_vector(side) for side in form] for form in statement.forms],
        "rounded": _interval(statement.reading.rounded),
        "widest": _interval(statement.reading.widest),
    }


def _interval(interval: Interval) -> list[Any]:
    low, high = (None if end is None else str(end) for end in (interval.low, interval.high))
    return [low, high, interval.low_open, interval.high_open]


def _vector(coefficients: Coefficients) -> dict[str, str]:
    return {str(column): str(a) for column, a in coefficients.items()}


def _pass(system: System, each: Pass, after: int | None) -> dict[str, Any]:
    ids = [system.statements[number].figure.figure_id for number in each.statements]
    claims = each.problem.claims
    names = [_row_name(row, ids, each.equations) for row in rows_of(each.problem)]
    local = {column: n for n, column in enumerate(each.columns, 1)}
    answer = each.answer

    def repair(one: Repair) -> list[list[str]]:
        assumptions = [f"assumption: {each.assumptions[n]}" for n in sorted(one.assumptions)]
        removed = [*(ids[n] for n in sorted(one.removed)), *assumptions]
        return [removed, [ids[n] for n in sorted(one.truncated)]]

    def multipliers(proof: Mapping[int, mpq]) -> dict[str, str]:
        return {names[index]: str(y) for index, y in sorted(proof.items())}

    def end(one: End) -> dict[str, Any]:
        proofs: list[dict[str, Any]] = []
        for proof in one.proofs:
            written = {"value": str(proof.value), "multipliers": multipliers(proof.multipliers)}
            if written not in proofs:
                proofs.append(written)
        value = UNPROVED if one.value == OUT_OF_TIME else one.value
        return {"value": None if value is None else str(value), "proofs": proofs}

    def bound(column: int) -> dict[str, Any]:
        strict, under_any = (of[local[column]] for of in (answer.bounds, answer.under_any_repair))
        written: dict[str, Any] = {"column": column}
        for side in ("low", "high"):
            written[side] = end(getattr(strict, side))
            if getattr(under_any, side) != getattr(strict, side):
                written[f"{side}_any_repair"] = end(getattr(under_any, side))
        return written

    return {
        "figures": [name for name, claim in zip(ids, claims, strict=True) if claim.open],
        "after": after,
        "equations": each.equations,
        "proved": answer.proved,
        "all_repairs_checked": answer.all_repairs_checked,
        "conflicts": [multipliers(conflict) for conflict in answer.conflicts],
        "clusters": [[repair(one) for one in cluster.repairs] for cluster in answer.clusters],
        "witnesses": [
            [*repair(one), _point(point, each.columns)] for one, point in answer.witnesses
        ],
        "bounds": [bound(column) for column in each.bounded],
        "implied": {
            ids[n]: {"low": end(span.low), "high": end(span.high)}
            for n, span in answer.implied.items()
        },
    }


def _row_name(row: RowOf, ids: Sequence[str], equations: Sequence[int]) -> str:
    """``contributors_2004/0/low`` for a claim, ``=12`` for an equation, by the system's numbers."""
    if row.claim is None:
        return f"={equations[row.equation or 0]}"
    side = f"{row.side} rounded" if row.narrow else row.side
    return f"{ids[row.claim]}/{row.form}/{side}"


def _point(point: Mapping[int, mpq], columns: Sequence[int]) -> dict[str, str]:
    """The values of the columns where the constant is one, those at zero left out."""
    size = point[ONE]
    return {
        str(column): str(point[n] / size) for n, column in enumerate(columns, 1) if point.get(n)
    }
