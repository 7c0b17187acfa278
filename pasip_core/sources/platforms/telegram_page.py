"""The public page of a Telegram channel (``t.me/s/…``): its posts, whatever is wrong with one of them.

The markup is nobody's promise: classes as public parsers of 2026 find them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from bs4 import Tag
from bs4.element import NavigableString

from pasip_core.domain.mention import Engagement, RawMention
from pasip_core.errors import SourceForbidden, SourceParse
from pasip_core.sources.addresses import shown_url
from pasip_core.sources.back_by_page import Post, PostPage
from pasip_core.sources.entries import joined
from pasip_core.sources.exchange import Response
from pasip_core.sources.fields import count, moment, summed
from pasip_core.sources.markup import attribute, lines_of, one, read_html, words

POST = "div.tgme_widget_message[data-post]"
SITE = "https://t.me"
_PLACE = re.compile(r"([A-Za-z]\w{1,63})/(\d{1,10})")


@dataclass(frozen=True, slots=True)
class Channel:
    """What the head of the page tells of the channel. ``name`` is the one in its address."""

    name: str
    title: str
    members: int | None


def posts_and_head(answer: Response, name: str) -> tuple[Tag, list[Tag]]:
    """The page and its posts as they stand.

    ``SourceForbidden`` where Telegram leads away from the list of posts: the channel has no public one.
    ``SourceParse`` where neither posts nor the head of a channel are on the page.
    """
    shown = shown_url(answer.url)
    if "/s/" not in urlsplit(answer.url).path:
        raise SourceForbidden(
            f"{shown}: @{name} is not public: no such channel, or one without a public list of posts.", url=shown
        )
    page = read_html(answer.body)
    tags = list(page.select(POST))
    if not tags and one(page, ".tgme_channel_info, .tgme_channel_history") is None:
        raise SourceParse(f"{shown}: neither posts nor a channel on this page; its markup has changed.", url=shown)
    return page, tags


def read_page(answer: Response, name: str, now: datetime) -> tuple[PostPage, int]:
    """The posts, newest first, and how many of them could not be read. Raises as ``posts_and_head``."""
    page, tags = posts_and_head(answer, name)
    channel = Channel(name, words(page, ".tgme_channel_info_header_title"), _members(page))
    posts, unread = [], 0
    for tag in tags:
        found = _PLACE.fullmatch(attribute(tag, "data-post"))
        if not found:
            unread += 1
            continue
        number, mention = int(found[2]), None
        if "service_message" not in (tag.get("class") or []):
            mention = read_post(tag, number, channel, now)
            unread += mention is None and bool(text_of(tag))  # a picture alone is no loss
        posts.append(Post(number, str(number), mention))
    posts.sort(key=lambda post: -post.mark)
    return PostPage(posts, more=bool(posts) and posts[-1].mark > 1), unread


def read_post(tag: Tag, number: int, channel: Channel, now: datetime) -> RawMention | None:
    """One post; ``None`` where it has no words or no time."""
    published_at = moment(attribute(one(tag, ".tgme_widget_message_date time[datetime]"), "datetime"), now)
    told = {
        "channel": channel.title,
        "views": count(words(tag, ".tgme_widget_message_views")),
        "forwarded_from": words(tag, ".tgme_widget_message_forwarded_from_name"),
        "link": joined("", attribute(one(tag, "a.tgme_widget_message_link_preview"), "href")),
    }
    likes, content = summed(_reactions(tag)), text_of(tag)
    if not content or published_at is None:
        return None
    return replace(
        mention_of(channel, number, content, published_at),
        engagement=Engagement(likes=likes),
        raw_data={name: value for name, value in told.items() if value not in ("", None)},
    )


def mention_of(channel: Channel, number: int, content: str, published_at: datetime) -> RawMention:
    """A post's mention, the same one whoever read the page."""
    return RawMention(
        source=f"t.me/{channel.name.lower()}",
        platform="telegram",
        content=content,
        published_at=published_at,
        url=f"{SITE}/{channel.name}/{number}",
        author=f"@{channel.name}",
        author_followers=channel.members,
        native_id=f"{channel.name.lower()}/{number}",
    )


def text_of(tag: Tag) -> str:
    """What was written: the post's text, else the question of a poll, else the title of the page it links to."""
    for text in own_texts(tag):
        if written := lines_of(text):
            return written
    return words(tag, ".tgme_widget_message_poll_question") or words(tag, ".link_preview_title")


def own_texts(tag: Tag) -> Iterator[Tag]:
    """Texts of the post itself; the post that it answers is quoted in one of the same class."""
    for text in tag.select(".tgme_widget_message_text"):
        if text.find_parent(class_="tgme_widget_message_reply") is None:
            yield text


def _reactions(tag: Tag) -> list[int | None]:
    """The number behind each emoji; the emoji itself (keycaps are digits) stands in an element of its own."""
    return [
        count("".join(part for part in reaction.children if isinstance(part, NavigableString)))
        for reaction in tag.select(".tgme_reaction")
    ]


def _members(page: Tag) -> int | None:
    """The first counter is that of subscribers, whatever their name in the page's language; those of files follow."""
    for counter in page.select(".tgme_channel_info_counter"):
        if words(counter, ".counter_type").lower() not in ("photos", "photo", "videos", "video", "files", "links"):
            return count(words(counter, ".counter_value"))
    return None
