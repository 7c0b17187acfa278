"""Asking the workers for what a change makes necessary."""

from __future__ import annotations

from loguru import logger

from pasip_core.dispatch import dispatch
from pasip_core.errors import QueueUnavailable
from pasip_core.settings import Settings


def ask_for(job: str, settings: Settings) -> bool:
    """Enqueue ``job``; whether the queue took it. Without a queue the schedules do it once it is back."""
    try:
        dispatch(job, settings=settings)
    except QueueUnavailable as error:
        logger.info("{} waits for the schedule: {}", job, error)
        return False
    return True
