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
from pasip_core.domain.period import Period, day_of
from pasip_core.errors import InputError, LeaseLost

from ..ports import Assigned, Dimension, Fence, Kept, Matched, Order, Page, Touched, Understood, UpsertCounts
from ..values import LARGEST
from . import readers
from .changes import KeywordSets, last_change, next_change
from .database import Database
from .keeping import Keeping, completed
from .leases import holds
from .naming import Naming
from .numbers import compute
from .persons import held, replace_authors, speeches
from .rows import (
    ANALYSIS_COLUMNS,
    MENTION_COLUMNS,
    analysis_from,
    id_bytes,
    marks,
    mention_from,
    moment,
    moment_of_row,
    rows_of,
)
from .selecting import Walk, read_cursor, write_cursor
from .understanding import Understanding
from .walking import count_rows, next_rows
from .writing import BATCH, Upsert

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
            found = self._mentions(connection, rows)
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
        found = self._listed("INDEXED BY to_name WHERE names_by = '' AND excluded = 0 ORDER BY n DESC", (), limit)
        for sign in "<>":
            if rest := limit - len(found):
                other = f"INDEXED BY to_name WHERE names_by {sign} ? AND names_by > '' AND excluded = 0"
                found += self._listed(other, (reader,), rest)
        return found

    def count_unnamed(self, reader: str, *, bound: int | None = None) -> int:
        """See ``MentionStore``."""
        counted = sum(
            self._counted(f"INDEXED BY to_name WHERE names_by {sign} ? AND excluded = 0", (reader,), bound)
            for sign in "<>"
        )
        return counted if bound is None else min(counted, bound)

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
                mentions = self._by_number(connection, numbers)
            yield from mentions
            if after is None:
                return

    def replace_authors(self, mentions: Sequence[Mention]) -> int:
        """See ``MentionStore``."""
        return replace_authors(self._database, mentions, self._zone)

    def unanalysed(self, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        return self._listed("INDEXED BY to_analyse WHERE sentiment IS NULL AND excluded = 0 ORDER BY n DESC", (), limit)

    def count_unanalysed(self, *, bound: int | None = None) -> int:
        """See ``MentionStore``."""
        return self._counted("INDEXED BY to_analyse WHERE sentiment IS NULL AND excluded = 0", (), bound)

    def read_by(self) -> dict[str, int]:
        """See ``MentionStore``."""
        with self._database.snapshot() as connection:
            return readers.read_by(connection)

    def read_by_others(self, version: str, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        with self._database.snapshot() as connection:
            return self._by_number(connection, readers.read_by_others(connection, version, limit))

    def outdated(self, revision: str, limit: int) -> list[Mention]:
        """See ``MentionStore``."""
        older = self._listed("WHERE rules_revision < ? AND excluded = 0", (revision,), limit)
        rest = limit - len(older)
        return older + self._listed("WHERE rules_revision > ? AND excluded = 0", (revision,), rest) if rest else older

    def count_outdated(self, revision: str) -> int:
        """See ``MentionStore``."""
        return sum(self._counted(f"WHERE rules_revision {sign} ? AND excluded = 0", (revision,)) for sign in "<>")

    def _listed(self, condition: str, values: tuple[object, ...], limit: int) -> list[Mention]:
        with self._database.snapshot() as connection:
            rows = connection.execute(
                f"SELECT {MENTION_COLUMNS} FROM scraped_data {condition} LIMIT ?", (*values, limit)
            ).fetchall()
            return self._mentions(connection, rows)

    def _counted(self, condition: str, values: tuple[object, ...], bound: int | None = None) -> int:
        rows = f"SELECT 1 FROM scraped_data {condition} LIMIT ?"
        with self._database.reading() as connection:
            found = connection.execute(f"SELECT count(*) FROM ({rows})", (*values, -1 if bound is None else bound))
            return int(found.fetchone()[0])

    def _mentions(self, connection: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> list[Mention]:
        """Mentions in the order of their rows, with keywords and stances."""
        sets = {row["n"]: self._sets.keywords(connection, row["keyword_set"]) for row in rows}
        stances: dict[int, dict[str, str]] = {n: {} for n in sets}
        pairs = [(keyword, n) for n, keywords in sets.items() for keyword in keywords]
        for start in range(0, len(pairs), BATCH):
            part = pairs[start : start + BATCH]
            asked = ",".join("(?,?)" for _ in part)
            found = connection.execute(
                f"WITH wanted(k, r) AS (VALUES {asked}) SELECT s.keyword, s.n, s.sentiment FROM wanted "
                "CROSS JOIN stances s ON s.keyword = wanted.k AND s.n = wanted.r WHERE s.sentiment IS NOT NULL",
                [value for pair in part for value in pair],
            )
            for keyword, n, sentiment in found:
                stances[n][keyword] = sentiment
        return [mention_from(row, sets[row["n"]], stances[row["n"]]) for row in rows]

    def touched_days(self, limit: int) -> list[date]:
        """See ``MentionStore``."""
        days: list[date] = []
        before = 1 << 62
        with self._database.reading() as connection:
            while len(days) < limit:
                row = connection.execute("SELECT max(n) FROM pending_hours WHERE n < ?", (before,)).fetchone()
                if row[0] is None:
                    break
                days.append(day_of(moment_of_row(row[0]), self._zone))
                before = rows_of(Period(days[-1], days[-1], self._zone))[0]
        return days

    def touch_everything(self) -> None:
        """See ``MentionStore``: the first mention of each day stands for all of it, so that others wait shortly."""
        with self._database.writing() as connection:
            change = next_change(connection)
            connection.executemany(
                "INSERT OR REPLACE INTO pending_hours (n, change) VALUES (?, ?)",
                ((n, change) for n in (*self._first_of_days(connection), *self._days_with_numbers(connection))),
            )
            connection.execute("UPDATE day_versions SET version = ?", (change,))

    def _first_of_days(self, connection: sqlite3.Connection) -> Iterator[int]:
        """The row number of the first mention of each day that has any."""
        begin = -LARGEST
        while True:
            n = connection.execute("SELECT min(n) FROM scraped_data WHERE n >= ?", (begin,)).fetchone()[0]
            if n is None:
                return
            yield n
            day = day_of(moment_of_row(n), self._zone)
            begin = rows_of(Period(day, day, self._zone))[1]

    def _days_with_numbers(self, connection: sqlite3.Connection) -> Iterator[int]:
        """Their first possible row numbers: after a change of the zone some have no mention left."""
        for (day,) in connection.execute("SELECT DISTINCT day FROM day_cells").fetchall():
            yield rows_of(Period(date.fromordinal(day), date.fromordinal(day), self._zone))[0]

    def touched(self, day: date) -> Touched:
        """See ``MentionStore``."""
        with self._database.reading() as connection:
            return Touched(day, last_change(connection))

    def numbers(self, day: date) -> DayNumbers:
        """See ``MentionStore``."""
        with self._database.snapshot() as connection:
            return compute(connection, day, self._zone, self._sets)

    def settle(self, touched: Touched, fence: Fence) -> None:
        """See ``MentionStore``."""
        start, end = rows_of(Period(touched.day, touched.day, self._zone))
        with self._database.writing() as connection:
            if not holds(connection, fence):
                raise LeaseLost(f"the lease {fence.name} has gone to another process")
            connection.execute(
                "DELETE FROM pending_hours WHERE n >= ? AND n < ? AND change <= ?", (start, end, touched.seen)
            )

    def page(self, filters: Filters, *, after: str | None = None, limit: int = 50, order: Order = "newest") -> Page:
        """See ``MentionStore``."""
        walk = Walk(order, read_cursor(order, after))
        with self._database.snapshot() as connection:
            names = self._naming.numbers(connection, filters)
            found = next_rows(connection, filters, walk, limit + 1, self._told, names)
            shown = found[:limit]
            mentions = self._by_number(connection, [n for n, _ in shown])
        more = len(found) > limit
        return Page(tuple(mentions), write_cursor(order, shown[-1][1], shown[-1][0]) if more else None)

    def _by_number(self, connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Mention]:
        if not numbers:
            return []
        rows = connection.execute(
            f"SELECT {MENTION_COLUMNS} FROM scraped_data WHERE n IN ({marks(numbers)})", numbers
        ).fetchall()
        place = {n: index for index, n in enumerate(numbers)}
        return self._mentions(connection, sorted(rows, key=lambda row: place[row["n"]]))

    def numbered(self, connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Mention]:
        """The mentions in these rows, in their order."""
        return self._by_number(connection, numbers)

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
            return completed(connection, rows, self._mentions(connection, rows))

    def keep(self, kept: Sequence[Kept]) -> None:
        """See ``MentionStore``."""
        self._keeping.keep(kept)
