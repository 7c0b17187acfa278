"""Bringing the copies of one text together into stories."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from loguru import logger

from pasip_core.domain.mention import Mention
from pasip_core.domain.stories import WINDOW, Fingerprint
from pasip_core.errors import LeaseLost
from pasip_core.nlp.duplicates import are_copies, fingerprints
from pasip_core.stores.ports import Stores

from .progress import Clock, Progress, Slice, silent, utc_now

BATCH = 250
LEASE, LEASE_SECONDS = "stories", 120.0


def group_stories(
    stores: Stores,
    *,
    owner: str,
    clock: Clock = utc_now,
    progress: Progress = silent,
    seconds: float = float("inf"),
) -> Slice:
    """Look at every mention whose text was not looked at yet, for about ``seconds``; nothing where others are at it.

    A text is kept before others like it are looked for, and marked as looked at last: killed at any line, the same
    batch is done again and leaves the same. Whatever the order, a story is what copies join, and its id that of its
    earliest mention's story.
    """
    fence = stores.leases.acquire(LEASE, owner, LEASE_SECONDS)
    if fence is None:
        return Slice(0, stores.stories.count_unlooked(bound=1))
    left, done, until = stores.stories.count_unlooked(), 0, time.monotonic() + seconds
    try:
        stores.stories.forget_fingerprints(clock() - WINDOW)
        while batch := stores.stories.unlooked(BATCH):
            stores.leases.renew(fence, LEASE_SECONDS)
            _look_at(stores, batch, clock)
            done += len(batch)
            progress(done, max(left, done), "stories")
            if time.monotonic() > until:
                return Slice(done, max(left - done, 1))
    except LeaseLost as error:
        logger.info("stories leave the rest to another process: {}", error)
        return Slice(done, 1)
    finally:
        stores.leases.release(fence)
    return Slice(done, 0)


def _look_at(stores: Stores, batch: Sequence[Mention], clock: Clock) -> None:
    told = fingerprints(batch)
    stores.stories.keep_fingerprints(told, clock())
    groups = _Groups()
    for mention, one in zip(batch, told, strict=True):
        groups.join([mention.cluster_id, *_copies(stores, mention, one)])
    stores.stories.save_stories(groups.into_earliest(stores))
    stores.stories.mark_looked(told)


def _copies(stores: Stores, mention: Mention, one: Fingerprint) -> Iterable[str]:
    """The stories of texts that say the same."""
    start, end = mention.published_at - WINDOW, mention.published_at + WINDOW
    known: set[str] = {mention.cluster_id}
    for other in stores.stories.alike(one.bands, start, end):
        if other.story not in known and are_copies((one.words, other.words), (one.sketch, other.sketch)):
            known.add(other.story)
    return known


class _Groups:
    """Stories that turned out to be one."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def _root(self, story: str) -> str:
        while (parent := self._parents.setdefault(story, story)) != story:
            self._parents[story] = story = self._parents[parent]
        return story

    def join(self, stories: Sequence[str]) -> None:
        """All of these are one."""
        for story in stories[1:]:
            self._parents[self._root(story)] = self._root(stories[0])

    def into_earliest(self, stores: Stores) -> dict[str, str]:
        """Each story that goes into another, by which that is: the one that began first."""
        groups: dict[str, list[str]] = {}
        for story in self._parents:
            groups.setdefault(self._root(story), []).append(story)
        several = [sorted(group) for group in groups.values() if len(group) > 1]
        begins = stores.stories.begins([story for group in several for story in group])
        joined: dict[str, str] = {}
        for group in several:
            there = [story for story in group if story in begins]
            first = min(there or group, key=lambda story: (*begins.get(story, ()), story))
            joined |= {story: first for story in group if story != first}
        return joined
