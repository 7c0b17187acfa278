"""How well a model's answers agree with what is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def f1_by_label(truth: NDArray[np.int64], guess: NDArray[np.int64], labels: Sequence[str]) -> dict[str, float]:
    """F1 of each label: 2 x hits / (wanted + guessed); 0 where there are neither."""
    return {
        label: f1(int(((truth == n) & (guess == n)).sum()), int((truth == n).sum()), int((guess == n).sum()))
        for n, label in enumerate(labels)
    }


def f1(hits: int, wanted: int, guessed: int) -> float:
    """Harmonic mean of precision and recall; 0 where there is nothing to find and nothing found."""
    return 2 * hits / max(1, wanted + guessed)


def calibration_error(right: NDArray[np.bool_], confidence: NDArray[np.float64], bins: int = 10) -> float:
    """Expected calibration error: mean over texts of |accuracy - confidence| of their confidence bin."""
    gaps = np.bincount(_bin_of(confidence, bins), right - confidence, minlength=bins)
    return float(np.abs(gaps).sum()) / len(right)


def chance_error(confidence: NDArray[np.float64], bins: int = 10, *, draws: int = 200) -> float:
    """What ``calibration_error`` shows on average of a model whose confidence is right: more than 0, by chance.

    The fewer the texts, the more of it; an error near this one tells of no fault.
    """
    chance, place = np.random.default_rng(0), _bin_of(confidence, bins)
    found = [
        np.abs(np.bincount(place, (chance.random(len(confidence)) < confidence) - confidence, minlength=bins)).sum()
        for _ in range(draws)
    ]
    return float(np.mean(found)) / len(confidence)


def _bin_of(confidence: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    return np.minimum((confidence * bins).astype(np.int64), bins - 1)
