"""Ten kills at random moments, then quiet: the state is that of an undisturbed run."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from subprocess import Popen

import psutil
import pytest
from redis import Redis

from pasip_core.dispatch import dispatch, job_status
from pasip_core.domain.mention import Mention
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.replicas import World
from tests.waiting import wait_until
from tests.workers.installation import collect, contents, hourly, is_settled
from workers.janitor import Janitor

pytestmark = pytest.mark.slow

QUEUES = ("scrape", "nlp", "reports")
KILLS, LONGEST = 10, 3.0


def waiting_mentions() -> list[Mention]:
    """Enough for an enrichment to be caught in the middle; some of them name the keyword."""
    words = ("banjir", "macet", "panen", "rapat")
    return [
        make_mention(f"kabar {words[n % 4]} ke-{n}, warga kecewa dan bertanya", published_at=NOW - timedelta(minutes=n))
        for n in range(6_000)
    ]


def start_everything(settings: Settings, stores: Stores) -> str:
    """Mentions to match and to analyse, and a collection; the id of the collection."""
    stores.mentions.upsert(waiting_mentions())
    for name in ("rematch", "enrich", "rollup"):
        dispatch(name, settings=settings)
    return collect(settings)


def kill_with_children(worker: Popen[bytes]) -> None:
    """``kill -9`` of the worker and of the process in which it runs its job."""
    family = [*psutil.Process(worker.pid).children(recursive=True), psutil.Process(worker.pid)]
    for process in family:
        process.kill()
    worker.wait()


def finish(settings: Settings, stores: Stores, job_id: str, start_worker: Callable[..., Popen[bytes]]) -> None:
    """Let the queue run dry; what has used up its retries is asked for again, as people and the schedule do."""
    workers = [start_worker(queue, settings) for queue in QUEUES]

    def is_collected() -> bool:
        state = job_status(job_id, settings=settings).state
        if state == "failed":
            collect(settings)
        return state == "done"

    wait_until(is_collected, 120, "the collection")
    for name in ("rematch", "enrich"):
        dispatch(name, settings=settings)
    wait_until(lambda: is_settled(stores), 120, "analyses and numbers")
    for worker in workers:
        kill_with_children(worker)


def test_ten_kills_at_random_moments_leave_no_trace(
    make_installation: Callable[[str], tuple[Settings, Stores]],
    redis: Redis,
    start_worker: Callable[..., Popen[bytes]],
    world: World,
) -> None:
    settings, stores = make_installation("undisturbed")
    finish(settings, stores, start_everything(settings, stores), start_worker)
    wanted, numbers = contents(stores), hourly(stores)
    assert len(wanted) > 6_000
    redis.flushall()
    for replica in world.replicas.values():
        replica.reset()

    settings, stores = make_installation("disturbed")
    job_id = start_everything(settings, stores)
    chance = random.Random(20261124)
    for _ in range(KILLS):
        workers = [start_worker(queue, settings) for queue in QUEUES]
        time.sleep(chance.uniform(0.5, LONGEST))  # the moment is the point: it is not waiting for anything
        for worker in workers:
            kill_with_children(worker)
        Janitor(redis).sweep_all()
    finish(settings, stores, job_id, start_worker)
    assert contents(stores) == wanted
    assert hourly(stores) == numbers
