"""Reddit: a search, and each subreddit that people added; by its API, or without an app by its Atom feeds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Mention
from pasip_core.domain.runs import Feed
from pasip_core.errors import SourceBadQuery, SourceBlocked, SourceForbidden
from pasip_core.sources.addresses import shown_url
from pasip_core.sources.announced import FEED_ACCEPT
from pasip_core.sources.api import Parameters
from pasip_core.sources.back_by_page import PostPage, Read, Walks
from pasip_core.sources.base import Batch, Source
from pasip_core.sources.entries import read_listing
from pasip_core.sources.lookups import looked_up
from pasip_core.sources.searching import SearchRun
from pasip_core.sources.translate import Dialect, Query, queries_for
from pasip_core.sources.workbench import Workbench

from .reddit_api import MOST_POSTS, RedditApi
from .reddit_posts import NAME, post_of_entry

SMALLEST_PAGE = 25
"""A feed with fewer entries is taken for the last one; it does not tell whether there are more."""
MOST_LOOKUPS = 1_000
"""Ten calls of the hundred in a minute that an app may make."""
_COMMENTS = re.compile(
    r"https?://(?:www\.|old\.)?reddit\.com/(?:(?:r|user)/[\w-]+/)?comments/([A-Za-z0-9]{1,16})(?:/.*)?"
)
_SUBREDDIT = re.compile(r"(?:(?:https?://)?(?:www\.|old\.)?reddit\.com)?/?(?:r/)?([A-Za-z0-9_]{2,21})/?")


def sources(bench: Workbench) -> Iterable[Source]:
    """The search, which with an app can look posts up again, and one for each subreddit that people added."""
    yield RedditSearch(bench) if bench.settings.reddit_client_id else RedditSource(bench)
    for feed in bench.feeds_of("reddit"):
        yield RedditSource(bench, feed)


@dataclass(frozen=True)
class RedditSource:
    """The search over the communities that the file of platforms names, or what is new in one subreddit."""

    bench: Workbench
    feed: Feed | None = None

    platform = "reddit"

    @property
    def name(self) -> str:
        """``reddit``, or the feed's id."""
        return self.feed.id if self.feed else "reddit"

    @property
    def label(self) -> str:
        """Reddit, or what the person called the subreddit."""
        return (self.feed.name or f"r/{self.subreddit}") if self.feed else "Reddit"

    @property
    def subreddit(self) -> str:
        """The subreddit of the feed, or the one that is searched; "" for all of Reddit, or where a name is none."""
        if self.feed is None:
            return self.bench.platforms["reddit"].word("search_in").strip("/")
        found = _SUBREDDIT.fullmatch(self.feed.handle.strip() or self.feed.url.strip())
        return found[1] if found else ""

    @property
    def url(self) -> str:
        """The front page, or that of the subreddit."""
        base = self.bench.platforms["reddit"].base.rstrip("/")
        return f"{base}/r/{self.subreddit}/" if self.feed else base

    def needs(self) -> tuple[str, ...]:
        """The secret of an app that is named; without an app nothing."""
        settings = self.bench.settings
        lacks = settings.reddit_client_id and not settings.reddit_client_secret.get_secret_value()
        return ("REDDIT_CLIENT_SECRET",) if lacks else ()

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See :class:`Source`."""
        if self.feed and not self.subreddit:
            raise SourceBadQuery(f"{self.feed.handle!r:.80} is no subreddit: write its name, as in r/indonesia.")
        run = SearchRun(self.name, self._queries(keywords), Walks.from_cursor(cursor), self.bench.clock(), limit)
        yield from run.batches(partial(self._read_for, run))

    def _queries(self, keywords: Sequence[Keyword]) -> list[Query]:
        if self.feed:
            return [Query(f"r/{self.subreddit}", (), 1)]
        longest = self.bench.platforms["reddit"].option("longest", 512)
        return queries_for(keywords, Dialect(without="NOT {}", sigils="", longest=longest))

    def _read_for(self, run: SearchRun, query: Query, since: datetime) -> Read:
        path, asked = self._question(query)
        page = RedditApi(self.bench).page if self.bench.settings.reddit_client_id else self._feed_page

        def read(after: str, room: int) -> PostPage:
            found, unread = page(path, asked, after, room)
            run.unread += unread
            return found

        return read

    def _question(self, query: Query) -> tuple[str, Parameters]:
        """Path and parameters, the same for the API and for feeds."""
        where = f"r/{quote(self.subreddit, safe='+')}/" if self.subreddit else ""
        if self.feed:
            return f"{where}new", {}
        return f"{where}search", {"q": query.text, "restrict_sr": 1 if where else None, "t": "week"}

    def _feed_page(self, path: str, asked: Parameters, after: str, room: int) -> tuple[PostPage, int]:
        """A page of a feed, which robots.txt may forbid."""
        platform, now = self.bench.platforms["reddit"], self.bench.clock()
        suffix = "/.rss" if path.endswith("new") else ".rss"
        told = {**asked, "sort": "new", "limit": MOST_POSTS, "after": after or None}
        query = urlencode({name: value for name, value in told.items() if value is not None})
        address = f"{platform.base.rstrip('/')}/{path}{suffix}?{query}"
        try:
            answer = self.bench.http.get(address, accept=FEED_ACCEPT, delay=platform.delay)
        except SourceForbidden as error:
            if error.status != 403:
                raise
            shown = shown_url(address)
            raise SourceBlocked(
                f"{shown}: Reddit refuses readers without an app; REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET name one.",
                url=shown,
                status=403,
                retry_at=error.retry_at,
            ) from error
        listing = read_listing(answer, now)
        entries = listing.entries
        posts = [post for entry in entries if (post := post_of_entry(entry, now))]
        unread = sum(entry.id.startswith("t3_") for entry in entries) - len(posts)
        more = len(entries) >= SMALLEST_PAGE or not listing.whole  # what was cut off is asked for by the next page
        return PostPage(posts, more=more), max(0, unread)


@dataclass(frozen=True)
class RedditSearch(RedditSource):
    """The search as an app: it looks up again what any source of Reddit gave, also before there was an app."""

    most_lookups = MOST_LOOKUPS

    def native_id(self, mention: Mention) -> str:
        """See ``Refreshing``."""
        found = _COMMENTS.fullmatch(mention.url)
        return f"t3_{found[1]}" if found else ""

    def lookup(self, ids: Sequence[str]) -> Iterator[Batch]:
        """See ``Refreshing``."""
        return looked_up(ids, NAME, MOST_POSTS, RedditApi(self.bench).posts)
