"""A small convolutional network over words, answered with numpy alone.

A word is the sum of three vectors: its own (if it is known), the mean of its character n-grams' (so that a
misspelt or new word is near its relatives) and that of its tone and negation. Filters over one to three words,
the greatest answer of each, and an attention-weighted mean of the words go into one linear layer; so does, where the
network learnt with one, the most that each cell of a memory shows. It reads the text forwards and backwards; gates
that see two words say what a cell keeps, takes in and shows (Bradbury et al., Quasi-Recurrent Neural Networks, 2017),
so that words far apart can speak of each other.

A text's answer is the same to the last bit whatever else is asked: each word is computed once, nothing is added up
across texts, and nothing goes through BLAS (``@``), which adds up in another order for other shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from .features import hash_word
from .lexicon import TONE, Lexicon, signs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F32 = NDArray[np.float32]

WIDTHS = (1, 2, 3)
WAYS = ("forwards", "backwards")
PAD = 3
"""Empty places after a text, and one fewer before it, so that every filter also sees nothing at all, as in training."""

LONGEST = 256
BUCKETS = 1 << 14
SIZES = (3, 4, 5)
GATES, REACH = 3, 2
"""What a cell of the memory has a gate for (the new value, keeping, showing), and how many words a gate sees."""

TOGETHER = 32
"""Texts of similar length that are answered side by side."""

REMEMBERED = 20_000
"""Words whose answers are kept (4 kB each); beyond it they are forgotten and worked out anew."""


def codes(tokens: Sequence[str], lexicon: Lexicon) -> list[int]:
    """For each token 1 and more: its mark in the lexicon under its sign (as it stands, turned round, a negation).

    An empty text is one empty token.
    """
    if list(tokens) == [""]:
        return [1]
    kinds, place = lexicon.kinds, {1: 0, -1: 1, 0: 2}
    return [
        1 + len(kinds) * place[sign] + kinds[lexicon.mark_of(token)]
        for token, sign in zip(tokens, signs(tuple(tokens)), strict=True)
    ]


def count_codes(lexicon: Lexicon) -> int:
    """How many codes there are, 0 (no word) included."""
    return 1 + 3 * len(lexicon.kinds)


def buckets(token: str) -> list[int]:
    """Where the character n-grams of a word lie in their table; 0 stands for none."""
    edged = f"<{token}>"
    return [
        crc32(edged[start : start + size].encode("utf-8", "replace")) % BUCKETS + 1
        for size in SIZES
        for start in range(len(edged) - size + 1)
    ] or [0]


class WordNet:
    """The trained network. ``arrays`` are those that ``net_training`` names; the lexicon is the one it learnt with."""

    def __init__(self, arrays: dict[str, NDArray[Any]], lexicon: Lexicon = TONE) -> None:
        self._lexicon = lexicon
        self._keys = arrays["keys"]
        self._words, self._pieces, self._tones = (
            arrays[name].astype(np.float32) for name in ("words", "pieces", "tones")
        )
        # All side by side: filters, one column block for each place under each width; gates, for each place first those
        # that read forwards; the attention in the last column.
        filters = [arrays[f"filter{width}"][:, :, place].T for width in WIDTHS for place in range(width)]
        self._gated = WAYS[0] in arrays
        gates = [arrays[way][:, :, place].T for place in range(REACH) for way in WAYS] if self._gated else []
        columns = [*filters, *gates, arrays["attention"][:, None]]
        self._filters = np.concatenate(columns, axis=1).astype(np.float32)
        self._biases = [arrays[f"bias{width}"].astype(np.float32) for width in WIDTHS]
        if self._gated:
            self._gate_bias = np.stack([arrays[f"{way}_bias"] for way in WAYS]).astype(np.float32)
            start, wide = self._words.shape[1] + sum(block.shape[1] for block in filters), self._gate_bias.size
            self._before, self._now = slice(start, start + wide), slice(start + wide, start + 2 * wide)
        self._out, self._out_bias = arrays["out"].astype(np.float32), arrays["out_bias"].astype(np.float32)
        # Where there is no word, its vector and all answers to it are zero.
        self._empty = np.zeros(self._words.shape[1] + self._filters.shape[1], dtype=np.float32)
        self._remembered: dict[tuple[str, int], F32] = {}

    def logits(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """One row a text, one column a label."""
        tokens = [list(text[:LONGEST]) or [""] for text in texts]
        found = np.zeros((len(tokens), len(self._out)))
        by_length = sorted(range(len(tokens)), key=lambda number: len(tokens[number]))
        for start in range(0, len(tokens), TOGETHER):
            chosen = by_length[start : start + TOGETHER]
            found[chosen] = self._judge([self._rows(tokens[number]) for number in chosen])
        return found

    def _judge(self, texts: list[F32]) -> list[F32]:
        answers = [[*self._convolve(rows), self._attend(rows[PAD - 1 : -PAD])] for rows in texts]
        if self._gated:
            for answer, shown in zip(answers, self._remember([rows[PAD - 2 : 1 - PAD] for rows in texts]), strict=True):
                answer.append(shown)
        return [np.einsum("f,lf->l", np.concatenate(answer), self._out) + self._out_bias for answer in answers]

    def _rows(self, tokens: list[str]) -> F32:
        """What there is to know of each token, with the empty places around them."""
        words = [self._word(word) for word in zip(tokens, codes(tokens, self._lexicon), strict=True)]
        return np.concatenate([self._empty] * (PAD - 1) + words + [self._empty] * PAD).reshape(-1, len(self._empty))

    def _word(self, word: tuple[str, int]) -> F32:
        """What there is to know of a token and its code: its vector, and what filters and attention make of it."""
        known = self._remembered.get(word)
        if known is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            vector = self._vector(*word)
            known = self._remembered[word] = np.concatenate([vector, np.einsum("d,df->f", vector, self._filters)])
        return known

    def _vector(self, token: str, code: int) -> F32:
        key = np.uint64(hash_word(token))
        place = int(np.searchsorted(self._keys, key))
        row = place + 2 if place < len(self._keys) and self._keys[place] == key else 1
        pieces = self._pieces[[piece for piece in buckets(token) if piece]]
        mean = pieces.sum(axis=0) / max(1, len(pieces))
        total: F32 = self._words[row] + mean + self._tones[code]
        return total

    def _convolve(self, rows: F32) -> list[F32]:
        column, found = self._words.shape[1], []
        for width, bias in zip(WIDTHS, self._biases, strict=True):
            reach, size = len(rows) - width + 1, len(bias)
            total = rows[:reach, column : column + size]
            for place in range(1, width):
                block = column + place * size
                total = total + rows[place : place + reach, block : block + size]
            column += width * size
            found.append(np.maximum(total.max(axis=0) + bias, 0))
        return found

    def _remember(self, texts: list[F32]) -> F32:
        """What the memory shows of each text, whose rows have one empty place on either side.

        Side by side, since each place waits for the one before: each text's numbers are its own all the same.
        """
        wide = self._gate_bias.shape[1]
        lengths = np.array([len(rows) - 2 for rows in texts])
        gates = np.zeros((lengths.max(), len(texts), len(WAYS), wide), dtype=np.float32)
        for number, rows in enumerate(texts):
            now, length = rows[1:-1, self._now], lengths[number]
            gates[:length, number, 0] = (rows[:-2, self._before] + now)[:, :wide]
            gates[:length, number, 1] = (rows[2:, self._before] + now)[::-1, wide:]
        new, keep, show = np.split(gates + self._gate_bias, GATES, axis=3)
        kept = _opened(keep)
        held = (1 - kept) * np.tanh(new)  # at first what each word brings, then with what is left of those before it
        for place in range(1, len(held)):
            held[place] += kept[place] * held[place - 1]
        shown = held * _opened(show)
        shown[np.arange(len(shown))[:, None] >= lengths] = -np.inf
        most: F32 = shown.max(axis=0)
        return most.reshape(len(texts), -1)

    def _attend(self, rows: F32) -> F32:
        vectors, weights = rows[:, : self._words.shape[1]], rows[:, -1]
        powers = np.exp(weights - weights.max())
        mean: F32 = np.einsum("t,td->d", powers, vectors) / powers.sum()
        return mean


def _opened(gates: F32) -> F32:
    """How far each is open: 0 to 1."""
    share: F32 = np.reciprocal(1 + np.exp(-gates))
    return share


def save_net(arrays: dict[str, NDArray[Any]], path: Path) -> None:
    """Write the arrays, tables as float16."""
    from safetensors.numpy import save_file

    half = {name: value if name == "keys" else value.astype(np.float16) for name, value in arrays.items()}
    save_file({name: np.ascontiguousarray(value) for name, value in half.items()}, str(path))


def load_net(path: Path, lexicon: Lexicon) -> WordNet:
    """Read what ``save_net`` wrote; ``ValueError`` where its lexicon had other kinds of words."""
    from safetensors.numpy import load_file

    arrays = load_file(str(path))
    if len(arrays["tones"]) != count_codes(lexicon):
        raise ValueError("it was trained by a version of this program that knew other kinds of words")
    return WordNet(arrays, lexicon)
