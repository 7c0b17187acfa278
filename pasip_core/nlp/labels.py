"""What a classifier's labels mean in positive, neutral and negative."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from pasip_core.errors import ModelRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NAMES = {
    0: {"positive", "positif", "pos", "very positive", "sangat positif", "positive sentiment"},
    1: {"neutral", "netral", "neu", "mixed", "campuran"},
    2: {"negative", "negatif", "neg", "very negative", "sangat negatif"},
}
# Checkpoints whose model page tells what their bare numbers mean.
_TOLD = {"mdhugol/indonesia-bert-sentiment-classification": ("positive", "neutral", "negative")}
_STARS = re.compile(r"([1-5])\s*(?:stars?|bintang)")
_NUMBERED = re.compile(r"label_\d+")
UNNAMED = "Its config.json does not say what they mean: set id2label to positive, neutral and negative there."
ANOTHER = "Name a checkpoint with exactly these three, or use bundled."


def sentiment_of_labels(labels: Mapping[int, str], name: str) -> NDArray[np.float64]:
    """A matrix from the classifier's labels to (positive, neutral, negative).

    Known are English and Indonesian names and 1 to 5 stars (3 is neutral). ``ModelRefused`` for bare numbers
    (LABEL_0 says nothing about its meaning), for unknown names, and where one of the three is missing: two
    classes cannot say "neutral", which is most of what news is.
    """
    matrix = np.zeros((len(labels), 3))
    told = _TOLD.get(name)
    for index, label in labels.items():
        column = _column(told[int(index)] if told else str(label))
        if column is None:
            raise _refused(name, labels)
        matrix[int(index), column] = 1.0
    if not matrix.any(axis=0).all():
        raise _refused(name, labels)
    return matrix


def _column(label: str) -> int | None:
    plain = " ".join(label.strip().lower().replace("_", " ").replace("-", " ").split())
    if stars := _STARS.fullmatch(plain):
        return {1: 2, 2: 2, 3: 1, 4: 0, 5: 0}[int(stars[1])]
    return next((column for column, names in _NAMES.items() if plain in names), None)


def _refused(name: str, labels: Mapping[int, str]) -> ModelRefused:
    shown = ", ".join(str(label) for label in list(labels.values())[:8])
    numbered = all(_NUMBERED.fullmatch(str(label).lower()) for label in labels.values())
    hint = UNNAMED if numbered and len(labels) == 3 else ANOTHER
    return ModelRefused(
        f"SENTIMENT_MODEL: {name!r} has the labels {shown}, where positive, neutral and negative are needed. {hint}",
        field="sentiment_model",
        value=name,
    )
