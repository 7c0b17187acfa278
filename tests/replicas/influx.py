"""A stand-in for the HTTP API of InfluxDB 2. It is not InfluxDB.

A real HTTP server on 127.0.0.1 that keeps points in memory and knows as much of the API as our code uses: it reads
line protocol, does the few steps of Flux that our questions have (``flux``), and can misbehave. It shows that the
client, the protocol and the failures are handled; what only InfluxDB itself can show is left to a real server, which
joins the contract tests by ``TEST_INFLUXDB_URL``.
"""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from .flux import FluxError, Row, Tables, parse, run

TOKEN, ORG = "replica-token-7f3a", "replica-org"
VERSION = "v2.7.0-replica"
FIRST_SECOND, LAST_SECOND = -9223372036, 9223372036
"""Points of other times are refused: their nanoseconds do not fit into 64 bits."""

STATES = (
    "normal", "unauthorized", "forbidden", "no_bucket", "no_new_buckets", "busy", "busy_once", "slow", "cut",
    "cut_once", "cut_after", "refusing", "full", "web_page", "redirecting",
)  # fmt: skip

Series = tuple[str, tuple[tuple[str, str], ...]]
Point = tuple[Series, int]

_KEY = r"(?:\\[,= ]|[^,= \n])+"
_VALUE = r"-?\d+(?:i|(?:\.\d+)?(?:e[+-]?\d+)?)"
_LINE = re.compile(
    rf"(?P<name>{_KEY})(?P<tags>(?:,{_KEY}={_KEY})*) (?P<fields>{_KEY}={_VALUE}(?:,{_KEY}={_VALUE})*) (?P<time>-?\d+)"
)
_PAIR = re.compile(rf"({_KEY})=({_KEY})")
_PREDICATE = re.compile(r'_measurement="([a-z_]+)"')


class Refused(Exception):
    """An answer with an error status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass
class KeptBucket:
    """A bucket and its points: fields by series and second."""

    name: str
    id: str = field(default_factory=lambda: uuid4().hex[:16])
    seconds: int = 0
    points: dict[Point, dict[str, int]] = field(default_factory=dict)

    def write(self, lines: str) -> None:
        """Take over points; all, or none where a line cannot be read."""
        read = [parse_line(line) for line in lines.split("\n") if line]
        for point, fields in read:
            self.points.setdefault(point, {}).update(fields)

    def rows(self) -> list[Row]:
        """A row for each field of each point."""
        return [
            {"_measurement": name, **dict(tags), "_time": _moment(second), "_field": column, "_value": value}
            for ((name, tags), second), fields in self.points.items()
            for column, value in fields.items()
        ]

    def delete(self, first: int, last: int, measurement: str) -> None:
        """Forget points from one second to another, both included."""
        for point in [p for p in self.points if p[0][0] == measurement and first <= p[1] <= last]:
            del self.points[point]

    def as_json(self) -> dict[str, Any]:
        """As the API tells it."""
        rules = [{"type": "expire", "everySeconds": self.seconds}]
        return {"id": self.id, "name": self.name, "orgID": ORG_ID, "retentionRules": rules}


ORG_ID = "0123456789abcdef"


def parse_line(line: str) -> tuple[Point, dict[str, float]]:
    """One point of numbers in line protocol."""
    found = _LINE.fullmatch(line)
    if not found:
        raise Refused(400, "invalid", f"unable to parse '{line[:80]}'")
    second = int(found["time"])
    if not FIRST_SECOND <= second <= LAST_SECOND:
        raise Refused(400, "invalid", f"time outside range: {second}")
    tags = tuple(sorted((_plain(name), _plain(value)) for name, value in _PAIR.findall(found["tags"])))
    fields = {_plain(name): _number(value) for name, value in _PAIR.findall(found["fields"])}
    return ((_plain(found["name"]), tags), second), fields


def _number(text: str) -> float:
    return int(text.removesuffix("i")) if text.endswith("i") else float(text)


def _plain(text: str) -> str:
    return re.sub(r"\\([,= ])", r"\1", text)


def _moment(second: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)


class InfluxReplica:
    """The stand-in, running from ``with`` to its end. ``state`` says how it misbehaves from now on.

    ``asked`` holds (method, path, port of the asker) of each request; ``before_write`` is called before points are
    taken over.
    """

    def __init__(self, port: int = 0) -> None:
        self.buckets: dict[str, KeptBucket] = {}
        self.asked: list[tuple[str, str, int]] = []
        self.before_write: Callable[[], None] = lambda: None
        self.seconds_slow = 1.0
        self._state = "normal"
        self._lock = threading.RLock()
        handler = type("Handler", (_Handler,), {"replica": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> InfluxReplica:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def state(self) -> str:
        return self._state

    @state.setter
    def state(self, state: str) -> None:
        if state not in STATES:
            raise ValueError(f"no such state: {state}")
        self._state = state

    def bucket(self, name: str) -> KeptBucket:
        """The bucket, or not found."""
        if name not in self.buckets:
            raise Refused(404, "not found", f'bucket "{name}" not found')
        return self.buckets[name]

    def answer(self, method: str, path: str, asked: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        """Status, media type and body of an answer."""
        known = {
            ("GET", "/ping"): lambda: (204, "", b""),
            ("GET", "/api/v2/orgs"): lambda: self._orgs(asked),
            ("GET", "/api/v2/buckets"): lambda: self._find(asked),
            ("POST", "/api/v2/buckets"): lambda: self._make(json.loads(body)),
            ("POST", "/api/v2/write"): lambda: self._write(asked, body),
            ("POST", "/api/v2/query"): lambda: self._query(asked, json.loads(body)),
            ("POST", "/api/v2/delete"): lambda: self._delete(asked, json.loads(body)),
        }
        if method == "DELETE" and path.startswith("/api/v2/buckets/"):
            return self._drop(path.rpartition("/")[2])
        if (method, path) not in known:
            raise Refused(404, "not found", "path not found")
        return known[method, path]()

    def _check_org(self, asked: dict[str, str]) -> None:
        if asked.get("org", ORG) != ORG:
            raise Refused(404, "not found", f'organization name "{asked["org"]}" not found')

    def _orgs(self, asked: dict[str, str]) -> tuple[int, str, bytes]:
        self._check_org(asked)
        return _json(200, {"orgs": [{"id": ORG_ID, "name": ORG}]})

    def _find(self, asked: dict[str, str]) -> tuple[int, str, bytes]:
        self._check_org(asked)
        return _json(200, {"buckets": [self.bucket(asked["name"]).as_json()]})

    def _make(self, wanted: dict[str, Any]) -> tuple[int, str, bytes]:
        if self.state == "no_new_buckets":
            raise Refused(403, "forbidden", f"write:orgs/{ORG_ID}/buckets is unauthorized")
        with self._lock:
            if wanted["name"] in self.buckets:
                raise Refused(422, "conflict", f"bucket with name {wanted['name']} already exists")
            seconds = sum(rule["everySeconds"] for rule in wanted["retentionRules"])
            made = self.buckets[wanted["name"]] = KeptBucket(wanted["name"], seconds=seconds)
        return _json(201, made.as_json())

    def _drop(self, id: str) -> tuple[int, str, bytes]:
        with self._lock:
            self.buckets = {name: kept for name, kept in self.buckets.items() if kept.id != id}
        return 204, "", b""

    def _write(self, asked: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        self._check_org(asked)
        if asked.get("precision") != "s":
            raise Refused(400, "invalid", "this stand-in only takes seconds")
        self.before_write()
        with self._lock:
            self.bucket(asked["bucket"]).write(body.decode())
        return 204, "", b""

    def _query(self, asked: dict[str, str], question: dict[str, Any]) -> tuple[int, str, bytes]:
        self._check_org(asked)
        try:
            with self._lock:
                tables = run(parse(question["query"]), lambda name: self.bucket(name).rows())
        except FluxError as error:
            raise Refused(400, "invalid", f"error in query: {error}") from error
        return 200, "text/csv; charset=utf-8", annotated_csv(tables).encode()

    def _delete(self, asked: dict[str, str], wanted: dict[str, str]) -> tuple[int, str, bytes]:
        self._check_org(asked)
        measurement = _PREDICATE.fullmatch(wanted["predicate"])
        if not measurement:
            raise Refused(400, "invalid", "invalid request; error parsing predicate")
        first, last = (int(datetime.fromisoformat(wanted[name]).timestamp()) for name in ("start", "stop"))
        with self._lock:
            self.bucket(asked["bucket"]).delete(first, last, measurement[1])
        return 204, "", b""


def _json(status: int, value: object) -> tuple[int, str, bytes]:
    return status, "application/json; charset=utf-8", json.dumps(value).encode()


TYPES = {"_time": "dateTime:RFC3339", "_value": "long"}


def annotated_csv(tables: Tables) -> str:
    """Tables as InfluxDB answers them."""
    if not tables.rows:
        return "\r\n"
    columns, key = list(tables.rows[0]), tables.key or ()
    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow(["#datatype", "string", "long", *(TYPES.get(name, "string") for name in columns)])
    writer.writerow(["#group", "false", "false", *(str(name in key).lower() for name in columns)])
    writer.writerow(["#default", "_result", "", *("" for _ in columns)])
    writer.writerow(["", "result", "table", *columns])
    for number, rows in enumerate(tables.grouped().values()):
        for row in rows:
            writer.writerow(["", "", number, *(_cell(row[name]) for name in columns)])
    return told.getvalue() + "\r\n"


def _cell(value: object) -> object:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value


FAULTS = {
    "forbidden": Refused(403, "forbidden", "insufficient permissions for write"),
    "no_bucket": Refused(404, "not found", 'bucket "x" not found'),
    "busy": Refused(503, "unavailable", "server is shutting down"),
    "busy_once": Refused(503, "unavailable", "server is starting"),
    "refusing": Refused(422, "unprocessable entity", 'field type conflict: input field "volume" is type float'),
    "full": Refused(500, "internal error", "engine: error syncing wal: no space left on device"),
}


class _Handler(BaseHTTPRequestHandler):
    replica: InfluxReplica
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        """Silence."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        state = self.replica.state
        self.replica.asked.append((self.command, parts.path, self.client_address[1]))
        if state.endswith("_once"):
            self.replica.state = "normal"
        if state == "slow":
            time.sleep(self.replica.seconds_slow)
        if state in {"cut", "cut_once"}:
            return self._cut()
        try:
            if state == "unauthorized" or self.headers.get("Authorization") != f"Token {TOKEN}":
                raise Refused(401, "unauthorized", "unauthorized access")
            if state in FAULTS:
                raise FAULTS[state]
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            answer = self.replica.answer(self.command, parts.path, asked, body)
        except Refused as error:
            answer = _json(error.status, {"code": error.code, "message": str(error)})
        if state == "cut_after":
            return self._cut()
        return self._say(*self._odd(state, *answer))

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names that http.server calls

    def _odd(self, state: str, status: int, media_type: str, body: bytes) -> tuple[int, str, bytes]:
        if state == "web_page":
            return 200, "text/html", b"<html><body>Welcome to nginx!</body></html>"
        return (302, media_type, b"") if state == "redirecting" else (status, media_type, body)

    def _say(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        if media_type != "text/html":
            self.send_header("X-Influxdb-Version", VERSION)
        if status == 503:
            self.send_header("Retry-After", "3600")
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        if media_type:
            self.send_header("Content-Type", media_type)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
