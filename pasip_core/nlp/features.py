"""Hashed n-grams of many texts at once, in a few array operations and without any dictionary of strings.

A text becomes tokens; a token's hash is a polynomial over its characters, a word n-gram's hash mixes token
hashes. Hashes have 49 bits, so that two n-grams practically never meet; training keeps the useful ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from .lexicon import LEXICONS, signs
from .style import edges, make_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    U64 = NDArray[np.uint64]
    I64 = NDArray[np.int64]

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_FAMILY = np.uint64(0x94D049BB133111EB)
# A key has 49 bits, so that it and a text's number (up to 32,768 at a time) share one 64-bit number.
_KEY_BITS, _DROPPED = np.uint64(49), np.uint64(15)
_KEY_MASK = np.uint64((1 << 49) - 1)
_SKIP = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True)
class Shape:
    """Which n-grams: of whole words, and of characters within a word (its edges count as a character)."""

    words: tuple[int, ...] = (1, 2, 3)
    chars: tuple[int, ...] = (2, 3, 4, 5, 6)
    skips: bool = False


@dataclass(frozen=True, slots=True)
class Grams:
    """One entry a distinct n-gram of a text, sorted by text: its row, its hash and how often it stands there."""

    rows: I64
    keys: U64
    counts: NDArray[np.float64]

    def minus(self, other: Grams) -> Grams:
        """Both together, the other's counted below zero."""
        return Grams(
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.keys, other.keys]),
            np.concatenate([self.counts, -other.counts]),
        )


def word_grams(texts: Sequence[Sequence[str]], shape: Shape) -> Grams:
    """n-grams of whole tokens."""
    tokens, owners = _token_hashes(texts)
    keys, rows = [], []
    for n in shape.words:
        if len(tokens) < n:
            continue
        same = owners[: len(owners) - n + 1] == owners[n - 1 :]
        mixed = np.full(len(tokens) - n + 1, np.uint64(n)) * _FAMILY
        for step in range(n):
            mixed = _scramble(mixed ^ tokens[step : len(tokens) - n + 1 + step])
        keys.append(mixed[same])
        rows.append(owners[: len(mixed)][same])
    if shape.skips and len(tokens) > 2:
        same = owners[:-2] == owners[2:]
        mixed = _scramble(_scramble(tokens[:-2] ^ _SKIP) ^ tokens[2:])
        keys.append(mixed[same])
        rows.append(owners[:-2][same])
    return _count(rows, keys)


def char_grams(texts: Sequence[Sequence[str]], shape: Shape) -> Grams:
    """n-grams of characters that do not cross a word's edge; the edge itself is a character."""
    points, owners = _characters(texts)
    space = points == np.uint64(32)
    words = np.cumsum(space)
    keys, rows = [], []
    for n in shape.chars:
        size = len(points) - n + 1
        if size <= 0:
            continue
        # A gram may begin or end with a space, never hold one inside.
        inside = words[n - 2 : n - 2 + size] == words[:size] if n > 2 else np.ones(size, dtype=bool)
        inside = inside & (owners[:size] == owners[n - 1 :])
        inside &= ~(space[:size] & space[n - 1 :])
        mixed = np.full(size, np.uint64(n + 100)) * _FAMILY
        for step in range(n):
            mixed = mixed * _BASE + points[step : step + size]
        keys.append(_scramble(mixed[inside]))
        rows.append(owners[:size][inside])
    return _count(rows, keys)


def _lexicon_grams(name: str) -> Callable[[Sequence[Sequence[str]], Shape], Grams]:
    lexicon = LEXICONS[name]

    def grams(texts: Sequence[Sequence[str]], shape: Shape) -> Grams:
        """n-grams of the sequence of tones, or emotions, that a text goes through."""
        return word_grams([lexicon.sequence(tokens) for tokens in texts], shape)

    return grams


def make_grams(texts: Sequence[Sequence[str]], shape: Shape) -> Grams:
    """n-grams of what a text is like beside its words."""
    return word_grams([make_of(tokens) for tokens in texts], shape)


def edge_grams(texts: Sequence[Sequence[str]], shape: Shape) -> Grams:
    """How a text begins and ends."""
    return word_grams([edges(tokens) for tokens in texts], shape)


def signed_words(texts: Sequence[Sequence[str]], shape: Shape) -> Grams:
    """Words, counted below zero where a negation turns them round: "tidak enak" says the contrary of "enak"."""
    affirmed, denied = _by_sign(texts)
    return word_grams(affirmed, shape).minus(word_grams(denied, shape))


def signed_chars(texts: Sequence[Sequence[str]], shape: Shape) -> Grams:
    """Characters' n-grams, counted below zero in words that a negation turns round."""
    affirmed, denied = _by_sign(texts)
    return char_grams(affirmed, shape).minus(char_grams(denied, shape))


GRAMS = {
    "word": word_grams,
    "char": char_grams,
    "signed": signed_words,
    "signed_char": signed_chars,
    "make": make_grams,
    "edge": edge_grams,
    **{name: _lexicon_grams(name) for name in LEXICONS},
}


def _all_words(texts: Sequence[Sequence[str]]) -> tuple[list[str], I64, I64]:
    words = [token for tokens in texts for token in tokens]
    return words, _owners(texts), np.ones(len(words), dtype=np.int64)


def _signed(texts: Sequence[Sequence[str]]) -> tuple[list[str], I64, I64]:
    words, owners, _ = _all_words(texts)
    marks = np.array([mark for tokens in texts for mark in signs(tuple(tokens))], dtype=np.int64)
    said = marks != 0
    return [word for word, kept in zip(words, said.tolist(), strict=True) if kept], owners[said], marks[said]


BY_WORD = {"char": _all_words, "signed_char": _signed}
"""Kinds whose n-grams do not cross a word's edge: the words that count, the text of each, and its sign."""


def _by_sign(texts: Sequence[Sequence[str]]) -> tuple[list[list[str]], list[list[str]]]:
    found: tuple[list[list[str]], list[list[str]]] = ([], [])
    for tokens in texts:
        marks = signs(tuple(tokens))
        found[0].append([token for token, mark in zip(tokens, marks, strict=True) if mark > 0])
        found[1].append([token for token, mark in zip(tokens, marks, strict=True) if mark < 0] if -1 in marks else [])
    return found


def _token_hashes(texts: Sequence[Sequence[str]]) -> tuple[U64, I64]:
    owners = _owners(texts)
    flat = [token for tokens in texts for token in tokens]
    distinct = {token: n for n, token in enumerate(dict.fromkeys(flat))}
    hashes = np.array([hash_word(token) for token in distinct], dtype=np.uint64)
    return hashes[[distinct[token] for token in flat]] if flat else hashes, owners


def _owners(texts: Sequence[Sequence[str]]) -> I64:
    return np.repeat(np.arange(len(texts)), [len(tokens) for tokens in texts])


@lru_cache(maxsize=1 << 16)
def hash_word(word: str) -> int:
    """FNV-1a, 64 bits: the same on every machine, unlike ``hash``."""
    value = 1469598103934665603
    for byte in word.encode("utf-8", "replace"):
        value = ((value ^ byte) * 1099511628211) & 0xFFFFFFFFFFFFFFFF
    return value


def _characters(texts: Sequence[Sequence[str]]) -> tuple[U64, I64]:
    joined = [" " + " ".join(tokens) + " " for tokens in texts]
    points = np.frombuffer("".join(joined).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    return points, np.repeat(np.arange(len(texts)), [len(text) for text in joined])


def _scramble(values: U64) -> U64:
    values = (values ^ (values >> np.uint64(31))) * _MIX
    return values ^ (values >> np.uint64(29))


def _count(rows: list[I64], keys: list[U64]) -> Grams:
    """Merge repeated n-grams of one text."""
    if not sum(map(len, keys)):
        empty = np.zeros(0, dtype=np.int64)
        return Grams(empty, empty.astype(np.uint64), np.zeros(0))
    # Text and n-gram in one number: sorting plain numbers is many times faster than sorting by two columns.
    both = (np.concatenate(rows).astype(np.uint64) << _KEY_BITS) | (np.concatenate(keys) >> _DROPPED)
    both.sort()
    starts = np.flatnonzero(np.append(True, both[1:] != both[:-1]))
    counts = np.diff(np.append(starts, len(both))).astype(np.float64)
    kept = both[starts]
    return Grams((kept >> _KEY_BITS).astype(np.int64), kept & _KEY_MASK, counts)
