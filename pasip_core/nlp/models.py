"""Models by name: fetching, judging, and analysing many texts; what the command line offers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pasip_core.domain.analysis import SENTIMENTS
from pasip_core.errors import InputError, ModelRefused

from .corpora import LABELS, read_labelled
from .sentiment import BUNDLED, SentimentModel, load_sentiment

if TYPE_CHECKING:
    from numpy.typing import NDArray

TASKS = ("sentiment",)
PLANNED = ("emotion", "entities")
LINES = 512
"""Lines analysed at a time."""

PULLED = ("*.json", "*.safetensors", "*.txt", "*.model")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well a model agrees with a labelled file. Scores lie between 0 and 1.

    ``calibration_error`` is the expected difference between confidence and accuracy, in ten equal bins.
    """

    model_version: str
    texts: int
    macro_f1: float
    f1: dict[str, float]
    accuracy: float
    calibration_error: float
    texts_per_second: float


def load(name: str, *, token: str = "") -> SentimentModel:
    """The sentiment model of this name, once a process (see ``sentiment.load_sentiment``)."""
    return load_sentiment(name, token=token)


def analyze(
    lines: Iterable[str], task: str = "sentiment", model: str = BUNDLED, *, token: str = ""
) -> Iterator[dict[str, Any]]:
    """One answer a line, in order, in constant memory.

    Keys: sentiment, confidence, sentiment_scores {positive, negative, neutral}, model_version.
    ``InputError`` for a task that is not there, before any line is read.
    """
    if task not in TASKS:
        known = ", ".join(TASKS)
        reason = "is not part of this version yet" if task in PLANNED else "is unknown"
        raise InputError(f"Task {task!r} {reason}; use {known}.", field="task", value=task)
    return _answers(lines, load(model, token=token))


def evaluate(
    name: str, data_file: Path, *, token: str = "", clock: Callable[[], float] = time.perf_counter
) -> Evaluation:
    """Judge a model on a file of texts and labels (``text<TAB>label``, or CSV with text and label)."""
    rows = read_labelled(data_file)
    model = load(name, token=token)
    begun = clock()
    scores = model.predict([text for text, _ in rows])
    seconds = clock() - begun
    truth = np.array([LABELS.index(label) for _, label in rows])
    shares = np.array([[getattr(one, label) for label in LABELS] for one in scores])
    f1 = f1_by_label(truth, shares.argmax(axis=1))
    return Evaluation(
        model_version=model.version,
        texts=len(rows),
        macro_f1=float(np.mean(list(f1.values()))),
        f1=f1,
        accuracy=float((shares.argmax(axis=1) == truth).mean()),
        calibration_error=calibration_error(truth, shares),
        texts_per_second=len(rows) / max(seconds, 1e-9),
    )


def f1_by_label(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> dict[str, float]:
    """F1 of each label: 2 x hits / (wanted + guessed); 0 where there are neither."""
    return {
        label: float(
            2 * ((truth == n) & (guess == n)).sum() / max(1, int((truth == n).sum()) + int((guess == n).sum()))
        )
        for n, label in enumerate(LABELS)
    }


def calibration_error(truth: NDArray[np.int64], shares: NDArray[np.float64], bins: int = 10) -> float:
    """Expected calibration error: mean over texts of |accuracy - confidence| of their confidence bin."""
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == truth
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(float((right[place == b] - confidence[place == b]).sum())) for b in range(bins)]
    return sum(gaps) / len(truth)


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


def _answers(lines: Iterable[str], model: SentimentModel) -> Iterator[dict[str, Any]]:
    waiting = iter(lines)
    while batch := [line.rstrip("\r\n") for line in islice(waiting, LINES)]:
        for scores in model.predict(batch):
            yield {
                "sentiment": scores.sentiment,
                "confidence": getattr(scores, scores.sentiment),
                "sentiment_scores": {name: getattr(scores, name) for name in sorted(SENTIMENTS, reverse=True)},
                "model_version": model.version,
            }
