"""Formulas as MathML, and which are refused."""

from __future__ import annotations

import pytest

from pensionbook.book.mathml import to_mathml


@pytest.mark.parametrize(
    ("latex", "part"),
    [
        (r"\frac{1}{2}", "<mfrac>"),
        (r"x_i \le \bar{x}", "<msub>"),
        (r"\sum_{i=1}^{n} x_i", "<munderover>"),
        (r"\min_{x \in S} c^{T} x", "<msub>"),
        (r"\text{insured}", "<mtext>insured</mtext>"),
        (r"\{x \mid x \ge 0\}", "&#x0007B;"),
    ],
)
def test_a_formula_becomes_mathml(latex: str, part: str) -> None:
    assert part in to_mathml(latex, block=True)


@pytest.mark.parametrize(
    ("latex", "said"),
    [
        (r"\frac{1}", r"a part is missing \(mfrac\)"),
        (r"\nosuch{a}", r"\\nosuch is not understood"),
        (r"a_b_c", "DoubleSubscripts"),
        (r"\left( a", "ExtraLeftOrMissingRight"),
        (r"a &= b", "an alignment mark or environment is not understood"),
    ],
)
def test_a_formula_that_would_come_out_wrong_is_refused(latex: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        to_mathml(latex)
