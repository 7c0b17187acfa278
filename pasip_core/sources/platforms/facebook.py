"""Facebook: the posts of pages that people added. There is no search over public posts.

Reading a page that one does not manage needs the feature Page Public Content Access
(https://developers.facebook.com/docs/features-reference/page-public-content-access).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Engagement, Mention, RawMention
from pasip_core.errors import SourceGone, SourceParse

from ..back_by_time import Timeline
from ..base import Batch, Source
from ..fields import count, mapping, moment, text
from ..lookups import looked_up
from ..workbench import Workbench
from .described import Described
from .graph import Graph, Room, open_graph, segment

PLATFORM = "facebook"
OVERLAP = timedelta(days=1)
"""Posts of the last day are read again, since their reactions grow."""
AT_ONCE = 25
MOST_PAGES = 8
MOST_LOOKUPS = 200
"""Meta counts each post as a call."""
PAGE_KEPT = timedelta(days=1)
PAGE_FIELDS = "id,name,username,followers_count,fan_count,link"
POST_FIELDS = (
    "id,message,story,created_time,permalink_url,from{id,name},shares,"
    "reactions.limit(0).summary(total_count),comments.limit(0).summary(total_count)"
)
POST_ID = re.compile(r"\d{1,30}_\d{1,30}", re.ASCII)


def sources(bench: Workbench) -> Iterable[Source]:
    """One source for each page that a person added."""
    token = bench.settings.facebook_access_token.get_secret_value()
    lacking = () if token else ("FACEBOOK_ACCESS_TOKEN",)
    for feed in bench.feeds_of(PLATFORM):
        handle = feed.handle.strip().strip("/@")
        url = feed.url or f"https://www.facebook.com/{segment(handle)}"
        graph = open_graph(bench, PLATFORM, token)
        yield FacebookPage(feed.id, feed.name or handle, PLATFORM, url, lacking, graph, handle, bench.clock)


@dataclass(frozen=True)
class _Page:
    id: str
    name: str
    followers: int | None


@dataclass(frozen=True)
class FacebookPage(Described):
    """Reads what one page posts; which of it is about a keyword is seen later."""

    graph: Graph
    handle: str
    clock: Callable[[], datetime]

    most_lookups = MOST_LOOKUPS

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See ``Source``. New posts first, then what earlier runs left over."""
        now = self.clock()
        line, kept = Timeline.of(cursor.get("posts"), now), self._page(mapping(cursor.get("page")), now)
        page, room, unread = _Page(kept["id"], kept["name"], kept["followers"]), Room(limit, AT_ONCE), 0
        for gap in line.open(now):
            window = _window(gap.after - OVERLAP, gap.before)
            for listed in self.graph.pages(f"{segment(page.id)}/posts", window, MOST_PAGES, room):
                posts = [post for item in listed.items if (post := _post(item, page, now, self.handle))]
                unread += len(listed.items) - len(posts)
                room.left -= len(posts)
                line.saw(gap, [post.published_at for post in posts], last=not listed.after)
                note = f"{unread} posts had no text, address or time." if unread else ""
                yield Batch(tuple(posts), {"page": kept, "posts": line.as_json()}, note=note)

    def _page(self, kept: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """What is known of the page; asked for once a day."""
        asked = moment(kept.get("at"), now)
        if not asked or asked < now - PAGE_KEPT or not text(kept.get("id")):
            kept = dict(self.graph.get(segment(self.handle), {"fields": PAGE_FIELDS}))
            kept |= {"at": now.isoformat(), "followers": count(kept.get("followers_count"), kept.get("fan_count"))}
        if not text(kept.get("id")):
            raise SourceGone(f"Facebook: there is no page {self.handle[:100]!r}.")
        at, followers = text(kept.get("at")), count(kept.get("followers"))
        return {"id": text(kept.get("id")), "name": text(kept.get("name")), "followers": followers, "at": at}

    def native_id(self, mention: Mention) -> str:
        """See ``Refreshing``: of the posts of this page."""
        id = text(mention.raw_data.get("id"))
        return id if mention.raw_data.get("page_name") == self.handle and POST_ID.fullmatch(id) else ""

    def lookup(self, ids: Sequence[str]) -> Iterator[Batch]:
        """See ``Refreshing``."""
        return looked_up(ids, POST_ID, AT_ONCE, self._posts)

    def _posts(self, ids: Sequence[str]) -> list[RawMention | None]:
        """The posts that are still there. Meta refuses all where one is gone, so that they are asked for by halves."""
        try:
            told = self.graph.get("", {"ids": ",".join(ids), "fields": POST_FIELDS})
        except SourceGone:
            if len(ids) == 1:
                return []
            middle = len(ids) // 2
            return [*self._posts(ids[:middle]), *self._posts(ids[middle:])]
        if not any(id in told for id in ids):
            raise SourceParse("Facebook: the answer holds none of the posts that were asked for.")
        page, now = _Page("", "", None), self.clock()
        return [_post(mapping(told[id]), page, now, self.handle) for id in ids if id in told]


def _window(after: datetime, before: datetime | None) -> dict[str, str | int | None]:
    until = int(before.timestamp()) + 1 if before else None
    return {"fields": POST_FIELDS, "since": int(after.timestamp()), "until": until}


def _post(item: Mapping[str, Any], page: _Page, now: datetime, handle: str) -> RawMention | None:
    """``None`` for what is not whole. Where there are no shares, the field is left out."""
    content, url = text(item.get("message"), item.get("story")), text(item.get("permalink_url"))
    published_at = moment(item.get("created_time"), now)
    if not content or published_at is None or not url.startswith(("https://", "http://")):
        return None
    author, id = mapping(item.get("from")), text(item.get("id"))
    own = text(author.get("id")) in ("", page.id)
    shares = count(mapping(item.get("shares")).get("count")) if "shares" in item else 0
    return RawMention(
        PLATFORM,
        PLATFORM,
        content,
        published_at,
        url=url,
        author=text(author.get("name"), page.name if own else ""),
        author_followers=page.followers if own else None,
        engagement=Engagement(_total(item, "reactions"), shares, _total(item, "comments")),
        native_id=id,
        raw_data={"id": id, "page_name": handle} if POST_ID.fullmatch(id) else {},
    )


def _total(item: Mapping[str, Any], what: str) -> int | None:
    return count(mapping(item, what, "summary").get("total_count"))
