"""Problems of a data package."""

from pensionbook.errors import Problem
from pensionbook.reading import RawPackage


def check_raw_package(raw: RawPackage) -> list[Problem]:
    """The problems of a package that has been read."""
    return raw.problems
