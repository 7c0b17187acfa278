"""Reading what topics are learnt from, and placing every mention: a stream of mentions each, in bounded memory."""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import Period
from pasip_core.domain.topic import Topic
from pasip_core.stores.ports import Assigned, Stores

from .progress import Progress
from .topic_plan import Plan

MOST_TEXTS = 20_000
"""Texts to learn from; of more, those are taken that a hash puts first, whatever their order."""
AT_ONCE = 5_000
REPRESENTATIVE = 5
Words = tuple[str, ...]


@dataclass
class Reading:
    """The distinct texts of a period: copies of one text, and of one story, are one."""

    texts: list[Words] = field(default_factory=list)
    mentions: int = 0
    digest: str = ""


def read_texts(stores: Stores, period: Period, progress: Progress, renew: Callable[[], None]) -> Reading:
    """Every mention of the period once, newest first."""
    from pasip_core.nlp.topic_words import topic_words

    reading, seen = Reading(), hashlib.blake2b(digest_size=16)
    distinct: dict[Words, None] = {}
    stories: set[bytes] = set()
    for mention in stores.mentions.stream(Filters(period)):
        reading.mentions += 1
        seen.update(f"{mention.id}{mention.content_hash}".encode())
        story = bytes.fromhex(mention.cluster_id)
        if story not in stories:
            stories.add(story)
            if words := topic_words(mention.text):
                distinct[words] = None
        if len(distinct) > 2 * MOST_TEXTS:
            distinct = dict.fromkeys(_first_by_hash(distinct))
        if not reading.mentions % AT_ONCE:
            renew()
            progress(reading.mentions, None, "reading")
    reading.texts = list(distinct) if len(distinct) <= MOST_TEXTS else _first_by_hash(distinct)
    reading.digest = seen.hexdigest()
    return reading


def _first_by_hash(texts: Iterable[Words]) -> list[Words]:
    return heapq.nsmallest(MOST_TEXTS, texts, key=_hash)


def _hash(words: Words) -> bytes:
    return hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=8).digest()


@dataclass(order=True)
class _Example:
    """A mention that may stand for its topic; the greatest is the most typical one."""

    cosine: float
    id: str
    words: Words = field(compare=False)


class Placing:
    """Gives mentions the topics of a plan, and notes by the way when each was spoken of and what is typical of it."""

    def __init__(self, plan: Plan) -> None:
        from pasip_core.nlp.topic_space import Space
        from pasip_core.nlp.topics import Finder

        self._topics = [topic for topic in plan.topics if topic.alive]
        self._finder = Finder(Space(plan.weights), [dict(topic.middle) for topic in self._topics])
        self._moments: dict[str, tuple[datetime, datetime]] = {}
        self._examples: dict[str, list[_Example]] = defaultdict(list)
        self.done = 0

    def batches(self, mentions: Iterator[Mention]) -> Iterator[list[Assigned]]:
        """Topics for some mentions at a time."""
        while batch := list(islice(mentions, AT_ONCE)):
            yield self._assigned(batch)
            self.done += len(batch)

    def _assigned(self, batch: list[Mention]) -> list[Assigned]:
        from pasip_core.nlp.topic_words import topic_words

        texts = [topic_words(mention.text) for mention in batch]
        distinct = list(dict.fromkeys(texts))
        places = dict(zip(distinct, self._finder.find(distinct), strict=True))
        found = []
        for mention, words in zip(batch, texts, strict=True):
            place, cosine = places[words]
            topic = self._topics[place].id if place >= 0 else ""
            found.append(Assigned(mention.id, mention.content_hash, topic))
            if topic:
                self._note(topic, mention, words, round(cosine, 6))
        return found

    def _note(self, topic: str, mention: Mention, words: Words, cosine: float) -> None:
        first, last = self._moments.get(topic, (mention.published_at,) * 2)
        self._moments[topic] = min(first, mention.published_at), max(last, mention.published_at)
        examples = self._examples[topic]
        if len(examples) == REPRESENTATIVE and cosine <= examples[0].cosine:
            return
        if not any(example.words == words for example in examples):
            heapq.heappush(examples, _Example(cosine, mention.id, words))
            del examples[: max(0, len(examples) - REPRESENTATIVE)]
            heapq.heapify(examples)

    def completed(self, topic: Topic) -> Topic:
        """The topic with what was noted of it."""
        if topic.id not in self._moments:
            return topic
        first, last = self._moments[topic.id]
        examples = sorted(self._examples[topic.id], reverse=True)
        return replace(
            topic,
            first_mentioned=min(filter(None, (topic.first_mentioned, first))),
            last_mentioned=max(filter(None, (topic.last_mentioned, last))),
            related_data_ids=tuple(example.id for example in examples),
        )
