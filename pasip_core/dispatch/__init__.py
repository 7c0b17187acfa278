"""Enqueue a job by name and ask how it is doing: the only way of pages and commands to the queue.

Job bodies live in ``workers.jobs`` and ``workers.understanding`` and are addressed by string, so that nobody who
dispatches loads them.
All functions raise ``QueueUnavailable`` where Redis does not answer.
"""

from .connection import check_connection, open_connection
from .enqueue import Dispatched, cancel, dispatch, run_again
from .forget import NOT_SEARCHED, forget_jobs
from .status import JobStatus, Planned, QueueOverview, QueueState, WorkerState, job_status, queue_overview
from .table import JOBS, QUEUES, JobSpec, collecting_job, job_id_for

__all__ = [
    "JOBS",
    "NOT_SEARCHED",
    "QUEUES",
    "Dispatched",
    "JobSpec",
    "JobStatus",
    "Planned",
    "QueueOverview",
    "QueueState",
    "WorkerState",
    "cancel",
    "check_connection",
    "collecting_job",
    "dispatch",
    "forget_jobs",
    "job_id_for",
    "job_status",
    "open_connection",
    "queue_overview",
    "run_again",
]
