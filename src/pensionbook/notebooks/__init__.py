"""Notebooks found, given their parameters, run in kernels, and kept as results.

It alone knows Jupyter's kernels; `book` and the rooms above may import it. Begin reading with
``run.py``.
"""
