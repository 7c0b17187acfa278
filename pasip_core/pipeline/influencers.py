"""The collection ``influencers``: who was heard most lately, computed anew."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import Account, AccountOrder, influencer
from pasip_core.domain.period import Period
from pasip_core.stores.ports import Stores

from .progress import Clock, Progress, silent, utc_now

DAYS = 30
KEPT = 200
"""Accounts of each ranking."""
RANKINGS: tuple[AccountOrder, ...] = ("followers", "engagement", "mentions")

Topics = Callable[[Account], tuple[str, ...]]


def of_nothing(account: Account) -> tuple[str, ...]:
    """No topics."""
    return ()


def latest_days(stores: Stores, zone: ZoneInfo, clock: Clock = utc_now) -> Period | None:
    """The thirty days that end with the newest mention, today at the latest; ``None`` in an empty store."""
    span = stores.mentions.span()
    return None if span is None else Period.last_days(DAYS, min(span[1], clock()), zone)


def keep_influencers(
    stores: Stores, zone: ZoneInfo, *, clock: Clock = utc_now, topics: Topics = of_nothing, progress: Progress = silent
) -> int:
    """Replace the collection by those who are first by followers, engagement or mentions; how many.

    Who was set aside is not among them. Idempotent, and killed anywhere it can simply be done again.
    """
    period = latest_days(stores, zone, clock)
    found: dict[str, Account] = {}
    if period is not None:
        aside = [(one.platform, one.username) for one in stores.set_aside.list()]
        for order in RANKINGS:
            ranked = stores.mentions.accounts(Filters(period), order, limit=KEPT, aside=aside)
            found |= {account.id: account for account in ranked}
        at = clock()
        for done, account in enumerate(found.values(), start=1):
            stores.influencers.save(influencer(account, period, at, topics(account)))
            progress(done, len(found), "influencers")
    for record in stores.influencers.list():
        if record.id not in found:
            stores.influencers.delete(record.id)
    return len(found)
