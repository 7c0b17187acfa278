"""What is stored of a person, before anything of it is erased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pasip_core.domain.mention import Mention
from pasip_core.domain.privacy import CLITICS, Erasure, Person, account_key, name_words, texts_of
from pasip_core.domain.rules.fold import located_tokens
from pasip_core.stores.ports import Stores

SHOWN = 5
BEFORE, AFTER = 90, 150
"""Characters of a passage around what was found."""


@dataclass
class Found:
    """Mentions of one sort: how many of each platform, from when to when, and the oldest."""

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


@dataclass(frozen=True, slots=True)
class Passage:
    """What of a mention tells of the person (``hit``, empty where that is who wrote it), and what stands around."""

    before: str
    hit: str
    after: str


def passage(mention: Mention, person: Person) -> Passage:
    """The words around the person's name in the first text of the mention that holds it, else its beginning."""
    wrote = person.platform and person.concern(mention) == "own"
    for text in () if wrote else texts_of(mention):
        if person.named_in(text) or account_key(text) == person.key:
            start, end = _place(text, person)
            return Passage(_last(text[:start]), text[start:end], _first(text[end:]))
    return Passage("", "", _first(mention.text))


def _place(text: str, person: Person) -> tuple[int, int]:
    """Where the name begins and ends: the first run of words that make it up, as ``grams`` joins them."""
    tokens, places = located_tokens(text)
    said = [(word, place) for token, place in zip(tokens, places, strict=True) for word in name_words(token)]
    wanted = "".join(name_words(person.name))
    for at in range(len(said)):
        run = ""
        for word, (_, end) in said[at : at + max(1, len(name_words(person.name)))]:
            run += word
            if run == wanted or (run[:-3] == wanted and run.endswith(CLITICS)):
                return said[at][1][0], end
    return 0, 0


def _last(text: str) -> str:
    cut = text[-BEFORE:]
    return text if text == cut else "…" + (cut.partition(" ")[2] or cut)


def _first(text: str) -> str:
    cut = text[:AFTER]
    return text if text == cut else (cut.rpartition(" ")[0] or cut) + "…"


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
