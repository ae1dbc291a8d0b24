"""A data package: its tables and words read, checked row by row, and handed over as records.

It computes nothing; any room but `files` may import it. Begin reading with
``load.py``, then ``check.py``.
"""
