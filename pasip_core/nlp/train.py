"""Training of the bundled models: ``python -m pasip_core models train --data DIR``, or one task of them.

DIR holds SmSA and NusaX (``sentiment/``), EmoT (``emotion/``) and NERGrit (``entities/``). Nothing is fitted on a
valid set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pasip_core.errors import InputError

from .blend import save_blend
from .corpora import Labelled, Sentence, read_emotion_training, read_entity_training, read_training
from .entities import FOLDER, save_entities
from .entity_training import learn_entities, unseen_tags
from .judging import calibration_error, chance_error, f1, f1_by_label
from .learning import learn
from .recipes import EMOTION, SENTIMENT, Recipe
from .tagging import spans

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    return _train_blend(SENTIMENT, texts, out, judged="smsa_train")


def _train_emotion(data: Path, out: Path | None, limit: int | None) -> dict[str, Any]:
    texts = read_emotion_training(data, limit=limit)
    return _train_blend(EMOTION, texts, out, judged="emot_train")


def _train_entities(data: Path, out: Path | None, limit: int | None) -> dict[str, Any]:
    sentences = read_entity_training(data, limit=limit)
    folder = out or FOLDER
    save_entities(learn_entities(sentences), folder, trained_on=len(sentences))
    return {
        "task": "entities",
        "texts": len(sentences),
        "folder": str(folder),
        "entity_f1": _entity_f1(sentences, unseen_tags(sentences)),
    }


def _entity_f1(sentences: Sequence[Sentence], answers: Sequence[Sequence[str]]) -> float:
    """Of the tagger without the lists' own answers."""
    both = [
        (set(spans(tag for _, tag in sentence)), set(spans(tags)))
        for sentence, tags in zip(sentences, answers, strict=True)
    ]
    hits, wanted, guessed = (sum(map(len, names)) for names in zip(*((t & g, t, g) for t, g in both), strict=True))
    return f1(hits, wanted, guessed)


def _train_blend(recipe: Recipe, texts: Labelled, out: Path | None, judged: str) -> dict[str, Any]:
    """``judged`` is the source whose cross-validated scores stand first: SmSA, EmoT."""
    folder = out or recipe.folder
    learnt = learn(texts, recipe)
    notes = {"trained_on": len(texts.texts)}
    save_blend(learnt.linear, learnt.net, learnt.mixture, folder, lexicon=recipe.lexicon, **notes)
    others = [str(source) for source in np.unique(texts.sources) if source != judged]
    return {
        "task": recipe.task,
        "texts": len(texts.texts),
        "folder": str(folder),
        **_judged(texts, learnt.unseen, judged),
        "others": {source: _judged(texts, learnt.unseen, source) for source in others},
    }


def _judged(texts: Labelled, unseen: NDArray[np.float64], source: str) -> dict[str, Any]:
    """How the texts of one source were answered by models that had not seen them."""
    of_it = texts.sources == source
    truth, shares = texts.labels[of_it], unseen[of_it]
    guess = shares.argmax(axis=1)
    scores = f1_by_label(truth, guess, texts.names)
    told = {label: score for n, (label, score) in enumerate(scores.items()) if (truth == n).any()}
    return {
        "f1": told,
        "macro_f1": float(np.mean(list(told.values()))),
        "calibration_error": calibration_error(guess == truth, shares.max(axis=1)),
        "calibration_by_chance": chance_error(shares.max(axis=1)),
    }


TASKS: dict[str, Callable[[Path, Path | None, int | None], dict[str, Any]]] = {
    "sentiment": _train_sentiment,
    "emotion": _train_emotion,
    "entities": _train_entities,
}
