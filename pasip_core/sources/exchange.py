"""One request and its answer: waiting for the host's turn, time limits, and foreign errors mapped onto ours."""

from __future__ import annotations

import hashlib
import http.client
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import requests
import urllib3
from requests.exceptions import InvalidHeader, InvalidURL, MissingSchema
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from pasip_core.domain.mention import EMPTY
from pasip_core.errors import SourceBadQuery, SourceError, SourceParse, SourceUnavailable

from .addresses import host_of, shown_url
from .answers import REDIRECTS, read_body
from .limiter import Limiter
from .transport import Deadline, GuardedAdapter

CHUNK = 16_384
ERROR_BYTES = 64_000
JITTER = 0.2
"""Each delay is made longer by up to this share, so that requests do not come like clockwork."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much: seconds, bytes, counts."""

    connect: float = 5.0
    read: float = 20.0
    total: float = 45.0
    max_bytes: int = 5_000_000
    redirects: int = 5
    attempts: int = 3
    longest_wait: float = 30.0
    """A longer ``Retry-After`` ends the run instead of being waited for."""
    longest_retry: float = 3600.0
    """A ``Retry-After`` is believed up to this."""
    untold: float = 900.0
    """When to come back to one that wants fewer requests and does not say for how long: limits are mostly counted
    over a quarter of an hour."""
    strikes: int = 3
    """So many 403 or 429 in a row stop a host for ``stop`` seconds."""
    stop: float = 3600.0
    longest_queue: float = 900.0
    """How long a request waits for its turn at a busy host."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next GET of the same address conditional."""

    etag: str = ""
    last_modified: str = ""
    digest: str = ""

    def as_json(self) -> dict[str, str]:
        """Plain values for a cursor."""
        values = {"etag": self.etag, "last_modified": self.last_modified, "digest": self.digest}
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_json(cls, values: object) -> Validators | None:
        """What ``as_json`` gave; ``None`` for anything else."""
        if not isinstance(values, Mapping):
            return None
        known = {name: str(values.get(name) or "")[:1000] for name in ("etag", "last_modified", "digest")}
        return cls(**known) if any(known.values()) else None

    def headers(self) -> dict[str, str]:
        """Request headers; a weak tag is echoed as it came."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if value and value.isprintable() and value.isascii()}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: an address, and for APIs a method, headers (credentials among them) and a body."""

    url: str
    headers: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    method: str = "GET"
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. ``url`` is the address it came from; ``body`` is unpacked.

    ``not_modified``: the server said so, or sent the same bytes again.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    validators: Validators = Validators()
    not_modified: bool = False

    @property
    def media_type(self) -> str:
        """``text/html`` and the like, lower case; "" where the server did not say."""
        return str(self.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def validators_of(answer: Response) -> Validators:
    """What to send with the next request for the same address."""
    digest = hashlib.sha256(answer.body).hexdigest()[:32] if answer.body else ""
    return Validators(answer.headers.get("ETag", "")[:1000], answer.headers.get("Last-Modified", "")[:1000], digest)


@dataclass
class Exchange:
    """Sends single requests, each in its host's turn."""

    adapter: GuardedAdapter
    limiter: Limiter
    limits: Limits
    user_agent: str
    sleep: Callable[[float], None]
    _random: random.Random = field(default_factory=random.Random)

    def __call__(self, request: Request, max_bytes: int, delay: float) -> Response:
        """One exchange, whatever its status. ``SourceUnavailable`` without one, ``SourceParse`` for a bad body."""
        url, host = request.url, host_of(request.url)
        token = self._wait_for_turn(host, delay)
        deadline = Deadline(self.limits.total)
        try:
            with deadline:
                answer = self._ask(request, max_bytes)
        except SourceError as error:
            # A body that the deadline cut off looks like a broken one.
            raise self._too_slow(url) if deadline.passed else error from None
        except (InvalidURL, InvalidHeader, MissingSchema, UnicodeError, urllib3.exceptions.LocationParseError) as error:
            raise SourceBadQuery(f"{shown_url(url)}: not a web address.", url=shown_url(url)) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            raise self._too_slow(url) if deadline.passed else _unreachable(url, error) from error
        finally:
            self.limiter.leave(host, token)
        if deadline.passed:
            raise self._too_slow(url)
        return answer

    def _wait_for_turn(self, host: str, delay: float) -> str:
        spaced = delay * (1 + JITTER * self._random.random())
        give_up = time.monotonic() + self.limits.longest_queue
        while True:
            token, wait = self.limiter.try_enter(host, spaced, self.limits.total + 30)
            if token:
                return token
            if time.monotonic() + wait > give_up:
                raise SourceUnreached(f"{host}: no turn within {self.limits.longest_queue:.0f} s.", url=host)
            self.sleep(wait)

    def _ask(self, request: Request, max_bytes: int) -> Response:
        sent = {"User-Agent": self.user_agent, "Accept-Encoding": "gzip, deflate", **request.headers}
        limits = self.limits
        got = self.adapter.fetch(request.method, request.url, sent, request.body, limits.connect, limits.read)
        try:
            return Response(request.url, got.status_code, got.headers, _body_of(got, max_bytes))
        finally:
            got.close()

    def _too_slow(self, url: str) -> SourceUnavailable:
        return SourceTooSlow(f"{shown_url(url)}: no whole answer within {self.limits.total:.0f} s.", url=shown_url(url))


class SourceTooSlow(SourceUnavailable):
    """The time for one exchange was used up: asking again would only take as long again."""


class SourceUnreached(SourceUnavailable):
    """The request never left: no connection came about, so that nothing can have been charged for."""


def _body_of(got: requests.Response, max_bytes: int) -> bytes:
    encoding = got.headers.get("Content-Encoding", "")
    if got.status_code in REDIRECTS or got.status_code in (204, 304):
        return b""
    if got.status_code < 400:
        return read_body(_chunks(got), encoding, max_bytes)
    try:
        return read_body(_chunks(got), encoding, ERROR_BYTES)
    except SourceParse:
        return b""  # only looked at for signs of a challenge page, which is short


def _chunks(got: requests.Response) -> Iterator[bytes]:
    """The body as it comes, still packed, in pieces of what one read of the socket gave."""
    raw = cast(Any, got.raw)
    while chunk := raw.read1(CHUNK, decode_content=False):
        yield chunk


def _unreachable(url: str, error: Exception) -> SourceUnavailable:
    """Told without the foreign message, which repeats the whole address."""
    reason: object = error
    while isinstance(reason, Exception) and (inner := getattr(reason, "reason", None) or _first(reason)):
        reason = inner
    name = type(reason).__name__ if isinstance(reason, Exception) else type(error).__name__
    kind = SourceUnreached if _never_connected(error) else SourceUnavailable
    if isinstance(reason, NameResolutionError):
        return kind(f"{host_of(url)}: this name is not found; is this machine on the internet?", url=shown_url(url))
    return kind(f"{shown_url(url)}: no answer ({name}).", url=shown_url(url))


def _never_connected(error: object) -> bool:
    """Whether the connection itself, TLS included, could not be made; foreign errors wrap what happened."""
    while isinstance(error, Exception):
        if isinstance(error, requests.exceptions.SSLError | NewConnectionError | ConnectTimeoutError):
            return True
        error = getattr(error, "reason", None) or _first(error)
    return False


def _first(error: Exception) -> Exception | None:
    return error.args[0] if error.args and isinstance(error.args[0], Exception) else None
