"""Which topic mentions belong to, written batch by batch."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from pasip_core.domain.period import Period, day_of

from ..ports import Assigned
from .changes import forget_columns, move_versions, next_change
from .database import Database
from .rows import day_number, id_bytes, marks, moment_of_row, rows_of
from .topics import make_topics
from .writing import BATCH, batches

STATE = (
    "SELECT m.n, m.id, m.content_hash, coalesce(o.topic, '') AS topic FROM scraped_data m "
    "LEFT JOIN topic_mentions o ON o.n = m.n WHERE m.excluded = 0 AND m.id IN"
)


def assign(database: Database, assigned: Sequence[Assigned], zone: ZoneInfo) -> int:
    """See ``MentionStore.assign_topics``. The arrays of days follow at the end: a day is often in many batches."""
    distinct = list({one.data_id: one for one in assigned}.values())
    changed, days = 0, set[date]()
    for batch in batches(distinct):
        with database.writing() as connection:
            rows = _rows(connection, batch)
            days |= {day_of(moment_of_row(row["n"]), zone) for row in rows.values()}
            moved = {
                rows[one.data_id]["n"]: one.topic
                for one in batch
                if one.data_id in rows
                and rows[one.data_id]["content_hash"] == bytes.fromhex(one.content_hash)
                and rows[one.data_id]["topic"] != one.topic
            }
            _move(connection, moved, zone)
        changed += len(moved)
    _make_missing(database, days, zone)
    return changed


def _rows(connection: sqlite3.Connection, batch: Sequence[Assigned]) -> dict[str, sqlite3.Row]:
    ids = [id_bytes(one.data_id) for one in batch]
    return {row["id"].hex(): row for row in connection.execute(f"{STATE} ({marks(ids)})", ids)}


def _move(connection: sqlite3.Connection, topics: Mapping[int, str], zone: ZoneInfo) -> None:
    """Give rows these topics, and say so of their days."""
    if not topics:
        return
    connection.executemany("DELETE FROM topic_mentions WHERE n = ?", ((n,) for n in topics))
    connection.executemany(
        "INSERT INTO topic_mentions (topic, n) VALUES (?, ?)", ((topic, n) for n, topic in topics.items() if topic)
    )
    days = {day_of(moment_of_row(n), zone) for n in topics}
    numbers = [day_number(day) for day in days]
    forget_columns(connection, numbers, zone, ["day_topics"])
    move_versions(connection, next_change(connection), numbers)


def _make_missing(database: Database, days: Collection[date], zone: ZoneInfo) -> None:
    for day in sorted(days):
        first, end = _rows_of(day, zone)
        with database.writing() as connection:
            there = connection.execute("SELECT 1 FROM day_topics WHERE first = ? AND end = ?", (first, end)).fetchone()
            if not there:
                make_topics(connection, first, end)


def _rows_of(day: date, zone: ZoneInfo) -> tuple[int, int]:
    return rows_of(Period(day, day, zone))


def merge(database: Database, topic: str, into: str, zone: ZoneInfo) -> int:
    """See ``MentionStore.merge_topics``."""
    if topic == into:
        return 0
    moved, days = 0, set[date]()
    while True:
        with database.writing() as connection:
            found = connection.execute("SELECT n FROM topic_mentions WHERE topic = ? LIMIT ?", (topic, BATCH))
            numbers = [row[0] for row in found]
            _move(connection, dict.fromkeys(numbers, into), zone)
        if not numbers:
            break
        moved += len(numbers)
        days |= {day_of(moment_of_row(n), zone) for n in numbers}
    _make_missing(database, days, zone)
    return moved
