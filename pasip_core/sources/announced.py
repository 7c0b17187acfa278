"""What one listing or one search of an outlet tells, whatever kind it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pasip_core.errors import SourceError

from .entries import Entry, read_listing
from .exchange import Validators
from .failures import most_telling
from .http import PoliteClient
from .outlet import ListingSpec, Outlet
from .pages import read_pages
from .wordpress import read_posts

MOST_PARTS = 3
FEED_ACCEPT = "application/rss+xml,application/atom+xml,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.5"
SITEMAP_WINDOW = timedelta(days=7)
"""Sitemaps may name everything there ever was; what was last changed before is left out."""


@dataclass
class Announced:
    """``validators`` are to be kept once all entries are settled; ``None`` where the listing has to be read again
    anyway: it came cut off, or it is an index whose parts change on their own. ``url`` is where it was in the end."""

    entries: list[Entry] = field(default_factory=list)
    validators: Validators | None = None
    not_modified: bool = False
    cut_off: int = 0
    errors: list[SourceError] = field(default_factory=list)
    url: str = ""
    is_sitemap: bool = False


def read_announced(
    http: PoliteClient, outlet: Outlet, listing: ListingSpec, now: datetime, known: Validators | None = None
) -> Announced:
    """A listing and, of a sitemap index, its first parts. A part that fails costs only itself (``errors``).

    Raises the ``SourceError`` tree where nothing could be read.
    """
    if listing.kind == "index":
        return _as_far_as_it_goes(read_pages(http, outlet, listing, now))
    if listing.kind == "wordpress":
        return _as_far_as_it_goes(read_posts(http, listing.url, listing.pages, now))
    answer = http.get(listing.url, conditional=known, accept=FEED_ACCEPT)
    if answer.not_modified:
        return Announced(validators=answer.validators, not_modified=True)
    read = read_listing(answer, now)
    told = Announced(list(read.entries), cut_off=int(not read.whole), url=answer.url, is_sitemap=read.is_sitemap)
    for part in read.parts[:MOST_PARTS]:
        try:
            further = read_listing(http.get(part, accept=FEED_ACCEPT), now)
        except SourceError as error:
            told.errors.append(error)
            continue
        told.entries += further.entries
        told.cut_off += int(not further.whole)
    if told.errors and len(told.errors) == len(read.parts[:MOST_PARTS]):
        raise most_telling(told.errors)
    if read.whole and not read.parts:
        told.validators = answer.validators
    if told.is_sitemap:
        told.entries = [e for e in told.entries if e.published_at is None or e.published_at >= now - SITEMAP_WINDOW]
    return told


def _as_far_as_it_goes(entries: Iterator[Entry]) -> Announced:
    """What the first pages told holds where a later one fails."""
    told = Announced()
    try:
        told.entries.extend(entries)
    except SourceError as error:
        if not told.entries:
            raise
        told.errors.append(error)
    return told


def search_outlet(http: PoliteClient, outlet: Outlet, now: datetime, query: str) -> Iterator[Entry]:
    """What the outlet's own search finds. Raises the ``SourceError`` tree."""
    assert outlet.search is not None
    if outlet.search.kind == "wordpress":
        yield from read_posts(http, outlet.search.url, outlet.search.pages, now, query)
    else:
        yield from read_pages(http, outlet, outlet.search, now, query)
