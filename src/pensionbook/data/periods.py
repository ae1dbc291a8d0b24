"""Periods: ``1999`` is a year (its end, for a stock), ``2002-09`` a month (its end).

Several months of a flow are written as ISO 8601 writes an interval: ``2003-01/09`` (January to
September), ``2003-04/2004-03`` (a fiscal year), ``2001/2005`` (five years).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from fractions import Fraction

_PERIOD = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")
_SPAN = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>0[1-9]|1[0-2]))?"
    r"(?:/(?:(?P<last_year>[0-9]{4})-)?(?P<last_month>0[1-9]|1[0-2])|/(?P<until>[0-9]{4}))?"
)


def is_period(text: str) -> bool:
    """Whether the text is a year or a month, ``YYYY`` or ``YYYY-MM``."""
    return _PERIOD.fullmatch(text) is not None


def months_of(period: str) -> tuple[int, int]:
    """The months of a period as a half-open interval, counted from the year 0.

    >>> months_of("2003-01/09")
    (24036, 24045)

    Raises:
        ValueError: the text is not a period, or ends before it begins.
    """
    match = _SPAN.fullmatch(period)
    if match:
        year, month = int(match["year"]), match["month"]
        first = 12 * year + (int(month) - 1 if month else 0)
        if match["last_month"]:
            end = 12 * int(match["last_year"] or year) + int(match["last_month"])
        elif match["until"]:
            end = 12 * int(match["until"]) + 12
        else:
            end = first + (1 if month else 12)
        # A span begins with a month if it ends with one.
        if end > first and bool(month) == bool(
            match["last_month"] or (month and "/" not in period)
        ):
            return first, end
    raise ValueError(
        f"{period!r} is not a period; write YYYY or YYYY-MM, or several months as 2003-01/09"
    )


def period_of(first: int, end: int) -> str:
    """The period that has these months, written the one way that is allowed.

    >>> period_of(*months_of("2003-01/12"))
    '2003'
    """
    (year, month), (last_year, last) = divmod(first, 12), divmod(end - 1, 12)
    if end - first == 1:
        return f"{year:04}-{month + 1:02}"
    if month == 0 and last == 11:
        return f"{year:04}" if year == last_year else f"{year:04}/{last_year:04}"
    until = f"{last + 1:02}" if year == last_year else f"{last_year:04}-{last + 1:02}"
    return f"{year:04}-{month + 1:02}/{until}"


def shifted(period: str, months: int) -> str:
    """The period so many months later.

    A year or a number of years stays one only if it is moved by whole years.
    """
    first, end = months_of(period)
    return period_of(first + months, end + months)


def end_in_years(period: str) -> Fraction:
    """The end of a period on a time axis in years: ``1999`` is 2000, ``2002-09`` is 2002.75.

    Raises:
        ValueError: the text is not a period.
    """
    return Fraction(months_of(period)[1], 12)


def end_date(period: str) -> date:
    """The last day of a period."""
    year, months = divmod(months_of(period)[1], 12)
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
