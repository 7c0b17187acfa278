"""Where a site announces its articles, if nobody has written it down: for outlets, and for sites that people add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urljoin

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
WELL_KNOWN = ("/sitemap-news.xml", "/rss", "/feed", "/rss.xml", "/news-sitemap.xml", "/sitemap.xml")
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})
MOST_LINKS = 3
MOST_SITEMAPS = 3
FRONT_PAGE_LINKS = "h1 a[href], h2 a[href], h3 a[href], h4 a[href], article a[href]"
FEWEST_LINKS = 5
"""A front page with fewer links to articles is a shell that a script fills."""


def find_listings(http: PoliteClient, outlet: Outlet, state: NewsState, now: datetime) -> tuple[ListingSpec, ...]:
    """What stands in for an outlet's listings; none where there is nothing to be found.

    Asked at most once a week, some dozen requests, and the first place that tells something ends it: sitemaps that
    robots.txt names, feeds that the front page names, well-known addresses, and last the front page itself.
    ``state`` remembers what came of it, nothing included, but not the failures of ``Search``, which are raised.
    """
    remembered = _remembered(state.found.get(outlet.name), now)
    if remembered is not None:
        return remembered
    search = Search(http, outlet, now)
    found = (
        tuple(islice(search.told_by_robots(), 1))
        or tuple(search.named_by_the_page())
        or tuple(islice(search.well_known(), 1))
        or search.the_page_itself()
    )
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
    """``None`` where nothing is remembered, or for too long, or it cannot be read."""
    if not isinstance(told, Mapping):
        return None
    at = moment(told.get("at"), now)
    if at is None or at < now - WEEK:
        return None
    specs = [_spec(item) for item in items(told.get("listings"))]
    return None if None in specs else tuple(filter(None, specs))


def _spec(item: Mapping[str, Any]) -> ListingSpec | None:
    url, kind = joined("", text(item.get("url"))), text(item.get("kind"))
    return found_listing(url, kind) if url and kind in ("feed", "index") else None


def found_listing(url: str, kind: str = "feed") -> ListingSpec:
    """A feed or sitemap, told apart when it is read. Unchecked: the address comes from outside and is no template."""
    links = FRONT_PAGE_LINKS if kind == "index" else ""
    return ListingSpec.model_construct(url=url, kind=kind, links=links, pages=1, confidence="C")


@dataclass
class Search:
    """One search at one site: each place is asked as far as its listings are taken, and each address once.

    ``front`` is the front page where it is at hand. ``entries`` counts what the listings found announce now;
    ``errors`` are those of places that do not answer. Raises the ``SourceError`` of a site that refuses or is away.
    """

    http: PoliteClient
    outlet: Outlet
    now: datetime
    front: Response | None = None
    entries: int = 0
    errors: list[SourceError] = field(default_factory=list)
    _tried: set[str] = field(default_factory=set)

    def told_by_robots(self) -> Iterator[ListingSpec]:
        """Sitemaps that robots.txt names, those of news first."""
        named = sorted(self.http.sitemaps(self.outlet.home), key=lambda url: "news" not in url.lower())
        return self._speaking(named[:MOST_SITEMAPS])

    def named_by_the_page(self) -> Iterator[ListingSpec]:
        """Feeds that the front page names."""
        try:
            self.front = self.front or self.http.get(self.outlet.home, accept=ACCEPT)
        except SourceUnavailable:  # a site that is out of order for an hour must not count as empty for a week
            raise
        except SourceError as error:
            self._failed(error)
        return self._speaking(feed_links(self.front) if self.front else ())

    def well_known(self) -> Iterator[ListingSpec]:
        """What stands where many sites have it."""
        return self._speaking(urljoin(self.outlet.home, place) for place in WELL_KNOWN)

    def the_page_itself(self) -> tuple[ListingSpec, ...]:
        """The front page, if it links to enough articles; nothing before it was asked for."""
        itself = found_listing(self.outlet.home, "index")
        links = entries_on(self.front, self.outlet, itself)[0] if self.front else ()
        return (itself,) if len(links) >= FEWEST_LINKS else ()

    def _speaking(self, urls: Iterable[str]) -> Iterator[ListingSpec]:
        return (listing for listing in map(found_listing, urls) if self._speaks(listing))

    def _speaks(self, listing: ListingSpec) -> bool:
        """Whether it announces articles of this site, and of late; a sitemap without dates may be all there was."""
        if listing.url in self._tried:
            return False
        self._tried.add(listing.url)
        try:
            told = read_announced(self.http, self.outlet, listing, self.now)
        except SourceError as error:
            self._failed(error)
            return False
        if told.url != listing.url and told.url in self._tried:
            return False
        self._tried.add(told.url)
        ours = [entry for entry in told.entries if self.outlet.is_article(entry.url)]
        newest = max((entry.published_at for entry in ours if entry.published_at), default=None)
        speaks = newest >= self.now - STALE if newest else bool(ours) and not told.is_sitemap
        self.entries += speaks * len(ours)
        return speaks

    def _failed(self, error: SourceError) -> None:
        """A refusal, or no answer at all, speaks of more than one address."""
        away = isinstance(error, SourceUnavailable) and error.status is None
        if away or isinstance(error, SourceBlocked | SourceQuota):
            raise error
        self.errors.append(error)
