"""What is stored of persons: finding it wherever it stands, and putting pseudonyms in its place."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from bson import ObjectId
from pymongo import UpdateOne

from pasip_core.domain.mention import Mention
from pasip_core.domain.metrics import BoundedCount
from pasip_core.domain.naming import Speech, may_speak_to
from pasip_core.domain.period import day_of
from pasip_core.domain.privacy import texts_of
from pasip_core.domain.rules.fold import fold

from .changes import changing
from .documents import SHOWN, mention_from, raw_document, raw_from
from .selecting import SORTING, Cursor, Selection
from .server import Document, Server
from .writing import batches

LOOKED_AT = 500


def holding(server: Server, words: Sequence[str]) -> Iterator[Mention]:
    """See ``MentionStore.holding``: a walk through everything there is, a batch at a time."""
    walks = [_oldest_first(server, excluded) for excluded in (False, True)]
    for mention in heapq.merge(*walks, key=lambda mention: mention.published_at):
        if any(word in said for said in map(fold, texts_of(mention)) for word in words):
            yield mention


def _oldest_first(server: Server, excluded: bool) -> Iterator[Mention]:
    query: Document = {"excluded": excluded}
    while True:
        rows: list[dict[str, Any]] = list(
            server["scraped_data"].find(query, SHOWN).sort(SORTING["oldest"]).limit(LOOKED_AT)
        )
        yield from map(mention_from, rows)
        if len(rows) < LOOKED_AT:
            return
        last = Cursor(0, rows[-1]["published_at"], rows[-1]["_id"])
        query = {"excluded": excluded, **last.behind("oldest")}


SPEECH = {"platform": 1, "author": 1, "title": 1, "content": 1, "raw_data": 1}


def speeches(server: Server, chosen: Selection, limit: int) -> tuple[list[Speech], BoundedCount]:
    """See ``MentionStore.speeches``."""
    rows = server["scraped_data"].find(chosen.query, SPEECH).sort(SORTING["newest"])
    if not chosen.to_verify:
        rows = rows.limit(limit + 1)
    found = list(islice(chosen.holds(rows), limit + 1))
    told = (
        Speech(row["platform"], row["author"], f"{row['title']}\n{row['content']}", raw_from(row["raw_data"]))
        for row in found[:limit]
    )
    looked_at = BoundedCount(min(len(found), limit), len(found) <= limit)
    return [speech for speech in told if may_speak_to(speech.text, speech.raw_data)], looked_at


def replace_authors(server: Server, mentions: Sequence[Mention], zone: ZoneInfo) -> int:
    """See ``MentionStore.replace_authors``. No number changes, so that the revision stays."""
    count = 0
    for batch in batches(mentions):
        keys = [ObjectId(mention.id) for mention in batch]
        found = server["scraped_data"].find({"_id": {"$in": keys}}, {"published_at": 1})
        days = {day_of(document["published_at"], zone) for document in found}
        if not days:
            continue
        with changing(server, days):
            writes = [
                UpdateOne(
                    {"_id": ObjectId(m.id)},
                    {"$set": {"author": m.author, "url": m.url, "raw_data": raw_document(m.raw_data)}},
                )
                for m in batch
            ]
            count += server["scraped_data"].bulk_write(writes, ordered=False).matched_count
    return count
