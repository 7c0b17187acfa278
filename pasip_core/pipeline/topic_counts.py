"""How much is said of topics, in what tone, and how that grows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from pasip_core.domain.analysis import NEGATIVE, PENDING, POSITIVE
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.domain.topic import BASELINE, Topic, TopicPoint, scored_days, topic_score
from pasip_core.stores.ports import Stores


def points(stores: Stores, topics: Sequence[Topic], period: Period) -> Iterator[TopicPoint]:
    """Every topic on every platform and day of the period; what is not said any more is a point of zeros."""
    volumes: dict[tuple[str, str], Counter[date]] = defaultdict(Counter)
    tones: dict[tuple[str, str, date], Counter[str]] = defaultdict(Counter)
    platforms: set[str] = set()
    wide = Period(period.first - timedelta(days=BASELINE), period.last, period.zone)
    for total in stores.mentions.tally(Filters(wide), ("topic", "platform", "day", "sentiment")):
        id, platform, day = str(total.by["topic"]), str(total.by["platform"]), total.by["day"]
        assert isinstance(day, date)
        platforms.add(platform)
        volumes[id, platform][day] += total.volume
        tones[id, platform, day][str(total.by["sentiment"])] += total.volume
    for topic in topics:
        for platform in sorted(platforms):
            said = volumes[topic.id, platform]
            for day in period.days():
                before = sum(said[day - timedelta(days=n)] for n in range(1, BASELINE + 1))
                score = topic_score(said[day], before, Period(day, day, period.zone))
                tone = _polarity(tones[topic.id, platform, day])
                yield TopicPoint(day, topic.id, platform, said[day], score, tone)


def _polarity(tones: Counter[str]) -> float:
    analysed = tones.total() - tones[PENDING]
    return round((tones[POSITIVE] - tones[NEGATIVE]) / analysed, 4) if analysed else 0.0


def counted(stores: Stores, topics: Sequence[Topic], period: Period, now: datetime) -> Iterator[Topic]:
    """The topics with their counts in ``period``, as the mentions are assigned now."""
    tones: dict[str, Counter[str]] = defaultdict(Counter)
    for total in stores.mentions.tally(Filters(period), ("topic", "sentiment")):
        tones[str(total.by["topic"])][str(total.by["sentiment"])] += total.volume
    recent, before = (_volumes(stores, days) for days in scored_days(period))
    for topic in topics:
        yield replace(
            topic,
            mentions_count=tones[topic.id].total(),
            sentiment_distribution=dict(sorted(tones[topic.id].items())),
            trending_score=topic_score(recent[topic.id], before[topic.id], period, now),
        )


def _volumes(stores: Stores, period: Period) -> Counter[str]:
    totals = stores.mentions.tally(Filters(period), ("topic",))
    return Counter({str(total.by["topic"]): total.volume for total in totals})
