"""Reproducible policy reports from printed figures.

What researchers use, each resolved on first use so that nothing slow is imported before::

    import pensionbook as pb

    package = pb.load("data/tianjin-2002")
    audit = pb.reconcile(package)
    pb.diff(audit, pb.reconcile(package.without("contributors_2001_change")))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pensionbook import analysis, charts, projection
    from pensionbook.data.load import check_package as check
    from pensionbook.data.load import load_package as load
    from pensionbook.editions.make import build
    from pensionbook.editions.releases.doubts import diff
    from pensionbook.engine.results import Bound
    from pensionbook.engine.unknowns import Quantity
    from pensionbook.errors import PensionbookError
    from pensionbook.report.audited import reconcile
    from pensionbook.report.report import Report, open_report

__version__ = "0.1.0"

__all__ = [
    "Bound",
    "PensionbookError",
    "Quantity",
    "Report",
    "analysis",
    "build",
    "charts",
    "check",
    "diff",
    "load",
    "open_report",
    "projection",
    "reconcile",
]

# Module and name of each; a type checker reads them above.
_PLACES = {
    "Bound": ("engine.results", "Bound"),
    "PensionbookError": ("errors", "PensionbookError"),
    "Quantity": ("engine.unknowns", "Quantity"),
    "Report": ("report.report", "Report"),
    "build": ("editions.make", "build"),
    "check": ("data.load", "check_package"),
    "diff": ("editions.releases.doubts", "diff"),
    "load": ("data.load", "load_package"),
    "open_report": ("report.report", "open_report"),
    "reconcile": ("report.audited", "reconcile"),
}


if not TYPE_CHECKING:
    # A type checker has the imports above, and would take every name for known by this.
    def __getattr__(name: str) -> object:
        if name in _PLACES:
            module, attribute = _PLACES[name]
            found = getattr(import_module(f"{__name__}.{module}"), attribute)
        elif name in __all__:
            found = import_module(f"{__name__}.{name}")
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
