"""Bluesky's search, asked with an account of one's own; few queries, since it is meant for people.

Facts: ``bluesky-social/atproto`` (lexicons ``app.bsky.feed.searchPosts``, ``app.bsky.feed.getPosts``,
``app.bsky.actor.getProfiles``), 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import EMPTY, Mention, RawMention
from pasip_core.errors import SourceError, SourceQuota
from pasip_core.sources.addresses import shown_url
from pasip_core.sources.api import Answer, Parameters
from pasip_core.sources.back_by_page import PostPage, Read, Walks
from pasip_core.sources.base import Batch, Source
from pasip_core.sources.fields import count, items, mapping, text
from pasip_core.sources.lookups import each_read, looked_up
from pasip_core.sources.searching import SearchRun, read_posts
from pasip_core.sources.translate import Dialect, Query, queries_for
from pasip_core.sources.workbench import Workbench

from .bluesky_posts import DID, POST, read_post, uri_of, written
from .bluesky_session import Account

DIALECT = Dialect(either="", without="", groups=False, sigils="#")
"""One query for each word or phrase: the lexicon leaves the syntax of choices open."""
MOST_POSTS = 100
MOST_ACTORS = 25
MOST_URIS = 25
"""Of one call for single posts (``app.bsky.feed.getPosts``)."""
MOST_LOOKUPS = 500


def sources(bench: Workbench) -> Iterable[Source]:
    """The one source there is."""
    yield BlueskySource(bench)


@dataclass(frozen=True)
class BlueskySource:
    """The latest posts for each word of the keywords."""

    bench: Workbench

    name = "bluesky"
    label = "Bluesky"
    platform = "bluesky"
    url = "https://bsky.app"
    most_lookups = MOST_LOOKUPS

    def needs(self) -> tuple[str, ...]:
        """An account and one of its app passwords."""
        settings = self.bench.settings
        told = {
            "BLUESKY_IDENTIFIER": settings.bluesky_identifier,
            "BLUESKY_APP_PASSWORD": settings.bluesky_app_password.get_secret_value(),
        }
        return tuple(name for name, value in told.items() if not value)

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See :class:`Source`."""
        queries = queries_for(keywords, DIALECT)
        run = SearchRun(self.name, queries, Walks.from_cursor(cursor), self.bench.clock(), limit)
        reader = _Reader(Account(self.bench), run)
        yield from run.batches(reader.read_for)

    def native_id(self, mention: Mention) -> str:
        """See ``Refreshing``."""
        return uri_of(mention)

    def lookup(self, ids: Sequence[str]) -> Iterator[Batch]:
        """See ``Refreshing``. Followers are not asked for: that would be as many calls again."""
        return looked_up(ids, POST, MOST_URIS, self._posts)

    def _posts(self, uris: Sequence[str]) -> list[RawMention | None]:
        account, now = Account(self.bench), self.bench.clock()
        told = mapping(account.get("app.bsky.feed.getPosts", {"uris": uris}).data).get("posts")
        return each_read(told, partial(read_post, now=now, followers=EMPTY), shown_url(account.base))


@dataclass
class _Reader:
    """Reads pages of posts, and asks for the followers of their authors, each author once a run."""

    account: Account
    run: SearchRun
    _followers: dict[str, int | None] = field(default_factory=dict)
    _profiles_fail: bool = False

    def read_for(self, query: Query, since: datetime) -> Read:
        """What reads the pages of one query.

        The way back goes by time: a cursor of the search does not outlive a run.
        """

        def read(until: str, room: int) -> PostPage:
            asked: Parameters = {
                "q": query.text, "sort": "latest", "limit": min(MOST_POSTS, room), "since": written(since),
                "until": until or None,
            }  # fmt: skip
            answer = self.account.get("app.bsky.feed.searchPosts", asked)
            return self._page(answer)

        return read

    def _page(self, answer: Answer) -> PostPage:
        found = mapping(answer.data)
        self._learn_followers(items(found.get("posts")))
        shown = shown_url(self.account.base)
        posts, unread = read_posts(
            found.get("posts"), partial(read_post, now=self.run.now, followers=self._followers), shown
        )
        self.run.unread += unread
        return PostPage(posts, more=bool(text(found.get("cursor"))))

    def _learn_followers(self, posts: Iterable[Mapping[str, Any]]) -> None:
        """The search does not tell them. Where they cannot be had, the posts count all the same."""
        dids = {text(mapping(post, "author").get("did")) for post in posts} - set(self._followers)
        wanted = sorted(did for did in dids if DID.fullmatch(did))
        for start in range(0, len(wanted), MOST_ACTORS):
            if self._profiles_fail:
                return
            part = wanted[start : start + MOST_ACTORS]
            try:
                answer = self.account.get("app.bsky.actor.getProfiles", {"actors": part})
            except SourceQuota:
                raise
            except SourceError:
                self._profiles_fail = True
                return
            told = {
                text(p.get("did")): count(p.get("followersCount")) for p in items(mapping(answer.data).get("profiles"))
            }
            self._followers |= {did: told.get(did) for did in part}
