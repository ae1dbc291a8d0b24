"""Periods: ``1999`` is a year (its end, for a stock), ``2002-09`` the end of a month."""

from __future__ import annotations

import re
from datetime import date, datetime
from fractions import Fraction

_PERIOD = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")


def is_period(text: str) -> bool:
    """Whether the text is a period, ``YYYY`` or ``YYYY-MM``."""
    return _PERIOD.fullmatch(text) is not None


def end_in_years(period: str) -> Fraction:
    """The end of a period on a time axis in years: ``1999`` is 2000, ``2002-09`` is 2002.75.

    Raises:
        ValueError: the text is not a period.
    """
    match = _PERIOD.fullmatch(period)
    if not match:
        raise ValueError(f"{period!r} is not a period; write YYYY or YYYY-MM")
    year, month = int(match[1]), int(match[2] or 12)
    return year + Fraction(month, 12)


def end_date(period: str) -> date:
    """The last day of a period."""
    after = end_in_years(period)
    year, months = int(after), int((after - int(after)) * 12)
    return date.fromordinal(date(year, months + 1, 1).toordinal() - 1)


def years_between(start: str, end: str) -> Fraction:
    """Length of time between the ends of two periods, in years."""
    return end_in_years(end) - end_in_years(start)


def release_date(created: object) -> date | None:
    """The day of a package's entry ``created``, which YAML may have read already; else None."""
    if isinstance(created, datetime):
        return created.date()
    if isinstance(created, date):
        return created
    try:
        return date.fromisoformat(created) if isinstance(created, str) else None
    except ValueError:
        return None
