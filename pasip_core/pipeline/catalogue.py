"""The sources there are, opened for collecting and written down for those who may not load them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from redis import Redis

from pasip_core.domain.runs import SourceInfo
from pasip_core.settings import Settings
from pasip_core.sources.base import Source
from pasip_core.sources.http import open_client
from pasip_core.sources.registry import build_sources
from pasip_core.stores.ports import Stores

from .quota_book import QuotaBook


@contextmanager
def open_sources(settings: Settings, stores: Stores, redis: Redis | None = None) -> Iterator[Mapping[str, Source]]:
    """Every source by name, over one HTTP client; with ``redis`` it keeps a host's delay across processes."""
    with open_client(settings, redis) as http:
        yield build_sources(settings, stores.feeds.list({"active": True}), http, QuotaBook(stores))


def publish_sources(stores: Stores, sources: Mapping[str, Source]) -> list[SourceInfo]:
    """Write down which sources there are and what they lack; forget those that are gone."""
    infos = [SourceInfo(s.name, s.label, s.platform, s.url, tuple(s.needs())) for s in sources.values()]
    for info in infos:
        stores.sources.save(info)
    for gone in {info.id for info in stores.sources.list()} - set(sources):
        stores.sources.delete(gone)
    return infos
