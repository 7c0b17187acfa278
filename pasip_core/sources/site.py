"""A news site by its front page: its feeds and news sitemaps are looked for, and then read like an outlet's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

from pasip_core.domain.runs import Feed
from pasip_core.errors import SourceError, SourceParse

from .addresses import shown_url
from .announced import FEED_ACCEPT
from .article import plain
from .discovery import feed_links
from .entries import Listing, read_listing
from .failures import most_telling
from .http import PoliteClient
from .news import NewsSource
from .outlet import AddressSpec, ListingSpec, Outlet

USUAL_PLACES = ("/feed", "/rss", "/rss.xml", "/sitemap-news.xml", "/news-sitemap.xml", "/sitemap.xml")
MOST_ASKED, MOST_KEPT = 12, 5
"""Addresses that are tried, and of those that hold news, how many are watched."""
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SitePreview:
    """What a site announces its news by. ``entries`` counts what is announced now."""

    title: str
    listings: tuple[str, ...]
    entries: int


def check_site(http: PoliteClient, url: str, *, now: datetime | None = None) -> SitePreview:
    """Look for feeds and news sitemaps: those that the page names, those in robots.txt, and at the usual places.

    ``SourceError`` where the page cannot be read, ``SourceParse`` where none is found.
    """
    now = now or datetime.now(UTC)
    page = http.get(url.strip(), accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.5")
    found: dict[str, int] = {}
    errors: list[SourceError] = []
    for address in _candidates(http, page.url, feed_links(page)):
        try:
            answer = http.get(address, accept=FEED_ACCEPT)
            listing = read_listing(answer, now)
        except SourceError as error:
            errors.append(error)
            continue
        if answer.url not in found and _holds_news(listing, now):
            found[answer.url] = len(listing.entries)
        if len(found) == MOST_KEPT:
            break
    if not found:
        why = f" ({most_telling(errors)})" if errors else ""
        raise SourceParse(f"{shown_url(url)}: no feed or news sitemap was found{why}", url=shown_url(url))
    heading = BeautifulSoup(page.body, "lxml").title
    title = plain(heading.get_text(" ") if heading else "") or urlsplit(page.url).hostname or ""
    return SitePreview(title, tuple(found), sum(found.values()))


def _candidates(http: PoliteClient, url: str, named: list[str]) -> Iterator[str]:
    told = sorted(http.sitemaps(url), key=lambda address: "news" not in address.lower())
    usual = (urljoin(url, place) for place in USUAL_PLACES)
    yield from list(dict.fromkeys((*named, *told, *usual)))[:MOST_ASKED]


def _holds_news(listing: Listing, now: datetime) -> bool:
    """Whether most of it is new: the sitemap of an archive would have years of articles fetched one by one."""
    dated = [entry.published_at for entry in listing.entries if entry.published_at]
    recent = sum(moment > now - RECENT for moment in dated)
    return bool(listing.entries) and 2 * recent >= len(listing.entries)


def site_source(feed: Feed, http: PoliteClient, site_of: Callable[[str], str]) -> NewsSource:
    """A site as a source: the listings in ``feed.handle``, and only articles on its own host and those below it."""
    host = (urlsplit(feed.url).hostname or feed.url).removeprefix("www.")
    listings = tuple(
        ListingSpec.model_construct(url=url, kind="feed", links="", pages=1, confidence="C")
        for url in feed.handle.split()
    )
    outlet = Outlet.model_construct(
        name=feed.id, label=feed.name or host, site=host, home=feed.url, listings=listings, search=None,
        addresses=AddressSpec(hosts=(urlsplit(feed.url).netloc.removeprefix("www."), host)),
    )  # fmt: skip
    return NewsSource(outlet, http, site_of)
