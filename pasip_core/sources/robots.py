"""What a site's robots.txt allows, asked once a day."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from protego import Protego

from pasip_core.errors import SourceUnavailable

DAY = 24 * 3600.0
AGAIN_AFTER_FAILURE = 600.0
"""Seconds until a robots.txt that could not be read is asked for again."""

MAX_BYTES = 512 * 1024
LONGEST_DELAY = 60.0
"""A longer Crawl-delay is cut to this many seconds."""


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one origin, as they concern us. ``failure`` is why nothing may be asked for now."""

    rules: Protego | None
    ends: float
    agent: str
    failure: str = ""

    def allows(self, url: str) -> bool:
        """Whether the address may be asked."""
        return self.rules is None or bool(self.rules.can_fetch(url, self.agent))

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of sitemaps that the file names, in its order; their hosts may be others."""
        return tuple(dict.fromkeys(self.rules.sitemaps)) if self.rules else ()

    @property
    def delay(self) -> float:
        """Seconds between two requests that the site asks for; 0 where it asks for nothing."""
        wanted = self.rules.crawl_delay(self.agent) if self.rules else None
        return min(max(float(wanted or 0), 0.0), LONGEST_DELAY)


@dataclass
class RobotsCache:
    """Rules by origin. ``read`` fetches a robots.txt: its text, or ``None`` where the site has none (4xx).

    Where ``read`` raises, the site counts as forbidding everything for ten minutes.
    """

    read: Callable[[str], bytes | None]
    user_agent: str
    now: Callable[[], float] = time.monotonic
    _known: dict[str, Robots] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def agent(self) -> str:
        """The product token, by which robots.txt speaks of us."""
        return self.user_agent.partition("/")[0].strip() or "PasipAI"

    def of(self, origin: str) -> Robots:
        """The rules of an origin (scheme, host and port). ``SourceUnavailable`` where they cannot be known."""
        with self._lock:
            lock = self._locks.setdefault(origin, threading.Lock())
        with lock:
            known = self._known.get(origin)
            if known is None or known.ends <= self.now():
                known = self._known[origin] = self._ask(origin)
        if known.failure:
            raise SourceUnavailable(f"{origin}/robots.txt could not be read, so nothing is asked: {known.failure}")
        return known

    def _ask(self, origin: str) -> Robots:
        try:
            body = self.read(f"{origin}/robots.txt")
        except SourceUnavailable as error:
            return Robots(None, self.now() + AGAIN_AFTER_FAILURE, self.agent, failure=str(error))
        if body is None:
            return Robots(None, self.now() + DAY, self.agent)
        text = body[:MAX_BYTES].decode("utf-8-sig", "replace").replace("\x00", "")
        return Robots(_parsed(text), self.now() + DAY, self.agent)


def _parsed(text: str) -> Protego:
    """The rules; a file that the parser stumbles over forbids everything rather than nothing."""
    try:
        return Protego.parse(text)
    except (ValueError, TypeError, IndexError, AttributeError, RecursionError):
        return Protego.parse("User-agent: *\nDisallow: /")
