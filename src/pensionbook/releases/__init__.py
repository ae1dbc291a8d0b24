"""Releases of an edition, and what one says otherwise than another.

``freeze.py`` makes a release from a built edition, ``compare.py`` says what moved between two
sides, each a release or a built edition, and ``causes.py`` why: it keeps revisions, which are new
data, apart from corrections, which are errors of ours.
"""
