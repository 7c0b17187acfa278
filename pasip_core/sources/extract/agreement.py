"""How much two readings of a page agree, and which of several the others support most."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_WORD = re.compile(r"\w+")
_LENGTH = 4
_MAX_WORDS = 60_000


def shingles(lines: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """Every run of four words; of a shorter text, the words as one."""
    words = _WORD.findall(" ".join(lines).casefold())[:_MAX_WORDS]
    if len(words) < _LENGTH:
        return frozenset([tuple(words)] if words else [])
    return frozenset(zip(*(words[i:] for i in range(_LENGTH)), strict=False))


def f1(a: frozenset[tuple[str, ...]], b: frozenset[tuple[str, ...]]) -> float:
    """The harmonic mean of how much of each is in the other, 0 to 1."""
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def most_supported(readings: Mapping[str, Sequence[str]], trust: Mapping[str, float]) -> str:
    """The name of the reading with the most agreement, each voice counted by ``trust``."""
    sets = {name: shingles(lines) for name, lines in readings.items()}
    scores = {
        name: sum(trust[other] * (1.0 if other == name else f1(sets[name], sets[other])) for other in sets)
        for name in sets
        if sets[name]
    }
    return max(scores, key=lambda name: scores[name], default=next(iter(readings), ""))
