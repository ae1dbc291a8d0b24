"""Kernels for notebooks, forked from a process that has the slow imports behind it."""
