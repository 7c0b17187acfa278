"""The classifiers that come with this program: numpy alone, one core, no download."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from .blend import Blend
from .reading import model_tokens

BATCH = 512
Scores = TypeVar("Scores")


class BundledModel(Generic[Scores]):
    """Answers in the terms of ``Scores``, whose fields are the model's labels."""

    def __init__(self, model: Blend, scores: Callable[..., Scores], *, of_nothing: Scores) -> None:
        self._model, self._scores, self._of_nothing = model, scores, of_nothing
        self.version = model.version

    def predict(self, texts: Sequence[str]) -> list[Scores]:
        """Calibrated probabilities, in order, one for each text; ``of_nothing`` for one without a word."""
        return [scores for start in range(0, len(texts), BATCH) for scores in self._batch(texts[start : start + BATCH])]

    def _batch(self, texts: Sequence[str]) -> Iterator[Scores]:
        read = [model_tokens(text) for text in texts]
        for words, row in zip(read, self._model.probabilities(read).tolist(), strict=True):
            yield self._scores(**dict(zip(self._model.labels, row, strict=True))) if words else self._of_nothing
