"""The mention store."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from bson import ObjectId
from pymongo import DESCENDING, DeleteOne, UpdateMany, UpdateOne

from pasip_core.domain.analysis import CORRECTION, Analysis
from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import Account, AccountOrder
from pasip_core.domain.mention import Mention
from pasip_core.domain.metrics import BoundedCount, DayNumbers, Total
from pasip_core.domain.names import NamedEntity, NamesRead, NameTotal
from pasip_core.domain.naming import Speech
from pasip_core.domain.period import Period, day_of
from pasip_core.errors import InputError

from ..ports import Assigned, Dimension, Fence, Kept, Matched, Order, Page, Touched, Understood, UpsertCounts
from . import accounts, leases, persons, readers, tallying, topics
from .changes import clear_abandoned, next_change, watermark
from .documents import SHOWN, TOUCHED, analysis_from, mention_from, object_id
from .keeping import Keeping, kept_after
from .naming import Naming, select_named
from .numbers import compute
from .selecting import SORTING, query_of, read_cursor, select, write_cursor
from .server import Document, Server
from .understanding import Understanding
from .writing import Upsert

STREAMED = 500
SETTLED = 1000
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
PENDING: Document = {"pending_since": {"$exists": True}}


def _other_rules(revision: str) -> list[Document]:
    """Two ranges of an index, where "not equal" would be read as a filter."""
    return [{"rules_revision": {sign: revision}, "excluded": False} for sign in ("$lt", "$gt")]


@dataclass(frozen=True)
class _Seen:
    """The change that marked the day, and its touched mentions by the revision they had."""

    change: int
    revisions: dict[int, list[ObjectId]]


class MongoMentions:
    """See ``MentionStore``; a mention keeps the time of publication under which it was first seen."""

    def __init__(self, server: Server, zone: ZoneInfo) -> None:
        self._server = server
        self._zone = zone
        self._voices: set[tuple[str, str]] = set()
        self._understanding = Understanding(server, zone)
        self._naming = Naming(server, zone)

    def upsert(self, mentions: Sequence[Mention]) -> UpsertCounts:
        """See ``MentionStore``."""
        with self._server.speaking():
            counts = Upsert(self._server, self._zone, self._voices).run(mentions)
        fresh = set(counts.ids)
        analysed = [m for m in mentions if m.analysis is not None and m.id in fresh]
        if analysed:
            self.save_analyses([Understood(m.content_hash, m.analysis, m.stances) for m in analysed if m.analysis])
        return counts

    def get(self, id: str) -> Mention | None:
        """See ``MentionStore``."""
        try:
            key = object_id(id)
        except InputError:
            return None
        with self._server.speaking():
            document = self._server["scraped_data"].find_one({"_id": key, "excluded": False}, SHOWN)
        return mention_from(document) if document else None

    def history(self, id: str) -> list[Analysis]:
        """See ``MentionStore``."""
        with self._server.speaking():
            found = self._server["sentiment_analysis"].find({"data_id": object_id(id)}).sort("number", DESCENDING)
            return [analysis_from(id, row) for row in found]

    def save_analyses(self, understood: Sequence[Understood], *, anew: bool = False) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._understanding.save_analyses(understood, anew)

    def save_matches(self, matched: Sequence[Matched]) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._understanding.save_matches(matched)

    def correct(self, id: str, sentiment: str, *, at: datetime, keyword: str | None = None) -> Mention:
        """See ``MentionStore``."""
        with self._server.speaking():
            self._understanding.correct(id, sentiment, at, keyword)
        mention = self.get(id)
        if mention is None:
            raise InputError(f"mention: {id!r} is not there (any more)", field="mention", value=id)
        return mention

    def assign_topics(self, assigned: Sequence[Assigned]) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return topics.assign(self._server, assigned, self._zone)

    def merge_topics(self, topic: str, into: str) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return topics.merge(self._server, topic, into, self._zone)

    def exclude(self, ids: Sequence[str]) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._understanding.exclude(ids)

    def remove_excluded(self, limit: int) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._understanding.remove_excluded(limit)

    def unnamed(self, reader: str, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._naming.unnamed(reader, limit)

    def count_unnamed(self, reader: str, *, bound: int | None = None) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._naming.count_unnamed(reader, bound)

    def save_names(self, read: Sequence[NamesRead]) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._naming.save_names(read)

    def names_of(self, ids: Sequence[str]) -> dict[str, tuple[NamedEntity, ...]]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._naming.names_of(ids)

    def named(self, id: str) -> NamedEntity | None:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._naming.named(id)

    def known_names(self) -> Iterator[NamedEntity]:
        """See ``MentionStore``."""
        with self._server.speaking():
            yield from self._naming.known_names()

    def forget_names(self, ids: Sequence[str]) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._naming.forget_names(ids)

    def tally_names(
        self, filters: Filters, kinds: Sequence[str] = (), *, limit: int | None = None, only: Sequence[str] = ()
    ) -> list[NameTotal]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._naming.tally_names(filters, kinds, limit, only)

    def holding(self, words: Sequence[str]) -> Iterator[Mention]:
        """See ``MentionStore``."""
        with self._server.speaking():
            yield from persons.holding(self._server, words)

    def replace_authors(self, mentions: Sequence[Mention]) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return persons.replace_authors(self._server, mentions, self._zone)

    def unanalysed(self, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        return self._listed(PENDING, [("pending_since", DESCENDING)], limit)

    def count_unanalysed(self, *, bound: int | None = None) -> int:
        """See ``MentionStore``."""
        return self._counted(PENDING, bound)

    def read_by(self) -> dict[str, int]:
        """See ``MentionStore``."""
        return {version: self._counted(readers.of(version)) for version in self._versions()}

    def read_by_others(self, version: str, limit: int) -> list[Mention]:
        """See ``MentionStore``: one model after the other."""
        found: list[Mention] = []
        for other in self._versions():
            if other not in {version, CORRECTION} and len(found) < limit:
                found += self._listed(readers.of(other), readers.BY_MODEL, limit - len(found))
        return found

    def _versions(self) -> list[str]:
        with self._server.speaking():
            return list(readers.versions(self._server))

    def outdated(self, revision: str, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        older, newer = _other_rules(revision)
        found = self._listed(older, [("rules_revision", DESCENDING)], limit)
        rest = limit - len(found)
        return found + self._listed(newer, [("rules_revision", DESCENDING)], rest)

    def count_outdated(self, revision: str) -> int:
        """See ``MentionStore``."""
        return sum(map(self._counted, _other_rules(revision)))

    def _listed(self, query: Document, order: list[tuple[str, int]], limit: int) -> list[Mention]:
        if not limit:  # which a server takes for "all"
            return []
        with self._server.speaking():
            found = self._server["scraped_data"].find(query, SHOWN).sort(order).limit(limit)
            return [mention_from(document) for document in found]

    def _counted(self, query: Document, bound: int | None = None) -> int:
        limited: dict[str, Any] = {} if bound is None else {"limit": bound}
        with self._server.speaking():
            return self._server["scraped_data"].count_documents(query, **limited)

    def touched_days(self, limit: int) -> list[date]:
        """See ``MentionStore``. Each step enters the index behind the day found last."""
        with self._server.speaking():
            clear_abandoned(self._server)
            marked = self._server["touched_days"].find({}, {"_id": 1}).sort("_id", DESCENDING).limit(limit)
            days = {date.fromordinal(mark["_id"]) for mark in marked}
            last: date | None = None
            for _ in range(limit):
                last = self._touched_before(last)
                if last is None:
                    break
                days.add(last)
        return sorted(days, reverse=True)[:limit]

    def _touched_before(self, day: date | None) -> date | None:
        earlier = {"$lt": Period(day, day, self._zone).start} if day else {"$exists": True}
        found = self._server["scraped_data"].find({TOUCHED: earlier}, {TOUCHED: 1}).sort(TOUCHED, DESCENDING).limit(1)
        return next((day_of(document[TOUCHED], self._zone) for document in found), None)

    def touch_everything(self) -> None:
        """See ``MentionStore``."""
        with self._server.speaking():
            days = {day for excluded in (False, True) for day in self._days_said(excluded)}
            written = self._server["day_versions"].find({"filled": True}, {"_id": 1})
            noted = {day.toordinal() for day in days} | {head["_id"] for head in written}
            change = next_change(self._server)
            marks = [UpdateOne({"_id": day}, {"$max": {"change": change}}, upsert=True) for day in sorted(noted)]
            if marks:
                self._server["touched_days"].bulk_write(marks, ordered=False)
            self._server["day_versions"].update_many({}, {"$max": {"version": change}})

    def _days_said(self, excluded: bool) -> Iterator[date]:
        """Every day with a mention. Each step enters the index behind the day found last."""
        begin = BEGINNING
        while True:
            later = {"excluded": excluded, "published_at": {"$gte": begin}}
            found = self._server["scraped_data"].find(later, {"published_at": 1}).sort(SORTING["oldest"]).limit(1)
            day = next((day_of(document["published_at"], self._zone) for document in found), None)
            if day is None:
                return
            yield day
            begin = Period(day, day, self._zone).end

    def touched(self, day: date) -> Touched:
        """See ``MentionStore``: the mark of the day, and the revision of each of its touched mentions."""
        with self._server.speaking():
            mark = self._server["touched_days"].find_one({"_id": day.toordinal()})
            revisions: dict[int, list[ObjectId]] = {}
            for document in self._server["scraped_data"].find(self._noted(day), {"revision": 1}):
                revisions.setdefault(document["revision"], []).append(document["_id"])
        return Touched(day, _Seen(mark["change"] if mark else 0, revisions))

    def _noted(self, day: date) -> Document:
        period = Period(day, day, self._zone)
        return {TOUCHED: {"$gte": period.start, "$lt": period.end}}

    def numbers(self, day: date) -> DayNumbers:
        """See ``MentionStore``."""
        with self._server.speaking():
            return compute(self._server, day, self._zone)

    def settle(self, touched: Touched, fence: Fence) -> None:
        """See ``MentionStore``. A mention changed since then has another revision, and keeps its note."""
        seen = touched.seen
        if not isinstance(seen, _Seen):
            raise TypeError("touched: it comes from another store")
        with self._server.speaking():
            leases.check(self._server, fence)
            settled = [
                UpdateMany(
                    {"_id": {"$in": ids[start : start + SETTLED]}, "revision": revision},
                    {"$unset": {"pending_hours": "", TOUCHED: ""}},
                )
                for revision, ids in seen.revisions.items()
                for start in range(0, len(ids), SETTLED)
            ]
            if settled:
                self._server["scraped_data"].bulk_write(settled, ordered=False)
            mark = {"_id": touched.day.toordinal(), "change": {"$lte": seen.change}}
            self._server["touched_days"].bulk_write([DeleteOne(mark)])

    def page(self, filters: Filters, *, after: str | None = None, limit: int = 50, order: Order = "newest") -> Page:
        """See ``MentionStore``."""
        cursor = read_cursor(order, after)
        with self._server.speaking():
            chosen = select_named(self._server, filters)
            rows = self._server["scraped_data"].find(query_of(chosen, order, cursor), SHOWN).sort(SORTING[order])
            if order == "engagement":  # no index has this order, and where texts are looked at, all of them are sorted
                rows = rows.allow_disk_use(True)
            if not chosen.to_verify:
                rows = rows.limit(limit + 1)
            found = [mention_from(document) for document in islice(chosen.holds(rows), limit + 1)]
        more = len(found) > limit
        return Page(tuple(found[:limit]), write_cursor(order, found[limit - 1]) if more else None)

    def stream(self, filters: Filters) -> Iterator[Mention]:
        """See ``MentionStore``."""
        after: str | None = None
        while True:
            page = self.page(filters, after=after, limit=STREAMED)
            yield from page.mentions
            after = page.next
            if after is None:
                return

    def ids(self, period: Period) -> list[str]:
        """See ``MentionStore``."""
        with self._server.speaking():
            found = self._server["scraped_data"].find(select(Filters(period)).query, {"_id": 1})
            return [str(document["_id"]) for document in found]

    def count(self, filters: Filters, *, bound: int = 10_000) -> BoundedCount:
        """See ``MentionStore``."""
        with self._server.speaking():
            chosen = select_named(self._server, filters)
            if chosen.to_verify:
                rows = self._server["scraped_data"].find(chosen.query, {"title": 1, "content": 1})
                found = sum(1 for _ in islice(chosen.holds(rows), bound + 1))
            else:
                found = self._server["scraped_data"].count_documents(chosen.query, limit=bound + 1)
        return BoundedCount(min(found, bound), found <= bound)

    def tally(
        self, filters: Filters, by: Sequence[Dimension], *, limit: int | None = None, stories: bool = False
    ) -> list[Total]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return tallying.tally(self._server, filters, by, limit, stories=stories)

    def accounts(
        self, filters: Filters, order: AccountOrder, *, limit: int = 50, aside: Collection[tuple[str, str]] = ()
    ) -> list[Account]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return accounts.accounts(self._server, filters, order, limit, aside)

    def speeches(self, filters: Filters, limit: int) -> tuple[list[Speech], BoundedCount]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return persons.speeches(self._server, select_named(self._server, filters), limit)

    def delays(self, period: Period) -> list[tuple[str, str, float]]:
        """See ``MentionStore``."""
        told = {"platform": 1, "source": 1, "published_at": 1, "scraped_at": 1}
        with self._server.speaking():
            rows = self._server["scraped_data"].find(select(Filters(period)).query, told)
            return [
                (row["platform"], row["source"], (row["scraped_at"] - row["published_at"]).total_seconds())
                for row in rows
            ]

    def span(self) -> tuple[datetime, datetime] | None:
        """See ``MentionStore``."""
        with self._server.speaking():
            ends = [
                list(
                    self._server["scraped_data"]
                    .find({"excluded": False}, {"published_at": 1})
                    .sort(SORTING[order])
                    .limit(1)
                )
                for order in ("oldest", "newest")
            ]
        return (ends[0][0]["published_at"], ends[1][0]["published_at"]) if ends[0] and ends[1] else None

    def voices(self) -> list[tuple[str, str]]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return [(voice["platform"], voice["source"]) for voice in self._server["voices"].find().sort("_id", 1)]

    def kept(self, *, after: str = "", limit: int = 500) -> list[Kept]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return kept_after(self._server, after, limit)

    def keep(self, kept: Sequence[Kept]) -> None:
        """See ``MentionStore``."""
        with self._server.speaking():
            Keeping(self._server, self._zone, self._voices).keep(kept)

    def watermark(self) -> str:
        """See ``MentionStore``."""
        with self._server.speaking():
            return watermark(self._server)
