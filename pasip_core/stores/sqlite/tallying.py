"""Sums over single mentions of a period: from the columns of its days, and from rows where a day has none."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import Total
from pasip_core.domain.period import Period

from ..ports import Dimension
from .choosing import Chosen, Told
from .columns import READ_DIMENSIONS, gaps
from .rows import SECOND_BITS, milliseconds
from .selecting import CONFIDENCE, EMOTION, MODEL, are_few, select
from .summing import Sums
from .topics import with_topics


def tally(
    connection: sqlite3.Connection,
    filters: Filters,
    by: Sequence[Dimension],
    limit: int | None,
    told: Told,
    names: tuple[int, ...] = (),
    *,
    stories: bool = False,
) -> list[Total]:
    """See ``MentionStore.tally``; within one snapshot. ``names`` are the numbers that ``filters.entity`` means.

    The mentions of a story, or of an account that said little, are few rows found by an index.
    """
    sums = Sums(filters, by, stories)
    chosen = Chosen(connection, filters, told, "keyword" in by, names, bool(READ_DIMENSIONS.intersection(by)))
    summed: set[date] = set()
    few = filters.story or are_few(connection, filters)
    for day in () if few else chosen.days():
        if "topic" in by:
            day = with_topics(connection, day)
        sums.add(day, chosen.of(day))
        summed.add(day.day)
    if not summed and not stories:
        return _tally_rows(connection, filters, by, limit, names)
    # a story counts on each of its days
    split: Sequence[Dimension] = (*by, "day") if stories and "day" not in by else by
    for gap in gaps(filters.period, summed):
        rows = _tally_rows(connection, replace(filters, period=gap), split, None, names, stories=stories)
        sums.add_totals(rows)
    return sums.loudest(connection, limit)


def _tally_rows(
    connection: sqlite3.Connection,
    filters: Filters,
    by: Sequence[Dimension],
    limit: int | None,
    names: tuple[int, ...],
    *,
    stories: bool = False,
) -> list[Total]:
    """Keyword by keyword where they are told apart; where the zone changes its offset in the period, day by day."""
    period = filters.period
    if "keyword" in by:
        others = [name for name in by if name != "keyword"]
        told = [
            replace(total, by={**total.by, "keyword": keyword})
            for keyword in filters.keywords
            for total in _tally_rows(connection, filters.only(keyword), others, None, names, stories=stories)
        ]
        return sorted(told, key=lambda t: -t.volume)[:limit]
    if (
        "day" in by
        and period.start.astimezone(period.zone).utcoffset() != period.end.astimezone(period.zone).utcoffset()
    ):
        parts = [replace(filters, period=Period(day, day, period.zone)) for day in period.days()]
        totals = [total for part in parts for total in _tally_rows(connection, part, by, None, names, stories=stories)]
        return sorted(totals, key=lambda t: -t.volume)[:limit]
    chosen = select(filters, names=names)
    if "topic" in by:
        chosen.tables += f" LEFT JOIN topic_mentions belongs ON belongs.n = {chosen.n}"
    expressions = [_expression(name, chosen.n, chosen.sentiment, filters) for name in by]
    grouped = f"GROUP BY {', '.join(expressions)}" if by else ""
    counted = "count(DISTINCT m.cluster_id)" if stories else "NULL"
    sql = (
        f"SELECT {''.join(e + ', ' for e in expressions)} {counted}, count(*), sum(m.engagement) "
        f"{chosen.sql} {grouped} ORDER BY count(*) DESC LIMIT ?"
    )
    rows = connection.execute(sql, (*chosen.values, -1 if limit is None else limit))
    return [
        Total(row[-2], row[-3], row[-1], {name: _value(name, row[i], period) for i, name in enumerate(by)})
        for row in rows
        if row[-2]
    ]


def _expression(name: Dimension, n: str, sentiment: str, filters: Filters) -> str:
    first = milliseconds(filters.period.start) // 1000
    return {
        "day": f"(({n} >> {SECOND_BITS}) - {first}) / 86400",
        "hour": f"(({n} >> {SECOND_BITS}) - {first}) / 3600",
        "platform": "m.platform",
        "source": "m.source",
        "author": "m.author",
        "sentiment": sentiment,
        "topic": "coalesce(belongs.topic, '')",
        "emotion": EMOTION,
        "model": MODEL,
        "confidence": CONFIDENCE,
        "story": "lower(hex(m.cluster_id))",
    }[name]


def _value(name: Dimension, value: object, period: Period) -> object:
    if name == "day":
        return period.first + timedelta(days=int(str(value)))
    if name == "hour":
        return period.start + timedelta(hours=int(str(value)))
    return value
