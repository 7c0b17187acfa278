"""Numbers over many mentions: what rollup computes and queries add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

ALL_KEYWORDS = "*"
"""The ``keyword`` of cells that count every mention, matched or not."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One keyword, platform and sentiment within one hour or one day.

    ``volume`` counts mentions, ``count`` stories (copies of one text within the cell count once),
    ``engagement_total`` adds what is known (``None``: no mention told any).
    """

    keyword: str
    platform: str
    sentiment: str
    count: int
    volume: int
    engagement_total: int | None


@dataclass(frozen=True, slots=True)
class SetCell:
    """Mentions of one day that carry exactly this set of keywords, whole-text sentiment.

    Disjoint by construction, so that a union over several keywords counts each mention once.
    """

    keywords: tuple[str, ...]
    platform: str
    source: str
    sentiment: str
    count: int
    volume: int
    engagement_total: int | None


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """Everything that rollup writes for one day; each part replaces what was there."""

    day: date
    hours: Mapping[datetime, tuple[Cell, ...]]
    cells: tuple[Cell, ...]
    sets: tuple[SetCell, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """One row of an answer: the values of the dimensions asked for, and their sums.

    ``count`` adds up the stories of cells; ``None`` where single mentions were summed, whose stories nobody asked for.
    """

    volume: int
    count: int | None
    engagement_total: int | None
    by: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BoundedCount:
    """A count that stops looking at a limit: ``exact`` is false where there are more than ``value``."""

    value: int
    exact: bool = True


def growth_rate(now: float, before: float) -> float | None:
    """Percent against the period before, one decimal; ``None`` where there was nothing to grow from."""
    return round((now - before) / before * 100, 1) if before else None


def trending_score(now: float, before: float, damping: float = 10.0) -> float:
    """0 to 100: 50 is as loud as before, 75 three times as loud, 25 a third.

    ``100 r / (1 + r)`` with ``r = (now + d) / (before + d)``; the damping ``d`` keeps a rise from two
    mentions to six from counting like a rise from two hundred to six hundred.
    """
    ratio = (now + damping) / (before + damping)
    return round(100 * ratio / (1 + ratio), 1)
