"""What people talk about: topics that keep their identity from run to run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from .metrics import trending_score
from .period import Period

NEW, CONTINUED, MERGED, DIED = "new", "continued", "merged", "died"
"""Born in the last run that looked at its days, found there again, gone into another, or found no more."""
STATES = (NEW, CONTINUED, MERGED, DIED)
LABEL_TERMS = 3
LAST_RUN = "last"
"""The id of the only ``TopicRun``."""
BASELINE = 4
"""How many times as long as the days that are scored those are that they are measured by."""


class Term(NamedTuple):
    """One or two words, and how much they weigh."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. ``topic`` is its name for people, ``keywords`` are the terms that tell it from others.

    ``middle`` is what its texts have in common, as weighted terms of length one: by it a topic is known again. Counts
    are those of the run that looked last, over the days of that run; a day by itself is asked of the mention store.
    ``related_data_ids`` are mentions that stand for it, the most typical first.
    """

    id: str
    topic: str
    keywords: tuple[str, ...]
    weights: tuple[float, ...]
    middle: tuple[Term, ...]
    born_at: datetime
    seen_at: datetime
    state: str = NEW
    merged_into: str = ""
    mentions_count: int = 0
    sentiment_distribution: Mapping[str, int] = field(default_factory=dict)
    trending_score: float = 50.0
    first_mentioned: datetime | None = None
    last_mentioned: datetime | None = None
    related_data_ids: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """The keywords with their weights."""
        return tuple(Term(word, weight) for word, weight in zip(self.keywords, self.weights, strict=True))

    @property
    def alive(self) -> bool:
        """Whether it stands for itself, and was found by the last run that looked at its days."""
        return self.state in (NEW, CONTINUED)


@dataclass(frozen=True, slots=True)
class TopicPoint:
    """What one platform said of a topic on one day, for charts outside: ``sentiment_score`` is from -1 to +1."""

    day: date
    topic: str
    platform: str
    mentions_count: int
    trending_score: float
    sentiment_score: float


@dataclass(frozen=True, slots=True)
class TopicRun:
    """The last run, or the one under way. ``first`` and ``last`` are its days.

    ``digest`` tells which texts it read. ``journal`` is all that was decided, from the moment it was until it stands
    in topics and mentions: whoever finds it there goes on with it. ``frequent`` are the terms that most texts have,
    for collections too small for topics.
    """

    id: str
    started_at: datetime
    first: str
    last: str
    finished_at: datetime | None = None
    digest: str = ""
    mentions: int = 0
    texts: int = 0
    assigned: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    frequent: tuple[Term, ...] = ()
    journal: str = ""


def topic_id(middle: Mapping[str, float], first: str) -> str:
    """The id of a topic born of these terms, from texts since that day."""
    told = "\x1f".join((first, *(f"{term}={weight:.4f}" for term, weight in sorted(middle.items()))))
    return hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8).hexdigest()


def label_of(keywords: Sequence[str], had: str = "") -> str:
    """A name for people: the first terms. A name stays while any of its terms is one of the keywords."""
    if had and set(had.split(", ")) & set(keywords):
        return had
    return ", ".join(keywords[:LABEL_TERMS])


def scored_days(period: Period) -> tuple[Period, Period]:
    """The days at the end of a period that topics are scored by (a quarter, one at least), and the baseline before."""
    days = max(1, period.length // BASELINE)
    first = period.last - timedelta(days=days - 1)
    before = Period(first - timedelta(days=days * BASELINE), first - timedelta(days=1), period.zone)
    return Period(first, period.last, period.zone), before


def topic_score(recent: int, before: int, period: Period, now: datetime | None = None) -> float:
    """How loud a topic is at the end of ``period`` against its own days before; see ``trending_score``.

    ``recent`` and ``before`` are its mentions on ``scored_days``. A last day that is not over yet counts as the part
    of a day that has passed.
    """
    scored, baseline = scored_days(period)
    last = Period(period.last, period.last, period.zone)
    passed = float(scored.length)
    if now is not None and last.start <= now < last.end:
        passed += (now - last.end) / (last.end - last.start)
    return trending_score(recent, before * passed / baseline.length)


def followed(topics: Iterable[Topic]) -> dict[str, str]:
    """For each topic that went into another, the one that it has become in the end."""
    into = {topic.id: topic.merged_into for topic in topics if topic.state == MERGED}

    def end(id: str) -> str:
        seen = {id}
        while (after := into.get(id, "")) and after not in seen:
            seen.add(id := after)
        return id

    return {id: end(id) for id in into}
