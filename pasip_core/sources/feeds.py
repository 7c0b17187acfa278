"""Any RSS or Atom feed by its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pasip_core.domain.runs import Feed
from pasip_core.errors import SourceError, SourceParse

from .addresses import shown_url
from .announced import FEED_ACCEPT
from .article import plain
from .discovery import feed_links, found_listing
from .entries import Entry, Listing, read_listing
from .http import PoliteClient
from .news import NewsSource
from .outlet import AddressSpec, ListingSpec, Outlet


@dataclass(frozen=True, slots=True)
class FeedPreview:
    """What stands behind an address that a person wants to add. ``url`` is the feed's own address."""

    title: str
    entries: tuple[Entry, ...]
    url: str = ""


def check_feed(http: PoliteClient, url: str, *, now: datetime | None = None) -> FeedPreview:
    """Read the feed at ``url``, or the one that the page there names. Raises ``SourceError`` where there is none."""
    now = now or datetime.now(UTC)
    url = url.strip()
    answer = http.get(url, accept=FEED_ACCEPT)
    try:
        return _preview(read_listing(answer, now), answer.url)
    except SourceParse as no_feed:
        failure: SourceError = no_feed
    for link in feed_links(answer):
        try:
            named = http.get(link, accept=FEED_ACCEPT)
            return _preview(read_listing(named, now), named.url)
        except SourceError as error:
            failure = error
    raise SourceParse(f"{shown_url(url)}: neither a feed nor a page that names one ({failure})", url=shown_url(url))


def _preview(listing: Listing, url: str) -> FeedPreview:
    host = urlsplit(url).hostname or ""
    return FeedPreview(plain(listing.title) or host, listing.entries, url)


def feed_source(feed: Feed, http: PoliteClient, site_of: Callable[[str], str]) -> NewsSource:
    """A feed as a source. Its articles may lie on any host, and count for the outlet they come from."""
    host = urlsplit(feed.url).hostname or feed.url
    outlet = anywhere(feed.id, feed.name or host, feed.url, (found_listing(feed.url),))
    return NewsSource(outlet, http, site_of, full_feed=True)


def anywhere(name: str, label: str, home: str, listings: tuple[ListingSpec, ...] = ()) -> Outlet:
    """An outlet that stands for any site: for feeds and aggregators, whose articles may lie on any host."""
    return Outlet.model_construct(
        name=name,
        label=label,
        site=urlsplit(home).hostname or home,
        home=home,
        listings=listings,
        search=None,
        addresses=AddressSpec(hosts=("*",)),
    )
