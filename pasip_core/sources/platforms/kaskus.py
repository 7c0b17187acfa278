"""Kaskus: threads that its search finds, read like any page; off unless it is asked for.

Nobody documents its pages, and no public scraper shows that its selectors fit; so the search's address and what a
thread's link looks like stand in the file of platforms, and a thread is read as a page whose markup is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from pasip_core.domain.keyword import Keyword
from pasip_core.errors import InputError
from pasip_core.sources.base import Batch, Source
from pasip_core.sources.news import NewsSource
from pasip_core.sources.outlet import AddressSpec, Outlet, SearchSpec
from pasip_core.sources.platform_file import Platform
from pasip_core.sources.workbench import Workbench


def sources(bench: Workbench) -> Iterable[Source]:
    """The one source, where ``KASKUS`` asks for it."""
    if bench.settings.kaskus:
        yield KaskusSource(bench, _outlet(bench.platforms["kaskus"]))


def _outlet(platform: Platform) -> Outlet:
    """Kaskus in the terms of a news outlet: a search, and pages. ``InputError`` where its options cannot be used."""
    base = platform.base.rstrip("/")
    told = {
        "url": base + platform.word("search"),
        "links": platform.word("links"),
        "empty": ("tidak ditemukan", "tidak ada hasil", "not found", "no results"),
    }
    try:
        search = SearchSpec.model_validate(told)
        threads = AddressSpec(hosts=(urlsplit(base).hostname or "",), take=(platform.word("take"),))
        return Outlet(name="kaskus", label="Kaskus", site="kaskus", home=base, search=search, addresses=threads)
    except ValidationError as error:
        first = error.errors()[0]
        option = {"url": "search"}.get(str(first["loc"][0]), first["loc"][0])
        raise InputError(
            f"PLATFORMS_FILE: kaskus.options.{option}: {first['input']!r:.200} cannot be used: {first['msg']}.",
            field="PLATFORMS_FILE",
        ) from None


@dataclass(frozen=True)
class KaskusSource:
    """Threads about the keywords, each read once, with the words of whoever began it."""

    bench: Workbench
    outlet: Outlet

    name = "kaskus"
    label = "Kaskus"
    platform = "kaskus"

    @property
    def url(self) -> str:
        """The front page."""
        return self.outlet.home

    def needs(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See :class:`Source`."""
        http = self.bench.http.paced(self.bench.platforms["kaskus"].delay)
        pages = NewsSource(self.outlet, http, lambda _: self.name, clock=self.bench.clock)
        for batch in pages.fetch(keywords, cursor, limit):
            yield replace(batch, mentions=tuple(replace(m, platform=self.platform) for m in batch.mentions))
