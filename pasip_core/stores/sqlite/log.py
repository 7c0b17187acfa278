"""The write-ahead log, kept short."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

KEPT_BYTES = 64 << 20
LONG, PATIENCE_MS, PAUSE = 2 * KEPT_BYTES, 500, 5.0
"""From which size on a log is begun anew, how long its readers are waited for, during which nobody writes, and the
seconds until the next try."""
POLL = 0.005


class Log:
    """The log of one file.

    SQLite begins it anew by itself only where a moment comes in which nobody writes and nobody reads from it, and
    writers that follow each other closely leave none.
    """

    def __init__(self, path: Path) -> None:
        self._path = f"{path}-wal"
        self._next_look = 0.0

    def shorten(self, connection: sqlite3.Connection) -> None:
        """Begin it anew where it has grown long, outside of any transaction. Never fails: a later write tries again."""
        now = time.monotonic()
        if now < self._next_look or self._size() < LONG:
            return
        self._next_look = now + PAUSE
        with suppress(sqlite3.Error):
            waiting = connection.execute("PRAGMA busy_timeout").fetchone()[0]
            connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            try:
                while _copied_elsewhere(connection) and time.monotonic() < now + PATIENCE_MS / 1000:
                    time.sleep(POLL)
            finally:
                connection.execute(f"PRAGMA busy_timeout = {waiting}")

    def _size(self) -> int:
        try:
            return os.stat(self._path).st_size
        except OSError:  # none yet, or its folder has gone: the next write says so
            return 0


def _copied_elsewhere(connection: sqlite3.Connection) -> bool:
    """Copy the log into the file and begin it anew; whether that was refused because another process copies."""
    pages_in_log: int = connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()[1]
    return pages_in_log < 0
