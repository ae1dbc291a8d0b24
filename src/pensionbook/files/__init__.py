"""Files on disk: digests, the cache, archives, and outputs that are swapped into place.

It knows nothing of pensions; any room but `data` may import it. Begin reading with ``staging.py``.
"""
