"""Jobs whose store is away wait for it: none is lost, and none uses up its retries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from rq.job import Job
from rq.scheduler import RQScheduler

from pasip_core.commands import imports
from pasip_core.dispatch import JOBS, QUEUES, dispatch, job_status
from pasip_core.domain.runs import ImportRun
from pasip_core.pipeline.progress import utc_now
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from pasip_core.stores.sqlite.database import SCHEMA_VERSION
from tests import trouble
from tests.replicas import World
from tests.waiting import wait_until
from tests.workers.installation import SOURCE, collect, contents
from workers.reporting import LONGEST_AWAY

pytestmark = pytest.mark.slow
Make = Callable[[str], tuple[Settings, Stores]]
CSV = "tanggal,teks\n" + "".join(f"2026-11-{1 + n % 20:02} 10:00,kabar banjir nomor {n}\n" for n in range(1200))


def waits(job_id: str, settings: Settings) -> bool:
    """Until when it waits is written last: a change before that would be lost."""
    status = job_status(job_id, settings=settings)
    return status.state == "retrying" and status.store_away_since is not None and status.retry_at is not None


def try_again(redis: Redis, job_id: str) -> None:
    """What the timetable does once the pause is over."""
    job = Job.fetch(job_id, connection=redis)
    scheduler = RQScheduler(QUEUES, connection=redis)
    redis.zadd(f"rq:scheduled:{job.origin}", {job_id: 0})
    scheduler.acquire_locks()
    scheduler.enqueue_scheduled_jobs()
    scheduler.stop()


def file_to_import(settings: Settings) -> Path:
    folder = settings.data_dir.resolve() / "imports" / "abc"
    folder.mkdir(parents=True)
    (folder / "kabar.csv").write_text(CSV)
    return folder / "kabar.csv"


def start_import(settings: Settings, stores: Stores) -> tuple[ImportRun, str]:
    run, job = imports.start(
        stores, settings, file_to_import(settings),
        mapping={"content": "teks", "published_at": "tanggal"}, platform="twitter",
    )  # fmt: skip
    return run, job.job_id


def test_an_import_and_a_collection_outlast_a_store_that_is_gone_for_more_than_their_retries(
    make_installation: Make, redis: Redis, start_worker
) -> None:
    settings, stores = make_installation("data")
    run, import_job = start_import(settings, stores)
    collect_job = collect(settings)
    with trouble.moved(settings.data_dir):
        start_worker("scrape", settings)
        for times in range(1, 7):  # more often than either would be tried by its own count
            for job_id in (import_job, collect_job):
                wait_until(lambda job_id=job_id: waits(job_id, settings), 90, f"{job_id} waits")
                job = Job.fetch(job_id, connection=redis)
                assert job.meta["store_away_times"] == times
                assert job.retries_left == len(JOBS[job.meta["name"]].retries)
                if times < 6:
                    try_again(redis, job_id)
                    wait_until(
                        lambda job_id=job_id, times=times: tries(redis, job_id) > times, 90, f"{job_id} tried again"
                    )
        assert not settings.sqlite_path.exists()
    pause = job_status(import_job, settings=settings).retry_at - utc_now()
    assert timedelta(minutes=4) < pause <= timedelta(minutes=5)
    for job_id in (import_job, collect_job):
        try_again(redis, job_id)
        wait_until(lambda job_id=job_id: job_status(job_id, settings=settings).state == "done", 60, f"{job_id} done")
    done = stores.imports.get(run.id)
    assert (done.read, done.inserted, done.error, done.started_at) == (1200, 1200, "", run.started_at)
    assert len(contents(stores)) > 1200


def tries(redis: Redis, job_id: str) -> int:
    return Job.fetch(job_id, connection=redis).meta.get("store_away_times", 0)


@pytest.mark.parametrize("state", ["newer", "damaged", "held", "read-only"])
def test_whatever_is_wrong_with_the_store_the_job_waits_and_is_done_in_the_end(
    make_installation: Make, redis: Redis, start_worker, state: str
) -> None:
    settings, stores = make_installation("data")
    run, job_id = start_import(settings, stores)
    upload = Job.fetch(job_id, connection=redis).args[1]
    stores.close()
    ways = {
        "newer": lambda: trouble.schema(settings.sqlite_path, SCHEMA_VERSION + 1),
        "damaged": lambda: trouble.damaged(settings.sqlite_path),
        "held": lambda: trouble.held(settings.sqlite_path, "everything"),
        "read-only": lambda: trouble.read_only(settings.data_dir),
    }
    with ways[state]():
        start_worker("scrape", settings)
        wait_until(lambda: waits(job_id, settings), 60, "the job waits")
        assert job_status(job_id, settings=settings).error
    assert Path(upload).exists()
    dispatch(
        "import_file", *Job.fetch(job_id, connection=redis).args, settings=settings
    )  # a second press does not wait for the pause to be over
    wait_until(lambda: job_status(job_id, settings=settings).state == "done", 60, "the job is done")
    assert stores.imports.get(run.id).inserted == 1200


def test_the_log_tells_once_that_the_store_went_and_once_that_it_is_back(
    make_installation: Make, redis: Redis, start_worker
) -> None:
    settings, stores = make_installation("data")
    jobs = [start_import(settings, stores)[1], collect(settings)]
    stores.close()
    with trouble.schema(settings.sqlite_path, SCHEMA_VERSION + 1):
        start_worker("scrape", settings)
        for times in (1, 2):
            for job_id in jobs:
                wait_until(lambda job_id=job_id: waits(job_id, settings), 60, f"{job_id} waits")
                assert tries(redis, job_id) == times
                if times == 1:
                    try_again(redis, job_id)
                    wait_until(lambda job_id=job_id: tries(redis, job_id) == 2, 60, f"{job_id} tried again")
    for job_id in jobs:
        try_again(redis, job_id)
        wait_until(lambda job_id=job_id: job_status(job_id, settings=settings).state == "done", 60, f"{job_id} done")
    log = (settings.data_dir / "logs" / "pasip.log").read_text()
    assert (log.count("waits for the store"), log.count("the store is back")) == (1, 1), log
    assert "Traceback" not in log


def test_an_import_that_fills_the_disk_stays_open_and_ends_once_there_is_room(
    redis: Redis, redis_url: str, tmp_path: Path, start_worker
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "disk", redis_url=redis_url)
    with trouble.small_disk(settings.data_dir, 24):
        stores = connect(settings)
        run, job_id = start_import(settings, stores)
        with trouble.filled(settings.data_dir, but=64 << 10):
            worker = start_worker("scrape", settings)
            wait_until(lambda: waits(job_id, settings), 60, "the job waits")
            assert "no space" in job_status(job_id, settings=settings).error.lower()
            assert stores.imports.get(run.id).finished_at is None
        try_again(redis, job_id)
        wait_until(lambda: job_status(job_id, settings=settings).state == "done", 60, "the job is done")
        done = stores.imports.get(run.id)
        assert done.read == done.inserted + done.duplicates == 1200
        assert stores.mentions.count_unanalysed() == 1200
        stores.close()
        worker.kill()
        worker.wait()


def test_after_a_day_it_fails_like_any_other_and_can_be_run_again_by_hand(
    make_installation: Make, redis: Redis, start_worker
) -> None:
    settings, stores = make_installation("data")
    _, job_id = start_import(settings, stores)
    with trouble.moved(settings.data_dir):
        start_worker("scrape", settings)
        wait_until(lambda: waits(job_id, settings), 90, "the job waits")
        job = Job.fetch(job_id, connection=redis)
        job.meta["store_away_since"] = (utc_now() - LONGEST_AWAY - timedelta(minutes=1)).isoformat()
        job.save_meta()
        for _ in range(1 + len(JOBS["import_file"].retries)):
            try_again(redis, job_id)
            wait_until(lambda: has_been_tried(job_id, settings), 30, "tried again")
        wait_until(lambda: job_status(job_id, settings=settings).state == "failed", 30, "the job fails")
        assert "not there" in job_status(job_id, settings=settings).error
    assert not dispatch("import_file", *Job.fetch(job_id, connection=redis).args, settings=settings).joined
    wait_until(lambda: job_status(job_id, settings=settings).state == "done", 60, "the job is done")
    assert stores.mentions.count_unanalysed() == 1200


def has_been_tried(job_id: str, settings: Settings) -> bool:
    status = job_status(job_id, settings=settings)
    return status.state == "failed" or status.retry_at is not None


def test_a_source_that_fails_after_the_store_was_away_has_all_its_own_retries(
    make_installation: Make, redis: Redis, start_worker, world: World
) -> None:
    settings, _ = make_installation("data")
    world.replicas[SOURCE].set_state("error")
    job_id = collect(settings)
    with trouble.moved(settings.data_dir):
        start_worker("scrape", settings)
        wait_until(lambda: waits(job_id, settings), 90, "the job waits")
    try_again(redis, job_id)
    wait_until(lambda: tries(redis, job_id) == 0, 60, "the source fails")
    status = job_status(job_id, settings=settings)
    assert status.store_away_since is None
    wait_until(lambda: job_status(job_id, settings=settings).retry_at, 60, "it is tried again")
    assert timedelta(minutes=4) < job_status(job_id, settings=settings).retry_at - utc_now() <= timedelta(minutes=5)
    assert Job.fetch(job_id, connection=redis).retries_left == len(JOBS["collect"].retries) - 1
