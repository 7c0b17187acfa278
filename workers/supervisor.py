"""Children that are kept alive, and stopped in order."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from loguru import logger

LIVED_LONG = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
STOPPED_WELL = (0, -signal.SIGTERM, -signal.SIGINT)


@dataclass
class Child:
    """One process to keep alive. ``rank`` orders the stopping: lower ranks go first."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    rank: int
    grace: float = 5.0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    failures: int = field(default=0, init=False)
    _started: float = field(default=0.0, init=False)
    _not_before: float = field(default=0.0, init=False)

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def look_after(self, now: float) -> None:
        """Start it where it does not run, after a pause that doubles while it keeps ending."""
        if self.is_alive():
            return
        if self.process is not None:
            self._mourn(now)
        if now >= self._not_before:
            self.process, self._started = self.start(), now

    def _mourn(self, now: float) -> None:
        status = self.process.returncode if self.process else None
        self.failures = 1 if now - self._started > LIVED_LONG else self.failures + 1
        pause = min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE)
        self._not_before = now + pause
        self.process = None
        logger.warning("{} ended (status {}); starts again in {:.1f} s", self.name, status, pause)


def stop_all(children: Sequence[Child], hurry: Callable[[], bool] = lambda: False) -> None:
    """Stop rank by rank. Within a rank: SIGTERM, after the grace SIGTERM again, then SIGKILL.

    A worker that is told a second time kills its job first; killed at once it would leave it running.
    """
    for rank in sorted({child.rank for child in children}):
        group = [child for child in children if child.rank == rank and child.is_alive()]
        for child in group:
            _send(child, signal.SIGTERM)
        grace = max((child.grace for child in group), default=0.0)
        if _all_gone(group, grace, hurry):
            continue
        for child in group:
            _send(child, signal.SIGTERM)
        if not _all_gone(group, 3.0, lambda: False):
            for child in group:
                _send(child, signal.SIGKILL)
            _all_gone(group, 5.0, lambda: False)


def _send(child: Child, signum: signal.Signals) -> None:
    if child.process is not None and child.is_alive():
        child.process.send_signal(signum)


def _all_gone(group: Sequence[Child], seconds: float, hurry: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while any(child.is_alive() for child in group):
        if time.monotonic() > deadline or hurry():
            return False
        time.sleep(0.02)
    return True
