"""Tables as charts: bounds drawn as bands and hatched bars, labels beside what they name.

It alone knows matplotlib and computes nothing; notebooks and the rooms from `report` up may import
it. Begin reading with ``bars.py``.

Every table has the columns ``low`` and ``high`` (floats in the unit of the axis; NaN where nothing
bounds that end) and text columns ready to print. Every function returns a figure that carries its
alternative text as ``alt``.
"""

from pensionbook.charts.bars import before_after, bounded_bars, stacked_parts, waterfall
from pensionbook.charts.causes import cause_map
from pensionbook.charts.intervals import shares, whiskers
from pensionbook.charts.lines import bounded_lines, small_multiples
from pensionbook.charts.matrix import matrix
from pensionbook.charts.output import keep, png, show, svg
from pensionbook.charts.scatter import scatter
from pensionbook.charts.sparks import spark_bars, spark_line

__all__ = [
    "before_after",
    "bounded_bars",
    "bounded_lines",
    "cause_map",
    "keep",
    "matrix",
    "png",
    "scatter",
    "shares",
    "show",
    "small_multiples",
    "spark_bars",
    "spark_line",
    "stacked_parts",
    "svg",
    "waterfall",
    "whiskers",
]
