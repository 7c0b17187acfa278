"""The sources there are, opened for collecting and written down for those who may not load them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from redis import Redis

from pasip_core.domain.addresses import public_address
from pasip_core.domain.quotas import Budget
from pasip_core.domain.runs import SourceInfo
from pasip_core.settings import Settings
from pasip_core.sources.base import Budgeted, Source, retirement
from pasip_core.sources.http import open_client
from pasip_core.sources.platform_file import Platform, load_platforms
from pasip_core.sources.registry import build_sources
from pasip_core.stores.ports import Stores

from .quota_book import QuotaBook
from .source_check import switched_off

MONEY = {"dollars": "USD", "usd": "USD"}
"""Quotas of these names count money; all others count what they are named after."""


@contextmanager
def open_sources(settings: Settings, stores: Stores, redis: Redis | None = None) -> Iterator[Mapping[str, Source]]:
    """Every source by name, over one HTTP client; with ``redis`` it keeps a host's delay across processes."""
    with open_client(settings, redis) as http:
        feeds = stores.feeds.list({"active": True})
        yield build_sources(settings, feeds, http, QuotaBook(stores), switched_off(stores))


def publish_sources(stores: Stores, sources: Mapping[str, Source], settings: Settings) -> list[SourceInfo]:
    """Write down which sources there are, what they lack and may use; forget those that are gone."""
    platforms = load_platforms(settings.platforms_file)
    infos = [describe(source, platforms) for source in sources.values()]
    for info in infos:
        stores.sources.save(info)
    for gone in {info.id for info in stores.sources.list()} - set(sources):
        stores.sources.delete(gone)
    return infos


def describe(source: Source, platforms: Mapping[str, Platform]) -> SourceInfo:
    """A source in words, with an address that everybody may read. One whose platform counts something else than its
    file says tells so in ``budgets``; one that is not asked any more says why in ``retired``, or its platform does in
    the option of that name."""
    section = section_of(source.name, platforms)
    platform = platforms.get(section)
    told: tuple[Budget, ...] = source.budgets() if isinstance(source, Budgeted) else ()
    counted = {f"{section}.{name}": quota for name, quota in platform.quotas.items()} if platform else {}
    budgets = {name: Budget(name, quota.limit, quota.window, unit_of(name)) for name, quota in counted.items()} | {
        budget.name: budget for budget in told
    }
    return SourceInfo(
        source.name,
        source.label,
        source.platform,
        public_address(source.url, source.platform),
        tuple(source.needs()),
        key_page=(platform.key_page or "") if platform else "",
        retired=retirement(source) or (platform.word("retired") if platform else ""),
        budgets=tuple(budgets.values()),
    )


def section_of(name: str, platforms: Mapping[str, Platform]) -> str:
    """The platform in the file that a source of this name belongs to, "" for none: ``telegram-kanal``, ``telegram``."""
    fitting = [section for section in platforms if name == section or name.startswith(f"{section}-")]
    return max(fitting, key=len, default="")


def unit_of(bucket: str) -> str:
    """What is counted in a bucket such as ``youtube.searches``."""
    quota = bucket.rpartition(".")[2]
    return MONEY.get(quota, quota)
