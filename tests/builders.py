"""Small builders of domain values; every argument left out gets something ordinary."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pasip_core.domain.analysis import Analysis, SentimentScores
from pasip_core.domain.keyword import Keyword, keyword_id
from pasip_core.domain.mention import Engagement, Mention, RawMention, content_hash, mention_id

NOW = datetime(2026, 11, 23, 3, 15, tzinfo=UTC)


def make_keyword(label: str = "jokowi", **changes: Any) -> Keyword:
    """An active keyword without a rule of its own."""
    values: dict[str, Any] = {"id": keyword_id(label), "keyword": label, "created_at": NOW, "updated_at": NOW}
    return Keyword(**values | changes)


def make_raw(content: str = "Jokowi meresmikan jalan tol baru.", **changes: Any) -> RawMention:
    """A tweet as a source gives it."""
    values: dict[str, Any] = {
        "source": "twitter",
        "platform": "twitter",
        "content": content,
        "published_at": NOW,
        "author": "warga_uji",
        "engagement": Engagement(likes=3, shares=1, comments=0),
    }
    return RawMention(**values | changes)


def make_mention(
    content: str = "Jokowi meresmikan jalan tol baru.", *, sentiment: str | None = None, **changes: Any
) -> Mention:
    """A stored mention; ``sentiment`` gives it an analysis, and the same stance towards each keyword."""
    raw = make_raw(content)
    platform, source = changes.pop("platform", raw.platform), changes.pop("source", None)
    values: dict[str, Any] = {
        "source": source or platform,
        "platform": platform,
        "content": content,
        "published_at": raw.published_at,
        "scraped_at": NOW,
        "author": raw.author,
        "engagement": raw.engagement,
    }
    values |= changes
    identity = RawMention(
        **{k: values[k] for k in ("source", "platform", "content", "published_at", "author")},
        url=values.get("url", ""),
        title=values.get("title", ""),
    )
    digest = content_hash(identity.title, content)
    mention = Mention(**{"id": mention_id(identity), "content_hash": digest, "cluster_id": digest} | values)
    if sentiment is None:
        return mention
    return _analysed(mention, sentiment)


def make_analysis(data_id: str, sentiment: str = "negative", **changes: Any) -> Analysis:
    """An analysis that is quite sure."""
    rest = {name: 0.1 for name in ("positive", "neutral", "negative") if name != sentiment}
    values: dict[str, Any] = {
        "data_id": data_id,
        "sentiment": sentiment,
        "confidence": 0.8,
        "scores": SentimentScores(**{sentiment: 0.8} | rest),
        "processed_at": NOW,
        "model_version": "test-1",
    }
    return Analysis(**values | changes)


def _analysed(mention: Mention, sentiment: str) -> Mention:
    from dataclasses import replace

    return replace(
        mention,
        analysis=make_analysis(mention.id, sentiment, keywords_mentioned=mention.keywords),
        stances=dict.fromkeys(mention.keywords, sentiment),
    )
