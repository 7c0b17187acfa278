"""Stories of a period and how they spread, copies of one mention, and groups of accounts that share together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pasip_core.domain.coordination import CoordinatedGroup, account_names
from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import NEWS, Mention
from pasip_core.domain.period import Period
from pasip_core.stores.ports import Stores

from . import sums

MOST = 10
LOOKED_FOR = 40
"""A story with copies is among the loudest so many, unless there is none."""
VOICES = 5


@dataclass(frozen=True, slots=True)
class Story:
    """A text and its copies within the filters.

    ``origin`` is the earliest mention there is of the story, of any day; ``mentions`` counts those of the filters, by
    day in ``days``, by tone in ``tones``; ``voices`` are its loudest outlets and accounts with their mentions, of
    ``voice_count`` in all.
    """

    id: str
    origin: Mention
    mentions: int
    days: tuple[tuple[date, int], ...]
    tones: dict[str, int]
    voices: tuple[tuple[str, int], ...]
    voice_count: int
    engagement: int | None


def biggest(stores: Stores, filters: Filters, limit: int = MOST) -> list[Story]:
    """The stories with most copies, those without any left out."""
    totals = stores.mentions.tally(filters, ("story",), limit=LOOKED_FOR)
    found = [(str(t.by["story"]), t.engagement_total) for t in totals if t.volume > 1][:limit]
    return [story for id, told in found if (story := _story(stores, replace(filters, story=id), told)) is not None]


def _story(stores: Stores, filters: Filters, engagement: int | None) -> Story | None:
    began = stores.stories.begins([filters.story]).get(filters.story)
    origin = stores.mentions.get(began[1]) if began else None
    if origin is None:  # removed since
        return None
    days = sums.by_day(stores.mentions.tally(filters, ("day",)))
    voices: dict[str, int] = {}
    for total in stores.mentions.tally(filters, ("platform", "source", "author")):
        name = str(total.by["source"] if total.by["platform"] == NEWS else total.by["author"] or total.by["source"])
        voices[name] = voices.get(name, 0) + total.volume
    loudest = sorted(voices.items(), key=lambda voice: (-voice[1], voice[0]))
    tones = sums.by_sentiment(stores.mentions.tally(filters, ("sentiment",)))
    mentions = sum(count for _, count in days)
    return Story(filters.story, origin, mentions, days, tones, tuple(loudest[:VOICES]), len(loudest), engagement)


def groups_of(stores: Stores, period: Period) -> list[CoordinatedGroup]:
    """Groups of two accounts and more that were seen in the period; the largest first."""
    found = [
        group
        for group in stores.coordinated_groups.list()
        if len(group.accounts) > 1 and group.last_seen >= period.start and group.first_seen < period.end
    ]
    return sorted(found, key=lambda group: (-len(group.accounts), -group.times, group.id))


def coordinated_accounts(stores: Stores) -> tuple[str, ...]:
    """Every account of every group, as mentions name them."""
    return account_names([group for group in stores.coordinated_groups.list() if len(group.accounts) > 1])


def posts_of(stores: Stores, ids: Sequence[str]) -> dict[str, Mention]:
    """Those of these mentions that are still there."""
    return {id: mention for id in ids if (mention := stores.mentions.get(id)) is not None}
