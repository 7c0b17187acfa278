"""Every platform that can be asked for single posts again, over its replica, with posts of the last hours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Mention
from pasip_core.domain.rules import Matcher
from pasip_core.pipeline.prepare import prepare
from pasip_core.sources.base import Refreshing
from pasip_core.sources.platforms import bluesky, facebook, mastodon, reddit, youtube
from tests import builders
from tests.builders import make_keyword
from tests.core import platform_kit, twitter_kit
from tests.core.bench_kit import bench_for
from tests.core.sources_kit import run
from tests.replicas import Page, Replica
from tests.replicas.bluesky import PASSWORD, Bluesky, bluesky_post
from tests.replicas.graph import GraphSite, make_posts
from tests.replicas.mastodon import Mastodon, status
from tests.replicas.reddit import SECRET, Reddit, submission
from tests.replicas.server import Answer, Asked
from tests.replicas.twitter import X
from tests.replicas.youtube import Clip, YouTubeSite

PEMILU = make_keyword("pemilu")
POSTS = 45
GROWN = 777
"""Likes of every post once it has ``grown``."""


@dataclass
class Meddler:
    """A site whose answers to lookups (paths with ``where`` in them) can be replaced or changed; it keeps the last."""

    site: Callable[[str], Answer | None]
    where: str
    instead: Page | None = None
    change: Callable[[bytes], bytes] = lambda body: body
    last: bytes = b""

    def __call__(self, path: str) -> Answer | None:
        return self._answer if self.where in path else self.site(path)

    def _answer(self, asked: Asked) -> Page | None:
        if self.instead is not None:
            return self.instead
        answer = self.site(asked.path)
        page = answer(asked) if callable(answer) else answer
        if page is None or page.status != 200:
            return page
        self.last = page.body
        return replace(page, body=self.change(page.body))


@dataclass
class Asking:
    """A source with ``POSTS`` posts to be collected.

    ``set_likes`` gives every post other figures, ``drop`` removes the newest, ``sign`` is a field without which no
    post can be read.
    """

    source: Refreshing
    replica: Replica
    site: Meddler
    now: datetime
    set_likes: Callable[[int], None]
    drop: Callable[[], object]
    sign: str

    def collected(self, keywords: tuple[Keyword, ...] = (PEMILU,)) -> list[Mention]:
        """What a run gives, as it is stored; what it asked for is forgotten."""
        ran = run(self.source, keywords, limit=1_000)
        assert ran.error is None
        self.replica.asked.clear()
        return [prepare(raw, Matcher(keywords), self.now) for raw in ran.mentions]

    def asked(self) -> list[Asked]:
        """The lookups that were made."""
        return [asked for asked in self.replica.asked if self.site.where in asked.path]


def spoiled(sign: str, most: int) -> Callable[[bytes], bytes]:
    """A change that takes the field ``sign`` away from the first posts that come along."""
    left = [most]

    def spoil(node: Any) -> None:
        if isinstance(node, dict) and sign in node and left[0] > 0:
            node[sign], left[0] = None, left[0] - 1
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            spoil(inner)

    def change(body: bytes) -> bytes:
        data = json.loads(body)
        spoil(data)
        return json.dumps(data).encode()

    return change


def _hours(now: datetime) -> list[datetime]:
    return [now - timedelta(minutes=3 * n + 1) for n in range(POSTS)]


@contextmanager
def _twitter(**settings: Any) -> Iterator[Asking]:
    x = X(twitter_kit.NOW)
    for n in range(POSTS):
        x.say(f"pemilu {n}", minutes_ago=3 * n + 1)

    def set_likes(number: int) -> None:
        for post in x.posts:
            post["public_metrics"]["like_count"] = number

    site = Meddler(x, "/2/tweets?")
    with twitter_kit.opened(site, **settings) as (source, replica):
        yield Asking(source, replica, site, twitter_kit.NOW, set_likes, lambda: x.posts.pop(0), "created_at")


@contextmanager
def _youtube(**changes: Any) -> Iterator[Asking]:
    now = platform_kit.NOW
    tube = YouTubeSite([Clip(f"video-{n:05}", f"pemilu {n}", at, closed=True) for n, at in enumerate(_hours(now))])

    def set_likes(number: int) -> None:
        for clip in tube.clips:
            clip.likes = number

    site = Meddler(tube, "/videos?")
    with platform_kit.opened("youtube", site, youtube_api_key=SecretStr("kunci"), **changes) as (bench, replica):
        source = next(iter(youtube.sources(bench)))
        assert isinstance(source, Refreshing)
        yield Asking(source, replica, site, now, set_likes, lambda: tube.clips.pop(0), "publishedAt")


@contextmanager
def _facebook() -> Iterator[Asking]:
    now = platform_kit.NOW
    posts = make_posts(_hours(now))
    graph = GraphSite({"posts": posts}, {"halamanuji": {"id": "100", "name": "Halaman Uji", "followers_count": 900}})

    def set_likes(number: int) -> None:
        for post in posts:
            post["reactions"] = {"data": [], "summary": {"total_count": number}}

    site, feeds = Meddler(graph, "/?"), (platform_kit.make_feed("facebook", "halamanuji"),)
    with platform_kit.opened("facebook", site, feeds=feeds, facebook_access_token=SecretStr("kunci")) as (bench, at):
        source = next(iter(facebook.sources(bench)))
        assert isinstance(source, Refreshing)
        yield Asking(source, at, site, now, set_likes, lambda: posts.pop(0), "created_time")


@contextmanager
def _reddit() -> Iterator[Asking]:
    now = builders.NOW
    server = Reddit([submission(n, at) for n, at in enumerate(reversed(_hours(now)), 1)])

    def set_likes(number: int) -> None:
        for post in server.posts:
            post["data"]["score"] = number

    site = Meddler(server, "/api/info?")
    with Replica(site) as replica:
        bench = bench_for("reddit", replica, reddit_client_id="app", reddit_client_secret=SECRET)
        source = next(iter(reddit.sources(bench)))
        assert isinstance(source, Refreshing)
        yield Asking(source, replica, site, now, set_likes, server.posts.pop, "created_utc")


@contextmanager
def _mastodon() -> Iterator[Asking]:
    now = builders.NOW
    server = Mastodon([status(n, at) for n, at in enumerate(reversed(_hours(now)), 1)])

    def set_likes(number: int) -> None:
        for each in server.statuses:
            each["favourites_count"] = number

    site = Meddler(server, "/api/v1/statuses/")
    with Replica(site) as replica:
        source = next(iter(mastodon.sources(bench_for("mastodon", replica, mastodon_servers=replica.url))))
        assert isinstance(source, Refreshing)
        yield Asking(source, replica, site, now, set_likes, server.statuses.pop, "created_at")


@contextmanager
def _bluesky() -> Iterator[Asking]:
    now = builders.NOW
    server = Bluesky([bluesky_post(n, at) for n, at in enumerate(_hours(now))])

    def set_likes(number: int) -> None:
        for post in server.posts:
            post["likeCount"] = number

    site = Meddler(server, "app.bsky.feed.getPosts?")
    told = {"bluesky_identifier": "akun.bsky.social", "bluesky_app_password": PASSWORD}
    with Replica(site) as replica:
        source = next(iter(bluesky.sources(bench_for("bluesky", replica, **told))))
        assert isinstance(source, Refreshing)
        yield Asking(source, replica, site, now, set_likes, lambda: server.posts.pop(0), "uri")


OPENERS: dict[str, Callable[[], AbstractContextManager[Asking]]] = {
    "bluesky": _bluesky, "facebook": _facebook, "mastodon": _mastodon, "reddit": _reddit, "twitter": _twitter,
    "youtube": _youtube,
}  # fmt: skip
