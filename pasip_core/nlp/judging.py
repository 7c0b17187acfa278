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
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(float((right[place == b] - confidence[place == b]).sum())) for b in range(bins)]
    return sum(gaps) / len(right)
