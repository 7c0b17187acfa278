"""Single mentions: a page of them, one in full, and what filters can offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pasip_core.domain.analysis import Analysis
from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention
from pasip_core.domain.metrics import BoundedCount
from pasip_core.errors import InputError
from pasip_core.stores.ports import Order, Page, Stores

from . import sums

__all__ = ["MentionDetail", "all_mentions", "mention_count", "mention_detail", "mention_page", "voices"]


@dataclass(frozen=True, slots=True)
class MentionDetail:
    """One mention with every analysis it had, newest first."""

    mention: Mention
    history: tuple[Analysis, ...]


def mention_page(
    stores: Stores, filters: Filters, *, after: str | None = None, limit: int = 50, order: Order = "newest"
) -> Page:
    """One page of mentions; ``next`` of the answer goes into ``after`` for the following one."""
    return stores.mentions.page(filters, after=after, limit=limit, order=order)


def mention_count(stores: Stores, filters: Filters) -> BoundedCount:
    """How many mentions: exact from the series where they can tell, else up to 10,000.

    Series also count mentions that were let go since (see ``RETENTION_DAYS``); a list of mentions has none of these.
    """
    let_go = any(frozen.holds(filters.period.first) for frozen in stores.frozen.list())
    if not replace(filters, sources=()).fits_series or let_go:
        return stores.mentions.count(filters)
    return BoundedCount(sums.volume(stores, filters))


def mention_detail(stores: Stores, id: str) -> MentionDetail:
    """One mention in full. ``InputError`` where it is not there (any more)."""
    mention = stores.mentions.get(id)
    if mention is None:
        raise InputError(f"mention: {id!r} is not there; it may have been deleted", field="mention", value=id)
    return MentionDetail(mention, tuple(stores.mentions.history(id)))


def all_mentions(stores: Stores, filters: Filters) -> Iterator[Mention]:
    """Every mention the filters mean, newest first, streamed."""
    return stores.mentions.stream(filters)


def voices(stores: Stores) -> list[tuple[str, str]]:
    """Every (platform, source) there is."""
    return sorted(stores.mentions.voices())
