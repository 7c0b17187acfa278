"""Mastodon servers, one source each: timelines of hashtags, and full-text search where a server offers it.

Facts: ``mastodon/documentation`` (methods ``timelines/tag``, ``search``; entity ``Status``), July 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Engagement, RawMention
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
from pasip_core.sources.back_by_page import Post, PostPage, Read, Walks
from pasip_core.sources.base import Batch, Source
from pasip_core.sources.entries import joined
from pasip_core.sources.exchange import Response
from pasip_core.sources.fields import count, items, mapping, moment, text
from pasip_core.sources.markup import lines_of
from pasip_core.sources.searching import SearchRun, read_posts
from pasip_core.sources.translate import Dialect, Query, queries_for
from pasip_core.sources.workbench import Workbench

DIALECT = Dialect(either="", without="", groups=False, sigils="")
MOST_POSTS = 40
FRUITLESS = 3
"""After so many searches without a hit a server is taken for one that has no full-text index."""
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
        now, delay = self.bench.clock(), self.bench.platforms["mastodon"].delay
        words = queries_for(keywords, DIALECT)
        run = SearchRun(self.name, [*hashtags(words), *words], Walks.from_cursor(cursor), now, limit)
        api = Api(self.bench.http, self.base, delay, explain=explained)
        yield from run.batches(_Reader(api, run, host_of(self.base)).read_for)


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
        if self._fruitless >= FRUITLESS:
            return PostPage((), more=False)
        asked: Parameters = {"q": words, "type": "statuses", "limit": MOST_POSTS, "max_id": before or None}
        try:
            page = self._page(mapping(self.api.get("api/v2/search", asked).data).get("statuses"))
        except (SourceAuth, SourceForbidden, SourceGone, SourceBadQuery):
            self._fruitless = FRUITLESS
            return PostPage((), more=False)
        self._fruitless = 0 if page.posts else self._fruitless + 1
        return page

    def _page(self, told: object) -> PostPage:
        posts, unread = read_posts(told, self._post, shown_url(self.api.base))
        self.run.unread += unread
        return PostPage(posts, more=bool(posts))

    def _post(self, told: Mapping[str, object]) -> Post | None:
        number, published_at = text(told.get("id")), moment(told.get("created_at"), self.run.now)
        if not re.fullmatch(r"[\w-]{1,64}", number) or published_at is None:
            return None
        return Post(min(published_at, self.run.now).timestamp(), number, self._mention(told, published_at))

    def _mention(self, told: Mapping[str, object], published_at: datetime) -> RawMention | None:
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
            author=self._author(account, url),
            author_followers=count(account.get("followers_count")),
            engagement=Engagement(
                likes=count(told.get("favourites_count")),
                shares=count(told.get("reblogs_count")),
                comments=count(told.get("replies_count")),
            ),
            native_id=text(told.get("uri")) or url,
            raw_data={
                "server": self.host,
                "languages": [code] if (code := text(told.get("language"))[:20]) else [],
                "tags": [text(tag.get("name"))[:100] for tag in items(told.get("tags"))],
            },
        )

    def _author(self, account: Mapping[str, Any], url: str) -> str:
        """With the server: an account of this one is told without."""
        name = text(account.get("acct"), account.get("username"))
        return name if not name or "@" in name else f"{name}@{urlsplit(url).hostname or self.host}"


def explained(answer: Response) -> SourceError | None:
    """The API's own 401; HTML in its place, and every other status, speaks for itself."""
    if answer.status != 401 or not error_json(answer):
        return None
    shown = shown_url(answer.url)
    return SourceAuth(f"{shown}: this server shows posts only to people who are logged in.", url=shown)
