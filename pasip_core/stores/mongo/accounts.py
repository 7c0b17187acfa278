"""Mentions added up by account, ranked by the server."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pasip_core.domain.analysis import NEGATIVE, POSITIVE
from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import (
    POLARITIES,
    Account,
    AccountOrder,
    Spoken,
    added_up,
    mean_polarity,
    polarity_of,
    ranked,
)
from pasip_core.domain.mention import Mention

from .documents import SHOWN, mention_from
from .naming import select_named
from .selecting import Selection
from .server import Document, Server

NONE = ""
"""Stands for what is not there, where an expression needs a value."""
SCORES = "$analysis.sentiment_scores"


def accounts(
    server: Server, filters: Filters, order: AccountOrder, limit: int, aside: Collection[tuple[str, str]]
) -> list[Account]:
    """See ``MentionStore.accounts``."""
    chosen = select_named(server, filters)
    if chosen.to_verify:
        documents = chosen.holds(server["scraped_data"].find(chosen.query, SHOWN))
        said = (spoken(mention_from(document), filters) for document in documents)
        return ranked((one for one in added_up(said) if (one.platform, one.author) not in aside), order, limit)
    if limit <= 0:
        return []
    rows = server["scraped_data"].aggregate(pipeline(chosen, filters, order, limit + len(aside)), allowDiskUse=True)
    found = [_account(row) for row in rows if row["mentions"]]
    return [one for one in found if (one.platform, one.author) not in aside][:limit]


def spoken(mention: Mention, filters: Filters) -> Spoken:
    """What one mention adds to its account."""
    keyword = filters.one_keyword
    polarity = POLARITIES.get(mention.stances.get(keyword, NONE)) if keyword else polarity_of(mention.analysis)
    return (
        mention.platform, mention.author, mention.published_at, mention.engagement.total, mention.author_followers,
        polarity,
    )  # fmt: skip


def pipeline(chosen: Selection, filters: Filters, order: AccountOrder, limit: int) -> list[Document]:
    """One group an account, then the number to rank by. A server sorts what is null behind everything."""
    tone = f"${chosen.sentiment}"
    analysed = _if(_there(tone), 1, 0)
    polarity = _of_stance(tone) if filters.one_keyword else _of_scores()
    reactions = {"$ifNull": ["$engagement.total", 0]}
    followed = {"at": "$published_at", "id": "$_id", "count": "$author_followers"}
    sums: Document = {
        "_id": {"platform": "$platform", "author": "$author"},
        "mentions": {"$sum": 1},
        "told": {"$sum": _if(_there("$engagement.total"), 1, 0)},
        "engagement": {"$sum": reactions},
        "weighted": {"$sum": {"$multiply": [polarity, reactions]}},
        "weight": {"$sum": {"$multiply": [analysed, reactions]}},
        "plain": {"$sum": polarity},
        "analysed": {"$sum": analysed},
        "last": {"$max": "$published_at"},
        "followed": {"$max": _if(_there("$author_followers"), followed, None)},
    }
    names = {name: 1 for name in sums if name != "_id"}
    return [
        {"$match": _named(chosen.query)},
        {"$group": sums},
        {"$project": {**names, "rank": _rank(order)}},
        {"$sort": {"rank": -1, "mentions": -1, "last": -1}},
        {"$limit": limit},
    ]


def _named(query: Document) -> Document:
    """Those with an author: a mention without one is nobody's."""
    asked = query.get("author", {})
    return {**query, "author": {**asked, "$nin": [*asked.get("$nin", []), ""]}}


def _if(condition: Document, then: Any, other: Any) -> Document:
    return {"$cond": [condition, then, other]}


def _there(field: str) -> Document:
    return {"$ne": [{"$ifNull": [field, NONE]}, NONE]}


def _of_stance(tone: str) -> Document:
    """1, -1 or 0."""
    return _if({"$eq": [tone, POSITIVE]}, 1, _if({"$eq": [tone, NEGATIVE]}, -1, 0))


def _of_scores() -> Document:
    """Positive minus negative; 0 where there is no analysis, which no sum counts then."""
    return {"$subtract": [{"$ifNull": [f"{SCORES}.{name}", 0]} for name in (POSITIVE, NEGATIVE)]}


def _rank(order: AccountOrder) -> Any:
    """What ``domain.influence.measure`` gives, as an expression over the sums."""
    if order == "mentions":
        return "$mentions"
    if order == "engagement":
        return _if({"$gt": ["$told", 0]}, "$engagement", None)
    if order == "followers":
        return "$followed.count"
    if order == "rate":
        each = {"$multiply": ["$told", {"$ifNull": ["$followed.count", 0]}]}
        return _if({"$gt": [each, 0]}, {"$divide": ["$engagement", each]}, None)
    weighted = {"$divide": ["$weighted", "$weight"]}
    mean = _if({"$gt": ["$weight", 0]}, weighted, {"$divide": ["$plain", "$analysed"]})
    signed = {"$multiply": [mean, "$mentions", 1 if order == "positive" else -1]}
    return _if({"$gt": ["$analysed", 0]}, signed, None)


def _account(row: Document) -> Account:
    followed = row["followed"]
    return Account(
        row["_id"]["platform"], row["_id"]["author"], row["mentions"], row["told"],
        row["engagement"] if row["told"] else None, followed["count"] if followed else None,
        mean_polarity(row["weighted"], row["weight"], row["plain"], row["analysed"]),
        row["last"].replace(microsecond=0),
    )  # fmt: skip
