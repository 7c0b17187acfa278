"""YouTube: videos by keyword, the uploads of channels that people added, and what is commented below them.

A search is dear (a hundred a day), so that searches are spread over the day. The uploads of a channel are read from
its playlist of uploads, one unit of ten thousand, never by searching.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Mention, RawMention
from pasip_core.domain.rules import Matcher
from pasip_core.domain.runs import Feed

from ..back_by_page import FIRST_LOOK, PostPage, Walk
from ..back_by_time import Timelines
from ..base import Batch, Source
from ..lookups import looked_up
from ..translate import Dialect, Query, queries_for
from ..workbench import Workbench
from .described import Described
from .youtube_api import AT_ONCE, PLATFORM, VIDEO_ID, Video, YouTube, open_youtube
from .youtube_comments import Watch

OVERLAP = timedelta(minutes=10)
"""Asked for again each time: searches and playlists are not strictly in order."""
MOST_PAGES = 10
"""Of a channel's uploads in one run, fifty each."""
MOST_LOOKUPS = 1_000
"""Twenty units of ten thousand."""
_WATCH = re.compile(rf"https://www\.youtube\.com/watch\?v=({VIDEO_ID.pattern})", re.ASCII)
"""A video; the address of a comment goes on."""


def sources(bench: Workbench) -> Iterable[Source]:
    """The search, and one source for each channel that a person added."""
    platform = bench.platforms[PLATFORM]
    lacking = () if bench.settings.youtube_api_key.get_secret_value() else ("YOUTUBE_API_KEY",)
    dialect = Dialect(either="|", groups=False, sigils="", longest=platform.option("longest", 200))
    youtube = open_youtube(bench)
    site = "https://www.youtube.com"
    yield YouTubeSearch(PLATFORM, platform.label, PLATFORM, site, lacking, youtube, dialect, bench.clock)
    for feed in bench.feeds_of(PLATFORM):
        handle = channel_handle(feed)
        url = feed.url or f"{site}/{handle if handle.startswith('@') else f'channel/{handle}'}"
        yield YouTubeChannel(feed.id, feed.name or handle, PLATFORM, url, lacking, youtube, handle, bench.clock)


def channel_handle(feed: Feed) -> str:
    """``UC…`` or ``@name``, however it was written."""
    handle = feed.handle.strip()
    return handle if re.fullmatch(r"UC[\w-]{22}", handle) else f"@{handle.lstrip('@')}"


@dataclass
class _Run:
    """What both kinds of source do: videos with their figures, comments, and one limit for all of it."""

    youtube: YouTube
    watch: Watch
    limit: int
    state: Callable[[], dict[str, Any]]
    given: int = 0
    note: str = ""

    def left(self) -> int:
        """How many mentions this run may still give."""
        return max(0, self.limit - self.given)

    def page(self) -> int:
        """How many videos to ask for at once."""
        return min(AT_ONCE, self.left())

    def batch(self, mentions: Sequence[RawMention]) -> Batch:
        """These mentions, with the cursor as it is now."""
        self.given += len(mentions)
        return Batch(tuple(mentions), {**self.state(), "videos": self.watch.as_json()}, note=self.note)

    def videos(self, ids: Sequence[str]) -> list[Video]:
        """The videos of these ids, from now on followed where they are about a keyword."""
        found = self.youtube.videos(ids) if ids else []
        self.watch.notice(found)
        return found

    def comments(self) -> Iterator[Batch]:
        """New figures of the videos followed, then what is new below them."""
        if self.left() and (ids := self.watch.unseen()):
            grown = self.watch.grown(self.videos(ids))
            yield self.batch([video.mention for video in grown[: self.left()]])
        for comments in self.watch.read(self.youtube, self.left):
            yield self.batch(comments)


@dataclass(frozen=True)
class YouTubeSearch(Described):
    """Searches for keywords, and looks up again what any source of YouTube gave: videos, not comments."""

    youtube: YouTube
    dialect: Dialect
    clock: Callable[[], datetime]

    most_lookups = MOST_LOOKUPS

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See ``Source``. The queries that wait longest are asked, as many as today's searches allow by now."""
        now = self.clock()
        lines = Timelines(cursor, now)
        run = _Run(self.youtube, Watch(cursor, Matcher(keywords), now), limit, lambda: {"queries": lines.as_json()})
        queries = lines.overdue(queries_for(keywords, self.dialect))
        searches = self._share()
        if queries and not searches and not run.watch.unseen():
            self.youtube.reserve_search()  # says until when
        if len(queries) > searches:
            most = self.youtube.searches.quota.limit
            run.note = f"{len(queries) - searches} of {len(queries)} searches wait, so that {most:g} a day last."
        for query in queries[:searches]:
            yield from self._search(run, lines, query, now, searches // max(1, min(len(queries), searches)))
        yield from run.comments()
        yield run.batch([])

    def native_id(self, mention: Mention) -> str:
        """See ``Refreshing``."""
        found = _WATCH.fullmatch(mention.url)
        return found[1] if found else ""

    def lookup(self, ids: Sequence[str]) -> Iterator[Batch]:
        """See ``Refreshing``. Subscribers are not asked for, since that would be a unit more."""
        return looked_up(ids, VIDEO_ID, AT_ONCE, self.youtube.figures)

    def _share(self) -> int:
        """How many searches this run may make."""
        youtube = self.youtube
        by_units = youtube.units.share(youtube.search_units) if youtube.search_units else AT_ONCE
        return min(youtube.searches.share(), by_units)

    def _search(self, run: _Run, lines: Timelines, query: Query, now: datetime, pages: int) -> Iterator[Batch]:
        """What is new for one query, then what earlier runs left over; at most so many pages."""
        line = lines.of(query.key)
        for gap in line.open(now):
            after, before = gap.after - OVERLAP, gap.before and gap.before + timedelta(seconds=1)
            token = ""
            while pages > 0 and run.page():
                pages -= 1
                ids, following = self.youtube.search(query.text, after, before, token, run.page())
                videos = run.videos(ids)
                last = not following or following == token or not ids
                line.saw(gap, [video.mention.published_at for video in videos], last=last)
                yield run.batch([video.mention for video in videos])
                if last:
                    break
                token = following


@dataclass(frozen=True)
class YouTubeChannel(Described):
    """Reads what one channel uploads."""

    youtube: YouTube
    handle: str
    clock: Callable[[], datetime]

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See ``Source``. Every upload is given; comments are read below those that are about a keyword."""
        now = self.clock()
        walk = Walk.from_json(cursor.get("walk"), never=(now - FIRST_LOOK).timestamp())
        state = {"walk": walk.as_json()}
        run = _Run(self.youtube, Watch(cursor, Matcher(keywords), now), limit, lambda: state)
        uploads, overlap = self.youtube.channel(self.handle).uploads, OVERLAP.total_seconds()
        lowest = walk.lowest(overlap)

        def read(token: str, room: int) -> PostPage:
            listed, following = self.youtube.uploads(uploads, token, min(AT_ONCE, room))
            videos = run.videos([id for at, id in listed if at.timestamp() >= lowest])
            mentions = {video.mention.native_id: video.mention for video in videos}
            return PostPage.by_token([(at, mentions.get(id)) for at, id in listed], following)

        for mentions, reached in walk.back(read, room=limit, overlap=overlap, pages=MOST_PAGES):
            state["walk"] = reached.as_json()
            yield run.batch(mentions)
        yield from run.comments()
        yield run.batch([])
