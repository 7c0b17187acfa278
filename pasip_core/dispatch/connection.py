"""The connection to Redis, and the one place where its errors become ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq.executions import Execution
from rq.job import Job

from pasip_core.errors import QueueUnavailable, SettingError
from pasip_core.settings import Settings, current_settings


def open_connection(settings: Settings | None = None) -> Redis:
    """A connection of its own pool. Nothing is sent yet. ``SettingError`` where REDIS_URL cannot be read."""
    address = (settings or current_settings()).redis_address
    try:
        return Redis.from_url(address, socket_connect_timeout=3, retry=Retry(ExponentialBackoff(cap=0.2), 2))
    except ValueError as error:
        raise SettingError(
            "REDIS_URL: its value cannot be used: it should begin with redis://, rediss:// or unix://.",
            field="REDIS_URL",
        ) from error


@lru_cache(maxsize=8)
def _shared(address: str) -> Redis:
    """Unlike workers, which wait for jobs, nobody here waits long for an answer."""
    retry = Retry(ExponentialBackoff(cap=0.2), 2)
    return Redis.from_url(address, socket_connect_timeout=3, socket_timeout=3, retry=retry)


@contextmanager
def queue_connection(settings: Settings | None = None) -> Iterator[Redis]:
    """This process's connection; Redis errors leave the block as ``QueueUnavailable``."""
    address = (settings or current_settings()).redis_address
    try:
        yield _shared(address)
    except RedisError as error:
        raise QueueUnavailable(
            f"The job queue at {_public(address)} does not answer ({_reason(error)}). "
            "Start everything with `make up`, or check REDIS_URL."
        ) from error


def check_connection(settings: Settings | None = None) -> None:
    """``QueueUnavailable`` where Redis does not answer at this moment."""
    with queue_connection(settings) as redis:
        redis.ping()


def delete_job(job: Job) -> None:
    """Delete a job that is over, with its records.

    RQ keeps the names of a job's runs for a minute longer than the runs, and cannot delete the job in between.
    """
    runs = job.execution_registry
    for run in runs.get_execution_ids():
        if not job.connection.exists(Execution(run, job.id, job.connection).key):
            job.connection.zrem(runs.key, run)
    job.delete()


def _public(address: str) -> str:
    """``address`` without account and password."""
    parts = urlsplit(address)
    if parts.scheme == "unix":
        return parts.path
    return f"{parts.scheme}://{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "")


def _reason(error: Exception) -> str:
    """The first line of a Redis error: short, and without the stack of its causes."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
