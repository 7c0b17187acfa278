"""Raw mention → mention: cleaned, identified, matched with the keywords."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pasip_core.domain.mention import Mention, RawMention, content_hash, mention_id
from pasip_core.domain.rules import Matcher
from pasip_core.errors import InputError
from pasip_core.nlp.clean import clean_text
from pasip_core.nlp.language import detect

MAX_CONTENT = 200_000
MAX_LINE = 300


def prepare(raw: RawMention, matcher: Matcher, now: datetime) -> Mention:
    """The mention to store. ``InputError`` where there is no text, or a time without a zone."""
    if raw.published_at.tzinfo is None:
        raise InputError(f"published_at: {raw.published_at} has no time zone", field="published_at")
    raw = replace(raw, url=web_address(raw.url))
    title, content = clean_text(raw.title)[:MAX_LINE], clean_text(raw.content)[:MAX_CONTENT]
    if not content and not title:
        raise InputError("content: the text is empty", field="content", value=raw.content)
    digest = content_hash(title, content)
    text = f"{title}\n\n{content}" if title and not content.startswith(title) else content
    return Mention(
        id=mention_id(raw),
        source=raw.source,
        platform=raw.platform,
        content=content or title,
        published_at=raw.published_at.astimezone(UTC),
        scraped_at=now,
        content_hash=digest,
        cluster_id=digest,
        url=raw.url,
        title=title,
        author=" ".join(clean_text(raw.author).split())[:MAX_LINE],
        author_followers=raw.author_followers,
        engagement=raw.engagement,
        language=raw.language or detect(text),
        keywords=matcher.match(text, published_at=raw.published_at),
        rules_revision=matcher.revision,
        raw_data=raw.raw_data,
    )


def web_address(url: str) -> str:
    """``url`` if a browser may safely follow it, else nothing: other schemes can run code."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme.lower() in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return ""
    return url.strip() if usable else ""
