"""Whether hosts were asked no faster than their delay allows, seen from both ends.

The limiter's turns are watched with the delay that was in force at each, and the replicas' arrivals are laid beside
them: no request came without a turn of its own, none sooner after the one before than that one's delay, and none
under a shorter delay than the replica's robots.txt asks for. An arrival is noticed late on a busy machine, never
early: so it is compared with when the turn before it was given, and the only tolerance is the clock's.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from pasip_core.settings import Settings
from pasip_core.sources.limiter import LocalLimiter, RedisLimiter
from tests.replicas.server import SERVED, Asked, Replica

LATE = 0.5
"""Seconds by which a busy machine may let a request of another process be noticed late."""
CLOCK = 0.002
"""Seconds: Redis counts whole milliseconds."""
OURS = Settings.model_fields["user_agent"].default.partition("/")[0]
_CRAWL_DELAY = re.compile(r"^crawl-delay:\s*([\d.]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Turn:
    """A host's turn, given between ``before`` and ``after``; the next one may begin ``delay`` seconds later."""

    limiter: object = field(repr=False)
    host: str
    before: float
    after: float
    delay: float

    @property
    def who(self) -> object:
        """All limiters over one Redis are one."""
        return getattr(self.limiter, "_prefix", id(self.limiter))


@contextmanager
def watched() -> Iterator[list[Turn]]:
    """Every turn that a limiter of this process gives meanwhile."""
    turns: list[Turn] = []
    honest = {kind: kind.try_enter for kind in (LocalLimiter, RedisLimiter)}

    def noting(give: Callable[..., tuple[str, float]]) -> Callable[..., tuple[str, float]]:
        def try_enter(self: Any, host: str, delay: float, hold: float) -> tuple[str, float]:
            before = time.monotonic()
            token, wait = give(self, host, delay, hold)
            if token:
                turns.append(Turn(self, host, before, time.monotonic(), delay))
            return token, wait

        return try_enter

    for kind, give in honest.items():
        kind.try_enter = noting(give)  # type: ignore[method-assign]
    try:
        yield turns
    finally:
        for kind, give in honest.items():
            kind.try_enter = give  # type: ignore[method-assign]


def faults(turns: list[Turn], since: float) -> list[str]:
    """What was asked too fast, or past the limiter, from a moment on; and what a replica itself stumbled over."""
    by_host = defaultdict(list)
    for turn in sorted(turns, key=lambda turn: turn.before):
        by_host[turn.host].append(turn)
    found = [fault for host in by_host.values() for fault in _hurried(host)]
    for replica in list(SERVED):
        found += replica.stumbled
        replica.stumbled.clear()
        if given := by_host.get(replica.host):  # else a child process asked it, whose turns nobody here sees
            came = sorted((asked for asked in list(replica.arrivals) if _counts(asked, since)), key=lambda a: a.at)
            found += _past_the_limiter(replica, given, came)
    return found


def too_many(replica: Replica, delay: float) -> list[str]:
    """Stretches in which other processes, whose turns nobody here sees, asked more than their delay allows.

    One request may be noticed late, and the next one in time; over a stretch of them that evens out.
    """
    came = [asked for asked in list(replica.arrivals) if _counts(asked, 0.0)]
    earliest, found = 0.0, list[str]()
    for number, asked in enumerate(came):
        due = asked.at - number * delay
        if due < earliest - LATE:
            found.append(f"{replica.host}{asked.path}: {earliest - due:.2f} s too soon at a delay of {delay} s")
        earliest = max(earliest, due)
    return found


def _counts(asked: Asked, since: float) -> bool:
    return asked.at >= since and OURS in asked.headers.get("user-agent", "")


def _hurried(turns: list[Turn]) -> Iterator[str]:
    """Turns of one limiter that were given too soon after the one before."""
    latest: dict[object, Turn] = {}
    for turn in turns:
        last = latest.get(turn.who)
        if last and turn.after - last.before < last.delay - CLOCK:
            yield f"{turn.host}: a turn {turn.after - last.before:.3f} s after one with a delay of {last.delay:.3f} s"
        latest[turn.who] = turn


def _past_the_limiter(replica: Replica, turns: list[Turn], came: list[Asked]) -> Iterator[str]:
    """Requests without a turn of their own; where each has one, those that came too soon or under too short a one."""
    begun = [turn.before for turn in turns]
    for number, asked in enumerate(came):
        if bisect_right(begun, asked.at) <= number:
            yield f"{replica.host}{asked.path}: asked without a turn"
            return
    if len(turns) != len(came) or not _one_after_another(turns):
        return
    wanted = float(found[1]) if (found := _CRAWL_DELAY.search(replica.robots or "")) else 0.0
    latest: dict[object, Turn] = {}
    for turn, asked in zip(turns, came, strict=True):
        last = latest.get(turn.who)
        if last and asked.at - last.before < last.delay - CLOCK:
            yield f"{replica.host}{asked.path}: {asked.at - last.before:.3f} s, where {last.delay:.3f} s were due"
        if asked.path != "/robots.txt" and turn.delay < wanted:
            yield f"{replica.host}{asked.path}: under {turn.delay:.3f} s, where robots.txt asks for {wanted}"
        latest[turn.who] = turn


def _one_after_another(turns: list[Turn]) -> bool:
    """Whether no two limiters were at work at once, so that the order of turns is that of arrivals."""
    stretches = [who for who, _ in groupby(turn.who for turn in turns)]
    return len(stretches) == len(set(stretches))
