"""Small builders for tests of sources: a client that may ask one local server, and what a run gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import RawMention
from pasip_core.errors import SourceError
from pasip_core.settings import Settings
from pasip_core.sources.base import Batch, Source
from pasip_core.sources.http import Limits, PoliteClient
from pasip_core.sources.limiter import Limiter
from tests.replicas import Page, Replica

QUICK = Limits(connect=1, read=1, total=1.5, longest_wait=2)


def settings_for(*replicas: Replica, delay: float = 0.0, **changes: Any) -> Settings:
    """Settings that allow exactly these servers."""
    hosts = ",".join(replica.host for replica in replicas)
    return Settings(**{"scraping_delay": delay, "private_hosts_allowed": hosts} | changes)


def client_for(*replicas: Replica, delay: float = 0.0, limiter: Limiter | None = None, **options: Any) -> PoliteClient:
    """A client with short time limits."""
    return PoliteClient(settings_for(*replicas, delay=delay), limiter, **{"limits": QUICK} | options)


def pages(**known: str | bytes) -> Callable[[str], Page | None]:
    """A site with these pages (``feed=...`` is at ``/feed``); XML is served as XML."""

    def site(path: str) -> Page | None:
        body = known.get(path.partition("?")[0].strip("/"))
        if body is None:
            return None
        body = body.encode() if isinstance(body, str) else body
        return Page(body, "application/xml" if body.lstrip().startswith(b"<?xml") else "text/html; charset=utf-8")

    return site


@dataclass
class Ran:
    """What one run of a source gave."""

    batches: list[Batch] = field(default_factory=list)
    error: SourceError | None = None

    @property
    def mentions(self) -> list[RawMention]:
        return [mention for batch in self.batches for mention in batch.mentions]

    @property
    def cursor(self) -> Mapping[str, Any]:
        return self.batches[-1].cursor

    @property
    def note(self) -> str:
        return self.batches[-1].note


def run(
    source: Source,
    keywords: Sequence[Keyword] = (),
    cursor: Mapping[str, Any] | None = None,
    limit: int = 200,
    *,
    batches: int | None = None,
) -> Ran:
    """Run a source to its end, or kill it after so many batches."""
    ran = Ran()
    try:
        for batch in source.fetch(keywords, cursor or {}, limit):
            ran.batches.append(batch)
            if batches is not None and len(ran.batches) >= batches:
                break
    except SourceError as error:
        ran.error = error
    return ran
