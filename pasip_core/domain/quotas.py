"""What may be asked of a platform in a span of time, and what was: calls, units, hashtags, dollars."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MONEY = "USD"
"""The unit of budgets that are money."""
_ROLLING = re.compile(r"(\d{1,4})([hd])")
_CALENDAR = re.compile(r"(day|month)(?: ([\w/+-]+))?")


@dataclass(frozen=True, slots=True)
class Use:
    """An amount taken from a quota. ``what`` names the thing where a thing counts once (a hashtag)."""

    id: str
    bucket: str
    at: datetime
    amount: float
    what: str = ""


class Budget(NamedTuple):
    """A quota as pages tell of it. ``name`` is the bucket of its uses, ``unit`` what is counted (money: ``MONEY``).

    ``each`` is what one mention takes of it at most; 0 where that is not told. ``request`` is what one request takes
    at least, where the budget is spread over its window (see ``pace``); 0 where it is not.
    """

    name: str
    limit: float
    window: str
    unit: str
    each: float = 0.0
    request: float = 0.0


@dataclass(frozen=True, slots=True)
class Quota:
    """At most ``limit`` within ``window``: ``7d`` or ``24h`` (rolling), ``day ZONE`` or ``month ZONE`` (calendar).

    Without a zone a day or month is one of UTC. ``ValueError`` for any other window.
    """

    limit: float
    window: str

    def __post_init__(self) -> None:
        if not 0 <= self.limit < math.inf:
            raise ValueError("a limit is a number from 0 on")
        if _ROLLING.fullmatch(self.window):
            return
        calendar = _CALENDAR.fullmatch(self.window)
        if not calendar:
            raise ValueError(f"{self.window!r} is no window: write 24h, 7d, day ZONE or month ZONE")
        try:
            ZoneInfo(calendar[2] or "UTC")
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{calendar[2]!r} is no time zone") from error

    @property
    def is_rolling(self) -> bool:
        """Whether each use ages by itself, rather than all ending together."""
        return _ROLLING.fullmatch(self.window) is not None

    def since(self, now: datetime) -> datetime:
        """Uses from this moment on count at ``now``."""
        if rolling := _ROLLING.fullmatch(self.window):
            return now - _length(rolling)
        return self._begins(now)

    def renewed(self, now: datetime, oldest: datetime | None = None) -> datetime:
        """When something is free again: the next day or month, or when the ``oldest`` use has aged."""
        if rolling := _ROLLING.fullmatch(self.window):
            return (oldest or now) + _length(rolling)
        begins = self._begins(now)
        later = begins + (timedelta(days=32) if self.window.startswith("month") else timedelta(hours=36))
        return self._begins(later)

    def _begins(self, moment: datetime) -> datetime:
        calendar = _CALENDAR.fullmatch(self.window)
        assert calendar is not None
        local = moment.astimezone(ZoneInfo(calendar[2] or "UTC"))
        return local.replace(day=local.day if calendar[1] == "day" else 1, hour=0, minute=0, second=0, microsecond=0)


def _length(rolling: re.Match[str]) -> timedelta:
    return timedelta(**{"hours" if rolling[2] == "h" else "days": int(rolling[1])})
