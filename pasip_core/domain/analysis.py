"""What was understood of a mention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"
SENTIMENTS = (POSITIVE, NEUTRAL, NEGATIVE)
PENDING = "pending"
"""How a mention without an analysis counts in series and totals."""

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
    def polarity(self) -> float:
        """Positive minus negative, between -1 and 1."""
        return self.positive - self.negative

    @classmethod
    def certain(cls, sentiment: str) -> SentimentScores:
        """All probability on one sentiment, as a person's correction has it."""
        return cls(**{name: float(name == sentiment) for name in SENTIMENTS})


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
