"""An edition asked for, planned, built, swapped into place, released, and built for many regions.

It reads the environment and the clock; only `cli` may import it. Begin reading with
``plan.py``, then ``build.py``.
"""
