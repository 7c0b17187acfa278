"""Labelled texts that the bundled models learn from and are judged on."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pasip_core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LABELS = ("positive", "neutral", "negative")
NUSAX = ("indonesian", "javanese", "sundanese")
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts, the index of each one's label in ``LABELS``, how much each one counts, and its group.

    Translations of one text share a group, so that cross-validation never learns from one and asks for the other.
    """

    texts: list[str]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]
    groups: NDArray[np.int64]


def read_labelled(path: Path) -> list[tuple[str, str]]:
    """(text, label) of a TSV without header (``text<TAB>label``) or a CSV with columns ``text`` and ``label``.

    ``InputError`` where the file is not there, or a line has no such label.
    """
    try:
        rows = list(_csv_rows(path) if path.suffix.lower() == ".csv" else _tsv_rows(path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"File {str(path)!r} cannot be read: {error}.", field="file", value=str(path)) from error
    for number, (_, label) in enumerate(rows, 1):
        if label not in LABELS:
            message = f"File {str(path)!r}, row {number}: label {label[:40]!r} is none of {', '.join(LABELS)}."
            raise InputError(message, field="label", value=label)
    if not rows:
        raise InputError(f"File {str(path)!r} has no rows of text and label.", field="file", value=str(path))
    return rows


def read_training(folder: Path, *, limit: int | None = None) -> Labelled:
    """SmSA train and NusaX train, without any text that stands in SmSA's or NusaX's valid, each text once."""
    base = folder / "sentiment"
    held = [base / "smsa_valid.tsv", *(base / f"nusax_{language}_valid.csv" for language in NUSAX)]
    unwanted = {same_text(text) for path in held if path.exists() for text, _ in read_labelled(path)}
    texts: list[str] = []
    labels: list[int] = []
    weights: list[float] = []
    groups: list[int] = []
    sources = [(base / "smsa_train.tsv", 1.0), *((base / f"nusax_{name}_train.csv", 1.0) for name in NUSAX)]
    for path, weight in sources:
        for row, (text, label) in enumerate(read_labelled(path)[:limit]):
            key = same_text(text)
            if key in unwanted:
                continue
            unwanted.add(key)
            texts.append(text)
            labels.append(LABELS.index(label))
            weights.append(weight)
            # NusaX's files hold the same texts in the same order.
            groups.append(-1 - row if "nusax" in path.name else len(groups))
    return Labelled(texts, np.array(labels), np.array(weights), np.array(groups))


def same_text(text: str) -> str:
    """What stays of a text when spacing, punctuation and case are set aside."""
    return _LETTERS.sub("", text.lower())


def _tsv_rows(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            text, _, label = line.rstrip("\r").rpartition("\t")
            yield text, label.strip().lower()


def _csv_rows(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield row.get("text") or "", (row.get("label") or "").strip().lower()
