"""How each bundled classifier is made: its labels, its n-grams, its network. Chosen by cross-validation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .corpora import EMOTION_LABELS, SENTIMENT_LABELS
from .features import Shape

BUNDLED_FOLDER = Path(__file__).parent / "bundled"


@dataclass(frozen=True, slots=True)
class Part:
    """One family to learn: its kind, its n-grams, the least number of texts with one, whether rare ones weigh more."""

    kind: str
    shape: Shape
    least: int = 2
    by_rarity: bool = True


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one classifier is made.

    ``strength`` is the inverse regularisation of the linear part: a logistic regression, or with ``hinge`` one
    separating plane a label under squared hinge loss. ``lexicon`` is what the network knows.
    ``lean`` makes labels likelier than the sets that were learnt have them; ``agreement`` is how much two readings of
    a text by the network must agree while it learns, ``adversity`` how far its words are moved to where it errs, and
    ``cells`` how many its memory has in each direction (0: it has none).
    """

    task: str
    version: str
    labels: tuple[str, ...]
    parts: tuple[Part, ...]
    strength: float
    lexicon: str
    epochs: int
    hinge: bool = False
    lean: tuple[float, ...] = ()
    agreement: float = 0.0
    adversity: float = 0.0
    cells: int = 0
    seed: int = 20_261_124
    folds: int = 3

    @property
    def folder(self) -> Path:
        """Where the trained model lies."""
        return BUNDLED_FOLDER / self.task


SENTIMENT = Recipe(
    task="sentiment",
    version="bundled-sentiment-6",
    labels=SENTIMENT_LABELS,
    parts=(
        Part("word", Shape(words=(1, 2, 3), skips=True)),
        Part("signed", Shape(words=(1,))),
        Part("signed_char", Shape(chars=(3, 4, 5, 6))),
        Part("civic", Shape(words=(1, 2, 3)), by_rarity=False),
        Part("make", Shape(words=(1, 2)), by_rarity=False),
        Part("edge", Shape(words=(1,))),
        Part("mood", Shape(words=(1, 2)), by_rarity=False),
    ),
    strength=0.6,
    hinge=True,
    lean=(0.0, 0.1, 0.0),
    lexicon="civic",
    epochs=6,
    agreement=1.0,
    adversity=0.5,
    cells=48,
)

EMOTION = Recipe(
    task="emotion",
    version="bundled-emotion-3",
    labels=(*EMOTION_LABELS, "neutral"),
    parts=(
        Part("word", Shape(words=(1, 2))),
        Part("char", Shape(chars=(3, 4, 5)), least=3),
        Part("mood", Shape(words=(1, 2)), by_rarity=False),
        Part("tone", Shape(words=(1, 2, 3)), by_rarity=False),
    ),
    strength=2.0,
    lexicon="mood",
    epochs=14,
    agreement=1.0,
)
