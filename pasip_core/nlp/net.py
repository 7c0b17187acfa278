"""A small convolutional network over words, answered with numpy alone.

A word is the sum of three vectors: its own (if it is known), the mean of its character n-grams' (so that a
misspelt or new word is near its relatives) and that of its tone and negation. Filters over one to three words,
the greatest answer of each, and an attention-weighted mean of the words go into one linear layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from .features import hash_word
from .tone import signs, tone_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F32 = NDArray[np.float32]

WIDTHS = (1, 2, 3)
PAD = 3
"""Empty places after each text, so that every filter also sees nothing at all, as in training."""

LONGEST = 256
BUCKETS = 1 << 14
SIZES = (3, 4, 5)
CODES = 10
REMEMBERED = 50_000
"""Word vectors kept; beyond it the memory starts anew."""


def codes(tokens: Sequence[str]) -> list[int]:
    """For each token 1 to 9: its tone (none, p, n) under its sign (as it stands, turned round, a negation)."""
    tone = {"": 0, "p": 1, "n": 2}
    place = {1: 0, -1: 1, 0: 2}
    return [
        1 + 3 * place[sign] + tone[tone_of(token)] for token, sign in zip(tokens, signs(tuple(tokens)), strict=True)
    ]


def buckets(token: str) -> list[int]:
    """Where the character n-grams of a word lie in their table; 0 stands for none."""
    edged = f"<{token}>"
    return [
        crc32(edged[start : start + size].encode("utf-8", "replace")) % BUCKETS + 1
        for size in SIZES
        for start in range(len(edged) - size + 1)
    ] or [0]


class WordNet:
    """The trained network. ``arrays`` are those that ``net_training`` names."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self._keys = arrays["keys"]
        self._words, self._pieces, self._tones = (
            arrays[name].astype(np.float32) for name in ("words", "pieces", "tones")
        )
        # All filters side by side, one column block for each place under each width.
        self._filters = np.concatenate(
            [arrays[f"filter{width}"].astype(np.float32)[:, :, place].T for width in WIDTHS for place in range(width)],
            axis=1,
        )
        self._biases = [arrays[f"bias{width}"].astype(np.float32) for width in WIDTHS]
        self._attention = arrays["attention"].astype(np.float32)
        self._out, self._out_bias = arrays["out"].astype(np.float32), arrays["out_bias"].astype(np.float32)
        self._remembered: dict[tuple[str, int], F32] = {}

    def logits(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """One row a text: positive, neutral, negative."""
        read = [list(tokens[:LONGEST]) or [""] for tokens in texts]
        vectors, starts, ends = self._lay_out(read)
        answers = [*self._convolve(vectors, starts), self._attend(vectors, starts, ends)]
        result: NDArray[np.float64] = (np.concatenate(answers, axis=1) @ self._out.T + self._out_bias).astype(float)
        return result

    def _lay_out(self, texts: list[list[str]]) -> tuple[F32, NDArray[np.int64], NDArray[np.int64]]:
        """All texts one after the other, parted by empty places."""
        lengths = np.array([len(tokens) for tokens in texts])
        starts = PAD + np.concatenate([[0], np.cumsum(lengths + PAD)[:-1]])
        vectors = np.zeros((int(starts[-1] + lengths[-1] + PAD), self._words.shape[1]), dtype=np.float32)
        for start, tokens in zip(starts.tolist(), texts, strict=True):
            vectors[start : start + len(tokens)] = [
                self._vector(token, code) for token, code in zip(tokens, codes_of(tokens), strict=True)
            ]
        return vectors, starts, starts + lengths

    def _vector(self, token: str, code: int) -> F32:
        known = self._remembered.get((token, code))
        if known is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            known = self._remembered[token, code] = self._compute(token, code)
        return known

    def _compute(self, token: str, code: int) -> F32:
        key = np.uint64(hash_word(token))
        place = int(np.searchsorted(self._keys, key))
        row = place + 2 if place < len(self._keys) and self._keys[place] == key else 1
        pieces = self._pieces[[piece for piece in buckets(token) if piece]]
        mean = pieces.mean(axis=0) if len(pieces) else np.zeros_like(self._words[0])
        total: F32 = self._words[row] + mean + self._tones[code]
        return total

    def _convolve(self, vectors: F32, starts: NDArray[np.int64]) -> list[F32]:
        places = vectors @ self._filters
        size, column, found = len(self._biases[0]), 0, []
        for width, bias in zip(WIDTHS, self._biases, strict=True):
            reach = len(vectors) - width + 1
            total = places[:reach, column : column + size].copy()
            for place in range(1, width):
                block = column + place * size
                total += places[place : place + reach, block : block + size]
            column += width * size
            greatest = np.maximum.reduceat(total, starts - (PAD - 1), axis=0)
            found.append(np.maximum(greatest + bias, 0))
        return found

    def _attend(self, vectors: F32, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> F32:
        bounds = np.stack([starts, ends], axis=1).ravel()
        weights = vectors @ self._attention
        owners = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(vectors))))
        weights[starts[0] :] -= np.maximum.reduceat(weights, bounds)[::2][owners]
        powers = np.exp(weights)
        shares = np.add.reduceat(powers[:, None] * vectors, bounds, axis=0)[::2]
        mean: F32 = (shares / np.add.reduceat(powers, bounds)[::2][:, None]).astype(np.float32)
        return mean


def codes_of(tokens: Sequence[str]) -> list[int]:
    """``codes``, where an empty text is one empty token."""
    return codes(tokens) if tokens != [""] else [1]


def save_net(arrays: dict[str, NDArray[Any]], path: Path) -> None:
    """Write the arrays, tables as float16."""
    from safetensors.numpy import save_file

    half = {name: value if name == "keys" else value.astype(np.float16) for name, value in arrays.items()}
    save_file({name: np.ascontiguousarray(value) for name, value in half.items()}, str(path))


def load_net(path: Path) -> WordNet:
    """Read what ``save_net`` wrote."""
    from safetensors.numpy import load_file

    return WordNet(load_file(str(path)))
