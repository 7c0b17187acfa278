"""Sentiment of texts behind one interface, whichever model answers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from loguru import logger

from pasip_core.domain.analysis import SentimentScores
from pasip_core.errors import ModelRefused

from .answering import BundledModel
from .blend import BLEND_FILE, Blend, load_blend
from .recipes import BUNDLED_FOLDER as BUNDLED_MODELS
from .recipes import SENTIMENT

BUNDLED, AUTO = "bundled", "auto"
BUNDLED_FOLDER = BUNDLED_MODELS / "sentiment"


class SentimentModel(Protocol):
    """A model that is loaded and ready."""

    @property
    def version(self) -> str:
        """What is stored with each analysis: model and version."""

    def predict(self, texts: Sequence[str]) -> list[SentimentScores]:
        """Calibrated probabilities, in order, one for each text (an empty text is neutral)."""


class BundledSentiment(BundledModel[SentimentScores]):
    """The sentiment model that comes with this program."""

    def __init__(self, model: Blend) -> None:
        super().__init__(model, SentimentScores, of_nothing=SentimentScores.certain("neutral"))


# What ``auto`` looks for on disk, best first.
KNOWN = (
    "w11wo/indonesian-roberta-base-sentiment-classifier",
    "mdhugol/indonesia-bert-sentiment-classification",
    "cardiffnlp/twitter-xlm-roberta-base-sentiment-multilingual",
)


@lru_cache(maxsize=4)
def load_sentiment(name: str, *, token: str = "") -> SentimentModel:
    """The model that the setting names, loaded once a process; never from the network.

    ``auto``: the first of ``KNOWN`` that is already on disk, else the bundled one. A path may be that of a
    checkpoint, or of a model that ``models train`` wrote.
    ``ModelRefused`` says why a model cannot be used and what to do.
    """
    name = name.strip() or AUTO
    if name == AUTO:
        return _best_on_disk() or _bundled()
    if name == BUNDLED:
        return _bundled()
    if is_ours(Path(name)):
        return _trained_here(Path(name))
    from .transformer import load_transformer

    return load_transformer(name)


def _best_on_disk() -> SentimentModel | None:
    cached = [name for name in KNOWN if _in_cache(name)]
    if not cached:
        return None
    from .transformer import load_transformer

    for name in cached:
        try:
            return load_transformer(name)
        except ModelRefused as refused:
            logger.info("{} is on disk but cannot be used: {}", name, refused)
    return None


def _in_cache(name: str) -> bool:
    """Looked up by folder: asking the library would cost an import of seconds where there is nothing."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    hub = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    return (hub / f"models--{name.replace('/', '--')}").is_dir()


def is_ours(folder: Path) -> bool:
    """Whether ``models train`` wrote this folder."""
    return (folder / BLEND_FILE).is_file()


def _trained_here(folder: Path) -> BundledSentiment:
    try:
        model = load_blend(folder)
        if model.labels != SENTIMENT.labels:
            raise ValueError(f"its labels are {', '.join(model.labels)}")
        model.probabilities([["coba"]])
    # Whatever a damaged file makes the readers say.
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ModelRefused(
            f"SENTIMENT_MODEL: {str(folder)!r} cannot be loaded: {reason}. Train it again, or use bundled.",
            field="sentiment_model",
            value=str(folder),
        ) from error
    return BundledSentiment(model)


@lru_cache(maxsize=1)
def _bundled() -> BundledSentiment:
    return BundledSentiment(load_blend(BUNDLED_FOLDER))
