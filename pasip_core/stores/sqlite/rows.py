"""Between rows and domain values."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from pasip_core.domain.analysis import Analysis, SentimentScores
from pasip_core.domain.mention import Engagement, Mention
from pasip_core.domain.period import Period
from pasip_core.errors import InputError

SECOND_BITS, MILLISECOND_BITS = 20, 10
"""A row number is the second of publication, then its millisecond, then a counter: the order of rows is that of
time. The counter may run over into the milliseconds behind it, so that a second holds a million mentions."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MENTION_COLUMNS = (
    "n, id, source, platform, title, content, url, author, author_followers, likes, shares, comments, engagement, "
    "raw_data, scraped_at, published_at, language, content_hash, cluster_id, keyword_set, rules_revision, "
    "sentiment, confidence, positive, negative, neutral, emotion, model_version, processed_at"
)
ANALYSIS_COLUMNS = (
    "data_id, sentiment, confidence, positive, negative, neutral, emotion, keywords_mentioned, processed_at, "
    "model_version"
)


def first_row(published_at: datetime) -> int:
    """The lowest row number of a millisecond."""
    second, rest = divmod(milliseconds(published_at), 1000)
    return (second << SECOND_BITS) | (rest << MILLISECOND_BITS)


def rows_between(start: datetime, end: datetime) -> tuple[int, int]:
    """The first row number of a stretch of time, and the first one after it."""
    return (milliseconds(start) // 1000) << SECOND_BITS, (milliseconds(end) // 1000) << SECOND_BITS


def rows_of(period: Period) -> tuple[int, int]:
    """The same of a period."""
    return rows_between(period.start, period.end)


def moment_of_row(n: int) -> datetime:
    """The second of publication."""
    return EPOCH + timedelta(seconds=n >> SECOND_BITS)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970."""
    gap = moment - EPOCH
    return gap.days * 86_400_000 + gap.seconds * 1000 + gap.microseconds // 1000


def moment(value: int) -> datetime:
    """The moment of so many milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=value)


def day_number(day: date) -> int:
    """Days since 0001-01-01."""
    return day.toordinal()


def id_bytes(id: str) -> bytes:
    """The 12 bytes behind an id. ``InputError`` where it is no id."""
    try:
        raw = bytes.fromhex(id)
    except ValueError:
        raw = b""
    if len(raw) != 12:
        raise InputError(f"mention: {id[:60]!r} is no id of a mention", field="mention", value=id)
    return raw


def story_bytes(story: str) -> bytes:
    """The bytes behind the id of a story; nothing where it is none, which is no story's."""
    try:
        return bytes.fromhex(story)
    except ValueError:
        return b""


def insert_values(n: int, mention: Mention, keyword_set: int) -> tuple[object, ...]:
    """Values for the columns from ``n`` to ``rules_revision``."""
    reactions = mention.engagement
    return (
        n, bytes.fromhex(mention.id), mention.source, mention.platform, mention.title, mention.content, mention.url,
        mention.author, mention.author_followers, reactions.likes, reactions.shares, reactions.comments,
        reactions.total, json.dumps(dict(mention.raw_data)), milliseconds(mention.scraped_at),
        milliseconds(mention.published_at), mention.language, bytes.fromhex(mention.content_hash),
        bytes.fromhex(mention.cluster_id), keyword_set, mention.rules_revision,
    )  # fmt: skip


def mention_from(row: sqlite3.Row, keywords: Sequence[str], stances: dict[str, str]) -> Mention:
    """A mention from ``MENTION_COLUMNS``."""
    id = row["id"].hex()
    return Mention(
        id=id,
        source=row["source"],
        platform=row["platform"],
        content=row["content"],
        published_at=moment(row["published_at"]),
        scraped_at=moment(row["scraped_at"]),
        content_hash=row["content_hash"].hex(),
        cluster_id=row["cluster_id"].hex(),
        url=row["url"],
        title=row["title"],
        author=row["author"],
        author_followers=row["author_followers"],
        engagement=Engagement(row["likes"], row["shares"], row["comments"]),
        language=row["language"],
        keywords=tuple(keywords),
        rules_revision=row["rules_revision"],
        raw_data=json.loads(row["raw_data"]),
        analysis=None if row["sentiment"] is None else _analysis(row, id, keywords),
        stances=stances,
    )


def analysis_from(row: sqlite3.Row) -> Analysis:
    """An analysis from ``ANALYSIS_COLUMNS``."""
    return _analysis(row, row["data_id"].hex(), json.loads(row["keywords_mentioned"]))


def _analysis(row: sqlite3.Row, id: str, keywords: Iterable[str]) -> Analysis:
    return Analysis(
        data_id=id,
        sentiment=row["sentiment"],
        confidence=row["confidence"],
        scores=SentimentScores(row["positive"], row["negative"], row["neutral"]),
        processed_at=moment(row["processed_at"]),
        model_version=row["model_version"],
        emotion=row["emotion"],
        keywords_mentioned=tuple(keywords),
    )


def analysis_values(analysis: Analysis, content_hash: bytes, keyword: str | None = None) -> tuple[object, ...]:
    """Values for ``ANALYSIS_COLUMNS``, content_hash, keyword."""
    scores = analysis.scores
    return (
        bytes.fromhex(analysis.data_id), analysis.sentiment, analysis.confidence, scores.positive, scores.negative,
        scores.neutral, analysis.emotion, json.dumps(list(analysis.keywords_mentioned), ensure_ascii=False),
        milliseconds(analysis.processed_at), analysis.model_version, content_hash, keyword,
    )  # fmt: skip


def marks(values: Iterable[object]) -> str:
    """``?,?,?`` for so many values."""
    return ",".join("?" for _ in values)
