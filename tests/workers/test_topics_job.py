"""Topics are found by a real worker, in the days that are asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from pasip_core.commands.topics import find_now
from pasip_core.dispatch import dispatch, job_status
from pasip_core.domain.period import JAKARTA, Period
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from tests.topic_texts import ALL, theme_mentions
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


def test_a_worker_finds_topics_of_the_last_thirty_days_or_of_those_asked_for(
    queue_settings: Settings, redis: Redis, start_worker
) -> None:
    stores = connect(queue_settings)
    now = datetime.now(UTC)
    stores.mentions.upsert(theme_mentions(80, last=now))
    stores.mentions.upsert(theme_mentions(60, ALL[:2], seed=9, last=now - timedelta(days=100)))
    start_worker("nlp")
    job = dispatch("topics", settings=queue_settings)
    wait_until(lambda: job_status(job.job_id, settings=queue_settings).state == "done", 120)
    assert sum(topic.alive for topic in stores.topics.list()) == 4
    days = Period.last_days(120, now, JAKARTA)
    old = Period(days.first, days.first + timedelta(days=30))
    assert find_now(stores, queue_settings, old).job_id == job.job_id
    wait_until(lambda: (run := stores.topic_runs.get("last")) and run.first == old.first.isoformat(), 120)
    wait_until(lambda: stores.topic_runs.get("last").finished_at is not None, 60)
    assert sum(topic.alive for topic in stores.topics.list()) == 4, "they are the same topics"
    stores.close()
