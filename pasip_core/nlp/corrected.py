"""Learning anew from the training sets and from what people corrected, into a folder beside the bundled model.

The folder holds a model as the bundled one is, and ``corrections.json``: how the model that answered before and the
new one do on the corrections, each text judged by a model that did not learn it. No text is kept there.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pasip_core.errors import InputError

from .blend import save_blend
from .corpora import CORRECTED, Labelled, read_training
from .judging import calibration_error, f1_by_label
from .learning import learn
from .recipes import SENTIMENT, Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sentiment import SentimentModel

REPORT_FILE = "corrections.json"
LEAST = 30
"""Fewer corrections than this teach nothing that could be told from chance."""

WEIGHT = 2.0
"""A correction counts as so many texts of the sets: it is of this installation, and a person looked at it."""


def train_corrected(
    data: Path,
    corrections: Sequence[tuple[str, str]],
    folder: Path,
    before: SentimentModel,
    *,
    limit: int | None = None,
    recipe: Recipe = SENTIMENT,
) -> dict[str, Any]:
    """Learn the sentiment model from DATA and (text, label) corrections; the report that ``folder`` then holds too.

    ``InputError`` where the folder is there already, or the corrections are too few to learn from.
    """
    if folder.exists():
        raise InputError(f"--name: {folder} is there already; choose another name.", field="--name", value=folder.name)
    _must_suffice(len(corrections))
    texts = read_training(data, limit=limit, corrections=corrections, weight=WEIGHT)
    ours = texts.groups <= CORRECTED
    _must_suffice(int(ours.sum()))
    recipe = replace(recipe, version=f"{recipe.version}+{folder.name}")
    learnt = learn(texts, recipe)
    report = {
        "task": "sentiment",
        "model_version": recipe.version,
        "before": before.version,
        "texts": len(texts.texts),
        "corrections": int(ours.sum()),
        "folder": str(folder),
        "on_corrections": _side_by_side(texts, ours, learnt.unseen, before),
    }
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    save_blend(learnt.linear, learnt.net, learnt.mixture, making, lexicon=recipe.lexicon, trained_on=len(texts.texts))
    (making / REPORT_FILE).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    making.rename(folder)
    return report


def _must_suffice(count: int) -> None:
    if count < LEAST:
        message = f"Corrections: {count} texts are too few to learn from, {LEAST} are needed."
        raise InputError(message, field="corrections", value=count)


def read_report(folder: Path) -> Mapping[str, Any] | None:
    """What ``train_corrected`` told of the model in this folder, if it made it."""
    try:
        report = json.loads((folder / REPORT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


def _side_by_side(
    texts: Labelled, ours: NDArray[np.bool_], unseen: NDArray[np.float64], before: SentimentModel
) -> dict[str, dict[str, Any]]:
    """Both models on the corrections: the new one by cross-validation, the other as it stands."""
    truth = texts.labels[ours]
    said = before.predict([text for text, mine in zip(texts.texts, ours, strict=True) if mine])
    old = np.array([[getattr(scores, label) for label in texts.names] for scores in said])
    return {"before": _judged(truth, old, texts.names), "after": _judged(truth, unseen[ours], texts.names)}


def _judged(truth: NDArray[np.int64], shares: NDArray[np.float64], names: Sequence[str]) -> dict[str, Any]:
    guess = shares.argmax(axis=1)
    scores = f1_by_label(truth, guess, names)
    there = {label: score for n, (label, score) in enumerate(scores.items()) if (truth == n).any()}
    return {
        "macro_f1": float(np.mean(list(there.values()))),
        "f1": there,
        "accuracy": float((guess == truth).mean()),
        "calibration_error": calibration_error(guess == truth, shares.max(axis=1)),
    }
