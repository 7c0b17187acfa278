"""Stopping what the workers do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from pasip_core.dispatch import JobStatus, job_status, queue_overview
from pasip_core.dispatch import cancel as cancel_job
from pasip_core.domain.runs import CANCELLED
from pasip_core.errors import JobStateError
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores
from pasip_core.stores.runs import open_runs

from .audit import LOCAL, record

COLLECTIONS = frozenset({"collect", "collect_social"})
SAID = "Cancelled by a person."


def cancel(stores: Stores, settings: Settings, job_id: str, *, who: str = LOCAL) -> None:
    """Stop a waiting or running job; what it has stored stays. ``JobStateError`` where it is over.

    A stopped process cannot say so itself: the record of its run is ended here.
    """
    job = job_status(job_id, settings=settings)
    cancel_job(job_id, settings=settings)
    now = datetime.now(UTC)
    record(stores, now, who, "cancel", job_id)
    if job is not None and job.args:
        _end_runs(stores, job, str(job.args[0]), now)


def cancel_waiting_collections(stores: Stores, settings: Settings, *, who: str = LOCAL) -> int:
    """Stop every collection that waits, those that run go on; how many were stopped."""
    stopped = 0
    while waiting := [job for job in queue_overview(settings=settings).waiting if job.name in COLLECTIONS]:
        before = stopped
        for job in waiting:
            with suppress(JobStateError):  # it began, or ended, just now
                cancel(stores, settings, job.id, who=who)
                stopped += 1
        if stopped == before:
            break
    return stopped


def _end_runs(stores: Stores, job: JobStatus, subject: str, now: datetime) -> None:
    """``subject`` is the source of a collection, or the id of an import."""
    if job.name.startswith("collect"):
        for run in open_runs(stores, subject):
            stores.source_runs.save(replace(run, finished_at=now, error_kind=CANCELLED, error=SAID))
    elif job.name == "import_file" and (started := stores.imports.get(subject)) and started.finished_at is None:
        stores.imports.save(replace(started, finished_at=now, error=SAID))
