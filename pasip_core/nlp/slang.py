"""Colloquial Indonesian spelt out: a dictionary of our own, elongation ("enaaak") and reduplication ("anak2")."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_LIST = Path(__file__).parent / "words" / "slang.txt"


def _read_list(path: Path) -> dict[str, tuple[str, ...]]:
    return _spellings(path.read_text(encoding="utf-8").splitlines())


def _spellings(lines: list[str]) -> dict[str, tuple[str, ...]]:
    pairs = [line.partition(":")[::2] for line in lines if line and line[0] not in "#["]
    return {written: tuple(standard.split()) for standard, spellings in pairs for written in spellings.split()}


def read_regional(path: Path) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """Javanese and Sundanese words with what they mean, and all words to which they join an ending for "-nya"."""
    words, _, stems = path.read_text(encoding="utf-8").partition("\n[stems]\n")
    meanings = _spellings(words.splitlines())
    return meanings, frozenset(meanings) | frozenset(stems.split())


_WORDS = _read_list(_LIST)
_EMOJI = _read_list(Path(__file__).parent / "words" / "emoji.txt")

_ELONGATED = re.compile(r"([^\W\d_])\1{2,}")
_TWICE = re.compile(r"([^\W\d_]{2,})(?:2|²|\^2)(n?ya|an|lah|in|kan)?$")
_LAUGHTER = re.compile(r"(?:[wk]{5,}|(?:ha|he|hi|wk|kw|xi|ah){3,}h?)$")


@lru_cache(maxsize=100_000)
def spell_out(token: str) -> tuple[str, ...]:
    """The standard spelling of one lower-case token: one word, or several ("gapapa")."""
    if len(token) > 60:
        token = token[:60]
    if not token[0].isalpha():
        return (token[:3],) if token[0] in "!?." else (token,)
    if known := _WORDS.get(token):
        return known
    short = _ELONGATED.sub(r"\1", token)
    if _LAUGHTER.match(short):
        return ("hahaha",)
    if twice := _TWICE.match(short):
        word = " ".join(_WORDS.get(twice[1], (twice[1],)))
        return (f"{word}-{word}{twice[2] or ''}",) if " " not in word else tuple(word.split())
    return _WORDS.get(short, (short,))


def emoji_name(token: str) -> str:
    """The name of a common emoji, as the training texts write it; anything else as it stands."""
    named = _EMOJI.get(token)
    return named[0] if named else token
