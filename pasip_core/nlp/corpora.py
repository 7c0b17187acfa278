"""Labelled texts that the bundled models learn from and are judged on."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pasip_core.errors import InputError

from .lexicon import read_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

SENTIMENT_LABELS = ("positive", "neutral", "negative")
EMOTION_LABELS = ("anger", "fear", "happy", "love", "sadness")
NUSAX = ("indonesian", "javanese", "sundanese")
REGIONAL_WEIGHT = 2.0
"""How much a text of NusaX counts beside one of SmSA, which has none in Javanese or Sundanese."""

SENTENCES = Path(__file__).parent / "sentences"
OWN = "own"
"""The source of our own sentences."""

OWN_WEIGHT = 0.5
"""How much one of them counts beside a text that somebody published. Those on public life, of which no set has any,
count 1."""

NAMES_EACH = 3
OURS, CORRECTED = -1_000_000, -2_000_000
"""Groups of our own sentences, and of what people corrected, begin here and go down; those of NusaX at -1."""

FACTS = 1_000
"""Texts without emotion that are learnt from, of each kind."""

_LETTERS = re.compile(r"[\W_]+")


Sentence = list[tuple[str, str]]
"""Tokens with their tags: B-PERSON, I-PERSON, …, O."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts, the index of each one's label in ``names``, how much each one counts, its group, and its source.

    Translations of one text share a group, so that cross-validation never learns from one and asks for the other.
    """

    names: tuple[str, ...]
    texts: list[str]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]
    groups: NDArray[np.int64]
    sources: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Rows:
    """(text, label) of a labelled file, and how many of its lines have no such two fields."""

    found: list[tuple[str, str]]
    rejected: int


def read_labelled(path: Path, labels: Sequence[str] = SENTIMENT_LABELS) -> Rows:
    """A TSV without header (``text<TAB>label``) or a CSV with columns ``label`` and ``text`` (or ``tweet``).

    ``InputError`` where the file is not there, a line has another label, or no line has any.
    """
    try:
        rows = list(_csv_rows(path, labels) if path.suffix.lower() == ".csv" else _tsv_rows(path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"File {str(path)!r} cannot be read: {error}.", field="file", value=str(path)) from error
    found = [(text, label) for text, label in rows if text is not None]
    for number, (text, label) in enumerate(rows, 1):
        if text is not None and label not in labels:
            message = f"File {str(path)!r}, row {number}: label {label[:40]!r} is none of {', '.join(labels)}."
            raise InputError(message, field="label", value=label)
    if not found:
        raise InputError(f"File {str(path)!r} has no rows of text and label.", field="file", value=str(path))
    return Rows([(text, label) for text, label in found if text is not None], len(rows) - len(found))


def read_training(
    folder: Path,
    *,
    limit: int | None = None,
    corrections: Sequence[tuple[str, str]] = (),
    weight: float = 1.0,
) -> Labelled:
    """SmSA train, NusaX train and sentences of our own, without any text of SmSA's or NusaX's valid, each once.

    ``corrections`` (text, label) come first, so that they outrank the same text in a set, and count ``weight`` each.
    """
    base = folder / "sentiment"
    held = [base / "smsa_valid.tsv", *(base / f"nusax_{language}_valid.csv" for language in NUSAX)]
    collected = _Collected(SENTIMENT_LABELS, unwanted=(text for path in held for text, _ in _held(path)))
    for number, (text, label) in enumerate(corrections):
        collected.add(text, label, "corrections", weight=weight, group=CORRECTED - number)
    for path in (base / "smsa_train.tsv", *(base / f"nusax_{name}_train.csv" for name in NUSAX)):
        regional = "nusax" in path.name
        for row, (text, label) in enumerate(read_labelled(path).found[:limit]):
            # NusaX's files hold the same texts in the same order.
            if regional:
                collected.add(text, label, path.stem, weight=REGIONAL_WEIGHT, group=-1 - row)
            else:
                collected.add(text, label, path.stem)
    for text, label, sentence in read_politics(limit):
        collected.add(text, label, OWN, group=OURS - sentence)
    for language in ("javanese", "sundanese"):
        for text, label in read_sentences(language, SENTIMENT_LABELS, limit):
            collected.add(text, label, OWN, weight=OWN_WEIGHT)
    return collected.labelled()


def read_politics(limit: int | None = None) -> Iterator[tuple[str, str, int]]:
    """Our own sentences on public life, each with several names in turn: text, label, number of the sentence.

    At most ``limit`` sentences of each label.
    """
    sections = read_lines(SENTENCES / "politics.txt")
    names = [name for line in sections["who"] for name in line.split("|") if name]
    sentences = [(sentence, label) for label in SENTIMENT_LABELS for sentence in sections[label][:limit]]
    for number, (sentence, label) in enumerate(sentences):
        for turn in range(NAMES_EACH):
            name = names[(number * NAMES_EACH + turn) % len(names)]
            yield sentence.format(who=name, tag=name.title().replace(" ", "")), label, number


def read_sentences(name: str, labels: Sequence[str], limit: int | None = None) -> Iterator[tuple[str, str]]:
    """Our own sentences of one file: text, label. At most ``limit`` of each label."""
    sections = read_lines(SENTENCES / f"{name}.txt")
    return ((text, label) for label in labels for text in sections[label][:limit])


def read_emotion_training(folder: Path, *, limit: int | None = None) -> Labelled:
    """EmoT train, tweets of our own, and as ``neutral`` what states facts: neutral texts of SmSA, NERGrit's sentences.

    Nothing that stands in a valid set, each text once.
    """
    emotion, sentiment, entities = (folder / name for name in ("emotion", "sentiment", "entities"))
    held = [text for text, _ in _held(emotion / "emot_valid.csv", EMOTION_LABELS)]
    held += [text for text, _ in _held(sentiment / "smsa_valid.tsv")]
    valid = entities / "nergrit_valid.txt"
    held += [plain_text(sentence) for sentence in read_tagged(valid)] if valid.exists() else []
    collected = _Collected((*EMOTION_LABELS, "neutral"), unwanted=held)
    for text, label in read_labelled(emotion / "emot_train.csv", EMOTION_LABELS).found[:limit]:
        collected.add(text, label, "emot_train")
    for text, label in read_sentences("emotion", EMOTION_LABELS, limit):
        collected.add(text, label, OWN, weight=OWN_WEIGHT)
    plain = [text for text, label in read_labelled(sentiment / "smsa_train.tsv").found if label == "neutral"]
    facts = [plain_text(sentence) for sentence in read_tagged(entities / "nergrit_train.txt")]
    for text in plain[: limit or FACTS] + facts[: limit or FACTS]:
        collected.add(text, "neutral", "facts")
    return collected.labelled()


def read_entity_training(folder: Path, *, limit: int | None = None) -> list[Sentence]:
    """NERGrit train, without any sentence that stands in its valid."""
    train, valid = (folder / "entities" / f"nergrit_{part}.txt" for part in ("train", "valid"))
    held = {plain_text(sentence) for sentence in read_tagged(valid)} if valid.exists() else set()
    return [sentence for sentence in read_tagged(train)[:limit] if plain_text(sentence) not in held]


def read_tagged(path: Path) -> list[Sentence]:
    """Sentences of a file of ``token<TAB>tag`` lines with empty lines between; ``InputError`` where it is none."""
    try:
        blocks = path.read_text(encoding="utf-8").split("\n\n")
        found = [[_tagged(line) for line in block.splitlines() if line.strip()] for block in blocks]
    except (OSError, ValueError) as error:
        message = f"File {str(path)!r} cannot be read as lines of token and tag: {error}."
        raise InputError(message, field="file", value=str(path)) from error
    if not any(found):
        raise InputError(f"File {str(path)!r} has no lines of token and tag.", field="file", value=str(path))
    return [sentence for sentence in found if sentence]


def _tagged(line: str) -> tuple[str, str]:
    token, tag = line.rstrip("\r").split("\t")
    return token, tag.strip()


def plain_text(sentence: Sentence) -> str:
    """The sentence as one writes it: tokens with spaces, none before a full stop or comma."""
    return re.sub(r" ([.,;:?!)])", r"\1", " ".join(token for token, _ in sentence))


class _Collected:
    """Texts to learn from, each once, without the unwanted."""

    def __init__(self, names: tuple[str, ...], unwanted: Iterable[str]) -> None:
        self._names, self._known = names, {same_text(text) for text in unwanted}
        self._rows: list[tuple[str, int, float, int, str]] = []

    def add(self, text: str, label: str, source: str, *, weight: float = 1.0, group: int | None = None) -> bool:
        """Whether the text was new."""
        key = same_text(text)
        if key in self._known:
            return False
        self._known.add(key)
        place = len(self._rows) if group is None else group
        self._rows.append((text, self._names.index(label), weight, place, source))
        return True

    def labelled(self) -> Labelled:
        texts, labels, weights, groups, sources = zip(*self._rows, strict=True)
        numbers = (np.array(values) for values in (labels, weights, groups, sources))
        return Labelled(self._names, list(texts), *numbers)


def _held(path: Path, labels: Sequence[str] = SENTIMENT_LABELS) -> list[tuple[str, str]]:
    """The rows of a valid set, where there is one."""
    return read_labelled(path, labels).found if path.exists() else []


def same_text(text: str) -> str:
    """What stays of a text when spacing, punctuation and case are set aside."""
    return _LETTERS.sub("", text.lower())


def _tsv_rows(path: Path) -> Iterator[tuple[str | None, str]]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            text, _, label = line.rstrip("\r").rpartition("\t")
            yield text, label.strip().lower()


def _csv_rows(path: Path, labels: Sequence[str]) -> Iterator[tuple[str | None, str]]:
    """A row without text has None for it. A quote left open swallows the rows after it: these are told apart again."""
    next_row = re.compile(rf"\n(?=(?:{'|'.join(labels)})[,;])")
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            text, label = row.get("text", row.get("tweet")), (row.get("label") or "").strip().lower()
            first, *swallowed = next_row.split(text) if text is not None else (None,)
            yield first, label
            yield from ((None, "") for _ in swallowed)
