"""Which topic mentions belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from pymongo import UpdateOne

from pasip_core.domain.period import day_of

from ..ports import Assigned
from .changes import changing
from .documents import object_id
from .server import Document, Server
from .writing import BATCH, batches

STATE = {"content_hash": 1, "topic": 1, "published_at": 1}


def assign(server: Server, assigned: Sequence[Assigned], zone: ZoneInfo) -> int:
    """See ``MentionStore.assign_topics``."""
    distinct = {one.data_id: one for one in assigned}
    return sum(_assign(server, batch, zone) for batch in batches(list(distinct.values())))


def _assign(server: Server, batch: Sequence[Assigned], zone: ZoneInfo) -> int:
    wanted = {object_id(one.data_id): one for one in batch}
    found = server["scraped_data"].find({"_id": {"$in": list(wanted)}, "excluded": False}, STATE)
    return _move(
        server,
        [
            (state, wanted[state["_id"]].topic)
            for state in found
            if state["content_hash"] == wanted[state["_id"]].content_hash
            and state.get("topic", "") != wanted[state["_id"]].topic
        ],
        zone,
    )


def _move(server: Server, topics: Sequence[tuple[Document, str]], zone: ZoneInfo) -> int:
    """Give mentions these topics where they still have the same text; how many."""
    if not topics:
        return 0
    writes = [
        UpdateOne({"_id": state["_id"], "content_hash": state["content_hash"]}, _update(topic))
        for state, topic in topics
    ]
    with changing(server, {day_of(state["published_at"], zone) for state, _ in topics}):
        return server["scraped_data"].bulk_write(writes, ordered=False).modified_count


def _update(topic: str) -> Mapping[str, Mapping[str, str]]:
    return {"$set": {"topic": topic}} if topic else {"$unset": {"topic": ""}}


def merge(server: Server, topic: str, into: str, zone: ZoneInfo) -> int:
    """See ``MentionStore.merge_topics``; excluded mentions too, so that none is left behind."""
    moved = 0
    beyond: Document = {"topic": topic}
    while topic != into:
        found = list(server["scraped_data"].find(beyond, STATE).sort("_id", 1).limit(BATCH))
        if not found:
            break
        moved += _move(server, [(state, into) for state in found], zone)
        beyond["_id"] = {"$gt": found[-1]["_id"]}
    return moved
