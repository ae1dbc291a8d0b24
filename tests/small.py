"""A small package in memory: a few printed figures and identities, reconciled."""

from fractions import Fraction as F
from pathlib import Path
from types import MappingProxyType

from pensionbook.data.package import Area, Figure, Group, Identity, Indicator, Package, Term, Unit
from pensionbook.engine.reconcile import Reconciliation, reconcile
from pensionbook.report.report import Report

FIELDS = (
    "figure_id", "locator", "indicator", "group", "area", "period", "base_period", "statistic",
    "of_indicator", "of_group", "of_area", "printed", "unit", "qualifier", "note",
)  # fmt: skip
UNITS = (
    ("person", "persons", "person", F(1), True),
    ("10k_person", "10,000 persons", "person", F(10_000), False),
    ("percent", "percent", "one", F(1, 100), False),
    ("percentage_point", "percentage points", "one", F(1, 100), False),
    ("one", "one", "one", F(1), False),
    ("rank", "rank", "rank", F(1), True),
)


def figure(figure_id, statistic, printed, unit, **fields):
    row = dict.fromkeys(FIELDS, "") | {
        "figure_id": figure_id, "locator": "1", "indicator": "contributors", "group": "all",
        "area": "town", "period": "2001", "statistic": statistic, "printed": printed,
        "unit": unit, "qualifier": "exact",
    }  # fmt: skip
    return Figure(**(row | fields), row=2)


def level(figure_id, printed, unit="10k_person", **fields):
    return figure(figure_id, "level", printed, unit, **fields)


def identity(identity_id, *terms, assumption="", indicator="contributors"):
    """Terms are (coefficient, group, period) of one indicator in town."""
    written = tuple(Term(F(c), indicator, g, "town", p, "") for c, g, p in terms)
    return Identity(identity_id, written, assumption, "because the test says so")


OWNERSHIP = identity("ownership", (1, "all", "*"), (-1, "public", "*"), (-1, "private", "*"))


def package_of(figures, identities, parents) -> Package:
    """A package that knows contributors in town and whatever the figures speak of."""
    indicators = {"contributors": None} | dict.fromkeys(f.indicator for f in figures)
    groups = dict.fromkeys(("all", "public", "private", *(f.group for f in figures)))
    areas = {"town": None} | dict.fromkeys(f.area for f in figures)
    return Package(
        path=Path("synthetic"),
        name="synthetic",
        title_en="Synthetic",
        title_zh="合成",
        figures=tuple(figures),
        identities=tuple(identities),
        indicators={
            i: Indicator(
                id=i, name_en=i.capitalize(), name_zh="缴费", kind="stock", unit="person",
                definition_en="", definition_zh="",
            )
            for i in indicators
        },
        groups={g: Group(g, g, g, parents.get(g, "")) for g in groups},
        areas={a: Area(a, a.capitalize(), "镇", parents.get(a, "")) for a in areas},
        units={u[0]: Unit(u[0], u[1], u[1], *u[2:]) for u in UNITS},
        tables={},
        sha256={},
    )  # fmt: skip


def audited(*figures, identities=(OWNERSHIP,), parents=MappingProxyType({})) -> Reconciliation:
    """The figures reconciled; ``parents`` says which group or area lies in which."""
    return reconcile(package_of(figures, identities, parents))


def report_of(
    *figures, baseline="1999", as_of="2002-09", identities=(), parents=MappingProxyType({}), **more
) -> Report:
    """The figures as a report on town."""
    result = audited(*figures, identities=identities, parents=parents)
    return Report(result, area="town", baseline=baseline, as_of=as_of, **more)


def falling() -> Report:
    """Contributors of four dates, each known to the person, and nothing else."""
    return report_of(
        level("a", "1000000", "person", period="1999"),
        level("b", "950000", "person", period="2000"),
        level("c", "880000", "person", period="2001"),
        level("d", "790000", "person", period="2002-09"),
    )
