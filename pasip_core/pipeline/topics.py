"""Finding what a period is about, and which topic each of its mentions belongs to.

Everything is decided first, from what is stored: middles, names, births and ends. Then it is written down as a whole
(``TopicRun.journal``), and only then carried out, step by step, each of which may be done again. Killed before, nothing
has happened; killed after, the next run finds the journal and ends what it says, to the same result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from loguru import logger

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.domain.topic import LAST_RUN, Topic, TopicRun
from pasip_core.errors import StoreBusy
from pasip_core.stores.ports import Stores

from .progress import Clock, Progress, silent, utc_now
from .topic_counts import counted, points
from .topic_plan import Plan, decide, read_plan, write_plan
from .topic_texts import Placing, Reading, read_texts

DEFAULT_DAYS = 30
LEASE, LEASE_SECONDS = "topics", 180.0
PAUSE = 1.0
MOST_KNOWN = 600
Renew = Callable[[], None]


def find_topics(
    stores: Stores,
    period: Period,
    *,
    owner: str,
    clock: Clock = utc_now,
    progress: Progress = silent,
    wait: float = LEASE_SECONDS + 10,
) -> TopicRun:
    """Find the topics of ``period`` and assign its mentions; what came of it.

    Idempotent: the same mentions in the same period are not learnt from again. What a killed run has left is carried
    out first. ``StoreBusy`` where another process is at it for longer than ``wait`` seconds.
    """
    with _alone(stores, owner, wait) as renew:
        found = stores.topic_runs.get(LAST_RUN)
        if found is not None and found.journal:
            found = _carry_out(stores, found, clock, progress, renew, period)
            if (found.first, found.last) == _days(period):
                return found
        reading = read_texts(stores, period, progress, renew)
        if found is not None and (found.digest, found.first, found.last) == (reading.digest, *_days(period)):
            _count_again(stores, period, clock)
            return found
        decided = _decide(stores, period, reading, clock(), progress, renew)
        renew()
        stores.topic_runs.save(decided)
        return _carry_out(stores, decided, clock, progress, renew, period) if decided.journal else decided


@contextmanager
def _alone(stores: Stores, owner: str, wait: float) -> Iterator[Renew]:
    """Hold the lease; within, ``LeaseLost`` where somebody else has taken it."""
    until = time.monotonic() + wait
    while (fence := stores.leases.acquire(LEASE, owner, LEASE_SECONDS)) is None:
        if time.monotonic() >= until:
            raise StoreBusy("topics are being found by another process; try again when it is done")
        time.sleep(PAUSE)
    try:
        yield lambda: stores.leases.renew(fence, LEASE_SECONDS)
    finally:
        stores.leases.release(fence)


def _days(period: Period) -> tuple[str, str]:
    return period.first.isoformat(), period.last.isoformat()


def _decide(
    stores: Stores, period: Period, reading: Reading, now: datetime, progress: Progress, renew: Renew
) -> TopicRun:
    """A run with its journal; without one where there are too few texts for topics."""
    from pasip_core.nlp.topics import FEWEST, frequent_terms, learn

    run = TopicRun(
        LAST_RUN, now, *_days(period), digest=reading.digest, mentions=reading.mentions, texts=len(reading.texts)
    )
    if len(reading.texts) < FEWEST:
        from pasip_core.domain.topic import Term

        frequent = tuple(Term(*pair) for pair in frequent_terms(reading.texts))
        return replace(run, finished_at=now, frequent=frequent)
    known = _known(stores)

    def report(_: str) -> None:
        renew()
        progress(reading.mentions, None, "finding topics")

    learnt = learn(reading.texts, [dict(topic.middle) for topic in known], report)
    plan = decide(learnt, known, period, now)
    return replace(run, journal=write_plan(plan), counts=plan.states())


def _known(stores: Stores) -> list[Topic]:
    """Topics that may be found again, the oldest first; of very many those that were seen last."""
    whole = [topic for topic in stores.topics.list() if not topic.merged_into and topic.middle]
    latest = sorted(whole, key=lambda topic: (topic.alive, topic.seen_at, topic.id))[-MOST_KNOWN:]
    return sorted(latest, key=lambda topic: (topic.born_at, topic.id))


def _carry_out(
    stores: Stores, run: TopicRun, clock: Clock, progress: Progress, renew: Renew, period: Period
) -> TopicRun:
    """Write topics and assign mentions as the journal says."""
    plan = read_plan(run.journal)
    days = Period(date.fromisoformat(run.first), date.fromisoformat(run.last), period.zone)
    for topic in plan.topics:
        stores.topics.save(_with_old_counts(topic, stores.topics.get(topic.id)))
        if topic.merged_into:
            stores.mentions.merge_topics(topic.id, topic.merged_into)
            renew()
    placing = Placing(plan)
    assigned = 0
    for batch in placing.batches(stores.mentions.stream(Filters(days))):
        stores.mentions.assign_topics(batch)
        assigned += sum(bool(one.topic) for one in batch)
        renew()
        progress(placing.done, max(run.mentions, placing.done), "assigning")
    for topic in counted(stores, [placing.completed(topic) for topic in plan.topics], days, clock()):
        stores.topics.save(topic)
    stores.metrics.write_topics(list(points(stores, plan.topics, days)))
    done = replace(run, finished_at=clock(), assigned=assigned, journal="")
    stores.topic_runs.save(done)
    logger.info("topics: {} of {} mentions in {}", assigned, run.mentions, dict(run.counts))
    return done


def _with_old_counts(topic: Topic, had: Topic | None) -> Topic:
    """Until it is counted, a topic shows what it had."""
    if had is None:
        return topic
    return replace(
        topic, mentions_count=had.mentions_count, sentiment_distribution=had.sentiment_distribution,
        trending_score=had.trending_score, related_data_ids=had.related_data_ids,
    )  # fmt: skip


def _count_again(stores: Stores, period: Period, clock: Clock) -> None:
    """Sentiments may be known by now that were not before."""
    topics = [topic for topic in stores.topics.list() if topic.alive]
    for topic in counted(stores, topics, period, clock()):
        stores.topics.save(topic)
    stores.metrics.write_topics(list(points(stores, topics, period)))


__all__ = ["DEFAULT_DAYS", "Plan", "find_topics"]
