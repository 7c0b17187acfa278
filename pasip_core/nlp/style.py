"""What a text is like beside its words: how long, how loaded with tone, whether it asks, and how it begins and ends.

A headline or a question carries words of tone as a complaint does; its make tells them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

from .lexicon import CIVIC, WORDS, read_sections, signs

EDGE = 3
"""Tokens at the beginning and at the end that count as such."""

_MOST_TONES = 4
_LONGEST = 12
_LISTS = read_sections(WORDS / "tone.txt")
_GROUPS = {name: _LISTS[name] for name in ("asking", "me", "you")} | {
    "number": frozenset({"0"}),
    "link": frozenset({"xurl"}),
}


def make_of(tokens: Sequence[str]) -> list[str]:
    """Marks of the text's make; the same ones for the same tokens."""
    good, bad = _tones(tokens)
    said = set(tokens)
    marks = [
        f"long{min(_LONGEST, int(2 * log2(1 + len(tokens))))}",
        f"good{min(good, _MOST_TONES)}",
        f"bad{min(bad, _MOST_TONES)}",
        f"more{max(-_MOST_TONES, min(_MOST_TONES, good - bad))}",
        f"loaded{10 * (good + bad) // max(1, len(tokens))}",
    ]
    marks += [name for name, words in _GROUPS.items() if words & said]
    if tokens and tokens[-1][:1] in ("?", "!"):
        marks.append(f"ends{tokens[-1][0]}")
    if tokens and tokens[0] in _GROUPS["asking"]:
        marks.append("begins asking")
    return marks


def edges(tokens: Sequence[str]) -> list[str]:
    """The first and the last tokens, told apart from the same ones elsewhere, and the first and last two together."""
    first, last = tokens[:EDGE], tokens[-EDGE:]
    marked = [f"^{token}" for token in first] + [f"${token}" for token in last]
    return [*marked, "^^" + " ".join(tokens[:2]), "$$" + " ".join(tokens[-2:])]


def _tones(tokens: Sequence[str]) -> tuple[int, int]:
    """How many words are good and bad, as negations leave them."""
    good = bad = 0
    for token, sign in zip(tokens, signs(tuple(tokens)), strict=True):
        mark = CIVIC.mark_of(token) if sign else ""
        good += ("p" if sign > 0 else "n") in mark if mark else 0
        bad += ("n" if sign > 0 else "p") in mark if mark else 0
    return good, bad
