"""Leases with fencing tokens."""

from __future__ import annotations

import sqlite3
import time

from pasip_core.errors import LeaseLost

from ..ports import Fence
from .database import Database


def holds(connection: sqlite3.Connection, fence: Fence) -> bool:
    """Whether nobody took the lease over since; asked in the same transaction as the write it guards."""
    row = connection.execute("SELECT token FROM leases WHERE name = ?", (fence.name,)).fetchone()
    return row is not None and row[0] == fence.token


class SqliteLeases:
    """See ``Leases``. Wall-clock time: the processes of one machine share it, and it survives a restart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, name: str, owner: str, seconds: float) -> Fence | None:
        """See ``Leases``."""
        now = time.time()
        with self._database.writing() as connection:
            row = connection.execute("SELECT token, owner, until FROM leases WHERE name = ?", (name,)).fetchone()
            if row and row["until"] > now and row["owner"] != owner:
                return None
            token = (row["token"] if row else 0) + 1
            connection.execute("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)", (name, token, owner, now + seconds))
        return Fence(name, token)

    def renew(self, fence: Fence, seconds: float) -> None:
        """See ``Leases``."""
        with self._database.writing() as connection:
            if not holds(connection, fence):
                raise LeaseLost(f"the lease {fence.name} has gone to another process")
            connection.execute("UPDATE leases SET until = ? WHERE name = ?", (time.time() + seconds, fence.name))

    def release(self, fence: Fence) -> None:
        """See ``Leases``."""
        with self._database.writing() as connection:
            connection.execute("UPDATE leases SET until = 0 WHERE name = ? AND token = ?", (fence.name, fence.token))
