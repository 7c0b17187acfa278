"""How an outlet's addresses are doing: each asked once, and what came told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from pasip_core.domain.addresses import without_secrets
from pasip_core.errors import (
    SourceBadQuery,
    SourceBlocked,
    SourceError,
    SourceForbidden,
    SourceGone,
    SourceParse,
    SourceQuota,
    SourceUnavailable,
)

from .announced import read_announced, search_outlet
from .discovery import STALE, find_listings
from .entries import Entry
from .http import PoliteClient
from .outlet import ListingSpec, Outlet
from .state import NewsState

WORD = "indonesia"
"""What every outlet's search finds something for."""
OK, OLD, EMPTY, GONE, UNREADABLE, ROBOTS = "ok", "old", "empty", "gone", "unreadable", "robots"
REFUSED, BLOCKED, QUOTA, AWAY, ODD = "refused", "blocked", "quota", "away", "error"
ALIVE = frozenset({OK, OLD})
DEAD = frozenset({EMPTY, GONE, UNREADABLE, ROBOTS})
"""States that the next collection would meet again; the others may pass, or still give something."""
_STATES: tuple[tuple[type[SourceError], str], ...] = (
    (SourceGone, GONE), (SourceBadQuery, GONE), (SourceParse, UNREADABLE), (SourceForbidden, REFUSED),
    (SourceBlocked, BLOCKED), (SourceQuota, QUOTA), (SourceUnavailable, AWAY),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """What stands at one address, as the outlet's file writes it. ``told`` is a sentence for a person."""

    source: str
    address: str
    kind: str
    state: str
    told: str


def probe(http: PoliteClient, outlet: Outlet, now: datetime) -> list[Probe]:
    """Each listing and the search of an outlet, asked once; where no listing stands, what is found in their place."""
    probes = [
        _probed(outlet, listing.url, listing.kind, partial(_listed, http, outlet, listing, now), now)
        for listing in outlet.listings
    ]
    if outlet.discover and not any(found.state in ALIVE for found in probes):
        probes.append(_discovered(http, outlet, now))
    if outlet.search:
        search = outlet.search.model_copy(update={"pages": 1})
        once = outlet.model_copy(update={"search": search})
        probes.append(_probed(outlet, search.url, "search", partial(search_outlet, http, once, now, WORD), now))
    return probes


def _listed(http: PoliteClient, outlet: Outlet, listing: ListingSpec, now: datetime) -> list[Entry]:
    return read_announced(http, outlet, listing.model_copy(update={"pages": 1}), now).entries


def _probed(outlet: Outlet, address: str, kind: str, read: Callable[[], Iterable[Entry]], now: datetime) -> Probe:
    try:
        ours = [entry for entry in read() if outlet.is_article(entry.url)]
    except SourceError as error:
        return Probe(outlet.name, address, kind, *_failure(error))
    newest = max((entry.published_at for entry in ours if entry.published_at), default=None)
    if not ours:
        return Probe(outlet.name, address, kind, EMPTY, "It answers, but names no article of this outlet (0 links).")
    if newest and newest < now - STALE:
        return Probe(
            outlet.name, address, kind, OLD, f"{len(ours)} articles, the newest {(now - newest).days} days old."
        )
    told = f", the newest of {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
    return Probe(outlet.name, address, kind, OK, f"{len(ours)} articles{told}.")


def _discovered(http: PoliteClient, outlet: Outlet, now: datetime) -> Probe:
    try:
        found = find_listings(http, outlet, NewsState(), now)
    except SourceError as error:
        return Probe(outlet.name, outlet.home, "discovery", *_failure(error))
    if not found:
        return Probe(outlet.name, outlet.home, "discovery", EMPTY, "No feed or sitemap was found at the site.")
    told = ", ".join(without_secrets(listing.url) for listing in found)
    return Probe(outlet.name, outlet.home, "discovery", OK, f"Found {told}.")


def _failure(error: SourceError) -> tuple[str, str]:
    state = next((state for kind, state in _STATES if isinstance(error, kind)), ODD)
    # Only our own reading of robots.txt refuses without having asked.
    return (ROBOTS if state == REFUSED and error.status is None else state), str(error)
