"""The pages: staged, compiled by Jupyter Book, and all that they need from Sphinx.

It alone knows Sphinx and docutils; `printing` and the rooms above may import it. Begin reading with
``stage.py``, then ``extension.py``.
"""
