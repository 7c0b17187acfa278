"""The metric store: hour, day and keyword-set cells, beside the mentions.

The numbers of a day are written as new rows under a version of their own; then one atomic write makes that version
the day's current one. So a reader sees the old numbers of a day or the new ones, and a process whose lease has gone
leaves rows that nobody reads and the next write of that day removes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bson import ObjectId

from pasip_core.domain.metrics import ALL_KEYWORDS, Cell, DayNumbers, SetCell, Total
from pasip_core.domain.period import Period
from pasip_core.domain.topic import TopicPoint
from pasip_core.errors import LeaseLost

from ..cells import (
    COLUMNS,
    EVERY,
    EVERY_SET,
    FINEST,
    MEASURES,
    cell_rows,
    cells_from,
    grain_of,
    refuse_to_count_twice,
    set_rows,
    summed,
    totals,
)
from ..ports import Dimension, Fence
from .changes import changing, move_versions, next_change, version_of
from .leases import check
from .server import Document, Server
from .writing import add_voices

WRITTEN = 1000
COLLECTIONS = ("hour_cells", "day_cells", "set_cells")


class MongoSeries:
    """See ``MetricStore``."""

    def __init__(self, server: Server, zone: ZoneInfo) -> None:
        self._server = server
        self._zone = zone

    def write(self, numbers: DayNumbers, fence: Fence) -> None:
        """See ``MetricStore``. The version read last stays for those who are reading it."""
        rows = _rows(numbers)
        with self._server.speaking():
            check(self._server, fence)
            day = numbers.day.toordinal()
            head = self._server["day_versions"].find_one({"_id": day}) or {}
            rows["hour_cells"] += self._hours_left_out(numbers, head)
            add_voices(self._server, {(cell.platform, cell.source) for cell in numbers.sets}, set())
            version = next_change(self._server)
            with changing(self._server, [numbers.day]):
                for collection in COLLECTIONS:
                    self._server[collection].delete_many({"day": day, "version": {"$ne": head.get("current")}})
                    self._insert(collection, rows[collection], {"day": day, "version": version})
                self._make_current(day, version, bool(numbers.cells), fence)

    def _hours_left_out(self, numbers: DayNumbers, head: Document) -> list[Document]:
        """The current rows of hours that the new numbers say nothing about."""
        said = {"day": numbers.day.toordinal(), "version": head.get("current"), "hour": {"$nin": list(numbers.hours)}}
        return [{**row, "_id": ObjectId()} for row in self._server["hour_cells"].find(said)]

    def _insert(self, collection: str, rows: Sequence[Document], common: Document) -> None:
        for start in range(0, len(rows), WRITTEN):
            part = [{**row, **common} for row in rows[start : start + WRITTEN]]
            self._server[collection].insert_many(part, ordered=False)

    def _make_current(self, day: int, version: int, filled: bool, fence: Fence) -> None:
        """Only where nobody with a later lease did. The day is there before: whoever collects may be adding it, too."""
        heads = self._server["day_versions"]
        heads.update_one({"_id": day}, {"$max": {"version": version}}, upsert=True)
        done = heads.update_one(
            {"_id": day, "$or": [{"fence": {"$lte": fence.token}}, {"fence": None}]},
            {"$set": {"current": version, "filled": filled, "fence": fence.token}},
        )
        if not done.matched_count:
            raise LeaseLost(f"the lease {fence.name} has gone to another process")

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
        query: Document = {"keyword": {"$in": list(keywords or (ALL_KEYWORDS,))}}
        if platforms:
            query["platform"] = {"$in": list(platforms)}
        else:
            query["platform"] = {"$ne": EVERY} if "platform" in by else EVERY
        return self._grouped("hour_cells" if "hour" in by else "day_cells", period, by, query, sentiments)

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
        query: Document = {"grain": grain_of(by, keywords=keywords, platforms=platforms, sources=sources)}
        for name, allowed in (("keywords", keywords), ("platform", platforms), ("source", sources)):
            if allowed:
                query[name] = {"$in": list(allowed)}
        return self._grouped("set_cells", period, by, query, sentiments)

    def _grouped(
        self, collection: str, period: Period, by: Sequence[Dimension], query: Document, sentiments: Sequence[str]
    ) -> list[Total]:
        read = summed(sentiments)
        if not read:
            return []
        with self._server.speaking():
            versions = self._current(period)
            stages = pipeline(period, by, query, read, versions)
            rows = list(self._server[collection].aggregate(stages)) if versions else []
        names = [name for name in by if name != "sentiment"]
        return totals(by, read, ((tuple(_value(n, row["_id"][n]) for n in names), _sums(row, read)) for row in rows))

    def _current(self, period: Period) -> list[int]:
        query = {"_id": {"$gte": period.first.toordinal(), "$lte": period.last.toordinal()}, "filled": True}
        return [head["current"] for head in self._server["day_versions"].find(query, {"current": 1})]

    def write_topics(self, points: Sequence[TopicPoint]) -> None:
        """See ``MetricStore``: the mentions themselves know their topics."""

    def days(self) -> list[date]:
        """See ``MetricStore``."""
        with self._server.speaking():
            heads = self._server["day_versions"].find({"filled": True}, {"_id": 1}).sort("_id", 1)
            return [date.fromordinal(head["_id"]) for head in heads]

    def read(self, day: date) -> DayNumbers:
        """See ``MetricStore``."""
        period = Period(day, day, self._zone)
        with self._server.speaking():
            written = {"day": day.toordinal(), "version": {"$in": self._current(period)}}
            single = {**written, "platform": {"$ne": EVERY}}
            hours: dict[datetime, tuple[Cell, ...]] = {}
            for row in self._server["hour_cells"].find(single):
                hours[row["hour"]] = (*hours.get(row["hour"], ()), *_cells(row))
            cells = tuple(cell for row in self._server["day_cells"].find(single) for cell in _cells(row))
            sets = tuple(
                SetCell(tuple(row["keywords"]), row["platform"], row["source"], *cell)
                for row in self._server["set_cells"].find({**written, "grain": FINEST})
                for cell in cells_from([row[column] for column in COLUMNS])
            )
        return DayNumbers(day, hours, cells, sets)

    def versions(self, period: Period) -> str:
        """See ``MetricStore``."""
        with self._server.speaking():
            return version_of(self._server, period)

    def move_version(self, day: date) -> None:
        """See ``MetricStore``."""
        with self._server.speaking():
            move_versions(self._server, [day])

    def forget_hours(self, before: datetime) -> int:
        """See ``MetricStore``."""
        with self._server.speaking():
            return self._server["hour_cells"].delete_many({"hour": {"$lt": before}}).deleted_count


def pipeline(
    period: Period, by: Sequence[Dimension], query: Document, sentiments: Sequence[str], versions: Sequence[int]
) -> list[Document]:
    """Rows of the current versions added up. The greatest engagement tells whether any is known."""
    days = {"$gte": period.first.toordinal(), "$lte": period.last.toordinal()}
    columns = [f"{sentiment}_{measure}" for sentiment in sentiments for measure in MEASURES]
    sums: Document = {column: {"$sum": f"${column}"} for column in columns}
    known: Document = {f"{sentiment}_known": {"$max": f"${sentiment}_engagement"} for sentiment in sentiments}
    place = {name: f"${name}" for name in by if name != "sentiment"}
    return [
        {"$match": {**query, "day": days, "version": {"$in": list(versions)}}},
        {"$group": {"_id": place, **sums, **known}},
    ]


def _sums(row: Document, sentiments: Sequence[str]) -> list[int | None]:
    return [
        None if measure == "engagement" and row[f"{sentiment}_known"] is None else row[f"{sentiment}_{measure}"]
        for sentiment in sentiments
        for measure in MEASURES
    ]


def _rows(numbers: DayNumbers) -> dict[str, list[Document]]:
    """The documents of each collection."""
    return {
        "day_cells": list(_cell_documents(numbers.cells)),
        "hour_cells": [
            {**row, "hour": hour} for hour, cells in numbers.hours.items() for row in _cell_documents(cells)
        ],
        "set_cells": list(_set_documents(numbers.sets)),
    }


def _cell_documents(cells: Iterable[Cell]) -> Iterator[Document]:
    for (keyword, platform), values in cell_rows(cells).items():
        yield {"keyword": keyword, "platform": platform, **dict(zip(COLUMNS, values, strict=True))}


def _set_documents(cells: Iterable[SetCell]) -> Iterator[Document]:
    """The keywords themselves stand in each row; sums over all sets name none."""
    sets = sorted({cell.keywords for cell in cells})
    numbered = {keywords: number for number, keywords in enumerate(sets, start=EVERY_SET + 1)}
    for place, values in set_rows((numbered[cell.keywords], cell) for cell in cells).items():
        grain, number, platform, source = place
        yield {
            "grain": grain,
            "keywords": [] if number == EVERY_SET else list(sets[int(str(number)) - EVERY_SET - 1]),
            "platform": platform,
            "source": source,
            **dict(zip(COLUMNS, values, strict=True)),
        }


def _cells(row: Document) -> Iterator[Cell]:
    found = cells_from([row[column] for column in COLUMNS])
    return (Cell(row["keyword"], row["platform"], *cell) for cell in found)


def _value(name: str, value: Any) -> object:
    return date.fromordinal(value) if name == "day" else value
