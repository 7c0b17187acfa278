"""Asking for a collection now, and for feeds to collect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pasip_core.dispatch import Dispatched, collecting_job, dispatch
from pasip_core.domain.mention import canonical_url
from pasip_core.domain.runs import Feed, SourceInfo
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


def check_feed(settings: Settings, url: str) -> Dispatched:
    """Have a worker look for a feed at the address, before it is added. ``InputError`` where it cannot be one.

    The job's ``done`` is the number of entries, its note the feed's own address, a space, and its title.
    """
    return dispatch("check_feed", _feed_address(url), settings=settings, front=True)


def add_feed(stores: Stores, url: str, name: str = "", *, who: str = LOCAL) -> Feed:
    """Watch an RSS or Atom feed from now on. ``InputError`` where the address cannot be one."""
    address = _feed_address(url)
    for feed in stores.feeds.list():
        if canonical_url(feed.url) == canonical_url(address):
            raise InputError(f"url: this feed is watched already, as {feed.name!r}", field="url", value=url)
    host = re.sub(r"^www\.", "", urlsplit(address).hostname or "")
    feed = Feed(feed_id(address), " ".join(name.split())[:100] or host, address, datetime.now(UTC))
    stores.feeds.save(feed)
    stores.sources.save(SourceInfo(feed.id, feed.name, "news", feed.url))
    record(stores, feed.created_at, who, "feed.add", feed.id, url=feed.url)
    return feed


def _feed_address(url: str) -> str:
    """The address, tidied; ``InputError`` where nothing can be asked there."""
    address = url.strip()
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise InputError(
            f"url: {address[:200]!r} is no address of a feed; use one that begins with https://", field="url", value=url
        )
    return address


def remove_feed(stores: Stores, id: str, *, who: str = LOCAL) -> None:
    """Stop watching a feed; its mentions stay."""
    if not stores.feeds.delete(id):
        raise InputError(f"feed: there is no {id!r}", field="feed", value=id)
    stores.sources.delete(id)
    stores.cursors.delete(id)
    record(stores, datetime.now(UTC), who, "feed.remove", id)


def feed_id(url: str) -> str:
    """A readable, stable id for a feed's address: ``feed-`` host and path, letters and digits only."""
    parts = urlsplit(canonical_url(url))
    slug = re.sub(r"[^a-z0-9]+", "-", f"{parts.netloc}{parts.path}-{parts.query}".lower()).strip("-")
    return f"feed-{slug}"[:80]
