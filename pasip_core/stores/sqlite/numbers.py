"""The numbers of one day, computed from its mentions."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pasip_core.domain.metrics import ALL_KEYWORDS, Cell, DayNumbers, SetCell
from pasip_core.domain.period import Period

from .changes import KeywordSets
from .rows import SECOND_BITS, milliseconds, rows_of

SUMS = "count(DISTINCT m.cluster_id), count(*), sum(m.engagement)"
WHOLE = "coalesce(m.sentiment, 'pending')"
STANCE = "coalesce(s.sentiment, 'pending')"
ALL = "FROM scraped_data m INDEXED BY facts WHERE m.n >= ? AND m.n < ? AND m.excluded = 0"
MATCHED = (
    "FROM (SELECT DISTINCT keyword FROM keyword_set_members) k CROSS JOIN stances s ON s.keyword = k.keyword "
    "AND s.n >= ? AND s.n < ? CROSS JOIN scraped_data m INDEXED BY facts ON m.n = s.n AND m.excluded = 0"
)


def compute(connection: sqlite3.Connection, day: date, zone: ZoneInfo, sets: KeywordSets) -> DayNumbers:
    """See ``MentionStore.numbers``; within one snapshot."""
    rows = rows_of(Period(day, day, zone))
    cells = [
        Cell(*row)
        for row in connection.execute(f"SELECT '{ALL_KEYWORDS}', m.platform, {WHOLE}, {SUMS} {ALL} GROUP BY 2, 3", rows)
    ]
    cells += [
        Cell(*row)
        for row in connection.execute(
            f"SELECT s.keyword, m.platform, {STANCE}, {SUMS} {MATCHED} GROUP BY 1, 2, 3", rows
        )
    ]
    found = connection.execute(
        f"SELECT m.keyword_set, m.platform, m.source, {WHOLE}, {SUMS} {ALL} GROUP BY 1, 2, 3, 4", rows
    )
    set_cells = tuple(SetCell(sets.keywords(connection, row[0]), *row[1:]) for row in found)
    return DayNumbers(day, _hours(connection, Period(day, day, zone)), tuple(cells), set_cells)


def _hours(connection: sqlite3.Connection, day: Period) -> dict[datetime, tuple[Cell, ...]]:
    """Every hour of the day, empty ones too, so that they replace what was there.

    Counted from midnight of the zone, so that each hour belongs to one day whatever the zone.
    """
    questions = (
        f"SELECT {_hour('m.n', day)}, '{ALL_KEYWORDS}', m.platform, {WHOLE}, {SUMS} {ALL} GROUP BY 1, 3, 4",
        f"SELECT {_hour('s.n', day)}, s.keyword, m.platform, {STANCE}, {SUMS} {MATCHED} GROUP BY 1, 2, 3, 4",
    )
    hours: dict[datetime, list[Cell]] = {}
    while (moment := day.start + timedelta(hours=len(hours))) < day.end:
        hours[moment] = []
    for question in questions:
        for number, *cell in connection.execute(question, rows_of(day)):
            hours.setdefault(day.start + timedelta(hours=number), []).append(Cell(*cell))
    return {moment: tuple(cells) for moment, cells in hours.items()}


def _hour(n: str, day: Period) -> str:
    return f"(({n} >> {SECOND_BITS}) - {milliseconds(day.start) // 1000}) / 3600"
