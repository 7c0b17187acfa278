"""The timetable: times in the installation's zone, registration that loses no run, and retries."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from rq import Queue, Retry
from rq.job import Job

from pasip_core.dispatch import JOBS, dispatch, queue_overview
from pasip_core.settings import Settings
from workers.schedule import TIMINGS, Scheduler, Timekeeper, register, use_zone

ZONE = "Asia/Jakarta"


@pytest.fixture(autouse=True)
def _zone() -> Iterator[None]:
    """Put this process's local time back."""
    before = os.environ.get("TZ")
    use_zone(ZONE)
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.fixture
def scheduler(redis: Redis) -> Scheduler:
    return Scheduler(connection=redis, interval=5)


def planned(settings: Settings) -> dict[str, datetime]:
    return {entry.name: entry.next_at for entry in queue_overview(settings=settings).schedule}


def test_every_timing_names_a_job_there_is() -> None:
    assert {timing.job for timing in TIMINGS} <= set(JOBS)


def test_the_zone_is_jakarta_with_and_without_zone_files_of_the_system() -> None:
    noon = 1_795_500_000
    assert time.strftime("%z", time.localtime(noon)) == "+0700"
    use_zone("UTC")
    assert time.strftime("%z", time.localtime(noon)) == "+0000"
    os.environ["TZ"] = ":" + str(next(p for p in _packaged_zones() if p.endswith("Asia/Makassar")))
    time.tzset()
    assert time.strftime("%z", time.localtime(noon)) == "+0800"


def _packaged_zones() -> Iterator[str]:
    from importlib import resources

    yield str(resources.files("tzdata.zoneinfo").joinpath("Asia/Makassar"))


def test_next_runs_follow_the_clock_of_jakarta(scheduler: Scheduler, queue_settings: Settings) -> None:
    scheduler.cron("0 7 * * *", "workers.jobs.trigger", args=["x"], id="cron-seven", queue_name="reports")
    at = planned(queue_settings)["seven"]
    assert (at.hour, at.minute) == (0, 0)  # 07:00 in Jakarta is midnight UTC
    assert timedelta() < at - datetime.now(UTC) <= timedelta(days=1)


def test_registering_twice_changes_nothing_and_keeps_an_overdue_run(
    scheduler: Scheduler, redis: Redis, queue_settings: Settings
) -> None:
    register(scheduler, ZONE)
    first = planned(queue_settings)
    assert set(first) == {timing.name for timing in TIMINGS}
    redis.zadd(scheduler.scheduled_jobs_key, {"cron-news": time.time() - 3600})
    register(scheduler, ZONE)
    assert planned(queue_settings)["news"] < datetime.now(UTC)
    scheduler.enqueue_jobs()
    scheduler.enqueue_jobs()
    assert Queue("reports", connection=redis).get_job_ids() == ["cron-news"]  # once, however much was missed


def test_changed_times_are_taken_over_and_what_is_gone_is_dropped(
    scheduler: Scheduler, redis: Redis, queue_settings: Settings
) -> None:
    register(scheduler, ZONE)
    job = Job.fetch("cron-news", connection=redis)
    job.meta["cron_string"] = "5 5 * * *"
    job.save_meta()
    scheduler.cron("* * * * *", "workers.jobs.trigger", id="cron-old", queue_name="reports")
    Job.fetch("cron-rollup", connection=redis).delete()
    register(scheduler, ZONE)
    crons = {entry.name: entry.cron for entry in queue_overview(settings=queue_settings).schedule}
    assert crons == {timing.name: timing.cron for timing in TIMINGS}


def test_a_trigger_enqueues_the_real_job_under_its_own_id(redis: Redis, queue_settings: Settings) -> None:
    first = dispatch("collect_due", "news", settings=queue_settings)
    assert first.job_id == "collect_due-news"
    assert dispatch("collect_due", "news", settings=queue_settings).joined


def test_the_timekeeper_brings_back_what_waits_for_a_retry(redis: Redis) -> None:
    queue = Queue("scrape", connection=redis)
    job = queue.enqueue("operator.truediv", 1, 0, retry=Retry(max=1, interval=1), job_id="late")
    queue.remove(job)
    queue.schedule_job(job, datetime.now(UTC) - timedelta(seconds=1))
    keeper = Timekeeper(redis, ZONE)
    keeper.tick(1.0)
    assert queue.get_job_ids() == ["late"]


def test_a_restarted_timekeeper_goes_on_at_once(redis: Redis) -> None:
    Timekeeper(redis, ZONE).tick(1.0)  # killed: its lock stays
    queue = Queue("scrape", connection=redis)
    job = queue.enqueue("operator.truediv", 1, 0, job_id="late")
    queue.remove(job)
    queue.schedule_job(job, datetime.now(UTC) - timedelta(seconds=1))
    Timekeeper(redis, ZONE).tick(1.0)
    assert queue.get_job_ids() == ["late"]
