"""Which editions a batch has: the parts of an area, and those of them that are left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pensionbook.data.tables import RawPackage
from pensionbook.errors import BuildError, PackageError, ParameterError, listed, nearest
from pensionbook.notebooks.source import PERIODS, Value

EACH = ("area",)
_FOLDER = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
_CONTRIBUTORS = "contributors"


def check_each(name: str) -> None:
    """Check what editions are to be told apart by.

    Raises:
        ParameterError: a batch cannot be built by that.
    """
    if name not in EACH:
        raise ParameterError(
            f"--each {name}: a batch cannot be built by that{nearest(name, EACH)}; "
            f"write one of: {listed(EACH)}"
        )


def parts_of(
    raw: RawPackage,
    values: Mapping[str, Value],
    only: Sequence[str] = (),
    reserved: Sequence[str] = (),
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The areas of a batch, and the reasons for which the other parts are left out.

    An area takes part if the package prints the number that the report counts at both of its
    dates; without them the report would have nothing to say.

    Args:
        values: of the parameters; their ``area`` is the whole.
        only: the parts that are wanted, checked to be among them.
        reserved: names of folders that stand beside those of the editions.

    Raises:
        ParameterError: the area has no parts, or one that is wanted is none of them.
        BuildError: the id of a part cannot name a folder.
    """
    for table in ("areas", "figures"):
        if table not in raw.tables:
            raise PackageError(raw.problems)
    whole = str(values.get("area", ""))
    parts = [row["id"] for row in raw.tables["areas"].records() if row["parent"] == whole]
    if not parts:
        raise ParameterError(
            f"--each area: areas.csv has no area with the parent {whole!r}; name the parent of "
            "the editions' areas with -p area=..., or leave out --each"
        )
    for name in only:
        if name not in parts:
            raise ParameterError(
                f"--only {name}: not a part of {whole}{nearest(name, parts)}; "
                f"write one or more of: {listed(parts)}"
            )
    for name in parts:
        if not _FOLDER.fullmatch(name) or name in reserved:
            raise BuildError(
                f"areas.csv: the id {name!r} cannot name the folder of an edition; use small "
                f"letters, digits and single hyphens or underscores, and none of "
                f"{listed(list(reserved))}"
            )
    counted = str(values.get("counted", _CONTRIBUTORS))
    printed = {
        (row["area"], row["period"])
        for row in raw.tables["figures"].records()
        if (row["indicator"], row["group"], row["statistic"]) == (counted, "all", "level")
    }
    dates = [str(values[name]) for name in PERIODS if name in values]
    chosen, left_out = [], {}
    for name in parts:
        lacking = [date for date in dates if (name, date) not in printed]
        if lacking:
            left_out[name] = f"no printed figure of {counted} for {listed(lacking)}"
        else:
            chosen.append(name)
    return tuple(chosen), left_out
