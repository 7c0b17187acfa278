"""What is stored of a person, before anything of it is erased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pasip_core.domain.mention import Mention
from pasip_core.domain.privacy import Erasure, Person, account_key
from pasip_core.stores.ports import Stores

SHOWN = 5


@dataclass
class Found:
    """Mentions of one sort: how many of each platform, from when to when, and the first lines of the oldest."""

    by_platform: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    oldest: list[Mention] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many in all."""
        return self.by_platform.total()

    def add(self, mention: Mention) -> None:
        """One more; they come oldest first."""
        self.by_platform[mention.platform] += 1
        self.first, self.last = self.first or mention.published_at, mention.published_at
        if len(self.oldest) < SHOWN:
            self.oldest.append(mention)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure would take out: ``own`` in any case, ``others`` only if asked to.

    ``stays`` names what bears the person's name and is not deleted by it: keywords, feeds and sources, by kind.
    """

    own: Found
    others: Found
    stays: Mapping[str, tuple[str, ...]]

    @property
    def empty(self) -> bool:
        """Whether no mention concerns the person."""
        return not self.own.count and not self.others.count


def preview(stores: Stores, person: Person) -> Preview:
    """Look at every mention; some seconds in a million. Nothing is changed."""
    sorts = {"own": Found(), "other": Found()}
    for mention in stores.mentions.holding(person.words):
        if concern := person.concern(mention):
            sorts[concern].add(mention)
    return Preview(sorts["own"], sorts["other"], _stays(stores, person))


def _stays(stores: Stores, person: Person) -> dict[str, tuple[str, ...]]:
    def bears(*texts: str) -> bool:
        return any(account_key(text) == person.key or person.named_in(text) for text in texts if text)

    named = {
        "keyword": [k.keyword for k in stores.keywords.list() if bears(k.keyword, k.rule, *k.aliases, *k.exclusions)],
        "feed": [feed.name for feed in stores.feeds.list() if bears(feed.name, feed.url)],
        "source": [source for platform, source in stores.mentions.voices() if bears(source)],
    }
    return {kind: tuple(sorted(names)) for kind, names in named.items() if names}


def past_erasures(stores: Stores, limit: int = 20) -> list[Erasure]:
    """Requests and what came of them, newest first."""
    return stores.erasures.list(order_by="at", descending=True, limit=limit)
