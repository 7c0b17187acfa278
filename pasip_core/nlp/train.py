"""Training of the bundled models: ``python -m pasip_core models train --data DIR``, or one task of them.

DIR holds SmSA and NusaX (``sentiment/``), EmoT (``emotion/``) and NERGrit (``entities/``). Nothing is fitted on a
valid set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pasip_core.errors import InputError

from .blend import save_blend
from .corpora import Labelled, read_emotion_training, read_entity_training, read_training
from .entities import FOLDER, SAME_IN_ALL
from .entity_training import learn_entities
from .judging import calibration_error, f1_by_label
from .learning import learn
from .recipes import EMOTION, SENTIMENT, Recipe


def train(data: Path, task: str = "", out: Path | None = None, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Train the bundled model of this task, else all; save below ``out`` (default: where they come from).

    One report a model, of texts that it did not see. ``limit`` uses only so many texts of each set.
    ``InputError`` for an unknown task, or where a file of the training data cannot be read.
    """
    if task and task not in TASKS:
        raise InputError(f"Task {task!r} is unknown; use {', '.join(TASKS)}.", field="task", value=task)
    return (TASKS[name](data, out / name if out else None, limit) for name in ([task] if task else TASKS))


def _train_sentiment(data: Path, out: Path | None, limit: int | None) -> dict[str, Any]:
    texts = read_training(data, limit=limit)
    return _train_blend(SENTIMENT, texts, out, judged=texts.groups >= 0)


def _train_emotion(data: Path, out: Path | None, limit: int | None) -> dict[str, Any]:
    texts = read_emotion_training(data, limit=limit)
    return _train_blend(EMOTION, texts, out, judged=texts.labels < EMOTION.labels.index("neutral"))


def _train_entities(data: Path, out: Path | None, limit: int | None) -> dict[str, Any]:
    sentences = read_entity_training(data, limit=limit)
    folder = out or FOLDER
    learn_entities(sentences).to_disk(folder, exclude=SAME_IN_ALL)
    return {"task": "entities", "texts": len(sentences), "folder": str(folder)}


def _train_blend(recipe: Recipe, texts: Labelled, out: Path | None, judged: np.ndarray) -> dict[str, Any]:
    """``judged`` marks the texts that cross-validated scores are told of: of SmSA, of EmoT."""
    folder = out or recipe.folder
    learnt = learn(texts, recipe)
    notes = {"trained_on": len(texts.texts)}
    save_blend(learnt.linear, learnt.net, learnt.mixture, folder, lexicon=recipe.lexicon, **notes)
    truth, unseen = texts.labels[judged], learnt.unseen[judged]
    scores = f1_by_label(truth, unseen.argmax(axis=1), recipe.labels)
    told = {label: score for n, (label, score) in enumerate(scores.items()) if (truth == n).any()}
    return {
        "task": recipe.task,
        "texts": len(texts.texts),
        "folder": str(folder),
        "f1": told,
        "macro_f1": float(np.mean(list(told.values()))),
        "calibration_error": calibration_error(unseen.argmax(axis=1) == truth, unseen.max(axis=1)),
    }


TASKS: dict[str, Callable[[Path, Path | None, int | None], dict[str, Any]]] = {
    "sentiment": _train_sentiment,
    "emotion": _train_emotion,
    "entities": _train_entities,
}
