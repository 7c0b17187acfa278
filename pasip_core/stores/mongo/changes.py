"""What tells pages that numbers may have changed: change numbers, versions of days, and writes under way.

A write of several documents is not atomic here. So it first leaves a mark naming the days it is about to change,
then writes, then moves the versions of those days and takes its mark away. While a mark stands, nobody may cache
numbers of those days; a mark whose writer died is cleared, and its days moved on, by the next rollup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import uuid4

from pymongo import ReturnDocument, UpdateOne

from pasip_core.domain.period import Period

from .server import Server

COUNTER = "changes"
ABANDONED = timedelta(seconds=120)
"""Well beyond what any single write may take (see ``server.OPTIONS``)."""


def next_change(server: Server) -> int:
    """A number greater than all before it."""
    found = server["counters"].find_one_and_update(
        {"_id": COUNTER}, {"$inc": {"last": 1}}, upsert=True, return_document=ReturnDocument.AFTER
    )
    return int(found["last"]) if found else 0


def move_versions(server: Server, days: Iterable[date]) -> None:
    """Say that something of these days is new."""
    numbers = sorted({day.toordinal() for day in days})
    if not numbers:
        return
    change = next_change(server)
    server["day_versions"].bulk_write(
        [UpdateOne({"_id": n}, {"$max": {"version": change}}, upsert=True) for n in numbers], ordered=False
    )


@contextmanager
def changing(server: Server, days: Iterable[date]) -> Iterator[None]:
    """Within, documents of these days are written."""
    named = sorted({day.toordinal() for day in days})
    mark = uuid4().hex
    server["open_writes"].update_one(
        {"_id": mark}, {"$set": {"days": named}, "$currentDate": {"begun_at": True}}, upsert=True
    )
    yield  # a failure leaves the mark: nobody knows what was written
    move_versions(server, map(date.fromordinal, named))
    server["open_writes"].delete_one({"_id": mark})


def clear_abandoned(server: Server) -> None:
    """Move the days of writers that died on."""
    for mark in server["open_writes"].find({"begun_at": {"$lt": server.now() - ABANDONED}}):
        move_versions(server, map(date.fromordinal, mark["days"]))
        server["open_writes"].delete_one({"_id": mark["_id"]})


def version_of(server: Server, period: Period) -> str:
    """Changes whenever a document of these days does; never the same twice while one of them is being written."""
    first, last = period.first.toordinal(), period.last.toordinal()
    if server["open_writes"].find_one({"days": {"$elemMatch": {"$gte": first, "$lte": last}}}):
        return uuid4().hex
    heads = server["day_versions"].find({"_id": {"$gte": first, "$lte": last}}, {"version": 1})
    return str(max((head.get("version", 0) for head in heads), default=0))


def watermark(server: Server) -> str:
    """The same for everything."""
    if server["open_writes"].find_one():
        return uuid4().hex
    found = server["counters"].find_one({"_id": COUNTER})
    return str(found["last"] if found else 0)
