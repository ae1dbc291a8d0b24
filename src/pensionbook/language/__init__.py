"""Numbers, dates and messages in the reader's language, and the catalogues they come from.

It knows no package and no engine; rooms from `charts` up may import it. Begin reading with
``numbers.py``.
"""
