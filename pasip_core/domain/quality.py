"""How good the machine reads: samples that people label, and the change from one model to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import blake2b

from .period import Period

SAMPLE_SIZE = 50
"""Texts a week: five minutes by keyboard."""
LEAST_LABELS = 30
"""With fewer labels nothing is said about a model's errors."""
UNCLEAR = ""
"""The label of a text that a person left out."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The mentions drawn of a week, in the order in which they are labelled; ``id`` is its Monday.

    ``population`` is how many mentions the week had when it was drawn.
    """

    id: str
    drawn_at: datetime
    population: int
    ids: tuple[str, ...] = ()

    @property
    def monday(self) -> date:
        """The first day of the week."""
        return date.fromisoformat(self.id)


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says of one text of a sample, without having seen what the machine says.

    ``sentiment`` is ``UNCLEAR`` where it was left out. ``said`` is what each model (by version) reads in the same text,
    the one with ``content_hash``. No text and no name: of the mention only its id is kept.
    """

    id: str
    week: str
    data_id: str
    content_hash: str
    sentiment: str
    at: datetime
    who: str
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rescoring:
    """How far everything is read again by the model of ``version``. There is one, under ``ONLY``.

    While there is another one under ``PAUSE``, nothing is read again.
    ``total`` is how many mentions were read by others when it began; ``ended_at`` is ``None`` while some are left.
    """

    id: str
    version: str = ""
    total: int = 0
    begun_at: datetime | None = None
    ended_at: datetime | None = None


ONLY, PAUSE = "sentiment", "pause"


def label_id(week: str, data_id: str) -> str:
    """One label a text and week."""
    return f"{week}:{data_id}"


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def week_period(monday: date, like: Period) -> Period:
    """The seven days, in the zone of ``like``."""
    return Period(monday, monday + timedelta(days=6), like.zone)


def draw(week: str, ids: Sequence[str], size: int = SAMPLE_SIZE) -> tuple[str, ...]:
    """A simple random sample without replacement: those with the least hashes of (week, id), in that order.

    The same for whoever draws, whatever the order of ``ids``; who is in it depends on nothing that a text says.
    """
    return tuple(sorted(set(ids), key=lambda id: (_place(week, id), id))[:size])


def _place(week: str, id: str) -> bytes:
    return blake2b(f"pasip-sample:{week}:{id}".encode(), digest_size=16).digest()
