"""Text as rules read it: folded, and cut into words.

Everything here takes time linear in the text, whatever the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def _class_of(codes: Iterable[int]) -> str:
    """A regex class body in ranges: single characters beyond the BMP would make it slow."""
    known = set(codes)
    firsts = sorted(code for code in known if code - 1 not in known)
    lasts = sorted(code for code in known if code + 1 not in known)
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in zip(firsts, lasts, strict=True))


_MARKS = _class_of(
    code
    for code in range(0x300, 0x10000)
    if unicodedata.category(chr(code)) in ("Mn", "Mc") and not 0xFE00 <= code <= 0xFE0F
)
_SORTED = _class_of(code for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))

TOKEN = re.compile(
    # A tag or account; not the middle of an e-mail address.
    rf"(?<!\w)[#@](?=\w)[\w{_MARKS}]+"
    # A word: underscores count inside it, but _emphasis_ around it does not.
    rf"|[^\W_]+(?:[_{_MARKS}]+[^\W_]+)*[{_MARKS}]*"
)
"""One word of folded text, with the ``#`` or ``@`` in front of it. Emoji and punctuation separate words."""

_ASCII_TOKEN = re.compile(r"(?<!\w)[#@]\w+|[^\W_]+(?:_+[^\W_]+)*", re.ASCII)
"""The same for ASCII text, several times as fast."""

# Sorting a long run of combining marks takes quadratic time; no language has more than a few
# (30 is the bound of Unicode's stream-safe text format).
_MARK_RUN = re.compile(f"([{_SORTED}]{{30}})[{_SORTED}]+")

# Invisible characters inside a word do not cut it (UAX #29), and NFKC would glue the letters of a sign to the word.
_ODD = dict.fromkeys((0xAD, 0x34F, 0x61C, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))
_ODD |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFE00, 0xFE10)))
_TABLE: dict[int, str | None] = {**_ODD, 0x2120: " ", 0x2122: " "}
_NEEDS_TABLE = re.compile("[" + "".join(map(chr, _TABLE)) + "]")


def fold(text: str) -> str:
    """NFKC and casefold, so that case, width and styling of letters make no difference."""
    if text.isascii():
        return text.lower()
    if _NEEDS_TABLE.search(text):
        text = text.translate(_TABLE)
    return unicodedata.normalize("NFKC", _MARK_RUN.sub(r"\1", text)).casefold()


def tokens(text: str) -> list[str]:
    """The folded words of ``text``, tags and accounts with their sign."""
    folded = fold(text)
    return (_ASCII_TOKEN if folded.isascii() else TOKEN).findall(folded)


def located_tokens(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """``tokens(text)``, and where each stands in ``text`` itself: (start, end), end excluded."""
    folded, starts, ends = _fold_with_offsets(text)
    found = list(TOKEN.finditer(folded))
    return [m.group() for m in found], [(starts[m.start()], ends[m.end() - 1]) for m in found]


def _fold_with_offsets(text: str) -> tuple[str, list[int], list[int]]:
    """``fold(text)`` with, for each of its characters, start and end of what it came from."""
    if text.isascii():
        return text.lower(), list(range(len(text))), list(range(1, len(text) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    begin = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _joins_previous(text[end]):
            continue
        piece = fold(text[begin:end])
        pieces.append(piece)
        starts += [begin] * len(piece)
        ends += [end] * len(piece)
        begin = end
    return "".join(pieces), starts, ends


def _joins_previous(character: str) -> bool:
    """Whether normalisation may merge it with what stands before: never cut there."""
    if character.isascii():
        return False
    if ord(character) in _ODD:
        return True
    first = unicodedata.normalize("NFKD", character)[0]
    # Vowel and final jamo compose with a syllable although they are letters.
    return unicodedata.category(first)[0] == "M" or "\u1160" <= first <= "\u11ff"
