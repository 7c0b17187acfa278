"""Accounts that share the same things at the same time, again and again: how they are found, and what is kept of it.

Every two posts of different accounts that share a text, a link or a set of hashtags within ``WINDOW`` are a
coincidence; the same thing shared by the same two accounts on one day is one. How many coincidences two accounts have
by chance is asked of the data itself: each post keeps its account, its hour and what it shares, and gets another second
of that hour. Two accounts are linked where they coincide at least ``OFTEN`` times and of all pairs that are as far
beyond chance as they are, chance makes at most one in a hundred. Linked accounts make up groups.

That is evidence of acting together, never of why: fan clubs, newsrooms and campaign teams do so openly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

WINDOW = timedelta(seconds=60)
OFTEN = 2
DAYS = 120
"""How long a stretch is looked at, up to the newest mention."""
TEXT, LINK, TAGS = "text", "link", "hashtags"


class Evidence(NamedTuple):
    """One post of a group: ``account`` shared ``what`` (a story's id, an address, hashtags) at ``at`` (ISO, UTC)."""

    at: str
    kind: str
    what: str
    platform: str
    account: str
    mention: str


@dataclass(frozen=True, slots=True)
class CoordinatedGroup:
    """Accounts of which each shared the same as another of them, within moments, more often than by chance.

    ``times`` is how many different things they shared like that, each day counted by itself; ``expected`` how many
    coincidences of the pairs chance would make, of ``coincidences`` there are. ``evidence`` are the posts, oldest
    first, at most ``MOST_EVIDENCE``.
    """

    id: str
    accounts: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    found_at: datetime
    times: int = 0
    coincidences: int = 0
    expected: float = 0.0
    evidence: tuple[Evidence, ...] = ()


MOST_EVIDENCE = 200
