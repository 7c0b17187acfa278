"""The models of this worker process: loaded once, before it forks, and never run by the parent.

A model that has run in several threads hangs in a forked child, and loading it in each job costs seconds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pasip_core.settings import Settings

if TYPE_CHECKING:
    from pasip_core.nlp.emotion import BundledEmotion
    from pasip_core.nlp.names import NameReader
    from pasip_core.nlp.sentiment import SentimentModel


def sentiment_model(settings: Settings) -> SentimentModel:
    """The sentiment model of this installation. ``ModelRefused`` where it cannot do the task."""
    return _load(settings.sentiment_model, settings.huggingface_api_key.get_secret_value())


@lru_cache(maxsize=1)
def _load(name: str, token: str) -> SentimentModel:
    from pasip_core.nlp.sentiment import load_sentiment

    return load_sentiment(name, token=token)


def emotion_model() -> BundledEmotion:
    """The emotion model, which is always the bundled one."""
    from pasip_core.nlp.emotion import load_emotion

    return load_emotion()


def name_reader() -> NameReader:
    """The reader of names, whose model is always the bundled one."""
    from pasip_core.nlp.names import load_reader

    return load_reader()
