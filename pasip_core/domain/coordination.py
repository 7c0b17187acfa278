"""Accounts that share the same things at the same time, again and again: what is kept of them, and what counts.

Every two posts of different accounts that share a text, a link or a set of hashtags within ``WINDOW`` are a
coincidence; the same thing shared by the same two accounts on one day is one. How many coincidences two accounts have
by chance is asked of the data itself: each post keeps its account, its hour and what it shares, and gets another second
of that hour. Two accounts are linked where they coincide at least ``OFTEN`` times and are further beyond chance than 99
of 100 pairs that chance makes, and where of all pairs that far beyond it chance makes at most one in a hundred. Linked
accounts make up groups.

That is evidence of acting together, never of why: fan clubs, newsrooms and campaign teams do so openly.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

WINDOW = timedelta(seconds=60)
OFTEN = 2
CHANCE = 0.01
DAYS = 120
"""How long a stretch is looked at, up to the newest mention."""
FEWEST_TAGS = 2
MOST_EVIDENCE = 200
TEXT, LINK, TAGS = "text", "link", "hashtags"


class Account(NamedTuple):
    """An author as mentions name them."""

    platform: str
    name: str


class Evidence(NamedTuple):
    """One post of a group: who shared ``what`` (a story's id, an address, hashtags) at ``at`` (ISO, UTC)."""

    at: str
    kind: str
    what: str
    platform: str
    account: str
    mention: str


@dataclass(frozen=True, slots=True)
class CoordinatedGroup:
    """Accounts of which each shared the same as another of them, within moments, more often than by chance.

    ``times`` is how many different things they shared like that, each day counted by itself; ``expected`` is how many
    coincidences chance would make between them, of the ``coincidences`` there are. ``evidence`` are their posts, oldest
    first, at most ``MOST_EVIDENCE``.
    """

    id: str
    accounts: tuple[Account, ...]
    first_seen: datetime
    last_seen: datetime
    found_at: datetime
    times: int = 0
    coincidences: int = 0
    expected: float = 0.0
    evidence: tuple[Evidence, ...] = ()

    def without(self, test: Callable[[str], bool]) -> CoordinatedGroup:
        """Without accounts, and posts, of which a text passes the test."""
        return replace(
            self,
            accounts=tuple(account for account in self.accounts if not test(account.name)),
            evidence=tuple(
                row for row in self.evidence if not (test(row.account) or test(row.mention) or test(row.what))
            ),
        )

    def renamed(self, name_of: Callable[[str, str], str]) -> CoordinatedGroup:
        """With other names, by platform and name."""
        return replace(
            self,
            accounts=tuple(a._replace(name=name_of(a.platform, a.name)) for a in self.accounts),
            evidence=tuple(row._replace(account=name_of(row.platform, row.account)) for row in self.evidence),
        )


def account_names(groups: Collection[CoordinatedGroup]) -> tuple[str, ...]:
    """Every account of every group, sorted."""
    return tuple(sorted({account.name for group in groups for account in group.accounts}))
