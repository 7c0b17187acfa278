"""Where an outlet announces its articles, if its file does not know: looked for politely, and remembered for a week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from pasip_core.errors import SourceBlocked, SourceError, SourceQuota, SourceUnavailable

from .announced import read_announced
from .entries import joined
from .exchange import Response
from .fields import items, moment, text
from .http import PoliteClient
from .outlet import ListingSpec, Outlet
from .pages import ACCEPT, entries_on
from .state import NewsState

WEEK = timedelta(days=7)
STALE = timedelta(days=30)
"""A feed whose newest article is older announces nothing any more."""
WELL_KNOWN = (("/sitemap-news.xml", "sitemap"), ("/rss", "feed"), ("/feed", "feed"), ("/sitemap.xml", "sitemap"))
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})
MOST_LINKS = 3
MOST_SITEMAPS = 3
FRONT_PAGE_LINKS = "h1 a[href], h2 a[href], h3 a[href], h4 a[href], article a[href]"
FEWEST_LINKS = 5
"""A front page with fewer links to articles is a shell that a script fills."""


def find_listings(http: PoliteClient, outlet: Outlet, state: NewsState, now: datetime) -> tuple[ListingSpec, ...]:
    """What stands in for an outlet's listings; none where there is nothing to be found.

    Asked at most once a week, a dozen requests at most: sitemaps that robots.txt names, feeds that the front page
    names, well-known addresses, and last the front page itself. ``state`` remembers what came of it, nothing
    included. Raises the ``SourceError`` of a site that refuses or is away, of which nothing is remembered.
    """
    remembered = _remembered(state.found.get(outlet.name), now)
    if remembered is not None:
        return remembered
    found = _Search(http, outlet, now).run()
    state.found[outlet.name] = {
        "at": now.isoformat(),
        "listings": [{"url": listing.url, "kind": listing.kind} for listing in found],
    }
    return found


def forget_listings(outlet: Outlet, state: NewsState) -> None:
    """What was found no longer answers: look again next time."""
    state.found.pop(outlet.name, None)


def feed_links(answer: Response) -> list[str]:
    """Feeds that an HTML page names in its head."""
    soup = BeautifulSoup(answer.body, "lxml")
    links = [
        joined(answer.url, str(link.get("href") or ""))
        for link in soup.find_all("link")
        if str(link.get("type") or "").lower().strip() in FEED_TYPES
    ]
    return list(dict.fromkeys(filter(None, links)))[:MOST_LINKS]


def _remembered(told: object, now: datetime) -> tuple[ListingSpec, ...] | None:
    """``None`` where nothing is remembered, or for too long."""
    if not isinstance(told, Mapping):
        return None
    at = moment(told.get("at"), now)
    if at is None or at < now - WEEK:
        return None
    return tuple(spec for item in items(told.get("listings")) if (spec := _spec(item)))


def _spec(item: Mapping[str, Any]) -> ListingSpec | None:
    url, kind = joined("", text(item.get("url"))), text(item.get("kind"))
    return _listing(url, kind) if url and kind in ("feed", "sitemap", "index") else None


def _listing(url: str, kind: str) -> ListingSpec:
    """Unchecked: the address comes from outside and is no template."""
    links = FRONT_PAGE_LINKS if kind == "index" else ""
    return ListingSpec.model_construct(url=url, kind=kind, links=links, pages=1, confidence="C")


@dataclass
class _Search:
    """One search at one outlet."""

    http: PoliteClient
    outlet: Outlet
    now: datetime
    tried: set[str] = field(default_factory=set)

    def run(self) -> tuple[ListingSpec, ...]:
        """The first step that finds something ends the search."""
        named = sorted(self.http.sitemaps(self.outlet.home), key=lambda url: "news" not in url.lower())
        if found := self._first(_listing(url, "sitemap") for url in named[:MOST_SITEMAPS]):
            return found
        front = self._front_page()
        if front and (found := self._all(_listing(url, "feed") for url in feed_links(front))):
            return found
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.outlet.home))
        if found := self._first(_listing(f"{origin}{path}", kind) for path, kind in WELL_KNOWN):
            return found
        itself = _listing(self.outlet.home, "index")
        return (itself,) if front and len(entries_on(front, self.outlet, itself)[0]) >= FEWEST_LINKS else ()

    def _front_page(self) -> Response | None:
        try:
            return self.http.get(self.outlet.home, accept=ACCEPT)
        except SourceError as error:
            _raise_if_it_is_the_site(error)
            return None

    def _first(self, listings: Iterator[ListingSpec]) -> tuple[ListingSpec, ...]:
        return next(((listing,) for listing in listings if self._speaks(listing)), ())

    def _all(self, listings: Iterator[ListingSpec]) -> tuple[ListingSpec, ...]:
        return tuple(listing for listing in listings if self._speaks(listing))

    def _speaks(self, listing: ListingSpec) -> bool:
        """Whether it announces articles of this outlet, and of late; a sitemap without dates may be all there was."""
        if listing.url in self.tried:
            return False
        self.tried.add(listing.url)
        try:
            told = read_announced(self.http, self.outlet, listing, self.now)
        except SourceError as error:
            _raise_if_it_is_the_site(error)
            return False
        ours = [entry for entry in told.entries if self.outlet.is_article(entry.url)]
        newest = max((entry.published_at for entry in ours if entry.published_at), default=None)
        if newest is None:
            return bool(ours) and listing.kind != "sitemap"
        return newest >= self.now - STALE


def _raise_if_it_is_the_site(error: SourceError) -> None:
    """A refusal or a site that does not answer at all speaks of more than one address."""
    away = isinstance(error, SourceUnavailable) and error.status is None
    if away or isinstance(error, SourceBlocked | SourceQuota):
        raise error
