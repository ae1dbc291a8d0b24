"""What is the matter with a numeral, and how to write it."""

from __future__ import annotations

import re
import unicodedata

MOST_DIGITS = 30

_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_FRACTION = re.compile(r"[+-]?[0-9]+/[0-9]*[1-9][0-9]*")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:[,'’ ][0-9]{3})+(?:\.[0-9]+)?")
_CHINESE = re.compile("[〇零一二三四五六七八九十百千万亿两]")
_MINUS_SIGNS = str.maketrans("−–—－", "----")


def explain_numeral(text: str, *, fractions: bool = True) -> tuple[str, str] | None:
    """What was found and what to write, or None for a numeral that can be read.

    Args:
        text: the cell.
        fractions: whether 1/3 is a numeral here.
    """
    if _PLAIN.fullmatch(text) or (fractions and _FRACTION.fullmatch(text)):
        digits = sum(character.isdigit() for character in text)
        if digits <= MOST_DIGITS:
            return None
        return (
            f"found a numeral of {digits} digits",
            f"write at most {MOST_DIGITS} digits, in a larger unit if need be",
        )
    what = _what_is_wrong(text)
    return f"found {text[:60]!r}{', ' + what if what else ''}", _what_to_write(text, fractions)


def _what_is_wrong(text: str) -> str:
    if _CHINESE.search(text):
        return "with Chinese numerals"
    if any(unicodedata.east_asian_width(character) == "F" for character in text):
        return "with full-width characters"
    if "%" in text or "‰" in text:
        return "with a per cent sign"
    if _THOUSANDS.fullmatch(text.strip()):
        return "with thousands separators"
    if "," in text:
        return "with a comma"
    if re.search(r"\s", text):
        return "with spaces"
    if text.translate(_MINUS_SIGNS) != text:
        return "with a dash instead of a minus"
    if re.fullmatch(r"[+-]?[0-9.]+[eE][+-]?[0-9]+", text):
        return "with an exponent"
    if re.fullmatch(r"[+-]?[0-9]+/0+", text):
        return "a division by zero"
    return "" if any(character.isdigit() for character in text) else "which is not a numeral"


def _what_to_write(text: str, fractions: bool) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS_SIGNS)
    if re.fullmatch(r"[+-]?[0-9]+(?:\.[0-9]+)?\s*[万亿]", plain):
        return f"write {plain[:-1].strip()} and choose a unit in {plain[-1]} (see units.csv)"
    per_cent = "%" in plain or "‰" in plain
    plain = plain.strip().strip("%‰").strip()
    if _THOUSANDS.fullmatch(plain):
        plain = re.sub("[,'’ ]", "", plain)
    if re.fullmatch(r"[+-]?[0-9.\s]+", plain):
        plain = re.sub(r"\s", "", plain)
    if re.fullmatch(r"[+-]?\.[0-9]+", plain):
        plain = plain.replace(".", "0.")
    if re.fullmatch(r"[+-]?[0-9]+\.", plain):
        plain = plain[:-1]
    if _PLAIN.fullmatch(plain) or (fractions and _FRACTION.fullmatch(plain)):
        unit = " and put percent into the column unit" if per_cent else ""
        return f"write {plain[: MOST_DIGITS + 3]}{unit}"
    examples = "63629, -4.50 or 1/3" if fractions else "10000 or 0.01"
    return f"write plain digits with at most one point, such as {examples}"
