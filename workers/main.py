"""One worker process: ``python -m workers.main scrape|nlp|reports``."""

from __future__ import annotations

import os
import signal
import socket
import sys
import uuid
from typing import Any

from loguru import logger
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.job import Job

from pasip_core.dispatch import QUEUES, open_connection
from pasip_core.errors import ModelRefused, PasipError
from pasip_core.logs import setup_logging
from pasip_core.settings import Settings, load_settings

from .processes import die_with_parent

WORKER_TTL = 25
MAINTENANCE_SECONDS = 5
MONITORING_SECONDS = 2
NICENESS = 10
"""Workers give way: where processors are short, the page that somebody waits for goes first."""


class PasipWorker(Worker):  # type: ignore[misc]
    """A plain RQ worker whose job dies with it.

    RQ leaves the job of a killed worker running, unwatched: after a minute it would be given to another
    worker while the first still runs, and it would outlive ``make up``.
    """

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Runs in the forked child. Never returns."""
        die_with_parent(self.pid, signal.SIGKILL)
        super().main_work_horse(job, queue)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Our own errors were told in one line when the job failed (``reported``): no traceback at every try."""
        if not isinstance(exc_info[1], PasipError):
            super().handle_exception(job, *exc_info)


def build_worker(queue: str, settings: Settings) -> PasipWorker:
    """A worker that serves one queue: only then does RQ keep a job in sight from one list to the next."""
    connection = open_connection(settings)
    return PasipWorker(
        [Queue(queue, connection=connection)],
        connection=connection,
        name=f"{queue}-{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:6]}",
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE_SECONDS,
        job_monitoring_interval=MONITORING_SECONDS,
        log_job_description=False,
    )


def preload(queue: str, settings: Settings) -> None:
    """Load what this queue's jobs need before forking, so that no job pays for it. Models are never run here."""
    if queue == "nlp":
        from .models import emotion_model, name_reader, sentiment_model

        emotion_model()
        name_reader()
        try:
            sentiment_model(settings)
        except ModelRefused as error:
            logger.error("SENTIMENT_MODEL: {}", error)
    elif queue == "reports":
        import pasip_core.pipeline.rollup
        import pasip_core.stores.connect  # noqa: F401


def main(arguments: list[str]) -> int:
    """Serve the named queue until told to stop; 2 where it cannot begin, 1 where the queue goes away."""
    if len(arguments) != 1 or arguments[0] not in QUEUES:
        print(f"usage: python -m workers.main {'|'.join(QUEUES)}", file=sys.stderr)
        return 2
    queue = arguments[0]
    os.nice(NICENESS)
    try:
        settings = load_settings()
        setup_logging(settings, f"worker-{queue}")
        preload(queue, settings)
        build_worker(queue, settings).work(logging_level="WARNING")
    except PasipError as error:
        print(error, file=sys.stderr)
        return 2
    except RedisError as error:  # whoever looks after us starts us again
        logger.error("the worker stops, the queue does not work: {}", str(error).splitlines()[0])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
