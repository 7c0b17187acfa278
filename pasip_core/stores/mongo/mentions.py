"""The mention store."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from pymongo import DESCENDING

from pasip_core.domain.analysis import Analysis
from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import Account, AccountOrder
from pasip_core.domain.mention import Mention
from pasip_core.domain.metrics import BoundedCount, DayNumbers, Total
from pasip_core.domain.names import NamedEntity, NamesRead, NameTotal
from pasip_core.domain.naming import Speech
from pasip_core.domain.period import Period
from pasip_core.errors import InputError

from ..ports import Assigned, Dimension, Fence, Kept, Matched, Order, Page, Touched, Understood, UpsertCounts
from . import accounts, persons, tallying, topics
from .changes import watermark
from .documents import SHOWN, analysis_from, mention_from, object_id
from .keeping import Keeping, kept_after
from .naming import Naming, select_named
from .numbers import compute
from .selecting import SORTING, query_of, read_cursor, select, write_cursor
from .server import Server
from .touching import Touching
from .understanding import Understanding
from .waiting import Waiting
from .writing import Upsert

STREAMED = 500


class MongoMentions:
    """See ``MentionStore``; a mention keeps the time of publication under which it was first seen."""

    def __init__(self, server: Server, zone: ZoneInfo) -> None:
        self._server = server
        self._zone = zone
        self._voices: set[tuple[str, str]] = set()
        self._understanding = Understanding(server, zone)
        self._naming = Naming(server, zone)
        self._waiting = Waiting(server)
        self._touching = Touching(server, zone)

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
        with self._server.speaking():
            return self._waiting.unanalysed(limit)

    def count_unanalysed(self, *, bound: int | None = None) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._waiting.count_unanalysed(bound)

    def read_by(self) -> dict[str, int]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._waiting.read_by()

    def read_by_others(self, version: str, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._waiting.read_by_others(version, limit)

    def outdated(self, revision: str, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._waiting.outdated(revision, limit)

    def count_outdated(self, revision: str) -> int:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._waiting.count_outdated(revision)

    def touched_days(self, limit: int) -> list[date]:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._touching.touched_days(limit)

    def touch_everything(self) -> None:
        """See ``MentionStore``."""
        with self._server.speaking():
            self._touching.touch_everything()

    def touched(self, day: date) -> Touched:
        """See ``MentionStore``."""
        with self._server.speaking():
            return self._touching.touched(day)

    def numbers(self, day: date) -> DayNumbers:
        """See ``MentionStore``."""
        with self._server.speaking():
            return compute(self._server, day, self._zone)

    def settle(self, touched: Touched, fence: Fence) -> None:
        """See ``MentionStore``."""
        with self._server.speaking():
            self._touching.settle(touched, fence)

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
