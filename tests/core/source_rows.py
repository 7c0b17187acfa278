"""Every registered source, with the replica it is run against: the rows of what is tried on all of them.

Sources are made by the registry itself over a workbench whose addresses lie at the replica. Each replica holds so
many mentions about "pemilu" as it is asked to, the newest a few minutes old.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from pydantic import SecretStr

from pasip_core.domain.quotas import Quota
from pasip_core.domain.runs import Feed
from pasip_core.settings import Settings
from pasip_core.sources.base import Source
from pasip_core.sources.http import PoliteClient
from pasip_core.sources.ledger import Ledger, LocalLedger
from pasip_core.sources.limiter import LocalLimiter
from pasip_core.sources.outlet import Outlet
from pasip_core.sources.platform_file import Platform, load_platforms
from pasip_core.sources.registry import sites, sources_of
from pasip_core.sources.workbench import Workbench
from tests.builders import make_keyword
from tests.core.sources_kit import QUICK, settings_for
from tests.replicas import Replica
from tests.replicas.aggregators import Gdelt, NewsApi
from tests.replicas.bluesky import PASSWORD, Bluesky, bluesky_post
from tests.replicas.graph import GraphSite, InstagramSite, make_media, make_posts, make_threads
from tests.replicas.kaskus import Forum
from tests.replicas.mastodon import Mastodon, status
from tests.replicas.reddit import SECRET as REDDIT_SECRET
from tests.replicas.reddit import Reddit, submission
from tests.replicas.server import Answer
from tests.replicas.sites import GoogleNews
from tests.replicas.telegram import TelegramChannel, post
from tests.replicas.town import Town, stories_about
from tests.replicas.twitter import TOKEN, X
from tests.replicas.youtube import Clip, YouTubeSite

SECRET = "rahasia-sekali-tiga"
SECRETS = (SECRET, TOKEN, PASSWORD, REDDIT_SECRET)
PEMILU = (make_keyword("pemilu"),)
NARROW = 10
"""Items on a page, so that a few dozen fill several."""
MANY = 1_000_000

Site = Callable[[str], Answer | None]


@dataclass(frozen=True)
class Row:
    """One source. ``call`` begins the path of its main question, ``platform`` is its section in platforms.toml.

    ``site`` makes a replica's site of (address, now, number of mentions). ``outlet`` is what the file of an outlet
    says, ``feed`` what a person added (kind, address, handle); ``{base}`` in them is the replica's address.
    ``crawls``: it reads pages, which robots.txt rules, and not an API.
    """

    name: str
    source: str
    site: Callable[[str, datetime, int], Site]
    call: str
    platform: str = ""
    base: str = "{base}"
    settings: Mapping[str, Any] = field(default_factory=dict)
    feed: tuple[str, str, str] | None = None
    outlet: Mapping[str, Any] | None = None
    crawls: bool = False

    def told_settings(self, base: str) -> dict[str, Any]:
        """Its settings, at this replica."""
        return {
            name: value.replace("{base}", base) if isinstance(value, str) else value
            for name, value in self.settings.items()
        }

    def feeds(self, base: str) -> tuple[Feed, ...]:
        """What people have to have added for it."""
        if self.feed is None:
            return ()
        kind, url, handle = (part.replace("{base}", base) for part in self.feed)
        return (Feed(self.source, self.source, url, datetime.now(UTC) - timedelta(days=1), kind=kind, handle=handle),)

    def outlets(self, base: str, host: str) -> dict[str, Outlet]:
        """The outlet that it is, or that an aggregator names."""
        if self.outlet is None:
            return {}
        told = json.loads(json.dumps(self.outlet).replace("{base}", base))
        articles = {"hosts": [host], "take": ["^/artikel/"]}
        about = {"name": "uji", "label": "Uji", "site": "uji.test", "home": base, "addresses": articles}
        return {"uji": Outlet.model_validate(about | told)}

    def changed(self, platform: Platform, base: str, delay: float = 0.0) -> Platform:
        """Its platform at the replica, with quotas that last for a test."""
        place = self.base.replace("{base}", base)
        return platform.model_copy(
            update={
                "base": place,
                "bases": dict.fromkeys(platform.bases, place),
                "delay": delay,
                "quotas": {name: Quota(MANY, quota.window) for name, quota in platform.quotas.items()},
            }
        )


class Spoiled:
    """A site of which what begins with ``call`` is answered by ``instead`` where that is set."""

    def __init__(self, site: Site, call: str) -> None:
        self.site, self.call = site, call
        self.instead: Answer | None = None

    def __call__(self, path: str) -> Answer | None:
        return self.instead if self.instead is not None and path.startswith(self.call) else self.site(path)


@contextmanager
def opened(row: Row, number: int = 6, **replica_options: Any) -> Iterator[tuple[Replica, Spoiled]]:
    """The replica of a row, holding so many mentions."""
    with Replica(lambda path: None, **replica_options) as replica:
        spoiled = Spoiled(row.site(replica.url, datetime.now(UTC).replace(microsecond=0), number), row.call)
        replica.site = spoiled
        yield replica, spoiled


@contextmanager
def source_of(
    row: Row,
    replica: Replica,
    *,
    delay: float = 0.0,
    general_delay: float = 0.0,
    limiter: LocalLimiter | None = None,
    **client_options: Any,
) -> Iterator[Source]:
    """The row's source as the registry makes it, new from the ground up; the delays of its platform and of all."""
    settings = settings_for(replica, delay=general_delay, **row.told_settings(replica.url))
    with PoliteClient(settings, limiter, **{"limits": QUICK} | client_options) as client:
        yield made(row, replica.host, settings, client, delay=delay)


def made(
    row: Row, host: str, settings: Settings, client: PoliteClient, ledger: Ledger | None = None, delay: float = 0.0
) -> Source:
    """The row's source over this client, with the replica at ``host``."""
    base, platforms, outlets = f"http://{host}", dict(built_in()), row.outlets(f"http://{host}", host)
    if row.platform:
        platforms[row.platform] = row.changed(platforms[row.platform], base, delay)
    kept = ledger or LocalLedger()
    bench = Workbench(settings, client, kept, platforms, row.feeds(base), outlets, sites(outlets))
    name = row.source.replace("{port}", host.rpartition(":")[2])
    return next(source for source in sources_of(bench) if source.name == name)


@cache
def built_in() -> Mapping[str, Platform]:
    """The platforms as we ship them."""
    return load_platforms()


def _bluesky(base: str, now: datetime, number: int) -> Site:
    return Bluesky([bluesky_post(n, now - timedelta(minutes=5 + n)) for n in range(number)], page=NARROW)


def _facebook(base: str, now: datetime, number: int) -> Site:
    page = {"id": "100", "name": "Halaman Uji", "username": "halamanuji", "followers_count": 900, "fan_count": 800}
    return GraphSite({"posts": make_posts(_times(now, number))}, {"halamanuji": page}, most=NARROW)


def _instagram(base: str, now: datetime, number: int) -> Site:
    return InstagramSite(make_media(_times(now, number)), most=NARROW + 2)  # of a hashtag a run reads four pages


def _kaskus(base: str, now: datetime, number: int) -> Site:
    return Forum(dict(enumerate(_times(now, number), 1)))


def _mastodon(base: str, now: datetime, number: int) -> Site:
    newest = len(times := _times(now, number))
    return Mastodon([status(newest - n, at) for n, at in enumerate(times)], page=NARROW)


def _reddit(page: int) -> Callable[[str, datetime, int], Site]:
    def site(base: str, now: datetime, number: int) -> Site:
        return Reddit([submission(n, at) for n, at in enumerate(_times(now, number)[::-1])], page=page)

    return site


def _telegram(base: str, now: datetime, number: int) -> Site:
    times = _times(now, number)[::-1]
    return TelegramChannel({n: post(n, f"Kabar pemilu {n}", at=at.isoformat()) for n, at in enumerate(times, 1)})


def _threads(base: str, now: datetime, number: int) -> Site:
    return GraphSite({"keyword_search": make_threads(_times(now, number))}, times="timestamp", most=NARROW)


def _twitter(base: str, now: datetime, number: int) -> Site:
    x = X(now)
    for n in range(number):
        x.say(f"pemilu damai {n}", minutes_ago=5 + n)
    x.join("501", "warga_uji")
    return x


def _youtube(base: str, now: datetime, number: int) -> Site:
    clips = [Clip(f"video-{n:05}", f"Debat pemilu {n}", at, closed=True) for n, at in enumerate(_times(now, number))]
    return YouTubeSite(clips, most=NARROW)


def _town(base: str, now: datetime, number: int) -> Town:
    return Town(stories_about("pemilu", number, now), base)


def _named(aggregator: type[Gdelt | NewsApi]) -> Callable[[str, datetime, int], Site]:
    def site(base: str, now: datetime, number: int) -> Site:
        town = _town(base, now, number)
        named = aggregator([town])
        return lambda path: named(path) or town(path)

    return site


def _google(base: str, now: datetime, number: int) -> Site:
    town = _town(base, now, number)
    news = GoogleNews([town], base, unknown=False)
    return lambda path: news(path) or town(path)


def _nothing(base: str, now: datetime, number: int) -> Site:
    return lambda path: None


def _times(now: datetime, number: int) -> list[datetime]:
    """Moments a minute apart, the newest first."""
    return [now - timedelta(minutes=5 + n) for n in range(number)]


META = {"instagram_access_token": SecretStr(SECRET), "instagram_user_id": "77"}
ACCOUNT = {"bluesky_identifier": "akun.bsky.social", "bluesky_app_password": SecretStr(PASSWORD)}
APP = {"reddit_client_id": "app", "reddit_client_secret": SecretStr(REDDIT_SECRET)}
LINKS = {"links": "a[href^='/artikel/']", "empty": ["tidak ditemukan"]}
WORDPRESS = "{base}/wp-json/wp/v2/posts"


def _listing(kind: str, place: str, **more: Any) -> dict[str, Any]:
    return {"listings": [{"url": place, "kind": kind, **more}]}


def _outlet(name: str, call: str, outlet: Mapping[str, Any]) -> Row:
    return Row(name, "uji", _town, call, outlet=outlet, crawls=True)


ROWS = (
    Row("bluesky", "bluesky", _bluesky, "/xrpc/app.bsky.feed.searchPosts", "bluesky", settings=ACCOUNT),
    Row("facebook", "facebook-uji", _facebook, "/100/posts", "facebook", feed=("facebook", "", "halamanuji"),
        settings={"facebook_access_token": SecretStr(SECRET)}),
    Row("instagram", "instagram", _instagram, "/178400/recent_media", "instagram", settings=META),
    Row("instagram-account", "instagram-akun", _instagram, "/77", "instagram", settings=META,
        feed=("instagram", "", "akun.uji")),
    Row("kaskus", "kaskus", _kaskus, "/search", "kaskus", settings={"kaskus": True}, crawls=True),
    Row("mastodon", "mastodon-127-0-0-1-{port}", _mastodon, "/api/v1/timelines/tag/", "mastodon",
        settings={"mastodon_servers": "{base}"}),
    Row("reddit", "reddit", _reddit(NARROW), "/r/", "reddit", settings=APP),
    Row("reddit-feeds", "reddit", _reddit(25), "/r/", "reddit", crawls=True),
    Row("reddit-subreddit", "reddit-indonesia", _reddit(NARROW), "/r/", "reddit", settings=APP,
        feed=("reddit", "", "r/indonesia")),
    Row("telegram", "telegram-kanaluji", _telegram, "/s/", "telegram", feed=("telegram", "", "kanaluji"), crawls=True),
    Row("telegram-snscrape", "telegram-kanaluji", _telegram, "/s/", "telegram", feed=("telegram", "", "kanaluji"),
        settings={"snscrape_telegram": True}, crawls=True),
    Row("threads", "threads", _threads, "/keyword_search", "threads",
        settings={"threads_access_token": SecretStr(SECRET)}),
    Row("twitter", "twitter", _twitter, "/2/tweets/search/recent", "twitter",
        settings={"twitter_bearer_token": SecretStr(TOKEN), "twitter_monthly_cap": MANY}),
    Row("youtube", "youtube", _youtube, "/search", "youtube", settings={"youtube_api_key": SecretStr(SECRET)}),
    Row("youtube-channel", "youtube-uji", _youtube, "/playlistItems", "youtube", feed=("youtube", "", "kanaluji"),
        settings={"youtube_api_key": SecretStr(SECRET)}),
    Row("gdelt", "gdelt", _named(Gdelt), "/api/v2/", "gdelt", "{base}/api/v2", outlet={}),
    Row("newsapi", "newsapi", _named(NewsApi), "/v2/", "newsapi", "{base}/v2", outlet={},
        settings={"news_api_key": SecretStr("k")}),
    Row("google_news", "google-news", _google, "/rss/search", "google-news", crawls=True,
        outlet=_listing("feed", "{base}/umpan/rss.xml")),
    *(Row(f"retired-{name}", name, _nothing, "/") for name in
      ("basic-display", "crowdtangle", "anonymous-reddit", "tiktok")),
    Row("feed", "umpan", _town, "/umpan/rss.xml", feed=("feed", "{base}/umpan/rss.xml", ""), crawls=True),
    Row("site", "situs", _town, "/umpan/rss.xml", feed=("site", "{base}", "{base}/umpan/rss.xml"), crawls=True),
    _outlet("listing-feed", "/umpan/rss.xml", _listing("feed", "{base}/umpan/rss.xml")),
    _outlet("listing-sitemap", "/sitemap-news.xml", _listing("sitemap", "{base}/sitemap-news.xml")),
    _outlet("listing-index", "/indeks/", _listing("index", "{base}/indeks/{from}?page={page}", links=LINKS["links"])),
    _outlet("listing-wordpress", "/wp-json/", _listing("wordpress", WORDPRESS, pages=3)),
    _outlet("search-html", "/search", {"search": {"url": "{base}/search?q={query}&page={page}"} | LINKS}),
    _outlet("search-form", "/muat", {"search": {"url": "{base}/muat", "form": {"q": "{query}"}} | LINKS}),
    _outlet("search-tag", "/tag/", {"search": {"url": "{base}/tag/{slug}"} | LINKS}),
    _outlet("search-json", "/cari.json", {"search": {"url": "{base}/cari.json?q={query}", "kind": "json",
                                                     "items": "hits", "address": "{url}"}}),
    _outlet("search-wordpress", "/wp-json/", {"search": {"url": WORDPRESS, "kind": "wordpress"}}),
    _outlet("discovery", "/", {"discover": True}),
)  # fmt: skip
LIVE = [row for row in ROWS if not row.name.startswith("retired")]
"""Those that ask anybody."""
