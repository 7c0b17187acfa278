"""What was let go of within a period (see ``RETENTION_DAYS``), so that nobody takes what is kept for all there was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.stores.ports import Stores

from . import sums


@dataclass(frozen=True, slots=True)
class LetGo:
    """Texts of a platform from before the day ``before`` are going, or gone; the numbers of these days stay."""

    platform: str
    before: date


def let_go(stores: Stores, filters: Filters) -> list[LetGo]:
    """Of which platforms texts that the filters mean were let go, by name; only where numbers tell of any."""
    reaching = [frozen for frozen in stores.frozen.list() if frozen.holds(filters.period.first)]
    found = [LetGo(frozen.id, date.fromisoformat(frozen.day)) for frozen in reaching]
    chosen = [gone for gone in found if not filters.platforms or gone.platform in filters.platforms]
    return [gone for gone in chosen if sums.volume(stores, _numbers_of(gone, filters))]


def _numbers_of(gone: LetGo, filters: Filters) -> Filters:
    """The same filters over the final days of the platform, as far as series can tell."""
    last = min(filters.period.last, gone.before - timedelta(days=1))
    period = Period(filters.period.first, last, filters.period.zone)
    return Filters(period, keywords=filters.keywords, platforms=(gone.platform,), sources=filters.sources)


def counts_texts(filters: Filters) -> bool:
    """Whether the headline numbers of these filters come from single mentions, so that what was let go is missing."""
    return bool(filters.looks_up or (filters.one_keyword and filters.sources))
