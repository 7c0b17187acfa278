"""Whether the worker, or the timetable, of this machine is alive: ``python -m workers.alive worker|schedule``.

For health checks of containers, each of which is a machine with one such process. Exit status 0 or 1.
"""

from __future__ import annotations

import socket
import sys
from datetime import UTC, datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.exceptions import SchedulerNotFound
from rq.scheduler import RQScheduler

from pasip_core.dispatch import open_connection
from pasip_core.errors import PasipError
from pasip_core.settings import load_settings

from .schedule import retries_name

SILENT_FOR = timedelta(seconds=90)
"""Both say more often than this that they are there."""


def last_sign(part: str, redis: Redis) -> datetime | None:
    """When the part of this machine was heard of last, aware UTC; ``None`` where it never was."""
    if part == "schedule":
        try:
            heard = [RQScheduler.fetch(retries_name(), connection=redis).last_heartbeat]
        except SchedulerNotFound:
            heard = []
    else:
        heard = [w.last_heartbeat for w in Worker.all(connection=redis) if w.hostname == socket.gethostname()]
    return max((_aware(moment) for moment in heard if moment), default=None)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def main(arguments: list[str]) -> int:
    """0 where it is alive, 1 where it is not or cannot be asked, 2 for wrong arguments."""
    if arguments not in (["worker"], ["schedule"]):
        print("usage: python -m workers.alive worker|schedule", file=sys.stderr)
        return 2
    try:
        with open_connection(load_settings()) as redis:
            heard = last_sign(arguments[0], redis)
    except (PasipError, RedisError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if heard and datetime.now(UTC) - heard < SILENT_FOR else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
