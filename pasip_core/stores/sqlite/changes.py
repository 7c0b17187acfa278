"""What every write of a mention leaves in the same transaction: a change number, touched rows, day versions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from datetime import date
from zoneinfo import ZoneInfo

from pasip_core.domain.period import Period, day_of

from .database import Database
from .rows import SECOND_BITS, day_number, moment_of_row, rows_of

LONGEST_DAY = 26 * 3600 << SECOND_BITS
"""Row numbers of a day in any zone, at most."""
KEPT_BY_DAY = ("day_columns", "day_topics")


def next_change(connection: sqlite3.Connection) -> int:
    """The number of this write; numbers only grow."""
    row = connection.execute("UPDATE changes SET last = last + 1 RETURNING last").fetchone()
    return int(row[0])


def last_change(connection: sqlite3.Connection) -> int:
    """The number of the last write."""
    return int(connection.execute("SELECT last FROM changes").fetchone()[0])


def touch(connection: sqlite3.Connection, change: int, numbers: Iterable[int], zone: ZoneInfo) -> None:
    """Note rows for rollup, forget the columns of their days and move their versions."""
    rows = list(numbers)
    connection.executemany(
        "INSERT OR REPLACE INTO pending_hours (n, change) VALUES (?, ?)", ((n, change) for n in rows)
    )
    days = {day_number(day_of(moment_of_row(n), zone)) for n in rows}
    forget_columns(connection, days, zone)
    move_versions(connection, change, days)


def forget_columns(
    connection: sqlite3.Connection, days: Iterable[int], zone: ZoneInfo, tables: Iterable[str] = KEPT_BY_DAY
) -> None:
    """Remove the columns that hold mentions of these days, and the topics beside them, made in whatever zone."""
    stretches = (rows_of(Period(date.fromordinal(day), date.fromordinal(day), zone)) for day in days)
    around = [(first - LONGEST_DAY, end, first) for first, end in stretches]
    for table in tables:
        connection.executemany(f"DELETE FROM {table} WHERE first > ? AND first < ? AND end > ?", around)


def move_versions(connection: sqlite3.Connection, change: int, days: Iterable[int]) -> None:
    """Say that something of these days is new."""
    connection.executemany(
        "INSERT OR REPLACE INTO day_versions (day, version) VALUES (?, ?)", ((day, change) for day in days)
    )


class KeywordSets:
    """Interned keyword sets; a set, once made, never changes its number.

    New sets are committed before the write that speaks of them, so that what is remembered here is always true;
    a set that then serves nobody does no harm.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keywords: dict[int, tuple[str, ...]] = {1: ()}
        self._numbers: dict[tuple[str, ...], int] = {(): 1}

    def prepare(self, sets: Iterable[Collection[str]]) -> None:
        """Make the sets that are new. Outside of any write."""
        wanted = {_plain(keywords) for keywords in sets} - set(self._numbers)
        if not wanted:
            return
        texts = [(json.dumps(keywords, ensure_ascii=False),) for keywords in sorted(wanted)]
        with self._database.writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO keyword_sets (keywords) VALUES (?)", texts)
            connection.executemany(
                "INSERT OR IGNORE INTO keyword_set_members (keyword, keyword_set) "
                "SELECT value, s.id FROM keyword_sets s, json_each(s.keywords) WHERE s.keywords = ?",
                texts,
            )
        with self._database.reading() as connection:
            for text in texts:
                row = connection.execute("SELECT id, keywords FROM keyword_sets WHERE keywords = ?", text).fetchone()
                self._remember(*row)

    def number(self, keywords: Collection[str]) -> int:
        """The number of a set that was prepared."""
        return self._numbers[_plain(keywords)]

    def keywords(self, connection: sqlite3.Connection, number: int) -> tuple[str, ...]:
        """The keywords of a set."""
        if number not in self._keywords:
            self._remember(
                *connection.execute("SELECT id, keywords FROM keyword_sets WHERE id = ?", (number,)).fetchone()
            )
        return self._keywords[number]

    def _remember(self, number: int, text: str) -> None:
        keywords = tuple(json.loads(text))
        self._keywords[number] = keywords
        self._numbers[keywords] = number


def _plain(keywords: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(set(keywords)))
