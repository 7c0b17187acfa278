"""Every source there is, one line each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from pasip_core.domain.mention import EMPTY
from pasip_core.domain.runs import Feed
from pasip_core.settings import Settings

from . import gdelt, google_news, newsapi
from .base import Source
from .feeds import feed_source
from .http import PoliteClient
from .ledger import Ledger, LocalLedger
from .news import NewsSource
from .outlet import Outlet, owner_of
from .outlet_file import load_outlets
from .platform_file import load_platforms
from .platforms import (
    bluesky,
    facebook,
    instagram,
    kaskus,
    mastodon,
    reddit,
    retired,
    telegram,
    threads,
    twitter,
    youtube,
)
from .site import site_source
from .workbench import Workbench

PLATFORMS: tuple[Callable[[Workbench], Iterable[Source]], ...] = (
    bluesky.sources,
    facebook.sources,
    gdelt.sources,
    google_news.sources,
    instagram.sources,
    kaskus.sources,
    mastodon.sources,
    newsapi.sources,
    reddit.sources,
    retired.sources,
    telegram.sources,
    threads.sources,
    twitter.sources,
    youtube.sources,
)
"""Every platform: what makes its sources."""


def build_sources(
    settings: Settings,
    feeds: Sequence[Feed],
    http: PoliteClient,
    ledger: Ledger | None = None,
    off: Mapping[str, Collection[str]] = EMPTY,
) -> dict[str, Source]:
    """Sources by name: the outlets, the platforms, and the feeds that people added.

    ``ledger`` keeps what quotas were used; without one it is counted for this process alone. ``off`` holds, by
    outlet, addresses that are left alone. ``InputError`` where an outlet file or the file of platforms cannot be
    used.
    """
    outlets = {name: outlet.without(off.get(name, ())) for name, outlet in load_outlets(settings.outlets_dir).items()}
    bench = Workbench(
        settings,
        http,
        ledger or LocalLedger(),
        load_platforms(settings.platforms_file),
        tuple(feed for feed in feeds if feed.active),
        outlets,
        sites(outlets),
    )
    by_name: dict[str, Source] = {}
    for source in sources_of(bench):
        by_name.setdefault(source.name, source)
    return by_name


def sources_of(bench: Workbench) -> Iterator[Source]:
    """Everything that is made of a workbench: its outlets, the platforms, its feeds and sites."""
    yield from (NewsSource(outlet, bench.http, bench.site_of) for outlet in bench.outlets.values())
    for make in PLATFORMS:
        yield from make(bench)
    yield from (feed_source(feed, bench.http, bench.site_of) for feed in bench.feeds_of("feed"))
    yield from (site_source(feed, bench.http, bench.site_of) for feed in bench.feeds_of("site"))


def sites(outlets: Mapping[str, Outlet] | Iterable[Outlet]) -> Callable[[str], str]:
    """A function that names the outlet of an address, so that an article counts once however it was found.

    Sub-domains of a known outlet count for it, unless they are an outlet of their own; any other address for its
    host without ``www.``.
    """
    owner = owner_of(outlets.values() if isinstance(outlets, Mapping) else outlets)

    def site_of(url: str) -> str:
        if outlet := owner(url):
            return outlet.site
        host = (urlsplit(url).hostname or "").lower()
        return host.removeprefix("www.").removeprefix("m.").removeprefix("amp.") or "web"

    return site_of
