"""Judging models on labelled files; what ``models eval`` prints."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pasip_core.domain.analysis import ENTITY_LABELS

from .corpora import EMOTION_LABELS, NUSAX, SENTIMENT_LABELS, Sentence, read_labelled, read_tagged
from .emotion import load_emotion
from .entities import entity_model
from .judging import calibration_error, chance_error, f1, f1_by_label
from .models import check_task
from .sentiment import BUNDLED, load_sentiment
from .tagging import spans


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well a classifier agrees with a labelled file. Scores lie between 0 and 1.

    ``rejected`` lines of the file have no text and label. ``macro_f1`` is over the labels of the file.
    ``calibration_error`` is the expected difference between confidence and accuracy, in ten equal bins;
    ``calibration_by_chance`` what it would be on average, with so few texts, were every confidence right.
    """

    task: str
    model_version: str
    file: str
    texts: int
    rejected: int
    macro_f1: float
    f1: dict[str, float]
    accuracy: float
    calibration_error: float
    calibration_by_chance: float
    texts_per_second: float


@dataclass(frozen=True, slots=True)
class EntityEvaluation:
    """How well entities agree with a tagged file: one is right where its place and its label are."""

    task: str
    model_version: str
    file: str
    texts: int
    entity_f1: float
    precision: float
    recall: float
    f1: dict[str, float]
    texts_per_second: float


_VALID = {
    "sentiment": ("sentiment/smsa_valid.tsv", *(f"sentiment/nusax_{language}_valid.csv" for language in NUSAX)),
    "emotion": ("emotion/emot_valid.csv",),
    "entities": ("entities/nergrit_valid.txt",),
}


def valid_sets(folder: Path, task: str = "") -> list[tuple[str, Path]]:
    """(task, file) of every set of the training folder that its models did not learn from."""
    check_task(task or "sentiment", BUNDLED)
    return [(name, folder / file) for name, files in _VALID.items() if task in ("", name) for file in files]


def evaluate(
    name: str,
    data_file: Path,
    *,
    task: str = "sentiment",
    token: str = "",
    clock: Callable[[], float] = time.perf_counter,
) -> Evaluation | EntityEvaluation:
    """Judge a model on a file of texts and labels (``text<TAB>label``, or CSV with text or tweet, and label).

    For entities: lines of ``token<TAB>tag`` with empty lines between sentences.
    """
    check_task(task, name)
    if task == "entities":
        return _judge_entities(name, data_file, clock)
    labels = {"sentiment": SENTIMENT_LABELS, "emotion": (*EMOTION_LABELS, "neutral")}[task]
    rows = read_labelled(data_file, labels)
    model = load_sentiment(name, token=token) if task == "sentiment" else load_emotion()
    begun = clock()
    scores = model.predict([text for text, _ in rows.found])
    seconds = clock() - begun
    truth = np.array([labels.index(label) for _, label in rows.found])
    guess = np.array([labels.index(one.label) for one in scores])
    confidence = np.array([one.confidence for one in scores])
    scores_by_label = f1_by_label(truth, guess, labels)
    there = {label: scores_by_label[label] for n, label in enumerate(labels) if (truth == n).any()}
    return Evaluation(
        task=task,
        model_version=model.version,
        file=data_file.name,
        texts=len(rows.found),
        rejected=rows.rejected,
        macro_f1=float(np.mean(list(there.values()))),
        f1=there,
        accuracy=float((guess == truth).mean()),
        calibration_error=calibration_error(guess == truth, confidence),
        calibration_by_chance=chance_error(confidence),
        texts_per_second=len(rows.found) / max(seconds, 1e-9),
    )


def _judge_entities(name: str, data_file: Path, clock: Callable[[], float]) -> EntityEvaluation:
    sentences = read_tagged(data_file)
    model = entity_model(name)
    begun = clock()
    answers = model.find([" ".join(token for token, _ in sentence) for sentence in sentences])
    seconds = clock() - begun
    hits, wanted, guessed = Counter[str](), Counter[str](), Counter[str]()
    for sentence, answer in zip(sentences, answers, strict=True):
        truth = _places(sentence)
        guess = {(entity.start, entity.end, entity.label) for entity in answer}
        for counted, those in ((hits, truth & guess), (wanted, truth), (guessed, guess)):
            counted.update(label for _, _, label in those)
    right = hits.total()
    return EntityEvaluation(
        task="entities",
        model_version=model.version,
        file=data_file.name,
        texts=len(sentences),
        entity_f1=f1(right, wanted.total(), guessed.total()),
        precision=right / max(1, guessed.total()),
        recall=right / max(1, wanted.total()),
        f1={label: f1(hits[label], wanted[label], guessed[label]) for label in ENTITY_LABELS},
        texts_per_second=len(sentences) / max(seconds, 1e-9),
    )


def _places(sentence: Sentence) -> set[tuple[int, int, str]]:
    """The true names by their characters in the sentence, whose tokens stand a space apart."""
    starts = np.cumsum([0, *(len(token) + 1 for token, _ in sentence)]).tolist()
    return {(starts[start], starts[end] - 1, label) for start, end, label in spans(tag for _, tag in sentence)}
