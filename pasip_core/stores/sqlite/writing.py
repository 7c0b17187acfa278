"""Storing mentions and taking over what a later sighting tells."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pasip_core.domain.mention import Engagement, Mention

from ..ports import UpsertCounts
from ..values import sound
from .changes import KeywordSets, next_change, touch
from .database import Database
from .rows import MILLISECOND_BITS, SECOND_BITS, first_row, insert_values, marks

T = TypeVar("T")
BATCH = 500
"""Rows in one transaction: short enough that other writers wait for well under a second."""

INSERT = f"""INSERT INTO scraped_data (
    n, id, source, platform, title, content, url, author, author_followers, likes, shares, comments, engagement,
    raw_data, scraped_at, published_at, language, content_hash, cluster_id, keyword_set, rules_revision
) VALUES ({marks(range(21))})"""


def batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Slices of at most ``BATCH``."""
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


@dataclass
class Upsert:
    """Stores batches of mentions; see ``MentionStore.upsert``."""

    database: Database
    sets: KeywordSets
    zone: ZoneInfo
    inserted: list[str] = field(default_factory=list)
    updated: int = 0
    unchanged: int = 0

    def run(self, mentions: Sequence[Mention]) -> UpsertCounts:
        """Everything, batch by batch."""
        distinct = [sound(mention) for mention in {mention.id: mention for mention in mentions}.values()]
        for batch in batches(distinct):
            self.sets.prepare(mention.keywords for mention in batch)
            with self.database.writing() as connection:
                inserted, updated = self._write(connection, batch)
            self.inserted += inserted
            self.updated += updated
            self.unchanged += len(batch) - len(inserted) - updated
        return UpsertCounts(len(self.inserted), self.updated, self.unchanged, tuple(self.inserted))

    def _write(self, connection: sqlite3.Connection, batch: Sequence[Mention]) -> tuple[list[str], int]:
        ids = [bytes.fromhex(mention.id) for mention in batch]
        found = connection.execute(
            "SELECT n, id, author_followers, likes, shares, comments, content_hash, keyword_set, excluded "
            f"FROM scraped_data WHERE id IN ({marks(ids)})",
            ids,
        )
        known = {row["id"].hex(): row for row in found}
        fresh = [mention for mention in batch if mention.id not in known]
        touched = self._insert(connection, fresh)
        seen_again = [mention for mention in batch if mention.id in known and not known[mention.id]["excluded"]]
        changed = [known[m.id]["n"] for m in seen_again if self._take_over(connection, known[m.id], m)]
        if touched or changed:
            touch(connection, next_change(connection), [*touched, *changed], self.zone)
        return [mention.id for mention in fresh], len(changed)

    def _insert(self, connection: sqlite3.Connection, fresh: Sequence[Mention]) -> list[int]:
        fresh = sorted(fresh, key=lambda mention: mention.published_at)  # the text index wants rising numbers
        numbers = free_numbers(connection, fresh)
        rows = zip(numbers, fresh, strict=True)
        connection.executemany(INSERT, (insert_values(n, m, self.sets.number(m.keywords)) for n, m in rows))
        connection.executemany(
            "INSERT INTO stances (keyword, n) VALUES (?, ?)",
            ((keyword, n) for n, m in zip(numbers, fresh, strict=True) for keyword in m.keywords),
        )
        connection.executemany("INSERT OR IGNORE INTO voices VALUES (?, ?)", {(m.platform, m.source) for m in fresh})
        return numbers

    def _take_over(self, connection: sqlite3.Connection, row: Mapping[str, Any], mention: Mention) -> bool:
        """Engagement and followers where they are told, the text where it changed. Whether anything did."""
        merged = Engagement(row["likes"], row["shares"], row["comments"]).updated_by(mention.engagement)
        followers = row["author_followers"] if mention.author_followers is None else mention.author_followers
        before = (row["likes"], row["shares"], row["comments"], row["author_followers"])
        after = (merged.likes, merged.shares, merged.comments, followers)
        other_text = row["content_hash"] != bytes.fromhex(mention.content_hash)
        if after != before:
            connection.execute(
                "UPDATE scraped_data SET likes = ?, shares = ?, comments = ?, author_followers = ?, engagement = ? "
                "WHERE n = ?",
                (*after, merged.total, row["n"]),
            )
        if other_text:
            self._replace_text(connection, row, mention)
        return after != before or other_text

    def _replace_text(self, connection: sqlite3.Connection, row: Mapping[str, Any], mention: Mention) -> None:
        """Another text is another thing to analyse: what was understood, or corrected, of the old one goes."""
        connection.execute(
            "UPDATE scraped_data SET title = ?, content = ?, language = ?, raw_data = ?, content_hash = ?, "
            "cluster_id = ?, keyword_set = ?, rules_revision = ?, sentiment = NULL, confidence = NULL, "
            "positive = NULL, negative = NULL, neutral = NULL, emotion = NULL, model_version = NULL, "
            "processed_at = NULL WHERE n = ?",
            (
                mention.title, mention.content, mention.language,
                json.dumps(dict(mention.raw_data)), bytes.fromhex(mention.content_hash),
                bytes.fromhex(mention.cluster_id), self.sets.number(mention.keywords),
                mention.rules_revision, row["n"],
            ),
        )  # fmt: skip
        old = self.sets.keywords(connection, row["keyword_set"])
        connection.executemany("DELETE FROM stances WHERE keyword = ? AND n = ?", ((k, row["n"]) for k in old))
        connection.execute("DELETE FROM topic_mentions WHERE n = ?", (row["n"],))
        connection.executemany(
            "INSERT INTO stances (keyword, n) VALUES (?, ?)", ((k, row["n"]) for k in mention.keywords)
        )


def free_numbers(connection: sqlite3.Connection, mentions: Sequence[Mention]) -> list[int]:
    """A row number for each, rising: the next one behind those of its millisecond, and of a crowd behind that."""
    numbers: list[int] = []
    for mention in mentions:
        first = first_row(mention.published_at)
        end = ((first >> SECOND_BITS) + 1) << SECOND_BITS
        reserved = first + (1 << MILLISECOND_BITS)
        taken = _last_between(connection, first, reserved)
        if taken == reserved - 1:
            taken = _last_between(connection, reserved, end) or taken
        free = first if taken is None else taken + 1
        numbers.append(max(free, numbers[-1] + 1) if numbers and numbers[-1] >= first else free)
    return numbers


def _last_between(connection: sqlite3.Connection, first: int, end: int) -> int | None:
    row = connection.execute("SELECT max(n) FROM scraped_data WHERE n >= ? AND n < ?", (first, end)).fetchone()
    return None if row[0] is None else int(row[0])
