"""Who may ask which host when: one request a host at a time, spaced, over all threads and, with Redis, processes."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from redis.exceptions import RedisError

from pasip_core.errors import SourceUnavailable

if TYPE_CHECKING:
    from redis import Redis

POLL = 0.02
"""Seconds between two looks at a host that is busy; nobody can tell when its request will end."""

STRIKES_KEPT = 3600
"""Seconds for which a refusal is remembered."""


class Limiter(Protocol):
    """Turns, stops and refusals by host. Times are seconds."""

    def try_enter(self, host: str, delay: float, hold: float) -> tuple[str, float]:
        """Take the host's turn if it is free: (token, 0), else ("", seconds after which to try again).

        Atomic. With the turn, the next one on this host begins no sooner than ``delay`` from now. A turn that is
        never given back (its process died) ends by itself after ``hold``.
        """

    def leave(self, host: str, token: str) -> None:
        """Give the turn back."""

    def stop(self, host: str, seconds: float, reason: str) -> None:
        """Let nobody ask the host for so long."""

    def stopped(self, host: str) -> tuple[float, str] | None:
        """Seconds that a stop still lasts, and its reason; ``None`` where there is none."""

    def strike(self, host: str) -> int:
        """Count a refusal; how many there were in a row."""

    def forgive(self, host: str) -> None:
        """The host answered: forget its refusals."""


@dataclass
class _Host:
    next: float = 0.0
    token: str = ""
    busy_until: float = 0.0
    stopped_until: float = 0.0
    reason: str = ""
    strikes: int = 0
    last_strike: float = 0.0


@dataclass
class LocalLimiter:
    """Holds within this process."""

    at_once: int = 8
    _hosts: dict[str, _Host] = field(default_factory=dict)
    _running: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def try_enter(self, host: str, delay: float, hold: float) -> tuple[str, float]:
        """See :class:`Limiter`."""
        now = time.monotonic()
        with self._lock:
            state = self._hosts.setdefault(host, _Host())
            if state.next > now:
                return "", state.next - now
            self._running = {token: ends for token, ends in self._running.items() if ends > now}
            if (state.token and state.busy_until > now) or len(self._running) >= self.at_once:
                return "", POLL
            state.token, state.busy_until, state.next = secrets.token_hex(8), now + hold, now + delay
            self._running[state.token] = state.busy_until
            return state.token, 0.0

    def leave(self, host: str, token: str) -> None:
        """See :class:`Limiter`."""
        with self._lock:
            self._running.pop(token, None)
            state = self._hosts.setdefault(host, _Host())
            if state.token == token:
                state.token = ""

    def stop(self, host: str, seconds: float, reason: str) -> None:
        """See :class:`Limiter`."""
        with self._lock:
            state = self._hosts.setdefault(host, _Host())
            state.stopped_until, state.reason = time.monotonic() + seconds, reason

    def stopped(self, host: str) -> tuple[float, str] | None:
        """See :class:`Limiter`."""
        with self._lock:
            state = self._hosts.setdefault(host, _Host())
            left = state.stopped_until - time.monotonic()
            return (left, state.reason) if left > 0 else None

    def strike(self, host: str) -> int:
        """See :class:`Limiter`."""
        now = time.monotonic()
        with self._lock:
            state = self._hosts.setdefault(host, _Host())
            state.strikes = state.strikes + 1 if now - state.last_strike < STRIKES_KEPT else 1
            state.last_strike = now
            return state.strikes

    def forgive(self, host: str) -> None:
        """See :class:`Limiter`."""
        with self._lock:
            self._hosts.setdefault(host, _Host()).strikes = 0


# Redis keeps the time, so that machines whose clocks differ agree; each key expires by itself.
_ENTER = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local delay, hold, at_once, token, poll = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local next = tonumber(redis.call('GET', KEYS[1]) or '0')
if next > now then return next - now end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
if redis.call('EXISTS', KEYS[2]) == 1 or redis.call('ZCARD', KEYS[3]) >= at_once then return tonumber(poll) end
redis.call('SET', KEYS[2], token, 'PX', hold)
redis.call('ZADD', KEYS[3], now + hold, token)
redis.call('PEXPIRE', KEYS[3], hold)
if delay > 0 then redis.call('SET', KEYS[1], now + delay, 'PX', delay) end
return 0
"""

_LEAVE = """
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0
"""


class RedisLimiter:
    """Holds over every process and machine that shares this Redis."""

    def __init__(self, redis: Redis, at_once: int = 8, prefix: str = "pasip:http:") -> None:
        self._redis: Any = redis
        self._at_once = at_once
        self._prefix = prefix
        self._enter = self._redis.register_script(_ENTER)
        self._leave = self._redis.register_script(_LEAVE)

    def _call(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except RedisError as error:
            raise SourceUnavailable(f"The shared request limiter (Redis) is away: {type(error).__name__}.") from error

    def _key(self, kind: str, host: str = "") -> str:
        return f"{self._prefix}{kind}:{host}"

    def try_enter(self, host: str, delay: float, hold: float) -> tuple[str, float]:
        """See :class:`Limiter`."""
        token = secrets.token_hex(8)
        keys = [self._key("next", host), self._key("busy", host), self._key("running")]
        # A millisecond more: Redis counts whole ones, and the promise is "no sooner than".
        arguments: list[Any] = [int(delay * 1000) + 1, max(1, int(hold * 1000)), self._at_once, token, int(POLL * 1000)]
        wait = int(self._call(self._enter, keys=keys, args=arguments))
        return ("", wait / 1000) if wait else (token, 0.0)

    def leave(self, host: str, token: str) -> None:
        """See :class:`Limiter`."""
        with suppress(SourceUnavailable):  # the turn ends by itself
            self._call(self._leave, keys=[self._key("busy", host), self._key("running")], args=[token])

    def stop(self, host: str, seconds: float, reason: str) -> None:
        """See :class:`Limiter`."""
        self._call(self._redis.set, self._key("stop", host), reason, px=max(1, int(seconds * 1000)))

    def stopped(self, host: str) -> tuple[float, str] | None:
        """See :class:`Limiter`."""
        key = self._key("stop", host)
        left, reason = int(self._call(self._redis.pttl, key)), self._call(self._redis.get, key)
        if left <= 0 or reason is None:
            return None
        return left / 1000, reason.decode() if isinstance(reason, bytes) else str(reason)

    def strike(self, host: str) -> int:
        """See :class:`Limiter`."""
        key = self._key("strikes", host)
        count = int(self._call(self._redis.incr, key))
        self._call(self._redis.expire, key, STRIKES_KEPT)
        return count

    def forgive(self, host: str) -> None:
        """See :class:`Limiter`."""
        self._call(self._redis.delete, self._key("strikes", host))
