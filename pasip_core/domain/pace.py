"""How fast a quota may be used, so that it lasts until it is renewed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .quotas import Quota, Use

BETWEEN_RUNS = timedelta(minutes=30)
"""Social platforms are collected so often, and a quota has to last until it is renewed."""
DAY = timedelta(days=1)
DAYS_SAVED = 3
"""So many days' shares add up where less was needed, and no day takes more of them."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What one run may take now: ``run`` for what goes on, ``ahead`` for what begins and has to catch up.

    A day's share is what is left, divided by the days that are left. Shares come in evenly, add up over
    ``DAYS_SAVED`` days where they are not needed, and the first use finds a whole one. What is taken ahead is
    no debt: what is left shrinks, and so do the shares of the days to come. No day takes more than ``DAYS_SAVED``
    shares, or one request where that is more. Days are those of UTC.
    """

    run: float
    ahead: float


def pace(quota: Quota, uses: Sequence[Use], now: datetime, request: float) -> Pace:
    """Of a quota by the month, of which ``uses`` (oldest first) were made; ``request`` is what one takes at least.

    A use that is later than ``now`` was noted while a clock was ahead, and counts as made now.
    """
    uses = [replace(use, at=min(use.at, now)) for use in uses]
    month = _Saved(quota.limit, _due(uses[0].at if uses else now), quota.renewed(now), request)
    for use in uses:
        month.take(use)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = math.ceil((month.ends - midnight) / DAY)
    today = sum(use.amount for use in uses if use.at >= midnight)
    most_today = max(DAYS_SAVED * (month.left + today) / days, request)
    ahead = max(0.0, min(month.left, most_today - today))
    return Pace(min(ahead, month.saved_at(_due(now))), ahead)


def _due(at: datetime) -> datetime:
    """A run has what comes in until the next one."""
    return at + BETWEEN_RUNS


@dataclass
class _Saved:
    """What came in since ``at`` and was not taken; what is ``left`` comes in evenly until it ``ends``."""

    left: float
    at: datetime
    ends: datetime
    request: float
    saved: float = 0.0

    def __post_init__(self) -> None:
        self.saved = self._share(self.at)

    def take(self, use: Use) -> None:
        at = max(self.at, _due(use.at))
        self.saved = max(0.0, self.saved_at(at) - use.amount)
        self.at, self.left = at, max(0.0, self.left - use.amount)

    def saved_at(self, at: datetime) -> float:
        """Shares grow as the rest is not taken: of the last stretch, all of it comes in."""
        came = self.left * math.log((self.ends - self.at) / (self.ends - at)) if at < self.ends else self.left
        return min(self.left, self.saved + came, max(self.request, DAYS_SAVED * self._share(at)))

    def _share(self, at: datetime) -> float:
        return self.left / max(1.0, (self.ends - at) / DAY)
