"""A stretch of whole days in one time zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")
MOST_DAYS = 92
"""Three months: beyond, charts of shares show weeks, since of few mentions a day the shares jump about."""
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
"""Days beyond are mistakes: no mention is of them, and reckoning with them could leave the calendar."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days ``first`` to ``last``, both included, in ``zone``."""

    first: date
    last: date
    zone: ZoneInfo = JAKARTA

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period cannot end ({self.last}) before it begins ({self.first})")

    @classmethod
    def last_days(cls, days: int, now: datetime, zone: ZoneInfo = JAKARTA) -> Period:
        """The ``days`` days that end with the day of ``now``."""
        today = now.astimezone(zone).date()
        return cls(today - timedelta(days=days - 1), today, zone)

    @property
    def start(self) -> datetime:
        """The first moment, aware UTC."""
        return day_start(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after the period, aware UTC."""
        return day_start(self.last + timedelta(days=1), self.zone)

    @property
    def length(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    def days(self) -> Iterator[date]:
        """Each day, in order."""
        return (self.first + timedelta(days=n) for n in range(self.length))

    @property
    def shown_by_week(self) -> bool:
        """Whether charts of shares show weeks of it, and not days."""
        return self.length > MOST_DAYS

    def points(self) -> list[Period]:
        """What a chart of shares shows one point of each: days, or weeks from Monday on where there are many days.

        In order; the first and the last week may be cut short by the period.
        """
        if not self.shown_by_week:
            return [Period(day, day, self.zone) for day in self.days()]
        begins = [day for day in self.days() if day == self.first or day.weekday() == 0]
        ends = [day - timedelta(days=1) for day in begins[1:]] + [self.last]
        return [Period(first, last, self.zone) for first, last in zip(begins, ends, strict=True)]

    def previous(self) -> Period:
        """The equally long period that ends the day before this one begins."""
        gap = timedelta(days=self.length)
        return Period(self.first - gap, self.last - gap, self.zone)


def apart(spans: Sequence[Period]) -> list[Period]:
    """Each day of these periods of one zone once, in order, cut wherever one of them begins or ends."""
    cuts = sorted({day for span in spans for day in (span.first, span.last + timedelta(days=1))})
    parts = [Period(first, end - timedelta(days=1), spans[0].zone) for first, end in pairwise(cuts)]
    return [part for part in parts if any(span.first <= part.first <= span.last for span in spans)]


def parse_day(text: str) -> date | None:
    """The day that a text such as ``2026-11-01`` names; ``None`` where it is none from ``EARLIEST`` to ``LATEST``."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Midnight at the beginning of ``day`` in ``zone``, as aware UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day in ``zone`` to which an aware ``moment`` belongs."""
    return moment.astimezone(zone).date()


def hour_of(moment: datetime) -> datetime:
    """The beginning of the hour (UTC) in which ``moment`` lies."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
