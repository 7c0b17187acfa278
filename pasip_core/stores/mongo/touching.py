"""Days whose numbers are to be recomputed: what every write of a mention notes, read and settled by rollup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bson import ObjectId
from pymongo import DESCENDING, DeleteOne, UpdateMany, UpdateOne

from pasip_core.domain.period import Period, day_of

from ..ports import Fence, Touched
from . import leases
from .changes import clear_abandoned, next_change
from .documents import TOUCHED
from .selecting import SORTING
from .server import Document, Server

SETTLED = 1000
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Seen:
    """The change that marked the day, and its touched mentions by the revision they had."""

    change: int
    revisions: dict[int, list[ObjectId]]


@dataclass(frozen=True)
class Touching:
    """See the methods of the same names in ``MentionStore``."""

    server: Server
    zone: ZoneInfo

    def touched_days(self, limit: int) -> list[date]:
        """Newest first. Each step enters the index behind the day found last."""
        clear_abandoned(self.server)
        marked = self.server["touched_days"].find({}, {"_id": 1}).sort("_id", DESCENDING).limit(limit)
        days = {date.fromordinal(mark["_id"]) for mark in marked}
        last: date | None = None
        for _ in range(limit):
            last = self._touched_before(last)
            if last is None:
                break
            days.add(last)
        return sorted(days, reverse=True)[:limit]

    def _touched_before(self, day: date | None) -> date | None:
        earlier = {"$lt": Period(day, day, self.zone).start} if day else {"$exists": True}
        found = self.server["scraped_data"].find({TOUCHED: earlier}, {TOUCHED: 1}).sort(TOUCHED, DESCENDING).limit(1)
        return next((day_of(document[TOUCHED], self.zone) for document in found), None)

    def touch_everything(self) -> None:
        """By a mark for each day, so that no mention is written."""
        days = {day for excluded in (False, True) for day in self._days_said(excluded)}
        written = self.server["day_versions"].find({"filled": True}, {"_id": 1})
        noted = {day.toordinal() for day in days} | {head["_id"] for head in written}
        change = next_change(self.server)
        marks = [UpdateOne({"_id": day}, {"$max": {"change": change}}, upsert=True) for day in sorted(noted)]
        if marks:
            self.server["touched_days"].bulk_write(marks, ordered=False)
        self.server["day_versions"].update_many({}, {"$max": {"version": change}})

    def _days_said(self, excluded: bool) -> Iterator[date]:
        """Every day with a mention. Each step enters the index behind the day found last."""
        begin = BEGINNING
        while True:
            later = {"excluded": excluded, "published_at": {"$gte": begin}}
            found = self.server["scraped_data"].find(later, {"published_at": 1}).sort(SORTING["oldest"]).limit(1)
            day = next((day_of(document["published_at"], self.zone) for document in found), None)
            if day is None:
                return
            yield day
            begin = Period(day, day, self.zone).end

    def touched(self, day: date) -> Touched:
        """The mark of the day, and the revision of each of its touched mentions."""
        mark = self.server["touched_days"].find_one({"_id": day.toordinal()})
        revisions: dict[int, list[ObjectId]] = {}
        for document in self.server["scraped_data"].find(self._noted(day), {"revision": 1}):
            revisions.setdefault(document["revision"], []).append(document["_id"])
        return Touched(day, _Seen(mark["change"] if mark else 0, revisions))

    def _noted(self, day: date) -> Document:
        period = Period(day, day, self.zone)
        return {TOUCHED: {"$gte": period.start, "$lt": period.end}}

    def settle(self, touched: Touched, fence: Fence) -> None:
        """A mention changed since then has another revision, and keeps its note."""
        seen = touched.seen
        if not isinstance(seen, _Seen):
            raise TypeError("touched: it comes from another store")
        leases.check(self.server, fence)
        settled = [
            UpdateMany(
                {"_id": {"$in": ids[start : start + SETTLED]}, "revision": revision},
                {"$unset": {"pending_hours": "", TOUCHED: ""}},
            )
            for revision, ids in seen.revisions.items()
            for start in range(0, len(ids), SETTLED)
        ]
        if settled:
            self.server["scraped_data"].bulk_write(settled, ordered=False)
        mark = {"_id": touched.day.toordinal(), "change": {"$lte": seen.change}}
        self.server["touched_days"].bulk_write([DeleteOne(mark)])
