"""The metric store: hour, day and keyword-set cells."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pasip_core.domain.metrics import ALL_KEYWORDS, Cell, DayNumbers, SetCell, Total
from pasip_core.domain.period import Period, day_start
from pasip_core.domain.topic import TopicPoint
from pasip_core.errors import LeaseLost

from ..cells import (
    COLUMNS,
    EVERY,
    FINEST,
    GRAINS,
    cell_rows,
    cells_from,
    grain_of,
    refuse_to_count_twice,
    set_rows,
    summed,
    sums_sql,
    totals,
)
from ..ports import Dimension, Fence
from .changes import KeywordSets, move_versions, next_change
from .database import Database
from .leases import holds
from .rows import EPOCH, day_number, marks, milliseconds, rows_of

NEXT_DAY = 1
EACH_PLATFORM = "platform IN (SELECT platform FROM voices)"
"""Names them, so that the rows of a period are sought by platform and those of all platforms are passed over."""

DAYS = """
WITH RECURSIVE found(day) AS (
    SELECT min(day) FROM day_cells
    UNION ALL SELECT (SELECT min(day) FROM day_cells WHERE day > found.day) FROM found WHERE found.day IS NOT NULL
)
SELECT day FROM found WHERE day IS NOT NULL
"""
"""From one day to the next: SQLite's ``DISTINCT`` would read every cell."""


class SqliteSeries:
    """See ``MetricStore``."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone
        self._sets = KeywordSets(database)

    def write(self, numbers: DayNumbers, fence: Fence) -> None:
        """See ``MetricStore``; with the numbers of a day go the columns of its mentions as they are now."""
        from . import columns, topics  # numpy: only who rolls up needs it

        day = day_number(numbers.day)
        self._sets.prepare(cell.keywords for cell in numbers.sets)
        sets = set_rows((self._sets.number(cell.keywords), cell) for cell in numbers.sets)
        with self._database.writing() as connection:
            if not holds(connection, fence):
                raise LeaseLost(f"the lease {fence.name} has gone to another process")
            _replace(connection, "day_cells", "day", day, numbers.cells)
            for hour, cells in numbers.hours.items():
                _replace(connection, "hour_cells", "hour", milliseconds(hour) // 1000, cells)
            connection.executemany(
                "DELETE FROM set_cells WHERE grain = ? AND day = ?", ((grain, day) for grain in GRAINS)
            )
            connection.executemany(
                f"INSERT INTO set_cells VALUES ({marks(range(5 + len(COLUMNS)))})",
                ((grain, day, *place, *values) for (grain, *place), values in sorted(sets.items())),
            )
            connection.executemany(
                "INSERT OR IGNORE INTO voices VALUES (?, ?)", {(cell.platform, cell.source) for cell in numbers.sets}
            )
            columns.make(connection, Period(numbers.day, numbers.day, self._zone))
            topics.make_topics(connection, *rows_of(Period(numbers.day, numbers.day, self._zone)))
            move_versions(connection, next_change(connection), [day])

    def sums(
        self,
        period: Period,
        by: Sequence[Dimension],
        *,
        keywords: Sequence[str] = (),
        platforms: Sequence[str] = (),
        sentiments: Sequence[str] = (),
    ) -> list[Total]:
        """See ``MetricStore``."""
        refuse_to_count_twice(by, keywords)
        table, time, first, last = _stretch(period, by)
        per_platform = bool(platforms) or "platform" in by
        conditions = [f"{time} BETWEEN ? AND ?", f"keyword IN ({marks(keywords or EVERY)})"]
        values: list[object] = [first, last, *(keywords or (ALL_KEYWORDS,))]
        if platforms:
            conditions.append(f"platform IN ({marks(platforms)})")
            values += platforms
        else:
            conditions.append(EACH_PLATFORM if per_platform else f"platform = '{EVERY}'")
        return self._grouped(table, by, conditions, values, sentiments)

    def union(
        self,
        period: Period,
        by: Sequence[Dimension],
        *,
        keywords: Sequence[str] = (),
        platforms: Sequence[str] = (),
        sources: Sequence[str] = (),
        sentiments: Sequence[str] = (),
    ) -> list[Total]:
        """See ``MetricStore``."""
        grain = grain_of(by, keywords=keywords, platforms=platforms, sources=sources)
        conditions = ["grain = ? AND day BETWEEN ? AND ?"]
        values: list[object] = [grain, day_number(period.first), day_number(period.last)]
        if keywords:
            members = f"SELECT keyword_set FROM keyword_set_members WHERE keyword IN ({marks(keywords)})"
            conditions.append(f"+keyword_set IN ({members})")
            values += keywords
        for column, allowed in (("platform", platforms), ("source", sources)):
            if allowed:
                conditions.append(f"{column} IN ({marks(allowed)})")
                values += allowed
        return self._grouped("set_cells", by, conditions, values, sentiments)

    def _grouped(
        self,
        table: str,
        by: Sequence[Dimension],
        conditions: list[str],
        values: list[object],
        sentiments: Sequence[str],
    ) -> list[Total]:
        read = summed(sentiments)
        if not read:
            return []
        names = [name for name in by if name != "sentiment"]
        grouped = f"GROUP BY {', '.join(names)}" if names else ""
        columns = "".join(f"{name}, " for name in names)
        sql = f"SELECT {columns}{sums_sql(read)} FROM {table} WHERE {' AND '.join(conditions)} {grouped}"
        with self._database.reading() as connection:
            rows = connection.execute(sql, values).fetchall()
        width = len(names)
        found = ((tuple(map(_dimension, names, row[:width])), row[width:]) for row in rows)
        return totals(by, read, found)

    def write_topics(self, points: Sequence[TopicPoint]) -> None:
        """See ``MetricStore``: the mentions themselves know their topics."""

    def days(self) -> list[date]:
        """See ``MetricStore``."""
        with self._database.reading() as connection:
            rows = connection.execute(DAYS).fetchall()
        return [date.fromordinal(row[0]) for row in rows]

    def read(self, day: date) -> DayNumbers:
        """See ``MetricStore``."""
        number, columns = day_number(day), ", ".join(COLUMNS)
        with self._database.snapshot() as connection:
            period = Period(day, day, self._zone)
            hours: dict[datetime, tuple[Cell, ...]] = {}
            for row in connection.execute(
                f"SELECT hour, keyword, platform, {columns} FROM hour_cells WHERE hour >= ? AND hour < ? "
                f"AND platform <> '{EVERY}'",
                (milliseconds(period.start) // 1000, milliseconds(period.end) // 1000),
            ):
                moment = EPOCH + timedelta(seconds=row[0])
                hours[moment] = (*hours.get(moment, ()), *_cells(row[1:]))
            rows = connection.execute(
                f"SELECT keyword, platform, {columns} FROM day_cells WHERE day = ? AND platform <> '{EVERY}'", (number,)
            )
            cells = tuple(cell for row in rows for cell in _cells(row))
            found = connection.execute(
                f"SELECT keyword_set, platform, source, {columns} FROM set_cells WHERE grain = ? AND day = ?",
                (FINEST, number),
            ).fetchall()
            sets = tuple(
                SetCell(self._sets.keywords(connection, row[0]), row[1], row[2], *cell)
                for row in found
                for cell in cells_from(row[3:])
            )
        return DayNumbers(day, hours, cells, sets)

    def versions(self, period: Period) -> str:
        """See ``MetricStore``: change numbers only grow, so the greatest one tells of any change."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT max(version) FROM day_versions WHERE day BETWEEN ? AND ?",
                (day_number(period.first), day_number(period.last)),
            ).fetchone()
        return str(row[0] or 0)

    def move_version(self, day: date) -> None:
        """See ``MetricStore``."""
        with self._database.writing() as connection:
            move_versions(connection, next_change(connection), [day_number(day)])

    def forget_hours(self, before: datetime) -> int:
        """See ``MetricStore``."""
        with self._database.writing() as connection:
            done = connection.execute("DELETE FROM hour_cells WHERE hour < ?", (milliseconds(before) // 1000,))
            return done.rowcount


def _cells(row: Sequence[Any]) -> Iterator[Cell]:
    """The cells of one row: keyword, platform, columns."""
    return (Cell(row[0], row[1], *cell) for cell in cells_from(row[2:]))


def _replace(connection: sqlite3.Connection, table: str, column: str, time: int, cells: Iterable[Cell]) -> None:
    connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (time,))
    connection.executemany(
        f"INSERT INTO {table} VALUES ({marks(range(3 + len(COLUMNS)))})",
        ((*place, time, *values) for place, values in sorted(cell_rows(cells).items())),
    )


def _stretch(period: Period, by: Iterable[Dimension]) -> tuple[str, str, int, int]:
    """Table, its column of time, and the first and last value of the period."""
    if "hour" not in by:
        return "day_cells", "day", day_number(period.first), day_number(period.last)
    end = day_start(date.fromordinal(period.last.toordinal() + NEXT_DAY), period.zone)
    return "hour_cells", "hour", milliseconds(period.start) // 1000, milliseconds(end) // 1000 - 1


def _dimension(name: str, value: object) -> object:
    if name == "day":
        return date.fromordinal(int(str(value)))
    if name == "hour":
        return EPOCH + timedelta(seconds=int(str(value)))
    return value
