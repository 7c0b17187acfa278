"""Posts of Reddit, as its API and its Atom feeds tell them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from pasip_core.domain.mention import Engagement, RawMention
from pasip_core.sources.article import plain
from pasip_core.sources.back_by_page import Post
from pasip_core.sources.entries import Entry, joined
from pasip_core.sources.fields import count, mapping, moment, text
from pasip_core.sources.markup import lines_of, one, read_html

SITE = "https://www.reddit.com"
GONE = frozenset({"[deleted]", "[removed]"})
NAME = re.compile(r"t3_\w{1,20}", re.ASCII)
_SUBREDDIT = re.compile(r"/(?:r|user)/([\w-]{1,40})/")


def post_of_json(child: Mapping[str, object], now: datetime) -> Post | None:
    """One child of a listing; ``None`` where it is no post that can be read.

    Text that was deleted or removed is not told any more: the title stays.
    """
    told = mapping(child, "data")
    name, published_at = text(told.get("name")), moment(told.get("created_utc"), now)
    title, body = text(told.get("title")), text(told.get("selftext"))
    permalink = text(told.get("permalink"))
    if not NAME.fullmatch(name) or published_at is None or not permalink.startswith("/") or not title:
        return None
    author = text(told.get("author"))
    url = f"{SITE}{permalink}"
    link = joined("", text(told.get("url")))
    mention = RawMention(
        source="reddit",
        platform="reddit",
        content=title if not body or body in GONE else body,
        published_at=published_at,
        url=url,
        title=title,
        author="" if author in GONE else author,
        engagement=Engagement(
            likes=count(told.get("score")),
            shares=count(told.get("num_crossposts")),
            comments=count(told.get("num_comments")),
        ),
        native_id=name,
        raw_data={"subreddit": text(told.get("subreddit"))} | ({"link": link} if link and link != url else {}),
    )
    return Post(min(published_at, now).timestamp(), name, mention)


def post_of_entry(entry: Entry, now: datetime) -> Post | None:
    """One entry of a feed; ``None`` for what is no post (communities that fit a search). Feeds tell no counts."""
    if not NAME.fullmatch(entry.id) or entry.published_at is None or not entry.title:
        return None
    title = plain(entry.title)
    # Around the author's own words a feed puts "submitted by" and links.
    own = one(read_html(entry.content or entry.summary), "div.md")
    subreddit = _SUBREDDIT.match(urlsplit(entry.url).path)
    mention = RawMention(
        source="reddit",
        platform="reddit",
        content=(lines_of(own) if own else "") or title,
        published_at=entry.published_at,
        url=entry.url,
        title=title,
        author=entry.author.removeprefix("/u/"),
        native_id=entry.id,
        raw_data={"subreddit": subreddit[1]} if subreddit else {},
    )
    return Post(min(entry.published_at, now).timestamp(), entry.id, mention)
