"""A news site by its front page: its feeds and news sitemaps are looked for, and then read like an outlet's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from pasip_core.domain.runs import Feed
from pasip_core.errors import SourceParse

from .addresses import shown_url
from .article import plain
from .discovery import Search, found_listing
from .failures import most_telling
from .http import PoliteClient
from .news import NewsSource
from .outlet import AddressSpec, Outlet
from .pages import ACCEPT


@dataclass(frozen=True, slots=True)
class SitePreview:
    """What a site announces its news by. ``entries`` counts what is announced now."""

    title: str
    listings: tuple[str, ...]
    entries: int


def check_site(http: PoliteClient, url: str, *, now: datetime | None = None) -> SitePreview:
    """Look for feeds and news sitemaps: those that the page names and those in robots.txt, else at the usual places.

    ``SourceError`` where the page cannot be read, ``SourceParse`` where none is found.
    """
    page = http.get(url.strip(), accept=ACCEPT)
    search = Search(http, _outlet_at(page.url), now or datetime.now(UTC), front=page)
    found = [*search.named_by_the_page(), *search.told_by_robots()] or list(search.well_known())
    if not found:
        why = f" ({most_telling(search.errors)})" if search.errors else ""
        raise SourceParse(f"{shown_url(url)}: no feed or news sitemap was found{why}", url=shown_url(url))
    heading = BeautifulSoup(page.body, "lxml").title
    title = plain(heading.get_text(" ") if heading else "") or urlsplit(page.url).hostname or ""
    return SitePreview(title, tuple(listing.url for listing in found), search.entries)


def site_source(feed: Feed, http: PoliteClient, site_of: Callable[[str], str]) -> NewsSource:
    """A site as a source: the listings in ``feed.handle``, and only articles on its own host and those below it."""
    outlet = _outlet_at(feed.url, feed.id, feed.name, feed.handle.split())
    return NewsSource(outlet, http, site_of)


def _outlet_at(url: str, name: str = "site", label: str = "", listings: Iterable[str] = ()) -> Outlet:
    parts = urlsplit(url)
    host = (parts.hostname or url).removeprefix("www.")
    return Outlet.model_construct(
        name=name, label=label or host, site=host, home=url, listings=tuple(map(found_listing, listings)), search=None,
        addresses=AddressSpec(hosts=(parts.netloc.removeprefix("www."), host)),
    )  # fmt: skip
