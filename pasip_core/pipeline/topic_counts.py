"""How much is said of topics, in what tone, and how that grows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from pasip_core.domain.analysis import NEGATIVE, PENDING, POSITIVE
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.domain.topic import Topic, TopicPoint, scoring_period, topic_score
from pasip_core.stores.ports import Stores


def points(stores: Stores, topics: Sequence[Topic], period: Period) -> Iterator[TopicPoint]:
    """Every topic on every platform and day of the period; what is not said any more is a point of zeros."""
    volumes: dict[tuple[str, str], Counter[date]] = defaultdict(Counter)
    tones: dict[tuple[str, str, date], Counter[str]] = defaultdict(Counter)
    platforms: set[str] = set()
    for total in stores.mentions.tally(Filters(scoring_period(period)), ("topic", "platform", "day", "sentiment")):
        id, platform, day = str(total.by["topic"]), str(total.by["platform"]), total.by["day"]
        assert isinstance(day, date)
        platforms.add(platform)
        volumes[id, platform][day] += total.volume
        tones[id, platform, day][str(total.by["sentiment"])] += total.volume
    for topic in topics:
        for platform in sorted(platforms):
            said = volumes[topic.id, platform]
            for day in period.days():
                score = topic_score(said, Period(day, day, period.zone))
                tone = _polarity(tones[topic.id, platform, day])
                yield TopicPoint(day, topic.id, platform, said[day], score, tone)


def _polarity(tones: Counter[str]) -> float:
    analysed = tones.total() - tones[PENDING]
    return round((tones[POSITIVE] - tones[NEGATIVE]) / analysed, 4) if analysed else 0.0


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
