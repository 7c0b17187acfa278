"""Jobs whose worker was killed come back, without waiting for anything."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from redis import Redis
from rq import Queue

from pasip_core.dispatch import dispatch, job_status
from pasip_core.settings import Settings
from tests.waiting import wait_until
from tests.workers.test_dispatch import lines, run
from workers.janitor import Janitor


def later() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)


def test_a_killed_worker_takes_its_job_along_and_the_job_is_done_again(
    queue_settings: Settings, redis: Redis, tmp_path: Path, start_worker
) -> None:
    started, release = tmp_path / "started", tmp_path / "release"
    worker = start_worker("scrape")
    run(redis, "wait_for_file", str(started), str(release), retries=(300, 300))
    wait_until(lambda: lines(started))
    horse = psutil.Process(worker.pid).children()[0]
    worker.kill()
    wait_until(lambda: not horse.is_running() or horse.status() == psutil.STATUS_ZOMBIE, what="the job dies too")
    assert job_status("sample", settings=queue_settings).state == "running"
    assert Janitor(redis).sweep() == []  # it may still be alive, for all we know
    assert Janitor(redis, clock=later).sweep() == ["sample"]
    assert Janitor(redis, clock=later).sweep() == []
    release.touch()
    start_worker("scrape")
    wait_until(lambda: job_status("sample", settings=queue_settings).state == "done")
    assert lines(started) == 2


def test_after_a_restart_of_everything_nothing_waits_for_the_janitor(
    queue_settings: Settings, redis: Redis, tmp_path: Path, start_worker
) -> None:
    started = tmp_path / "started"
    worker = start_worker("scrape")
    run(redis, "wait_for_file", str(started), str(tmp_path / "never"), retries=(300,))
    wait_until(lambda: lines(started))
    worker.kill()
    worker.wait()
    assert Janitor(redis).sweep_all() == ["sample"]
    assert Queue("scrape", connection=redis).get_job_ids() == ["sample"]


def test_without_retries_left_it_becomes_failed(
    queue_settings: Settings, redis: Redis, tmp_path: Path, start_worker
) -> None:
    started = tmp_path / "started"
    worker = start_worker("scrape")
    run(redis, "wait_for_file", str(started), str(tmp_path / "never"))
    wait_until(lambda: lines(started))
    worker.kill()
    worker.wait()
    Janitor(redis, clock=later).sweep()
    status = job_status("sample", settings=queue_settings)
    assert status.state == "failed"
    assert "AbandonedJobError" in status.error


def test_a_job_that_was_taken_and_never_begun_goes_back(queue_settings: Settings, redis: Redis) -> None:
    dispatch("collect", "detik", [], settings=queue_settings)
    queue = Queue("scrape", connection=redis)
    Queue.lmove(redis, queue.key, None)
    clock = [datetime.now(UTC)]
    janitor = Janitor(redis, clock=lambda: clock[0])
    assert janitor.sweep() == []
    clock[0] += timedelta(seconds=31)
    assert janitor.sweep() == ["collect-detik"]
    assert queue.get_job_ids() == ["collect-detik"]
    assert queue.intermediate_queue.get_job_ids() == []


@pytest.mark.slow
def test_a_worker_told_twice_to_stop_ends_with_its_job(
    queue_settings: Settings, redis: Redis, tmp_path: Path, start_worker
) -> None:
    started = tmp_path / "started"
    worker = start_worker("scrape")
    run(redis, "wait_for_file", str(started), str(tmp_path / "never"), retries=(1,))
    wait_until(lambda: lines(started))
    horse = psutil.Process(worker.pid).children()[0]
    os.kill(worker.pid, signal.SIGTERM)
    with pytest.raises(Exception, match="timed out"):
        worker.wait(1.5)
    os.kill(worker.pid, signal.SIGTERM)
    worker.wait(10)
    assert not horse.is_running()
