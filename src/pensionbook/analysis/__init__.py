"""What a section of the report computes: a report in, tables and measures out, no drawing.

One module a section; notebooks, `printing`, `editions` and `cli` may import it. Begin reading with
``trends.py``.
"""
