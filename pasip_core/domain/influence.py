"""Who speaks, how far it is heard, and in which tone: accounts, and what is reckoned of them.

An account is a platform and the name of an author there: the same name on two platforms is two accounts. What a source
does not tell stays unknown. ``docs/influencers.md`` says why each number is reckoned as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Literal

from .analysis import NEGATIVE, NEUTRAL, POSITIVE, Analysis
from .handles import profile_url
from .period import Period

AccountOrder = Literal["followers", "engagement", "mentions", "rate", "positive", "negative"]
ORDERS: tuple[AccountOrder, ...] = ("followers", "engagement", "mentions", "rate", "positive", "negative")
"""By what accounts can be ranked, the greatest first; accounts of which it is unknown come last."""

LEANING = 0.1
"""From this mean polarity on, on either side of zero, a tone is called positive or negative."""
POLARITIES: Mapping[str, float] = MappingProxyType({POSITIVE: 1.0, NEUTRAL: 0.0, NEGATIVE: -1.0})
"""Of a stance: a sentiment towards one keyword has no scores."""

ORGANISATION, SPAM, OTHER = "organisation", "spam", "other"
REASONS = (ORGANISATION, SPAM, OTHER)
"""Why an account is set aside."""


def account_id(platform: str, author: str) -> str:
    """24 hex characters under which records of an account are kept."""
    told = f"{platform}\x1f{author}".encode("utf-8", "replace")
    return blake2b(told, digest_size=12).hexdigest()


def polarity_of(analysis: Analysis | None) -> float | None:
    """Of the whole text: positive minus negative score; ``None`` while it is not analysed."""
    return None if analysis is None else analysis.scores.polarity


def in_words(polarity: float | None) -> str | None:
    """A mean polarity as a sentiment."""
    if polarity is None:
        return None
    return POSITIVE if polarity >= LEANING else NEGATIVE if polarity <= -LEANING else NEUTRAL


def engagement_rate(engagement: int | None, told: int, followers: int | None) -> float | None:
    """Reactions to one mention in percent of the followers: of mentions that tell any, ``told`` of them."""
    if engagement is None or not told or not followers or followers < 0:
        return None
    return round(100 * engagement / told / followers, 2)


def mean_polarity(weighted: float, weight: int, plain: float, analysed: int) -> float | None:
    """The mean, weighted by engagement; where nothing has any, each mention weighs the same.

    ``weighted`` sums polarity times engagement, ``weight`` the engagement, ``plain`` the polarity, each over what is
    ``analysed``.
    """
    if not analysed:
        return None
    return weighted / weight if weight > 0 else plain / analysed


@dataclass(frozen=True, slots=True)
class Account:
    """The mentions of one account that filters mean, added up.

    ``told`` counts those that tell engagement; ``followers`` is what the latest that tells them says; ``polarity`` is
    weighted by engagement. ``last_activity`` is exact to the second.
    """

    platform: str
    author: str
    mentions: int
    told: int
    engagement: int | None
    followers: int | None
    polarity: float | None
    last_activity: datetime

    @property
    def id(self) -> str:
        """See ``account_id``."""
        return account_id(self.platform, self.author)

    @property
    def rate(self) -> float | None:
        """See ``engagement_rate``."""
        return engagement_rate(self.engagement, self.told, self.followers)

    @property
    def sentiment(self) -> str | None:
        """See ``in_words``."""
        return in_words(self.polarity)


@dataclass(slots=True)
class _Adding:
    mentions: int = 0
    told: int = 0
    engagement: int = 0
    followers: int | None = None
    followed_at: datetime | None = None
    weighted: float = 0.0
    weight: int = 0
    plain: float = 0.0
    analysed: int = 0
    last: datetime | None = None


Spoken = tuple[str, str, datetime, int | None, int | None, float | None]
"""Platform, author, time, engagement, followers and polarity of one mention."""


def added_up(spoken: Iterable[Spoken]) -> list[Account]:
    """Accounts of single mentions, in no order; those without an author are nobody's."""
    found: dict[tuple[str, str], _Adding] = {}
    for platform, author, at, engagement, followers, polarity in spoken:
        if author:
            _add(found.setdefault((platform, author), _Adding()), at, engagement, followers, polarity)
    return [
        Account(
            platform, author, sums.mentions, sums.told, sums.engagement if sums.told else None, sums.followers,
            mean_polarity(sums.weighted, sums.weight, sums.plain, sums.analysed), sums.last.replace(microsecond=0),
        )
        for (platform, author), sums in found.items()
        if sums.last is not None
    ]  # fmt: skip


def _add(sums: _Adding, at: datetime, engagement: int | None, followers: int | None, polarity: float | None) -> None:
    sums.mentions += 1
    sums.last = at if sums.last is None else max(sums.last, at)
    if engagement is not None:
        sums.told += 1
        sums.engagement += engagement
    if followers is not None and (sums.followed_at is None or at >= sums.followed_at):
        sums.followers, sums.followed_at = followers, at
    if polarity is not None:
        sums.analysed += 1
        sums.plain += polarity
        sums.weight += engagement or 0
        sums.weighted += polarity * (engagement or 0)


def ranked(accounts: Iterable[Account], order: AccountOrder, limit: int | None = None) -> list[Account]:
    """The first of them in this order; of equals who said more, then who spoke last."""

    def place(account: Account) -> tuple[bool, float, int, datetime]:
        value = measure(account, order)
        return value is not None, value or 0.0, account.mentions, account.last_activity

    return sorted(accounts, key=place, reverse=True)[:limit]


def measure(account: Account, order: AccountOrder) -> float | None:
    """The number that an order goes by.

    Tones count times mentions, so that one sharp sentence does not come before a campaign.
    """
    if order in ("positive", "negative"):
        leaning = None if account.polarity is None else account.polarity * account.mentions
        return leaning if order == "positive" or leaning is None else -leaning
    if order == "rate" and account.followers and account.told and account.engagement is not None:
        return account.engagement / account.told / account.followers if account.followers > 0 else None
    value: float | None = None if order == "rate" else getattr(account, order)
    return value


@dataclass(frozen=True, slots=True)
class Influencer:
    """An account of the latest weeks, as the collection ``influencers`` keeps it.

    ``sentiment_influence`` is ``polarity`` in words; ``first_day`` to ``last_day`` is what the numbers speak of.
    ``engagement_rate`` is in percent.
    """

    id: str
    username: str
    platform: str
    followers_count: int | None
    engagement_rate: float | None
    mentions_count: int
    sentiment_influence: str | None
    topics_discussed: tuple[str, ...]
    profile_url: str
    last_activity: datetime
    engagement_total: int | None = None
    polarity: float | None = None
    first_day: str = ""
    last_day: str = ""
    computed_at: datetime | None = None


def influencer(account: Account, period: Period, at: datetime, topics: tuple[str, ...] = ()) -> Influencer:
    """The record of an account, computed ``at`` from its mentions of a period."""
    return Influencer(
        id=account.id,
        username=account.author,
        platform=account.platform,
        followers_count=account.followers,
        engagement_rate=account.rate,
        mentions_count=account.mentions,
        sentiment_influence=account.sentiment,
        topics_discussed=topics,
        profile_url=profile_url(account.platform, account.author),
        last_activity=account.last_activity,
        engagement_total=account.engagement,
        polarity=None if account.polarity is None else round(account.polarity, 4),
        first_day=period.first.isoformat(),
        last_day=period.last.isoformat(),
        computed_at=at,
    )


@dataclass(frozen=True, slots=True)
class SetAside:
    """An account that a person left out of the ranking, why, when and who."""

    id: str
    platform: str
    username: str
    reason: str
    at: datetime
    who: str
