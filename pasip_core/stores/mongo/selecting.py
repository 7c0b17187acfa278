"""Filters as queries, and the order of pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING

from pasip_core.domain.analysis import PENDING, SURE
from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention
from pasip_core.errors import InputError

from ..ports import Order
from ..words import LONGEST, holding, pieces, words_of
from .documents import milliseconds
from .server import Document

UNKNOWN = -1
"""Where a mention without any known engagement stands among the others."""
LOOKED_AT = 500
SORTING: dict[Order, list[tuple[str, int]]] = {
    "newest": [("published_at", DESCENDING), ("_id", DESCENDING)],
    "oldest": [("published_at", ASCENDING), ("_id", ASCENDING)],
    "engagement": [("engagement.total", DESCENDING), ("published_at", DESCENDING), ("_id", DESCENDING)],
}


@dataclass(frozen=True)
class Selection:
    """A query, and the pieces of text that only the texts themselves can answer."""

    query: Document
    sentiment: str
    to_verify: tuple[str, ...] = ()

    def holds(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Those that hold the pieces, in the same order; looked at a few at a time."""
        if not self.to_verify:
            yield from documents
            return
        source = iter(documents)
        while batch := list(islice(source, LOOKED_AT)):
            good = holding([(d["title"], d["content"]) for d in batch], self.to_verify)
            yield from (document for place, document in enumerate(batch) if place in good)


def select(filters: Filters, names: Sequence[str] = ()) -> Selection:
    """The mentions that the filters mean; ``names`` are the ids that ``filters.entity`` means."""
    period = filters.period
    query: Document = {"excluded": False, "published_at": {"$gte": period.start, "$lt": period.end}}
    sentiment = f"stances.{filters.one_keyword}" if filters.one_keyword else "analysis.sentiment"
    if filters.keywords:
        query["keywords"] = filters.one_keyword or {"$in": list(filters.keywords)}
    authors: Document = {}
    if filters.accounts:
        authors["$in"] = list(filters.accounts)
    if filters.without:
        authors["$nin"] = list(filters.without)
    if authors:
        query["author"] = authors
    if filters.platforms:
        query["platform"] = {"$in": list(filters.platforms)}
    if filters.sources:
        query["source"] = {"$in": list(filters.sources)}
    if names:
        query["names.id"] = names[0] if len(names) == 1 else {"$in": list(names)}
    if filters.sentiments:
        query[sentiment] = {"$in": [None if s == PENDING else s for s in filters.sentiments]}
    if filters.topic:
        query["topic"] = filters.topic
    if filters.emotions:
        query["analysis.emotion"] = {"$in": [None if e == PENDING else e for e in filters.emotions]}
    if filters.unsure:
        query["analysis.confidence"] = {"$lt": SURE}
    if filters.story:
        query["cluster_id"] = filters.story
    asked = pieces(filters.text)
    if asked is None:
        return Selection(query, sentiment)
    words, to_verify = _wanted(asked)
    query["words"] = {"$all": words}
    return Selection(query, sentiment, to_verify)


def _wanted(asked: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Words to look up, the longest (mostly the rarest) first; and the pieces that are more than one whole word."""
    words: set[str] = set()
    to_verify = []
    for piece in asked:
        (found,) = words_of([("", piece)])
        words.update(found)
        if len(found) != 1 or len(piece.split()) > 1 or len(found[0]) >= LONGEST or found[0] != piece.casefold():
            to_verify.append(piece)
    return sorted(words, key=lambda word: (-len(word), word)), tuple(to_verify)


@dataclass(frozen=True)
class Cursor:
    """The mention behind which a page goes on."""

    rank: int
    published_at: datetime
    id: ObjectId

    def behind(self, order: Order) -> Document:
        """What comes after it. The bound on the first field of the order lets the index be entered there."""
        sign, bound = ("$gt", "$gte") if order == "oldest" else ("$lt", "$lte")
        later = {"$or": [{"published_at": {sign: self.published_at}}, {"_id": {sign: self.id}}]}
        in_time = {"$and": [{"published_at": {bound: self.published_at}}, later]}
        if order != "engagement":
            return in_time
        if self.rank == UNKNOWN:
            return {"$and": [{"engagement.total": None}, in_time]}
        lower = [{"engagement.total": {"$lt": self.rank}}, {"engagement.total": None}]
        return {"$or": [*lower, {"$and": [{"engagement.total": self.rank}, in_time]}]}


def read_cursor(order: Order, cursor: str | None) -> Cursor | None:
    """``InputError`` where it is none of ours for this order."""
    if cursor is None:
        return None
    match = re.fullmatch(r"(newest|oldest|engagement)\.(-?\d{1,18})\.(-?\d{1,15})\.([0-9a-f]{24})", cursor)
    if not match or match[1] != order:
        raise InputError(f"after: {cursor[:60]!r} is no cursor of this list; start at the first page", field="after")
    try:
        moment = EPOCH + int(match[3]) * MILLISECOND
    except OverflowError:
        raise InputError(f"after: {cursor[:60]!r} is no cursor of this list", field="after") from None
    return Cursor(int(match[2]), moment, ObjectId(match[4]))


def write_cursor(order: Order, mention: Mention) -> str:
    """The cursor behind a mention."""
    total = mention.engagement.total
    rank = UNKNOWN if total is None else total
    moment = (milliseconds(mention.published_at) - EPOCH) // MILLISECOND
    return f"{order}.{rank}.{moment}.{mention.id}"


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = datetime.resolution * 1000


def query_of(chosen: Selection, order: Order, after: Cursor | None) -> Document:
    """The query of a page."""
    if after is None:
        return chosen.query
    behind: dict[str, Any] = after.behind(order)
    return {"$and": [chosen.query, behind]}
