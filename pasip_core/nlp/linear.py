"""Linear classifiers over hashed n-grams: how they are kept on disk, and how they answer.

A model is a folder of ``model.safetensors`` (arrays) and ``config.json`` (labels, shapes, version). An n-gram
weighs (1 + log count) x idf; each family of n-grams is scaled to length 1 per text; logits are a matrix product.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .features import BY_WORD, GRAMS, Grams, Shape, char_grams

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F64 = NDArray[np.float64]
    I64 = NDArray[np.int64]

REMEMBERED, AT_ONCE = 50_000, 10_000
"""Words whose n-grams are kept, some 200 bytes each, beyond which memory starts anew; and how many are read at once."""

_NO_PLACE = np.zeros(0, dtype=np.int64)
WEIGHTS_FILE, CONFIG_FILE = "model.safetensors", "config.json"


@dataclass(frozen=True, slots=True)
class Family:
    """Known n-grams of one kind: sorted hashes, their idf, and one weight for each label."""

    kind: str
    shape: Shape
    keys: NDArray[np.uint64]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    apart: dict[str, I64] = field(default_factory=dict, repr=False, compare=False)

    def logits(self, texts: Sequence[Sequence[str]]) -> F64:
        """This family's part of the logits, one row a text."""
        if self.kind in BY_WORD:
            rows, index, counts = self._known_by_word(texts)
            values = self._weight_of(counts, index)
        else:
            grams = GRAMS[self.kind](texts, self.shape)
            known, values = self.weigh(grams)
            rows, index = grams.rows[known.found], known.index
        norms = np.sqrt(np.bincount(rows, values**2, minlength=len(texts)))
        weights = self.weights[index]
        sums = [
            np.bincount(rows, values * weights[:, label], minlength=len(texts)) for label in range(weights.shape[1])
        ]
        return np.stack(sums, axis=1) / np.maximum(norms, 1e-9)[:, None]

    def _known_by_word(self, texts: Sequence[Sequence[str]]) -> tuple[I64, I64, F64]:
        """Row, place and count of each known n-gram of a text; below zero where a negation turns its word round.

        The n-grams of a word are the same wherever it stands: each word is taken apart once.
        """
        words, rows, signs = BY_WORD[self.kind](texts)
        places = self._places(words)
        # Text, sign and place in one number, as in ``features``.
        both = np.repeat((rows << 32) | (signs < 0), [len(place) for place in places])
        both |= np.concatenate([*places, _NO_PLACE]) << 1
        both.sort()
        starts = np.flatnonzero(np.append(True, both[1:] != both[:-1])) if len(both) else _NO_PLACE
        counts = np.diff(np.append(starts, len(both))).astype(np.float64)
        kept = both[starts]
        return kept >> 32, (kept & 0xFFFFFFFF) >> 1, np.where(kept & 1, -counts, counts)

    def _places(self, words: Sequence[str]) -> list[I64]:
        """Of each word where its known n-grams are, as often as it has them."""
        if len(self.apart) >= REMEMBERED:
            self.apart.clear()
        new = [word for word in dict.fromkeys(words) if word not in self.apart]
        for start in range(0, len(new), AT_ONCE):
            some = new[start : start + AT_ONCE]
            grams = char_grams([[word] for word in some], self.shape)
            known, _ = self.weigh(grams)
            counts = grams.counts[known.found].astype(np.int64)
            ends = np.cumsum(np.bincount(grams.rows[known.found], counts, minlength=len(some)).astype(np.int64))
            self.apart.update(zip(some, np.split(np.repeat(known.index, counts), ends[:-1]), strict=True))
        return [self.apart[word] for word in words]

    def weigh(self, grams: Grams) -> tuple[Known, F64]:
        """Which of these n-grams are known, and what they weigh before scaling."""
        if not len(self.keys):
            return Known(np.zeros(len(grams.keys), dtype=bool), np.zeros(0, dtype=np.int64)), np.zeros(0)
        index = np.minimum(np.searchsorted(self.keys, grams.keys), len(self.keys) - 1)
        found = self.keys[index] == grams.keys
        index = index[found]
        counts = grams.counts[found]
        return Known(found, index), self._weight_of(counts, index)

    def _weight_of(self, counts: F64, index: I64) -> F64:
        weights: F64 = np.sign(counts) * (1 + np.log(np.abs(counts))) * self.idf[index]
        return weights


@dataclass(frozen=True, slots=True)
class Known:
    """``found`` marks the n-grams that the family knows; ``index`` is where, for these."""

    found: NDArray[np.bool_]
    index: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """``calibration`` is (scale, shift a label): probabilities are softmax(scale x logits + shift)."""

    labels: tuple[str, ...]
    families: tuple[Family, ...]
    bias: F64
    scale: float
    shift: F64
    version: str

    def logits(self, texts: Sequence[Sequence[str]]) -> F64:
        """One row a text, one column a label, before calibration."""
        total = np.tile(self.bias, (len(texts), 1))
        for family in self.families:
            total += family.logits(texts)
        return total

    def probabilities(self, texts: Sequence[Sequence[str]]) -> F64:
        """Calibrated; rows sum to 1."""
        return softmax(self.scale * self.logits(texts) + self.shift)


def softmax(logits: F64) -> F64:
    """Rows that sum to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: F64 = powers / powers.sum(axis=1, keepdims=True)
    return shares


def save_linear(model: LinearModel, folder: Path, **notes: Any) -> None:
    """Write both files; weights as float16, which moves no probability by more than some 0.001."""
    from safetensors.numpy import save_file

    arrays: dict[str, NDArray[Any]] = {"bias": model.bias, "shift": model.shift}
    for n, family in enumerate(model.families):
        arrays |= {f"{n}.keys": family.keys, f"{n}.idf": family.idf.astype(np.float16)}
        arrays[f"{n}.weights"] = family.weights.astype(np.float16)
    config = {
        "labels": model.labels,
        "version": model.version,
        "scale": model.scale,
        "families": [_describe(family) for family in model.families],
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(arrays, str(folder / WEIGHTS_FILE))
    (folder / CONFIG_FILE).write_text(json.dumps(config | notes, indent=1) + "\n", encoding="utf-8")


def load_linear(folder: Path) -> LinearModel:
    """Read what ``save_linear`` wrote."""
    from safetensors.numpy import load_file

    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    arrays = load_file(str(folder / WEIGHTS_FILE))
    families = [_family(arrays, n, described) for n, described in enumerate(config["families"])]
    return LinearModel(
        labels=tuple(config["labels"]),
        families=tuple(families),
        bias=arrays["bias"],
        scale=float(config["scale"]),
        shift=arrays["shift"],
        version=config["version"],
    )


def _describe(family: Family) -> dict[str, Any]:
    shape = family.shape
    return {"kind": family.kind, "words": shape.words, "chars": shape.chars, "skips": shape.skips}


def _family(arrays: dict[str, NDArray[Any]], n: int, described: dict[str, Any]) -> Family:
    shape = Shape(tuple(described["words"]), tuple(described["chars"]), described["skips"])
    return Family(
        kind=described["kind"],
        shape=shape,
        keys=arrays[f"{n}.keys"],
        idf=arrays[f"{n}.idf"].astype(np.float32),
        weights=arrays[f"{n}.weights"].astype(np.float32),
    )
