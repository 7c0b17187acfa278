"""The file itself: connections, transactions, and driver errors in our words."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pasip_core.errors import StoreError, StoreFull, StoreReadOnly, StoreSchemaMismatch, StoreUnavailable

SCHEMA_VERSION = 1
BUSY_SECONDS = 30
CACHE_KIB = 16_000
MAPPED_BYTES = 1 << 30
"""Reading through the page cache of the system, which all connections and processes share."""
LOG_BYTES = 64 << 20
CONNECTIONS_KEPT = 8


class Database:
    """One SQLite file and the connections to it that are free.

    A connection serves one thread at a time and then the next one: threads of a web server come and go, and
    opening costs more than most questions. A forked process never uses what its parent opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._free: list[sqlite3.Connection] = []
        self._abandoned: list[sqlite3.Connection] = []
        self._process = os.getpid()
        self._lock = threading.Lock()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = self._take()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def _take(self) -> sqlite3.Connection:
        if self._process != os.getpid():
            self._forget_parent()
        with self._lock:
            if self._free:
                return self._free.pop()
        return self._open()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if len(self._free) < CONNECTIONS_KEPT and not connection.in_transaction:
                self._free.append(connection)
                return
        connection.close()

    def _forget_parent(self) -> None:
        """Closing them here would disturb the parent, so they are only put out of reach."""
        self._lock = threading.Lock()
        self._abandoned += self._free
        self._free = []
        self._process = os.getpid()

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"{self.path.parent} cannot be made: {error.strerror}") from error
        made = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        made.row_factory = sqlite3.Row
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("PRAGMA synchronous = NORMAL")
        made.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        made.execute("PRAGMA temp_store = MEMORY")
        made.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
        made.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        return made

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to ask single questions of."""
        with translated(self.path), self._connection() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection on which several questions see the same state."""
        with translated(self.path), self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One short atomic write; rolled back where anything is raised.

        ``IMMEDIATE``: a transaction that begins by reading would fail at once when another one writes.
        """
        with translated(self.path), self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own, outside any transaction, that is closed afterwards."""
        with translated(self.path):
            connection = self._open()
            try:
                yield connection
            finally:
                connection.close()

    def close(self) -> None:
        """Close the connections of this process."""
        if self._process != os.getpid():
            self._forget_parent()
        with self._lock:
            free, self._free = self._free, []
        for connection in free:
            with suppress(sqlite3.Error):
                connection.close()


def migrate(database: Database) -> None:
    """Bring the file to ``SCHEMA_VERSION``; two processes at once do it one after the other."""
    with database.reading() as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise StoreSchemaMismatch(
            f"{database.path} was made by a newer version of this program (schema {version}, known {SCHEMA_VERSION}); "
            "update the program"
        )
    if version == SCHEMA_VERSION:
        return
    with database.writing() as connection:
        for step in range(connection.execute("PRAGMA user_version").fetchone()[0], SCHEMA_VERSION):
            for statement in _statements(MIGRATIONS[step]):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


MIGRATIONS = (Path(__file__).with_name("schema.sql"),)
"""One file a version: the first makes version 1 out of nothing."""


def _statements(path: Path) -> Iterator[str]:
    """The statements of a file: ``executescript`` would commit before it starts."""
    collected = ""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        collected += line
        if sqlite3.complete_statement(collected):
            yield collected
            collected = ""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Errors of SQLite as errors of ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise _meaning(error, path) from error


def _meaning(error: sqlite3.Error, path: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"no space is left for {path}; free some and go on")
    if code == sqlite3.SQLITE_READONLY:
        return StoreReadOnly(f"{path} may not be written to; check its rights")
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreUnavailable(f"{path} was locked for more than {BUSY_SECONDS} seconds; try again")
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return StoreUnavailable(f"{path} is not, or no longer, a database of this program; restore a backup")
    return StoreUnavailable(f"{path} cannot be used: {error}")
