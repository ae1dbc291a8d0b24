"""A formula in TeX, as pandoc writes it, in words and signs that can be read aloud."""

from __future__ import annotations

import re

_SIGNS = {
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "times": "×",
    "cdot": "·", "pm": "±", "infty": "infinity", "in": "in", "sum": "sum", "prod": "product",
    "min": "min", "max": "max", "log": "log", "ln": "ln", "exp": "exp", "to": "to",
    "rightarrow": "to", "Delta": "Delta", "ldots": "…", "dots": "…", "cdots": "…", "ast": "*",
    "mid": "|", "quad": " ", "qquad": " ", "prime": "′", "approx": "≈", "forall": "for all",
    "subset": "subset of", "cup": "union", "cap": "intersection", "lbrack": "[", "rbrack": "]",
    "lbrace": "{", "rbrace": "}", "sqrt": "root of", "top": "transposed", "colon": ":",
}  # fmt: skip
_ACCENTS = {"overline": "upper", "bar": "upper", "underline": "lower", "hat": "hat"}
_TOKENS = re.compile(r"\\([A-Za-z]+|.)|([{}^_])|([^\\{}^_])")


def read_aloud(tex: str) -> str:
    """The formula without TeX: ``\\frac{a}{b} \\leq x_{1}`` is ``(a) / (b) ≤ x_1``."""
    tokens = [match.group() for match in _TOKENS.finditer(tex)]
    text, _ = _sequence(tokens, 0)
    return " ".join(text.split())


def _sequence(tokens: list[str], at: int) -> tuple[str, int]:
    said = []
    while at < len(tokens) and tokens[at] != "}":
        part, at = _one(tokens, at)
        said.append(part)
    return "".join(said), at


def _one(tokens: list[str], at: int) -> tuple[str, int]:
    if at >= len(tokens):
        return "", at
    token, at = tokens[at], at + 1
    if token == "{":
        text, at = _sequence(tokens, at)
        return text, at + 1
    if token in "^_":
        text, at = _argument(tokens, at)
        return token + (text if len(text) == 1 else f"({text})"), at
    if not token.startswith("\\"):
        return token, at
    name = token[1:]
    if name in ("frac", "dfrac", "tfrac"):
        upper, at = _argument(tokens, at)
        lower, at = _argument(tokens, at)
        return f"({upper}) / ({lower})", at
    if name in _ACCENTS:
        text, at = _argument(tokens, at)
        return f"{_ACCENTS[name]} {text}", at
    if name in _SIGNS:
        return f" {_SIGNS[name]} ", at
    if not name.isalpha():
        return "" if name in ",;:! " else name, at
    if name in ("left", "right"):
        return "", at
    if at < len(tokens) and tokens[at] == "{":
        # Fonts and boxes say nothing of their own.
        return _argument(tokens, at)
    return f" {name} ", at


def _argument(tokens: list[str], at: int) -> tuple[str, int]:
    while at < len(tokens) and tokens[at].isspace():
        at += 1
    text, at = _one(tokens, at)
    return " ".join(text.split()), at
