"""Instagram: media by hashtag, and the media of professional accounts that people added.

Facts: https://developers.facebook.com/docs/instagram-api/guides/hashtag-search (thirty hashtags in seven days, media of
the last 24 hours, no authors, not in order, the same cursor on every page) and
https://developers.facebook.com/docs/instagram-api/guides/business-discovery.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Engagement, RawMention
from pasip_core.errors import (
    SourceBadQuery,
    SourceError,
    SourceGone,
    SourceParse,
    SourceQuota,
    SourceUnavailable,
)

from ..back_by_page import FIRST_LOOK, PostPage, Walk
from ..base import Batch, Source
from ..failures import most_telling
from ..fields import count, items, mapping, moment, text
from ..ledger import Meter
from ..translate import Dialect, queries_for
from ..workbench import Workbench
from .described import Described
from .graph import Graph, Room, TooManyHashtags, open_graph, segment

PLATFORM = "instagram"
AT_ONCE = 50
"""Most media on a page of a hashtag."""
ACCOUNT_AT_ONCE = 25
MOST_PAGES = 4
MOST_MET = 200
OVERLAP = timedelta(days=1)
"""Media of the last day are read again, since their reactions grow."""
FIELDS = "id,caption,media_type,permalink,timestamp,like_count,comments_count"
_ACCOUNT = re.compile(r"[A-Za-z0-9._]{1,30}")
_SHORT = re.compile(r"/(?:p|reel|tv)/([\w-]{5,40})")


def sources(bench: Workbench) -> Iterable[Source]:
    """The search for hashtags, and one source for each account that a person added."""
    settings, label = bench.settings, bench.platforms[PLATFORM].label
    token, user = settings.instagram_access_token.get_secret_value(), settings.instagram_user_id.strip()
    told = {"INSTAGRAM_ACCESS_TOKEN": token, "INSTAGRAM_USER_ID": user}
    lacking = tuple(name for name, value in told.items() if not value)
    site, meter = "https://www.instagram.com", bench.meter(PLATFORM, "hashtags")
    graph = open_graph(bench, PLATFORM, token, ends_silently=True)
    yield InstagramHashtags(PLATFORM, label, PLATFORM, site, lacking, graph, user, meter, bench.clock)
    for feed in bench.feeds_of(PLATFORM):
        handle = feed.handle.strip().strip("/@")
        url = feed.url or f"{site}/{segment(handle)}/"
        graph = open_graph(bench, PLATFORM, token, ends_silently=True)
        yield InstagramAccount(feed.id, feed.name or handle, PLATFORM, url, lacking, graph, user, handle, bench.clock)


@dataclass
class _Tags:
    """What is kept of hashtags: their ids for ever, when each was asked, and which media its last pages held."""

    ids: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    met: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Mapping[str, Any]) -> _Tags:
        """Whatever cannot be read counts as never asked."""
        ids, asked, met = (mapping(cursor.get(name)) for name in ("ids", "asked", "met"))
        return cls(
            {str(tag): id for tag, kept in ids.items() if (id := text(kept))},
            {str(tag): text(kept) for tag, kept in asked.items()},
            {str(tag): [text(id) for id in kept] for tag, kept in met.items() if isinstance(kept, list | tuple)},
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values for a cursor."""
        return {"ids": dict(self.ids), "asked": dict(self.asked), "met": {t: list(ids) for t, ids in self.met.items()}}


@dataclass(frozen=True)
class InstagramHashtags(Described):
    """Reads the recent media of hashtags made of the keywords."""

    graph: Graph
    user: str
    meter: Meter
    clock: Callable[[], datetime]

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See ``Source``. The important hashtags take the thirty first; a hashtag that fails costs only itself."""
        now, tags, room, errors = self.clock(), _Tags.of(cursor), Room(limit, AT_ONCE), list[SourceError]()
        wanted = hashtags(keywords)
        allowed, refusal = self._allowed(wanted)
        if refusal and not allowed:
            raise refusal
        waiting, most = len(wanted) - len(allowed), f"{self.meter.quota.limit:g} in {self.meter.quota.window}"
        note = f"{waiting} hashtags wait: {most} are used up." if refusal else ""
        for tag in sorted(allowed, key=lambda tag: tags.asked.get(tag, "")):  # the one that waited longest first
            if room.left <= 0:
                break
            tags.asked[tag] = now.isoformat()
            try:
                for mentions in self._recent(tag, tags, room, now):
                    yield Batch(tuple(mentions), tags.as_json(), note=note)
            except SourceError as error:
                if not _is_of_one(error):
                    raise
                errors.append(error)
        if errors and len(errors) == len(allowed):
            raise most_telling(errors)
        failed = f"{len(errors)} hashtags failed ({errors[-1].kind})." if errors else ""
        yield Batch((), tags.as_json(), note=f"{note} {failed}".strip())

    def _allowed(self, wanted: Sequence[str]) -> tuple[list[str], SourceQuota | None]:
        """The hashtags that are among the thirty of these seven days, and why others are not."""
        allowed, refusal = [], None
        for tag in wanted:
            try:
                self.meter.reserve(what=tag)
                allowed.append(tag)
            except SourceQuota as error:
                refusal = error
        return allowed, refusal

    def _recent(self, tag: str, tags: _Tags, room: Room, now: datetime) -> Iterator[list[RawMention]]:
        """Pages until one holds nothing that the last run had not met; it counts as met with the last page."""
        if tag not in tags.ids:
            tags.ids[tag] = self._id_of(tag)
        known, met = set(tags.met.get(tag, ())), dict[str, None]()
        path, asked = f"{segment(tags.ids[tag])}/recent_media", {"user_id": self.user, "fields": FIELDS}
        for listed in self.graph.pages(path, asked, MOST_PAGES, room):
            mentions = [mention for item in listed.items if (mention := _medium(item, now))]
            ids = dict.fromkeys(text(item.get("id"))[:40] for item in listed.items)
            met |= ids
            room.left -= len(mentions)
            last = not listed.after or known >= ids.keys()
            if last:
                tags.met[tag] = list(met)[:MOST_MET]
            yield mentions
            if last:
                return
        if room.left > 0:  # else the rest waits
            tags.met[tag] = list(met)[:MOST_MET]

    def _id_of(self, tag: str) -> str:
        data = self.graph.get("ig_hashtag_search", {"user_id": self.user, "q": tag})
        if not (id := next((id for item in items(data.get("data")) if (id := text(item.get("id")))), "")):
            raise SourceGone(f"Instagram: there is no hashtag {tag[:100]!r}.")
        return id


@dataclass(frozen=True)
class InstagramAccount(Described):
    """Reads the media of one professional account (business discovery)."""

    graph: Graph
    user: str
    handle: str
    clock: Callable[[], datetime]

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See ``Source``. All media are given; which are about a keyword is seen later."""
        if not _ACCOUNT.fullmatch(self.handle):
            raise SourceBadQuery(f"Instagram: {self.handle[:100]!r} is no name of an account.")
        walk = Walk.from_json(cursor.get("walk"), never=(self.clock() - FIRST_LOOK).timestamp())
        overlap = OVERLAP.total_seconds()
        for mentions, reached in walk.back(self._page, room=limit, overlap=overlap, pages=MOST_PAGES):
            yield Batch(tuple(mentions), {"walk": reached.as_json()})

    def _page(self, after: str, room: int) -> PostPage:
        most = min(ACCOUNT_AT_ONCE, room)
        start = f".after({after})" if re.fullmatch(r"[\w=+/-]+", after) else ""
        media = f"media.limit({most}){start}{{{FIELDS}}}"
        asked = f"business_discovery.username({self.handle}){{username,followers_count,media_count,{media}}}"
        found = mapping(self.graph.get(segment(self.user), {"fields": asked}).get("business_discovery"))
        if not found:
            raise SourceGone(f"Instagram: nothing is told of the account {self.handle!r}.")
        if not isinstance(mapping(found.get("media")).get("data", []), list):
            raise SourceParse(f"Instagram: the media of {self.handle!r} are no list.")
        author, followers = text(found.get("username"), self.handle), count(found.get("followers_count"))
        listed = items(mapping(found.get("media")).get("data"))
        mentions = [m for item in listed if (m := _medium(item, self.clock(), author, followers))]
        following = self.graph.following(mapping(found, "media", "paging"), bool(listed))
        return PostPage.by_token([(mention.published_at, mention) for mention in mentions], following)


def hashtags(keywords: Sequence[Keyword]) -> list[str]:
    """What to look for, the important first: a phrase is one hashtag, of words that stand together the longest."""
    tags = []
    for query in queries_for(keywords, Dialect(either="", without="", groups=False, sigils="")):
        parts = ["".join(re.findall(r"\w+", one or other)) for one, other in re.findall(r'"([^"]+)"|(\S+)', query.text)]
        tags += [max((part.casefold() for part in parts), key=len, default="")]
    return [tag for tag in dict.fromkeys(tags) if tag and not tag.isdigit()]


def _medium(
    item: Mapping[str, Any], now: datetime, author: str = "", followers: int | None = None
) -> RawMention | None:
    """``None`` for what is not whole. A hashtag and an account give the same thing other ids: the address agrees."""
    content, url = text(item.get("caption")), text(item.get("permalink"))
    published_at = moment(item.get("timestamp"), now)
    if not content or published_at is None or not url.startswith(("https://", "http://")):
        return None
    short = _SHORT.search(url)
    return RawMention(
        PLATFORM,
        PLATFORM,
        content,
        published_at,
        url=url,
        author=author,
        author_followers=followers,
        engagement=Engagement(likes=count(item.get("like_count")), comments=count(item.get("comments_count"))),
        native_id=short[1] if short else "",
    )


def _is_of_one(error: SourceError) -> bool:
    """Whether only this hashtag has it; sensitive ones are refused with an error that says nothing."""
    if isinstance(error, SourceUnavailable):
        return error.status is not None and error.status < 500
    return isinstance(error, SourceBadQuery | SourceGone | SourceParse | TooManyHashtags)
