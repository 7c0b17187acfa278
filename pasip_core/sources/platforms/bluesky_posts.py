"""Posts of Bluesky, as its lexicon ``app.bsky.feed.defs#postView`` tells them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from pasip_core.domain.mention import Engagement, Mention, RawMention
from pasip_core.sources.back_by_page import Post
from pasip_core.sources.fields import count, mapping, moment, summed, text

DID = re.compile(r"did:[\w:.%-]{1,200}")
POST = re.compile(rf"at://({DID.pattern})/app\.bsky\.feed\.post/([\w.~:-]{{1,100}})")
_HANDLE = re.compile(r"(?=.{3,253}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def read_post(told: Mapping[str, object], now: datetime, followers: Mapping[str, int | None]) -> Post | None:
    """One post; without a mention where it has no words (pictures), ``None`` where it cannot be read.

    ``followers`` are those of authors, by their ids.
    """
    place, published_at = POST.fullmatch(text(told.get("uri"))), _published_at(told, now)
    if not place or published_at is None:
        return None
    # The client of the author writes the time: what lies ahead must not hide what comes until then.
    mark = min(published_at, now).timestamp()
    return Post(mark, written(published_at), _mention(told, place[1], place[2], published_at, followers))


def uri_of(mention: Mention) -> str:
    """The address by which the network knows a stored post; "" where its author's id is not kept (pseudonyms)."""
    author, key = text(mention.raw_data.get("did")), mention.url.rpartition("/post/")[2]
    uri = f"at://{author}/app.bsky.feed.post/{key}"
    return uri if POST.fullmatch(uri) else ""


def written(at: datetime) -> str:
    """A time as the network writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _mention(
    told: Mapping[str, object], did: str, key: str, published_at: datetime, followers: Mapping[str, int | None]
) -> RawMention | None:
    record, author = mapping(told, "record"), mapping(told, "author")
    content = text(record.get("text"))
    if not content:
        return None
    handle = text(author.get("handle"))
    name = handle if _HANDLE.fullmatch(handle) and handle != "handle.invalid" else did
    languages = record.get("langs")
    told_languages = [text(code)[:20] for code in languages] if isinstance(languages, list) else None
    return RawMention(
        source="bluesky",
        platform="bluesky",
        content=content,
        published_at=published_at,
        url=f"https://bsky.app/profile/{name}/post/{key}",
        author=name,
        author_followers=followers.get(text(author.get("did"))),
        engagement=Engagement(
            likes=count(told.get("likeCount")),
            shares=summed([count(told.get("repostCount")), count(told.get("quoteCount"))]),
            comments=count(told.get("replyCount")),
        ),
        native_id=text(told.get("uri")),
        raw_data={"did": did} | ({} if told_languages is None else {"languages": told_languages}),
    )


def _published_at(told: Mapping[str, object], now: datetime) -> datetime | None:
    """When it was written as its author's client says, unless the network knew it before that."""
    moments = (mapping(told, "record").get("createdAt"), told.get("indexedAt"))
    known = [found for value in moments if isinstance(value, str) and (found := moment(value, now))]
    return min(known, default=None)
