"""Mastodon servers, one source each: timelines of hashtags, and full-text search where a server offers it.

Facts: ``mastodon/documentation`` (methods ``timelines/tag``, ``search``, ``statuses``; entity ``Status``), July 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Mention, RawMention
from pasip_core.errors import (
    SettingError,
    SourceAuth,
    SourceBadQuery,
    SourceError,
    SourceForbidden,
    SourceGone,
)
from pasip_core.sources.addresses import host_of, shown_url
from pasip_core.sources.api import Api, Parameters, error_json
from pasip_core.sources.back_by_page import PostPage, Read, Walks
from pasip_core.sources.base import Batch, Source
from pasip_core.sources.exchange import Response
from pasip_core.sources.fields import mapping
from pasip_core.sources.lookups import each_read, looked_up
from pasip_core.sources.searching import SearchRun, read_posts
from pasip_core.sources.translate import Dialect, Query, queries_for
from pasip_core.sources.workbench import Workbench

from .mastodon_posts import NUMBER, number_of, read_post

DIALECT = Dialect(either="", without="", groups=False, sigils="")
MOST_POSTS = 40
FRUITLESS = 3
"""After so many searches without a hit a server is taken for one that has no full-text index."""
AT_ONCE = 20
"""Posts that were asked for again, one by one, before they are written."""
MOST_LOOKUPS = 300
"""Of all servers together: at their pace five or six minutes."""
FEWEST_LOOKUPS = 20
_SERVER = re.compile(r"(?:(https?)://)?([A-Za-z0-9.-]+(?::\d{1,5})?)/?")
_PARTS = re.compile(r'"([^"]*)"|(\S+)')


def sources(bench: Workbench) -> Iterable[Source]:
    """One for each of ``MASTODON_SERVERS``; without any, one that says so."""
    bases = servers(bench.settings.mastodon_servers)
    for base in bases:
        yield MastodonSource(bench, base)
    if not bases:
        yield MastodonSource(bench, "")


def servers(setting: str) -> list[str]:
    """The addresses of the servers of ``MASTODON_SERVERS``; ``SettingError`` names one that is no server."""
    bases = []
    for entry in filter(None, (part.strip() for part in setting.split(","))):
        found = _SERVER.fullmatch(entry)
        if not found:
            raise SettingError(
                f"MASTODON_SERVERS: {entry!r} cannot be used: write servers by name, mastodon.social,contoh.id.",
                field="MASTODON_SERVERS",
            )
        bases.append(f"{found[1] or 'https'}://{found[2].lower()}")
    return list(dict.fromkeys(bases))


@dataclass(frozen=True)
class MastodonSource:
    """One server. Posts count for Mastodon as a whole, and once, however many servers show them."""

    bench: Workbench
    base: str

    platform = "mastodon"

    @property
    def name(self) -> str:
        """``mastodon-`` and the server, letters, digits and hyphens only."""
        return "-".join(filter(None, ("mastodon", re.sub(r"[^a-z0-9]+", "-", host_of(self.base)))))

    @property
    def label(self) -> str:
        """Mastodon, and which server."""
        return f"Mastodon ({host_of(self.base)})" if self.base else "Mastodon"

    @property
    def url(self) -> str:
        """The server's front page."""
        return self.base or self.bench.platforms["mastodon"].base

    def needs(self) -> tuple[str, ...]:
        """A server."""
        return () if self.base else ("MASTODON_SERVERS",)

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See :class:`Source`.

        The way back goes from the newest to what is known, and a little below it: a post that reaches this server
        late gets an id from when it was written, which asking by ``min_id`` would pass over.
        """
        words = queries_for(keywords, DIALECT)
        run = SearchRun(self.name, [*hashtags(words), *words], Walks.from_cursor(cursor), self.bench.clock(), limit)
        yield from run.batches(_Reader(self._api, run, host_of(self.base)).read_for)

    @property
    def most_lookups(self) -> int:
        """Its share of what all servers are asked for, since each post is a request of its own."""
        return max(FEWEST_LOOKUPS, MOST_LOOKUPS // max(1, len(servers(self.bench.settings.mastodon_servers))))

    def native_id(self, mention: Mention) -> str:
        """See ``Refreshing``: the number under which this server knows a post that it gave."""
        return number_of(mention, host_of(self.base))

    def lookup(self, ids: Sequence[str]) -> Iterator[Batch]:
        """See ``Refreshing``. One request a post: only newer servers tell several at once."""
        return looked_up(ids, NUMBER, AT_ONCE, self._statuses)

    def _statuses(self, numbers: Sequence[str]) -> list[RawMention | None]:
        told = []
        for number in numbers:
            try:
                told.append(self._api.get(f"api/v1/statuses/{number}").data)
            except SourceGone:
                continue
        read = partial(read_post, now=self.bench.clock(), host=host_of(self.base))
        mentions = each_read(told, read, shown_url(self.base))
        return [mention and replace(mention, native_id=mention.raw_data["id"]) for mention in mentions]

    @property
    def _api(self) -> Api:
        return Api(self.bench.http, self.base, self.bench.platforms["mastodon"].delay, explain=explained)


def hashtags(queries: Iterable[Query]) -> list[Query]:
    """The tags under which people would write: a phrase as one word, and each word of what has to stand together."""
    tags: dict[str, Query] = {}
    for query in queries:
        for phrase, word in _PARTS.findall(query.text):
            tag = "".join(re.findall(r"\w+", phrase or word))
            if tag and not tag.isdecimal():
                tags.setdefault(tag, Query(f"#{tag}", query.keywords, query.priority))
    return list(tags.values())


@dataclass
class _Reader:
    """Reads pages of statuses."""

    api: Api
    run: SearchRun
    host: str
    _fruitless: int = 0

    def read_for(self, query: Query, since: datetime) -> Read:
        """What reads the pages of a hashtag, or of a search."""
        return partial(self._tag, query.text[1:]) if query.text.startswith("#") else partial(self._search, query.text)

    def _tag(self, tag: str, before: str, room: int) -> PostPage:
        asked: Parameters = {"limit": MOST_POSTS, "max_id": before or None}
        try:
            told = self.api.get(f"api/v1/timelines/tag/{quote(tag)}", asked).data
        except SourceGone:  # a tag that nobody used there
            return PostPage((), more=False)
        return self._page(told)

    def _search(self, words: str, before: str, room: int) -> PostPage:
        """Empty, without a request, once the server has shown that it does not search for visitors."""
        page = PostPage((), more=False) if self._fruitless >= FRUITLESS else self._searched(words, before)
        if not page.posts and not before:
            self.run.in_vain.add(words)
        return page

    def _searched(self, words: str, before: str) -> PostPage:
        asked: Parameters = {"q": words, "type": "statuses", "limit": MOST_POSTS, "max_id": before or None}
        try:
            page = self._page(mapping(self.api.get("api/v2/search", asked).data).get("statuses"))
        except (SourceAuth, SourceForbidden, SourceGone, SourceBadQuery):
            self._fruitless = FRUITLESS
            return PostPage((), more=False)
        self._fruitless = 0 if page.posts else self._fruitless + 1
        return page

    def _page(self, told: object) -> PostPage:
        posts, unread = read_posts(told, partial(read_post, now=self.run.now, host=self.host), shown_url(self.api.base))
        self.run.unread += unread
        return PostPage(posts, more=bool(posts))


def explained(answer: Response) -> SourceError | None:
    """The API's own 401; HTML in its place, and every other status, speaks for itself."""
    if answer.status != 401 or not error_json(answer):
        return None
    shown = shown_url(answer.url)
    return SourceAuth(f"{shown}: this server shows posts only to people who are logged in.", url=shown)
