"""What is the matter with a numeral, and how to write it.

Advice is given only where what was meant is plain; a footnote mark is never made a digit.
"""

from __future__ import annotations

import re
import unicodedata

from pensionbook.data.figures import LESS_THAN_HALF_A_UNIT, WITHOUT_NUMBER

MOST_DIGITS = 30

_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_FRACTION = re.compile(r"[+-]?[0-9]+/[0-9]*[1-9][0-9]*")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:[,'’ \u00a0\u2009\u202f][0-9]{3})+(?:\.[0-9]+)?")
_CHINESE = re.compile("[〇零一二三四五六七八九十百千万亿两]")
_MINUS_SIGNS = str.maketrans("−–—－", "----")
_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
_RANGE = re.compile(rf"({_NUMBER})\s*(?:\.\.|[-~～〜–—−至到]|to)\s*({_NUMBER})\s*([%‰]?)")
_STRUCTURE = re.compile(rf"{_NUMBER}(?:\s*[:：∶]\s*{_NUMBER})+")
_MARKS_AFTER = re.compile(
    r"(?P<numeral>.*?[0-9０-９%‰％])\s*(?P<marks>[*＊†‡§#]+|\[[^\[\]]*\]|注.*)"
)
_PER = {"%": "percent", "‰": "permille"}


def explain_numeral(
    text: str, *, fractions: bool = True, ranges: bool = False
) -> tuple[str, str] | None:
    """What was found and what to write, or None for a numeral that can be read.

    Args:
        text: the cell.
        fractions: whether 1/3 is a numeral here.
        ranges: whether 10..15, 5.2 (4.6..5.8), ... and cells without a number may stand here.
    """
    if ranges and (text in WITHOUT_NUMBER or text == LESS_THAN_HALF_A_UNIT):
        return None
    pairs = (
        re.fullmatch(rf"(?:{_NUMBER} \()?({_NUMBER})\.\.({_NUMBER})\)?", text) if ranges else None
    )
    if pairs and ("(" in text) == (")" in text):
        if float(pairs[1]) <= float(pairs[2]):
            return _too_long(text)
        return (
            f"found {text[:60]!r}, whose ends are the wrong way round",
            f"write the lower end first: {pairs[2]}..{pairs[1]}",
        )
    if _PLAIN.fullmatch(text) or (fractions and _FRACTION.fullmatch(text)):
        return _too_long(text)
    marks = _footnote_marks(text)
    what = "with a footnote mark" if marks else _what_is_wrong(text)
    mend = _what_to_write(text, marks, fractions, ranges)
    if not what and "plain digits" in mend and not _FRACTION.fullmatch(text):
        what = "which is not understood"
    return f"found {text[:60]!r}{', ' + what if what else ''}", mend


def _too_long(text: str) -> tuple[str, str] | None:
    digits = sum(character.isdigit() for character in text)
    if digits <= MOST_DIGITS:
        return None
    return (
        f"found a numeral of {digits} digits",
        f"write at most {MOST_DIGITS} digits, in a larger unit if need be",
    )


def _footnote_marks(text: str) -> str:
    """Superscripts, circled digits and the like beside a numeral: what is no digit of it."""
    raised = "".join(c for c in text if unicodedata.category(c) == "No" and not _is_vulgar(c))
    if raised:
        return raised
    match = _MARKS_AFTER.fullmatch(text)
    return match["marks"] if match else ""


def _is_vulgar(character: str) -> bool:
    """Whether it is a fraction in one character, such as ½."""
    return "\u2044" in unicodedata.normalize("NFKC", character)


def _what_is_wrong(text: str) -> str:
    if "‰" in text:
        return "with a per mille sign"
    if _CHINESE.search(text):
        return "with Chinese numerals"
    if any(unicodedata.east_asian_width(character) == "F" for character in text):
        return "with full-width characters"
    if "%" in text:
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
    return "which is not a numeral" if not any(map(str.isdigit, text)) else ""


def _what_to_write(text: str, marks: str, fractions: bool, ranges: bool) -> str:
    apart = ""
    if marks:
        for mark in marks if len(marks) > 1 and marks not in text else [marks]:
            text = text.replace(mark, "")
        apart = f"; the footnote mark {marks} is no digit, say what it means in the column note"
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS_SIGNS).strip()
    if re.fullmatch(r"[+-]?[0-9]+(?:\.[0-9]+)?\s*[万亿]", plain):
        return f"write {plain[:-1].strip()} and choose a unit in {plain[-1]} (see units.csv){apart}"
    if ranges and (special := _special(unicodedata.normalize("NFKC", text).strip())):
        return special + apart
    found = re.search(r"[%‰]$", plain)
    unit = f" and put {_PER[found[0]]} into the column unit" if found else ""
    plain = plain.removesuffix("%").removesuffix("‰").strip()
    if _THOUSANDS.fullmatch(plain):
        plain = re.sub("[,'’ \u00a0\u2009\u202f]", "", plain)
    plain = re.sub(r"^([+-])\s+", r"\1", plain)
    if re.fullmatch(r"[0-9]+\s*/\s*[0-9]+", plain) or _is_vulgar(text.strip()[:1]):
        plain = re.sub(r"\s*[/\u2044]\s*", "/", plain)
    if re.fullmatch(r"[+-]?\.[0-9]+", plain):
        plain = plain.replace(".", "0.")
    if re.fullmatch(r"[+-]?[0-9]+\.", plain):
        plain = plain[:-1]
    if _PLAIN.fullmatch(plain) or (fractions and _FRACTION.fullmatch(plain)):
        return f"write {plain[: MOST_DIGITS + 3]}{unit}{apart}"
    examples = "63629, -4.50 or 1/3" if fractions else "10000 or 0.01"
    advice = f"write plain digits with at most one point, such as {examples}"
    if ranges and not any(map(str.isdigit, plain)):
        advice += (
            "; not_available or confidential where the source gives no number, and ... for its "
            "sign of less than half a unit"
        )
    return advice + apart


def _special(text: str) -> str:
    """Advice on a range, a structure, and signs that stand for a number."""
    if re.fullmatch(r"(?:\.{2,}|·{3,}|⋯+)", text):
        return "write ... (three points) for less than half of the smallest unit printed"
    match = re.fullmatch(rf"({_NUMBER})\s*[(\[]\s*(.*?)\s*[)\]]", text)
    if match and (ends := _RANGE.fullmatch(match[2].replace(",", " to "))):
        return f"write {match[1]} ({ends[1]}..{ends[2]}) if it is an estimate with its interval"
    if match := _RANGE.fullmatch(text):
        unit = f" and put {_PER[match[3]]} into the column unit" if match[3] else ""
        return f"write {match[1]}..{match[2]} if it is a range{unit}"
    if _STRUCTURE.fullmatch(text):
        parts = re.sub(r"\s*[:：∶]\s*", ":", text)
        return f"write {parts} and structure into the column statistic, the parts' ids likewise"
    return ""
