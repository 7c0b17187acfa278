"""A mention: one thing that was said in public."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from .analysis import Analysis

NEWS = "news"
LARGEST_COUNT = 10**10
"""Of one reaction, or of followers: more than there are people, and sums of it stay numbers any store can hold."""
EMPTY: Mapping[str, Any] = MappingProxyType({})

TRACKING_PARAMETERS = frozenset({
    "page", "single", "showpage", "source", "ref", "tag_from", "fbclid", "gclid", "igshid", "amp",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Engagement:
    """Counts of reactions. ``None`` means that the source does not tell, which is not zero."""

    likes: int | None = None
    shares: int | None = None
    comments: int | None = None

    @property
    def total(self) -> int | None:
        """The sum of what is known, ``None`` where nothing is."""
        known = [n for n in (self.likes, self.shares, self.comments) if n is not None]
        return sum(known) if known else None

    def updated_by(self, later: Engagement) -> Engagement:
        """What a later sighting leaves: a count that it does not tell stays as it was."""
        told = ((later.likes, self.likes), (later.shares, self.shares), (later.comments, self.comments))
        return Engagement(*(old if new is None else new for new, old in told))


@dataclass(frozen=True, slots=True)
class RawMention:
    """What a source or an imported row gave, in our terms but as it stands.

    ``published_at`` is aware. ``native_id`` is the platform's own id where it has one. ``known_id`` is the
    mention's id in this program, where a row comes from one of its own exports.
    ``raw_data`` holds plain JSON values worth keeping.
    """

    source: str
    platform: str
    content: str
    published_at: datetime
    url: str = ""
    title: str = ""
    author: str = ""
    author_followers: int | None = None
    engagement: Engagement = Engagement()
    native_id: str = ""
    language: str = ""
    raw_data: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    known_id: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A stored mention. All times are aware UTC; ``keywords`` holds keyword ids.

    ``analysis`` is the current one (``None``: pending). ``stances`` maps each matched keyword to the
    sentiment towards it, as far as it is known.
    """

    id: str
    source: str
    platform: str
    content: str
    published_at: datetime
    scraped_at: datetime
    content_hash: str
    cluster_id: str
    url: str = ""
    title: str = ""
    author: str = ""
    author_followers: int | None = None
    engagement: Engagement = Engagement()
    language: str = ""
    keywords: tuple[str, ...] = ()
    rules_revision: str = ""
    raw_data: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    analysis: Analysis | None = None
    stances: Mapping[str, str] = field(default_factory=lambda: EMPTY)

    @property
    def text(self) -> str:
        """Title and content together, as rules, searches and models read it."""
        if not self.title or self.content.startswith(self.title):
            return self.content
        return f"{self.title}\n\n{self.content}"


def mention_id(raw: RawMention) -> str:
    """24 hex characters: a 12-byte hash of what makes this mention the same one when it is seen again.

    The platform's own id where there is one, else the canonical address, else author, time and text.
    """
    if raw.known_id:
        return raw.known_id
    key: tuple[str, ...]
    if raw.native_id:
        key = ("id", raw.native_id)
    elif raw.url:
        key = ("url", canonical_url(raw.url))
    else:
        moment = raw.published_at.astimezone(UTC).isoformat()
        key = ("text", raw.author.casefold(), moment, content_hash(raw.title, raw.content))
    parts = "\x1f".join((raw.platform, raw.source, *key))
    return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()[:24]


def content_hash(title: str, content: str) -> str:
    """32 hex characters that stay the same while only case, spacing or Unicode form differ."""
    plain = unicodedata.normalize("NFKC", f"{title}\n{content}").casefold()
    return hashlib.sha256(" ".join(plain.split()).encode("utf-8", "replace")).hexdigest()[:32]


def canonical_url(url: str) -> str:
    """The address under which copies of one page agree: no tracking, paging or AMP variants, no fragment."""
    parts = urlsplit(url.strip())
    host = re.sub(r"^(amp|m|www)\.", "", (parts.hostname or "").lower())
    if parts.port and parts.port not in (80, 443):
        host = f"{host}:{parts.port}"
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in TRACKING_PARAMETERS and not name.lower().startswith("utm_")
    ]
    path = re.sub(r"/amp/?$", "", parts.path).rstrip("/") or "/"
    return urlunsplit(("https", host, path, urlencode(query), ""))
