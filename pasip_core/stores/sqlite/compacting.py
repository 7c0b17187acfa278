"""Leaving nothing of deleted rows behind in the file."""

from __future__ import annotations

import sqlite3
import time

from pasip_core.errors import StoreUnavailable

from .database import BUSY_SECONDS, Database

PAGES_AT_ONCE = 2_000
"""Pages of the text index in one transaction: other writers wait for well under a second."""


def compact(database: Database) -> None:
    """Merge the text index, write the whole file anew, and empty the log.

    The text index marks deleted words and drops them only when its parts are merged into one. The file is
    written anew since freed pages, and the unused space within pages, may hold what stood there.
    """
    _merge_text_index(database)
    with database.alone() as connection:
        # Gigabytes: not in memory, where temporary tables of questions are kept otherwise.
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        _empty_log(connection, database)


def _merge_text_index(database: Database) -> None:
    """A negative number of pages makes one part of all there are; further rounds go on with it until all is done."""
    pages = -PAGES_AT_ONCE
    while True:
        with database.writing() as connection:
            before = connection.total_changes
            connection.execute("INSERT INTO mention_text (mention_text, rank) VALUES ('merge', ?)", (pages,))
            if connection.total_changes - before < 2:
                return
        pages = PAGES_AT_ONCE


def _empty_log(connection: sqlite3.Connection, database: Database) -> None:
    deadline = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > deadline:
            raise StoreUnavailable(f"{database.path}: a reader holds on to an old state; try again in a minute")
        time.sleep(0.1)
