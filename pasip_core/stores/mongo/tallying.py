"""Sums over single mentions of a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pasip_core.domain.analysis import HIGH, LOW, PENDING, SURE
from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import Total
from pasip_core.domain.period import Period

from ..ports import Dimension
from .naming import select_named
from .numbers import Sum
from .selecting import Selection
from .server import Document, Server

HOUR = timedelta(hours=1)
READ = {"emotion": "analysis.emotion", "model": "analysis.model_version"}
LENGTHS = {"day": 24 * HOUR, "hour": HOUR}


def tally(server: Server, filters: Filters, by: Sequence[Dimension], limit: int | None) -> list[Total]:
    """See ``MentionStore.tally``.

    Keyword by keyword where they are told apart; where the zone changes its offset in the period, day by day.
    """
    period = filters.period
    if "keyword" in by:
        others = [name for name in by if name != "keyword"]
        told = (
            replace(total, by={**total.by, "keyword": keyword})
            for keyword in filters.keywords
            for total in tally(server, filters.only(keyword), others, None)
        )
        return _loudest(told, limit)
    if (
        "day" in by
        and period.start.astimezone(period.zone).utcoffset() != period.end.astimezone(period.zone).utcoffset()
    ):
        parts = [replace(filters, period=Period(day, day, period.zone)) for day in period.days()]
        return _loudest((total for part in parts for total in tally(server, part, by, None)), limit)
    chosen = select_named(server, filters)
    if chosen.to_verify:
        return _loudest(_verified(server, chosen, by, period), limit)
    stages = pipeline(chosen, by, period, limit)
    rows = server["scraped_data"].aggregate(stages, allowDiskUse=True)
    totals = [_total(row, by, period) for row in rows if row["volume"]]
    return _loudest(_together(totals) if "confidence" in by else totals, limit)


def pipeline(chosen: Selection, by: Sequence[Dimension], period: Period, limit: int | None) -> list[Document]:
    """One group a place. The greatest engagement tells whether any is known."""
    totals: Document = {
        "_id": {name: _expression(name, chosen.sentiment, period) for name in by},
        "volume": {"$sum": 1},
        "engagement": {"$sum": "$engagement.total"},
        "told": {"$max": "$engagement.total"},
    }
    stages = [{"$match": chosen.query}, {"$group": totals}, {"$sort": {"volume": -1}}]
    return [*stages, {"$limit": limit}] if limit is not None else stages


def _expression(name: Dimension, sentiment: str, period: Period) -> Any:
    if name == "sentiment":
        return {"$ifNull": [f"${sentiment}", PENDING]}
    if name in READ:
        return {"$ifNull": [f"${READ[name]}", PENDING]}
    if name == "confidence":
        return {"$floor": {"$divide": ["$analysis.confidence", SURE]}}
    if name in LENGTHS:
        passed = {"$subtract": ["$published_at", period.start]}
        return {"$floor": {"$divide": [passed, LENGTHS[name] // timedelta(milliseconds=1)]}}
    if name == "topic":
        return {"$ifNull": ["$topic", ""]}
    return f"${name}"


def _total(row: Document, by: Sequence[Dimension], period: Period) -> Total:
    place: dict[str, object] = {name: _value(name, row["_id"][name], period) for name in by}
    return Total(row["volume"], None, row["engagement"] if row["told"] is not None else None, place)


def _value(name: Dimension, value: Any, period: Period) -> object:
    if name == "day":
        return period.first + timedelta(days=int(value))
    if name == "hour":
        return period.start + HOUR * int(value)
    if name == "confidence":
        return PENDING if value is None else HIGH if value else LOW
    return value


def _verified(server: Server, chosen: Selection, by: Sequence[Dimension], period: Period) -> list[Total]:
    """The same for phrases, which only the texts themselves can answer."""
    sums: dict[tuple[object, ...], Sum] = defaultdict(Sum)
    for document in chosen.holds(server["scraped_data"].find(chosen.query, {"words": 0, "raw_data": 0})):
        sums[tuple(_of(document, name, chosen.sentiment, period) for name in by)].add(document)
    return [
        Total(found.volume, None, found.engagement, dict(zip(by, place, strict=True))) for place, found in sums.items()
    ]


def _of(document: Document, name: Dimension, sentiment: str, period: Period) -> object:
    if name == "sentiment":
        holder, _, field = sentiment.partition(".")
        return document.get(holder, {}).get(field) or PENDING
    said = document.get("analysis") or {}
    if name in READ:
        return said.get(name if name == "emotion" else "model_version") or PENDING
    if name == "confidence":
        return _value(name, said["confidence"] >= SURE if said else None, period)
    if name in LENGTHS:
        moment: datetime = document["published_at"]
        return _value(name, (moment - period.start) // LENGTHS[name], period)
    return document.get(name, "") if name == "topic" else document[name]


def _together(totals: Iterable[Total]) -> list[Total]:
    """Those of one place as one: a confidence of 1 is a group of its own on the server."""
    found: dict[tuple[object, ...], Total] = {}
    for total in totals:
        place = tuple(total.by.values())
        known = found.get(place)
        found[place] = total if known is None else _added(known, total)
    return list(found.values())


def _added(one: Total, other: Total) -> Total:
    told = [t.engagement_total for t in (one, other) if t.engagement_total is not None]
    return replace(one, volume=one.volume + other.volume, engagement_total=sum(told) if told else None)


def _loudest(totals: Iterable[Total], limit: int | None) -> list[Total]:
    return sorted(totals, key=lambda total: -total.volume)[:limit]
