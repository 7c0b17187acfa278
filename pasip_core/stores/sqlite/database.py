"""The file itself: connections, transactions, and driver errors in our words."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pasip_core.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreSchemaMismatch,
    StoreUnavailable,
)

from ..files import file_error, full, read_only
from . import log

SCHEMA_VERSION = 3
BUSY_SECONDS = 30.0
USE_LOG = "PRAGMA journal_mode = WAL"
STEPS_BETWEEN_LOOKS = 100_000
"""Steps of SQLite's machine, some milliseconds of work, between two looks at the clock."""
CACHE_KIB = 16_000
MAPPED_BYTES = 1 << 30
"""Reading through the page cache of the system, which all connections and processes share."""
CONNECTIONS_KEPT = 8
ROOM_BYTES = 1 << 20
"""With less room than this, a file that cannot be opened or grown is taken for a full disk."""

FileId = tuple[int, int]
"""Device and number of a file: another one under the same name is another file."""


class Connection(sqlite3.Connection):
    """A connection that knows which file it is open on."""

    file: FileId


class Database:
    """One SQLite file and the connections to it that are free.

    A connection serves one thread at a time and then the next one: threads of a web server come and go, and
    opening costs more than most questions. A forked process never uses what its parent opened.

    The file may go away, be replaced or be migrated by a newer program while this is open; each use looks
    first. It is made by ``migrate`` alone: whoever made a new one where a disk is not mounted would write
    where nobody finds it again.

    ``patience`` bounds, in seconds, the wait for a lock and for one answer; without it only locks are bounded.
    """

    def __init__(self, path: Path, patience: float | None = None) -> None:
        self.path = path
        self._patience = patience
        self._free: list[Connection] = []
        self._abandoned: list[Connection] = []
        self._file: FileId | None = None
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._log = log.Log(path)

    @contextmanager
    def any_schema(self) -> Iterator[Connection]:
        """A connection, whatever schema it meets."""
        with translated(self.path):
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)

    @contextmanager
    def _checked(self) -> Iterator[Connection]:
        """A connection to a file of our schema."""
        with self.any_schema() as connection:
            version = schema_version(connection)
            if version != SCHEMA_VERSION:
                raise other_schema(self.path, version)
            yield connection

    def _take(self) -> Connection:
        if self._process != os.getpid():
            self._forget_parent()
        file = self._look()
        with self._lock:
            stale = [] if file == self._file else self._free
            if stale is self._free:
                self._free, self._file = [], file
            found = self._free.pop() if self._free else None
        for connection in stale:
            connection.close()
        found = found or self._open(file)
        if self._patience is not None:
            until = time.monotonic() + self._patience
            found.set_progress_handler(lambda: time.monotonic() > until, STEPS_BETWEEN_LOOKS)
        return found

    def _look(self) -> FileId:
        """The file that is there now."""
        try:
            seen = self.path.stat()
        except OSError as error:
            raise StoreUnavailable(
                f"{self.path} is not there ({error.strerror}); bring its folder back, or make a new store with "
                "`python -m pasip_core init-db`"
            ) from error
        return (seen.st_dev, seen.st_ino)

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            wanted = connection.file == self._file and not connection.in_transaction
            if wanted and len(self._free) < CONNECTIONS_KEPT:
                self._free.append(connection)
                return
        connection.close()

    def _forget_parent(self) -> None:
        """Closing them here would disturb the parent, so they are only put out of reach."""
        self._lock = threading.Lock()
        self._abandoned += self._free
        self._free = []
        self._process = os.getpid()

    def make_file(self) -> None:
        """An empty file where there is none."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.path.exists():
                self.path.touch(mode=0o600)  # texts and names of real people
        except OSError as error:
            raise file_error(error, self.path) from error

    def _open(self, file: FileId) -> Connection:
        waiting = BUSY_SECONDS if self._patience is None else self._patience
        made = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=waiting, isolation_level=None,
            check_same_thread=False, cached_statements=256, factory=Connection,
        )  # fmt: skip
        made.file = file
        made.row_factory = sqlite3.Row
        try:
            if schema_version(made) == SCHEMA_VERSION:  # a file of somebody else is left as it is
                made.execute(USE_LOG)
            made.execute("PRAGMA synchronous = NORMAL")
            made.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            made.execute("PRAGMA temp_store = MEMORY")
            made.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
            made.execute(f"PRAGMA journal_size_limit = {log.KEPT_BYTES}")
        except BaseException:
            made.close()
            raise
        return made

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to ask single questions of."""
        with self._checked() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection on which several questions see the same state."""
        with self._checked() as connection:
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
        with self._checked() as connection:
            with _transaction(connection):
                yield connection
            self._log.shorten(connection)

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own, outside any transaction, that is closed afterwards."""
        with translated(self.path):
            connection = self._open(self._look())
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


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def schema_version(connection: sqlite3.Connection) -> int:
    """0 in an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def other_schema(path: Path, version: int) -> StoreSchemaMismatch:
    """The error for a file of another schema than ours."""
    if version > SCHEMA_VERSION:
        return StoreSchemaMismatch(
            f"{path} was made by a newer version of this program (schema {version}, known {SCHEMA_VERSION}); "
            "update the program, or point DATA_DIR at another folder"
        )
    return StoreSchemaMismatch(
        f"{path} was made by an older version of this program (schema {version}, needed {SCHEMA_VERSION}); "
        "`make up` or `python -m pasip_core init-db` brings it up to date"
    )


def migrate(database: Database) -> None:
    """Bring the file to ``SCHEMA_VERSION``, and make it where there is none.

    Two processes at once do it one after the other.
    """
    database.make_file()
    with database.any_schema() as connection:
        if schema_version(connection) == SCHEMA_VERSION:
            return
        with _transaction(connection):
            _step_up(connection, database.path)
        connection.execute(USE_LOG)


def _step_up(connection: sqlite3.Connection, path: Path) -> None:
    version = schema_version(connection)  # once more: another process may have been faster
    if version > SCHEMA_VERSION:
        raise other_schema(path, version)
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise StoreSchemaMismatch(f"{path} is a database of another program; point DATA_DIR at another folder")
    for step in range(version, SCHEMA_VERSION):
        for statement in _statements(MIGRATIONS[step]):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


MIGRATIONS = tuple(Path(__file__).with_name(name) for name in ("schema.sql", "schema_2.sql", "schema_3.sql"))
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
    extended = getattr(error, "sqlite_errorcode", 0)
    code = extended & 0xFF
    if extended == sqlite3.SQLITE_READONLY_DBMOVED:
        return StoreUnavailable(f"{path} was moved or removed while it was in use; bring it back")
    if code == sqlite3.SQLITE_FULL:
        return full(path)
    if code == sqlite3.SQLITE_READONLY:
        return read_only(path)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreBusy(f"{path} was locked by another program for too long; try again, or end that program")
    if code == sqlite3.SQLITE_INTERRUPT:
        return StoreBusy(f"{path} took too long to answer; try again, or ask for a shorter period")
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return StoreDamaged(
            f"{path} is not, or no longer, a database; stop everything, remove {path.name}, {path.name}-wal and "
            f"{path.name}-shm, and put a backup in their place"
        )
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}:
        return _unusable_file(error, path)
    return StoreUnavailable(f"{path} cannot be used: {error}")


def _unusable_file(error: sqlite3.Error, path: Path) -> StoreError:
    """SQLite says the same for a folder without rights, a disk without room and a disk that fails."""
    with suppress(OSError):
        if shutil.disk_usage(path.parent).free < ROOM_BYTES:
            return full(path)
        if not os.access(path.parent, os.W_OK) or not os.access(path, os.W_OK):
            return read_only(path)
    return StoreUnavailable(f"{path} cannot be used: {error}")
