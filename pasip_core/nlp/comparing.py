"""Two sentiment models side by side, before anyone switches from one to the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pasip_core.errors import InputError

from .corrected import read_report
from .evaluating import Evaluation, evaluate, valid_sets
from .sentiment import load_sentiment

CROSS_VALIDATION = "corrections (cross-validation)"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How both do on the same texts. Each side: macro_f1, f1 by label, accuracy, calibration_error."""

    on: str
    texts: int
    before_version: str
    after_version: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def rows(self) -> Iterator[tuple[str, float, float]]:
        """(measure, before, after), for a table."""
        for name in ("macro_f1", "accuracy", "calibration_error"):
            yield name, self.before[name], self.after[name]
        for label, score in self.before["f1"].items():
            yield f"f1 {label}", score, self.after["f1"][label]


def compare(before: str, after: str, path: Path, *, token: str = "") -> Iterator[Comparison]:
    """``after`` against ``before`` on a labelled file, or on the valid sets of the training folder.

    Where ``after`` was trained with corrections, first how it did on those by cross-validation, against the model
    that answered when it was made. ``ModelRefused`` for a model that cannot be read.
    """
    names = [load_sentiment(name, token=token).version for name in (before, after)]
    if names[0] == names[1]:
        message = f"--against: {before!r} is the same model as {after!r} ({names[0]}); name another one."
        raise InputError(message, field="--against", value=before)
    files = [file for _, file in valid_sets(path, "sentiment")] if path.is_dir() else [path]
    return _compared(before, after, files, token)


def _compared(before: str, after: str, files: list[Path], token: str) -> Iterator[Comparison]:
    if report := read_report(Path(after)):
        sides = report["on_corrections"]
        versions = report["before"], report["model_version"]
        yield Comparison(CROSS_VALIDATION, report["corrections"], *versions, sides["before"], sides["after"])
    for file in files:
        old, new = (_judged(name, file, token) for name in (before, after))
        yield Comparison(file.name, old.texts, old.model_version, new.model_version, _side(old), _side(new))


def _judged(name: str, file: Path, token: str) -> Evaluation:
    found = evaluate(name, file, token=token)
    assert isinstance(found, Evaluation)
    return found


def _side(found: Evaluation) -> dict[str, Any]:
    return {
        "macro_f1": found.macro_f1,
        "f1": found.f1,
        "accuracy": found.accuracy,
        "calibration_error": found.calibration_error,
    }
