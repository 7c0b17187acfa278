"""How long mentions are kept, and what has been counted for good."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from .mention import EMPTY
from .platforms import platform_name

EVERY_PLATFORM = "*"
LONGEST = 36_500
"""Days: a hundred years, so that reckoning with them stays within the calendar."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Days for which mentions of each platform are kept, ``*`` for those not named; others are kept for ever."""

    days: Mapping[str, int] = field(default_factory=lambda: EMPTY)

    @classmethod
    def parse(cls, text: str) -> Retention:
        """From ``365`` or ``twitter=180,news=730,*=365``. ``ValueError`` names the part that cannot be read."""
        days: dict[str, int] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            platform, sign, number = (piece.strip() for piece in part.rpartition("="))
            name = platform.lower() if sign else EVERY_PLATFORM
            if not re.fullmatch(r"\*|[a-z0-9][a-z0-9_.-]*", name):
                raise ValueError(f"{part!r} names no platform; write one like twitter=180, or *=365 for all others")
            if name != EVERY_PLATFORM and (kept_as := platform_name(name)) != name:
                raise ValueError(f"{part!r} is kept under the name {kept_as}; write {kept_as}={number}")
            if not re.fullmatch(r"[0-9]{1,5}", number) or not 1 <= int(number) <= LONGEST:
                raise ValueError(f"{part!r} gives no number of days from 1 to {LONGEST}; write it like {name}=365")
            if name in days:
                raise ValueError(f"{part!r} comes after another one for {name}; name each platform once")
            days[name] = int(number)
        return cls(days)

    def oldest_kept(self, platform: str, today: date) -> date | None:
        """The first day whose mentions are kept; ``None`` where all are."""
        days = self.days.get(platform, self.days.get(EVERY_PLATFORM))
        return None if days is None else today - timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Frozen:
    """The numbers of one platform (``id``) before ``day`` are final: the mentions behind them are going, or gone.

    ``day`` is written like ``2026-11-25``; it only ever moves forward.
    """

    id: str
    day: str

    def holds(self, day: date) -> bool:
        """Whether the numbers of ``day`` are final."""
        return day.isoformat() < self.day
