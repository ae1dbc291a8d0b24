"""The figures of another package, carrying its name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pensionbook.engine.reconcile import Reconciliation
    from pensionbook.engine.results import Bound
    from pensionbook.engine.system import Quantity


MARK = ":"


class Cited:
    """A reconciliation of another package, whose figures and identities carry its name."""

    def __init__(self, result: Reconciliation) -> None:
        self._result = result
        self.package = result.package
        self.verdicts = result.verdicts

    @property
    def bounds(self) -> dict[Quantity, Bound]:
        """Bounds of every level, as of the reconciliation itself."""
        return {quantity: self._marked(b) for quantity, b in self._result.bounds.items()}

    def bound(self, *terms: Any) -> Bound:
        """The bounds of a form, as of the reconciliation itself."""
        return self._marked(self._result.bound(*terms))

    def bound_under_any_repair(self, *terms: Any, **options: Any) -> Bound:
        """The bounds whichever smallest repair is right."""
        return self._marked(self._result.bound_under_any_repair(*terms, **options))

    def _marked(self, bound: Bound) -> Bound:
        def mark(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(f"{self.package.name}{MARK}{name}" for name in names)

        return replace(bound, figures=mark(bound.figures), identities=mark(bound.identities))
