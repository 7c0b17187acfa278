"""Which columns a table of mentions has."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from pasip_core.domain.analysis import PENDING
from pasip_core.domain.mention import Mention

Cell = str | int | float | None

COLUMNS = (
    "id", "published_at", "platform", "source", "title", "content", "author", "author_followers", "likes", "shares",
    "comments", "url", "language", "keywords", "sentiment", "confidence", "positive", "neutral", "negative",
    "corrected", "stances", "model_version", "emotion",
)  # fmt: skip


def cells_of(mention: Mention, labels: Mapping[str, str], zone: ZoneInfo) -> tuple[Cell, ...]:
    """The cells of ``COLUMNS``, as they are. Times in ``zone`` with offset; keywords and stances by label."""
    analysis = mention.analysis
    scores = analysis.scores if analysis else None
    return (
        mention.id, mention.published_at.astimezone(zone).isoformat(timespec="seconds"), mention.platform,
        mention.source, mention.title, mention.content, mention.author, mention.author_followers,
        mention.engagement.likes, mention.engagement.shares, mention.engagement.comments, mention.url,
        mention.language, "; ".join(labels.get(id, id) for id in mention.keywords),
        analysis.sentiment if analysis else PENDING,
        round(analysis.confidence, 4) if analysis else None,
        round(scores.positive, 4) if scores else None,
        round(scores.neutral, 4) if scores else None,
        round(scores.negative, 4) if scores else None,
        ("yes" if analysis.is_correction else "no") if analysis else None,
        "; ".join(f"{labels.get(id, id)}: {stance}" for id, stance in sorted(mention.stances.items())),
        analysis.model_version if analysis else None,
        analysis.emotion if analysis else None,
    )  # fmt: skip
