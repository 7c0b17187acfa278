"""Emotions of texts, by the model that comes with the program."""

from __future__ import annotations

from functools import lru_cache

from pasip_core.domain.analysis import EmotionScores

from .answering import BundledModel
from .blend import Blend, load_blend
from .recipes import EMOTION


class BundledEmotion(BundledModel[EmotionScores]):
    """The emotion model that comes with this program."""

    def __init__(self, model: Blend) -> None:
        super().__init__(model, EmotionScores, of_nothing=EmotionScores.certain("neutral"))


@lru_cache(maxsize=1)
def load_emotion() -> BundledEmotion:
    """The model, loaded once a process."""
    return BundledEmotion(load_blend(EMOTION.folder))
