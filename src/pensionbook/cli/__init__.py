"""What a user types, and nothing else: options in, one call, words out.

No room may import it. Begin reading with ``main.py``.
"""
