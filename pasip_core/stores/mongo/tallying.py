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
FIELDS: dict[str, str] = {"story": "cluster_id"}
"""Dimensions that are called otherwise in documents."""
LENGTHS = {"day": 24 * HOUR, "hour": HOUR}


def tally(
    server: Server, filters: Filters, by: Sequence[Dimension], limit: int | None, *, stories: bool = False
) -> list[Total]:
    """See ``MentionStore.tally``.

    Keyword by keyword where they are told apart; where the zone changes its offset in the period, day by day.
    """
    if {"author", "story"} <= set(by):
        raise ValueError("by: either author or story")
    period = filters.period
    if "keyword" in by:
        others = [name for name in by if name != "keyword"]
        told = (
            replace(total, by={**total.by, "keyword": keyword})
            for keyword in filters.keywords
            for total in tally(server, filters.only(keyword), others, None, stories=stories)
        )
        return _loudest(told, limit)
    if (
        ("day" in by or stories)
        and period.length > 1
        and period.start.astimezone(period.zone).utcoffset() != period.end.astimezone(period.zone).utcoffset()
    ):
        parts = [replace(filters, period=Period(day, day, period.zone)) for day in period.days()]
        return _loudest(_united(total for part in parts for total in tally(server, part, by, None, stories=stories)),
                        limit)  # fmt: skip
    chosen = select_named(server, filters)
    if chosen.to_verify:
        return _loudest(_verified(server, chosen, by, period, stories=stories), limit)
    stages = pipeline(chosen, by, period, limit, stories=stories)
    rows = server["scraped_data"].aggregate(stages, allowDiskUse=True)
    totals = [_total(row, by, period) for row in rows if row["volume"]]
    return _loudest(_together(totals) if "confidence" in by else totals, limit)


def _united(totals: Iterable[Total]) -> Iterable[Total]:
    """Those of the same place added up."""
    found: dict[tuple[object, ...], Total] = {}
    for total in totals:
        place = tuple(total.by.values())
        had = found.get(place)
        if had is not None:
            known = [e for e in (had.engagement_total, total.engagement_total) if e is not None]
            count = None if total.count is None else total.count + (had.count or 0)
            total = Total(had.volume + total.volume, count, sum(known) if known else None, total.by)
        found[place] = total
    return found.values()


def pipeline(
    chosen: Selection, by: Sequence[Dimension], period: Period, limit: int | None, *, stories: bool = False
) -> list[Document]:
    """One group a place; with ``stories`` first one a place, day and story. The greatest engagement tells whether any
    is known."""
    place = {name: _expression(name, chosen.sentiment, period) for name in by}
    totals: Document = {
        "_id": place,
        "volume": {"$sum": 1},
        "engagement": {"$sum": "$engagement.total"},
        "told": {"$max": "$engagement.total"},
    }
    stages: list[Document] = [{"$match": chosen.query}, {"$group": totals}]
    if stories:
        totals["_id"] = {**place, "counted_on": _expression("day", chosen.sentiment, period), "counted": "$cluster_id"}
        united = {
            "_id": {name: f"$_id.{name}" for name in by},
            "volume": {"$sum": "$volume"},
            "engagement": {"$sum": "$engagement"},
            "told": {"$max": "$told"},
            "stories": {"$sum": 1},
        }
        stages.append({"$group": united})
    stages.append({"$sort": {"volume": -1}})
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
    return f"${FIELDS.get(name, name)}"


def _total(row: Document, by: Sequence[Dimension], period: Period) -> Total:
    place: dict[str, object] = {name: _value(name, row["_id"][name], period) for name in by}
    return Total(row["volume"], row.get("stories"), row["engagement"] if row["told"] is not None else None, place)


def _value(name: Dimension, value: Any, period: Period) -> object:
    if name == "day":
        return period.first + timedelta(days=int(value))
    if name == "hour":
        return period.start + HOUR * int(value)
    if name == "confidence":
        return PENDING if value is None else HIGH if value else LOW
    return value


def _verified(
    server: Server, chosen: Selection, by: Sequence[Dimension], period: Period, *, stories: bool = False
) -> list[Total]:
    """The same for phrases, which only the texts themselves can answer."""
    sums: dict[tuple[object, ...], Sum] = defaultdict(Sum)
    told: dict[tuple[object, ...], set[object]] = defaultdict(set)
    for document in chosen.holds(server["scraped_data"].find(chosen.query, {"words": 0, "raw_data": 0})):
        place = tuple(_of(document, name, chosen.sentiment, period) for name in by)
        sums[place].add(document)
        told[place].add((_of(document, "day", chosen.sentiment, period), document["cluster_id"]))
    return [
        Total(found.volume, len(told[place]) if stories else None, found.engagement, dict(zip(by, place, strict=True)))
        for place, found in sums.items()
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
    return document.get(name, "") if name == "topic" else document[FIELDS.get(name, name)]


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
