"""Posts of Mastodon, as its entity ``Status`` tells them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pasip_core.domain.mention import Engagement, Mention, RawMention
from pasip_core.sources.back_by_page import Post
from pasip_core.sources.entries import joined
from pasip_core.sources.fields import count, items, mapping, moment, text
from pasip_core.sources.markup import lines_of

NUMBER = re.compile(r"[\w-]{1,64}", re.ASCII)


def read_post(told: Mapping[str, object], now: datetime, host: str) -> Post | None:
    """One status that the server ``host`` tells; without a mention where it is not to be one."""
    number, published_at = text(told.get("id")), moment(told.get("created_at"), now)
    if not NUMBER.fullmatch(number) or published_at is None:
        return None
    return Post(min(published_at, now).timestamp(), number, _mention(told, number, published_at, host))


def number_of(mention: Mention, host: str) -> str:
    """The number of a stored post on the server ``host``; "" where another server gave it."""
    number = text(mention.raw_data.get("id"))
    return number if mention.raw_data.get("server") == host and NUMBER.fullmatch(number) else ""


def _mention(told: Mapping[str, object], number: str, published_at: datetime, host: str) -> RawMention | None:
    """``None`` for pictures without words, boosts, and what is not for everyone."""
    url = joined("", text(told.get("url"))) or joined("", text(told.get("uri")))
    content = "\n\n".join(filter(None, (text(told.get("spoiler_text")), lines_of(text(told.get("content"))))))
    is_public = text(told.get("visibility")) in ("public", "unlisted", "")
    if not url or not content or not is_public or mapping(told.get("reblog")):
        return None
    account = mapping(told, "account")
    return RawMention(
        source="mastodon",
        platform="mastodon",
        content=content,
        published_at=published_at,
        url=url,
        author=_author(account, url, host),
        author_followers=count(account.get("followers_count")),
        engagement=Engagement(
            likes=count(told.get("favourites_count")),
            shares=count(told.get("reblogs_count")),
            comments=count(told.get("replies_count")),
        ),
        native_id=text(told.get("uri")) or url,
        raw_data={
            "server": host,
            "id": number,
            "languages": [code] if (code := text(told.get("language"))[:20]) else [],
            "tags": [text(tag.get("name"))[:100] for tag in items(told.get("tags"))],
        },
    )


def _author(account: Mapping[str, Any], url: str, host: str) -> str:
    """With the server: an account of this one is told without."""
    name = text(account.get("acct"), account.get("username"))
    return name if not name or "@" in name else f"{name}@{urlsplit(url).hostname or host}"
