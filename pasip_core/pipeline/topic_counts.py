"""How much is said of topics, in what tone, and how that grows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.domain.topic import Topic, scoring_period, topic_score
from pasip_core.stores.ports import Stores


def counted(stores: Stores, topics: Sequence[Topic], period: Period, now: datetime) -> Iterator[Topic]:
    """The topics with their counts in ``period``, as the mentions are assigned now."""
    volumes: dict[str, Counter[date]] = defaultdict(Counter)
    tones: dict[str, Counter[str]] = defaultdict(Counter)
    for total in stores.mentions.tally(Filters(scoring_period(period)), ("topic", "day", "sentiment")):
        id, day = str(total.by["topic"]), total.by["day"]
        assert isinstance(day, date)
        volumes[id][day] += total.volume
        if day >= period.first:
            tones[id][str(total.by["sentiment"])] += total.volume
    for topic in topics:
        yield replace(
            topic,
            mentions_count=tones[topic.id].total(),
            sentiment_distribution=dict(sorted(tones[topic.id].items())),
            trending_score=topic_score(volumes[topic.id], period, now),
        )
