"""What runs by itself, and when: ``python -m workers.schedule`` keeps the timetable.

One process does three small things in turn: it fires the recurring jobs (rq-scheduler), brings back jobs
whose retry is due (RQ's own scheduler), and gives back jobs whose worker died. Run one per installation.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import warnings
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import FrameType

from loguru import logger
from redis import Redis
from redis.exceptions import RedisError
from rq.job import Job
from rq.scheduler import RQScheduler

from pasip_core.dispatch import QUEUES, dispatch, open_connection
from pasip_core.errors import PasipError
from pasip_core.logs import setup_logging
from pasip_core.settings import Settings, load_settings

from .janitor import Janitor

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from rq_scheduler import Scheduler

warnings.filterwarnings("ignore", module="rq_scheduler")
warnings.filterwarnings("ignore", module="crontab")

PREFIX = "cron-"
TICK_SECONDS = 1.0
CRON_SECONDS = 5
JANITOR_SECONDS = 15
LOCK_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Timing:
    """A job of ``dispatch.JOBS`` with its arguments, and when: cron fields in the installation's zone."""

    name: str
    cron: str
    job: str
    args: tuple[str, ...] = ()


TIMINGS = (
    Timing("news", "0 * * * *", "collect_due", ("news",)),
    Timing("social", "*/30 * * * *", "collect_due", ("social",)),
    Timing("refresh", "15,45 * * * *", "refresh"),
    Timing("rhythms", "40 * * * *", "rhythms"),
    Timing("enrich", "*/15 * * * *", "enrich"),
    Timing("entities", "*/15 * * * *", "entities"),
    Timing("rematch", "*/15 * * * *", "rematch"),
    Timing("rescore", "5,35 * * * *", "rescore"),
    Timing("sample", "30 3 * * *", "sample"),
    Timing("stories", "20 * * * *", "stories"),
    Timing("coordination", "50 */6 * * *", "coordination"),
    Timing("rollup", "*/5 * * * *", "rollup"),
    Timing("influencers", "35 */6 * * *", "influencers"),
    Timing("topics", "20 */6 * * *", "topics"),
    Timing("cleanup", "0 2 * * *", "cleanup"),
)


def use_zone(name: str) -> None:
    """Make ``name`` this process's local time: rq-scheduler reads cron fields in nothing else.

    The C library takes an unknown name for UTC without a word, and a container may have no zone files:
    then the ones of the ``tzdata`` package are named by their path.
    """
    if not (Path("/usr/share/zoneinfo") / name).is_file():
        name = f":{resources.files('tzdata.zoneinfo').joinpath(name)}"
    os.environ["TZ"] = name
    time.tzset()


def register(scheduler: Scheduler, zone: str) -> None:
    """Bring the timetable in Redis to ``TIMINGS``: add what is missing or changed, drop what is gone.

    What is as it should be is left alone: registering it again would skip a run that is overdue.
    """
    wanted = {PREFIX + timing.name: timing for timing in TIMINGS}
    for raw in scheduler.connection.zrange(scheduler.scheduled_jobs_key, 0, -1):
        if (job_id := raw.decode()) not in wanted:
            scheduler.cancel(job_id)
    for job_id, timing in wanted.items():
        if not _is_registered(scheduler, job_id, timing, zone):
            scheduler.cron(
                timing.cron,
                "workers.jobs.trigger",
                args=[timing.job, *timing.args],
                id=job_id,
                queue_name="reports",
                timeout=60,
                meta={"zone": zone},
                description=job_id,
            )


def _is_registered(scheduler: Scheduler, job_id: str, timing: Timing, zone: str) -> bool:
    if job_id not in scheduler or not Job.exists(job_id, connection=scheduler.connection):
        return False
    job = Job.fetch(job_id, connection=scheduler.connection)
    there = (job.meta.get("cron_string"), job.meta.get("zone"), list(job.args))
    return there == (timing.cron, zone, [timing.job, *timing.args])


def retries_name() -> str:
    """The name that owns the lock on retries: the host's, so that a restarted process goes on for the killed one."""
    return f"retries-{socket.gethostname()}"


class Timekeeper:
    """The loop. Stops within a second of ``stop()``; a Redis that is away ends it with ``RedisError``."""

    def __init__(self, redis: Redis, zone: str) -> None:
        self._scheduler = Scheduler(connection=redis, interval=CRON_SECONDS)
        self._retries = RQScheduler(QUEUES, connection=redis, interval=1, name=retries_name())
        self._janitor = Janitor(redis)
        self._zone = zone
        self._stopped = False
        self._due = dict.fromkeys(("cron", "janitor", "lock"), 0.0)

    def run(self) -> None:
        """Work until stopped."""
        register(self._scheduler, self._zone)
        self._retries.register_birth()
        while not self._stopped:
            self.tick(time.monotonic())
            time.sleep(TICK_SECONDS)
        self._retries.stop()

    def stop(self) -> None:
        """Have ``run`` return soon."""
        self._stopped = True

    def tick(self, now: float) -> None:
        """Do whatever is due; ``now`` in seconds of a clock that only goes forward."""
        if self._is_due("lock", now, LOCK_SECONDS):
            self._retries.acquire_locks()
        self._retries.heartbeat()
        self._retries.enqueue_scheduled_jobs()
        if self._is_due("cron", now, CRON_SECONDS) and self._scheduler.acquire_lock():
            try:
                self._scheduler.enqueue_jobs()
            finally:
                self._scheduler.remove_lock()
        if self._is_due("janitor", now, JANITOR_SECONDS):
            self._janitor.sweep()

    def _is_due(self, what: str, now: float, every: float) -> bool:
        if now < self._due[what]:
            return False
        self._due[what] = now + every
        return True


def main() -> int:
    """Keep the timetable until told to stop; 1 where Redis goes away, so that the supervisor starts us anew."""
    try:
        settings = load_settings()
    except PasipError as error:
        print(error, file=sys.stderr)
        return 2
    setup_logging(settings, "schedule")
    use_zone(settings.timezone)
    return _keep_time(settings)


def _keep_time(settings: Settings) -> int:
    keeper = Timekeeper(open_connection(settings), settings.timezone)

    def stop(signum: int, frame: FrameType | None) -> None:
        keeper.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        for job in ("publish_sources", "enrich", "entities", "stories", "rescore", "rollup"):
            dispatch(job, settings=settings)
        keeper.run()
    except (RedisError, PasipError) as error:
        logger.error("the timetable stops: {}", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
