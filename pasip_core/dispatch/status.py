"""How a job is doing, and all of them at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast

from redis import Redis
from rq import Queue, Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job

from pasip_core.settings import Settings

from .connection import queue_connection
from .table import QUEUES

State = Literal["waiting", "running", "retrying", "done", "failed", "stopped"]

_STATES: dict[str, State] = {
    "queued": "waiting",
    "deferred": "waiting",
    "ready_to_enqueue": "waiting",
    "started": "running",
    "scheduled": "retrying",
    "finished": "done",
    "failed": "failed",
    "stopped": "stopped",
    "canceled": "stopped",
}
PLANNED_KEY = "rq:scheduler:scheduled_jobs"
"""Where rq-scheduler keeps its jobs, by the time of their next run."""


@dataclass(frozen=True, slots=True)
class JobStatus:
    """One job. ``name`` and ``args`` are what was dispatched; ``total`` is ``None`` while unknown.

    ``error`` is one line about the last failure (also while ``retrying``); ``retry_at`` is when that ends.
    ``store_away_since`` is set where it is retried only because the store is away.
    """

    id: str
    name: str
    args: tuple[object, ...]
    state: State
    done: int = 0
    total: int | None = None
    note: str = ""
    error: str = ""
    queued_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    retry_at: datetime | None = None
    store_away_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueueState:
    """One queue: how many jobs wait, run, wait for a retry, and failed lately."""

    name: str
    waiting: int
    running: int
    retrying: int
    failed: int


@dataclass(frozen=True, slots=True)
class WorkerState:
    """One worker process. ``state``: idle, busy, suspended or starting."""

    name: str
    queues: tuple[str, ...]
    state: str
    job_id: str
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A recurring job: its cron fields are in the installation's time zone, ``next_at`` is UTC."""

    name: str
    cron: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class QueueOverview:
    """Everything about the queue at one moment. ``failed`` is newest first, at most 50."""

    queues: tuple[QueueState, ...]
    workers: tuple[WorkerState, ...]
    running: tuple[JobStatus, ...]
    waiting: tuple[JobStatus, ...]
    failed: tuple[JobStatus, ...]
    schedule: tuple[Planned, ...]


def job_status(job_id: str, *, settings: Settings | None = None) -> JobStatus | None:
    """How the job is doing; ``None`` where there is none, or its outcome has been forgotten."""
    with queue_connection(settings) as redis:
        try:
            return _status(Job.fetch(job_id, connection=redis))
        except NoSuchJobError:
            return None


def queue_overview(*, settings: Settings | None = None, at_most: int = 50) -> QueueOverview:
    """Queues, workers, running and waiting jobs, failures and the schedule. A few milliseconds."""
    with queue_connection(settings) as redis:
        queues = [Queue(name, connection=redis) for name in QUEUES]
        running = _load(redis, [id for q in queues for id in q.started_job_registry.get_job_ids(cleanup=False)])
        waiting = _load(
            redis,
            [id for q in queues for id in (*q.get_job_ids(0, at_most), *_ids(q.scheduled_job_registry, at_most))],
        )
        failed = _load(redis, [id for q in queues for id in _ids(q.failed_job_registry, at_most)])
        failed.sort(key=lambda status: status.ended_at or datetime.min.replace(tzinfo=UTC), reverse=True)
        return QueueOverview(
            queues=tuple(_queue_state(queue) for queue in queues),
            workers=tuple(sorted(map(_worker_state, Worker.all(connection=redis)), key=lambda w: w.name)),
            running=tuple(status for status in running if status.state == "running"),
            waiting=tuple(status for status in waiting if status.state in {"waiting", "retrying"}),
            failed=tuple(status for status in failed if status.state in {"failed", "stopped"})[:at_most],
            schedule=tuple(_planned(redis)),
        )


def _ids(registry: object, at_most: int) -> list[str]:
    return list(registry.get_job_ids(0, at_most - 1, desc=True, cleanup=False))  # type: ignore[attr-defined]


def _load(redis: Redis, job_ids: Iterable[str]) -> list[JobStatus]:
    unique = list(dict.fromkeys(job_ids))
    return [_status(job) for job in Job.fetch_many(unique, connection=redis) if job is not None] if unique else []


def _status(job: Job) -> JobStatus:
    state = _STATES[job.get_status(refresh=False).value]
    meta = job.meta
    return JobStatus(
        id=job.id,
        name=str(meta.get("name", job.id)),
        args=tuple(job.args or ()),
        state=state,
        done=int(meta.get("done", 0)),
        total=meta.get("total"),
        note=str(meta.get("note", "")),
        error=_error(job) if state in {"failed", "retrying", "stopped"} else "",
        queued_at=job.enqueued_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        retry_at=_retry_at(job) if state == "retrying" else None,
        store_away_since=_store_away_since(job) if state == "retrying" else None,
    )


def _error(job: Job) -> str:
    """What the job itself said about its failure, else the last line of the record that RQ keeps."""
    if said := str(job.meta.get("error", "")):
        return said
    result = job.latest_result()
    lines = ((result.exc_string if result else "") or "").strip().splitlines()
    return lines[-1][:500] if lines else ""


def _store_away_since(job: Job) -> datetime | None:
    since = job.meta.get("store_away_since")
    return datetime.fromisoformat(since) if since else None


def _retry_at(job: Job) -> datetime | None:
    registry = Queue(job.origin, connection=job.connection).scheduled_job_registry
    score = job.connection.zscore(registry.key, job.id)
    return datetime.fromtimestamp(score, UTC) if score else None


def _queue_state(queue: Queue) -> QueueState:
    return QueueState(
        queue.name,
        waiting=queue.count,
        running=queue.started_job_registry.get_job_count(cleanup=False),
        retrying=queue.scheduled_job_registry.get_job_count(cleanup=False),
        failed=queue.failed_job_registry.get_job_count(cleanup=False),
    )


def _worker_state(worker: Worker) -> WorkerState:
    return WorkerState(
        name=worker.name,
        queues=tuple(worker.queue_names()),
        state=str(getattr(worker.get_state(), "value", worker.get_state())),
        job_id=worker.get_current_job_id() or "",
        last_seen=worker.last_heartbeat,
    )


def _planned(redis: Redis) -> Iterable[Planned]:
    raw = cast("list[tuple[bytes, float]]", redis.zrange(PLANNED_KEY, 0, -1, withscores=True))
    entries = {id.decode(): at for id, at in raw}
    for job in Job.fetch_many(list(entries), connection=redis) if entries else []:
        if job is not None and "cron_string" in job.meta:
            yield Planned(
                name=job.id.removeprefix("cron-"),
                cron=str(job.meta["cron_string"]),
                next_at=datetime.fromtimestamp(entries[job.id], UTC),
            )
