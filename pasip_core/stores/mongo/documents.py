"""Between documents and domain values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bson import ObjectId
from bson.errors import InvalidId

from pasip_core.domain.analysis import CORRECTION, Analysis, SentimentScores
from pasip_core.domain.mention import Engagement, Mention
from pasip_core.domain.period import day_of, day_start
from pasip_core.errors import InputError

from ..values import LARGEST, has_half_characters
from .server import Document

DEEPEST = 80
"""Levels of documents within one: servers take about a hundred, the command around it included."""
SHOWN = {"words": 0, "bands": 0, "fingerprint": 0}
"""Everything but the text index and what a text is recognised by."""
TOUCHED = "touched_hour"
UNLOOKED = "unlooked_since"
"""The time of publication of a mention whose text was not yet looked at for copies."""
STATE = {
    "author_followers": 1, "engagement": 1, "keywords": 1, "published_at": 1, "content_hash": 1, "analysis": 1,
    "stances": 1, "corrected": 1, "rules_revision": 1, "revision": 1, "excluded": 1,
}  # fmt: skip
"""What a change is decided by."""


def object_id(id: str) -> ObjectId:
    """The 12 bytes behind an id. ``InputError`` where it is no id."""
    try:
        return ObjectId(id)
    except (InvalidId, TypeError):
        raise InputError(f"mention: {id[:60]!r} is no id of a mention", field="mention", value=id) from None


def hour_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of its hour, counted from midnight of the zone, so that each hour belongs to one day."""
    midnight = day_start(day_of(moment, zone), zone)
    return midnight + timedelta(hours=(moment - midnight) // timedelta(hours=1))


def mention_document(mention: Mention, words: Sequence[str], zone: ZoneInfo) -> Document:
    """A new mention, its analysis still open."""
    published_at = milliseconds(mention.published_at)
    return {
        "_id": ObjectId(mention.id),
        "source": mention.source,
        "platform": mention.platform,
        "url": mention.url,
        "author": mention.author,
        "author_followers": mention.author_followers,
        "engagement": engagement_document(mention.engagement),
        "scraped_at": milliseconds(mention.scraped_at),
        "published_at": published_at,
        "excluded": False,
        **text_fields(mention, words),
        **to_do(published_at, zone),
        "pending_since": published_at,
        "revision": 1,
    }


def text_fields(mention: Mention, words: Sequence[str]) -> Document:
    """What a text brings with it, and nothing understood of it yet: there is no ``analysis`` until there is one."""
    return {
        "title": mention.title,
        "content": mention.content,
        "language": mention.language,
        "raw_data": raw_document(mention.raw_data),
        "content_hash": mention.content_hash,
        "cluster_id": mention.cluster_id,
        "keywords": sorted(set(mention.keywords)),
        "rules_revision": mention.rules_revision,
        "stances": {},
        "corrected": [],
        "words": list(words),
        UNLOOKED: milliseconds(mention.published_at),
    }


def to_do(published_at: datetime, zone: ZoneInfo) -> Document:
    """The note for rollup that every change of a mention carries.

    Once more outside a list: a server sorts by a list in memory, whatever its index, unless all of it is asked for.
    """
    hour = hour_start(published_at, zone)
    return {"pending_hours": [hour], TOUCHED: hour}


def engagement_document(engagement: Engagement) -> Document:
    """Counts, and their sum for sorting."""
    return {
        "likes": engagement.likes,
        "shares": engagement.shares,
        "comments": engagement.comments,
        "total": engagement.total,
    }


def engagement_from(document: Mapping[str, Any]) -> Engagement:
    """The counts."""
    return Engagement(document["likes"], document["shares"], document["comments"])


def analysis_document(analysis: Analysis) -> Document:
    """The current analysis within its mention; the fields of ``sentiment_analysis``."""
    scores = analysis.scores
    return {
        "sentiment": analysis.sentiment,
        "confidence": analysis.confidence,
        "sentiment_scores": {"positive": scores.positive, "negative": scores.negative, "neutral": scores.neutral},
        "emotion": analysis.emotion,
        "keywords_mentioned": list(analysis.keywords_mentioned),
        "processed_at": milliseconds(analysis.processed_at),
        "model_version": analysis.model_version,
    }


def said_document(analysis: Analysis, content_hash: str, keyword: str | None, number: int) -> Document:
    """A row of the history. What one model says of one text has one id, so that it is there only once."""
    model = analysis.model_version
    which = f"{number}" if model == CORRECTION else f"{content_hash}:{model}"
    return {
        "_id": f"{analysis.data_id}:{which}",
        "data_id": ObjectId(analysis.data_id),
        **analysis_document(analysis),
        "content_hash": content_hash,
        "keyword": keyword,
        "number": number,
    }


def analysis_from(id: str, document: Mapping[str, Any]) -> Analysis:
    """The analysis in a mention, or a row of the history."""
    scores = document["sentiment_scores"]
    return Analysis(
        data_id=id,
        sentiment=document["sentiment"],
        confidence=document["confidence"],
        scores=SentimentScores(scores["positive"], scores["negative"], scores["neutral"]),
        processed_at=document["processed_at"],
        model_version=document["model_version"],
        emotion=document["emotion"],
        keywords_mentioned=tuple(document["keywords_mentioned"]),
    )


def mention_from(document: Mapping[str, Any]) -> Mention:
    """The mention, with its current analysis."""
    id, keywords = str(document["_id"]), tuple(document["keywords"])
    said = document.get("analysis")
    return Mention(
        id=id,
        source=document["source"],
        platform=document["platform"],
        content=document["content"],
        published_at=document["published_at"],
        scraped_at=document["scraped_at"],
        content_hash=document["content_hash"],
        cluster_id=document["cluster_id"],
        url=document["url"],
        title=document["title"],
        author=document["author"],
        author_followers=document["author_followers"],
        engagement=engagement_from(document["engagement"]),
        language=document["language"],
        keywords=keywords,
        rules_revision=document["rules_revision"],
        raw_data=raw_from(document["raw_data"]),
        analysis=analysis_from(id, {**said, "keywords_mentioned": keywords}) if said else None,
        stances=dict(document["stances"]),
    )


def raw_document(raw: Mapping[str, Any]) -> Document | str:
    """``raw_data`` as a document where it can be one, else as JSON text: odd names, giant numbers, deep nesting."""
    plain = json.loads(json.dumps(dict(raw)))
    return plain if _storable(plain, DEEPEST) else json.dumps(plain)


def raw_from(stored: Any) -> Mapping[str, Any]:
    """The other way round."""
    found: Mapping[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
    return found


def _storable(value: Any, levels: int) -> bool:
    if isinstance(value, dict | list):
        names, inner = (value, value.values()) if isinstance(value, dict) else ((), value)
        return levels > 0 and all(map(_is_name, names)) and all(_storable(one, levels - 1) for one in inner)
    if isinstance(value, str):
        return not has_half_characters(value)
    return not isinstance(value, int) or abs(value) <= LARGEST


def _is_name(text: str) -> bool:
    return bool(text) and not text.startswith("$") and not {".", "\0"} & set(text) and not has_half_characters(text)


def milliseconds(moment: datetime) -> datetime:
    """As precise as the server keeps it, rounded down."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)
