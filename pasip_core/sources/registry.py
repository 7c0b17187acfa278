"""Every source there is, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from pasip_core.domain.runs import Feed
from pasip_core.settings import Settings

from .base import Source
from .feeds import feed_source
from .google_news import GoogleNewsSource
from .http import PoliteClient
from .news import NewsSource
from .outlet_file import Outlet, load_outlets


def build_sources(settings: Settings, feeds: Sequence[Feed], http: PoliteClient) -> dict[str, Source]:
    """Sources by name: the outlets, Google News, and the feeds that people added.

    ``InputError`` where an outlet file cannot be used.
    """
    outlets = load_outlets(settings.outlets_dir)
    site_of = sites(outlets)
    sources: list[Source] = [NewsSource(outlet, http, site_of) for outlet in outlets.values()]
    sources.append(GoogleNewsSource(settings.google_news_url, http, outlets, site_of))
    by_name = {source.name: source for source in sources}
    for feed in feeds:
        if feed.active and feed.id not in by_name:
            by_name[feed.id] = feed_source(feed, http, site_of)
    return by_name


def sites(outlets: Mapping[str, Outlet] | Iterable[Outlet]) -> Callable[[str], str]:
    """A function that names the outlet of an address, so that an article counts once however it was found.

    Sub-domains of a known outlet count for it; any other address for its host without ``www.``.
    """
    known = tuple(outlets.values()) if isinstance(outlets, Mapping) else tuple(outlets)

    def site_of(url: str) -> str:
        for outlet in known:
            if outlet.owns(url):
                return outlet.site
        host = (urlsplit(url).hostname or "").lower()
        return host.removeprefix("www.").removeprefix("m.").removeprefix("amp.") or "web"

    return site_of
