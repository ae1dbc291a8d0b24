"""The joint system of all printed figures: smallest repairs, verdicts and proved bounds.

It alone knows HiGHS and gmpy2; rooms from `charts` up may import it. Begin reading with
``reconcile.py``: system, problem, repairs, component and results follow one figure to its verdict,
and ``proofs.py`` writes down what proves it.
"""
