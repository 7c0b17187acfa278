"""Jobs whose worker died are given back to their queue.

RQ itself looks for them only when a worker starts or happens to take a job; and a job that was taken from
its queue and never begun is not found again at all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from loguru import logger
from redis import Redis
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus

from pasip_core.dispatch import QUEUES

UNSTARTED_FOR = timedelta(seconds=30)


class Janitor:
    """Looks through every queue. ``clock`` gives aware UTC."""

    def __init__(self, redis: Redis, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._queues = [Queue(name, connection=redis) for name in QUEUES]
        self._clock = clock
        self._seen: dict[str, dict[str, datetime]] = {}

    def sweep(self) -> list[str]:
        """Give back what nobody works on; the ids. What has no retry left becomes failed."""
        now = self._clock()
        returned = [job for queue in self._queues for job in _return_abandoned(queue, now.timestamp())]
        returned += [job for queue in self._queues for job in self._return_unstarted(queue, now)]
        for job in returned:
            logger.warning("job {} lost its worker and was given back", job)
        return returned

    def sweep_all(self) -> list[str]:
        """The same where no worker can be alive: whatever was taken from a queue is abandoned."""
        returned = [job for queue in self._queues for job in _return_abandoned(queue, float("inf"))]
        for queue in self._queues:
            for job_id in _unstarted(queue):
                _put_back(queue, job_id)
                returned.append(job_id)
        return returned

    def _return_unstarted(self, queue: Queue, now: datetime) -> list[str]:
        """Jobs that a worker took, and for half a minute has not begun."""
        unstarted = {id: self._seen.get(queue.name, {}).get(id, now) for id in _unstarted(queue)}
        overdue = [id for id, seen in unstarted.items() if now - seen >= UNSTARTED_FOR]
        for job_id in overdue:
            _put_back(queue, job_id)
            del unstarted[job_id]
        self._seen[queue.name] = unstarted
        return overdue


def _unstarted(queue: Queue) -> list[str]:
    started = set(queue.started_job_registry.get_job_ids(cleanup=False))
    return [id for id in dict.fromkeys(queue.intermediate_queue.get_job_ids()) if id not in started]


def _put_back(queue: Queue, job_id: str) -> None:
    with queue.connection.pipeline() as pipe:
        pipe.lrem(queue.intermediate_queue.key, 0, job_id)
        pipe.lrem(queue.key, 0, job_id)
        pipe.lpush(queue.key, job_id)
        pipe.execute()


def _return_abandoned(queue: Queue, before: float) -> list[str]:
    """Jobs whose worker has not been heard of for longer than it promised; run again without waiting."""
    registry = queue.started_job_registry
    returned = []
    for entry in queue.connection.zrangebyscore(registry.key, 0, before):
        job = _load(queue, registry.parse_job_id(entry))
        if job is None or job.get_status(refresh=False) != JobStatus.STARTED or not job.should_retry:
            continue
        job.retries_left = (job.retries_left or 1) - 1
        with queue.connection.pipeline() as pipe:
            queue.enqueue_job(job, pipeline=pipe, at_front=True)  # first: it begins the transaction
            pipe.zrem(registry.key, entry)
            pipe.lrem(queue.intermediate_queue.key, 0, job.id)
            pipe.execute()
        returned.append(job.id)
    registry.cleanup(before)
    return returned


def _load(queue: Queue, job_id: str) -> Job | None:
    try:
        return Job.fetch(job_id, connection=queue.connection)
    except NoSuchJobError:
        return None
