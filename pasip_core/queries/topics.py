"""What people talk about: topics of a period by volume or growth, their days, and mentions that stand for them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pasip_core.domain.analysis import NEGATIVE, PENDING, POSITIVE
from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import Period, apart
from pasip_core.domain.topic import LAST_RUN, Topic, TopicRun, followed, scored_days, topic_score
from pasip_core.stores.ports import Stores

if TYPE_CHECKING:
    import pandas as pd

COUNTED = ("positive", "neutral", "negative", "pending")


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic in a period: its mentions, by sentiment, and its trending score there."""

    topic: Topic
    volume: int
    tones: Mapping[str, int]
    score: float

    @property
    def net(self) -> float | None:
        """Positive minus negative in percent of what is analysed."""
        analysed = self.volume - self.tones.get(PENDING, 0)
        if not analysed:
            return None
        return round(100 * (self.tones.get(POSITIVE, 0) - self.tones.get(NEGATIVE, 0)) / analysed, 1)


@dataclass(frozen=True, slots=True)
class TopicsView:
    """The topics that a selection has mentions of, loudest first; ``without`` are mentions that belong to none."""

    topics: tuple[TopicView, ...]
    without: int

    @property
    def total(self) -> int:
        """Every mention of the selection."""
        return self.without + sum(view.volume for view in self.topics)


def topics_view(stores: Stores, filters: Filters, now: datetime | None = None) -> TopicsView:
    """Every topic with mentions that the filters mean. A topic that went into another counts there."""
    known = {topic.id: topic for topic in stores.topics.list()}
    became = followed(known.values())
    tones, recent, before = _told(stores, filters, (filters.period, *scored_days(filters.period)), became)
    views = [
        TopicView(known[id], told.total(), dict(told), topic_score(loud, quiet, filters.period, now))
        for id, told in tones.items()
        if id in known
        for loud, quiet in [(recent[id].total(), before[id].total())]
    ]
    without = sum(told.total() for id, told in tones.items() if id not in known)
    return TopicsView(tuple(sorted(views, key=lambda view: (-view.volume, view.topic.id))), without)


def _told(
    stores: Stores, filters: Filters, spans: Sequence[Period], became: Mapping[str, str]
) -> list[dict[str, Counter[str]]]:
    """For each span the mentions of each topic by sentiment. Spans overlap, and each day is read once."""
    found: list[dict[str, Counter[str]]] = [defaultdict(Counter) for _ in spans]
    for part in apart(spans):
        totals = stores.mentions.tally(replace(filters, period=part), ("topic", "sentiment"))
        meant = [told for told, span in zip(found, spans, strict=True) if span.first <= part.first <= span.last]
        for total in totals:
            id = str(total.by["topic"])
            for told in meant:
                told[became.get(id, id)][str(total.by["sentiment"])] += total.volume
    return found


def topic_frame(view: TopicsView) -> pd.DataFrame:
    """One row a topic: id, name, state, volume, each sentiment, net sentiment, score."""
    import pandas as pd

    rows = [
        {
            "topic": one.topic.id, "name": one.topic.topic, "state": one.topic.state, "volume": one.volume,
            **{name: one.tones.get(name, 0) for name in COUNTED}, "net": one.net, "score": one.score,
        }
        for one in view.topics
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["topic", "name", "state", "volume", *COUNTED, "net", "score"])


def topic_trend(stores: Stores, filters: Filters, topics: Sequence[str]) -> pd.DataFrame:
    """Columns topic, day, offset, volume: every day of the period for each of these topics."""
    import pandas as pd

    rows = []
    for id in topics:
        totals = stores.mentions.tally(replace(filters, topic=id), ("day",))
        said = {total.by["day"]: total.volume for total in totals}
        rows += [(id, day, offset, said.get(day, 0)) for offset, day in enumerate(filters.period.days())]
    return pd.DataFrame(rows, columns=["topic", "day", "offset", "volume"])


def representatives(stores: Stores, topic: Topic) -> list[Mention]:
    """Mentions that stand for the topic and are still there."""
    found = map(stores.mentions.get, topic.related_data_ids)
    return [mention for mention in found if mention is not None]


def last_topic_run(stores: Stores) -> TopicRun | None:
    """The run that looked last, or looks now."""
    return stores.topic_runs.get(LAST_RUN)


def topics_of_run(stores: Stores, run: TopicRun) -> list[Topic]:
    """The topics that this run found, loudest first."""
    found = [topic for topic in stores.topics.list() if topic.alive and topic.seen_at >= run.started_at]
    return sorted(found, key=lambda topic: (-topic.mentions_count, topic.id))


def topic_names(stores: Stores) -> dict[str, str]:
    """The name of every topic, for filters."""
    return {topic.id: topic.topic for topic in stores.topics.list()}
