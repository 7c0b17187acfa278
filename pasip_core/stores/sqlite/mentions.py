"""The mention store."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

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
from .changes import KeywordSets, last_change
from .database import Database
from .keeping import Keeping, completed
from .naming import Naming
from .numbers import compute
from .persons import held, replace_authors, speeches
from .reading import Reading
from .rows import (
    ANALYSIS_COLUMNS,
    MENTION_COLUMNS,
    analysis_from,
    id_bytes,
    moment,
    rows_of,
)
from .selecting import Walk, read_cursor, write_cursor
from .touching import Touching
from .understanding import Understanding
from .waiting import Waiting
from .walking import count_rows, next_rows
from .writing import Upsert

if TYPE_CHECKING:
    from .choosing import Told

STREAMED = 500


class SqliteMentions:
    """See ``MentionStore``; a mention keeps the time of publication under which it was first seen."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone
        self._sets = KeywordSets(database)
        self._understanding = Understanding(database, self._sets, zone)
        self._keeping = Keeping(database, self._sets, zone)
        self._naming = Naming(database, zone)
        self._reading = Reading(database, self._sets)
        self._waiting = Waiting(self._reading)
        self._touching = Touching(database, zone)

    @cached_property
    def _told(self) -> Told:
        from .choosing import Told  # numpy: only who asks needs it

        return Told()

    def upsert(self, mentions: Sequence[Mention]) -> UpsertCounts:
        """See ``MentionStore``."""
        counts = Upsert(self._database, self._sets, self._zone).run(mentions)
        fresh = set(counts.ids)
        analysed = [m for m in mentions if m.analysis is not None and m.id in fresh]
        if analysed:
            self.save_analyses([Understood(m.content_hash, m.analysis, m.stances) for m in analysed if m.analysis])
        return counts

    def get(self, id: str) -> Mention | None:
        """See ``MentionStore``."""
        try:
            key = id_bytes(id)
        except InputError:
            return None
        with self._database.snapshot() as connection:
            rows = connection.execute(
                f"SELECT {MENTION_COLUMNS} FROM scraped_data WHERE id = ? AND excluded = 0", (key,)
            ).fetchall()
            found = self._reading.mentions(connection, rows)
        return found[0] if found else None

    def history(self, id: str) -> list[Analysis]:
        """See ``MentionStore``."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {ANALYSIS_COLUMNS} FROM sentiment_analysis WHERE data_id = ? ORDER BY number DESC",
                (id_bytes(id),),
            ).fetchall()
        return [analysis_from(row) for row in rows]

    def save_analyses(self, understood: Sequence[Understood], *, anew: bool = False) -> int:
        """See ``MentionStore``."""
        return self._understanding.save_analyses(understood, anew)

    def save_matches(self, matched: Sequence[Matched]) -> int:
        """See ``MentionStore``."""
        return self._understanding.save_matches(matched)

    def correct(self, id: str, sentiment: str, *, at: datetime, keyword: str | None = None) -> Mention:
        """See ``MentionStore``."""
        self._understanding.correct(id, sentiment, at, keyword)
        mention = self.get(id)
        if mention is None:
            raise InputError(f"mention: {id!r} is not there (any more)", field="mention", value=id)
        return mention

    def assign_topics(self, assigned: Sequence[Assigned]) -> int:
        """See ``MentionStore``."""
        from .assigning import assign  # numpy: only who asks needs it

        return assign(self._database, assigned, self._zone)

    def merge_topics(self, topic: str, into: str) -> int:
        """See ``MentionStore``."""
        from .assigning import merge

        return merge(self._database, topic, into, self._zone)

    def exclude(self, ids: Sequence[str]) -> int:
        """See ``MentionStore``."""
        return self._understanding.exclude(ids)

    def remove_excluded(self, limit: int) -> int:
        """See ``MentionStore``."""
        return self._understanding.remove_excluded(limit)

    def unnamed(self, reader: str, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        return self._waiting.unnamed(reader, limit)

    def count_unnamed(self, reader: str, *, bound: int | None = None) -> int:
        """See ``MentionStore``."""
        return self._waiting.count_unnamed(reader, bound)

    def save_names(self, read: Sequence[NamesRead]) -> int:
        """See ``MentionStore``."""
        return self._naming.save_names(read)

    def names_of(self, ids: Sequence[str]) -> dict[str, tuple[NamedEntity, ...]]:
        """See ``MentionStore``."""
        return self._naming.names_of(ids)

    def named(self, id: str) -> NamedEntity | None:
        """See ``MentionStore``."""
        return self._naming.named(id)

    def known_names(self) -> Iterator[NamedEntity]:
        """See ``MentionStore``."""
        yield from self._naming.known_names()

    def forget_names(self, ids: Sequence[str]) -> int:
        """See ``MentionStore``."""
        return self._naming.forget_names(ids)

    def tally_names(
        self, filters: Filters, kinds: Sequence[str] = (), *, limit: int | None = None, only: Sequence[str] = ()
    ) -> list[NameTotal]:
        """See ``MentionStore``."""
        from . import choosing, counting  # numpy: only who asks needs it

        merged = self._naming.merged()
        with self._database.snapshot() as connection:
            names = self._naming.numbers(connection, filters)
            chosen = choosing.Chosen(connection, filters, self._told, names=names)
            return counting.tally_names(connection, chosen, merged, kinds, limit, only)

    def holding(self, words: Sequence[str]) -> Iterator[Mention]:
        """See ``MentionStore``."""
        after: int | None = None
        while True:
            with self._database.snapshot() as connection:
                numbers, after = held(connection, words, after)
                mentions = self._reading.by_number(connection, numbers)
            yield from mentions
            if after is None:
                return

    def replace_authors(self, mentions: Sequence[Mention]) -> int:
        """See ``MentionStore``."""
        return replace_authors(self._database, mentions, self._zone)

    def unanalysed(self, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        return self._waiting.unanalysed(limit)

    def count_unanalysed(self, *, bound: int | None = None) -> int:
        """See ``MentionStore``."""
        return self._waiting.count_unanalysed(bound)

    def read_by(self) -> dict[str, int]:
        """See ``MentionStore``."""
        return self._waiting.read_by()

    def read_by_others(self, version: str, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        return self._waiting.read_by_others(version, limit)

    def outdated(self, revision: str, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        return self._waiting.outdated(revision, limit)

    def count_outdated(self, revision: str) -> int:
        """See ``MentionStore``."""
        return self._waiting.count_outdated(revision)

    def touched_days(self, limit: int) -> list[date]:
        """See ``MentionStore``."""
        return self._touching.touched_days(limit)

    def touch_everything(self) -> None:
        """See ``MentionStore``."""
        self._touching.touch_everything()

    def touched(self, day: date) -> Touched:
        """See ``MentionStore``."""
        return self._touching.touched(day)

    def numbers(self, day: date) -> DayNumbers:
        """See ``MentionStore``."""
        with self._database.snapshot() as connection:
            return compute(connection, day, self._zone, self._sets)

    def settle(self, touched: Touched, fence: Fence) -> None:
        """See ``MentionStore``."""
        self._touching.settle(touched, fence)

    def page(self, filters: Filters, *, after: str | None = None, limit: int = 50, order: Order = "newest") -> Page:
        """See ``MentionStore``."""
        walk = Walk(order, read_cursor(order, after))
        with self._database.snapshot() as connection:
            names = self._naming.numbers(connection, filters)
            found = next_rows(connection, filters, walk, limit + 1, self._told, names)
            shown = found[:limit]
            mentions = self._reading.by_number(connection, [n for n, _ in shown])
        more = len(found) > limit
        return Page(tuple(mentions), write_cursor(order, shown[-1][1], shown[-1][0]) if more else None)

    def numbered(self, connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Mention]:
        """The mentions in these rows, in their order."""
        return self._reading.by_number(connection, numbers)

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
        sql = "SELECT id FROM scraped_data WHERE n >= ? AND n < ? AND excluded = 0"
        with self._database.reading() as connection:
            return [row[0].hex() for row in connection.execute(sql, rows_of(period))]

    def count(self, filters: Filters, *, bound: int = 10_000) -> BoundedCount:
        """See ``MentionStore``."""
        with self._database.snapshot() as connection:
            found = count_rows(connection, filters, bound + 1, self._told, self._naming.numbers(connection, filters))
        return BoundedCount(min(found, bound), found <= bound)

    def tally(
        self, filters: Filters, by: Sequence[Dimension], *, limit: int | None = None, stories: bool = False
    ) -> list[Total]:
        """See ``MentionStore``."""
        from . import tallying  # numpy: only who asks needs it

        with self._database.snapshot() as connection:
            names = self._naming.numbers(connection, filters)
            return tallying.tally(connection, filters, by, limit, self._told, names, stories=stories)

    def accounts(
        self, filters: Filters, order: AccountOrder, *, limit: int = 50, aside: Collection[tuple[str, str]] = ()
    ) -> list[Account]:
        """See ``MentionStore``."""
        from . import reach  # numpy: only who asks needs it

        with self._database.snapshot() as connection:
            names = self._naming.numbers(connection, filters)
            return reach.accounts(connection, filters, order, limit, aside, self._told, names)

    def speeches(self, filters: Filters, limit: int) -> tuple[list[Speech], BoundedCount]:
        """See ``MentionStore``."""
        with self._database.snapshot() as connection:
            names = self._naming.numbers(connection, filters)
            newest = next_rows(connection, filters, Walk("newest", None), limit + 1, self._told, names)
            found = [n for n, _ in newest]
            told = list(speeches(connection, found[:limit]))
        return told, BoundedCount(min(len(found), limit), len(found) <= limit)

    def delays(self, period: Period) -> list[tuple[str, str, float]]:
        """See ``MentionStore``."""
        sql = (
            "SELECT platform, source, (scraped_at - published_at) / 1000.0 FROM scraped_data "
            "WHERE n >= ? AND n < ? AND excluded = 0"
        )
        with self._database.reading() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(sql, rows_of(period))]

    def span(self) -> tuple[datetime, datetime] | None:
        """See ``MentionStore``."""
        ends = "SELECT published_at FROM scraped_data m INDEXED BY facts WHERE m.excluded = 0 ORDER BY m.n {} LIMIT 1"
        with self._database.reading() as connection:
            first, last = (connection.execute(ends.format(way)).fetchone() for way in ("ASC", "DESC"))
        return (moment(first[0]), moment(last[0])) if first and last else None

    def voices(self) -> list[tuple[str, str]]:
        """See ``MentionStore``."""
        with self._database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute("SELECT platform, source FROM voices")]

    def watermark(self) -> str:
        """See ``MentionStore``."""
        with self._database.reading() as connection:
            return str(last_change(connection))

    def kept(self, *, after: str = "", limit: int = 500) -> list[Kept]:
        """See ``MentionStore``."""
        beyond = id_bytes(after) if after else b""
        with self._database.snapshot() as connection:
            rows = connection.execute(
                f"SELECT {MENTION_COLUMNS}, excluded, names_by FROM scraped_data WHERE id > ? ORDER BY id LIMIT ?",
                (beyond, limit),
            ).fetchall()
            return completed(connection, rows, self._reading.mentions(connection, rows))

    def keep(self, kept: Sequence[Kept]) -> None:
        """See ``MentionStore``."""
        self._keeping.keep(kept)
