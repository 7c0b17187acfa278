"""One line in the log when something goes away, and one when it is back, however many pages look meanwhile."""

from __future__ import annotations

from threading import Lock

from loguru import logger

from pasip_core.errors import PasipError


class Outage:
    """Of what ``name`` stands for, in this process."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._told: type[PasipError] | None = None
        self._lock = Lock()

    def begin(self, error: PasipError) -> None:
        """It is away, for this reason; said again only where the reason is of another kind."""
        with self._lock:
            known, self._told = self._told, type(error)
        if known is not type(error):
            logger.warning("{}: {}", self._name, error)

    def end(self) -> None:
        """It answers."""
        with self._lock:
            known, self._told = self._told, None
        if known is not None:
            logger.warning("{}: back", self._name)


store, queue, health = Outage("store"), Outage("queue"), Outage("health")
