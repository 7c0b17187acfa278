"""Models by name: fetching them, and analysing many texts; what the command line offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from pasip_core.domain.analysis import EMOTIONS, SENTIMENTS
from pasip_core.errors import InputError, ModelRefused

from .emotion import load_emotion
from .entities import EntityModel, entity_model
from .sentiment import AUTO, BUNDLED, SentimentModel, load_sentiment

TASKS = ("sentiment", "emotion", "entities")
LINES = 512
"""Lines analysed at a time."""

PULLED = ("*.json", "*.safetensors", "*.txt", "*.model")


def load(name: str, *, token: str = "") -> SentimentModel:
    """The sentiment model of this name, once a process (see ``sentiment.load_sentiment``)."""
    return load_sentiment(name, token=token)


def analyze(
    lines: Iterable[str], task: str = "sentiment", model: str = BUNDLED, *, token: str = ""
) -> Iterator[dict[str, Any]]:
    """One answer a line, in order, in constant memory.

    Keys: the task (sentiment or emotion), confidence, its scores, model_version; or entities, each with text, label,
    start, end and name, and model_version.
    ``InputError`` for a task that is not there, or a model that cannot do it, before any line is read.
    """
    check_task(task, model)
    if task == "emotion":
        return _batched(lines, _emotions)
    if task == "entities":
        recogniser = entity_model(model)
        return _batched(lines, lambda batch: _entities(batch, recogniser))
    scorer = load(model, token=token)
    return _batched(lines, lambda batch: _sentiments(batch, scorer))


def check_task(task: str, model: str) -> None:
    """``InputError`` where there is no such task, or the model cannot do it."""
    if task not in TASKS:
        raise InputError(f"Task {task!r} is unknown; use {', '.join(TASKS)}.", field="task", value=task)
    if task == "emotion" and model not in (BUNDLED, AUTO):
        message = f"Task {task!r} is done by the bundled model only, not by {model!r}: leave --model out."
        raise InputError(message, field="model", value=model)


def pull(name: str, *, token: str = "") -> Path:
    """Download a Hugging Face sentiment classifier into the local cache and check that it can do the task.

    No pickled weights and no code are fetched. ``ModelRefused`` where that fails, saying why.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    from .transformer import load_transformer

    try:
        folder = snapshot_download(name, token=token or None, allow_patterns=list(PULLED))
    except (HFValidationError, HfHubHTTPError, OSError, ValueError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise ModelRefused(f"Model {name!r} cannot be downloaded: {reason}", field="model", value=name) from error
    load_transformer(name, fast=False)
    return Path(folder)


def _batched(lines: Iterable[str], answer: Callable[[list[str]], Iterator[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    waiting = iter(lines)
    while batch := [line.rstrip("\r\n") for line in islice(waiting, LINES)]:
        yield from answer(batch)


def _sentiments(batch: list[str], model: SentimentModel) -> Iterator[dict[str, Any]]:
    for scores in model.predict(batch):
        yield {
            "sentiment": scores.sentiment,
            "confidence": scores.confidence,
            "sentiment_scores": {name: getattr(scores, name) for name in sorted(SENTIMENTS, reverse=True)},
            "model_version": model.version,
        }


def _emotions(batch: list[str]) -> Iterator[dict[str, Any]]:
    model = load_emotion()
    for scores in model.predict(batch):
        yield {
            "emotion": scores.emotion,
            "confidence": scores.confidence,
            "emotion_scores": {name: getattr(scores, name) for name in EMOTIONS},
            "model_version": model.version,
        }


def _entities(batch: list[str], model: EntityModel) -> Iterator[dict[str, Any]]:
    for found in model.find(batch):
        yield {"entities": [asdict(entity) for entity in found], "model_version": model.version}
