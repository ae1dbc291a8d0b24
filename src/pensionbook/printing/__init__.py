"""The finished pages as PDF, Word and EPUB.

It alone knows pandoc, Typst and Word; `editions` and `cli` may import it. Begin reading with
``write.py``.
"""
