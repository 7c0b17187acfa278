"""Asking for a collection now, and for feeds to collect."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from pasip_core.dispatch import Dispatched, JobStatus, collecting_job, dispatch
from pasip_core.domain.addresses import public_address, without_secrets
from pasip_core.domain.handles import read_place, web_address
from pasip_core.domain.mention import canonical_url
from pasip_core.domain.runs import Feed, SourceInfo, Trial
from pasip_core.errors import InputError
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

from .audit import LOCAL, record


def scrape_now(
    stores: Stores, settings: Settings, sources: Sequence[str], keywords: Sequence[str] = (), *, who: str = LOCAL
) -> list[Dispatched]:
    """One job a source; a source that is being collected already is joined. ``QueueUnavailable`` without Redis.

    ``keywords`` (ids) narrows what is searched for; empty means every active one.
    """
    if not sources:
        raise InputError("source: none chosen; choose at least one source to collect from", field="source")
    known = {info.id: info for info in stores.sources.list()}
    for name in sources:
        if name not in known:
            raise InputError(
                f"source: there is no {name!r}; known: {', '.join(sorted(known)) or 'none yet'}",
                field="source",
                value=name,
            )
    ready = [name for name in sources if known[name].may_run]
    if not ready:
        lacking = sorted({need for name in sources for need in known[name].needs})
        why = f"cannot run without {', '.join(lacking)}" if lacking else "is retired"
        raise InputError(f"source: {', '.join(sources)} {why}", field="source")
    record(stores, datetime.now(UTC), who, "collect", ",".join(ready), keywords=list(keywords))
    return [dispatch(collecting_job(known[name].platform), name, sorted(keywords), settings=settings) for name in ready]


def test_now(stores: Stores, settings: Settings, source: str) -> Dispatched:
    """Have a worker ask the source for one mention, of which nothing is kept. ``InputError`` where there is none."""
    if stores.sources.get(source) is None:
        raise InputError(f"source: there is no {source!r} any more", field="source", value=source)
    return dispatch("test_source", source, settings=settings, front=True)


def read_trial(job: JobStatus) -> Trial:
    """What a test that is done has found."""
    return TypeAdapter(Trial).validate_json(job.note)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a worker found at an address: its title, its feeds and sitemaps, and how many entries they hold."""

    title: str
    listings: tuple[str, ...]
    entries: int


def check(settings: Settings, kind: str, url: str) -> Dispatched:
    """Have a worker look for the feed, or the site's feeds, at the address before it is added.

    ``InputError`` where nothing can be asked there.
    """
    return dispatch("check_site" if kind == "site" else "check_feed", web_address(url), settings=settings, front=True)


def read_check(job: JobStatus) -> Checked:
    """What a check that is done has found: its note is the title and, on lines of their own, the addresses."""
    title, *listings = job.note.split("\n")
    return Checked(title, tuple(listings), job.done)


def add_feed(
    stores: Stores, url: str, name: str = "", *, kind: str = "feed", listings: Sequence[str] = (), who: str = LOCAL
) -> Feed:
    """Watch an RSS or Atom feed, or a site by its ``listings``, from now on.

    ``InputError`` where the address cannot be one, or it is watched already.
    """
    address = web_address(url)
    host = re.sub(r"^www\.", "", urlsplit(address).hostname or "")
    handle = " ".join(web_address(listing) for listing in listings)
    if kind == "site" and not handle:
        raise InputError("url: a site is watched by its feeds; have it checked first", field="url", value=url)
    id = feed_id(address, kind)
    namesake = stores.feeds.get(id)
    if namesake and canonical_url(namesake.url) != canonical_url(address):  # /a-b and /a/b are two feeds
        id = f"{id[:75]}-{_four_letters(canonical_url(address))}"
    feed = Feed(id, _tidied(name) or host, address, datetime.now(UTC), kind=kind, handle=handle)
    return _watch(stores, feed, "news", who)


def add_place(stores: Stores, kind: str, text: str, name: str = "", *, who: str = LOCAL) -> Feed:
    """Watch a channel, page, account or subreddit of a platform from now on. ``InputError`` where it names none."""
    place = read_place(kind, text)
    slug = re.sub(r"[^a-z0-9]+", "-", place.handle.lower()).strip("-")
    if slug != place.handle:  # a.b and a_b are two accounts
        slug = f"{slug}-{_four_letters(place.handle)}"
    default = f"r/{place.handle}" if kind == "reddit" else f"@{place.handle}"
    feed = Feed(
        f"{kind}-{slug}"[:80], _tidied(name) or default, place.url, datetime.now(UTC), kind=kind, handle=place.handle
    )
    return _watch(stores, feed, kind, who)


def _watch(stores: Stores, feed: Feed, platform: str, who: str) -> Feed:
    for known in stores.feeds.list():
        if known.id == feed.id or (known.kind, canonical_url(known.url)) == (feed.kind, canonical_url(feed.url)):
            raise InputError(f"url: this is watched already, as {known.name!r}", field="url", value=feed.url)
    stores.feeds.save(feed)
    shown = public_address(feed.url, platform)
    stores.sources.save(SourceInfo(feed.id, feed.name, platform, shown))
    record(stores, feed.created_at, who, "feed.add", feed.id, url=shown)
    return feed


def _tidied(name: str) -> str:
    return " ".join(name.split())[:100]


def remove_feed(stores: Stores, id: str, *, who: str = LOCAL) -> None:
    """Stop watching a feed, site or channel; its mentions stay."""
    if not stores.feeds.delete(id):
        raise InputError(f"feed: there is no {id!r}", field="feed", value=id)
    stores.sources.delete(id)
    stores.cursors.delete(id)
    record(stores, datetime.now(UTC), who, "feed.remove", id)


def feed_id(url: str, kind: str = "feed") -> str:
    """A readable, stable id for the address of a feed or site: kind, host and path, letters and digits only. Secrets
    are left out of it; what tells apart addresses that are the same without them is too short to tell them by."""
    whole = canonical_url(url)
    shown = without_secrets(whole)
    parts = urlsplit(shown)
    slug = re.sub(r"[^a-z0-9]+", "-", f"{parts.netloc}{parts.path}-{parts.query}".lower()).strip("-")
    return f"{kind}-{slug}"[:80] if shown == whole else f"{f'{kind}-{slug}'[:75]}-{_four_letters(whole)}"


def _four_letters(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:4]
