"""What was understood of a mention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"
SENTIMENTS = (POSITIVE, NEUTRAL, NEGATIVE)
EMOTIONS = ("anger", "fear", "happy", "love", "sadness", NEUTRAL)
PENDING = "pending"
"""How a mention without an analysis counts in series and totals."""

PERSON, PLACE, ORGANISATION = "PERSON", "PLACE", "ORGANISATION"
ENTITY_LABELS = (PERSON, PLACE, ORGANISATION)
LEAST_SURE = 0.3
"""Below this probability no emotion is named: the bundled model's card tells how it was chosen."""

SURE = 0.5
"""A confidence of this or more; below it another sentiment than the one named may well be as probable."""
LOW, HIGH = "low", "high"
"""Confidence of the whole text in words: below ``SURE``, and from there on."""

CORRECTION = "correction"
"""The ``model_version`` of an analysis that a person made."""


@dataclass(frozen=True, slots=True)
class SentimentScores:
    """Calibrated probabilities; they sum to 1."""

    positive: float
    negative: float
    neutral: float

    @property
    def sentiment(self) -> str:
        """The most probable sentiment."""
        return max(SENTIMENTS, key=lambda name: getattr(self, name))

    @property
    def label(self) -> str:
        """The most probable sentiment, in the terms that all scores share."""
        return self.sentiment

    @property
    def confidence(self) -> float:
        """How probable the most probable sentiment is."""
        return float(getattr(self, self.sentiment))

    @property
    def polarity(self) -> float:
        """Positive minus negative, between -1 and 1."""
        return self.positive - self.negative

    @classmethod
    def certain(cls, sentiment: str) -> SentimentScores:
        """All probability on one sentiment, as a person's correction has it."""
        return cls(**{name: float(name == sentiment) for name in SENTIMENTS})


@dataclass(frozen=True, slots=True)
class EmotionScores:
    """Calibrated probabilities; they sum to 1. ``neutral`` is a text that carries no emotion."""

    anger: float
    fear: float
    happy: float
    love: float
    sadness: float
    neutral: float

    @property
    def emotion(self) -> str:
        """The most probable emotion, or ``neutral`` where none is probable enough to be named."""
        best = max(EMOTIONS, key=lambda name: getattr(self, name))
        return best if getattr(self, best) >= LEAST_SURE else NEUTRAL

    @property
    def label(self) -> str:
        """The emotion, in the terms that all scores share."""
        return self.emotion

    @property
    def confidence(self) -> float:
        """The probability of the emotion that is named."""
        return float(getattr(self, self.emotion))

    @classmethod
    def certain(cls, emotion: str) -> EmotionScores:
        """All probability on one emotion."""
        return cls(**{name: float(name == emotion) for name in EMOTIONS})


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, place or organisation in a text: ``text[start:end]``, counted under ``name``."""

    text: str
    label: str
    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """One row of a mention's append-only analysis history."""

    data_id: str
    sentiment: str
    confidence: float
    scores: SentimentScores
    processed_at: datetime
    model_version: str
    emotion: str | None = None
    keywords_mentioned: tuple[str, ...] = ()

    @property
    def is_correction(self) -> bool:
        """Whether a person, not a model, said so."""
        return self.model_version == CORRECTION
