"""Verdicts on printed figures, and bounds with what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from pensionbook.data.figures import Interval
from pensionbook.data.package import Figure
from pensionbook.engine.problem import OUT_OF_TIME, UNPROVED, Cluster, End, Repair, Span
from pensionbook.engine.system import Statement, System

VERDICTS = ("inconsistent", "disputed", "truncated", "consistent", "untested")


@dataclass(frozen=True, slots=True)
class Bound:
    """Proved ends of a quantity in its base unit, with what the proofs use.

    An end is ``None`` when nothing bounds it. ``unproved`` is true when an end is missing only
    because no proof was found, ``out_of_time`` where that is for want of time. ``figures`` and
    ``identities`` are ids, in the package's order. The ends are exact fractions; shown they are
    rounded outward.

    >>> audit = pb.reconcile(pb.load("data/example-county-2004"))
    >>> bound = audit.bound(pb.Quantity("contributors", "all", "example_county", "2000"))
    >>> bound
    48,207.819 to 48,212.88 (rests on 3 figures)
    >>> bound.low
    Fraction(183720000, 3811)
    """

    low: Fraction | None
    high: Fraction | None
    figures: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    unproved: bool = False
    out_of_time: bool = False

    @property
    def interval(self) -> Interval:
        """The bound as an interval."""
        return Interval(self.low, self.high)

    def __repr__(self) -> str:
        counts = (
            _counted(len(self.figures), "figure"),
            *([_counted(len(self.assumptions), "assumption")] if self.assumptions else []),
        )
        unproved = ", an end not proved" if self.unproved else ""
        return f"{self.interval} (rests on {', '.join(counts)}{unproved})"


@dataclass(frozen=True, slots=True)
class NamedRepair:
    """What one smallest repair sets aside: ids of figures and texts of assumptions.

    ``truncated`` says how many other figures it reads as truncated.
    """

    figures: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    truncated: int = 0

    def __repr__(self) -> str:
        read = (f"{self.truncated} more read as cut off",) if self.truncated else ()
        return f"<{'; '.join((*self.figures, *self.assumptions, *read)) or 'nothing'}>"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The audit's answer for one printed figure.

    ``implied`` is in the figure's printed unit. ``repairs`` are the smallest repairs of the
    conflict the figure takes part in, those that read fewest others as truncated first.
    ``contradicted`` are assumptions that every smallest repair gives up and that the figure, if it
    is right, excludes together with others.
    """

    figure: Figure
    verdict: str
    implied: Bound
    repairs: tuple[NamedRepair, ...] = ()
    all_repairs_checked: bool = True
    contradicted: tuple[str, ...] = ()

    @property
    def printed(self) -> str:
        """What is printed, with its unit and qualifier."""
        return self.figure.as_printed

    def __repr__(self) -> str:
        implied = f"the others allow {self.implied.interval} {self.figure.unit}".rstrip()
        told = implied if self.implied.figures else "the others say nothing about it"
        return f"{self.figure.figure_id}: {self.printed}: {self.verdict}; {told}"


def _counted(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'s' * (count != 1)}"


def takes_part(claim: int, cluster: Cluster) -> bool:
    return claim in cluster.suspects or claim in cluster.truncated


def verdict_of(claim: int, cluster: Cluster | None, statement: Statement, implied: Bound) -> str:
    if cluster is not None:
        if all(claim in repair.removed for repair in cluster.repairs):
            return "inconsistent"
        if claim in cluster.suspects:
            return "disputed"
        if all(claim in repair.truncated for repair in cluster.repairs):
            return "truncated"
    if statement.says_nothing or not _constrains(implied, statement):
        return "untested"
    return "consistent"


# What each statistic cannot be less than; 0 where nothing is said.
_FLOORS = {"change": None, "growth_change": None, "contribution": None, "growth": Fraction(-1)}


def _constrains(implied: Bound, statement: Statement) -> bool:
    """Whether other figures say more about this one than that a level is not negative."""
    if not implied.figures:
        return False
    low, high = implied.low, implied.high
    if statement.figure.statistic == "direction":
        return (low is not None and low >= 0) or (high is not None and high <= 0)
    floor = _FLOORS.get(statement.figure.statistic, Fraction(0))
    if statement.figure.statistic == "level" and len(statement.forms[0].numerator) > 1:
        floor = None
    says_low = low is not None and (floor is None or low > floor)
    return says_low or high is not None


def named_repairs(
    system: System,
    cluster: Cluster | None,
    statements: Sequence[int],
    assumptions: Sequence[str],
) -> tuple[NamedRepair, ...]:
    """The repairs of a cluster by name; those that differ in what is truncated alone are one."""
    if cluster is None:
        return ()

    ids = [system.statements[n].figure.figure_id for n in statements]

    def named(repair: Repair) -> NamedRepair:
        return NamedRepair(
            tuple(ids[n] for n in sorted(repair.removed)),
            tuple(assumptions[n] for n in sorted(repair.assumptions)),
            len(repair.truncated),
        )

    return tuple(dict.fromkeys(named(repair) for repair in cluster.repairs))


def contradicted(
    claim: int, clusters: Sequence[Cluster], assumptions: Sequence[str]
) -> tuple[str, ...]:
    """The assumptions that a claim helps to exclude, for certain."""
    found = {
        n
        for cluster in clusters
        for n, excluding in cluster.excluding.items()
        if claim in excluding
    }
    return tuple(assumptions[n] for n in sorted(found))


def bound_of(system: System, span: Span, owners: Sequence[int], equations: Sequence[int]) -> Bound:
    ends = (span.low, span.high)
    figures = sorted({owners[n] for end in ends for n in end.claims})
    used = sorted({equations[n] for end in ends for n in end.equations})
    identities = [system.equations[n].identity for n in used]
    return Bound(
        _value(span.low),
        _value(span.high),
        tuple(system.statements[n].figure.figure_id for n in figures),
        tuple(dict.fromkeys(i.identity_id for i in identities)),
        tuple(dict.fromkeys(i.assumption for i in identities if i.assumption)),
        any(end.value in (UNPROVED, OUT_OF_TIME) for end in ends),
        any(end.value == OUT_OF_TIME for end in ends),
    )


def _value(end: End) -> Fraction | None:
    if end.value is None or isinstance(end.value, str):
        return None
    return Fraction(int(end.value.numerator), int(end.value.denominator))


def in_printed_unit(bound: Bound, statement: Statement) -> Bound:
    return replace(
        bound,
        low=None if bound.low is None else statement.as_printed(bound.low, up=False),
        high=None if bound.high is None else statement.as_printed(bound.high, up=True),
    )


def hull(bounds: Sequence[Bound]) -> Bound:
    lows = [b.low for b in bounds if b.low is not None]
    highs = [b.high for b in bounds if b.high is not None]
    return Bound(
        min(lows) if len(lows) == len(bounds) else None,
        max(highs) if len(highs) == len(bounds) else None,
        union(*(b.figures for b in bounds)),
        union(*(b.identities for b in bounds)),
        union(*(b.assumptions for b in bounds)),
        any(b.unproved for b in bounds),
        any(b.out_of_time for b in bounds),
    )


def union(*groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
