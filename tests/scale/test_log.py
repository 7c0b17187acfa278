"""The write-ahead log stays short, however closely writers and readers follow each other."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from pasip_core.stores.sqlite import log
from pasip_core.stores.sqlite.database import Database, migrate

MEGABYTE = 1 << 20
WRITES, EACH = 150, 100_000
LONGEST = 6 * MEGABYTE


def test_the_log_is_begun_anew_although_somebody_always_reads_and_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "KEPT_BYTES", MEGABYTE)
    monkeypatch.setattr(log, "LONG", LONGEST)
    monkeypatch.setattr(log, "PAUSE", 0.0)
    store = Database(tmp_path / "busy.db")
    migrate(store)
    with store.writing() as connection:
        connection.execute("CREATE TABLE noise (n INTEGER PRIMARY KEY, bytes BLOB)")

    def write() -> None:
        for _ in range(WRITES):
            with store.writing() as connection:
                connection.execute("INSERT INTO noise (bytes) VALUES (randomblob(?))", (EACH,))

    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            with store.snapshot() as connection:
                connection.execute("SELECT count(*) FROM noise").fetchone()
                time.sleep(0.02)

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write) for _ in range(3)]
    for thread in (*readers, *writers):
        thread.start()
    longest = 0
    while any(writer.is_alive() for writer in writers):
        longest = max(longest, (tmp_path / "busy.db-wal").stat().st_size)
        time.sleep(0.002)
    over.set()
    for reader in readers:
        reader.join()
    with store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM noise").fetchone()[0] == 3 * WRITES
    store.close()
    assert longest < 2 * LONGEST < 3 * WRITES * EACH
