"""Sums over single mentions of a period."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import Total
from pasip_core.domain.period import Period

from ..ports import Dimension
from .rows import SECOND_BITS, milliseconds
from .selecting import select


def tally(connection: sqlite3.Connection, filters: Filters, by: Sequence[Dimension], limit: int | None) -> list[Total]:
    """See ``MentionStore.tally``. Where the zone changes its offset within the period, day by day."""
    period = filters.period
    if (
        "day" in by
        and period.start.astimezone(period.zone).utcoffset() != period.end.astimezone(period.zone).utcoffset()
    ):
        parts = [replace(filters, period=Period(day, day, period.zone)) for day in period.days()]
        totals = [total for part in parts for total in tally(connection, part, by, None)]
        return sorted(totals, key=lambda t: -t.volume)[:limit]
    chosen = select(filters)
    expressions = [_expression(name, chosen.n, chosen.sentiment, filters) for name in by]
    grouped = f"GROUP BY {', '.join(expressions)}" if by else ""
    sql = (
        f"SELECT {''.join(e + ', ' for e in expressions)} count(*), count(DISTINCT m.cluster_id), sum(m.engagement) "
        f"{chosen.sql} {grouped} ORDER BY count(*) DESC LIMIT ?"
    )
    rows = connection.execute(sql, (*chosen.values, -1 if limit is None else limit))
    return [
        Total(row[-3], row[-2], row[-1], {name: _value(name, row[i], period) for i, name in enumerate(by)})
        for row in rows
        if row[-3]
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
    }[name]


def _value(name: Dimension, value: object, period: Period) -> object:
    if name == "day":
        return period.first + timedelta(days=int(str(value)))
    if name == "hour":
        return period.start + timedelta(hours=int(str(value)))
    return value
