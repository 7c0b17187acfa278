"""From a press on the button to numbers, on real workers against local sites; and what a kill leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from pasip_core.dispatch import dispatch, job_status
from pasip_core.domain.runs import SourceRun
from pasip_core.pipeline.progress import utc_now
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from tests.replicas import World
from tests.waiting import wait_until
from tests.workers.installation import SOURCE, collect, contents, counted, is_settled
from workers.collecting import may_ask
from workers.janitor import Janitor

pytestmark = pytest.mark.slow


def test_a_press_ends_in_analysed_mentions_and_numbers(make_installation, redis: Redis, start_worker) -> None:
    settings, stores = make_installation("data")
    for queue in ("scrape", "nlp", "reports"):
        start_worker(queue, settings)
    job_id = collect(settings)
    wait_until(lambda: job_status(job_id, settings=settings).state == "done", 60)
    wait_until(lambda: is_settled(stores), 60)
    seen = contents(stores)
    assert len(seen) >= 10
    assert all(scores is not None for *_, scores in seen.values())
    assert counted(stores) == len(seen)


def test_a_worker_killed_amid_a_collection_changes_nothing_in_the_end(
    make_installation, redis: Redis, start_worker, world: World
) -> None:
    settings, stores = make_installation("undisturbed")
    workers = [start_worker(queue, settings) for queue in ("scrape", "nlp", "reports")]
    job_id = collect(settings)
    wait_until(lambda: job_status(job_id, settings=settings).state == "done", 60)
    wait_until(lambda: is_settled(stores), 60)
    wanted = contents(stores)
    for worker in workers:
        worker.kill()
        worker.wait()
    redis.flushall()

    settings, stores = make_installation("killed")
    for replica in world.replicas.values():
        replica.reset()
    killed = start_worker("scrape", settings)
    job_id = collect(settings)
    asked = world.replicas[SOURCE].asked
    wait_until(lambda: len(asked) >= 6, 30, "the collection is under way")
    killed.kill()
    killed.wait()
    assert contents(stores).keys() != wanted.keys()
    assert Janitor(redis, clock=lambda: utc_now() + timedelta(minutes=5)).sweep() == [job_id]
    for queue in ("scrape", "nlp", "reports"):
        start_worker(queue, settings)
    wait_until(lambda: job_status(job_id, settings=settings).state == "done", 60)
    wait_until(lambda: is_settled(stores), 60)
    assert contents(stores) == wanted
    assert counted(stores) == len(wanted)
    runs = sorted(stores.source_runs.list({"source": SOURCE}), key=lambda run: run.started_at)
    assert [run.error_kind for run in runs] == ["interrupted", ""]


def test_a_source_that_fails_is_tried_again_later_and_says_why(
    make_installation, redis: Redis, start_worker, world: World
) -> None:
    settings, _ = make_installation("data")
    world.replicas[SOURCE].set_state("error")
    start_worker("scrape", settings)
    job_id = collect(settings)
    wait_until(lambda: job_status(job_id, settings=settings).retry_at, 60)
    status = job_status(job_id, settings=settings)
    assert status.state == "retrying"
    assert status.error
    assert timedelta(minutes=4) < status.retry_at - utc_now() <= timedelta(minutes=5)


def test_a_source_that_is_gone_is_not_tried_again(make_installation, redis: Redis, start_worker) -> None:
    settings, _ = make_installation("data")
    start_worker("scrape", settings)
    job_id = dispatch("collect", "no-such-source", [], settings=settings).job_id
    wait_until(lambda: job_status(job_id, settings=settings).state == "failed", 60)
    assert "no-such-source" in job_status(job_id, settings=settings).error


def test_all_news_sources_become_due_and_one_that_asked_for_patience_is_spared(
    make_installation, redis: Redis, start_worker
) -> None:
    settings, stores = make_installation("data")
    worker = start_worker("reports", settings)
    dispatch("publish_sources", settings=settings)
    wait_until(lambda: stores.sources.list(), 30)
    later = utc_now() + timedelta(hours=1)
    stores.source_runs.save(SourceRun("r1", SOURCE, utc_now(), utc_now(), error_kind="quota", retry_at=later))
    due = dispatch("collect_due", "news", settings=settings)
    wait_until(lambda: job_status(due.job_id, settings=settings).state == "done", 30)
    news = {info.id for info in stores.sources.list() if info.platform == "news" and not info.needs}
    asked = {name for name in news if job_status(f"collect-{name}", settings=settings)}
    assert asked == news - {SOURCE}
    assert len(asked) >= 5
    assert worker.poll() is None


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(days=300)])
def test_a_source_asked_while_the_clock_was_ahead_is_asked_again(settings: Settings, ahead: timedelta) -> None:
    stores, now = connect(settings), utc_now()
    at = now + ahead
    patience = at + timedelta(minutes=15)
    stores.source_runs.save(SourceRun("r1", SOURCE, at, at, error_kind="quota", retry_at=patience))
    assert may_ask(SOURCE, stores, now) is bool(ahead)
    stores.source_runs.save(SourceRun("r2", SOURCE, now, now, error_kind="quota", retry_at=now + timedelta(minutes=15)))
    assert not may_ask(SOURCE, stores, now)
    stores.close()
