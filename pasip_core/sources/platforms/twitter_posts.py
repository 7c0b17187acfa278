"""What X answers, as mentions. It is between two vocabularies, tweets and posts, so that both are read.

Facts: the documentation of August 2026 says ``retweet_count``, ``note_tweet``, ``referenced_tweets``, the published
OpenAPI 2.167 ``repost_count``, ``note_post``, ``referenced_posts``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pasip_core.domain.mention import EMPTY, Engagement, RawMention
from pasip_core.errors import SourceParse

from ..fields import count, items, mapping, moment, summed, text

NAME = "twitter"
_USERNAME = re.compile(r"\w{1,30}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """One answer. ``posts`` stand newest first; ``returned`` and ``users`` count what X charges for.

    ``newest`` is the id of the newest post, readable or not; it and ``token`` are "" where there is none.
    ``withheld`` says for each thing that X could not show why, ``unreadable`` counts posts that are not as promised.
    """

    posts: tuple[RawMention, ...] = ()
    newest: str = ""
    token: str = ""
    returned: int = 0
    users: int = 0
    unreadable: int = 0
    withheld: tuple[str, ...] = ()


def read_answer(data: Any, now: datetime) -> Found:
    """A page of a search, or an answer to a lookup. ``SourceParse`` where it is neither, or nothing in it is a post."""
    answer, listed = mapping(data), mapping(data).get("data")
    meta = mapping(answer, "meta")
    withheld = tuple(text(error.get("title"), error.get("type"))[:80] for error in items(answer.get("errors")))
    if not isinstance(listed, list):
        # Without hits there is no ``data``; where hits are counted all the same, it has another name by now.
        if listed is not None or count(meta.get("result_count")) or not (meta or withheld):
            raise SourceParse("X: the answer holds no posts.")
        listed = []
    included = items(mapping(answer, "includes").get("users"))
    users = {number_of(user.get("id")): user for user in included}
    read = [mention for post in items(listed) if (mention := _mention(post, users, now))]
    if listed and not read:
        raise SourceParse("X: the answer holds no posts.")
    read.sort(key=lambda mention: int(mention.native_id), reverse=True)
    told = number_of(meta.get("newest_id"))
    is_there = bool(told) and told in {number_of(post.get("id")) for post in items(listed)}
    return Found(
        tuple(read),
        told if is_there else read[0].native_id if read else "",
        text(meta.get("next_token"))[:500],
        len(listed),
        len(included),
        len(listed) - len(read),
        withheld,
    )


def number_of(value: object) -> str:
    """An id of X: up to 19 digits, as text; "" for anything else."""
    told = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return told if re.fullmatch(r"[0-9]{1,19}", told) else ""


def _mention(post: Mapping[str, Any], users: Mapping[str, Mapping[str, Any]], now: datetime) -> RawMention | None:
    """The post; ``None`` without id, text or time. Entities in texts stay: what is stored is decoded once."""
    id, at = number_of(post.get("id")), moment(post.get("created_at"), now)
    # ``text`` is cut off in long posts, which are whole in their note.
    content = text(mapping(post, "note_tweet").get("text"), mapping(post, "note_post").get("text"), post.get("text"))
    if not (id and at and content):
        return None
    user = users.get(number_of(post.get("author_id")), EMPTY)
    name = text(user.get("username"))
    name = name if _USERNAME.fullmatch(name) else ""
    return RawMention(
        source=NAME,
        platform=NAME,
        content=content,
        published_at=at,
        url=f"https://x.com/{name or 'i'}/status/{id}",
        author=name,
        author_followers=count(mapping(user, "public_metrics").get("followers_count")),
        engagement=_engagement(mapping(post, "public_metrics")),
        native_id=id,
        language=_language(text(post.get("lang"))),
        raw_data=_raw(post, id),
    )


def _engagement(metrics: Mapping[str, Any]) -> Engagement:
    """Quotes count as shares, as on X's own pages."""
    reposts = count(metrics.get("retweet_count"), metrics.get("repost_count"))
    return Engagement(
        likes=count(metrics.get("like_count")),
        shares=summed([reposts, count(metrics.get("quote_count"))]),
        comments=count(metrics.get("reply_count")),
    )


def _language(code: str) -> str:
    """X writes ``in`` for Indonesian; ``und``, ``zxx`` and codes with q stand for no language."""
    if code == "in":
        return "id"
    return code if re.fullmatch(r"(?!q|und|zxx)[a-z]{2,3}", code) else ""


def _raw(post: Mapping[str, Any], id: str) -> dict[str, Any]:
    metrics = mapping(post, "public_metrics")
    referenced = items(post.get("referenced_tweets")) or items(post.get("referenced_posts"))
    kept = {
        "id": id,
        "author_id": number_of(post.get("author_id")),
        "conversation_id": number_of(post.get("conversation_id")),
        "lang": text(post.get("lang"))[:10],
        "impressions": count(metrics.get("impression_count")),
        "bookmarks": count(metrics.get("bookmark_count")),
        "referenced": [
            {"type": text(each.get("type"))[:20], "id": number_of(each.get("id"))} for each in referenced[:5]
        ],
    }
    return {name: value for name, value in kept.items() if value not in ("", None, [])}
