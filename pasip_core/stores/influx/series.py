"""The metric store that keeps a copy of its cells in InfluxDB, and answers sums from there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from pasip_core.domain.metrics import ALL_KEYWORDS, DayNumbers, Total
from pasip_core.domain.period import Period, day_of, day_start
from pasip_core.domain.topic import TopicPoint
from pasip_core.errors import LeaseLost

from ..cells import refuse_to_count_twice
from ..ports import Dimension, Fence, Leases, MetricStore
from . import flux
from .points import DAYS, HOURS, TAGS, Place, fits, line, place_of, points_of, tag_value, topic_line
from .server import InfluxServer

LEASE_SECONDS = 60.0
"""As long as rollup asks for; one batch takes less than that, however often it is tried."""
LINES_AT_ONCE = 5000


class InfluxSeries:
    """See ``MetricStore``. The document store has every cell, too, and answers what InfluxDB cannot.

    A day is written there first, then copied, then its version moves once more: who read the old copy under
    the version of the new cells does not keep it. A process that dies between the two leaves the day
    touched, and the next rollup copies it.
    """

    def __init__(self, documents: MetricStore, leases: Leases, server: InfluxServer, zone: ZoneInfo) -> None:
        self._documents, self._leases, self._server, self._zone = documents, leases, server, zone

    def write(self, numbers: DayNumbers, fence: Fence) -> None:
        """See ``MetricStore``. InfluxDB knows no fences: the lease is held anew for each batch instead."""
        self._documents.write(numbers, fence)
        if fits(numbers.day, numbers.day):
            try:
                self._copy(numbers, fence)
                self._leases.renew(fence, LEASE_SECONDS)
            except LeaseLost:
                # These numbers may lie over those of a successor by now.
                self._copy_what_stands(numbers.day, numbers.hours)
                raise
        self._documents.move_version(numbers.day)

    def _copy(self, numbers: DayNumbers, fence: Fence | None) -> None:
        cells = points_of(numbers, self._zone)
        gone = self._standing(numbers) - cells.keys()
        lines = [line(place, cells.get(place)) for place in sorted((*cells, *gone), key=_tells_of_the_day)]
        for at in range(0, len(lines), LINES_AT_ONCE):
            if fence:
                self._leases.renew(fence, LEASE_SECONDS)
            self._server.write(lines[at : at + LINES_AT_ONCE])

    def _standing(self, numbers: DayNumbers) -> set[Place]:
        """Where InfluxDB has cells of that day, of its hours that are written, and of days that nothing begins with.

        Those are from before a change of the zone: a rebuild writes every day, so each takes such neighbours along.
        """
        day = Period(numbers.day, numbers.day, self._zone)
        hours = {int(hour.timestamp()) for hour in numbers.hours}
        rows = self._server.ask(flux.places(self._server.bucket, day.start - timedelta(days=1), day.end))
        found = set(map(place_of, rows))
        return {p for p in found if (p.seconds in hours if p.measurement == HOURS else self._is_of(day, p.seconds))}

    def _is_of(self, day: Period, seconds: int) -> bool:
        moment = datetime.fromtimestamp(seconds, UTC)
        return moment == day.start or moment != day_start(day_of(moment, self._zone), self._zone)

    def fill(self) -> None:
        """Copy the days that InfluxDB has nothing of, as where it joins numbers that were there before it."""
        fitting = (day for day in self._documents.days() if fits(day, day))
        for _, year in groupby(fitting, key=lambda day: day.year):
            days = list(year)
            there = {total.by["day"] for total in self.sums(Period(days[0], days[-1], self._zone), ("day",))}
            for day in days:
                if day not in there:
                    self._copy_what_stands(day)

    def _copy_what_stands(self, day: date, hours: Iterable[datetime] = ()) -> None:
        """Copy what the document store says of a day; it may have nothing of some ``hours``, which is copied, too.

        Once more where it says something else by then. What it says after that, its writer copies.
        """
        stands, copied = self._documents.read(day), None
        while (cells := points_of(stands, self._zone)) != copied:
            self._copy(replace(stands, hours={**dict.fromkeys(hours, ()), **stands.hours}), None)
            stands, copied = self._documents.read(day), cells
        self._documents.move_version(day)

    def sums(
        self,
        period: Period,
        by: Sequence[Dimension],
        *,
        keywords: Sequence[str] = (),
        platforms: Sequence[str] = (),
        sentiments: Sequence[str] = (),
    ) -> list[Total]:
        """See ``MetricStore``."""
        refuse_to_count_twice(by, keywords)
        if not fits(period.first, period.last):
            return self._documents.sums(period, by, keywords=keywords, platforms=platforms, sentiments=sentiments)
        days = replace(period, zone=self._zone)
        question = flux.sums(
            self._server.bucket, days.start, days.end, by,
            keywords=keywords or (ALL_KEYWORDS,), platforms=platforms, sentiments=sentiments,
        )  # fmt: skip
        return _totals(self._server.ask(question), by, self._zone)

    def union(
        self,
        period: Period,
        by: Sequence[Dimension],
        *,
        keywords: Sequence[str] = (),
        platforms: Sequence[str] = (),
        sources: Sequence[str] = (),
        sentiments: Sequence[str] = (),
    ) -> list[Total]:
        """See ``MetricStore``: keyword sets are in the document store only."""
        return self._documents.union(
            period, by, keywords=keywords, platforms=platforms, sources=sources, sentiments=sentiments
        )

    def write_topics(self, points: Sequence[TopicPoint]) -> None:
        """See ``MetricStore``."""
        lines = [topic_line(point, self._zone) for point in points if fits(point.day, point.day)]
        for at in range(0, len(lines), LINES_AT_ONCE):
            self._server.write(lines[at : at + LINES_AT_ONCE])

    def days(self) -> list[date]:
        """See ``MetricStore``."""
        return self._documents.days()

    def read(self, day: date) -> DayNumbers:
        """See ``MetricStore``."""
        return self._documents.read(day)

    def versions(self, period: Period) -> str:
        """See ``MetricStore``."""
        return self._documents.versions(period)

    def move_version(self, day: date) -> None:
        """See ``MetricStore``."""
        self._documents.move_version(day)

    def forget_hours(self, before: datetime) -> int:
        """See ``MetricStore``: the copy first, so that an interruption leaves something to come back for."""
        self._server.forget(HOURS, before)
        return self._documents.forget_hours(before)


def _tells_of_the_day(place: Place) -> bool:
    """Those points come last: ``fill`` takes a day that has them for one that was copied to the end."""
    return place.measurement == DAYS and place.keyword == ALL_KEYWORDS


def _totals(rows: Iterable[Mapping[str, Any]], by: Sequence[Dimension], zone: ZoneInfo) -> list[Total]:
    """Rows of _field and _value, added up; what is empty is left out."""
    sums: dict[tuple[object, ...], Counter[str]] = defaultdict(Counter)
    for row in rows:
        sums[tuple(_dimension(name, row, zone) for name in by)][row["_field"]] += row["_value"]
    return [
        Total(
            fields["volume"],
            fields["count"],
            fields["engagement_total"] if fields["engagement_known"] else None,
            dict(zip(by, values, strict=True)),
        )
        for values, fields in sums.items()
        if fields["volume"]
    ]


def _dimension(name: Dimension, row: Mapping[str, Any], zone: ZoneInfo) -> object:
    if name in TAGS:
        return tag_value(row[name])
    return row["_time"] if name == "hour" else day_of(row["_time"], zone)
