"""Taking out of the queue what outcomes of jobs still tell."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from redis import Redis
from rq.exceptions import NoSuchJobError
from rq.job import Job

from pasip_core.errors import QueueUnavailable
from pasip_core.settings import Settings

from .connection import delete_job, queue_connection

PATIENCE = 60.0
WRITING = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")
OVER = {"finished", "failed", "stopped", "canceled"}
NOT_SEARCHED = "the job queue does not answer, its records were not searched; start it and erase again"
"""For those who erase without the workers, and so perhaps without the queue."""


def forget_jobs(holds: Callable[[str], bool], *, settings: Settings | None = None) -> tuple[str, ...]:
    """Delete the records of jobs that are over and hold such texts, and have Redis write its files anew.

    A sentence for each job that holds them and is not over. ``QueueUnavailable`` where Redis does not answer.
    """
    with queue_connection(settings) as redis:
        left = []
        for job in _jobs(redis):
            if not holds(_told_by(job)):
                continue
            if job.get_status(refresh=False).value in OVER:
                delete_job(job)
            else:
                left.append(f"the job {job.id} is not over yet; ask again afterwards")
        _write_anew(redis)
    return tuple(left)


def _jobs(redis: Redis) -> Iterator[Job]:
    for key in redis.scan_iter(match=f"{Job.redis_job_namespace_prefix}*", count=500):
        try:
            yield Job.fetch(key.decode().removeprefix(Job.redis_job_namespace_prefix), connection=redis)
        except NoSuchJobError:
            continue


def _told_by(job: Job) -> str:
    """Everything that a person could read in the records of a job."""
    result = job.latest_result()
    told = (list(job.args or ()), job.kwargs, job.meta, job.description, result.exc_string if result else "")
    return json.dumps(told, ensure_ascii=False, default=str)


def _write_anew(redis: Redis) -> None:
    """The append-only file, which holds every earlier state, or else the snapshot.

    A rewrite that is under way already may have begun before something was deleted.
    """
    _wait_until_written(redis)
    if _persistence(redis).get("aof_enabled"):
        redis.bgrewriteaof()
    else:
        redis.bgsave()
    _wait_until_written(redis)


def _wait_until_written(redis: Redis) -> None:
    deadline = time.monotonic() + PATIENCE
    while any(_persistence(redis).get(name) for name in WRITING):
        if time.monotonic() > deadline:
            raise QueueUnavailable("Redis has been writing its files for a minute; try again.")
        time.sleep(0.05)


def _persistence(redis: Redis) -> dict[str, Any]:
    return dict(redis.info("persistence"))
