"""What a running job tells about itself: progress, and why it failed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from loguru import logger
from redis.exceptions import RedisError
from rq import get_current_job
from rq.job import Job

from pasip_core.errors import (
    InputError,
    PasipError,
    QueueUnavailable,
    SourceAuth,
    SourceBadQuery,
    SourceForbidden,
    SourceGone,
    SourcePaidOut,
    is_store_away,
)

EVERY_SECONDS = 1.0
HOPELESS = (InputError, SourceAuth, SourceBadQuery, SourceForbidden, SourceGone, SourcePaidOut)
"""Trying again in five minutes changes nothing: a person has to act."""
FIRST_WAIT, LONGEST_WAIT = 15, 300
"""Seconds until the store is tried again: at first soon, then as rarely as a source may be asked again."""
LONGEST_AWAY = timedelta(days=1)
AWAY_KEY, AWAY_SECONDS = "pasip:store-away", 2 * LONGEST_WAIT
"""In Redis while jobs wait for the store, so that the log hears of it once and not from each job at each try."""


class JobProgress:
    """A ``Progress`` that keeps the job's ``meta`` up to date, written at most once a second.

    Outside a job it does nothing. The last call within a second is written by ``flush``.
    """

    def __init__(self, job: Job | None) -> None:
        self._job = job
        self._written = float("-inf")
        self._fresh = True

    def __call__(self, done: int, total: int | None, note: str) -> None:
        if self._job is None:
            return
        self._job.meta.update(done=done, total=total, note=note)
        self._fresh = False
        if time.monotonic() - self._written >= EVERY_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what has not been written yet. A queue that cannot take it, as on a full disk, costs no work."""
        if self._job is not None and not self._fresh:
            with suppress(RedisError):
                self._job.save_meta()
            self._written, self._fresh = time.monotonic(), True


@contextmanager
def reported() -> Iterator[JobProgress]:
    """The progress of the current job. A failure is noted in one line for people, then raised on.

    What no retry can mend is not retried. While the store is away the job waits for it without using up its
    retries, for a day at most.
    """
    job = get_current_job()
    progress = JobProgress(job)
    if job is not None:
        job.meta.pop("error", None)
    begun = time.monotonic()
    try:
        yield progress
        if job is not None:
            _say_back(job)
            logger.info("job {} done in {:.1f} s", job.id, time.monotonic() - begun)
    except Exception as error:
        if job is not None:
            _note_failure(job, error)
        raise
    finally:
        progress.flush()


def _note_failure(job: Job, error: Exception) -> None:
    said = str(error) if isinstance(error, PasipError) else f"{type(error).__name__}: {error}"
    job.meta.update(error=(said.splitlines() or [type(error).__name__])[0][:500])
    _use_own_retries(job)
    if not _is_away(error):
        job.meta.pop("store_away_since", None)
        job.meta.pop("store_away_times", None)
    waits = _is_away(error) and _waits_for_store(job, datetime.now(UTC))
    if isinstance(error, HOPELESS):
        job.retries_left = 0
    with suppress(RedisError):  # what was changed above is written once more when RQ schedules the next try
        job.save_meta()
    if waits:
        _say_away(job, said)
        return
    log = logger.opt(exception=None if isinstance(error, PasipError) else error)
    log.error("job {} failed: {}", job.id, said)


def _say_away(job: Job, said: str) -> None:
    """Kept alive by each job that tries again, and forgotten soon where none of them ends well."""
    first = True
    with suppress(RedisError):
        first = job.connection.set(AWAY_KEY, job.id, ex=AWAY_SECONDS, get=True) is None
    logger.log("WARNING" if first else "DEBUG", "job {} waits for the store: {}", job.id, said)


def _say_back(job: Job) -> None:
    """Only a job that waited knows: another one may not need what is away."""
    if job.meta.get("store_away_since"):
        with suppress(RedisError):
            if job.connection.delete(AWAY_KEY):
                logger.warning("the store is back; job {} goes first, those that wait follow", job.id)


def _is_away(error: Exception) -> bool:
    """Whether the store is, or the queue, which shares its disk."""
    return is_store_away(error) or isinstance(error, RedisError | QueueUnavailable)


def _waits_for_store(job: Job, now: datetime) -> bool:
    """Have RQ run the job once more, on top of its own retries; False where it has waited for a day.

    ``meta`` keeps since when, how often, and the pauses between its own retries.
    """
    since = datetime.fromisoformat(job.meta.setdefault("store_away_since", now.isoformat()))
    if now - since > LONGEST_AWAY:
        return False
    times = job.meta["store_away_times"] = job.meta.get("store_away_times", 0) + 1
    job.meta["own_intervals"] = job.retry_intervals
    job.retry_intervals = [min(FIRST_WAIT * 2 ** (times - 1), LONGEST_WAIT)]
    job.retries_left = (job.retries_left or 0) + 1
    return True


def _use_own_retries(job: Job) -> None:
    """Undo what the last wait for the store changed."""
    if "own_intervals" in job.meta:
        job.retry_intervals = job.meta.pop("own_intervals")
