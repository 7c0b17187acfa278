"""The collection ``influencers``: who was heard most lately, computed anew."""

from __future__ import annotations

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

TOPICS = 5
"""Of an account, those it speaks of most."""


def latest_days(stores: Stores, zone: ZoneInfo, clock: Clock = utc_now) -> Period | None:
    """The thirty days that end with the newest mention, today at the latest; ``None`` in an empty store."""
    span = stores.mentions.span()
    return None if span is None else Period.last_days(DAYS, min(span[1], clock()), zone)


def topics_of(stores: Stores, period: Period, account: Account) -> tuple[str, ...]:
    """Ids of the topics that the account took part in, the one it spoke of most first."""
    own = Filters(period, platforms=(account.platform,), accounts=(account.author,))
    told = stores.mentions.tally(own, ("topic",), limit=TOPICS + 1)  # one of them may be none
    return tuple(topic for total in told if (topic := str(total.by["topic"])))[:TOPICS]


def keep_influencers(stores: Stores, zone: ZoneInfo, *, clock: Clock = utc_now, progress: Progress = silent) -> int:
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
            stores.influencers.save(influencer(account, period, at, topics_of(stores, period, account)))
            progress(done, len(found), "influencers")
    for record in stores.influencers.list():
        if record.id not in found:
            stores.influencers.delete(record.id)
    return len(found)
