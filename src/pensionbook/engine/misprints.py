"""Single slips that would explain why a printed figure disagrees with the others.

A candidate is what the figure would have read without one slip of a kind that clerks and
typesetters are known for: one digit wrong, left out or doubled, two neighbours exchanged, the
decimal point moved, a sign lost, another qualifier. It *fits* when its interval meets what the
other figures allow. That a candidate fits does not show that the slip happened: where the others
allow much, many fit, so their number is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from pensionbook.data.figures import HEDGES, Interval, numerals_in, read_figure

KINDS = ("digit", "swapped", "left_out", "doubled", "point", "sign", "qualifier")
MOST_TIMES_WIDER = 2
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Slip:
    """What a figure would have read but for one slip."""

    kind: str
    printed: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Explained:
    """The slips that fit, the plainest kind first, and how many were tried."""

    fitting: tuple[Slip, ...]
    tried: int


def explain_by_slips(
    printed: str, qualifier: str, implied: Interval, *, whole: bool = False
) -> Explained:
    """All single slips after which a printed figure would fit.

    Candidates that say much less than the figure does are not tried: nearly anything fits them.

    Args:
        implied: what the other figures allow, in the printed unit.
        whole: as for :func:`~pensionbook.data.figures.read_figure`.
    """

    def read(slip: Slip) -> Interval:
        return read_figure(slip.printed, slip.qualifier, whole=whole).rounded

    most = _width(read_figure(printed, qualifier, whole=whole).rounded)
    # The same figure is told once, as the plainest slip that leads to it.
    plainest: dict[tuple[str, str], Slip] = {}
    for slip in slips(printed, qualifier):
        plainest.setdefault((slip.printed, slip.qualifier), slip)
    candidates = []
    for slip in plainest.values():
        interval = read(slip)
        width = _width(interval)
        if most is None or (width is not None and width <= MOST_TIMES_WIDER * most):
            candidates.append((slip, interval))
    fitting = tuple(slip for slip, interval in candidates if interval.meets(implied))
    return Explained(fitting, len(candidates))


def _width(interval: Interval) -> Fraction | None:
    if interval.low is None or interval.high is None:
        return None
    return interval.high - interval.low


def slips(printed: str, qualifier: str) -> Iterator[Slip]:
    """Every figure that one slip could have turned into this one, kind by kind.

    A fraction in words has digits only; of a range and of what is no number nothing is tried.
    """
    if len(numerals_in(printed)) != 1:
        return
    for kind, texts in _edits(printed):
        for text in texts:
            if text != printed:
                yield Slip(kind, text, qualifier)
    for other in ("exact", *HEDGES):
        if other != qualifier:
            yield Slip("qualifier", printed, other)


def _edits(printed: str) -> Iterator[tuple[str, list[str]]]:
    sign = printed[0] if printed[0] in "+-" else ""
    body = printed[len(sign) :]
    places = [n for n, character in enumerate(body) if character in _DIGITS]
    yield (
        "digit",
        [
            sign + body[:n] + digit + body[n + 1 :]
            for n in places
            for digit in _DIGITS
            if _stands(body[:n] + digit + body[n + 1 :])
        ],
    )
    if "/" in body:
        return
    yield (
        "swapped",
        [sign + text for n, m in pairwise(places) if _stands(text := _exchanged(body, n, m))],
    )
    yield (
        "left_out",
        [
            sign + text
            for n in range(len(body) + 1)
            for digit in _DIGITS
            if _stands(text := body[:n] + digit + body[n:])
        ],
    )
    yield (
        "doubled",
        [
            sign + text
            for n, m in pairwise(places)
            if body[n] == body[m] and m == n + 1 and _stands(text := body[:n] + body[m:])
        ],
    )
    digits = body.replace(".", "")
    point = body.index(".") if "." in body else len(body)
    yield (
        "point",
        [
            sign + text
            for place in (point - 1, point + 1)
            if 0 < place <= len(digits) and _stands(text := _pointed(digits, place))
        ],
    )
    if not sign:
        yield "sign", [f"-{body}"]
    elif sign == "-":
        yield "sign", [body]


def _exchanged(text: str, n: int, m: int) -> str:
    letters = list(text)
    letters[n], letters[m] = letters[m], letters[n]
    return "".join(letters)


def _pointed(digits: str, place: int) -> str:
    return f"{digits[:place]}.{digits[place:]}" if place < len(digits) else digits


def _stands(body: str) -> bool:
    """Whether a numeral could be printed so: no needless zero before it, not nothing."""
    whole = body.partition(".")[0].partition("/")[0]
    if "/" in body and not int(body.partition("/")[2] or 0):
        return False
    return bool(whole) and (len(whole) == 1 or whole[0] != "0") and body[-1] != "."
