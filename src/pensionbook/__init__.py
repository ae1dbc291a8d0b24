"""Reproducible policy reports from printed figures."""

__version__ = "0.1.0"
