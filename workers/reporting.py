"""What a running job tells about itself: progress, and why it failed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from loguru import logger
from rq import get_current_job
from rq.job import Job

from pasip_core.errors import (
    InputError,
    PasipError,
    SourceAuth,
    SourceBadQuery,
    SourceForbidden,
    SourceGone,
    SourcePaidOut,
)

EVERY_SECONDS = 1.0
HOPELESS = (InputError, SourceAuth, SourceBadQuery, SourceForbidden, SourceGone, SourcePaidOut)
"""Trying again in five minutes changes nothing: a person has to act."""


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
        """Write what has not been written yet."""
        if self._job is not None and not self._fresh:
            self._job.save_meta()
            self._written, self._fresh = time.monotonic(), True


@contextmanager
def reported() -> Iterator[JobProgress]:
    """The progress of the current job. A failure is noted in one line for people, then raised on.

    What no retry can mend is not retried.
    """
    job = get_current_job()
    progress = JobProgress(job)
    if job is not None:
        job.meta.pop("error", None)
    begun = time.monotonic()
    try:
        yield progress
        if job is not None:
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
    if isinstance(error, HOPELESS):
        job.retries_left = 0
    job.save_meta()
    log = logger.opt(exception=None if isinstance(error, PasipError) else error)
    log.error("job {} failed: {}", job.id, said)
