"""Mentions with everything known of them, read and written whole as they move between stores."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from pasip_core.domain.mention import Mention

from ..ports import Kept, Said
from ..values import check_sentiments, sound
from .changes import KeywordSets, next_change, touch
from .database import Database
from .naming import names_of_rows, write_names
from .rows import (
    ANALYSIS_COLUMNS,
    MENTION_COLUMNS,
    analysis_from,
    analysis_values,
    id_bytes,
    insert_values,
    marks,
    milliseconds,
)
from .writing import batches, free_numbers

INSERT = f"INSERT INTO scraped_data ({MENTION_COLUMNS}, excluded) VALUES ({marks(range(30))})"
INSERT_SAID = f"INSERT INTO sentiment_analysis ({ANALYSIS_COLUMNS}, content_hash, keyword) VALUES ({marks(range(12))})"


def completed(connection: sqlite3.Connection, rows: Sequence[sqlite3.Row], mentions: Sequence[Mention]) -> list[Kept]:
    """``rows`` of mentions, with the mentions made of them, as ``Kept``."""
    history = _histories(connection, [row["id"] for row in rows])
    corrected = _corrected(
        connection, [(k, row["n"]) for row, m in zip(rows, mentions, strict=True) for k in m.keywords]
    )
    numbers = [row["n"] for row in rows]
    topics, names = _topics(connection, numbers), names_of_rows(connection, numbers)
    return [
        Kept(
            mention, tuple(history[row["id"]]), tuple(sorted(corrected[row["n"]])), bool(row["excluded"]),
            topics.get(row["n"], ""), names.get(row["n"], ()), row["names_by"],
        )
        for row, mention in zip(rows, mentions, strict=True)
    ]  # fmt: skip


def _topics(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, str]:
    """The topic of each mention that has one, by row number."""
    found: dict[int, str] = {}
    for batch in batches(numbers):
        found.update(connection.execute(f"SELECT n, topic FROM topic_mentions WHERE n IN ({marks(batch)})", batch))
    return found


def _histories(connection: sqlite3.Connection, ids: Sequence[bytes]) -> dict[bytes, list[Said]]:
    found: dict[bytes, list[Said]] = defaultdict(list)
    for batch in batches(ids):
        for row in connection.execute(
            f"SELECT {ANALYSIS_COLUMNS}, content_hash, keyword FROM sentiment_analysis "
            f"WHERE data_id IN ({marks(batch)}) ORDER BY number",
            batch,
        ):
            found[row["data_id"]].append(Said(analysis_from(row), row["content_hash"].hex(), row["keyword"]))
    return found


def _corrected(connection: sqlite3.Connection, places: Sequence[tuple[str, int]]) -> dict[int, list[str]]:
    """Keywords with a corrected stance by row number, of those looked for."""
    found: dict[int, list[str]] = defaultdict(list)
    for batch in batches(places):
        asked = ",".join("(?,?)" for _ in batch)
        for keyword, n in connection.execute(
            f"WITH wanted(k, r) AS (VALUES {asked}) SELECT s.keyword, s.n FROM wanted "
            "CROSS JOIN stances s ON s.keyword = wanted.k AND s.n = wanted.r WHERE s.corrected = 1",
            [value for place in batch for value in place],
        ):
            found[n].append(keyword)
    return found


@dataclass(frozen=True)
class Keeping:
    """See ``MentionStore.keep``."""

    database: Database
    sets: KeywordSets
    zone: ZoneInfo

    def keep(self, kept: Sequence[Kept]) -> None:
        """Batch by batch; a row whose time is the same keeps its number, so that cursors stay good."""
        distinct = [replace(one, mention=sound(one.mention)) for one in {k.mention.id: k for k in kept}.values()]
        for one in distinct:
            id_bytes(one.mention.id)
            check_sentiments(*one.sentiments())
        for batch in batches(distinct):
            self.sets.prepare(one.mention.keywords for one in batch)
            with self.database.writing() as connection:
                old = self._take_out(connection, batch)
                numbers = self._put_in(connection, batch, old)
                touch(connection, next_change(connection), {*old.values(), *numbers}, self.zone)

    def _take_out(self, connection: sqlite3.Connection, batch: Sequence[Kept]) -> dict[tuple[str, int], int]:
        """Remove what stands under these ids: row numbers by (id, milliseconds of publication)."""
        ids = [bytes.fromhex(one.mention.id) for one in batch]
        rows = connection.execute(
            f"SELECT n, id, published_at, keyword_set FROM scraped_data WHERE id IN ({marks(ids)})", ids
        ).fetchall()
        for row in rows:
            keywords = self.sets.keywords(connection, row["keyword_set"])
            connection.executemany("DELETE FROM stances WHERE keyword = ? AND n = ?", ((k, row["n"]) for k in keywords))
        connection.executemany("DELETE FROM sentiment_analysis WHERE data_id = ?", ((row["id"],) for row in rows))
        connection.executemany("DELETE FROM topic_mentions WHERE n = ?", ((row["n"],) for row in rows))
        connection.executemany("DELETE FROM scraped_data WHERE n = ?", ((row["n"],) for row in rows))
        return {(row["id"].hex(), row["published_at"]): row["n"] for row in rows}

    def _put_in(
        self, connection: sqlite3.Connection, batch: Sequence[Kept], old: dict[tuple[str, int], int]
    ) -> list[int]:
        """Those with a number first: it must be taken before others look for free ones. All numbers."""
        settled = [(n, one) for one in batch if (n := old.get(_place(one.mention))) is not None]
        self._insert(connection, settled)
        others = [one for one in batch if _place(one.mention) not in old]
        others.sort(key=lambda one: one.mention.published_at)  # the text index wants rising numbers
        found = list(zip(free_numbers(connection, [one.mention for one in others]), others, strict=True))
        self._insert(connection, found)
        return [n for n, _ in (*settled, *found)]

    def _insert(self, connection: sqlite3.Connection, numbered: Sequence[tuple[int, Kept]]) -> None:
        connection.executemany(INSERT, (self._row(n, one) for n, one in numbered))
        connection.executemany(
            "INSERT INTO stances (keyword, n, sentiment, corrected) VALUES (?, ?, ?, ?)",
            (
                (keyword, n, one.mention.stances.get(keyword), int(keyword in one.corrected))
                for n, one in numbered
                for keyword in set(one.mention.keywords)
            ),
        )
        connection.executemany(
            "INSERT INTO topic_mentions (topic, n) VALUES (?, ?)", ((one.topic, n) for n, one in numbered if one.topic)
        )
        connection.executemany(
            INSERT_SAID,
            (
                analysis_values(said.analysis, bytes.fromhex(said.content_hash), said.keyword)
                for _, one in numbered
                for said in one.said
            ),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO voices VALUES (?, ?)",
            {(one.mention.platform, one.mention.source) for _, one in numbered},
        )

        write_names(connection, [(n, one.names) for n, one in numbered], {})
        connection.executemany(
            "UPDATE scraped_data SET names_by = ? WHERE n = ?", ((one.names_by, n) for n, one in numbered)
        )

    def _row(self, n: int, one: Kept) -> tuple[object, ...]:
        known = insert_values(n, one.mention, self.sets.number(one.mention.keywords))
        analysis = one.mention.analysis
        if analysis is None:
            return (*known, *[None] * 8, int(one.excluded))
        scores = analysis.scores
        return (
            *known, analysis.sentiment, analysis.confidence, scores.positive, scores.negative, scores.neutral,
            analysis.emotion, analysis.model_version, milliseconds(analysis.processed_at), int(one.excluded),
        )  # fmt: skip


def _place(mention: Mention) -> tuple[str, int]:
    return mention.id, milliseconds(mention.published_at)
