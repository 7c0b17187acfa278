"""Putting jobs into the queue, taking them out, and running them once more."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from rq import Queue, Retry
from rq.command import send_stop_job_command
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus

from pasip_core.errors import JobStateError
from pasip_core.settings import Settings

from .connection import delete_job, queue_connection
from .table import JOBS, JobSpec, job_id_for

WAITING = {JobStatus.QUEUED, JobStatus.SCHEDULED, JobStatus.DEFERRED, JobStatus.READY_TO_ENQUEUE}
LOST_AFTER = timedelta(minutes=1)
STOP_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Dispatched:
    """``joined``: the same work was already waiting or running, and this press added nothing."""

    job_id: str
    joined: bool


def dispatch(name: str, *args: Any, settings: Settings | None = None, front: bool = False) -> Dispatched:
    """Have the job ``name`` of ``JOBS`` done soon; ``front`` puts it before what already waits.

    The same work waiting or running is joined; work that failed, was stopped or is done starts afresh. A
    job that waits for its next retry is run now. ``args`` are plain values only: ids, numbers, strings,
    and lists and dicts of them. ``KeyError`` where there is no such job.
    """
    with queue_connection(settings) as redis:
        return _dispatch(redis, name, args, front)


def _dispatch(redis: Redis, name: str, args: Sequence[Any], front: bool) -> Dispatched:
    return enqueue_unless_known(redis, name, JOBS[name], job_id_for(name, args), args, front=front)


def enqueue_unless_known(
    redis: Redis, name: str, spec: JobSpec, first: str, args: Sequence[Any], *, front: bool
) -> Dispatched:
    """Join the job with the id ``first`` or its successors (``first-2``, …), or enqueue it."""
    with redis.lock(f"pasip:dispatch:{first}", timeout=10, blocking_timeout=10):
        turn = 1
        while True:
            job_id = first if turn == 1 else f"{first}-{turn}"
            joined = _join(redis, job_id, spec, front)
            if joined is None:
                _enqueue(redis, name, spec, job_id, args, front)
                return Dispatched(job_id, joined=False)
            if joined:
                return Dispatched(job_id, joined=True)
            turn += 1


def _join(redis: Redis, job_id: str, spec: JobSpec, front: bool) -> bool | None:
    """Whether the job under this id will do what is asked; ``None`` where the id is free (again).

    Only under the lock of this work: then nobody else enqueues, and workers alone change states.
    """
    try:
        job = Job.fetch(job_id, connection=redis)
        status = job.get_status(refresh=False)
    except NoSuchJobError:
        return None
    queue = Queue(spec.queue, connection=redis)
    if status == JobStatus.STARTED:
        return not spec.again
    if status == JobStatus.SCHEDULED:
        _hurry(queue, job, front)
        return True
    if status in WAITING and not _is_lost(queue, job):
        return True
    delete_job(job)
    return None


def _hurry(queue: Queue, job: Job, front: bool) -> None:
    """Run a job now that waits for its next retry. Whoever takes it out of the registry enqueues it."""
    if queue.scheduled_job_registry.remove(job):
        queue.enqueue_job(job, at_front=front)


def _is_lost(queue: Queue, job: Job) -> bool:
    """Whether a worker died between taking the job out of the queue and saying so."""
    if job.get_position() is not None or job.id in queue.intermediate_queue.get_job_ids():
        return False
    return not job.enqueued_at or datetime.now(UTC) - _aware(job.enqueued_at) > LOST_AFTER


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _enqueue(redis: Redis, name: str, spec: JobSpec, job_id: str, args: Sequence[Any], front: bool) -> None:
    Queue(spec.queue, connection=redis).enqueue_call(
        spec.function,
        args=tuple(args),
        job_id=job_id,
        timeout=spec.timeout,
        result_ttl=spec.result_ttl,
        failure_ttl=spec.failure_ttl,
        retry=Retry(max=len(spec.retries), interval=list(spec.retries)) if spec.retries else None,
        meta={"name": name},
        description=job_id,
        at_front=front,
    )


def cancel(job_id: str, *, settings: Settings | None = None) -> None:
    """Take a waiting job out of the queue, or stop a running one and wait until it is.

    ``JobStateError`` where it is over already, or its worker does not answer.
    """
    with queue_connection(settings) as redis:
        job = _fetch(redis, job_id)
        deadline, asked = time.monotonic() + STOP_PATIENCE, False
        while time.monotonic() < deadline:
            status = _status_now(job)
            if status == JobStatus.STARTED:
                asked = asked or _ask_to_stop(redis, job)
            elif status not in WAITING:
                if asked:
                    return
                raise JobStateError(f"{job.id} is over ({status.value}); there is nothing to stop.")
            elif _take_out(redis, job, status):
                return
            time.sleep(0.05)
    raise JobStateError(f"{job_id} could not be stopped: its worker does not answer. Try again in a minute.")


def _status_now(job: Job) -> JobStatus:
    try:
        return job.get_status()
    except InvalidJobOperation:
        raise JobStateError(f"{job.id} is over; there is nothing to stop.") from None


def _ask_to_stop(redis: Redis, job: Job) -> bool:
    try:
        send_stop_job_command(redis, job.id)
    except InvalidJobOperation:  # between two states
        return False
    return True


def _take_out(redis: Redis, job: Job, status: JobStatus) -> bool:
    """Cancel a waiting job; False where a worker took it just now."""
    queue = Queue(job.origin, connection=redis)
    if status == JobStatus.SCHEDULED:
        taken = queue.scheduled_job_registry.remove(job)
    else:
        taken = redis.lrem(queue.key, 1, job.id) or (status != JobStatus.QUEUED)
    if taken:
        job.cancel()
    return bool(taken)


def run_again(job_id: str, *, settings: Settings | None = None) -> Dispatched:
    """Do the work of this job once more, or join it where it waits or runs. ``JobStateError`` if unknown."""
    with queue_connection(settings) as redis:
        job = _fetch(redis, job_id)
        name = job.meta.get("name", "")
        if name not in JOBS:
            raise JobStateError(f"{job_id} cannot be run again by hand.")
        return _dispatch(redis, name, job.args, front=False)


def _fetch(redis: Redis, job_id: str) -> Job:
    try:
        return Job.fetch(job_id, connection=redis)
    except NoSuchJobError:
        raise JobStateError(f"There is no job {job_id} any more.") from None
