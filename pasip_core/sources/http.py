"""The polite client: every request of every source goes through it.

It asks robots.txt, waits its turn at each host, asks only public addresses, keeps to limits of time and size, and
raises nothing but the ``SourceError`` tree.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

from loguru import logger

from pasip_core.errors import (
    SourceAuth,
    SourceBadQuery,
    SourceBlocked,
    SourceError,
    SourceForbidden,
    SourcePaidOut,
    SourceParse,
    SourceQuota,
    SourceUnavailable,
)
from pasip_core.settings import Settings

from .addresses import AddressPolicy, host_of, origin_of, shown_url
from .answers import REDIRECTS, RETRIED, error_for, is_challenge, is_login, reset_moment, retry_moment
from .exchange import Exchange, Limits, Request, Response, SourceTooSlow, Validators, validators_of
from .limiter import Limiter, LocalLimiter, RedisLimiter
from .robots import RobotsCache
from .transport import GuardedAdapter, Resolver, resolve

if TYPE_CHECKING:
    from redis import Redis

__all__ = ["Explain", "Limits", "PoliteClient", "Request", "Response", "Validators", "open_client"]

Explain = Callable[[Response], SourceError | None]
"""Reads an API's own error out of an answer; ``None`` where the status has to speak for itself."""

# urllib3 writes whole addresses, keys included, into its debug log.
logging.getLogger("urllib3").setLevel(logging.WARNING)

QUOTA, BLOCKED = "quota", "blocked"
_FINAL = (SourceBlocked, SourceTooSlow, SourcePaidOut, SourceAuth)
"""Errors that asking again at once never mends, whatever status they came with."""
SHORTEST_BACKOFF = 0.05


def _utc_now() -> datetime:
    return datetime.now(UTC)


class PoliteClient:
    """Fetches addresses; safe to share between threads. Clock, sleep and resolver are parameters for tests."""

    def __init__(
        self,
        settings: Settings,
        limiter: Limiter | None = None,
        *,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        clock: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], None] = time.sleep,
        resolver: Resolver = resolve,
    ) -> None:
        at_once = settings.max_concurrent_requests
        self._delay = settings.scraping_delay
        self._limits, self._clock, self._sleep = limits, clock, sleep
        self._limiter: Limiter = limiter or LocalLimiter(at_once)
        self._policy = AddressPolicy.from_setting(settings.private_hosts_allowed)
        self._adapter = GuardedAdapter(self._policy, resolver, at_once)
        self._exchange = Exchange(self._adapter, self._limiter, limits, settings.user_agent, sleep)
        self._robots = RobotsCache(self._read_robots, settings.user_agent)

    def get(
        self,
        url: str,
        *,
        conditional: Validators | None = None,
        max_bytes: int | None = None,
        accept: str = "*/*",
        delay: float = 0.0,
    ) -> Response:
        """GET an address, following redirects; each hop is checked like the first.

        ``max_bytes`` bounds the unpacked body (5 MB unless told). ``delay`` is how many seconds the platform wants
        between two requests; the longest of it, ``SCRAPING_DELAY`` and what robots.txt asks for is kept. Raises the
        ``SourceError`` tree: see ``answers.error_for`` for statuses; ``SourceBadQuery`` for an address that may not
        be asked, ``SourceForbidden`` where robots.txt forbids it, ``SourceBlocked`` for challenge pages and stopped
        hosts, ``SourceQuota`` with ``retry_at`` where the server wants more patience than one run has.
        """
        headers = {"Accept": accept} | (conditional.headers() if conditional else {})
        answer = self._follow(url, headers, max_bytes or self._limits.max_bytes, robots=True, least=delay)
        if answer.status == 304:
            if conditional is None:
                raise SourceParse(f"{shown_url(url)}: 'not modified' without having been asked.", url=shown_url(url))
            fresh = validators_of(answer)
            kept = replace(
                conditional,
                etag=fresh.etag or conditional.etag,
                last_modified=fresh.last_modified or conditional.last_modified,
            )
            return replace(answer, validators=kept, not_modified=True)
        validators = validators_of(answer)
        same = conditional is not None and bool(validators.digest) and validators.digest == conditional.digest
        return replace(answer, validators=validators, not_modified=same)

    def submit(self, url: str, form: Mapping[str, str], *, accept: str = "*/*") -> Response:
        """Send a form, as a site's own search does (POST); for the rest like ``get``."""
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(form).encode()
        return self._follow(url, headers, self._limits.max_bytes, robots=True, body=body)

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the site's robots.txt names. ``SourceUnavailable`` where it could not be read."""
        return self._robots.of(origin_of(self._policy.check_url(url))).sitemaps

    def ask(self, request: Request, explain: Explain, *, delay: float | None = None) -> Response:
        """One call of an API: not a crawl, so robots.txt is not asked; the API's own terms and quotas hold.

        ``delay`` is the pace in seconds between two calls to the host (``SCRAPING_DELAY`` unless told). Redirects
        are refused, since credentials would travel with them. ``explain`` names the error behind a status of 400
        and above; what it leaves open is mapped as for pages. A refusal counts only against the call, never
        against the host, which other sources share; a ``retry_at`` that is far away stops the host until then.
        Raises the ``SourceError`` tree.
        """
        url = self._policy.check_url(request.url)
        self._refuse_if_stopped(url)
        pace = self._delay if delay is None else delay
        answer = self._attempts(replace(request, url=url), self._limits.max_bytes, pace, explain)
        if answer.status in REDIRECTS:
            shown = shown_url(url)
            raise SourceUnavailable(f"{shown}: the address of this API has moved.", url=shown, status=answer.status)
        return answer

    def paced(self, delay: float) -> PoliteClient:
        """The same client for sources whose platform wants at least ``delay`` seconds between two requests."""
        slower = copy(self)
        slower._delay = max(self._delay, delay)
        return slower

    def close(self) -> None:
        """Close kept connections."""
        self._adapter.close()

    def __enter__(self) -> PoliteClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _follow(
        self,
        url: str,
        headers: Mapping[str, str],
        max_bytes: int,
        *,
        robots: bool,
        least: float = 0.0,
        body: bytes | None = None,
    ) -> Response:
        for _ in range(self._limits.redirects + 1):
            url = self._policy.check_url(url)
            self._refuse_if_stopped(url)
            delay = max(least, self._allowed_delay(url) if robots else self._delay)
            answer = self._attempts(Request(url, headers, "POST" if body else "GET", body), max_bytes, delay)
            if answer.status not in REDIRECTS:
                return answer
            url, body = _redirected(url, answer), None  # what a form led to is asked for, as browsers do
        raise SourceUnavailable(f"{shown_url(url)}: too many redirects.", url=shown_url(url))

    def _allowed_delay(self, url: str) -> float:
        """Seconds between requests to this host; ``SourceForbidden`` where robots.txt forbids the address."""
        rules = self._robots.of(origin_of(url))
        if not rules.allows(url):
            raise SourceForbidden(f"{shown_url(url)}: robots.txt forbids this address.", url=shown_url(url))
        return max(self._delay, rules.delay)

    def _read_robots(self, url: str) -> bytes | None:
        """A robots.txt; ``None`` for 4xx other than 429. What else goes wrong is ``SourceUnavailable``."""
        try:
            return self._follow(url, {"Accept": "text/plain,*/*;q=0.5"}, self._limits.max_bytes, robots=False).body
        except (SourceQuota, SourceUnavailable):
            raise
        except SourceError as error:
            if error.status is not None and 400 <= error.status < 500:
                return None
            if error.retry_at is not None or isinstance(error, SourceBadQuery):
                raise
            raise SourceUnavailable(str(error), url=error.url) from error

    def _attempts(self, request: Request, max_bytes: int, delay: float, explain: Explain | None = None) -> Response:
        """Ask, and ask again where that can help, waiting as long as the server says."""
        for attempt in count(1):
            try:
                answer = self._exchange(request, max_bytes, delay)
                return self._accepted(answer) if explain is None else self._understood(answer, explain)
            except SourceError as error:
                pause = self._pause_after(error, attempt, delay)
                if pause is None:
                    if isinstance(error, SourceQuota) and error.retry_at is None:
                        error.retry_at = self._clock() + timedelta(seconds=self._limits.untold)
                    raise
                logger.bind(scraping=True).debug("{} Asked again in {:.1f} s.", error, pause)
            self._sleep(pause)
        raise AssertionError("unreachable")

    def _accepted(self, answer: Response) -> Response:
        """The answer where it is one; an error status or a challenge page raises, and counts against the host."""
        host, shown = host_of(answer.url), shown_url(answer.url)
        if answer.status < 400:
            if is_challenge(answer.headers, answer.body):
                self._strike(host)
                raise SourceBlocked(f"{shown}: a challenge page came in place of the answer.", url=shown, status=200)
            self._limiter.forgive(host)
            return answer
        error = self._error(answer)
        if answer.status in (403, 429):
            error.retry_at = self._strike(host) or error.retry_at
        self._stop_until(error.retry_at, host)
        raise error

    def _understood(self, answer: Response, explain: Explain) -> Response:
        """The answer of an API where it is one, else the error that the API means."""
        if answer.status < 400:
            if is_challenge(answer.headers, answer.body):
                shown = shown_url(answer.url)
                raise SourceBlocked(f"{shown}: a challenge page came in place of the answer.", url=shown, status=200)
            return answer
        error = explain(answer) or self._error(answer)
        error.status = answer.status
        if answer.status == 429:
            self._stop_until(error.retry_at, host_of(answer.url))
        raise error

    def _error(self, answer: Response) -> SourceError:
        error = error_for(answer.status, answer.headers, answer.body, shown_url(answer.url))
        now, cap = self._clock(), timedelta(seconds=self._limits.longest_retry)
        error.retry_at = retry_moment(answer.headers, now, cap)
        if error.retry_at is None and answer.status == 429:
            error.retry_at = reset_moment(answer.headers.get("X-RateLimit-Reset"), now, cap)
        return error

    def _stop_until(self, moment: datetime | None, host: str) -> None:
        """Let nobody ask a host that wants more patience than one run has."""
        wait = self._seconds_until(moment) if moment else 0.0
        if wait > self._limits.longest_wait and self._limiter.stopped(host) is None:
            self._limiter.stop(host, wait, QUOTA)

    def _strike(self, host: str) -> datetime | None:
        """Count a refusal; after too many in a row the host is left alone, until the moment returned."""
        if self._limiter.strike(host) < self._limits.strikes:
            return None
        self._limiter.stop(host, self._limits.stop, BLOCKED)
        logger.bind(scraping=True).warning("{} refused repeatedly and is left alone for an hour.", host)
        return self._clock() + timedelta(seconds=self._limits.stop)

    def _refuse_if_stopped(self, url: str) -> None:
        host = host_of(url)
        stop = self._limiter.stopped(host)
        if stop is None:
            return
        seconds, reason = stop
        until = self._clock() + timedelta(seconds=seconds)
        if reason == QUOTA:
            raise SourceQuota(f"{host} asked to be left alone until {until:%H:%M} UTC.", url=host, retry_at=until)
        raise SourceBlocked(f"{host} refused repeatedly; next try at {until:%H:%M} UTC.", url=host, retry_at=until)

    def _pause_after(self, error: SourceError, attempt: int, delay: float) -> float | None:
        """Seconds until the next attempt; ``None`` where there should be none."""
        if attempt >= self._limits.attempts or isinstance(error, _FINAL):
            return None
        lost = isinstance(error, SourceUnavailable) and error.status is None
        if not lost and error.status not in RETRIED:
            return None
        backoff: float = max(delay, SHORTEST_BACKOFF) * 2.0 ** (attempt - 1)
        if error.retry_at is None:
            return backoff
        wait = self._seconds_until(error.retry_at)
        return None if wait > self._limits.longest_wait else max(wait, backoff)

    def _seconds_until(self, moment: datetime) -> float:
        return (moment - self._clock()).total_seconds()


def _redirected(url: str, answer: Response) -> str:
    """Where a redirect leads."""
    place, shown = answer.headers.get("Location", ""), shown_url(url)
    if not place:
        raise SourceUnavailable(f"{shown}: a redirect to nowhere.", url=shown, status=answer.status)
    # Header bytes come as Latin-1; many servers write UTF-8 there.
    place = place.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        target = urljoin(url, place.strip().replace(" ", "%20"))
        parts = urlsplit(target)
        hit = is_login(parts.hostname or "", parts.path)
    except ValueError as error:
        raise SourceUnavailable(f"{shown}: a redirect to nowhere.", url=shown, status=answer.status) from error
    if hit:
        raise SourceBlocked(f"{shown}: redirected to a login or consent page.", url=shown, status=answer.status)
    return target


def open_client(settings: Settings, redis: Redis | None = None) -> PoliteClient:
    """The client of a process; with ``redis`` its delays and stops hold over every process that shares it."""
    limiter = RedisLimiter(redis, settings.max_concurrent_requests) if redis is not None else None
    return PoliteClient(settings, limiter)
