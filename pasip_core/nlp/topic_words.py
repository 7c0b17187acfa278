"""The words of a text that can tell what it is about."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from .clean import tokens

SHORTEST, LONGEST = 3, 40
"""Letters of a word that counts."""
MOST_WORDS = 400
"""Words of one text: what an article is about stands in its beginning."""
RESPELT = {"bohongan": "hoaks"}
"""Words that the list of slang explains, and that newspapers write all the same."""

_LIST = Path(__file__).parent / "words" / "stop.txt"
_RETWEETED = re.compile(r"\s*RT\s+@\w+:?\s*", re.IGNORECASE)
_STANDS = re.compile(r"[^\W\d_]")


@cache
def stop_words() -> frozenset[str]:
    """Words that tell nothing, as ``words/stop.txt`` lists them."""
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def topic_words(text: str) -> tuple[str, ...]:
    """Lower-case words in order; no links, handles, numbers, signs and stop words, and no clitic ``-nya``."""
    found = (_word(token) for token in tokens(_RETWEETED.sub("", text, count=1)))
    return tuple(word for word in found if word)[:MOST_WORDS]


@lru_cache(maxsize=100_000)
def _word(token: str) -> str:
    """The word in a token, or nothing."""
    word = RESPELT.get(token) or token.lstrip("#").strip("_'-")
    if word.endswith("nya") and len(word) > SHORTEST + 3:
        word = word.removesuffix("nya").rstrip("-")
    first, _, second = word.partition("-")
    if first == second:
        word = first
    fits = SHORTEST <= len(word) <= LONGEST and _STANDS.match(word) and not {token, word} & stop_words()
    return word if fits else ""
