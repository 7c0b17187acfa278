"""Who is heard: accounts ranked, one of them in detail, and who was set aside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pasip_core.domain.filters import Filters
from pasip_core.domain.handles import profile_url
from pasip_core.domain.influence import Account, AccountOrder, SetAside
from pasip_core.domain.mention import Mention
from pasip_core.stores.ports import Stores

from . import sums

if TYPE_CHECKING:
    import pandas as pd

Name = tuple[str, str]
"""Platform and author."""
MOST = 100
"""Accounts of a ranking."""
LOUDEST = TOPICS = 5
COLUMNS = (
    "id", "platform", "author", "followers", "engagement_total", "told", "mentions", "engagement_rate", "polarity",
    "sentiment", "last_activity", "profile_url",
)  # fmt: skip


def accounts(
    stores: Stores, filters: Filters, order: AccountOrder = "followers", aside: Collection[Name] = (), limit: int = MOST
) -> list[Account]:
    """The first accounts in this order, without those ``aside``."""
    return stores.mentions.accounts(filters, order, limit=limit, aside=aside)


def ranking(
    stores: Stores, filters: Filters, order: AccountOrder = "followers", aside: Collection[Name] = (), limit: int = MOST
) -> pd.DataFrame:
    """The same as a frame with ``COLUMNS``; what is unknown is missing. ``engagement_rate`` is in percent."""
    import pandas as pd

    rows = [
        (a.id, a.platform, a.author, a.followers, a.engagement, a.told, a.mentions, a.rate, a.polarity, a.sentiment,
         a.last_activity, profile_url(a.platform, a.author))
        for a in accounts(stores, filters, order, aside, limit)
    ]  # fmt: skip
    whole = dict.fromkeys(("followers", "engagement_total", "told", "mentions"), "Int64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({**whole, "engagement_rate": "float", "polarity": "float"})


@dataclass(frozen=True, slots=True)
class AccountDetail:
    """One account: mentions a day (columns day, volume; every day), by sentiment, those with most engagement, and ids
    of the topics it speaks of with their mentions, the largest first."""

    trend: pd.DataFrame
    by_sentiment: dict[str, int]
    loudest: tuple[Mention, ...]
    topics: tuple[tuple[str, int], ...]


def of_account(filters: Filters, platform: str, author: str) -> Filters:
    """The same filters for one account."""
    return replace(filters, platforms=(platform,), accounts=(author,))


def account_detail(stores: Stores, filters: Filters, platform: str, author: str) -> AccountDetail:
    """What one account said, of what the filters mean."""
    import pandas as pd

    own = of_account(filters, platform, author)
    totals = stores.mentions.tally(own, ("day", "sentiment"))
    days = dict.fromkeys(own.period.days(), 0)
    for total in totals:
        days[total.by["day"]] += total.volume  # type: ignore[index]
    trend = pd.DataFrame({"day": list(days), "volume": list(days.values())})
    loudest = stores.mentions.page(own, limit=LOUDEST, order="engagement").mentions
    told = stores.mentions.tally(own, ("topic",), limit=TOPICS + 1)
    topics = [(str(total.by["topic"]), total.volume) for total in told if total.by["topic"]]
    return AccountDetail(trend, sums.by_sentiment(totals), loudest, tuple(topics[:TOPICS]))


def set_aside(stores: Stores) -> list[SetAside]:
    """Accounts that were set aside, the latest first."""
    return stores.set_aside.list(order_by="at", descending=True)
