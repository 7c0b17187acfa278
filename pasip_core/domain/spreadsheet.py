"""Texts from outside in the cells of a spreadsheet: never a formula there, and back again unchanged."""

from __future__ import annotations

import re
import unicodedata

# What XML 1.0 cannot hold, halves of surrogate pairs included.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SPACE = " \t\r\n\v\f\u00a0\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x2010)))
_FORMULA = frozenset("=+-@")


def harmless(text: str) -> str:
    """``text`` without illegal characters, and with an apostrophe where a spreadsheet might compute it.

    Formulas begin with ``=``, ``+``, ``-``, ``@`` (full width too, after whatever spaces), a tab or CR. A text that
    itself has apostrophes before such a beginning gets one more, so that ``restored`` takes away ours, never its own.
    """
    text = _ILLEGAL.sub("", text)
    return f"'{text}" if _begins_a_formula(text.lstrip("'")) else text


def restored(text: str) -> str:
    """What ``harmless`` made ``text`` of, illegal characters aside."""
    return text[1:] if text[:1] == "'" and _begins_a_formula(text.lstrip("'")) else text


def _begins_a_formula(text: str) -> bool:
    start = text.lstrip(_SPACE)[:1]
    return text[:1] in ("\t", "\r", "\n") or unicodedata.normalize("NFKC", start)[:1] in _FORMULA
