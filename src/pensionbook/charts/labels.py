"""What is written round a chart, and where its labels stand: never on one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

Box = tuple[float, float, float, float]
Segment = tuple[tuple[float, float], tuple[float, float]]


class Texts(TypedDict):
    """What is written round a chart.

    Attributes:
        title: what it shows; with ``subtitle`` and ``foot`` in smaller letters.
        alt: the chart in words, for those who do not see it.
        language: code of the language that all of it is in; by default ``en``.
    """

    title: str
    subtitle: NotRequired[str]
    foot: NotRequired[str]
    alt: str
    language: NotRequired[str]


def spread(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Centres as near as possible to the wanted ones, in their order, without overlap.

    Neighbours that would touch are merged into a block at their mean place, then the blocks are
    kept between ``low`` and ``high`` (which gives way when there is too little room).
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    blocks: list[tuple[float, float, list[int]]] = []  # centre, height, members
    for i in order:
        block = (wanted[i], heights[i], [i])
        while True:
            centre, height, members = block
            centre = max(min(centre, high - height / 2), low + height / 2)
            block = (centre, height, members)
            if not blocks or blocks[-1][0] + blocks[-1][1] / 2 <= centre - height / 2:
                break
            under = blocks.pop()
            joint = [*under[2], *members]
            mean = sum(wanted[j] for j in joint) / len(joint)
            block = (mean, under[1] + height, joint)
        blocks.append(block)
    places = [0.0] * len(wanted)
    for centre, height, members in blocks:
        at = centre - height / 2
        for i in members:
            places[i] = at + heights[i] / 2
            at += heights[i]
    return places


@dataclass
class Placer:
    """Chooses places for small labels among taken boxes, marks and lines (one unit throughout)."""

    frame: Box
    segments: Sequence[Segment] = ()

    def __post_init__(self) -> None:
        self.taken: list[Box] = []

    def keep_clear(self, boxes: Iterable[Box]) -> None:
        """Boxes that no label may cover."""
        self.taken += boxes

    def place(self, candidates: Sequence[Box]) -> int | None:
        """The first free candidate that crosses fewest lines; None when none is free."""
        best: tuple[int, int] | None = None
        for position, box in enumerate(candidates):
            if not _inside(box, self.frame) or any(_overlap(box, other) for other in self.taken):
                continue
            crossed = sum(_crosses(segment, box) for segment in self.segments)
            if best is None or crossed < best[0]:
                best = (crossed, position)
        if best is None:
            return None
        self.taken.append(candidates[best[1]])
        return best[1]


def _inside(box: Box, frame: Box) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _overlap(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def _crosses(segment: Segment, box: Box) -> bool:
    """Whether a segment enters a box (clipping it against the four sides)."""
    (x0, y0), (x1, y1) = segment
    enter, leave = 0.0, 1.0
    for start, step, low, high in ((x0, x1 - x0, box[0], box[2]), (y0, y1 - y0, box[1], box[3])):
        if step == 0:
            if not low <= start <= high:
                return False
            continue
        near, far = sorted(((low - start) / step, (high - start) / step))
        enter, leave = max(enter, near), min(leave, far)
    return enter < leave
