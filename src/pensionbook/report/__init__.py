"""What a section of a report is made of: views of a package, named values, tables, words.

Notebooks, `projection`, `analysis` and the rooms above may import it. Begin reading
with ``report.py``.
"""

from pensionbook.report.report import Report, open_report
from pensionbook.report.tables import rows_alt, series_alt, shown
from pensionbook.report.view import CONTRIBUTORS

__all__ = ["CONTRIBUTORS", "Report", "open_report", "rows_alt", "series_alt", "shown"]
