"""Dispatching by name, on a real Redis; workers where a job must run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import Popen

import psutil
import pytest
from redis import Redis
from rq import Queue
from rq.executions import Execution
from rq.job import Job, JobStatus

from pasip_core.dispatch import JOBS, QUEUES, cancel, dispatch, job_id_for, job_status, queue_overview, run_again
from pasip_core.dispatch.enqueue import enqueue_unless_known
from pasip_core.errors import JobStateError, QueueUnavailable
from pasip_core.settings import Settings
from tests.waiting import wait_until
from workers import jobs, understanding
from workers.main import NICENESS

JOB = replace(JOBS["collect"], id_prefix="sample", retries=(), subject=0)


def run(redis: Redis, function: str, *args: object, **changes: object) -> str:
    """Dispatch a job of this test's own."""
    spec = replace(JOB, function=f"tests.workers.sample_jobs.{function}", **changes)
    return enqueue_unless_known(redis, "sample", spec, "sample", args, front=False).job_id


def lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.mark.parametrize("name", JOBS)
def test_every_job_has_a_body_and_a_queue_that_is_served(name: str) -> None:
    module, _, function = JOBS[name].function.rpartition(".")
    body = {"workers.jobs": jobs, "workers.understanding": understanding}[module]
    assert callable(getattr(body, function))
    assert JOBS[name].queue in QUEUES


def test_workers_give_way_to_pages(start_worker: Callable[..., Popen[bytes]]) -> None:
    worker = start_worker("reports")
    wait_until(lambda: psutil.Process(worker.pid).nice() == NICENESS, 30, "the worker stands back")


def test_a_second_press_joins_the_waiting_job(queue_settings: Settings) -> None:
    first = dispatch("collect", "detik", [], settings=queue_settings)
    second = dispatch("collect", "detik", [], settings=queue_settings)
    assert (first.job_id, first.joined) == ("collect-detik", False)
    assert (second.job_id, second.joined) == ("collect-detik", True)
    assert queue_overview(settings=queue_settings).queues[0].waiting == 1


def test_sources_and_keyword_choices_are_jobs_of_their_own(queue_settings: Settings) -> None:
    jobs = [("detik", []), ("kompas", []), ("detik", ["k1"]), ("detik", ["k1", "k2"]), ("detik", ["k2", "k1"])]
    ids = [dispatch("collect", *args, settings=queue_settings).job_id for args in jobs]
    assert len(set(ids)) == 4
    assert ids[3] == ids[4]


def test_ids_hold_only_what_rq_allows() -> None:
    assert job_id_for("collect", ("feed/ä b", ["x y"])).replace("-", "").isalnum()
    assert job_id_for("import_file", ("a1", "/tmp/x.csv")) == "import-a1"


def test_front_goes_before_what_waits(queue_settings: Settings, redis: Redis) -> None:
    dispatch("collect", "a", [], settings=queue_settings)
    dispatch("collect", "b", [], settings=queue_settings, front=True)
    assert Queue("scrape", connection=redis).get_job_ids() == ["collect-b", "collect-a"]


def test_a_press_while_the_rollup_runs_queues_exactly_one_more(queue_settings: Settings, redis: Redis) -> None:
    dispatch("rollup", settings=queue_settings)
    Queue("reports", connection=redis).remove("rollup")
    Job.fetch("rollup", connection=redis).set_status("started")
    successor = dispatch("rollup", settings=queue_settings)
    again = dispatch("rollup", settings=queue_settings)
    assert (successor.job_id, successor.joined) == ("rollup-2", False)
    assert (again.job_id, again.joined) == ("rollup-2", True)


def test_a_press_while_a_collection_runs_joins_it(queue_settings: Settings, redis: Redis) -> None:
    dispatch("collect", "detik", [], settings=queue_settings)
    Job.fetch("collect-detik", connection=redis).set_status("started")
    assert dispatch("collect", "detik", [], settings=queue_settings).joined


def test_a_job_that_a_dying_worker_lost_is_put_in_again(queue_settings: Settings, redis: Redis) -> None:
    dispatch("collect", "detik", [], settings=queue_settings)
    Queue("scrape", connection=redis).remove("collect-detik")
    assert dispatch("collect", "detik", [], settings=queue_settings).joined  # perhaps it is just being taken
    redis.hset("rq:job:collect-detik", "enqueued_at", "2026-01-01T00:00:00.000000Z")
    assert not dispatch("collect", "detik", [], settings=queue_settings).joined
    assert Queue("scrape", connection=redis).get_job_ids() == ["collect-detik"]


def test_a_job_whose_run_is_forgotten_before_its_name_can_be_run_again(queue_settings: Settings, redis: Redis) -> None:
    dispatch("collect", "detik", [], settings=queue_settings)
    job = Job.fetch("collect-detik", connection=redis)
    with redis.pipeline() as pipe:
        run = Execution.create(job, ttl=60, pipeline=pipe)
        pipe.execute()
    Queue("scrape", connection=redis).remove(job.id)
    job.set_status(JobStatus.FAILED)
    redis.delete(run.key)
    assert not dispatch("collect", "detik", [], settings=queue_settings).joined
    assert Queue("scrape", connection=redis).get_job_ids() == [job.id]
    assert not job.execution_registry.get_execution_ids()


def test_a_job_that_waits_for_a_retry_runs_at_the_next_press(
    queue_settings: Settings, redis: Redis, tmp_path: Path, start_worker
) -> None:
    started, release = tmp_path / "started", tmp_path / "release"
    start_worker("scrape")
    args = (str(started), str(release))
    run(redis, "fail_until_file", *args, retries=(300, 300, 300))
    wait_until(lambda: job_status("sample", settings=queue_settings).retry_at)
    status = job_status("sample", settings=queue_settings)
    assert status.error == "RuntimeError: not yet"
    assert 200 < status.retry_at.timestamp() - time.time() < 301
    release.touch()
    run(redis, "fail_until_file", *args, retries=(300, 300, 300))
    wait_until(lambda: job_status("sample", settings=queue_settings).state == "done")
    assert lines(started) == 2


def test_a_failed_job_can_be_run_again_at_once_and_so_can_a_finished_one(
    queue_settings: Settings, redis: Redis, tmp_path: Path, start_worker
) -> None:
    started, release = tmp_path / "started", tmp_path / "release"
    start_worker("scrape")
    args = (str(started), str(release))
    run(redis, "fail_until_file", *args)
    wait_until(lambda: job_status("sample", settings=queue_settings).state == "failed")
    assert queue_overview(settings=queue_settings).failed[0].error == "RuntimeError: not yet"
    release.touch()
    for runs in (2, 3):
        run(redis, "fail_until_file", *args)
        wait_until(lambda runs=runs: lines(started) == runs)
        wait_until(lambda: job_status("sample", settings=queue_settings).state == "done")
    assert queue_overview(settings=queue_settings).failed == ()


def test_progress_of_a_running_job_is_seen_and_stopping_it_kills_it(
    queue_settings: Settings, redis: Redis, tmp_path: Path, start_worker
) -> None:
    started = tmp_path / "started"
    start_worker("scrape")
    run(redis, "wait_for_file", str(started), str(tmp_path / "never"), retries=(1, 1))
    wait_until(lambda: lines(started))
    wait_until(lambda: job_status("sample", settings=queue_settings).note == "waiting")
    status = job_status("sample", settings=queue_settings)
    assert (status.state, status.done, status.total) == ("running", 1, 3)
    overview = queue_overview(settings=queue_settings)
    assert [job.id for job in overview.running] == ["sample"]
    assert [(w.queues, w.state, w.job_id) for w in overview.workers] == [(("scrape",), "busy", "sample")]
    cancel("sample", settings=queue_settings)
    assert job_status("sample", settings=queue_settings).state == "stopped"
    assert lines(started) == 1


def test_a_waiting_job_can_be_cancelled_and_run_again(queue_settings: Settings, redis: Redis) -> None:
    dispatch("collect", "detik", ["k1"], settings=queue_settings)
    job_id = job_id_for("collect", ("detik", ["k1"]))
    cancel(job_id, settings=queue_settings)
    assert job_status(job_id, settings=queue_settings).state == "stopped"
    assert Queue("scrape", connection=redis).count == 0
    with pytest.raises(JobStateError, match="nothing to stop"):
        cancel(job_id, settings=queue_settings)
    assert run_again(job_id, settings=queue_settings).joined is False
    assert job_status(job_id, settings=queue_settings).args == ("detik", ["k1"])


def test_an_unknown_job_is_named_in_the_error(queue_settings: Settings) -> None:
    assert job_status("nothing", settings=queue_settings) is None
    for ask in (cancel, run_again):
        with pytest.raises(JobStateError, match="nothing"):
            ask("nothing", settings=queue_settings)


def test_without_redis_the_queue_is_unavailable_and_no_password_is_shown(tmp_path: Path) -> None:
    embedded = Settings(_env_file=None, data_dir=tmp_path)
    remote = Settings(_env_file=None, data_dir=tmp_path, redis_url="redis://someone:hunter2@127.0.0.1:1/0")
    for settings, told in ((embedded, "redis.sock"), (remote, "redis://127.0.0.1:1")):
        for ask in (lambda s: dispatch("rollup", settings=s), lambda s: queue_overview(settings=s)):
            with pytest.raises(QueueUnavailable, match=told) as caught:
                ask(settings)
            assert "hunter2" not in str(caught.value)
