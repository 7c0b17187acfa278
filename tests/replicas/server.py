"""A local web server that can misbehave on demand, and remembers who asked for what and when."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import re
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from weakref import WeakSet

STATES = (
    "normal", "slow", "stalled", "rate_limited", "rate_limited_for_long", "rate_limited_until", "forbidden",
    "challenge", "challenge_with_200", "truncated", "endless_redirect", "login", "to_private", "error", "error_once",
    "gzip", "gzip_bomb", "gzip_cut", "wrong_type", "wrong_length", "empty", "gone", "huge",
    "one_page_gone", "dropped",
)  # fmt: skip

CHALLENGE = (
    b"<html><head><title>Just a moment...</title></head><body>Checking your browser before accessing.</body></html>"
)


@dataclass(frozen=True)
class Page:
    """What a site would answer if nothing were wrong."""

    body: bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    location: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, data: Any, status: int = 200, **headers: str) -> Page:
        """An API's answer; underscores in the names of headers stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(json.dumps(data).encode(), "application/json; charset=utf-8", status, headers=named)


@dataclass(frozen=True)
class Asked:
    """One request: path with query, when it began, its headers in lower case, and what it sent."""

    path: str
    at: float
    headers: dict[str, str]
    method: str = "GET"
    body: bytes = b""

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address, and of a form that was sent."""
        is_form = "form" in self.headers.get("content-type", "")
        sent = f"{urlsplit(self.path).query}&{self.body.decode() if is_form else ''}"
        return dict(parse_qsl(sent, keep_blank_values=True))


SERVED: WeakSet[Replica] = WeakSet()
"""Every replica of this process."""

Answer = Page | Callable[[Asked], Page | None]
"""A page; or, for an API, what makes one of the whole request."""


class Replica:
    """A site on 127.0.0.1. ``site`` gives the page of a path with query, ``None`` for none such; where the answer
    depends on more of the request (an API), it gives a function of it.

    ``set_state("error", path="/feed")`` makes every path that begins so misbehave; POST /_state with the same
    two values as JSON does it from outside, GET /_log tells the requests.
    """

    def __init__(self, site: Callable[[str], Answer | None], port: int = 0, robots: str | None = "") -> None:
        self.site, self.robots = site, robots
        self.asked: list[Asked] = []
        self.arrivals: list[Asked] = []
        """Like ``asked``, but nothing clears it."""
        self.most_at_once = 0
        self._now = 0
        self._states: dict[str, str] = {}
        self._failed_once: set[str] = set()
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"replica": self})
        self._server = _Server(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Replica:
        SERVED.add(self)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def set_state(self, state: str, path: str = "/") -> None:
        if state not in STATES:
            raise ValueError(f"no such state: {state}")
        self._states[path] = state
        self._failed_once.clear()

    @property
    def stumbled(self) -> list[str]:
        """Its own mistakes, as stack traces."""
        return self._server.stumbled

    def reset(self) -> None:
        self._states.clear()
        self._failed_once.clear()
        self.asked.clear()

    def state_of(self, path: str) -> str:
        fitting = [prefix for prefix in self._states if path.startswith(prefix)]
        return self._states[max(fitting, key=len)] if fitting else "normal"

    def first_failure(self, path: str) -> bool:
        with self._lock:
            new = path not in self._failed_once
            self._failed_once.add(path)
            return new

    def begin(self, asked: Asked) -> None:
        with self._lock:
            self.asked.append(asked)
            self.arrivals.append(asked)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)

    def end(self) -> None:
        with self._lock:
            self._now -= 1

    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def counts(self) -> Counter[str]:
        return Counter(asked.path for asked in self.asked)

    def gaps(self) -> list[float]:
        """Seconds between the beginnings of successive requests."""
        times = [asked.at for asked in self.asked]
        return [later - earlier for earlier, later in itertools.pairwise(times)]


class _Server(ThreadingHTTPServer):
    """Remembers what its handlers stumbled over: a test that hung on it would take that for the network."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.stumbled: list[str] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # who asked went away
            self.stumbled.append(traceback.format_exc())


class _Handler(BaseHTTPRequestHandler):
    replica: Replica
    protocol_version = "HTTP/1.1"
    timeout = 10
    disable_nagle_algorithm = True  # a body would wait for the receipt of its header, which comes 40 ms late

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != "/_state":
            return self._serve("POST", body)
        try:
            wanted = json.loads(body)
            self.replica.set_state(wanted["state"], wanted.get("path", "/"))
        except (ValueError, KeyError, TypeError) as error:
            return self._send(400, str(error).encode())
        return self._send(200, b"{}", {"Content-Type": "application/json"})

    def do_GET(self) -> None:
        if self.path == "/_log":
            log = [{"path": asked.path, "at": asked.at} for asked in self.replica.asked]
            return self._send(200, json.dumps(log).encode(), {"Content-Type": "application/json"})
        return self._serve("GET")

    def _serve(self, method: str, body: bytes = b"") -> None:
        headers = {k.lower(): v for k, v in self.headers.items()}
        asked = Asked(self.path, time.monotonic(), headers, method, body)
        self.replica.begin(asked)
        try:
            return self._answer(asked)
        except (BrokenPipeError, ConnectionResetError):
            return None
        finally:
            self.replica.end()

    def _answer(self, asked: Asked) -> None:
        if urlsplit(self.path).path == "/robots.txt":
            robots = self.replica.robots
            state = self.replica._states.get("/robots.txt")
            if state is None:
                return self._send(404, b"") if robots is None else self._send(200, robots.encode())
            page = Page((robots or "").encode(), "text/plain")
        else:
            state = self.replica.state_of(self.path)
            answer = self.replica.site(self.path)
            page = answer(asked) if callable(answer) else answer
        if state == "one_page_gone" and urlsplit(self.path).query in ("single=1", "page=all"):
            return self._send(404, b"")
        if page is None and state in ("normal", "gzip", "slow", "one_page_gone"):
            return self._send(404, b"<h1>Tidak ditemukan</h1>", {"Content-Type": "text/html"})
        return getattr(self, f"_{state}", self._normal)(page or Page(b""))

    def _normal(self, page: Page) -> None:
        if page.location:
            return self._send(302, b"", {"Location": page.location})
        if page.status != 200 or not page.media_type.endswith("xml"):
            return self._send(page.status, page.body, {"Content-Type": page.media_type, **page.headers})
        tag = 'W/"' + hashlib.sha256(page.body).hexdigest()[:16] + '"'
        if self.headers.get("If-None-Match") == tag:
            return self._send(304, b"", {"ETag": tag})
        return self._send(200, page.body, {"Content-Type": page.media_type, "ETag": tag})

    def _slow(self, page: Page) -> None:
        """The body drips in, a byte at a time, for longer than anyone should wait."""
        self._head(200, {"Content-Length": str(len(page.body) or 10), "Content-Type": page.media_type})
        for byte in page.body or b"x" * 10:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.1)

    def _stalled(self, page: Page) -> None:
        """Not even a whole header comes."""
        self.close_connection = True
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.1)

    def _rate_limited(self, page: Page) -> None:
        """Once, and for one second."""
        if not self.replica.first_failure(self.path):
            return self._normal(page)
        return self._send(429, b"slow down", {"Retry-After": "1"})

    def _rate_limited_for_long(self, page: Page) -> None:
        self._send(429, b"slow down", {"Retry-After": "7200"})

    def _rate_limited_until(self, page: Page) -> None:
        moment = datetime.now(UTC) + timedelta(minutes=20)
        self._send(429, b"slow down", {"Retry-After": format_datetime(moment, usegmt=True)})

    def _forbidden(self, page: Page) -> None:
        self._send(403, b'{"error": "forbidden"}', {"Content-Type": "application/json"})

    def _challenge(self, page: Page) -> None:
        self._send(403, CHALLENGE, {"Content-Type": "text/html"})

    def _challenge_with_200(self, page: Page) -> None:
        self._send(200, CHALLENGE, {"Content-Type": "text/html"})

    def _truncated(self, page: Page) -> None:
        """What an XML file looks like whose end was lost before it was sent."""
        self._send(200, page.body[: len(page.body) * 2 // 3], {"Content-Type": page.media_type})

    def _wrong_length(self, page: Page) -> None:
        """The connection ends before the promised length."""
        self._head(200, {"Content-Length": str(len(page.body) + 100), "Content-Type": page.media_type})
        self.wfile.write(page.body)
        self.close_connection = True

    def _dropped(self, page: Page) -> None:
        self.close_connection = True

    def _endless_redirect(self, page: Page) -> None:
        number = int(found[1]) if (found := re.search(r"\bhop=(\d+)", self.path)) else 0
        path, _, query = re.sub(r"[?&]hop=\d+$", "", self.path).partition("?")
        self._send(302, b"", {"Location": f"{path}?{query}&hop={number + 1}"})

    def _login(self, page: Page) -> None:
        self._send(302, b"", {"Location": "/login?next=" + self.path})

    def _to_private(self, page: Page) -> None:
        self._send(302, b"", {"Location": "http://169.254.169.254/latest/meta-data/"})

    def _error(self, page: Page) -> None:
        self._send(500, b"oops")

    def _error_once(self, page: Page) -> None:
        return self._send(500, b"oops") if self.replica.first_failure(self.path) else self._normal(page)

    def _gzip(self, page: Page) -> None:
        self._send(200, gzip.compress(page.body), {"Content-Type": page.media_type, "Content-Encoding": "gzip"})

    def _gzip_cut(self, page: Page) -> None:
        packed = gzip.compress(page.body)[:-20]
        self._send(200, packed, {"Content-Type": page.media_type, "Content-Encoding": "gzip"})

    def _gzip_bomb(self, page: Page) -> None:
        packed = gzip.compress(b"\0" * 60_000_000)
        self._send(200, packed, {"Content-Type": page.media_type, "Content-Encoding": "gzip"})

    def _wrong_type(self, page: Page) -> None:
        self._send(200, b"%PDF-1.7 not a page", {"Content-Type": "application/pdf"})

    def _empty(self, page: Page) -> None:
        self._send(200, b"", {"Content-Type": page.media_type})

    def _gone(self, page: Page) -> None:
        self._send(410, b"gone")

    def _huge(self, page: Page) -> None:
        self.close_connection = True
        self._head(200, {"Content-Type": page.media_type, "Connection": "close"})
        for _ in range(400):
            self.wfile.write(b"x" * 50_000)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Set-Cookie", "visitor=1; Path=/")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._head(status, {"Content-Length": str(len(body))} | (headers or {}))
        self.wfile.write(body)
