"""One HTTP exchange at a time: sockets to permitted addresses only, within one time limit, without proxies."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.retry import Retry

from .addresses import AddressPolicy, refused_as_private

Resolver = Callable[[str, int], list[tuple[Any, ...]]]
"""Gives what ``socket.getaddrinfo`` gives for a stream socket."""


def resolve(host: str, port: int) -> list[tuple[Any, ...]]:
    """Ask the system's resolver."""
    return cast(list[tuple[Any, ...]], socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


class Deadline:
    """Cuts a connection off when the time of its exchange is up, however slowly bytes keep dripping in."""

    _current = threading.local()

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.passed = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._current.deadline = self
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._current.deadline = None
        with self._lock:
            self._socket = None

    @classmethod
    def watch(cls, sock: socket.socket | None) -> None:
        """Put the socket under the deadline of the calling thread, if there is one."""
        deadline: Deadline | None = getattr(cls._current, "deadline", None)
        if deadline is None or sock is None:
            return
        with deadline._lock:
            deadline._socket = sock
        if deadline.passed:
            deadline._cut()

    @classmethod
    def seconds_left(cls, wanted: float) -> float:
        """``wanted``, or less where the thread's deadline comes sooner."""
        deadline: Deadline | None = getattr(cls._current, "deadline", None)
        return wanted if deadline is None else max(0.001, min(wanted, deadline.ends - time.monotonic()))

    def _cut(self) -> None:
        self.passed = True
        with self._lock:
            if self._socket is not None:
                with suppress(OSError):
                    # The base method: a TLS socket's own would take the session away under the reader.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _lookup(resolver: Resolver, host: str, port: int, seconds: float) -> list[tuple[Any, ...]]:
    """DNS within a time limit, which the system's resolver does not offer."""
    answer: list[Any] = []

    def ask() -> None:
        try:
            answer.append(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answer.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if not answer:
        raise socket.gaierror(f"no answer for {host} within {seconds:.0f} s")
    if isinstance(answer[0], Exception):
        raise socket.gaierror(str(answer[0])) from answer[0]
    return cast(list[tuple[Any, ...]], answer[0])


class _Guarded:
    """Connects to the very address that was checked, so that a second DNS answer cannot slip in."""

    policy: AddressPolicy
    resolver: Resolver
    host: str
    port: int

    def _new_conn(self) -> socket.socket:
        conn = cast(HTTPConnection, self)
        host = self.host.strip("[]")
        seconds = Deadline.seconds_left(_seconds(conn))
        try:
            found = _lookup(self.resolver, host, self.port, seconds)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, conn, error) from error
        permitted = [info for info in found if self.policy.permits(host, self.port, str(info[4][0]))]
        if not permitted:
            raise refused_as_private(host)
        return self._connect_to_one(permitted)

    def _connect_to_one(self, permitted: list[tuple[Any, ...]]) -> socket.socket:
        conn = cast(HTTPConnection, self)
        failure: OSError | None = None
        for family, kind, protocol, _, address in permitted:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(Deadline.seconds_left(_seconds(conn)))
                Deadline.watch(sock)
                sock.connect(address)
            except OSError as error:
                sock.close()
                failure = error
                continue
            return sock
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(conn, f"Connection to {self.host} timed out.") from failure
        raise NewConnectionError(conn, f"Failed to connect: {failure}") from failure


def _seconds(conn: HTTPConnection) -> float:
    return float(cast(float, conn.timeout))


class _GuardedHTTP(_Guarded, HTTPConnection):
    def request(self, *args: Any, **kwargs: Any) -> None:
        Deadline.watch(self.sock)
        super().request(*args, **kwargs)


class _GuardedHTTPS(_Guarded, HTTPSConnection):
    def request(self, *args: Any, **kwargs: Any) -> None:
        Deadline.watch(self.sock)
        super().request(*args, **kwargs)


class GuardedAdapter(HTTPAdapter):  # type: ignore[misc]  # requests has no types here
    """A requests adapter used without a session: no cookies, no environment proxies, no netrc, no redirects."""

    def __init__(self, policy: AddressPolicy, resolver: Resolver = resolve, connections: int = 16) -> None:
        self._http = type("GuardedHTTP", (_GuardedHTTP,), {"policy": policy, "resolver": staticmethod(resolver)})
        self._https = type("GuardedHTTPS", (_GuardedHTTPS,), {"policy": policy, "resolver": staticmethod(resolver)})
        super().__init__(pool_connections=64, pool_maxsize=connections, max_retries=Retry(0, read=False))

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        """Make every pool open guarded connections."""
        super().init_poolmanager(connections, maxsize, block, **kwargs)
        http = type("HTTPPool", (HTTPConnectionPool,), {"ConnectionCls": self._http})
        https = type("HTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": self._https})
        manager = cast(PoolManager, self.poolmanager)
        manager.pool_classes_by_scheme = {"http": http, "https": https}

    def fetch(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, connect: float, read: float
    ) -> requests.Response:
        """Send a request and give the answer with its body unread."""
        request = requests.Request(method, url, headers=headers, data=body).prepare()
        return self.send(request, stream=True, timeout=(connect, read), verify=True)
