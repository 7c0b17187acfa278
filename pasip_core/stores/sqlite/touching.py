"""Days whose numbers are to be recomputed: what every write of a mention notes, read and settled by rollup."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from pasip_core.domain.period import Period, day_of
from pasip_core.errors import LeaseLost

from ..ports import Fence, Touched
from ..values import LARGEST
from .changes import last_change, next_change
from .database import Database
from .leases import holds
from .rows import moment_of_row, rows_of


@dataclass(frozen=True)
class Touching:
    """See the methods of the same names in ``MentionStore``."""

    database: Database
    zone: ZoneInfo

    def touched_days(self, limit: int) -> list[date]:
        """Newest first."""
        days: list[date] = []
        before = 1 << 62
        with self.database.reading() as connection:
            while len(days) < limit:
                row = connection.execute("SELECT max(n) FROM pending_hours WHERE n < ?", (before,)).fetchone()
                if row[0] is None:
                    break
                days.append(day_of(moment_of_row(row[0]), self.zone))
                before = rows_of(Period(days[-1], days[-1], self.zone))[0]
        return days

    def touch_everything(self) -> None:
        """The first mention of each day stands for all of it, so that others wait shortly."""
        with self.database.writing() as connection:
            change = next_change(connection)
            connection.executemany(
                "INSERT OR REPLACE INTO pending_hours (n, change) VALUES (?, ?)",
                ((n, change) for n in (*self._first_of_days(connection), *self._days_with_numbers(connection))),
            )
            connection.execute("UPDATE day_versions SET version = ?", (change,))

    def _first_of_days(self, connection: sqlite3.Connection) -> Iterator[int]:
        """The row number of the first mention of each day that has any."""
        begin = -LARGEST
        while True:
            n = connection.execute("SELECT min(n) FROM scraped_data WHERE n >= ?", (begin,)).fetchone()[0]
            if n is None:
                return
            yield n
            day = day_of(moment_of_row(n), self.zone)
            begin = rows_of(Period(day, day, self.zone))[1]

    def _days_with_numbers(self, connection: sqlite3.Connection) -> Iterator[int]:
        """Their first possible row numbers: after a change of the zone some have no mention left."""
        for (day,) in connection.execute("SELECT DISTINCT day FROM day_cells").fetchall():
            yield rows_of(Period(date.fromordinal(day), date.fromordinal(day), self.zone))[0]

    def touched(self, day: date) -> Touched:
        """All changes up to the last one."""
        with self.database.reading() as connection:
            return Touched(day, last_change(connection))

    def settle(self, touched: Touched, fence: Fence) -> None:
        """Notes of later changes stay."""
        start, end = rows_of(Period(touched.day, touched.day, self.zone))
        with self.database.writing() as connection:
            if not holds(connection, fence):
                raise LeaseLost(f"the lease {fence.name} has gone to another process")
            connection.execute(
                "DELETE FROM pending_hours WHERE n >= ? AND n < ? AND change <= ?", (start, end, touched.seen)
            )
