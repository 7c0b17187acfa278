"""Bluesky's search, asked with an account of one's own; few queries, since it is meant for people.

Facts: ``bluesky-social/atproto`` (lexicons ``app.bsky.feed.searchPosts``, ``app.bsky.actor.getProfiles``), 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Engagement, RawMention
from pasip_core.errors import SourceError, SourceQuota
from pasip_core.sources.addresses import shown_url
from pasip_core.sources.api import Answer, Parameters
from pasip_core.sources.back_by_page import Post, PostPage, Read, Walks
from pasip_core.sources.base import Batch, Source
from pasip_core.sources.fields import count, items, mapping, moment, summed, text
from pasip_core.sources.searching import SearchRun, read_posts
from pasip_core.sources.translate import Dialect, Query, queries_for
from pasip_core.sources.workbench import Workbench

from .bluesky_session import Account

DIALECT = Dialect(either="", without="", groups=False, sigils="#")
"""One query for each word or phrase: the lexicon leaves the syntax of choices open."""
MOST_POSTS = 100
MOST_ACTORS = 25
_POST = re.compile(r"at://(did:[\w:.%-]{1,200})/app\.bsky\.feed\.post/([\w.~:-]{1,100})")
_HANDLE = re.compile(r"(?=.{3,253}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


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
                "q": query.text, "sort": "latest", "limit": min(MOST_POSTS, room), "since": _written(since),
                "until": until or None,
            }  # fmt: skip
            answer = self.account.get("app.bsky.feed.searchPosts", asked)
            return self._page(answer)

        return read

    def _page(self, answer: Answer) -> PostPage:
        found = mapping(answer.data)
        self._learn_followers(items(found.get("posts")))
        shown = shown_url(self.account.base)
        posts, unread = read_posts(found.get("posts"), self._post, shown)
        self.run.unread += unread
        return PostPage(posts, more=bool(text(found.get("cursor"))))

    def _learn_followers(self, posts: Iterable[Mapping[str, Any]]) -> None:
        """The search does not tell them. Where they cannot be had, the posts count all the same."""
        dids = {text(mapping(post, "author").get("did")) for post in posts} - set(self._followers)
        wanted = sorted(did for did in dids if re.fullmatch(r"did:[\w:.%-]{1,200}", did))
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

    def _post(self, told: Mapping[str, object]) -> Post | None:
        """One post; without a mention where it has no words (pictures), ``None`` where it cannot be read."""
        place = _POST.fullmatch(text(told.get("uri")))
        published_at = self._published_at(told)
        if not place or published_at is None:
            return None
        # The client of the author writes the time: what lies ahead must not hide what comes until then.
        mark = min(published_at, self.run.now).timestamp()
        return Post(mark, _written(published_at), self._mention(told, place[1], place[2], published_at))

    def _mention(self, told: Mapping[str, object], did: str, key: str, published_at: datetime) -> RawMention | None:
        record, author = mapping(told, "record"), mapping(told, "author")
        content = text(record.get("text"))
        if not content:
            return None
        handle = text(author.get("handle"))
        name = handle if _HANDLE.fullmatch(handle) and handle != "handle.invalid" else did
        languages = record.get("langs")
        return RawMention(
            source="bluesky",
            platform="bluesky",
            content=content,
            published_at=published_at,
            url=f"https://bsky.app/profile/{name}/post/{key}",
            author=name,
            author_followers=self._followers.get(text(author.get("did"))),
            engagement=Engagement(
                likes=count(told.get("likeCount")),
                shares=summed([count(told.get("repostCount")), count(told.get("quoteCount"))]),
                comments=count(told.get("replyCount")),
            ),
            native_id=text(told.get("uri")),
            raw_data={"languages": [text(code)[:20] for code in languages]} if isinstance(languages, list) else {},
        )

    def _published_at(self, told: Mapping[str, object]) -> datetime | None:
        """When it was written as its author's client says, unless the network knew it before that."""
        moments = (mapping(told, "record").get("createdAt"), told.get("indexedAt"))
        known = [found for value in moments if isinstance(value, str) and (found := moment(value, self.run.now))]
        return min(known, default=None)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
